//! `sweep`: what if? It simulates every point of a grid of values under the same random numbers.
//!
//! ```text
//!  parameters ──► points, a world each (all are made before the simulation)
//!                   │  one warm-up for all: of the corners of the grid that have a steady state
//!                   ▼
//!                 points × replications, a fixed number ──► further points where the answer changes
//! ```
//! Points are compared with each other, so all of them exclude the same warm-up and get the same
//! requests (common random numbers): with another warm-up, replication n would be another stretch. A
//! pilot of every point would cost half as much as the sweep. The transient is longest where the load is
//! highest, and if the load is monotone along each axis, that is at a corner of the grid; so the pilot's
//! worlds are the corners and the point with the highest utilization, and all points use the longest
//! warm-up among them. Points without a steady state have no warm-up, and are simulated for as long as
//! the others.

mod asked;
mod changes;
mod columns;
pub mod findings;
mod grid;
mod made;
mod objectives;
mod options;
mod refine;
mod study;

pub(crate) use options::rounded;
pub use options::{
    MOST_POINTS, Numbers, Parameter, ParameterValue, SweepError, SweepOptions, USUAL_REPLICATIONS,
    WrittenUnit,
};

use crate::findings::Findings;
use crate::question::{Question, Worlds};
use crate::threads;
use crate::watch::Watch;

/// Answers `question` at every point of the grid.
///
/// # Errors
/// When the world of a point cannot be made.
pub fn sweep(
    worlds: &dyn Worlds,
    question: &Question,
    options: &SweepOptions,
    watch: &dyn Watch,
) -> Result<Findings, SweepError> {
    let pool = threads::pool(options.threads)?;
    let made = made::MadeWorlds::new(worlds);
    pool.install(|| study::SweepStudy::new(&made, question, options, watch)?.answer())
}
