//! The part of a stored result that is compared.

use crate::stopped::StoppedBy;
use crate::verdict::Verdict;
use wssim_stats::Estimate;

/// A stored result.
#[derive(Clone, Debug)]
pub struct Recorded {
    /// The command.
    pub command: String,
    /// Bare name of the scenario.
    pub scenario: String,
    /// Measured time of one replication, in seconds.
    pub measured_seconds: f64,
    /// The seed.
    pub seed: u64,
    /// Complete replications.
    pub replications: u32,
    /// Why it stopped.
    pub stopped_by: StoppedBy,
    /// In the order of the result.
    pub metrics: Vec<RecordedMetric>,
    /// The claims that the command judges, in the order of the scenario.
    pub claims: Vec<RecordedClaim>,
}

/// A number with its interval.
#[derive(Clone, Debug)]
pub struct RecordedMetric {
    /// Name and labels.
    pub key: NumberKey,
    /// Base unit.
    pub unit: String,
    /// Mean and plain 95 % interval; a missing interval has NaN ends.
    pub estimate: Option<Estimate>,
    /// The value in each replication: its lower and upper end, equal for an exact one. Empty if not
    /// stored.
    pub values: Vec<Option<[f64; 2]>>,
}

/// The identity of a number.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NumberKey {
    /// The metric's name.
    pub name: String,
    /// Its labels, in the order of the table of metrics.
    pub labels: Vec<(String, String)>,
}

impl NumberKey {
    /// The value of a label.
    #[must_use]
    pub fn label(&self, name: &str) -> Option<&str> {
        self.labels.iter().find(|(own, _)| own == name).map(|(_, value)| value.as_str())
    }
}

/// A claim with its verdict.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RecordedClaim {
    /// Its id.
    pub id: String,
    /// The plan's sentence.
    pub text: String,
    /// The verdict.
    pub verdict: Verdict,
    /// Whether it applies to the values in force only: not every range of an input was checked.
    pub is_at_given_values: bool,
}

impl Recorded {
    /// The number with this key.
    pub(super) fn metric(&self, key: &NumberKey) -> Option<&RecordedMetric> {
        self.metrics.iter().find(|metric| metric.key == *key)
    }
}
