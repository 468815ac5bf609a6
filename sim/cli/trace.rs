//! `wssim trace`: where does the time of one request go?

use crate::exit::{self, CommandFailure};
use crate::options::{self, Format, ScenarioFlags};
use crate::place::OutDirectory;
use crate::terminal::{self, Stream};
use crate::watch::Watcher;
use std::io;
use std::path::PathBuf;
use wssim_experiment::trace::{self, NoRequest, RequestPick, RequestTrace, TraceError};
use wssim_reports::files::Output;
use wssim_reports::{Style, trace as report};
use wssim_scenario::Scenario;
use wssim_text::{hint, printable};

/// The written file.
const FILE: &str = "trace.json";

/// Where does the time of one request go?
///
/// Picks one request of a replication, follows it through the cluster, and prints its waterfall and
/// what its response time consists of. Writes trace.json, in the Chrome trace event format, for the
/// viewer of Perfetto.
#[derive(clap::Args, Debug)]
#[command(after_long_help = "\
Example:
  wssim trace after
  wssim trace after --pick p99 --all
  wssim trace scenarios/after.toml --entry web --pick 17 --format json | jq .components")]
pub(crate) struct Args {
    /// Path of the scenario, or its bare name when it lies in scenarios/ or ships with wssim
    scenario: String,

    /// The traffic source; by default the one with the most requests
    #[arg(long, value_name = "NAME")]
    entry: Option<String>,

    /// Which of its requests: p50, p95, p99 or any other quantile of the response times, max,
    /// failed (the first one that failed), or N, the N-th that arrived
    #[arg(long, value_name = "WHICH", default_value = "p50", value_parser = pick)]
    pick: RequestPick,

    /// Show each of repeated calls, and each component
    #[arg(long)]
    all: bool,

    /// Number of the replication
    #[arg(long, value_name = "N", default_value_t = 0)]
    replication: u32,

    /// Seed of all randomness
    #[arg(long, value_name = "N", default_value_t = options::SEED)]
    seed: u64,

    /// Threads to find the warm-up on [default: all]; the result does not depend on it
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u32).range(1..=1024))]
    threads: Option<u32>,

    /// Directory for the file; by default out/SCENARIO/trace
    #[arg(long, value_name = "DIR", value_parser = options::directory)]
    out: Option<PathBuf>,

    #[command(flatten)]
    shown: ScenarioFlags,
}

/// Runs the command; returns its exit status.
pub(crate) fn run(args: &Args) -> Result<u8, CommandFailure> {
    let shown = &args.shown;
    let Some(scenario) = shown.load(&args.scenario)? else { return Ok(exit::HOLDS) };
    let place = OutDirectory::of(args.out.as_deref(), &scenario.question().name, Some("trace"));
    let _held = place.hold(&[FILE])?;
    let trace = simulate(args, &scenario)?;
    let text = report::chrome(&trace);
    let written = place.write(&[Output { name: FILE, text: &text }]);
    let out = written.is_ok().then(|| place.shown(FILE));
    shown.print(&tell(args, &trace, out.as_deref()))?;
    written?;
    Ok(exit::HOLDS)
}

fn simulate(args: &Args, scenario: &Scenario) -> Result<RequestTrace, CommandFailure> {
    let options = trace::TraceOptions {
        seed: args.seed,
        replication: args.replication,
        threads: args.threads.map(|threads| threads as usize),
        entry: args.entry.clone(),
        pick: args.pick,
    };
    let watcher = Watcher::start(None, args.shown.look.quiet, None);
    let traced = trace::trace(scenario, &scenario.question(), &options, &watcher);
    watcher.finish();
    traced.map_err(|error| failure(args, error))
}

fn failure(args: &Args, error: TraceError) -> CommandFailure {
    match error {
        TraceError::World(error) => CommandFailure::world(&error),
        TraceError::NoSuchRequest { entry, why } => {
            let message = format!("entry `{entry}`: {}", missing(why));
            CommandFailure::wrong(&format!("error: {}", printable(&message)))
        }
        TraceError::UnknownEntry(known) => {
            let wrong = args.entry.as_deref().unwrap_or_default();
            let names: Vec<&str> = known.iter().map(String::as_str).collect();
            let hint = hint(wrong, names);
            let hint = hint.map_or_else(String::new, |hint| format!("; {hint}"));
            let message = format!("no traffic source is called `{wrong}`{hint}");
            CommandFailure::wrong(&format!("error: {}", printable(&message)))
        }
        TraceError::Stopped => CommandFailure::interrupted(),
    }
}

fn missing(why: NoRequest) -> String {
    match why {
        NoRequest::NoneAnswered(all) => {
            format!("none of the {all} requests that arrived in the measured stretch was answered")
        }
        NoRequest::NoneFailed(all) => {
            format!("none of the {all} requests of the measured stretch failed")
        }
        NoRequest::Beyond { number, requests } => {
            format!("there is no request {number}: {requests} arrived in the measured stretch")
        }
    }
}

/// The text for standard output. JSON is complete even with `--quiet`.
fn tell(args: &Args, trace: &RequestTrace, out: Option<&str>) -> String {
    match args.shown.look.format {
        Format::Json => report::json(trace),
        Format::Markdown => report::markdown(trace, args.all),
        Format::Text => {
            let coloured = args.shown.colours(&io::stdout());
            let style = if coloured { Style::Coloured } else { Style::Plain };
            let width = terminal::width(Stream::Out);
            let (all, brief) = (args.all, args.shown.look.quiet);
            report::text(trace, &report::TraceTextOptions { style, width, out, all, brief })
        }
    }
}

/// `p99`, `p99.9`, `max`, `failed`, `17`.
fn pick(text: &str) -> Result<RequestPick, String> {
    let expected = || "`p50` or another quantile, `max`, `failed`, or a number from 1".to_owned();
    match text {
        "max" => return Ok(RequestPick::Slowest),
        "failed" => return Ok(RequestPick::Failed),
        _ => {}
    }
    if let Some(percent) = text.strip_prefix('p') {
        let percent: f64 = percent.parse().map_err(|_| expected())?;
        let inside = percent > 0.0 && percent < 100.0;
        return if inside { Ok(RequestPick::Percentile(percent)) } else { Err(expected()) };
    }
    text.parse().ok().filter(|number| *number > 0).map(RequestPick::Number).ok_or_else(expected)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_request_is_picked_by_rank_or_number() {
        assert_eq!(pick("p50"), Ok(RequestPick::Percentile(50.0)));
        assert_eq!(pick("p99.9"), Ok(RequestPick::Percentile(99.9)));
        assert_eq!(pick("max"), Ok(RequestPick::Slowest));
        assert_eq!(pick("failed"), Ok(RequestPick::Failed));
        assert_eq!(pick("17"), Ok(RequestPick::Number(17)));
        for wrong in ["", "p", "p0", "p100", "pnan", "0", "-1", "1.5", "median"] {
            assert!(pick(wrong).is_err(), "{wrong}");
        }
    }
}
