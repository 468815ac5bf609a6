//! The report for a terminal: verdicts first, then tables, reasons and omissions.
//!
//! Users' texts are made safe: control characters are escaped, long texts wrapped. Colour only repeats
//! the words, and is off unless asked for.

use crate::layout::GAP;
use crate::migrate;
use crate::page::{MOST_LINES, Page, Style};
use crate::sections;
use crate::sweep;
use crate::table::{Section, Tone};
use crate::{quantity, reason, regression, wording};
use wssim_experiment::findings::{Answer, Findings};
use wssim_experiment::migrate::findings::Migration;
use wssim_experiment::sweep::findings::Sweep;
use wssim_text::printable;
use wssim_text::width::{self, USUAL};
use wssim_text::wrap::wrapped;

/// Most unsimulated features that are listed; `check` lists them all.
const MOST_NOT_SIMULATED: usize = 8;

/// The caller's data beside the findings.
#[derive(Clone, Copy, Debug)]
pub struct TextOptions<'a> {
    /// Whether it is coloured.
    pub style: Style,
    /// Columns of the terminal.
    pub width: usize,
    /// Wall time of the command, in seconds.
    pub wall_seconds: Option<f64>,
    /// Where files were written.
    pub out: Option<&'a str>,
    /// Only the head and the verdicts.
    pub brief: bool,
}

impl Default for TextOptions<'_> {
    fn default() -> Self {
        Self { style: Style::Plain, width: USUAL, wall_seconds: None, out: None, brief: false }
    }
}

/// The report as lines that end with a line feed.
#[must_use]
pub fn render(findings: &Findings, options: &TextOptions<'_>) -> String {
    let mut page = Page::new(options.style, options.width);
    head(&mut page, findings, &wording::counts(findings), options);
    verdicts(&mut page, findings, options);
    if let Some(difference) = &findings.regression {
        regression::part(&mut page, difference, true, options.brief);
    }
    if !options.brief {
        for section in sections::all(findings) {
            draw(&mut page, &section);
        }
        if let Some(section) = sections::trials(findings) {
            draw(&mut page, &section);
        }
        if let Answer::Migrate(migration) = &findings.answer {
            draw_phases(&mut page, migration);
        }
        if let Answer::Sweep(sweep) = &findings.answer {
            draw_sweep(&mut page, sweep);
        }
        reasons(&mut page, findings);
        not_simulated(&mut page, findings);
        page.list("Notes", &wording::notes(findings));
    }
    page.text
}

/// What was simulated, and the most important warnings; `counts` is its extent.
pub(crate) fn head(page: &mut Page, findings: &Findings, counts: &str, options: &TextOptions<'_>) {
    page.title(&wording::title(findings));
    for sentence in wording::answer(findings) {
        page.toned(&printable(&sentence), Tone::Plain);
    }
    match options.wall_seconds {
        Some(seconds) => page.items(&format!("{counts} · {}", quantity::rough(seconds, "seconds"))),
        None => page.items(counts),
    }
    page.banner(&reason::banner(&findings.notes));
    if let Some(ending) = wording::ending(findings) {
        page.toned(&ending, Tone::Open);
    }
}

fn verdicts(page: &mut Page, findings: &Findings, options: &TextOptions<'_>) {
    for (heading, table) in wording::verdicts(findings) {
        if heading.is_empty() {
            page.line("");
        } else {
            page.heading(&printable(&heading));
        }
        page.table(&table);
    }
    if wording::verdicts(findings).is_empty() {
        page.line("");
    }
    tally(page, findings, options);
    if let Some(survival) = wording::survival(findings) {
        page.line("");
        page.title(&survival);
    }
}

/// The claims by verdict, and where the files are.
pub(crate) fn tally(page: &mut Page, findings: &Findings, options: &TextOptions<'_>) {
    let summary = wording::summary(findings);
    let out = options.out.map(printable).unwrap_or_default();
    let taken = width::of(&summary) + GAP + width::of(&out);
    if taken <= page.width {
        let gap = " ".repeat(GAP + page.width - taken);
        page.line(&format!("{summary}{gap}{out}"));
    } else {
        page.items(&summary);
        if !out.is_empty() {
            page.toned(&out, Tone::Plain);
        }
    }
}

fn draw<H: AsRef<str>>(page: &mut Page, section: &Section<H>) {
    page.heading(section.title);
    page.table(&section.table);
    for remark in &section.remarks {
        page.item("—", &printable(remark));
    }
}

/// Charts of the phases and their steps.
fn draw_phases(page: &mut Page, migration: &Migration) {
    for (title, lines) in migrate::charts(migration, page.width) {
        page.heading(&printable(&title));
        for line in lines {
            page.line(&line);
        }
    }
}

