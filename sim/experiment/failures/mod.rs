//! `failures`: what survives when nodes fail? It tries every set of nodes up to a size, with traffic.
//!
//! ```text
//!  0          lead            lead + observed
//!  ├── calm ───┼─ measured ────────┼─ unanswered requests are followed for one window more
//!              └ the nodes of the set crash at once, without repair
//! ```
//! Sets of nodes are enumerated, not sampled; traffic is replicated with common random numbers: the same
//! requests arrive whatever fails, and in a world without a fault, for comparison. The scenario's own
//! faults are left out.
//!
//! Then the long run (`years/`): random failures over thousands of years, without traffic.
//!
//! `recovery.rs` defines recovery, `reason.rs` explains its absence.

mod aftermath;
mod assess;
pub mod by_size;
pub mod findings;
mod judge;
mod listen;
mod options;
mod ranges;
mod reason;
mod recovery;
mod sets;
mod stage;
mod study;
mod wear;
mod weigh;
pub mod years;

pub use options::{FailureError, FailureOptions};
pub(crate) use stage::crash;

use crate::findings::Findings;
use crate::question::{Question, Worlds};
use crate::threads;
use crate::watch::Watch;

/// Answers `question`.
///
/// # Errors
/// When a world cannot be made, there are too few nodes, or too many sets of them.
pub fn failures(
    worlds: &dyn Worlds,
    question: &Question,
    options: &FailureOptions,
    watch: &dyn Watch,
) -> Result<Findings, FailureError> {
    let pool = threads::pool(options.common.threads)?;
    pool.install(|| Ok(study::FailureStudy::new(worlds, question, options, watch)?.answer()?))
}
