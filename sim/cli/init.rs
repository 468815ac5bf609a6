//! `wssim init`: a scenario to begin with.

use crate::exit::{self, Failure};
use crate::output;
use crate::terminal::{self, Stream};
use std::path::{Path, PathBuf};
use wssim_reports::files;
use wssim_scenario::import;
use wssim_text::printable;
use wssim_text::width;

/// The file that is written.
const NAME: &str = "scenario.toml";

/// A small commented scenario to begin with
///
/// Writes `scenario.toml`, which runs at once and explains the format as one reads it; from stack
/// files, one whose numbers are assumptions and say so. Nothing is ever overwritten.
#[derive(clap::Args, Debug)]
#[command(after_long_help = "\
Examples:
  wssim init
  wssim init shop && wssim run shop/scenario.toml
  wssim init --from-stack stacks/shop.yml stacks/databases.yml")]
pub(crate) struct Args {
    /// Directory to write it to, made where it is not there [default: the current one, or that of
    /// the first stack file]
    #[arg(value_name = "DIR", value_parser = clap::builder::NonEmptyStringValueParser::new())]
    directory: Option<String>,

    /// Make it from Compose stack files, as `wssim import compose` does
    #[arg(long, value_name = "FILE", num_args = 1..)]
    from_stack: Vec<PathBuf>,

    /// Say nothing but errors
    #[arg(long, short)]
    quiet: bool,

    /// No colours, as with the environment variable `NO_COLOR`
    #[arg(long)]
    no_color: bool,
}

/// Runs the command; gives its exit status.
pub(crate) fn run(args: &Args) -> Result<u8, Failure> {
    let beside = || Some(args.from_stack.first()?.parent()?.to_owned());
    let directory = args.directory.as_ref().map(PathBuf::from).or_else(beside).unwrap_or_default();
    let place = directory.join(NAME);
    // Before anything is said of stack files, and again when it is written.
    files::check_new(&place)?;
    let text = text(args, &directory)?;
    if !directory.as_os_str().is_empty() {
        std::fs::create_dir_all(&directory).map_err(|error| {
            let shown = printable(&directory.display().to_string());
            Failure::file(&format!("error: cannot make the directory `{shown}`: {error}"))
        })?;
    }
    files::write_new(&place, &text)?;
    if !args.quiet {
        output::print_plain(&next(&place, terminal::width(Stream::Out)))?;
    }
    Ok(exit::HOLDS)
}

fn text(args: &Args, directory: &Path) -> Result<String, Failure> {
    if args.from_stack.is_empty() {
        return Ok(import::FIRST.to_owned());
    }
    let colour = crate::options::colours(args.no_color, &std::io::stderr());
    let made = import::compose(&args.from_stack, directory)
        .map_err(|diagnostics| Failure::scenario(&diagnostics, colour))?;
    if !args.quiet {
        output::warn(&made.warnings, colour);
    }
    Ok(made.text)
}

/// What to do with it, in lines of `width` columns, but for a long path: a command stays whole.
fn next(place: &Path, width: usize) -> String {
    let place = for_a_shell(&printable(&place.display().to_string()));
    let [check, run] = ["check", "run"].map(|command| format!("wssim {command} {place}"));
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
    format!("Wrote {place}. Next:\n{}", steps.concat())
}

/// As one word of a command line.
fn for_a_shell(word: &str) -> String {
    let plain = |c: char| c.is_alphanumeric() || "/._-+:,@\\".contains(c);
    if word.chars().all(plain) {
        word.to_owned()
    } else {
        format!("'{}'", word.replace('\'', "'\\''"))
    }
}

#[cfg(test)]
mod tests {
    use super::{for_a_shell, next};
    use std::path::Path;

    #[test]
    fn paths_are_one_word() {
        assert_eq!(for_a_shell("a/scenario.toml"), "a/scenario.toml");
        assert_eq!(for_a_shell("my shop/scenario.toml"), "'my shop/scenario.toml'");
        assert_eq!(for_a_shell("it's"), "'it'\\''s'");
    }

    #[test]
    fn reasons_stand_above_commands_where_there_is_no_room_beside() {
        let place = Path::new("shop/scenario.toml");
        let wide = next(place, 100);
        assert!(wide.contains("  wssim run shop/scenario.toml      # do its"), "{wide}");
        let narrow = next(place, 60);
        assert!(narrow.contains("  # do its claims hold?\n  wssim run shop/"), "{narrow}");
        assert!(narrow.lines().all(|line| line.len() <= 60), "{narrow}");
    }
}
