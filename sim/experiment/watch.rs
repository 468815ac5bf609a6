//! The watcher of a study: receives its progress, says when to stop, and may keep an archive.

use crate::archive::Archive;

/// The present phase of a study.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum StudyPhase<'a> {
    /// Finding the warm-up.
    Pilot,
    /// Replications of all arms.
    Replications,
    /// Checking other values of the inputs.
    Ranges,
    /// Each input at the ends of its range.
    Screening {
        /// Number of inputs.
        inputs: usize,
        /// Number of claims.
        claims: usize,
    },
    /// Claims at the worst joint values of all inputs.
    Worst {
        /// Claims and directions not settled yet.
        open: usize,
    },
    /// Locating the value of this input at which a verdict changes.
    Turning(&'a str),
    /// Searching the value at which a condition breaks.
    Search,
    /// Replications of all sets of nodes.
    Sets,
    /// Histories of the long run.
    Histories,
    /// Replications of all points.
    Points,
    /// Rollbacks and losses of nodes in all phases.
    Aside,
    /// Following one request.
    Trace,
}

/// The progress of a phase.
#[derive(Clone, Copy, Debug)]
pub struct Progress<'a> {
    /// The phase.
    pub phase: StudyPhase<'a>,
    /// Complete replications of all arms.
    pub replications_done: u32,
    /// Planned replications of all arms up to the next look.
    pub replications_planned: u32,
    /// Events so far.
    pub events: u64,
}

/// A watcher. Called from many threads.
pub trait Watch: Sync {
    /// Receives the progress.
    fn progress(&self, progress: &Progress<'_>);

    /// Whether the user wants to stop: complete replications are reported.
    fn interrupted(&self) -> bool;

    /// Whether the wall-time budget is spent: the study is cut at the last complete look.
    fn over_budget(&self) -> bool;

    /// The archive of replications beyond this process, if any.
    fn archive(&self) -> Option<&dyn Archive> {
        None
    }
}

/// A watcher that ignores everything.
#[derive(Clone, Copy, Debug)]
pub struct Unwatched;

impl Watch for Unwatched {
    fn progress(&self, _progress: &Progress<'_>) {}

    fn interrupted(&self) -> bool {
        false
    }

    fn over_budget(&self) -> bool {
        false
    }
}
