//! `wssim schema`: the scenario format for editors and for readers, and the shape of `results.json` for programs.

use crate::exit::{self, CommandFailure};
use crate::output;

/// Every key of the scenario format, or the shape of results.json, on standard output
///
/// Editors that know TOML (Even Better TOML, Taplo, Tombi) complete keys, explain them and mark
/// mistakes by it. A file is often a piece of a scenario, so the schema requires next to nothing:
/// `wssim check` says what is missing, and which names exist.
///
/// With --results it is the schema of results.json of every command: each key with its meaning and unit, and no other key.
#[derive(clap::Args, Debug)]
#[command(after_long_help = "\
Examples:
  wssim schema > wssim.schema.json
  wssim schema --markdown > format.md
  wssim schema --results > results.schema.json

and as the first line of a scenario beside the first:
  #:schema ./wssim.schema.json")]
pub(crate) struct Args {
    /// A page to read instead: every key with what it takes, what holds when it is left out, and its
    /// meaning
    #[arg(long, conflicts_with = "results")]
    markdown: bool,

    /// The schema of results.json, for programs that read it
    #[arg(long)]
    results: bool,
}

/// Prints the schema; returns the exit status.
pub(crate) fn run(args: &Args) -> Result<u8, CommandFailure> {
    if args.results {
        output::print_plain(wssim_reports::schema::RESULTS)?;
    } else if args.markdown {
        output::print_plain(&wssim_scenario::format_reference())?;
    } else {
        output::print_plain(&wssim_scenario::schema())?;
    }
    Ok(exit::HOLDS)
}
