//! `wssim capacity`: how much can it carry?

use crate::deliver::{Delivery, usual};
use crate::exit::{self, CommandFailure};
use crate::options::{self, StudyFlags};
use crate::place::OutDirectory;
use crate::report;
use crate::watch::Watcher;
use std::io;
use std::time::Instant;
use wssim_experiment::capacity::findings::{SearchEnd, ValueState};
use wssim_experiment::capacity::{self, CapacityError, CapacityOptions};
use wssim_experiment::findings::{Answer, Findings};
use wssim_experiment::objective::Objective;
use wssim_experiment::sweep::Parameter;
use wssim_reports::capacity as tables;
use wssim_scenario::{Scenario, range_of};

/// Files that are written, in this order.
const FILES: [&str; 6] =
    ["results.json", "metrics.csv", "metrics.prom", "junit.xml", "capacity.csv", report::NAME];

/// How much can it carry, and what gives first?
///
/// Looks for the largest factor on all traffic at which every objective holds (`objective` of the traffic, or
/// --until; without any, that 99 % of all requests are answered). All values meet the same random numbers.
/// The answer is a bracket, which is right with a probability of 95 %. Says what gives first and why, what
/// else is used up when, what is left of each node, and how much is carried without each of them. With --find it looks for
/// the least, or the largest, value of another key at which --until holds. Writes results.json, metrics.csv,
/// metrics.prom, junit.xml, capacity.csv and report.html.
#[derive(clap::Args, Debug)]
#[command(after_long_help = "\
Example:
  wssim capacity after
  wssim capacity after --until 'response_time_seconds{entry=\"web\", stat=\"p95\"} < 400ms'
  wssim capacity after --template ws-company
  wssim capacity after --find traffic.scale=1..20 --until 'error_ratio{entry=\"web\"} < 1%'

Exit status: 1 when an objective does not hold at the traffic of today, or no value of --find will do; 3 when
that stays undecided, or the key has no single limit.")]
pub(crate) struct Args {
    /// Path of the scenario, or its bare name when it lies in scenarios/ or ships with wssim
    scenario: String,

    /// Search the value of this key instead of the traffic, between two ends: `key=lo..hi`; for whole
    /// numbers the ends are 1..64 by default
    #[arg(long, value_name = "KEY=LO..HI", value_parser = range_of, requires = "until")]
    find: Option<Parameter>,

    /// What must hold: a metric as claims name it, `<` or `>`, and a limit; repeatable [default: the
    /// objectives]
    #[arg(long, value_name = "CONDITION")]
    until: Vec<String>,

    /// The service for which to say how many more of its containers fit
    #[arg(long, value_name = "SERVICE", conflicts_with = "find")]
    template: Option<String>,

    /// Width of the bracket, as a share of its upper end
    #[arg(long, value_name = "SHARE", default_value = "1%", value_parser = options::share)]
    precision: f64,

    /// The exact number of replications of each value, without a stopping rule
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u32).range(5..=1_000_000))]
    replications: Option<u32>,

    #[command(flatten)]
    study: StudyFlags,
}

/// Runs the command; returns its exit status.
pub(crate) fn run(args: &Args) -> Result<u8, CommandFailure> {
    let started = Instant::now();
    let study = &args.study;
    let Some(scenario) = study.shown.load(&args.scenario)? else { return Ok(exit::HOLDS) };
    if study.shard.is_some() {
        return Err(CommandFailure::wrong(
            "error: `--shard`: each step of the search depends on the one before, so that nothing can be shared \
             out; `wssim sweep` shares a grid of values",
        ));
    }
    let conditions = conditions(args, &scenario)?;
    let place =
        OutDirectory::of(study.work.out.as_deref(), &scenario.question().name, Some("capacity"));
    let _held = place.hold(&FILES)?;
    let findings = simulate(args, &scenario, conditions)?;
    let mut texts = usual(&findings);
    texts.push(tables::csv::render(&findings));
    let delivery = Delivery { place: &place, names: &FILES, study, started, all: true };
    delivery.deliver(&findings, &[(&scenario, &scenario.question())], texts)?;
    Ok(status(&findings, study.work.no_fail))
}

/// The conditions; reports every mistake in them.
fn conditions(args: &Args, scenario: &Scenario) -> Result<Vec<Objective>, CommandFailure> {
    let read = |text: &String| {
        let colours = args.study.shown.colours(&io::stderr());
        let condition = scenario.condition("--until", text);
        condition.map_err(|diagnostics| CommandFailure::scenario(&diagnostics, colours))
    };
    args.until.iter().map(read).collect()
}

fn simulate(
    args: &Args,
    scenario: &Scenario,
    conditions: Vec<Objective>,
) -> Result<Findings, CommandFailure> {
    let options = CapacityOptions {
        seed: args.study.seed,
        threads: args.study.work.threads(),
        replications: args.replications,
        precision: args.precision,
        conditions,
        find: args.find.clone(),
        template: args.template.clone(),
    };
    let watcher = Watcher::start(args.study.work.budget, args.study.shown.look.quiet, None);
    let findings = capacity::capacity(scenario, &scenario.question(), &options, &watcher);
    watcher.finish();
    findings.map_err(|error| failure(&error))
}

fn failure(error: &CapacityError) -> CommandFailure {
    let message = match error {
        CapacityError::World(error) => return CommandFailure::world(error),
        CapacityError::NoTraffic => {
            "the scenario has no traffic: there is nothing to carry".to_owned()
        }
        CapacityError::NoTemplate(name) => format!("`--template`: no service is named `{name}`"),
        CapacityError::NoMetric(name) => format!("this scenario has no such `{name}`"),
        CapacityError::AtLeast(name) => format!(
            "`--until`: `{name}` is to be large enough, and the search is for the largest traffic: \
             `--find traffic.scale=LO..HI` looks for where that begins"
        ),
        CapacityError::TooFewRequests { metric, times } => format!(
            "replications are too short for `{metric}`: with {times:.1} times `scenario.duration` there are \
             requests enough"
        ),
    };
    CommandFailure::wrong(&format!("error: {message}"))
}

/// The exit status by the claims, and by the objectives at today's traffic.
fn status(findings: &Findings, no_fail: bool) -> u8 {
    let of_claims = exit::of(findings, no_fail);
    let Answer::Capacity(capacity) = &findings.answer else { return of_claims };
    if no_fail || of_claims == exit::INTERRUPTED {
        return of_claims;
    }
    let search = &capacity.search;
    let today = search.tried.iter().find(|tried| tried.value == 1.0).map(|tried| tried.state);
    let of_search = match (capacity.traffic.is_some(), search.end) {
        (true, _) if today == Some(ValueState::Missed) => exit::REFUTED,
        (_, SearchEnd::Cut) | (false, SearchEnd::Turns) => exit::UNDECIDED,
        (true, _) if today == Some(ValueState::Open) => exit::UNDECIDED,
        (false, SearchEnd::NeverKept) => exit::REFUTED,
        (false, SearchEnd::Open) if search.kept.is_none() => exit::UNDECIDED,
        _ => exit::HOLDS,
    };
    match (of_claims, of_search) {
        (exit::REFUTED, _) | (_, exit::REFUTED) => exit::REFUTED,
        (exit::UNDECIDED, _) | (_, exit::UNDECIDED) => exit::UNDECIDED,
        _ => exit::HOLDS,
    }
}
