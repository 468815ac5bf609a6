//! `wssim sweep`: what if?

use crate::deliver::Delivery;
use crate::exit::{self, CommandFailure};
use crate::keep::{CommandSubject, Keep, worlds};
use crate::options::StudyFlags;
use crate::place::OutDirectory;
use crate::report;
use std::fmt::Debug;
use std::io;
use std::ops::ControlFlow;
use std::time::Instant;
use wssim_experiment::question::{MetricRef, Override};
use wssim_experiment::sweep::{self, MOST_POINTS, Parameter, SweepError, USUAL_REPLICATIONS};
use wssim_reports::{json, sweep as tables};
use wssim_scenario::{Scenario, parameter};
use wssim_text::printable;

/// Files that are written, in this order.
const FILES: [&str; 3] = ["results.json", "sweep.csv", report::NAME];

/// What if? Every combination of other values, a row a point.
///
/// Simulates the scenario at every point of a grid, all with the same requests and the same warm-up, so
/// that points differ by their values alone. Prints up to which value each objective is kept, a row a point,
/// and a picture of each number. Writes results.json, sweep.csv and report.html.
///
/// Until it ends it keeps the finished replications in a file journal-….wssim beside them: the same
/// command continues from there. Such a file may be removed at any time.
#[derive(clap::Args, Debug)]
#[command(after_long_help = "\
A parameter takes values as the scenario writes them, or a range: both ends in one unit, and the
number of points behind the last slash. Points are equally far apart, or with `log` by a common ratio:
  --param traffic.scale=1,2,4                       --param node.hpr.disk=nvme,hdd
  --param traffic.web.arrivals.rate=1/s..8/s/4      --param traffic.scale=0.25..16/7log
  --param stack.production.services.ws-company.deploy.replicas=1..3/3

Example:
  wssim sweep after --param traffic.scale=1..8/8
  wssim sweep after --param traffic.scale=1,4 --param service.ws-company.workers=10,200
  wssim sweep after --param traffic.scale=1..8/3 --refine 4
  wssim sweep after --param traffic.scale=1,8 --metric 'node_load_average{node=\"gmktec\"}'")]
pub(crate) struct Args {
    /// Path of the scenario, or its bare name when it lies in scenarios/ or ships with wssim
    scenario: String,

    /// A key and its values: `key=a,b,c` or `key=lo..hi/n`; repeatable, all combinations are made
    #[arg(long = "param", value_name = "KEY=VALUES", required = true, value_parser = parameter)]
    parameters: Vec<Parameter>,

    /// A metric to show for each point, as claims name it, of the whole measured stretch or `from … to …`; repeatable [default: response time, errors, CPU]
    #[arg(long = "metric", value_name = "METRIC")]
    metrics: Vec<String>,

    /// The number of points that are added, one by one, where the first number changes most from point to point
    #[arg(long, value_name = "N", default_value_t = 0, value_parser = clap::value_parser!(u32).range(0..=1000))]
    refine: u32,

    /// Replications of each point
    #[arg(long, value_name = "N", default_value_t = USUAL_REPLICATIONS, value_parser = clap::value_parser!(u32).range(1..=1_000_000))]
    replications: u32,

    #[command(flatten)]
    pub(crate) study: StudyFlags,
}

/// Runs the command; returns its exit status.
pub(crate) fn run(args: &Args) -> Result<u8, CommandFailure> {
    let started = Instant::now();
    let shown = &args.study.shown;
    check(&args.parameters)?;
    let Some(scenario) = shown.load(&args.scenario)? else { return Ok(exit::HOLDS) };
    let metrics = metrics(args, &scenario)?;
    let (study, question) = (&args.study, scenario.question());
    let place = OutDirectory::of(study.work.out.as_deref(), &question.name, Some("sweep"));
    let _held = place.hold_for(study, &FILES)?;
    let options = options(args, metrics)?;
    let asked = CommandSubject { command: "sweep", scenario: &question.name, is_kept: true };
    let inputs = || Ok((worlds(&scenario, &question)?, &question, decisive(&options)));
    let keep = Keep::open(study, &place, asked, inputs)?;
    let done = keep.simulate(study, started, |watcher| {
        sweep::sweep(&scenario, &question, &options, watcher).map_err(|error| failure(&error))
    })?;
    let findings = match done {
        ControlFlow::Continue(findings) => findings,
        ControlFlow::Break(status) => return Ok(status),
    };
    let texts = vec![json::render(&findings), tables::csv::render(&findings)];
    let delivery = Delivery { place: &place, names: &FILES, study, started, all: true };
    delivery.deliver(&findings, &[(&scenario, &question)], texts)?;
    Ok(exit::of(&findings, study.work.no_fail))
}

