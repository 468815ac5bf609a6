//! `capacity`: how much traffic can the cluster carry, and what is the first bottleneck?
//!
//! ```text
//!             formulas: a resource is exhausted at F times the traffic
//!  today ─────┤ bisection, common random numbers ├────────── F
//!   kept ... kept   open (undecided)   missed      ► a bracket with a confidence
//! ```
//! At each value replications are added until every objective is established to hold, or one not to (at
//! level 1 − 0.05 over all decisions of a search), or the permitted replications are used up. The same
//! requests arrive at every value, only closer together (Chen & Schmeiser, IIE Trans. 33, 2001). An
//! overloaded resource has no steady state, and is not simulated.
//!
//! Then the same without each node, starting at the bracket of all nodes; and the spare room today. With
//! `find` the key is any other, and the answer the smallest, or the largest, value that satisfies the
//! conditions.

mod calm;
pub mod findings;
mod fits;
mod judge;
mod key;
mod options;
mod room;
mod search;
mod seek;
mod stage;
mod study;
mod traffic;
mod trial;

pub use options::{CapacityError, CapacityOptions};

use crate::findings::Findings;
use crate::question::{Question, Worlds};
use crate::threads;
use crate::watch::Watch;
use calm::CalmWorlds;

/// Answers `question`.
///
/// # Errors
/// When a world cannot be made, or there is no condition to check.
pub fn capacity(
    worlds: &dyn Worlds,
    question: &Question,
    options: &CapacityOptions,
    watch: &dyn Watch,
) -> Result<Findings, CapacityError> {
    let calm = CalmWorlds(worlds);
    let study = study::CapacityStudy { worlds: &calm, question, options, watch };
    threads::pool(options.threads)?.install(|| study.answer())
}
