//! Exit statuses: the documented constants, in one place, and their conditions.

use crate::terminal::{self, Stream};
use std::fmt::Write as _;
use wssim_experiment::findings::{Findings, StoppedBy};
use wssim_experiment::question::WorldError;
use wssim_reports::VerdictTally;
use wssim_reports::files::{WriteError, WriteObstacle};
use wssim_scenario::Diagnostics;

/// Every claim judged by the command holds, or there is none.
pub(crate) const HOLDS: u8 = 0;
/// A claim is refuted, or a regression found.
pub(crate) const REFUTED: u8 = 1;
/// The call or the scenario is wrong. Equal to clap's status for a wrong call.
pub(crate) const WRONG: u8 = 2;
/// A claim stays undecided.
pub(crate) const UNDECIDED: u8 = 3;
/// A file could not be read or written.
pub(crate) const FILE: u8 = 4;
/// Interrupted by the user.
pub(crate) const INTERRUPTED: u8 = 130;

/// A bug: an assertion failed.
pub(crate) const BUG: i32 = 101;

/// The end of the long help.
pub(crate) const HELP: &str = "\
Exit status:
    0  every claim judged by the command holds, or none is made
    1  a claim is refuted, or a regression found
    2  the call or the scenario is wrong
    3  a claim stays undecided, or not every range of an input was looked at
    4  a file could not be read or written
  101  a bug of wssim
  130  interrupted; what was simulated so far is reported, marked partial
1 beats 3; 130 beats both. --no-fail turns 1 and 3 into 0.";

/// Why a command ends without an answer.
#[derive(Debug)]
pub(crate) struct CommandFailure {
    /// The exit status.
    pub(crate) status: u8,
    /// For standard error, complete lines.
    pub(crate) message: String,
}

impl CommandFailure {
    /// The call or the scenario is wrong.
    pub(crate) fn wrong(message: &str) -> Self {
        Self { status: WRONG, message: lines(message) }
    }

    /// A world could not be made or simulated.
    pub(crate) fn world(error: &WorldError) -> Self {
        match error {
            WorldError::Scenario(message) => Self::wrong(message),
            WorldError::Threads(error) => {
                Self::wrong(&format!("threads could not be started: {error}"))
            }
            WorldError::TooMany { replications, most } => Self::wrong(&format!(
                "error: `--replications {replications}`: there is room for what {most} replications of this \
                 scenario show"
            )),
            WorldError::Overfull(overfull) => {
                Self::wrong(&format!("error: {}", wssim_reports::overfull(*overfull)))
            }
        }
    }

    /// Interrupted before there was anything to report.
    pub(crate) fn interrupted() -> Self {
        Self { status: INTERRUPTED, message: String::new() }
    }

    /// A file could not be read or written.
    pub(crate) fn file(message: &str) -> Self {
        Self { status: FILE, message: lines(message) }
    }

    /// The scenario could not be read, or is wrong.
    pub(crate) fn scenario(diagnostics: &Diagnostics, colour: bool) -> Self {
        let width = terminal::width(Stream::Error);
        let message = wssim_scenario::render(&diagnostics.items, width, colour);
        Self { status: status_of(diagnostics), message }
    }
}

impl From<WriteError> for CommandFailure {
    fn from(error: WriteError) -> Self {
        let message = format!("error: {error}");
        match error.reason {
            WriteObstacle::There => Self::wrong(&message),
            _ => Self::file(&message),
        }
    }
}

fn lines(message: &str) -> String {
    let mut lines = message.trim_end().to_owned();
    let _ = writeln!(lines);
    lines
}

/// The status for mistakes of a scenario.
pub(crate) fn status_of(diagnostics: &Diagnostics) -> u8 {
    if diagnostics.is_io() { FILE } else { WRONG }
}

/// The status for the findings of `run`; with `guarded`, regressions count, and partial runs that were
/// not compared.
pub(crate) fn of_run(findings: &Findings, no_fail: bool, guarded: bool) -> u8 {
    let status = of(findings, no_fail);
    if !guarded || no_fail || status == INTERRUPTED {
        return status;
    }
    match &findings.regression {
        Some(difference) if difference.regressions() > 0 => REFUTED,
        None if status == HOLDS => UNDECIDED,
        _ => status,
    }
}

/// The status for `findings`.
pub(crate) fn of(findings: &Findings, no_fail: bool) -> u8 {
    if findings.stopped_by == StoppedBy::Interrupt {
        return INTERRUPTED;
    }
    let tally = VerdictTally::of(findings);
    match tally {
        _ if no_fail => HOLDS,
        VerdictTally { established_refuted: 1.., .. } => REFUTED,
        VerdictTally { undecided: 1.., .. } | VerdictTally { unestablished: 1.., .. } => UNDECIDED,
        _ => HOLDS,
    }
}
