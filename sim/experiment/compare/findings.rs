//! The findings of `compare`: metrics of all scenarios side by side, their changes, and the claims about
//! them.

use crate::failures::findings::Failures;
use crate::measured::Metric;
use crate::reason::Breakdown;
use crate::shown::RunAnswer;
use wssim_stats::Estimate;

/// Plans side by side.
#[derive(Clone, Debug)]
pub struct Comparison {
    /// The scenario that the others are compared with.
    pub baseline: Named,
    /// The others, in the order of the arguments.
    pub others: Vec<Named>,
    /// Metrics of claims in their order; then those of interest for any plan.
    pub rows: Vec<ComparedMetric>,
    /// The further findings of each, the baseline first.
    pub runs: Vec<RunAnswer>,
    /// The trials of each, the baseline first, each followed by its variants; empty if not asked for.
    pub trials: Vec<PlanTrial>,
}

/// The trial of a scenario or of a variant.
#[derive(Clone, Debug)]
pub struct PlanTrial {
    /// The scenario's bare name.
    pub scenario: String,
    /// The variant's name; `None` for the scenario itself.
    pub variant: Option<String>,
    /// The title of the scenario or variant.
    pub title: String,
    /// The orchestrator's name, if there is one.
    pub orchestrator: Option<&'static str>,
    /// What orchestrator and container engine take on all nodes together.
    pub takes: OrchestratorTakes,
    /// Purchase price of the nodes with a price; `None` if none has.
    pub price: Option<f64>,
    /// The result.
    pub outcome: TrialResult,
}

/// The overhead of an orchestrator and the container engine.
#[derive(Clone, Copy, Debug)]
pub struct OrchestratorTakes {
    /// RAM in bytes.
    pub bytes: f64,
    /// Threads of the reference CPU.
    pub threads: f64,
}

/// The result of a trial.
#[derive(Clone, Debug)]
pub enum TrialResult {
    /// The loss of every node and of every pair of nodes; then the long run.
    Failures(Box<Failures>),
    /// Rollouts of new images: all their metrics.
    Rollouts(Vec<Metric>),
    /// The trial was cut short.
    CutShort,
}

impl Comparison {
    /// All scenarios, the baseline first.
    #[must_use]
    pub fn scenarios(&self) -> Vec<&Named> {
        std::iter::once(&self.baseline).chain(&self.others).collect()
    }
}

/// A scenario.
#[derive(Clone, Debug)]
pub struct Named {
    /// Its bare name.
    pub name: String,
    /// Its title.
    pub title: String,
    /// Its complete replications.
    pub replications: u32,
}

/// One metric in all scenarios.
#[derive(Clone, Debug)]
pub struct ComparedMetric {
    /// Such as `response_time_seconds`.
    pub name: &'static str,
    /// In the order of the table of metrics.
    pub labels: Vec<(&'static str, String)>,
    /// Base unit.
    pub unit: &'static str,
    /// Mean and plain 95 % interval in the baseline; `None` if it lacks the metric, or too little was
    /// observed.
    pub before: Option<Estimate>,
    /// By other scenario.
    pub others: Vec<Beside>,
    /// The claims about it.
    pub said: Vec<Said>,
}

/// A metric in another scenario than the baseline.
#[derive(Clone, Debug, Default)]
pub struct Beside {
    /// Mean and plain 95 % interval; `None` as in the baseline.
    pub after: Option<Estimate>,
    /// After minus before, pair by pair; with k scenarios beside the baseline at level 1 − 0.05/k.
    pub change: Option<Estimate>,
    /// The change as a share of the value before; `None` also if that is zero.
    pub relative: Option<Estimate>,
    /// Share of the variance of the change that common random numbers removed: at or below zero the two
    /// are uncorrelated. `None` if nothing varies.
    pub variance_reduction: Option<f64>,
    /// The components that carry the change; `None` if it may be zero, or has no components.
    pub carried_by: Option<Breakdown>,
}

impl Beside {
    /// Whether the interval of the change excludes zero.
    #[must_use]
    pub fn is_change(&self) -> bool {
        self.change.as_ref().is_some_and(|change| change.low > 0.0 || change.high < 0.0)
    }
}

/// A claim about a row.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Said {
    /// Its place among the claims of the findings.
    pub claim: usize,
    /// Its subject.
    pub of: Of,
}

/// The subject of a claim.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Of {
    /// The baseline.
    Before,
    /// Another scenario, by place.
    After(usize),
    /// The change from the baseline to another scenario, by place.
    Change(usize),
}
