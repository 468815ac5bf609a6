//! The end of every study: writes its files, its report and figures, and prints the answer.

use crate::exit::CommandFailure;
use crate::options::{Format, ScenarioFlags, StudyFlags};
use crate::place::OutDirectory;
use crate::report;
use crate::terminal::{self, Stream};
use std::io;
use std::time::Instant;
use wssim_experiment::findings::{Answer, Findings, StoppedBy};
use wssim_experiment::question::Question;
use wssim_reports::files::Output;
use wssim_reports::{Style, glance, html, json, junit, markdown, metrics_csv, metrics_prom, text};
use wssim_scenario::Scenario;

/// The output of a command.
pub(crate) struct Delivery<'a> {
    pub(crate) place: &'a OutDirectory,
    /// The names of its files; the report last.
    pub(crate) names: &'a [&'a str],
    pub(crate) study: &'a StudyFlags,
    pub(crate) started: Instant,
    /// Whether the full answer is printed.
    pub(crate) all: bool,
}

impl Delivery<'_> {
    /// Writes `texts` as the files, the report on `plans` as the last of them, and its figures; prints
    /// the answer even if a file was not written. A study interrupted before it had results leaves the
    /// files as they were.
    ///
    /// # Errors
    /// When a file could not be written, or a world of the report could not be made.
    pub(crate) fn deliver(
        &self,
        findings: &Findings,
        plans: &[(&Scenario, &Question)],
        mut texts: Vec<String>,
    ) -> Result<(), CommandFailure> {
        let shown = &self.study.shown;
        if is_empty(findings) {
            return shown.print(&answer((shown, self.all), findings, self.started, None));
        }
        let told = report::told(plans, self.study)?;
        texts.push(html::render(findings, &told));
        let figures = html::figures(findings, &told);
        let files = self.names.iter().zip(&texts).map(|(name, text)| Output { name, text });
        let figures = figures.iter().map(|(name, text)| Output { name, text });
        let written =
            self.place.write_with_figures(&files.collect::<Vec<_>>(), &figures.collect::<Vec<_>>());
        let out = written.is_ok().then(|| self.place.shown(""));
        shown.print(&answer((shown, self.all), findings, self.started, out.as_deref()))?;
        Ok(written?)
    }
}

/// Whether the user stopped the study before the first replication was complete.
fn is_empty(findings: &Findings) -> bool {
    findings.stopped_by == StoppedBy::Interrupt
        && (findings.replications, findings.events) == (0, 0)
}

/// The texts of the files that every command with claims writes first: results.json, metrics.csv, metrics.prom and
/// junit.xml.
pub(crate) fn usual(findings: &Findings) -> Vec<String> {
    vec![
        json::render(findings),
        metrics_csv::render(findings),
        metrics_prom::render(findings),
        junit::render(findings),
    ]
}

/// The text for standard output. JSON is complete even with `--quiet`.
fn answer(
    (shown, all): (&ScenarioFlags, bool),
    findings: &Findings,
    started: Instant,
    out: Option<&str>,
) -> String {
    match shown.look.format {
        Format::Json => json::render(findings),
        Format::Markdown => match findings.answer {
            Answer::Run(_) if !all => markdown::brief(findings),
            _ => markdown::render(findings),
        },
        Format::Text => {
            let coloured = shown.colours(&io::stdout());
            let options = text::TextOptions {
                style: if coloured { Style::Coloured } else { Style::Plain },
                width: terminal::width(Stream::Out),
                wall_seconds: Some(started.elapsed().as_secs_f64()),
                out,
                brief: shown.look.quiet,
            };
            match findings.answer {
                Answer::Run(_) if !all => glance::render(findings, &options),
                _ => text::render(findings, &options),
            }
        }
    }
}
