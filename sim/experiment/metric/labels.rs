//! Values of labels common to all worlds.

use wssim_model::probe::Failure;

/// Values of the label `stat`.
pub const STATS: [&str; 7] = ["mean", "p50", "p90", "p95", "p99", "p999", "max"];

/// Place in [`STATS`].
pub(crate) type Stat = usize;

/// The place of the mean in [`STATS`].
pub(crate) const MEAN: Stat = 0;

/// The place of the 95th percentile in [`STATS`].
pub(crate) const P95: Stat = 3;

/// The label value for all values together.
pub const ALL: &str = "all";

/// The value of the label `reason` for requests without an answer at the end.
pub const UNFINISHED: &str = "unfinished";

/// Values of the label `reason`: why a request failed, that it had no answer at the end, or all
/// together.
pub fn reasons() -> impl Iterator<Item = &'static str> {
    Failure::ALL.map(Failure::name).into_iter().chain([UNFINISHED, ALL])
}
