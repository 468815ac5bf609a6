//! `migrate`: how long do the phases of a migration take, and what can go wrong?
//!
//! ```text
//!  phase ──► its world: containers as earlier phases left them, its own new places empty
//!    plain ─────────── the steps, in the traffic of the scenario ──► duration, downtime, peaks of RAM and CPU
//!    rollback after k ─ the steps up to k, then the undoing of each, the last first ──► duration
//!    loss of a node ── it crashes at an instant uniform over the phase, for good ──► the outcome
//! ```
//! Each phase is a separate world, so phases do not meet each other's traffic; their total duration is
//! that of the longest chain of dependent phases. Steps of people before the first and after the last
//! step that changes something are drawn, not simulated: days of preparation cost nothing.
//!
//! Rollbacks and losses are simulated with thin traffic, at most about one request a second for each entry.
//!
//! Closed form: a phase takes as long as the longest chain of its steps; for each see
//! [`Step`](wssim_model::blueprint::Step). Verdicts apply to the values in force, and note ranges of
//! inputs.

mod back;
pub(crate) mod beside;
mod course;
mod error;
mod evaluate;
pub mod findings;
mod judge;
mod listen;
mod numbers;
mod passage;
pub mod plan;
mod stage;
mod study;
mod thin;

pub use error::MigrationError;

use crate::findings::Findings;
use crate::question::{Question, Worlds};
use crate::threads;
use crate::watch::Watch;

/// Answers `question`.
///
/// # Errors
/// When a world cannot be made, or there are no phases.
pub fn migrate(
    worlds: &dyn Worlds,
    question: &Question,
    options: &crate::Options,
    watch: &dyn Watch,
) -> Result<Findings, MigrationError> {
    let study = study::MigrateStudy { worlds, question, options, watch };
    threads::pool(options.threads)?.install(|| study.answer())
}
