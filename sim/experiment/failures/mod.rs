//! `failures`: what survives when nodes fail? Every set of nodes up to a size, with traffic.
//!
//! ```text
//!  0          lead            lead + observed
//!  ├── calm ───┼─ measured ────────┼─ unanswered requests are followed for one window more
//!              └ the nodes of the set crash at once; nobody repairs them
//! ```
//! Which nodes fail is exhaustive, not sampled; when and how requests meet it is replicated, with
//! common random numbers: the same requests arrive whatever fails, and in a world without a fault,
//! which is what users would have seen. The scenario's own faults are left out.
//!
//! Then the long run (`years/`): what fails of itself, over thousands of years without traffic.
//!
//! `recovery.rs` has the definition of coming back, `reason.rs` why something does not.

mod aftermath;
mod assess;
pub mod findings;
mod judge;
mod listen;
mod ranges;
mod reason;
mod recovery;
mod stage;
mod study;
mod wear;
mod weigh;
pub mod years;

use crate::cluster::Survival;
use crate::findings::Findings;
use crate::question::{Question, WorldError, Worlds};
use crate::threads;
use crate::watch::Watch;

/// Replications at which it is looked whether every claim is decided.
const LOOKS: [u32; 3] = [10, 20, 40];

/// More sets than this are not looked at.
const MOST_SETS: u64 = 100_000;

/// How the study is to be done.
#[derive(Clone, Copy, Debug)]
pub struct Options {
    /// As for `run`.
    pub common: crate::Options,
    /// The most nodes that fail together; `None`: two, where there are as many.
    pub depth: Option<usize>,
    /// What counts as survived.
    pub survival: Survival,
    /// Years of the long run; `None`: [`years::USUAL_YEARS`].
    pub years: Option<f64>,
}

/// Why there is no answer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Error {
    /// A world cannot be made.
    World(WorldError),
    /// There are not that many nodes to lose.
    TooFewNodes {
        /// So many were to fail together.
        depth: usize,
        /// So many there are.
        nodes: usize,
    },
    /// More sets than can be looked at.
    TooManySets {
        /// So many nodes were to fail together.
        depth: usize,
        /// So many there are.
        nodes: usize,
        /// So many sets that would be.
        sets: u64,
    },
}

impl From<WorldError> for Error {
    fn from(error: WorldError) -> Self {
        Self::World(error)
    }
}

/// Answers `question`.
///
/// # Errors
/// When a world cannot be made, there are not that many nodes, or too many sets of them.
pub fn failures(
    worlds: &dyn Worlds,
    question: &Question,
    options: &Options,
    watch: &dyn Watch,
) -> Result<Findings, Error> {
    let pool = threads::pool(options.common.threads)?;
    pool.install(|| Ok(study::FailureStudy::new(worlds, question, options, watch)?.answer()?))
}

/// All sets of one to `depth` of `nodes` nodes: small ones first, each size in order.
fn sets(nodes: usize, depth: usize) -> Vec<Vec<usize>> {
    let mut all: Vec<Vec<usize>> = Vec::new();
    let mut last = vec![Vec::new()];
    for _ in 0..depth {
        let longer = |set: &Vec<usize>| {
            let first = set.last().map_or(0, |last| last + 1);
            let set = set.clone();
            (first..nodes).map(move |node| {
                let mut longer = set.clone();
                longer.push(node);
                longer
            })
        };
        last = last.iter().flat_map(longer).collect();
        all.extend(last.iter().cloned());
    }
    all
}

/// How many sets that would be.
fn count_sets(nodes: u64, depth: u64) -> u64 {
    let mut of_size: u64 = 1;
    (1..=depth).fold(0, |sum: u64, size| {
        of_size = of_size.saturating_mul(nodes - size + 1) / size;
        sum.saturating_add(of_size)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sets_are_all_of_each_size_once() {
        assert_eq!(sets(3, 2), [vec![0], vec![1], vec![2], vec![0, 1], vec![0, 2], vec![1, 2]]);
        for (nodes, depth) in [(1, 1), (4, 2), (5, 3), (6, 6)] {
            let all = sets(nodes, depth);
            assert_eq!(all.len() as u64, count_sets(nodes as u64, depth as u64));
            let distinct: std::collections::BTreeSet<_> = all.iter().collect();
            assert_eq!(distinct.len(), all.len());
        }
        assert_eq!(count_sets(4, 2), 10);
        assert!(count_sets(200, 8) > MOST_SETS);
    }
}
