//! `wssim diff`: what got worse from one result to another?

use crate::baseline::{BaselineFlags, read, refused};
use crate::exit::{self, CommandFailure};
use crate::options::{Format, Look, colours};
use crate::output;
use crate::terminal::{self, Stream};
use std::io;
use std::path::PathBuf;
use wssim_experiment::regression;
use wssim_reports::{Style, regression as report};

/// What got worse from one result to another?
///
/// Compares two results.json of the same command and scenario, the baseline first, replication by replication
/// where both are of one seed. A number has regressed where it is worse by more than its limit and the interval
/// of the change leaves no doubt that it is worse; a number or a claim that is missing fails, too. Simulates and
/// writes nothing.
#[derive(clap::Args, Debug)]
#[command(after_long_help = "\
Example:
  wssim diff baseline.json out/shop/results.json
  wssim diff baseline.json out/shop/results.json --limit 'response_time_seconds{stat=\"p95\"}=10%,5ms'
  wssim diff baseline.json out/shop/results.json --format json | jq '.baseline.regressions'")]
pub(crate) struct Args {
    /// The results.json of the baseline
    baseline: PathBuf,

    /// The results.json to compare with it
    now: PathBuf,

    /// How much worse.
    #[command(flatten)]
    held: BaselineFlags,

    /// List what is within its limit, too
    #[arg(long, conflicts_with = "quiet")]
    all: bool,

    /// Exit with 0 although something regressed
    #[arg(long)]
    no_fail: bool,

    #[command(flatten)]
    look: Look,
}

/// Runs the command; returns its exit status.
pub(crate) fn run(args: &Args) -> Result<u8, CommandFailure> {
    let (baseline, now) = (read(&args.baseline)?, read(&args.now)?);
    let difference = regression::compare(&baseline, &now, &args.held.limits())
        .map_err(|error| refused(&error))?;
    let coloured = colours(args.look.no_color, &io::stdout());
    let text = match args.look.format {
        Format::Json => report::json(&difference),
        Format::Markdown => report::markdown(&difference, args.all),
        Format::Text => {
            let style = if coloured { Style::Coloured } else { Style::Plain };
            let (width, all) = (terminal::width(Stream::Out), args.all);
            report::text(
                &difference,
                &report::DifferenceOptions { style, width, all, brief: args.look.quiet },
            )
        }
    };
    output::print_coloured(&text, coloured)?;
    let failed = difference.regressions() > 0 && !args.no_fail;
    Ok(if failed { exit::REFUTED } else { exit::HOLDS })
}
