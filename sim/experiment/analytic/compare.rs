//! Checks whether a formula and a simulation differ by more than expected.
//!
//! The limits are the differences found in the shipped scenarios that contain nothing that formulas
//! leave out (`tests/analytic`). Loads and throughput follow from flow balance, which holds for any law;
//! mean response times depend on assumptions about queues; waits, as small differences, most of all.

use crate::question::MetricRef;
use wssim_stats::Estimate;

/// Largest expected difference, as a share of the formula's value.
const LOADS: f64 = 0.02;
const RESPONSES: f64 = 0.10;
const WAITS: f64 = 0.25;
/// Waits below this, in seconds, count as none.
const NO_WAIT: f64 = 1e-4;

/// A difference beyond the limit.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct FormulaDifference {
    /// (simulated − analytic) / analytic, at the nearer end of the interval.
    pub share: f64,
    /// The limit, as a share.
    pub limit: f64,
}

/// The limit for a metric, as a share of the formula's value; `None` if no formula gives it.
#[must_use]
pub fn limit_of(metric: &MetricRef) -> Option<f64> {
    Some(match metric.name.as_str() {
        "node_cpu_utilization_ratio" | "node_disk_utilization_ratio" | "throughput_per_second" => {
            LOADS
        }
        "node_load_average"
        | "response_time_seconds"
        | "service_response_seconds"
        | "service_utilization_ratio" => RESPONSES,
        "waiting_time_seconds" => WAITS,
        _ => return None,
    })
}

/// The distance of the interval of `simulated` from the formula's value, if it exceeds the metric's
/// limit: chance alone is no difference.
#[must_use]
pub fn compare(
    metric: &MetricRef,
    analytic: f64,
    simulated: &Estimate,
) -> Option<FormulaDifference> {
    let limit = limit_of(metric)?;
    let is_wait = metric.name == "waiting_time_seconds";
    if is_wait && analytic.max(simulated.low) < NO_WAIT {
        return None;
    }
    let nearest = analytic.clamp(simulated.low.min(simulated.high), simulated.high);
    let share = if nearest == analytic { 0.0 } else { (nearest - analytic) / analytic };
    (share.is_nan() || share.abs() > limit).then_some(FormulaDifference { share, limit })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn metric(name: &str) -> MetricRef {
        MetricRef { name: name.to_owned(), ..MetricRef::default() }
    }

    #[test]
    fn what_lies_in_the_interval_or_near_it_is_no_difference() {
        let response = metric("response_time_seconds");
        let simulated = Estimate::symmetric(0.120, 0.010, 8);
        assert_eq!(compare(&response, 0.115, &simulated), None);
        assert_eq!(compare(&response, 0.101, &simulated), None);
        let far = compare(&response, 0.095, &simulated).unwrap();
        assert!((far.share - 0.015 / 0.095).abs() < 1e-12 && far.limit == RESPONSES);
        let low = compare(&response, 0.150, &simulated).unwrap();
        assert!((low.share + 0.02 / 0.15).abs() < 1e-12);
    }

    #[test]
    fn loads_are_held_to_less_and_others_to_nothing() {
        let simulated = Estimate::symmetric(0.53, 0.001, 8);
        assert!(compare(&metric("node_cpu_utilization_ratio"), 0.50, &simulated).is_some());
        assert_eq!(compare(&metric("response_time_seconds"), 0.50, &simulated), None);
        assert_eq!(compare(&metric("error_ratio"), 0.0, &simulated), None);
    }

    #[test]
    fn waits_that_no_user_notices_are_not_compared() {
        let simulated = Estimate::symmetric(5e-5, 1e-6, 8);
        assert_eq!(compare(&metric("waiting_time_seconds"), 1e-6, &simulated), None);
        assert!(compare(&metric("waiting_time_seconds"), 1e-3, &simulated).is_some());
    }

    #[test]
    fn what_has_no_end_differs_from_what_has() {
        let simulated = Estimate::symmetric(0.5, 0.1, 8);
        let told = compare(&metric("response_time_seconds"), f64::INFINITY, &simulated);
        assert!(told.is_some());
    }
}
