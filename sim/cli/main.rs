//! The command line of wssim: arguments in, a command, an exit status out.
//!
//! Results go to standard output, everything else to standard error. Only this crate uses the wall
//! clock, the terminal and the exit status. Each command has a file.

mod baseline;
mod capacity;
mod check;
mod compare;
mod deliver;
mod diff;
mod exit;
mod failures;
mod import;
mod init;
mod keep;
mod merge;
mod migrate;
mod options;
mod output;
mod place;
mod report;
mod run;
mod schema;
mod shard;
mod shell;
mod sweep;
mod terminal;
mod trace;
mod watch;
mod word;

use clap::{CommandFactory as _, FromArgMatches as _, Parser, Subcommand};
use exit::CommandFailure;
use options::StudyFlags;
use std::process::ExitCode;
use terminal::Stream;
use wssim_reports::part::{Header, Parts};
use wssim_text::printable;

/// Will this plan do what it says?
///
/// Simulates services on a small cluster and puts its own number, with a confidence interval,
/// beside each number of the plan.
#[derive(Parser, Debug)]
#[command(name = "wssim", version, arg_required_else_help = true, after_long_help = exit::HELP)]
struct CommandLine {
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand, Debug)]
enum Command {
    #[command(visible_alias = "rollout")]
    Run(run::Args),
    Compare(compare::Args),
    Failures(failures::Args),
    Capacity(capacity::Args),
    Sweep(sweep::Args),
    Migrate(migrate::Args),
    Diff(diff::Args),
    Merge(merge::Args),
    Check(check::Args),
    Trace(trace::Args),
    Import(import::Args),
    Init(init::Args),
    Schema(schema::Args),
    Completions(shell::Completions),
    Man(shell::Manual),
}

fn main() -> ExitCode {
    ask_for_reports_of_bugs();
    let command = match parsed() {
        Ok(line) => line.command,
        Err(answer) => return ExitCode::from(output::tell(&answer)),
    };
    let status = run(command).unwrap_or_else(|failure| {
        output::complain(&failure.message);
        failure.status
    });
    ExitCode::from(status)
}

/// Runs a command; returns its exit status.
fn run(command: Command) -> Result<u8, CommandFailure> {
    match command {
        Command::Run(args) => run::run(&args),
        Command::Compare(args) => compare::run(&args),
        Command::Failures(args) => failures::run(&args),
        Command::Capacity(args) => capacity::run(&args),
        Command::Sweep(args) => sweep::run(&args),
        Command::Migrate(args) => migrate::run(&args),
        Command::Diff(args) => diff::run(&args),
        Command::Merge(args) => run(again(&args, merge::parts(&args)?)?),
        Command::Check(args) => check::run(&args),
        Command::Trace(args) => trace::run(&args),
        Command::Import(args) => import::run(&args),
        Command::Init(args) => init::run(&args),
        Command::Schema(args) => schema::run(&args),
        Command::Completions(args) => shell::completions(&args, CommandLine::command()),
        Command::Man(_) => shell::manual(CommandLine::command()),
    }
}

impl Command {
    /// The name and the flags of a command that can be split into parts.
    fn study(&mut self) -> Option<(&'static str, &mut StudyFlags)> {
        match self {
            Self::Run(args) => (!args.analytic).then_some(("run", &mut args.common.study)),
            Self::Compare(args) => Some(("compare", &mut args.common.study)),
            Self::Failures(args) => Some(("failures", &mut args.common.study)),
            Self::Sweep(args) => Some(("sweep", &mut args.study)),
            Self::Migrate(args) => Some(("migrate", &mut args.common.study)),
            _ => None,
        }
    }
}

/// The command of these arguments.
fn read(arguments: &[String]) -> Result<Command, clap::Error> {
    let name = std::iter::once("wssim");
    let line = CommandLine::try_parse_from(name.chain(arguments.iter().map(String::as_str)));
    line.map(|line| line.command)
}

/// The call of the parts.
fn again(args: &merge::Args, parts: Parts) -> Result<Command, CommandFailure> {
    let Header { arguments, command: name, .. } = parts.header();
    let call = || printable(&arguments.join(" "));
    let mut command = read(arguments).map_err(|error| {
        CommandFailure::wrong(&format!("error: the parts are of `wssim {}`:\n{error}", call()))
    })?;
    let study = match command.study() {
        Some((own, study)) if own == name && !study.shown.print_config => study,
        _ => {
            let message = format!("error: `wssim {}` has no parts", call());
            return Err(CommandFailure::wrong(&message));
        }
    };
    study.shard = None;
    study.work = args.work.clone();
    study.shown.look = args.look.clone();
    study.merged = Some(parts);
    Ok(command)
}

/// The call; or clap's answer to it, with help in lines that fit.
fn parsed() -> Result<CommandLine, clap::Error> {
    let mut command = CommandLine::command().term_width(terminal::width(Stream::Out));
    let matches = command.try_get_matches_from_mut(std::env::args_os())?;
    CommandLine::from_arg_matches(&matches).map_err(|error| error.format(&mut command))
}

/// A panic is a bug of wssim: adds a line to Rust's message, and sets exit status 101, which the
/// aborting profile would not give.
fn ask_for_reports_of_bugs() {
    let print = std::panic::take_hook();
    std::panic::set_hook(Box::new(move |panic| {
        print(panic);
        output::complain(
            "This is a bug of wssim; please report it with the scenario and the flags.\n",
        );
        std::process::exit(exit::BUG);
    }));
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_command_line_is_well_formed() {
        CommandLine::command().debug_assert();
    }
}
