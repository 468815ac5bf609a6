//! `wssim import`: turns the user's files into parts of a scenario.

use crate::exit::{self, CommandFailure};
use crate::options::ScenarioFlags;
use crate::output;
use crate::terminal::{self, Stream};
use crate::word::word;
use clap::Subcommand;
use std::path::{Path, PathBuf};
use wssim_reports::files;
use wssim_scenario::import::{self, Made, Replace};
use wssim_text::{printable, wrap};

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
        /// Compose stack files, as `docker stack deploy` takes them; one that only changes services of those
        /// before it is laid over them, any other is a stack of its own
        #[arg(required = true, value_name = "FILE")]
        files: Vec<PathBuf>,

        /// Write the scenario to this file, which must not exist
        #[arg(long, value_name = "FILE")]
        to: Option<PathBuf>,

        #[command(flatten)]
        shown: ScenarioFlags,
    },
}

/// Runs the command; returns its exit status.
pub(crate) fn run(args: &Args) -> Result<u8, CommandFailure> {
    let What::Compose { files, to, shown } = &args.what;
    let colour = shown.colours(&std::io::stderr());
    let beside = to.as_deref().and_then(Path::parent).unwrap_or(Path::new(""));
    let imported = import::compose(files, beside)
        .map_err(|diagnostics| CommandFailure::scenario(&diagnostics, colour))?;
    if !shown.look.quiet {
        output::warn(&imported.warnings, colour);
    }
    let told = |stream| made(&imported.made, to.as_deref(), terminal::width(stream));
    match to {
        None => {
            shown.print(&imported.text)?;
            if !shown.look.quiet {
                output::complain(&told(Stream::Error));
            }
        }
        Some(path) => {
            files::write_new(path, &imported.text)?;
            if !shown.look.quiet {
                output::print_plain(&told(Stream::Out))?;
            }
        }
    }
    Ok(exit::HOLDS)
}

/// The result, the assumptions to replace first, and what to do next, in lines of `width` columns.
fn made(made: &Made, to: Option<&Path>, width: usize) -> String {
    let written = to.map(|path| printable(&path.display().to_string()));
    let mut lines = vec![format!(
        "{}: {} of {}, {}, {}",
        written.as_deref().unwrap_or("Made"),
        counted(made.services, "service"),
        counted(made.files, "stack file"),
        counted(made.calls, "call"),
        counted(made.nodes, "node")
    )];
    if made.entries == 0 {
        lines.push(
            "Nothing is published or routed: there is no traffic until you write some.".into(),
        );
    }
    lines.push(String::new());
    lines.push(format!(
        "{}, each marked as such. Replace {} first:",
        counted(made.assumptions, "assumption"),
        ["nothing", "this one", "these two", "these three"][made.first.len().min(3)]
    ));
    let mut out = folded(&lines, width);
    for (number, Replace { path, assumed, from }) in (1..).zip(&made.first) {
        let told = format!("{number}. {path} = {assumed}; better from {from}");
        let inner = wrap::hanging(&told, width.saturating_sub(INDENT.len()), INDENT);
        out.extend(inner.lines().map(|line| format!("{INDENT}{line}\n")));
    }
    let next = match written {
        Some(file) => format!("Next: wssim check {0}, then wssim run {0}", word(&file)),
        None => "Next: write it to a file by --to FILE, then wssim run FILE".to_owned(),
    };
    out + &folded(&[String::new(), next], width)
}

/// Indent of the assumptions.
const INDENT: &str = "  ";

fn folded(lines: &[String], width: usize) -> String {
    let line = |line: &String| format!("{}\n", wrap::hanging(line, width, INDENT));
    lines.iter().map(line).collect()
}

fn counted(number: usize, what: &str) -> String {
    format!("{number} {what}{}", if number == 1 { "" } else { "s" })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_was_made_fits_and_says_what_to_do_next() {
        let first = Replace {
            path: "service.portal.endpoint.request.steps: cpu".to_owned(),
            assumed: "lognormal(10ms, cv=1)".to_owned(),
            from: "CPU seconds by requests of a quiet hour",
        };
        let all = Made {
            files: 3,
            services: 12,
            nodes: 1,
            calls: 9,
            entries: 1,
            assumptions: 30,
            first: vec![first],
        };
        for width in [40, 60, 80, 120] {
            let told = made(&all, Some(Path::new("shop.toml")), width);
            assert!(told.lines().all(|line| wssim_text::width::of(line) <= width), "{told}");
            let words = told.split_whitespace().collect::<Vec<_>>().join(" ");
            assert!(words.starts_with("shop.toml: 12 services of 3 stack files, 9 calls, 1 node"));
            // A path longer than a line is broken.
            let whole = words.replace(". ", ".").replace(".steps:cpu", ".steps: cpu");
            assert!(whole.contains("1.service.portal.endpoint.request.steps: cpu ="), "{told}");
            assert!(words.ends_with("Next: wssim check shop.toml, then wssim run shop.toml"));
        }
    }
}
