//! `capacity`: how much can it carry, and what gives first?
//!
//! ```text
//!             formulas: something is used up at F times the traffic
//!  today ─────┤ bisection, common random numbers ├────────── F
//!   kept ... kept   open (nothing can be decided)   missed      ► a bracket with a confidence
//! ```
//! At each value replications are added until every objective is established to hold, or one not to (at level
//! 1 − 0.05 over all decisions of a search), or the replications that there may be decide nothing; the same
//! requests come at every value, only closer together (Chen & Schmeiser, IIE Trans. 33, 2001). Where something
//! is asked for more than it can do there is no steady state, and nothing is simulated.
//!
//! Then the same without each node, at first at what was found with all of them; and what room there is today.
//! With `find` the key is any other, and the answer the least, or the largest, value that will do.

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
/// When a world cannot be made, or nothing can be held to a limit.
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
