//! `wssim run`: do the claims of this scenario hold?

use crate::exit::{self, Failure};
use crate::options::{Common, Format, Shown};
use crate::output;
use crate::place::Place;
use crate::terminal::{self, Stream};
use crate::watch::Watcher;
use std::io;
use std::time::Instant;
use wssim_experiment::findings::Findings;
use wssim_reports::files::Output;
use wssim_reports::{Style, json, markdown, metrics_csv, text};
use wssim_scenario::Scenario;

/// Files that are written, in this order.
const FILES: [&str; 2] = ["results.json", "metrics.csv"];

/// Do the claims of this scenario hold?
///
/// Simulates the scenario until every claim of its plan is decided, or known to the precision asked
/// for, and prints the verdicts, then response times by entry, load by node, and what keeps
/// services busy. Writes results.json and metrics.csv.
#[derive(clap::Args, Debug)]
#[command(after_long_help = "\
Example:
  wssim run after --set traffic.web.arrivals.rate=8/s --precision 1%
  wssim run scenarios/after.toml --format json | jq '.claims[] | {id, verdict}'")]
pub(crate) struct Args {
    /// Path of the scenario, or its bare name when it lies in scenarios/
    scenario: String,

    #[command(flatten)]
    common: Common,
}

/// Runs the command; gives its exit status.
pub(crate) fn run(args: &Args) -> Result<u8, Failure> {
    let started = Instant::now();
    let shown = &args.common.study.shown;
    let Some(scenario) = shown.load(&args.scenario)? else { return Ok(exit::HOLDS) };
    let place = Place::of(args.common.study.out.as_deref(), &scenario.question().name, None);
    place.check(&FILES)?;
    let findings = simulate(args, &scenario)?;
    let texts = [json::render(&findings), metrics_csv::render(&findings)];
    let outputs = [0, 1].map(|place| Output { name: FILES[place], text: &texts[place] });
    let written = place.write(&outputs);
    let out = written.is_ok().then(|| place.shown(""));
    let report = report(shown, &findings, started, out.as_deref());
    output::print(&report, shown)?;
    written?;
    Ok(exit::of(&findings, args.common.study.no_fail))
}

fn simulate(args: &Args, scenario: &Scenario) -> Result<Findings, Failure> {
    let common = &args.common;
    let options = common.of_study();
    let watcher = Watcher::start(common.study.budget, common.study.shown.quiet);
    let findings = wssim_experiment::run(scenario, &scenario.question(), &options, &watcher);
    watcher.finish();
    findings.map_err(|error| Failure::world(&error))
}

/// What standard output gets. Programs get everything even if told quietly.
pub(crate) fn report(
    shown: &Shown,
    findings: &Findings,
    started: Instant,
    out: Option<&str>,
) -> String {
    match shown.format {
        Format::Json => json::render(findings),
        Format::Markdown => markdown::render(findings),
        Format::Text => {
            let coloured = shown.colours(&io::stdout());
            let options = text::Options {
                style: if coloured { Style::Coloured } else { Style::Plain },
                width: terminal::width(Stream::Out),
                wall_seconds: Some(started.elapsed().as_secs_f64()),
                out,
                brief: shown.quiet,
            };
            text::render(findings, &options)
        }
    }
}
