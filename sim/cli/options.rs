//! Flags shared by the commands, and their values.

use crate::exit::CommandFailure;
use crate::output;
use crate::shard::ShardFlag;
use clap::{Args, ValueEnum};
use std::io;
use std::path::PathBuf;
use std::time::Duration;
use wssim_reports::part::Parts;
use wssim_scenario::{Diagnostics, Scenario};
use wssim_text::quantity::{self, Dimension};

/// The default seed.
pub(crate) const SEED: u64 = 84;

/// The format of standard output.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum Format {
    /// Tables for a terminal
    Text,
    /// For programs; `run` prints the text of `results.json`
    Json,
    /// Tables for a merge request
    Markdown,
}

/// Whether the ranges of inputs are checked.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum Ranges {
    /// Judge at other values within the ranges, too
    On,
    /// Judge at the values in force only
    Off,
}

/// Flags of every command that holds claims to the ranges of inputs.
#[derive(Args, Debug)]
pub(crate) struct CommonFlags {
    /// Flags of every command that simulates.
    #[command(flatten)]
    pub(crate) study: StudyFlags,

    /// Relative half-width of the interval at which a number is known well enough
    #[arg(long, value_name = "SHARE", default_value = "2%", value_parser = share)]
    pub(crate) precision: f64,

    /// Exactly this number of replications, no stopping rule
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u32).range(1..=1_000_000))]
    pub(crate) replications: Option<u32>,

    /// Whether verdicts must hold at other values of inputs that have a range, too; otherwise each
    /// verdict is one "at the given values"
    #[arg(long, value_enum, default_value_t = Ranges::On, value_name = "WHETHER", hide_possible_values = true)]
    pub(crate) ranges: Ranges,
}

/// Flags of every command that simulates.
#[derive(Args, Debug)]
pub(crate) struct StudyFlags {
    /// Seed of all randomness
    #[arg(long, value_name = "N", default_value_t = SEED)]
    pub(crate) seed: u64,

    /// Do one part of the work, such as `2/4`, for `wssim merge`; `auto`, `auto/4`: which one a scheduler's
    /// environment says
    #[arg(long, value_name = "I/N", value_parser = ShardFlag::read)]
    pub(crate) shard: Option<ShardFlag>,

    /// Parts to be joined, for `wssim merge`.
    #[arg(skip)]
    pub(crate) merged: Option<Parts>,

    /// How it is done.
    #[command(flatten)]
    pub(crate) work: WorkFlags,

    /// Everything that has to do with reading and showing
    #[command(flatten)]
    pub(crate) shown: ScenarioFlags,
}

/// Flags that change nothing of what is found out.
#[derive(Args, Clone, Debug)]
pub(crate) struct WorkFlags {
    /// Threads to simulate on [default: all]; the results do not depend on it
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u32).range(1..=1024))]
    threads: Option<u32>,

    /// Wall time after which no further replications are begun, such as 60s or 1m30s
    #[arg(long, value_name = "TIME", value_parser = wall_time)]
    pub(crate) budget: Option<Duration>,

    /// Directory for files; by default out/SCENARIO for `run`, out/SCENARIO/COMMAND for others
    #[arg(long, value_name = "DIR", value_parser = directory)]
    pub(crate) out: Option<PathBuf>,

    /// Exit with 0 although a claim is refuted or undecided
    #[arg(long)]
    pub(crate) no_fail: bool,
}

impl WorkFlags {
    /// Number of threads; `None` for all.
    pub(crate) fn threads(&self) -> Option<usize> {
        self.threads.map(|threads| threads as usize)
    }
}

impl CommonFlags {
    /// Checks that `--shard` is possible.
    ///
    /// # Errors
    /// If the work is not known beforehand.
    pub(crate) fn check_shard(&self) -> Result<(), CommandFailure> {
        if self.study.shard.is_none() || self.replications.is_some() {
            return Ok(());
        }
        Err(CommandFailure::wrong(
            "error: `--shard` needs `--replications N`: without it each look at the claims decides how many more \
             replications there are, so that they cannot be shared out beforehand",
        ))
    }

    /// Options that determine the result of a study.
    pub(crate) fn decisive(&self) -> wssim_experiment::Options {
        wssim_experiment::Options { threads: None, ..self.of_study() }
    }

    /// All options of a study.
    pub(crate) fn of_study(&self) -> wssim_experiment::Options {
        wssim_experiment::Options {
            seed: self.study.seed,
            threads: self.study.work.threads(),
            replications: self.replications,
            precision: self.precision,
            ranges: self.ranges == Ranges::On,
        }
    }
}

/// Flags of every command that reads a scenario.
#[derive(Args, Debug)]
pub(crate) struct ScenarioFlags {
    /// Give a key of the scenario another value; repeatable
    #[arg(long = "set", value_name = "PATH=VALUE", value_parser = assignment)]
    pub(crate) sets: Vec<String>,

    /// Take this variant of the scenario, a name of its `[variant.NAME]`
    #[arg(long, value_name = "NAME")]
    variant: Option<String>,

    /// How it looks.
    #[command(flatten)]
    pub(crate) look: Look,

    /// Print every value in force and where it comes from, and stop
    #[arg(long)]
    pub(crate) print_config: bool,
}

/// What standard output and standard error look like.
#[derive(Args, Clone, Debug)]
pub(crate) struct Look {
    /// What standard output is written as
    #[arg(long, value_enum, default_value_t = Format::Text)]
    pub(crate) format: Format,

    /// Only the verdicts on standard output, only errors on standard error
    #[arg(long, short)]
    pub(crate) quiet: bool,

