//! The objectives of entries, as conditions on metrics.

use crate::cluster::{ClusterFacts, ResponseLimit};
use crate::metric::{ALL, STATS};
use crate::question::{Expected, MetricRef};
use wssim_model::Blueprint;

/// A condition.
#[derive(Clone, Debug, PartialEq)]
pub struct Objective {
    /// Its metric.
    pub metric: MetricRef,
    /// The limits, in the base unit.
    pub expected: Expected,
    /// Whether it was added by default: without it, answering no request would be fast enough.
    pub is_assumed: bool,
}

/// Share of requests that may fail unless an objective limits it.
pub const USUAL_ERRORS: f64 = 0.01;

/// The objectives of all entries. Without any, the errors of all entries together are limited.
pub(crate) fn objectives(world: &Blueprint, cluster: &ClusterFacts) -> Vec<Objective> {
    let mut all = Vec::new();
    for (source, facts) in world.sources.iter().zip(&cluster.entries) {
        for limit in &facts.limits {
            let labels = [("entry", source.name.as_str()), ("stat", stat(limit))];
            all.push(condition("response_time_seconds", &labels, limit.seconds, false));
        }
        if !facts.limits.is_empty() || facts.errors.is_some() {
            let labels = [("entry", source.name.as_str()), ("reason", ALL)];
            let errors = facts.errors.unwrap_or(USUAL_ERRORS);
            all.push(condition("error_ratio", &labels, errors, facts.errors.is_none()));
        }
    }
    if all.is_empty() {
        let labels = [("entry", ALL), ("reason", ALL)];
        all.push(condition("error_ratio", &labels, USUAL_ERRORS, true));
    }
    all
}

/// `asked`, with a limit of errors for each entry with a limit of response time but none of errors.
pub(crate) fn with_errors(asked: &[Objective]) -> Vec<Objective> {
    let mut all = asked.to_vec();
    for condition in asked.iter().filter(|one| one.metric.name == "response_time_seconds") {
        let entry = condition.metric.labels.get("entry").map_or(ALL, String::as_str);
        let is_there = |one: &Objective| {
            let of = one.metric.labels.get("entry").map_or(ALL, String::as_str);
            one.metric.name == "error_ratio" && of == entry
        };
        if !all.iter().any(is_there) {
            let labels = [("entry", entry), ("reason", ALL)];
            all.push(self::condition("error_ratio", &labels, USUAL_ERRORS, true));
        }
    }
    all
}

/// The statistic that a limit is about.
pub(crate) fn stat(limit: &ResponseLimit) -> &'static str {
    let names = [(0.5, "p50"), (0.9, "p90"), (0.95, "p95"), (0.99, "p99")];
    let name =
        |p: f64| names.iter().find(|(known, _)| p <= *known).map_or("p999", |(_, name)| name);
    limit.probability.map_or(STATS[0], name)
}

fn condition(
    name: &str,
    labels: &[(&'static str, &str)],
    most: f64,
    is_assumed: bool,
) -> Objective {
    let labels = labels.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned()));
    Objective {
        metric: MetricRef { name: name.to_owned(), labels: labels.collect(), part: None },
        expected: Expected { min: None, max: Some(most), relative: false, point: false },
        is_assumed,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn quantiles_have_their_names() {
        let of = |probability| stat(&ResponseLimit { probability, seconds: 1.0 });
        let names = [0.5, 0.9, 0.95, 0.99, 0.999].map(|p| of(Some(p)));
        assert_eq!(names, ["p50", "p90", "p95", "p99", "p999"]);
        assert_eq!(of(None), "mean");
    }
}
