//! A number that was measured, with its name.

use crate::reason::NoEstimate;
use wssim_stats::Estimate;

/// A number with its interval.
#[derive(Clone, Debug)]
pub struct Metric {
    /// Such as `response_time_seconds`; [`crate::metric::table`] lists them all.
    pub name: &'static str,
    /// Labels in the order of the table.
    pub labels: Vec<(&'static str, String)>,
    /// Base unit.
    pub unit: &'static str,
    /// Mean and plain 95 % interval over replications. `None`: nothing was observed, or too little
    /// for a quantile. An interval of `max` is not given: low and high are then not numbers (NaN). Where
    /// requests got no answer their times have no upper end: it is infinite.
    pub estimate: Option<Estimate>,
    /// Why there is no estimate.
    pub missing: Option<NoEstimate>,
    /// Of a number that is held to a limit beside a baseline, what each replication shows: the ends between
    /// which it lies, as one number the same twice. Empty elsewhere.
    pub values: Vec<Option<[f64; 2]>>,
}
