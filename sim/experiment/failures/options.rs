//! Options and errors of `failures`.

use crate::cluster::Survival;
use crate::question::WorldError;

/// Options of the study.
#[derive(Clone, Copy, Debug)]
pub struct FailureOptions {
    /// As for `run`.
    pub common: crate::Options,
    /// Most nodes that fail together; `None` for two, if there are two.
    pub depth: Option<usize>,
    /// The definition of survival.
    pub survival: Survival,
    /// Years of the long run; `None` for [`super::years::USUAL_YEARS`].
    pub years: Option<f64>,
}

/// Why there is no answer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum FailureError {
    /// A world cannot be made.
    World(WorldError),
    /// There are fewer nodes than are to fail.
    TooFewNodes {
        /// Nodes that were to fail together.
        depth: usize,
        /// Existing nodes.
        nodes: usize,
    },
    /// There are too many sets.
    TooManySets {
        /// Nodes that were to fail together.
        depth: usize,
        /// Existing nodes.
        nodes: usize,
        /// The number of sets.
        sets: u64,
    },
}

impl From<WorldError> for FailureError {
    fn from(error: WorldError) -> Self {
        Self::World(error)
    }
}
