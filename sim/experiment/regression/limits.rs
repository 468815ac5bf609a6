//! Which numbers are held to limits: those of the table of metrics, and what the call says.

use super::comparable::Incomparable;
use super::recorded::{Key, Recorded};
use crate::metric::{ALL, Limit, Worse, kind_of};
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
}

impl Limits {
    /// The limit of a number; `None`: it has none.
    pub(super) fn of(&self, key: &Key) -> Option<Limit> {
        let default = kind_of(&key.name).and_then(|kind| kind.limit);
        let asked = self.asked.iter().rev().find(|(metric, _)| speaks_of(metric, key));
        match asked {
            None => default.filter(|_| is_usual(&key.labels)),
            Some((_, AskedLimit::None)) => None,
            Some((_, AskedLimit::Of { share, floor })) => {
                let worse = default.map_or(Worse::Either, |usual| usual.worse);
                Some(Limit { worse, share: *share, floor: *floor })
            }
        }
    }

    /// Whether each limit that the call gives is about a number that is there.
    pub(super) fn check(&self, baseline: &Recorded, now: &Recorded) -> Result<(), Incomparable> {
        let is_there = |metric: &MetricRef| {
            let all = baseline.metrics.iter().chain(&now.metrics);
            all.into_iter().any(|one| speaks_of(metric, &one.key))
        };
        match self.asked.iter().find(|(metric, _)| !is_there(metric)) {
            Some((metric, _)) => Err(Incomparable::NoNumber(metric.clone())),
            None => Ok(()),
        }
    }
}

/// Whether a metric, perhaps with only some of its labels, means this number.
fn speaks_of(metric: &MetricRef, key: &Key) -> bool {
    let is_so = |(name, value): (&String, &String)| key.label(name) == Some(value.as_str());
    metric.name == key.name && metric.labels.iter().all(is_so)
}

/// Whether it is looked at unless asked otherwise: not the sum of others, and not one statistic of many.
pub(crate) fn is_usual<N: AsRef<str>>(labels: &[(N, String)]) -> bool {
    labels.iter().all(|(name, value)| match name.as_ref() {
        "stat" => STATS.contains(&value.as_str()),
        "reason" => value == ALL,
        name => value != ALL || !SUMMED.contains(&name),
    })
}
