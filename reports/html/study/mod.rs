//! The findings of one command only: its pictures, and all of its tables at the end.

mod capacity;
mod compare;
mod failures;
mod migrate;
mod run;
mod sweep;

use super::drawn::Figure;
use super::markup::Html;
use crate::{sections, wording};
use wssim_experiment::findings::{Answer, Findings};

pub(super) fn section(html: &mut Html, findings: &Findings) {
    match &findings.answer {
        Answer::Run(found) => run::section(html, found),
        Answer::Failures(found) => failures::section(html, found),
        Answer::Compare(found) => compare::section(html, found),
        Answer::Sweep(found) => sweep::section(html, found),
        Answer::Capacity(found) => capacity::section(html, found),
        Answer::Migrate(found) => migrate::section(html, found),
    }
}

/// Its pictures that are figures.
pub(super) fn figures(findings: &Findings) -> Vec<Figure> {
    match &findings.answer {
        Answer::Run(found) => run::figures(found),
        Answer::Migrate(_) => Vec::new(),
        Answer::Failures(found) => found.long_run.as_ref().map_or_else(Vec::new, failures::figures),
        Answer::Compare(found) => compare::figures(found),
        Answer::Sweep(found) => sweep::figures(found),
        Answer::Capacity(found) => vec![capacity::figure(found)],
    }
}

/// Trials of plans, if asked for.
pub(super) fn trials(html: &mut Html, findings: &Findings) {
    if let Some(section) = sections::trials(findings) {
        html.section("trials", section.title, |html| {
            html.table(&section.table);
            html.list("remarks", &section.remarks);
        });
    }
}

/// The tables shared with text and Markdown.
pub(super) fn tables(html: &mut Html, findings: &Findings) {
    let verdicts = match &findings.answer {
        Answer::Compare(_) | Answer::Capacity(_) => wording::verdicts(findings),
        _ => Vec::new(),
    };
    let sections = sections::all(findings);
    let sweep = if let Answer::Sweep(sweep) = &findings.answer { Some(sweep) } else { None };
    if verdicts.is_empty() && sections.is_empty() && sweep.is_none() {
        return;
    }
    html.section("tables", "Tables", |html| {
        for (title, table) in &verdicts {
            html.leaf("h3", "", if title.is_empty() { "Conditions" } else { title });
            html.table(table);
        }
        if let Some(sweep) = sweep {
            html.leaf("h3", "", "Points");
            html.table(&crate::sweep::points(sweep));
            html.list("remarks", &crate::sweep::remarks(sweep));
            html.leaf("h3", "", "What changes");
            html.table(&crate::sweep::changes(sweep));
        }
        for section in &sections {
            html.leaf("h3", "", section.title);
            html.table(&section.table);
            html.list("remarks", &section.remarks);
        }
    });
}