    /// No colours, as with the environment variable `NO_COLOR`
    #[arg(long)]
    pub(crate) no_color: bool,
}

impl ScenarioFlags {
    /// Whether `stream` is coloured.
    pub(crate) fn colours(&self, stream: &impl anstream::stream::RawStream) -> bool {
        colours(self.look.no_color, stream)
    }

    /// Writes an answer to standard output.
    pub(crate) fn print(&self, text: &str) -> Result<(), CommandFailure> {
        output::print_coloured(text, self.colours(&io::stdout()))
    }

    /// Loads the scenario at `path` and prints its warnings; `None` if only the configuration was asked
    /// for, which is printed.
    pub(crate) fn load(&self, path: &str) -> Result<Option<Scenario>, CommandFailure> {
        let found = self.loaded(self.read(path))?;
        if let Some(scenario) = found.as_ref().filter(|_| !self.look.quiet) {
            output::note_shipped(path, scenario);
        }
        Ok(found)
    }

    /// The scenario at `path`, or its variant, with its overrides.
    pub(crate) fn read(&self, path: &str) -> Result<Scenario, Diagnostics> {
        let scenario = Scenario::load(path, &self.sets)?;
        match &self.variant {
            Some(name) => scenario.variant(name),
            None => Ok(scenario),
        }
    }

    /// [`Self::load`] for a scenario already read.
    pub(crate) fn loaded(
        &self,
        scenario: Result<Scenario, Diagnostics>,
    ) -> Result<Option<Scenario>, CommandFailure> {
        let colours = self.colours(&io::stderr());
        let scenario =
            scenario.map_err(|diagnostics| CommandFailure::scenario(&diagnostics, colours))?;
        if self.print_config {
            self.print(&scenario.print_config())?;
            return Ok(None);
        }
        if !self.look.quiet {
            output::warn(scenario.warnings(), colours);
        }
        Ok(Some(scenario))
    }
}

/// Whether `stream` is coloured, given `no_color`.
pub(crate) fn colours(no_color: bool, stream: &impl anstream::stream::RawStream) -> bool {
    !no_color && anstream::AutoStream::choice(stream) != anstream::ColorChoice::Never
}

/// `2%`, or `0.02`.
pub(crate) fn share(text: &str) -> Result<f64, String> {
    let (number, unit) = match text.strip_suffix('%') {
        Some(number) => (number.trim_end(), 0.01),
        None => (text, 1.0),
    };
    match number.parse::<f64>() {
        Ok(value) if value > 0.0 && value * unit < 1.0 => Ok(value * unit),
        Ok(_) => Err("more than 0 % and less than 100 % is expected".to_owned()),
        Err(_) => Err("a share such as `2%` is expected".to_owned()),
    }
}

/// `60s`, `1m30s`, `1.5 min`: a duration as in scenarios, above zero.
pub(crate) fn wall_time(text: &str) -> Result<Duration, String> {
    let expected = || format!("{} is expected", Dimension::Duration.expected());
    let quantity = quantity::parse(text).map_err(|flaw| match flaw.help {
        Some(help) => format!("{}; {help}", flaw.message),
        None => format!("{}; {}", flaw.message, expected()),
    })?;
    if quantity.dimension != Dimension::Duration {
        return Err(expected());
    }
    let time = Duration::from_nanos(quantity.value.max(0.0).round() as u64);
    if time.is_zero() { Err("a time above zero is expected".to_owned()) } else { Ok(time) }
}

fn assignment(text: &str) -> Result<String, String> {
    match text.split_once('=') {
        Some((path, _)) if !path.trim().is_empty() => Ok(text.to_owned()),
        _ => Err("`path=value` is expected, such as `traffic.web.arrivals.rate=8/s`".to_owned()),
    }
}

pub(crate) fn directory(text: &str) -> Result<PathBuf, String> {
    if text.is_empty() {
        Err("the name of a directory is expected".to_owned())
    } else {
        Ok(PathBuf::from(text))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn shares_are_percentages_or_fractions() {
        assert_eq!(share("2%"), Ok(0.02));
        assert_eq!(share("0.5 %"), Ok(0.005));
        assert_eq!(share("0.02"), Ok(0.02));
        for wrong in ["", "%", "0", "-1%", "100%", "2", "nan", "inf", "two"] {
            assert!(share(wrong).is_err(), "{wrong}");
        }
    }

    #[test]
    fn times_carry_their_unit() {
        assert_eq!(wall_time("60s"), Ok(Duration::from_secs(60)));
        assert_eq!(wall_time("1.5 min"), Ok(Duration::from_secs(90)));
        assert_eq!(wall_time("250ms"), Ok(Duration::from_millis(250)));
        assert_eq!(wall_time("1m30s"), Ok(Duration::from_secs(90)));
        assert_eq!(wall_time("1h 0.25s"), Ok(Duration::from_millis(3_600_250)));
        assert_eq!(wall_time("1d"), Ok(Duration::from_secs(86_400)));
        for wrong in
            ["", "60", "s", "-1s", "0s", "0.1ns", "1e400s", "nans", "1 s s", "1s1m", "5%", "5 GB"]
        {
            assert!(wall_time(wrong).is_err(), "{wrong}");
        }
        assert_eq!(wall_time("5 sec"), Err("`sec` is not a unit; did you mean `s`?".to_owned()));
    }

    #[test]
    fn assignments_name_a_path() {
        assert!(assignment("a.b=c=d").is_ok());
        assert!(assignment("a.b=").is_ok());
        assert!(assignment("=c").is_err());
        assert!(assignment("a.b").is_err());
    }
}
