//! `wssim import`: what the user has, as parts of a scenario.

use crate::exit::{self, Failure};
use crate::options::Shown;
use crate::output;
use clap::Subcommand;
use std::fs::OpenOptions;
use std::io::{ErrorKind, Write as _};
use std::path::{Path, PathBuf};
use wssim_scenario::{import, render};

/// Turn what the user has into scenario parts
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
    let beside = if beside.as_os_str().is_empty() { Path::new(".") } else { beside };
    let imported = import::compose(files, beside)
        .map_err(|diagnostics| Failure::scenario(&diagnostics, colour))?;
    if !shown.quiet {
        output::complain(&render(&imported.warnings, colour));
    }
    match to {
        None => output::print(&imported.text, shown)?,
        Some(path) => write_new(path, &imported.text)?,
    }
    Ok(exit::HOLDS)
}

/// Writes a file that must not be there yet, whole or not at all.
fn write_new(path: &Path, text: &str) -> Result<(), Failure> {
    let shown = path.display();
    let mut file = match OpenOptions::new().write(true).create_new(true).open(path) {
        Ok(file) => file,
        Err(error) if error.kind() == ErrorKind::AlreadyExists => {
            return Err(Failure::wrong(&format!("error: `{shown}` is there already")));
        }
        Err(error) => {
            return Err(Failure::file(&format!("error: `{shown}` cannot be written: {error}")));
        }
    };
    file.write_all(text.as_bytes()).and_then(|()| file.sync_all()).map_err(|error| {
        // What was written so far would only mislead.
        let _ = std::fs::remove_file(path);
        Failure::file(&format!("error: `{shown}` cannot be written: {error}"))
    })
}