/// A row for each point, the course of each number, and its picture.
fn draw_sweep(page: &mut Page, sweep: &Sweep) {
    page.heading("Points");
    page.table(&sweep::points(sweep));
    for remark in sweep::remarks(sweep) {
        page.item("—", &printable(&remark));
    }
    let changes = sweep::changes(sweep);
    if !changes.rows.is_empty() && sweep.points.len() > 1 {
        page.heading("What changes");
        page.table(&changes);
    }
    for picture in sweep::pictures(sweep, page.width) {
        page.line("");
        for line in picture {
            page.line(&line);
        }
    }
}

fn reasons(page: &mut Page, findings: &Findings) {
    let reasons = wording::reasons(findings);
    if reasons.is_empty() {
        return;
    }
    page.heading("Why");
    for (claim, why) in reasons {
        for line in wrapped(&printable(&claim.text), page.width, MOST_LINES) {
            page.toned(&line, claim.tone);
        }
        page.item(" ", &printable(&why));
    }
}

fn not_simulated(page: &mut Page, findings: &Findings) {
    let all = &findings.not_simulated;
    let more = all.len().saturating_sub(MOST_NOT_SIMULATED);
    let mut shown: Vec<String> = all.iter().take(MOST_NOT_SIMULATED).cloned().collect();
    if more > 0 {
        shown.push(format!("… and {more} more, see `wssim check`"));
    }
    page.list("Known, not simulated", &shown);
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::sample;
    use wssim_experiment::note::Note;
    use wssim_experiment::offered::{Overload, Overloaded};

    #[test]
    fn the_report_is_as_golden() {
        let options = TextOptions {
            wall_seconds: Some(4.1),
            out: Some("out/after"),
            ..TextOptions::default()
        };
        sample::assert_golden("run.txt", &render(&sample::findings(), &options));
    }

    #[test]
    fn a_narrow_terminal_breaks_words_not_numbers() {
        let options = TextOptions { width: 72, ..TextOptions::default() };
        sample::assert_golden("narrow.txt", &render(&sample::findings(), &options));
    }

    #[test]
    fn every_terminal_is_wide_enough() {
        let told = |findings: Findings| {
            move |width| {
                let out = Some("out/recommended-distribution/of-the-plan");
                render(&findings, &TextOptions { width, out, ..TextOptions::default() })
            }
        };
        sample::assert_fits(told(sample::findings()));
        sample::assert_numbers_stay_whole(told(sample::findings()));
        sample::assert_fits(told(sample::hostile()));
    }

    #[test]
    fn the_narrowest_terminal_lists_the_claims() {
        let options = TextOptions { width: 40, brief: true, ..TextOptions::default() };
        sample::assert_golden("narrowest.txt", &render(&sample::findings(), &options));
    }

    #[test]
    fn an_overload_stands_above_all_numbers() {
        let node = "a-node-with-a-name-that-is-longer-than-a-line".to_owned();
        let of = Overloaded::Node { node, threads: 16.0, capacity: 10.2 };
        let overload = Overload { of, offered: 18.2, on_average: true };
        let mut findings = sample::findings();
        findings.notes.insert(0, Note::Overload(overload));
        let told = |width| render(&findings, &TextOptions { width, ..TextOptions::default() });
        sample::assert_fits(told);
        for width in [60, 80, 120] {
            let text = told(width);
            let [banner, verdicts] = ["\nOverload: ", "\nClaim "].map(|part| text.find(part));
            assert!(banner.is_some() && banner < verdicts, "{text}");
            assert!(!text.contains("overload:"), "it is told once: {text}");
        }
        let brief = TextOptions { brief: true, ..TextOptions::default() };
        assert!(render(&findings, &brief).contains("\nOverload: "));
    }

    #[test]
    fn without_claims_the_tables_are_the_answer() {
        let mut findings = sample::findings();
        findings.claims.clear();
        assert!(render(&findings, &TextOptions::default()).contains("No claims."));
    }

    #[test]
    fn a_partial_run_says_so() {
        let mut findings = sample::findings();
        findings.stopped_by = wssim_experiment::findings::StoppedBy::Interrupt;
        let text = render(&findings, &TextOptions { brief: true, ..TextOptions::default() });
        assert!(text.contains("Partial: interrupted after 40"), "{text}");
        assert!(!text.contains("Nodes"), "brief leaves out the tables");
    }

    #[test]
    fn only_colour_writes_escape_sequences() {
        let findings = sample::hostile();
        let plain = render(&findings, &TextOptions::default());
        let control = |character: char| character != '\n' && wssim_text::is_control(character);
        assert!(!plain.chars().any(control), "{plain:?}");
        let coloured =
            render(&findings, &TextOptions { style: Style::Coloured, ..TextOptions::default() });
        assert_ne!(plain, coloured);
        let stripped = coloured.replace("\u{1b}[0m", "");
        assert_eq!(stripped.matches("\u{1b}]").count(), 0);
    }
}
