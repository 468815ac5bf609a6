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
/// When a world cannot be made, there are not that many nodes, or too many sets of them.
pub fn failures(
    worlds: &dyn Worlds,
    question: &Question,
    options: &FailureOptions,
    watch: &dyn Watch,
) -> Result<Findings, FailureError> {
    let pool = threads::pool(options.common.threads)?;
    pool.install(|| Ok(study::FailureStudy::new(worlds, question, options, watch)?.answer()?))
}
