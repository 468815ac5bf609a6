//! The report of `run` on one screen: refuted claims and why, open ones and what would decide them,
//! those that hold; a line for each entry and node. [`crate::text`] has the full report.

pub(crate) mod claims;
pub(crate) mod next;

use crate::page::Page;
use crate::table::Tone;
use crate::text::{TextOptions, head, tally};
use crate::{regression, sections, wording};
use claims::Groups;
use wssim_experiment::findings::Findings;
use wssim_text::printable;

/// Most notes that are listed.
const MOST_NOTES: usize = 2;

/// The report as lines that end with a line feed.
#[must_use]
pub fn render(findings: &Findings, options: &TextOptions<'_>) -> String {
    let mut page = Page::new(options.style, options.width);
    head(&mut page, findings, &wording::short_counts(findings), options);
    let groups = Groups::of(findings);
    if !groups.rows.rows.is_empty() {
        page.line("");
        page.groups(&groups.rows, &groups.names);
    }
    for (heading, tone, items) in &groups.lists {
        page.toned(&printable(&format!("{heading}: {}", items.join("; "))), *tone);
    }
    if groups.lists.is_empty() {
        page.line("");
    }
    tally(&mut page, findings, options);
    if let Some(difference) = &findings.regression {
        regression::part(&mut page, difference, false, options.brief);
    }
    if !options.brief {
        tables(&mut page, findings);
        last(&mut page, findings);
    }
    page.text
}

/// A line for each entry and each node, and why numbers are missing.
fn tables(page: &mut Page, findings: &Findings) {
    page.line("");
    for section in sections::brief(findings) {
        page.table(&section.table);
        for remark in &section.remarks {
            page.item("—", &printable(remark));
        }
    }
}

/// What to do next, and where to read more.
fn last(page: &mut Page, findings: &Findings) {
    if let Some(measure) = next::measure(findings) {
        page.toned(&printable(&measure), Tone::Open);
    }
    let notes = wording::notes(findings);
    for note in notes.iter().take(MOST_NOTES) {
        page.toned(&printable(&format!("Note: {note}")), Tone::Plain);
    }
    page.toned(
        &printable(&next::more(findings, notes.len().saturating_sub(MOST_NOTES))),
        Tone::Faint,
    );
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::sample;

    #[test]
    fn the_report_is_as_golden() {
        for width in [60, 80, 120] {
            let out = Some("out/after");
            let options =
                TextOptions { wall_seconds: Some(4.1), out, width, ..TextOptions::default() };
            let name = format!("glance-{width}.txt");
            sample::assert_golden(&name, &render(&sample::findings(), &options));
        }
    }

    #[test]
    fn every_terminal_is_wide_enough() {
        for findings in [sample::findings(), sample::hostile()] {
            let out = Some("out/recommended-distribution/of-the-plan");
            let told =
                |width| render(&findings, &TextOptions { width, out, ..TextOptions::default() });
            sample::assert_fits(told);
        }
    }

    #[test]
    fn without_claims_the_tables_are_the_answer() {
        let mut findings = sample::findings();
        findings.claims.clear();
        let text = render(&findings, &TextOptions::default());
        assert!(text.contains("No claims.") && text.contains("\nEntry "), "{text}");
        assert!(!text.contains("Verdict"), "{text}");
    }

    #[test]
    fn what_is_claimed_keeps_its_words() {
        let mut findings = sample::findings();
        let long = "a sentence of the plan that goes on for longer than any line of any terminal is wide, to \
                    the very last of its many words";
        for judged in &mut findings.claims {
            judged.claim.text = long.to_owned();
        }
        let text = render(&findings, &TextOptions { width: 60, ..TextOptions::default() });
        let words = |text: &str| text.split_whitespace().map(str::to_owned).collect::<Vec<_>>();
        let last = words(long).pop().unwrap();
        let told = words(&text).iter().filter(|word| word.trim_end_matches(';') == last).count();
        let here = findings.claims.iter().filter(|one| crate::tally::judged_here(&findings, one));
        assert_eq!(told, here.count(), "{text}");
    }
}
