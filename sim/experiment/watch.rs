//! Somebody watches: is told how far a study is, says when to stop, and may keep what is simulated.

use crate::archive::Archive;

/// What a study is doing.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum StudyPhase<'a> {
    /// Finding the warm-up.
    Pilot,
    /// Replications of all arms.
    Replications,
    /// Looking at other values of the inputs.
    Ranges,
    /// Each input at the ends of its range.
    Screening {
        /// Inputs.
        inputs: usize,
        /// Claims that are held to them.
        claims: usize,
    },
    /// Claims at the worst values that all inputs can have together.
    Worst {
        /// Claims and directions that are not settled yet.
        open: usize,
    },
    /// The value of this input at which a verdict turns.
    Turning(&'a str),
    /// Looking for the value at which something gives.
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

/// How far a phase is.
#[derive(Clone, Copy, Debug)]
pub struct Progress<'a> {
    /// What is being done.
    pub phase: StudyPhase<'a>,
    /// Replications of all arms that are complete.
    pub replications_done: u32,
    /// Replications of all arms up to the next look.
    pub replications_planned: u32,
    /// Events so far.
    pub events: u64,
}

/// Whoever watches. Called from many threads.
pub trait Watch: Sync {
    /// How far it is.
    fn progress(&self, progress: &Progress<'_>);

    /// Whether the user wants to stop: what is complete is reported.
    fn interrupted(&self) -> bool;

    /// Whether the wall-time budget is spent: cut at the last complete look.
    fn over_budget(&self) -> bool;

    /// Where replications are kept beyond this process, if anywhere.
    fn archive(&self) -> Option<&dyn Archive> {
        None
    }
}

/// Nobody watches.
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
