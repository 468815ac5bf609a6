//! A metric with its name and interval.

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
    /// Mean and plain 95 % interval over replications. `None` if nothing was observed, or too little for
    /// a quantile. `max` has no interval: its low and high are NaN. With unanswered requests response
    /// times have no upper end: it is infinite.
    pub estimate: Option<Estimate>,
    /// Why there is no estimate.
    pub missing: Option<NoEstimate>,
    /// The value in each replication of a number with a limit beside a baseline: its lower and upper
    /// end, equal for an exact one. Empty for other numbers.
    pub values: Vec<Option<[f64; 2]>>,
}
