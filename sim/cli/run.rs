//! `wssim run`: do the claims of this scenario hold?

use crate::baseline::{AgainstBaseline, Baseline};
use crate::deliver::{Delivery, usual};
use crate::exit::{self, CommandFailure};
use crate::keep::{CommandSubject, Keep, worlds};
use crate::options::{CommonFlags, Format, ScenarioFlags};
use crate::output;
use crate::place::OutDirectory;
use crate::report;
use crate::terminal::{self, Stream};
use std::io;
use std::ops::ControlFlow;
use std::time::Instant;
use wssim_experiment::question::Worlds;
use wssim_reports::{Style, analytic, hdr_log};
use wssim_scenario::Scenario;

/// Name of the results if the usual name is that of the baseline, which is not replaced.
const BESIDE: &str = "results-new.json";
/// Files that are written, in this order.
const FILES: [&str; 6] =
    ["results.json", "metrics.csv", "metrics.prom", "junit.xml", hdr_log::NAME, report::NAME];

/// Do the claims of this scenario hold?
///
/// Simulates the scenario until every claim of its plan is decided, or known to the precision asked
/// for, and prints the verdicts by group with their reasons, then response times by entry and load by node;
/// with --all everything that is known. Writes results.json, metrics.csv, metrics.prom, junit.xml,
/// `response_times.hlog`, report.html and its figures, figures/*.svg. With `--analytic` it simulates nothing:
/// formulas give means, and name the resource that more traffic uses up first.
#[derive(clap::Args, Debug)]
#[command(after_long_help = "\
Example:
  wssim run after --set traffic.web.arrivals.rate=8/s --precision 1%
  wssim run after-crash-vip --metric 'error_ratio{entry=\"web\"} from 1min to 2min'
  wssim run after --analytic
  wssim run after --write-baseline baseline.json
  wssim run after --baseline baseline.json --fail-on-regression
  wssim run scenarios/after.toml --format json | jq '.claims[] | {id, verdict}'")]
pub(crate) struct Args {
    /// Path of the scenario, or its bare name when it lies in scenarios/ or ships with wssim
    scenario: String,

    /// Neither simulate nor judge: give the means from formulas, and the resource that is used up first
    #[arg(long, conflicts_with_all = [
        "seed", "shard", "threads", "precision", "replications", "ranges", "budget", "out", "no_fail", "baseline",
        "write_baseline", "limits", "allow_missing",
    ])]
    pub(crate) analytic: bool,

    /// Print everything: services, who holds the RAM, reasons in full, what is not simulated
    #[arg(long, conflicts_with_all = ["quiet", "analytic"])]
    all: bool,

    /// A metric to show beside the usual ones, as claims name it, of the whole measured stretch or a part of it;
    /// repeatable
    #[arg(long = "metric", value_name = "METRIC", conflicts_with = "analytic")]
    metrics: Vec<String>,

    #[command(flatten)]
    against: AgainstBaseline,

    #[command(flatten)]
    pub(crate) common: CommonFlags,
}

/// Runs the command; returns its exit status.
pub(crate) fn run(args: &Args) -> Result<u8, CommandFailure> {
    let started = Instant::now();
    let shown = &args.common.study.shown;
    let Some(scenario) = shown.load(&args.scenario)? else { return Ok(exit::HOLDS) };
    if args.analytic {
        return by_formulas(&scenario, shown);
    }
    let (common, mut question) = (&args.common, scenario.question());
    common.check_shard()?;
    let place = OutDirectory::of(common.study.work.out.as_deref(), &question.name, None);
    let baseline = args.against.open(&question, common, &place, &FILES)?;
    let colours = shown.colours(&io::stderr());
    let asked = args.metrics.iter().map(|text| scenario.metric("--metric", text));
    question.asked = asked
        .collect::<Result<_, _>>()
        .map_err(|diagnostics| CommandFailure::scenario(&diagnostics, colours))?;
    question.fewest = args.against.fewest(baseline.as_ref());
    let files = files(&place, baseline.as_ref());
    let _held = place.hold_for(&common.study, &files)?;
    let asked = CommandSubject { command: "run", scenario: &question.name, is_kept: false };
    let against = &args.against;
    let inputs = || Ok((worlds(&scenario, &question)?, &question, common.decisive(), against));
    let keep = Keep::open(&common.study, &place, asked, inputs)?;
    let done = keep.simulate(&common.study, started, |watcher| {
        wssim_experiment::run(&scenario, &question, &common.of_study(), watcher)
            .map_err(|error| CommandFailure::world(&error))
    })?;
    let mut findings = match done {
        ControlFlow::Continue(findings) => findings,
        ControlFlow::Break(status) => return Ok(status),
    };
    let compared = baseline.as_ref().map_or(Ok(()), |baseline| baseline.compare(&mut findings));
    let mut texts = usual(&findings);
    texts.push(hdr_log::render(&findings));
    let (names, study, all) = (&files, &common.study, args.all);
    let delivery = Delivery { place: &place, names, study, started, all };
    delivery.deliver(&findings, &[(&scenario, &question)], texts)?;
    compared?;
    if files[0] == BESIDE && !shown.look.quiet {
        let kept = place.shown(FILES[0]);
        output::complain(&format!(
            "note: `{kept}` is the baseline and stays as it is; the results of this run are in `{}`\n",
            place.shown(BESIDE)
        ));
    }
    args.against.write(&findings)?;
    let guarded = baseline.is_some() && args.against.fail_on_regression;
    Ok(exit::of_run(&findings, common.study.work.no_fail, guarded))
}

/// The names of the files: a baseline is not replaced by the run that is compared with it.
fn files(place: &OutDirectory, baseline: Option<&Baseline>) -> [&'static str; 6] {
    let mut files = FILES;
    if baseline.is_some_and(|baseline| baseline.is_at(&place.path(FILES[0]))) {
        files[0] = BESIDE;
    }
    files
}

/// The report of formulas, without verdicts or files.
fn by_formulas(scenario: &Scenario, shown: &ScenarioFlags) -> Result<u8, CommandFailure> {
    let question = scenario.question();
    let blueprint = scenario.blueprint(None, &[]).map_err(|error| CommandFailure::world(&error))?;
    let told = analytic::AnalyticReport {
        analytic: wssim_experiment::analytic::analytic(&blueprint, &question.measure),
        name: question.name,
        title: question.title,
    };
    let report = match shown.look.format {
        Format::Json => analytic::json(&told),
        Format::Markdown => analytic::markdown(&told),
        Format::Text => {
            let coloured = shown.colours(&io::stdout());
            let style = if coloured { Style::Coloured } else { Style::Plain };
            analytic::text(&told, style, terminal::width(Stream::Out), shown.look.quiet)
        }
    };
    shown.print(&report)?;
    Ok(exit::HOLDS)
}
