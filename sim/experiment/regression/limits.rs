//! Which numbers are held to limits: those of the table of metrics, and what the call says.

use super::comparable::Incomparable;
use super::recorded::{NumberKey, Recorded};
use crate::metric::{ALL, RegressionLimit, kind_of};
use crate::question::MetricRef;

/// Of the statistics of a time, those that are held to limits; others only repeat them, less precisely.
const STATS: [&str; 4] = ["mean", "p50", "p95", "p99"];
/// Labels whose value "all" adds up what is looked at part by part.
const SUMMED: [&str; 2] = ["entry", "caller"];

/// What a call says of the limit of a metric.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum AskedLimit {
    /// It is not looked at.
    None,
    /// The greater of the two is allowed.
    Of {
        /// Share of what it was.
        share: f64,
        /// Least change that counts, in the base unit.
        floor: f64,
    },
}

/// The limits of a comparison.
#[derive(Clone, Debug, Default)]
pub struct Limits {
    /// What the call says; of several that speak of one number the last one counts.
    pub asked: Vec<(MetricRef, AskedLimit)>,
    /// Whether what is missing is told and does not fail.
    pub allow_missing: bool,
}

impl Limits {
    /// The limit of a number; `None`: it has none.
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

    /// Whether the baseline has a number for each limit that names one by its labels. A limit of a whole metric may
    /// serve several scenarios, of which not all have it.
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

/// Whether a metric, perhaps with only some of its labels, means this number; of labels that are not named only what
/// is looked at without being asked for.
fn speaks_of(metric: &MetricRef, key: &NumberKey) -> bool {
    let is_so = |(name, value): (&String, &String)| key.label(name) == Some(value.as_str());
    let is_named = |name: &str| metric.labels.contains_key(name);
    metric.name == key.name
        && metric.labels.iter().all(is_so)
        && key.labels.iter().all(|(name, value)| is_named(name) || is_usual_value(name, value))
}

/// Whether it is looked at unless asked otherwise: not the sum of others, and not one statistic of many.
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
