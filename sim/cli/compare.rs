//! `wssim compare`: what changes between plans?

use crate::deliver::{Delivery, usual};
use crate::exit::{self, CommandFailure};
use crate::keep::{CommandSubject, Keep, worlds};
use crate::options::{CommonFlags, ScenarioFlags};
use crate::output;
use crate::place::OutDirectory;
use crate::report;
use crate::watch::Watcher;
use std::io;
use std::ops::ControlFlow;
use std::path::{Path, PathBuf};
use std::time::Instant;
use wssim_experiment::compare::{self, Plan, PlanVariant};
use wssim_experiment::findings::Findings;
use wssim_experiment::question::{MetricRef, Question};
use wssim_reports::compare as tables;
use wssim_scenario::{Scenario, import};

/// Files that are written, in this order.
const FILES: [&str; 6] =
    ["results.json", "metrics.csv", "metrics.prom", "junit.xml", "compare.csv", report::NAME];

/// What changes between plans?
///
/// Simulates the first scenario and each of the others under common random numbers: the same requests meet
/// all of them, so that small differences show. Prints response times, errors, CPU and RAM before and after,
/// the change with its interval, what the plan says of each and the verdict; then which components carry what
/// changes. Judges the claims and the observations of the others, about themselves or about the change from
/// the first one. Stack files can be compared, too; what they do not say is assumed, the same for all. Writes
/// results.json, metrics.csv, metrics.prom, junit.xml, compare.csv and report.html.
#[derive(clap::Args, Debug)]
#[command(after_long_help = "\
Example:
  wssim compare before after
  wssim compare after hybrid after-dnsrr --replications 10
  wssim compare old.yml new.yml --nodes nodes.toml
  wssim compare before after --metric 'in_service{service=\"ws-company\"}'
  wssim compare before after --with failures
  wssim compare after after-k3s after-nomad after-compose --with failures
  wssim compare before after --format json | jq '.comparison[] | {name, labels, others}'")]
pub(crate) struct Args {
    /// The scenario to compare with: its path, its bare name when it lies in scenarios/ or ships with
    /// wssim, or a stack file
    first: String,

    /// The scenarios or stack files to compare with it
    #[arg(required = true, value_name = "SCENARIO")]
    others: Vec<String>,

    /// A part of a scenario that is added to all of them: nodes, LAN and the rest that stack files do
    /// not say
    #[arg(long, value_name = "FILE")]
    nodes: Option<PathBuf>,

    /// A metric to show beside response times, errors, CPU, RAM and the metrics of claims, as claims name
    /// it, of the whole measured stretch or `from … to …`; repeatable
    #[arg(long = "metric", value_name = "METRIC")]
    metrics: Vec<String>,

    /// Ask one more question. `failures`: what happens to each scenario and to each of its variants when nodes are lost,
    /// and over the years; for variants with rollouts, what happens during them
    #[arg(long = "with", value_name = "QUESTION", value_enum)]
    with: Vec<With>,

    #[command(flatten)]
    pub(crate) common: CommonFlags,
}

/// Further questions.
#[derive(Clone, Copy, Debug, PartialEq, Eq, clap::ValueEnum)]
enum With {
    /// What becomes of each when nodes are lost, over the years, and in rollouts of variants
    Failures,
}

/// Runs the command; returns its exit status.
pub(crate) fn run(args: &Args) -> Result<u8, CommandFailure> {
    let started = Instant::now();
    let common = &args.common;
    let names = std::iter::once(&args.first).chain(&args.others);
    let names: Vec<&String> = names.collect();
    let loaded: Vec<Option<Scenario>> =
        names.iter().map(|name| load(name, args)).collect::<Result<_, _>>()?;
    let Some(scenarios) = loaded.into_iter().collect::<Option<Vec<_>>>() else {
        return Ok(exit::HOLDS);
    };
    let mut questions: Vec<Question> = scenarios.iter().map(Scenario::question).collect();
    tell_apart(&names, &mut questions);
    let all: Vec<&str> = questions.iter().map(|question| question.name.as_str()).collect();
    common.check_shard()?;
    let place = OutDirectory::of(common.study.work.out.as_deref(), &all.join("-vs-"), None);
    let _held = place.hold_for(&common.study, &FILES)?;
    let metrics = metrics(args, &scenarios)?;
    let trials = args.with.contains(&With::Failures);
    let beside = compare::CompareOptions { metrics, trials };
    let variants = if trials { variants(&scenarios, args)? } else { Vec::new() };
    let names = all.join(" ");
    let about = CommandSubject { command: "compare", scenario: &names, is_kept: false };
    let inputs = || {
        let pairs = scenarios.iter().zip(&questions);
        let all: Vec<_> = pairs
            .map(|(scenario, question)| worlds(scenario, question))
            .chain(variants.iter().flatten().map(|(_, one)| worlds(one, &one.question())))
            .collect::<Result<_, _>>()?;
        Ok((all, &questions, &beside, common.decisive()))
    };
    let keep = Keep::open(&common.study, &place, about, inputs)?;
    let done = keep.simulate(&common.study, started, |watcher| {
        simulate(args, (&scenarios, &questions, &variants), &beside, watcher)
    })?;
    let findings = match done {
        ControlFlow::Continue(findings) => findings,
        ControlFlow::Break(status) => return Ok(status),
    };
    let plans: Vec<(&Scenario, &Question)> = scenarios.iter().zip(&questions).collect();
    let mut texts = usual(&findings);
    texts.push(tables::csv::render(&findings));
    let study = &common.study;
    let delivery = Delivery { place: &place, names: &FILES, study, started, all: true };
    delivery.deliver(&findings, &plans, texts)?;
    Ok(exit::of(&findings, common.study.work.no_fail))
}

