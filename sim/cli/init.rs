//! `wssim init`: writes a first scenario, or the shipped ones, to be changed.

use crate::exit::{self, CommandFailure};
use crate::output;
use crate::terminal::{self, Stream};
use crate::word::word;
use std::path::{Path, PathBuf};
use wssim_reports::files;
use wssim_scenario::{SHIPPED, import};
use wssim_text::printable;
use wssim_text::width;

/// The written file.
const NAME: &str = "scenario.toml";
/// Default folder for the plan's scenarios, where bare names are found.
const PLAN: &str = "scenarios";

/// A small commented scenario to begin with
///
/// Writes `scenario.toml`, which runs at once and explains the format as one reads it; from stack
/// files, one whose numbers are assumptions and say so; with `--plan` the scenarios that ship with wssim, and
/// all that they name. Nothing is ever overwritten.
#[derive(clap::Args, Debug)]
#[command(after_long_help = "\
Examples:
  wssim init
  wssim init shop && wssim run shop/scenario.toml
  wssim init --from-stack stacks/shop.yml stacks/databases.yml
  wssim init --plan && wssim run after")]
pub(crate) struct Args {
    /// Directory to write it to, made where it is not there [default: the current one, or that of
    /// the first stack file; scenarios with --plan]
    #[arg(value_name = "DIR", value_parser = clap::builder::NonEmptyStringValueParser::new())]
    directory: Option<String>,

    /// Make it from Compose stack files, as `wssim import compose` does
    #[arg(long, value_name = "FILE", num_args = 1..)]
    from_stack: Vec<PathBuf>,

    /// Write the scenarios that ship with wssim, to be changed: a bare name is then one of these files
    #[arg(long, conflicts_with = "from_stack")]
    plan: bool,

    /// Say nothing but errors
    #[arg(long, short)]
    quiet: bool,

    /// No colours, as with the environment variable `NO_COLOR`
    #[arg(long)]
    no_color: bool,
}

/// Runs the command; returns its exit status.
pub(crate) fn run(args: &Args) -> Result<u8, CommandFailure> {
    if args.plan {
        return plan(args);
    }
    let beside = || Some(args.from_stack.first()?.parent()?.to_owned());
    let directory = args.directory.as_ref().map(PathBuf::from).or_else(beside).unwrap_or_default();
    let place = directory.join(NAME);
    // Checked before stack files are read, and again when it is written.
    files::check_new(&place)?;
    let text = text(args, &directory)?;
    write(&place, &text)?;
    if !args.quiet {
        let place = shown(&place);
        output::print_plain(&next(&place, &place, terminal::width(Stream::Out)))?;
    }
    Ok(exit::HOLDS)
}

/// Writes the shipped files; none if one of them exists already.
fn plan(args: &Args) -> Result<u8, CommandFailure> {
    let directory = Path::new(args.directory.as_deref().unwrap_or(PLAN));
    let places = || SHIPPED.iter().map(|file| (directory.join(file.path), file.text));
    places().try_for_each(|(place, _)| files::check_new(&place))?;
    places().try_for_each(|(place, text)| write(&place, text))?;
    if !args.quiet {
        let is_found = directory == Path::new(PLAN);
        let after =
            if is_found { "after".to_owned() } else { shown(&directory.join("after.toml")) };
        let wrote = format!("{} files to {}", SHIPPED.len(), shown(directory));
        output::print_plain(&next(&wrote, &after, terminal::width(Stream::Out)))?;
    }
    Ok(exit::HOLDS)
}

/// Writes a new file, and makes its directory.
fn write(place: &Path, text: &str) -> Result<(), CommandFailure> {
    let directory = place.parent().unwrap_or(Path::new(""));
    if !directory.as_os_str().is_empty() {
        std::fs::create_dir_all(directory).map_err(|error| {
            let shown = printable(&directory.display().to_string());
            CommandFailure::file(&format!("error: cannot make the directory `{shown}`: {error}"))
        })?;
    }
    Ok(files::write_new(place, text)?)
}

fn text(args: &Args, directory: &Path) -> Result<String, CommandFailure> {
    if args.from_stack.is_empty() {
        return Ok(import::FIRST.to_owned());
    }
    let colour = crate::options::colours(args.no_color, &std::io::stderr());
    let made = import::compose(&args.from_stack, directory)
        .map_err(|diagnostics| CommandFailure::scenario(&diagnostics, colour))?;
    if !args.quiet {
        output::warn(&made.warnings, colour);
    }
    Ok(made.text)
}

/// A path as typed.
fn shown(path: &Path) -> String {
    word(&printable(&path.display().to_string()))
}

/// The written files, and what to do with `scenario`, in lines of `width` columns, except a long path:
/// commands stay whole.
fn next(wrote: &str, scenario: &str, width: usize) -> String {
    let [check, run] = ["check", "run"].map(|command| format!("wssim {command} {scenario}"));
    let steps = [
        (&check, "# is it right, and what is asked of the servers?"),
        (&run, "# do its claims hold?"),
    ];
    let beside = steps.map(|(command, why)| {
        format!("  {command}{}    {why}\n", width::blanks(command, width::of(&check)))
    });
    let fit = beside.iter().all(|line| width::of(line.trim_end()) <= width);
    let steps =
        if fit { beside } else { steps.map(|(command, why)| format!("  {why}\n  {command}\n")) };
    format!("Wrote {wrote}. Next:\n{}", steps.concat())
}

#[cfg(test)]
mod tests {
    use super::next;

    #[test]
    fn reasons_stand_above_commands_where_there_is_no_room_beside() {
        let place = "shop/scenario.toml";
        let wide = next(place, place, 100);
        assert!(wide.contains("  wssim run shop/scenario.toml      # do its"), "{wide}");
        let narrow = next(place, place, 60);
        assert!(narrow.contains("  # do its claims hold?\n  wssim run shop/"), "{narrow}");
        assert!(narrow.lines().all(|line| line.len() <= 60), "{narrow}");
    }
}
