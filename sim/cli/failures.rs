//! `wssim failures`: what survives?

use crate::deliver::{Delivery, usual};
use crate::exit::{self, CommandFailure};
use crate::keep::{CommandSubject, Keep, worlds};
use crate::options::{self, CommonFlags};
use crate::place::OutDirectory;
use crate::report;
use std::ops::ControlFlow;
use std::time::{Duration, Instant};
use wssim_experiment::cluster::Survival;
use wssim_experiment::failures::{self, FailureError};
use wssim_experiment::question::Question;
use wssim_kernel::Nanos;
use wssim_reports::failures as tables;

/// Files that are written, in this order.
const FILES: [&str; 7] = [
    "results.json",
    "metrics.csv",
    "metrics.prom",
    "junit.xml",
    "failures.csv",
    "availability.csv",
    report::NAME,
];

/// What survives when nodes fail?
///
/// Takes down every node, every pair, and with --depth larger sets, each in a world with traffic, and
/// says of every entry whether it stays up, comes back and when, or is lost and why. A set is
/// survived when every critical entry answers --share of its requests in some --window that begins
/// at most --within after the fault, and the same share of all later requests, without a human. Then parts
/// fail by themselves (mtbf, mttr) for --years, without traffic: how available each entry, group and service is,
/// how many outages a year there are, how long, and why. Claims with `study = "failures"` are
/// judged. Writes results.json, metrics.csv, metrics.prom, junit.xml, failures.csv, availability.csv and report.html.
#[derive(clap::Args, Debug)]
#[command(after_long_help = "\
Example:
  wssim failures after
  wssim failures after --depth 1 --within 1min --share 99.9%
  wssim failures after --years 100000
  wssim failures scenarios/after.toml --format json | jq '.sets[] | {nodes, survives}'")]
pub(crate) struct Args {
    /// Path of the scenario, or its bare name when it lies in scenarios/ or ships with wssim
    scenario: String,

    /// The most nodes that fail together [default: 2]
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u32).range(1..=64))]
    depth: Option<u32>,

    /// Length of the window, such as 60s [default: the scenario's, or 60s]
    #[arg(long, value_name = "TIME", value_parser = length)]
    window: Option<Duration>,

    /// Share of requests that must be answered [default: the scenario's, or 99%]
    #[arg(long, value_name = "SHARE", value_parser = answered)]
    share: Option<f64>,

    /// How long after the fault the window begins at the latest [default: the scenario's, or 5min]
    #[arg(long, value_name = "TIME", value_parser = length)]
    within: Option<Duration>,

    /// Years of the long run, all histories together; 0: none [default: 10000]
    #[arg(long, value_name = "N", value_parser = years)]
    years: Option<f64>,

    #[command(flatten)]
    pub(crate) common: CommonFlags,
}

/// Runs the command; returns its exit status.
pub(crate) fn run(args: &Args) -> Result<u8, CommandFailure> {
    let started = Instant::now();
    let common = &args.common;
    let Some(scenario) = common.study.shown.load(&args.scenario)? else { return Ok(exit::HOLDS) };
    common.check_shard()?;
    let question = scenario.question();
    let place =
        OutDirectory::of(common.study.work.out.as_deref(), &question.name, Some("failures"));
    let _held = place.hold_for(&common.study, &FILES)?;
    let options = asked_for(args, &question);
    let asked = CommandSubject { command: "failures", scenario: &question.name, is_kept: false };
    let decisive = failures::FailureOptions { common: common.decisive(), ..options };
    let inputs = || Ok((worlds(&scenario, &question)?, &question, decisive));
    let keep = Keep::open(&common.study, &place, asked, inputs)?;
    let done = keep.simulate(&common.study, started, |watcher| {
        failures::failures(&scenario, &question, &options, watcher).map_err(|error| failure(&error))
    })?;
    let findings = match done {
        ControlFlow::Continue(findings) => findings,
        ControlFlow::Break(status) => return Ok(status),
    };
    let mut texts = usual(&findings);
    texts.extend([tables::csv::render(&findings), tables::years::csv::render(&findings)]);
    let study = &common.study;
    let delivery = Delivery { place: &place, names: &FILES, study, started, all: true };
    delivery.deliver(&findings, &[(&scenario, &question)], texts)?;
    Ok(exit::of(&findings, common.study.work.no_fail))
}

/// Options from the flags, with the scenario's as defaults.
fn asked_for(args: &Args, question: &Question) -> failures::FailureOptions {
    let own = question.cluster.survival;
    let or = |given: Option<Duration>, own: Nanos| {
        given.map_or(own, |given| Nanos::from_seconds(given.as_secs_f64()))
    };
    let survival = Survival {
        window: or(args.window, own.window),
        share: args.share.unwrap_or(own.share),
        within: or(args.within, own.within),
    };
    let depth = args.depth.map(|depth| depth as usize);
    failures::FailureOptions { common: args.common.of_study(), depth, survival, years: args.years }
}

fn failure(error: &FailureError) -> CommandFailure {
    match error {
        FailureError::World(error) => CommandFailure::world(error),
        FailureError::TooFewNodes { depth, nodes } => CommandFailure::wrong(&format!(
            "error: `--depth {depth}`: the scenario has {nodes} nodes"
        )),
        FailureError::TooManySets { depth, nodes, sets } => CommandFailure::wrong(&format!(
            "error: `--depth {depth}`: {sets} sets of {nodes} nodes are too many"
        )),
    }
}

/// A duration that is valid for survival.
fn length(text: &str) -> Result<Duration, String> {
    let time = options::wall_time(text)?;
    let (shortest, longest) = Survival::LENGTHS;
    let fits = (shortest.seconds()..=longest.seconds()).contains(&time.as_secs_f64());
    if fits { Ok(time) } else { Err("from 1 s to 1 h is expected".to_owned()) }
}

/// From zero to a number that takes a day to simulate.
fn years(text: &str) -> Result<f64, String> {
    let years: f64 = text.trim().parse().map_err(|_| "a number of years is expected".to_owned())?;
    let fits = years == 0.0 || (0.01..=1e8).contains(&years);
    if fits { Ok(years) } else { Err("0, or from 0.01 to 100000000, is expected".to_owned()) }
}

/// `99%`, `0.99`, or 100 %.
fn answered(text: &str) -> Result<f64, String> {
    if matches!(text.trim(), "100%" | "1" | "1.0") { Ok(1.0) } else { options::share(text) }
}
