//! Experiments: replications of a world, intervals over them, and verdicts on claims.
//!
//! Each question has a module: [`mod@run`], [`mod@compare`], [`mod@sweep`], [`mod@failures`],
//! [`mod@migrate`] and [`mod@trace`]; [`mod@offered`] and [`mod@analytic`] answer without a run.
//! Findings and reasons are values: other crates read and write text.

pub mod analytic;
pub mod archive;
mod arm;
mod bands;
pub mod capacity;
mod cast;
mod catalogue;
pub mod cluster;
mod column;
pub mod compare;
mod controls;
mod curves;
mod downtime;
mod durations;
pub mod engine;
pub mod failures;
pub mod findings;
pub mod input;
mod judge;
mod looks;
mod measured;
mod memory;
pub mod metric;
pub mod migrate;
pub mod note;
pub mod objective;
mod observe;
pub mod offered;
pub mod part;
mod parted;
mod pilot;
pub mod question;
mod ranges;
mod readings;
pub mod reason;
mod recorder;
pub mod regression;
mod rollout;
pub mod run;
mod sample;
mod shown;
mod stopped;
pub mod stored;
mod summary;
pub mod sweep;
mod threads;
pub mod trace;
mod verdict;
pub mod watch;
mod weigh;
mod why;

pub use run::{Options, run};
