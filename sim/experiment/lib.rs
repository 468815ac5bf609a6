//! Experiments: replications of a world, intervals over them, and verdicts on claims.
//!
//! A module a question: [`mod@run`], [`mod@failures`] and [`mod@trace`]. Text comes in and goes out elsewhere.

mod catalogue;
pub mod cluster;
mod durations;
pub mod failures;
pub mod findings;
mod judge;
mod memory;
pub mod metric;
mod observe;
mod pilot;
pub mod question;
mod recorder;
mod replicate;
pub mod run;
mod summary;
pub mod trace;
mod uncertainty;
pub mod watch;
mod why;

pub use run::{Options, run};
