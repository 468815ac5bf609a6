//! Statistics of simulation output: estimators, intervals, warm-up, histograms, closed forms.
//!
//! ```text
//!  observations of one replication      one number a replication         claim
//!  (ns, counts) ──► Histogram, ratios ──► mean_interval, paired_… ──► Estimate [low, high]
//! ```
//!
//! This crate runs no simulation and knows no cluster: it takes numbers and gives numbers. Every
//! function is pure and sums in index order, so a result depends on its arguments only, not on the
//! number of threads. [`theory`] holds the closed forms that simulations are tested against.

#![cfg_attr(test, allow(clippy::unwrap_used))] // a test may panic

pub mod control_variates;
pub mod estimate;
pub mod histogram;
pub mod interval;
pub mod looks;
pub mod multiple;
pub mod paired;
pub mod paired_end;
pub mod quantile;
pub mod share;
pub mod stopping;
pub mod tally;
pub mod theory;
pub mod warm_up;
pub mod worst_case;

pub use estimate::Estimate;
pub use histogram::{Histogram, HistogramCounts};
pub use interval::{mean_interval, poisson_interval, ratio_interval, student_t_quantile};
pub use looks::Looks;
pub use multiple::{holm_adjusted, simultaneous_level};
pub use paired::{
    KnownMean, paired_difference, paired_ratio, variance_reduction, welch_difference,
    welch_of_means,
};
pub use paired_end::PairedEnd;
pub use quantile::{
    RankInterval, nearest_rank, observations_needed, quantile_of_sorted, quantile_rank_interval,
};
pub use share::share_interval;
pub use stopping::{LOOKS, relative_half_width, replications_needed, within_precision};
pub use tally::Tally;
pub use warm_up::{Truncation, mser, mser5, replication_average, welch_moving_average};
