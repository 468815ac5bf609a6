//! The limits of numbers: from the table of metrics, and from the call.

use super::comparable::Incomparable;
use super::recorded::{NumberKey, Recorded};
use crate::metric::{ALL, RegressionLimit, kind_of};
use crate::question::MetricRef;

/// Statistics of times that have limits; the others repeat them less precisely.
const STATS: [&str; 4] = ["mean", "p50", "p95", "p99"];
/// Labels whose value "all" sums up values that are compared one by one.
const SUMMED: [&str; 2] = ["entry", "caller"];

/// A limit given in the call.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum AskedLimit {
    /// The metric is not compared.
    None,
    /// The greater of the two is allowed.
    Of {
        /// Share of the value before.
        share: f64,
        /// Least change that counts, in the base unit.
        floor: f64,
    },
}

/// The limits of a comparison.
#[derive(Clone, Debug, Default)]
pub struct Limits {
    /// The limits of the call; the last one that matches a number counts.
    pub asked: Vec<(MetricRef, AskedLimit)>,
    /// Whether missing numbers are reported without failing.
    pub allow_missing: bool,
}

impl Limits {
    /// The limit of a number; `None` without one.
    pub(super) fn of(&self, key: &NumberKey) -> Option<RegressionLimit> {
        let default = kind_of(&key.name).and_then(|kind| kind.limit)?;
        match self.asked.iter().rev().find(|(metric, _)| speaks_of(metric, key)) {
            None => is_usual(&key.labels).then_some(default),
            Some((_, AskedLimit::None)) => None,
            Some((_, AskedLimit::Of { share, floor })) => {
                Some(RegressionLimit { worse: default.worse, share: *share, floor: *floor })
            }
        }
    }

    /// Whether the baseline has a number for each limit with labels. A limit for a whole metric may
    /// serve several scenarios, some of them without it.
    pub(super) fn check(&self, baseline: &Recorded) -> Result<(), Incomparable> {
        let is_there =
            |metric: &MetricRef| baseline.metrics.iter().any(|one| speaks_of(metric, &one.key));
        let named = self
            .asked
            .iter()
            .filter(|(metric, asked)| *asked != AskedLimit::None && !metric.labels.is_empty());
        match named.map(|(metric, _)| metric).find(|metric| !is_there(metric)) {
            Some(metric) => Err(Incomparable::NoNumber(metric.clone())),
            None => Ok(()),
        }
    }
}

/// Whether a metric, perhaps with only some of its labels, means this number; labels that are not given
/// match only the usual values.
fn speaks_of(metric: &MetricRef, key: &NumberKey) -> bool {
    let is_so = |(name, value): (&String, &String)| key.label(name) == Some(value.as_str());
    let is_named = |name: &str| metric.labels.contains_key(name);
    metric.name == key.name
        && metric.labels.iter().all(is_so)
        && key.labels.iter().all(|(name, value)| is_named(name) || is_usual_value(name, value))
}

/// Whether it is compared by default: no sum of others, and no secondary statistic.
pub(crate) fn is_usual<N: AsRef<str>>(labels: &[(N, String)]) -> bool {
    labels.iter().all(|(name, value)| is_usual_value(name.as_ref(), value))
}

fn is_usual_value(name: &str, value: &str) -> bool {
    match name {
        "stat" => STATS.contains(&value),
        "reason" => value == ALL,
        name => value != ALL || !SUMMED.contains(&name),
    }
}
