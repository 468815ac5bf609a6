//! `sweep`: what if? Every point of a grid of other values, under the same random numbers.
//!
//! ```text
//!  parameters ──► points, a world each (all are made before anything is simulated)
//!                   │  one warm-up for all: of the corners of the grid that have a steady state
//!                   ▼
//!                 points × replications, a fixed number ──► further points where the answer changes
//! ```
//! Points are compared with each other, so all of them leave out the same warm-up and meet the same
//! requests (common random numbers): with another warm-up, replication n would not be the same stretch. A
//! pilot of every point would cost half as much as the sweep. The transient is longest where the load is
//! highest, and load is highest at a corner of the grid for whatever grows or falls along each axis; so
//! corners, and of all points the one that is nearest to its limits, are the pilot's worlds, and the longest
//! warm-up among them is that of all. Points without a
//! steady state have no warm-up to find, and are simulated for as long as the others.

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
