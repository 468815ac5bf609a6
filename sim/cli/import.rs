//! `wssim import`: what the user has, as parts of a scenario.

use crate::exit::{self, Failure};
use crate::options::Shown;
use crate::output;
use clap::Subcommand;
use std::path::{Path, PathBuf};
use wssim_reports::files;
use wssim_scenario::import;

/// Turn existing files into parts of a scenario
#[derive(clap::Args, Debug)]
pub(crate) struct Args {
    #[command(subcommand)]
    what: What,
}

#[derive(Subcommand, Debug)]
enum What {
    /// From stack files alone to a scenario that runs at once: every number in it is an
    /// assumption, and says so
    #[command(after_help = "\
Examples:
  wssim import compose stack.yml
  wssim import compose shop.yml databases.yml --to shop.toml")]
    Compose {
        /// Compose stack files, as `docker stack deploy` takes them
        #[arg(required = true, value_name = "FILE")]
        files: Vec<PathBuf>,

        /// Write the scenario to this file, which must not exist
        #[arg(long, value_name = "FILE")]
        to: Option<PathBuf>,

        #[command(flatten)]
        shown: Shown,
    },
}

/// Runs the command; gives its exit status.
pub(crate) fn run(args: &Args) -> Result<u8, Failure> {
    let What::Compose { files, to, shown } = &args.what;
    let colour = shown.colours(&std::io::stderr());
    let beside = to.as_deref().and_then(Path::parent).unwrap_or(Path::new(""));
    let imported = import::compose(files, beside)
        .map_err(|diagnostics| Failure::scenario(&diagnostics, colour))?;
    if !shown.look.quiet {
        output::warn(&imported.warnings, colour);
    }
    match to {
        None => output::print(&imported.text, shown)?,
        Some(path) => files::write_new(path, &imported.text)?,
    }
    Ok(exit::HOLDS)
}
