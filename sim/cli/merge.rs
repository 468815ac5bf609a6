//! `wssim merge`: joins the parts of shards.

use crate::exit::CommandFailure;
use crate::options::{Look, WorkFlags};
use crate::output;
use std::collections::BTreeSet;
use std::path::{Path, PathBuf};
use wssim_reports::part::{Part, Parts, ReadError, joined};
use wssim_text::printable;

/// Join the parts that `--shard` made.
///
/// Reads the parts, sees that they are of one study and that none is missing, and asks the question again that
/// they are a part of: what they hold is not simulated again, what depends on all of it (ranges of inputs, refined
/// points, the long run) is simulated here. Prints and writes what one machine would have, byte for byte. It is
/// called in the folder in which the shards were.
#[derive(clap::Args, Debug)]
#[command(after_long_help = "\
Example:
  wssim run after --replications 8 --ranges off --shard 1/2
  wssim run after --replications 8 --ranges off --shard 2/2
  wssim merge out/after")]
pub(crate) struct Args {
    /// Parts, or folders that hold parts
    #[arg(required = true, value_name = "PART")]
    parts: Vec<PathBuf>,

    #[command(flatten)]
    pub(crate) work: WorkFlags,

    #[command(flatten)]
    pub(crate) look: Look,
}

/// The parts, joined.
///
/// # Errors
/// Where one cannot be read, is of another study, or is missing.
pub(crate) fn parts(args: &Args) -> Result<Parts, CommandFailure> {
    let paths: Vec<Vec<PathBuf>> =
        args.parts.iter().map(|path| below(path)).collect::<Result<_, _>>()?;
    let mut known = BTreeSet::new();
    let paths = paths.into_iter().flatten().filter(|path| known.insert(path.clone()));
    let paths: Vec<PathBuf> = paths.collect();
    let parts: Vec<Part> = paths.iter().map(|path| read(path)).collect::<Result<_, _>>()?;
    let (parts, odd) = joined(parts).map_err(|troubles| {
        let lines: Vec<String> = troubles.iter().map(|one| format!("error: {one}")).collect();
        CommandFailure::wrong(&lines.join("\n"))
    })?;
    if !args.look.quiet {
        for one in &odd {
            output::complain(&format!("note: {one}\n"));
        }
    }
    Ok(parts)
}

/// A part, or those in a folder, in the order of their names.
fn below(path: &Path) -> Result<Vec<PathBuf>, CommandFailure> {
    if !path.is_dir() {
        return Ok(vec![path.to_owned()]);
    }
    let shown = || printable(&path.display().to_string());
    let unread = |error: std::io::Error| {
        CommandFailure::file(&format!("error: `{}` cannot be read: {error}", shown()))
    };
    let is_part = |path: &PathBuf| {
        let name = path.file_name().map(|name| name.to_string_lossy()).unwrap_or_default();
        name.starts_with("part-") && name.ends_with(".wssim")
    };
    let entries = std::fs::read_dir(path).map_err(unread)?;
    let entries: Vec<PathBuf> = entries
        .map(|entry| entry.map(|entry| entry.path()))
        .collect::<Result<_, _>>()
        .map_err(unread)?;
    let mut parts: Vec<PathBuf> = entries.into_iter().filter(is_part).collect();
    parts.sort();
    if parts.is_empty() {
        return Err(CommandFailure::wrong(&format!("error: there is no part in `{}`", shown())));
    }
    Ok(parts)
}

fn read(path: &Path) -> Result<Part, CommandFailure> {
    Part::read(path).map_err(|error| {
        let message = format!("error: `{}` {error}", printable(&path.display().to_string()));
        match error {
            ReadError::System(_) => CommandFailure::file(&message),
            ReadError::Foreign | ReadError::Begun | ReadError::Version(_) => {
                CommandFailure::wrong(&message)
            }
        }
    })
}
