//! `wssim schema`: the scenario format for editors.

use crate::exit::{self, Failure};
use crate::output;

/// JSON Schema of the scenario format, on standard output
///
/// Editors that know TOML (Even Better TOML, Taplo, Tombi) complete keys, explain them and mark
/// mistakes by it. A file is often a piece of a scenario, so the schema requires next to nothing:
/// what is missing, and which names exist, `wssim check` says.
#[derive(clap::Args, Debug)]
#[command(after_long_help = "\
Examples:
  wssim schema > wssim.schema.json

and as the first line of a scenario beside it:
  #:schema ./wssim.schema.json")]
pub(crate) struct Args {}

/// Prints the schema; gives the exit status.
pub(crate) fn run(_: &Args) -> Result<u8, Failure> {
    output::print_plain(&wssim_scenario::schema())?;
    Ok(exit::HOLDS)
}
