//! The report for a merge request: the tables of [`crate::text`] in Markdown.

use crate::escape::markdown as escaped;
use crate::glance::claims::Groups;
use crate::glance::next;
use crate::markdown_block::{bullets, list, table};
use crate::{reason, regression, sections, sweep, wording};
use std::fmt::Write as _;
use wssim_experiment::findings::{Answer, Findings};

/// The report; pipes, backticks and HTML of user-made names are escaped.
#[must_use]
pub fn render(findings: &Findings) -> String {
    let mut text = head(findings, &wording::counts(findings));
    for (heading, rows) in wording::verdicts(findings) {
        if !heading.is_empty() {
            let _ = write!(text, "### {}\n\n", escaped(&heading));
        }
        paragraph(&mut text, &table(&rows));
    }
    match wording::summary(findings) {
        none if wording::verdicts(findings).is_empty() => paragraph(&mut text, &none),
        summary => paragraph(&mut text, &format!("**{summary}**")),
    }
    if let Some(survival) = wording::survival(findings) {
        paragraph(&mut text, &format!("**{}**", escaped(&survival)));
    }
    if let Some(difference) = &findings.regression {
        paragraph(&mut text, &regression::markdown_part(difference, true));
    }
    for section in sections::all(findings) {
        let _ = write!(text, "### {}\n\n", section.title);
        paragraph(&mut text, &table(&section.table));
        bullets(&mut text, section.remarks.iter().map(|remark| escaped(remark)));
    }
    if let Some(section) = sections::trials(findings) {
        let _ = write!(text, "### {}\n\n", section.title);
        paragraph(&mut text, &table(&section.table));
        bullets(&mut text, section.remarks.iter().map(|remark| escaped(remark)));
    }
    if let Answer::Sweep(sweep) = &findings.answer {
        let _ = write!(text, "### Points\n\n");
        paragraph(&mut text, &table(&sweep::points(sweep)));
        bullets(&mut text, sweep::remarks(sweep).iter().map(|remark| escaped(remark)));
        let _ = write!(text, "### What changes\n\n");
        paragraph(&mut text, &table(&sweep::changes(sweep)));
    }
    let reasons = wording::reasons(findings);
    let reasons = reasons
        .iter()
        .map(|(claim, why)| format!("**{}**: {}", escaped(&claim.text), escaped(why)));
    list(&mut text, "Why", reasons);
    let not_simulated = findings.not_simulated.iter();
    list(&mut text, "Known, not simulated", not_simulated.map(|item| escaped(item)));
    list(&mut text, "Notes", wording::notes(findings).iter().map(|note| escaped(note)));
    text.truncate(text.trim_end().len());
    text.push('\n');
    text
}

/// What was simulated, and the warnings that come first.
fn head(findings: &Findings, counts: &str) -> String {
    let mut text = format!("## {}\n\n", escaped(&wording::title(findings)));
    for sentence in wording::answer(findings) {
        paragraph(&mut text, &format!("**{}**", escaped(&sentence)));
    }
    paragraph(&mut text, counts);
    text.push_str(&banner(&reason::banner(&findings.notes)));
    if let Some(ending) = wording::ending(findings) {
        paragraph(&mut text, &format!("**{}**", escaped(&ending)));
    }
    text
}

/// A block for the most important warnings; empty without lines.
pub(crate) fn banner(lines: &[String]) -> String {
    let lines: Vec<String> =
        lines.iter().map(|line| format!("> **{}**\n", escaped(line))).collect();
    if lines.is_empty() { String::new() } else { format!("{}\n", lines.join(">\n")) }
}

/// The report of `run` for a merge request on one screen: the contents of [`crate::glance`].
#[must_use]
pub fn brief(findings: &Findings) -> String {
    let mut text = head(findings, &wording::short_counts(findings));
    let groups = Groups::of(findings);
    if !groups.names.is_empty() {
        paragraph(&mut text, &table(&groups.rows.with_groups("Verdict", &groups.names)));
    }
    for (heading, _, items) in &groups.lists {
        let items: Vec<String> = items.iter().map(|item| escaped(item)).collect();
        paragraph(&mut text, &format!("**{heading}:** {}", items.join("; ")));
    }
    paragraph(&mut text, &format!("**{}**", wording::summary(findings)));
    if let Some(difference) = &findings.regression {
        paragraph(&mut text, &regression::markdown_part(difference, false));
    }
    for section in sections::brief(findings) {
        paragraph(&mut text, &table(&section.table));
    }
    let next = next::measure(findings).map(|next| escaped(&next));
    let notes = wording::notes(findings);
    let notes = notes.iter().map(|note| escaped(note));
    bullets(&mut text, next.into_iter().chain(notes).collect::<Vec<_>>().into_iter());
    text.truncate(text.trim_end().len());
    text.push('\n');
    text
}

fn paragraph(text: &mut String, lines: &str) {
    let _ = write!(text, "{}\n\n", lines.trim_end());
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::sample;

    #[test]
    fn the_report_is_as_golden() {
        sample::assert_golden("run.md", &render(&sample::findings()));
    }

    #[test]
    fn the_brief_report_is_as_golden_and_is_that_of_the_terminal() {
        let text = brief(&sample::findings());
        sample::assert_golden("glance.md", &text);
        assert!(!brief(&sample::hostile()).contains("<script>"));
    }

    #[test]
    fn hostile_names_stay_inside_their_cell() {
        let text = render(&sample::hostile());
        assert!(!text.contains("<script>"));
        let borders = |line: &str| line.replace("\\\\", "").replace("\\|", "").matches('|').count();
        let lines: Vec<&str> = text.lines().collect();
        for pair in lines.windows(2).filter(|pair| pair.iter().all(|line| line.starts_with("| "))) {
            assert_eq!(borders(pair[0]), borders(pair[1]), "{}", pair[1]);
        }
        sample::assert_golden("hostile.md", &text);
    }
}