/// Checks that the parameters form a grid.
fn check(parameters: &[Parameter]) -> Result<(), CommandFailure> {
    let wrong =
        |message: &str| Err(CommandFailure::wrong(&format!("error: {}", printable(message))));
    for (at, parameter) in parameters.iter().enumerate() {
        if parameters[..at].iter().any(|other| other.path == parameter.path) {
            return wrong(&format!("`--param {}` is there twice", parameter.path));
        }
    }
    let counts = parameters.iter().map(|parameter| parameter.values.len());
    match counts.clone().try_fold(1usize, usize::checked_mul) {
        Some(points) if points <= MOST_POINTS => Ok(()),
        _ => {
            let counts: Vec<String> = counts.map(|count| count.to_string()).collect();
            wrong(&format!("{} points are more than {MOST_POINTS}", counts.join(" × ")))
        }
    }
}

/// The metrics of each point; reports every mistake in them. A metric may exist only at a value that is
/// not a number, such as `true`.
fn metrics(args: &Args, scenario: &Scenario) -> Result<Vec<MetricRef>, CommandFailure> {
    let names = || args.parameters.iter().filter(|parameter| parameter.numbers.is_none());
    let values = |parameter: &'_ Parameter| -> Vec<Override> {
        let at = |text: &String| Override { path: parameter.path.clone(), value: text.clone() };
        parameter.values.iter().map(|value| at(&value.text)).collect()
    };
    let read = |text: &String| {
        let colours = args.study.shown.colours(&io::stderr());
        let metric = scenario.metric("--metric", text).or_else(|mistakes| {
            let mut others = names().flat_map(values);
            let found = others.find_map(|one| scenario.metric_at(one, "--metric", text).ok());
            found.ok_or(mistakes)
        });
        metric.map_err(|diagnostics| CommandFailure::scenario(&diagnostics, colours))
    };
    args.metrics.iter().map(read).collect()
}

/// Options from the flags.
fn options(args: &Args, metrics: Vec<MetricRef>) -> Result<sweep::SweepOptions, CommandFailure> {
    if args.refine > 0 && args.parameters.iter().all(|parameter| parameter.numbers.is_none()) {
        return Err(CommandFailure::wrong("error: `--refine` needs a parameter of numbers"));
    }
    Ok(sweep::SweepOptions {
        seed: args.study.seed,
        threads: args.study.work.threads(),
        replications: args.replications,
        parameters: args.parameters.clone(),
        metrics,
        refine: args.refine,
    })
}

/// Options that determine the result.
fn decisive(options: &sweep::SweepOptions) -> impl Debug {
    let sweep::SweepOptions { seed, replications, refine, ref metrics, .. } = *options;
    (seed, replications, refine, metrics.clone(), options.parameters.clone())
}

fn failure(error: &SweepError) -> CommandFailure {
    match error {
        SweepError::World(error) => CommandFailure::world(error),
        SweepError::NoMetric(metric) => {
            let message = format!("`--metric {}`: its labels name nothing here", metric.name);
            CommandFailure::wrong(&format!("error: {}", printable(&message)))
        }
        SweepError::Point { overrides, why } => {
            let why = CommandFailure::world(why).message;
            CommandFailure::wrong(&format!("error: at {}:\n{why}", printable(&point(overrides))))
        }
    }
}

fn point(overrides: &[Override]) -> String {
    let all = overrides.iter().map(|one| format!("{}={}", one.path, one.value));
    all.collect::<Vec<_>>().join(", ")
}
