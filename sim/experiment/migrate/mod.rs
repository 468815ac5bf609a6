//! `migrate`: how do the phases of a migration go?
//!
//! ```text
//!  phase ──► its world: containers where the phases before have left them, its own places spare
//!    plain ─────────── the steps, in the traffic of the scenario ──► duration, downtime, peaks of RAM and CPU
//!    rollback after k ─ the steps up to k, then the undoing of each, the last first ──► how long that takes
//!    loss of a node ── it crashes at an instant uniform over the phase, for good ──► what becomes of it
//! ```
//! Each phase is a world of its own, so phases meet no traffic of each other; all of them together take as long as
//! the longest chain of phases that wait for each other. Steps of people before the first and after the last step
//! that changes anything are drawn and not simulated: days of preparation cost nothing.
//!
//! Rollbacks and losses are looked at with thin traffic, at most about one request a second of each entry.
//!
//! Closed forms: a phase takes the longest chain of its steps; each takes what is in
//! [`Step`](wssim_model::blueprint::Step). Verdicts are those at the values in force, and say so where inputs have
//! ranges.

mod back;
pub(crate) mod beside;
mod course;
mod error;
pub mod findings;
mod judge;
mod listen;
mod numbers;
mod passage;
pub mod plan;
mod stage;
mod study;
mod thin;
mod told;

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
