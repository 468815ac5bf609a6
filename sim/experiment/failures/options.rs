//! How the study is to be done, and why there may be no answer.

use crate::cluster::Survival;
use crate::question::WorldError;

/// How the study is to be done.
#[derive(Clone, Copy, Debug)]
pub struct FailureOptions {
    /// As for `run`.
    pub common: crate::Options,
    /// The most nodes that fail together; `None`: two, where there are as many.
    pub depth: Option<usize>,
    /// What counts as survived.
    pub survival: Survival,
    /// Years of the long run; `None`: [`super::years::USUAL_YEARS`].
    pub years: Option<f64>,
}

/// Why there is no answer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum FailureError {
    /// A world cannot be made.
    World(WorldError),
    /// There are not that many nodes to lose.
    TooFewNodes {
        /// The number of nodes that were to fail together.
        depth: usize,
        /// The number of nodes that there are.
        nodes: usize,
    },
    /// More sets than can be looked at.
    TooManySets {
        /// The number of nodes that were to fail together.
        depth: usize,
        /// The number of nodes that there are.
        nodes: usize,
        /// The number of sets that would have to be looked at.
        sets: u64,
    },
}

impl From<WorldError> for FailureError {
    fn from(error: WorldError) -> Self {
        Self::World(error)
    }
}