/// Adds the folders to equal names of scenarios.
fn tell_apart(paths: &[&String], questions: &mut [Question]) {
    let names: Vec<String> = questions.iter().map(|question| question.name.clone()).collect();
    for (at, question) in questions.iter_mut().enumerate() {
        let is_other = |other: usize| names[other] == names[at] && paths[other] != paths[at];
        let folder = Path::new(paths[at]).parent().and_then(Path::file_name);
        if let Some(folder) = folder.filter(|_| (0..names.len()).any(is_other)) {
            question.name = format!("{}-{}", folder.to_string_lossy(), names[at]);
        }
    }
}

/// The variants of a scenario, each with its name and title.
type Variants = Vec<([String; 2], Scenario)>;

fn variant(([name, title], worlds): &([String; 2], Scenario)) -> PlanVariant<'_> {
    let (name, title) = (name.clone(), title.clone());
    PlanVariant { name, title, worlds, question: worlds.question() }
}

/// The variants of each scenario, by name.
fn variants(scenarios: &[Scenario], args: &Args) -> Result<Vec<Variants>, CommandFailure> {
    let colours = args.common.study.shown.colours(&io::stderr());
    let read = |scenario: &Scenario, name: &str| {
        let variant = scenario.variant(name);
        let variant =
            variant.map_err(|diagnostics| CommandFailure::scenario(&diagnostics, colours))?;
        Ok(([name.to_owned(), scenario.variant_title(name)], variant))
    };
    let of = |scenario: &Scenario| {
        scenario.variants().into_iter().map(|name| read(scenario, name)).collect()
    };
    scenarios.iter().map(of).collect()
}

/// The metrics asked for: at least one scenario must have each.
fn metrics(args: &Args, scenarios: &[Scenario]) -> Result<Vec<MetricRef>, CommandFailure> {
    let colours = args.common.study.shown.colours(&io::stderr());
    let read = |text: &String| {
        let mut all = scenarios.iter().map(|scenario| scenario.metric("--metric", text));
        let first = all.next().expect("two scenarios at least are compared");
        let found = all.fold(first, Result::or);
        found.map_err(|diagnostics| CommandFailure::scenario(&diagnostics, colours))
    };
    args.metrics.iter().map(read).collect()
}

fn simulate(
    args: &Args,
    (scenarios, questions, variants): (&[Scenario], &[Question], &[Variants]),
    asked: &compare::CompareOptions,
    watcher: &Watcher<'_>,
) -> Result<Findings, CommandFailure> {
    let variants: Vec<Vec<PlanVariant<'_>>> =
        variants.iter().map(|all| all.iter().map(variant).collect()).collect();
    let mut variants = variants.iter().map(Vec::as_slice);
    let plans: Vec<Plan<'_>> = (scenarios.iter().zip(questions))
        .map(|(worlds, question)| Plan {
            worlds,
            question,
            variants: variants.next().unwrap_or_default(),
        })
        .collect();
    let options = args.common.of_study();
    let (first, others) = (plans[0], &plans[1..]);
    let findings = compare::compare(first, others, asked, &options, watcher);
    findings.map_err(|error| CommandFailure::world(&error))
}

/// A scenario, or one made from a stack file; `None` if only the configuration was asked for.
fn load(name: &str, args: &Args) -> Result<Option<Scenario>, CommandFailure> {
    let shown = &args.common.study.shown;
    let is_stack = |path: &Path| path.extension().is_some_and(|end| end == "yml" || end == "yaml");
    let path = Path::new(name);
    if is_stack(path) {
        return of_stack(path, args.nodes.as_deref(), shown);
    }
    if args.nodes.is_some() {
        let message = format!("error: `--nodes`: `{name}` is a scenario, which has its own nodes");
        return Err(CommandFailure::wrong(&message));
    }
    Ok(shown.load(name)?.map(Scenario::migrated))
}

fn of_stack(
    path: &Path,
    nodes: Option<&Path>,
    shown: &ScenarioFlags,
) -> Result<Option<Scenario>, CommandFailure> {
    let colours = shown.colours(&io::stderr());
    let read = import::scenario(path, nodes, &shown.sets);
    let read = read.map(|(scenario, warnings)| {
        if !shown.look.quiet {
            output::warn(&warnings, colours);
        }
        scenario
    });
    shown.loaded(read)
}
