//! What `compare` finds: metrics of all scenarios side by side, their changes, and what was said of either.

use crate::failures::findings::Failures;
use crate::measured::Metric;
use crate::reason::Breakdown;
use crate::shown::RunAnswer;
use wssim_stats::Estimate;

/// Plans side by side.
#[derive(Clone, Debug)]
pub struct Comparison {
    /// The one that the others are compared with.
    pub baseline: Named,
    /// The others, in the order of the call.
    pub others: Vec<Named>,
    /// What was said first, in the order in which it was; then what is worth knowing of any plan.
    pub rows: Vec<ComparedMetric>,
    /// What each shows beside metrics, the baseline first.
    pub runs: Vec<RunAnswer>,
    /// What each comes to when it is put to the test, the baseline first, each followed by its variants; empty:
    /// it was not asked for.
    pub trials: Vec<PlanTrial>,
}

/// A scenario, or a variant of one, put to the test.
#[derive(Clone, Debug)]
pub struct PlanTrial {
    /// The scenario's bare name.
    pub scenario: String,
    /// The variant's name; `None`: the scenario itself.
    pub variant: Option<String>,
    /// The scenario's title, or what the variant is called.
    pub title: String,
    /// The orchestrator's name, if there is one.
    pub orchestrator: Option<&'static str>,
    /// What orchestrator and container engine take on all nodes together.
    pub takes: OrchestratorTakes,
    /// What the nodes that have a price are bought for; `None`: none has.
    pub price: Option<f64>,
    /// What became of it.
    pub outcome: TrialResult,
}

/// What an orchestrator and the container engine take.
#[derive(Clone, Copy, Debug)]
pub struct OrchestratorTakes {
    /// RAM in bytes.
    pub bytes: f64,
    /// Threads of the reference CPU.
    pub threads: f64,
}

/// What became of a scenario that was put to the test.
#[derive(Clone, Debug)]
pub enum TrialResult {
    /// Every node, and every pair of them, taken down; then the long run.
    Failures(Box<Failures>),
    /// New images brought out: all metrics of that.
    Rollouts(Vec<Metric>),
    /// It was cut short.
    CutShort,
}

impl Comparison {
    /// All of them, the baseline first.
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
    /// Mean and plain 95 % interval in the baseline; `None`: it has no such thing, or too little was
    /// observed.
    pub before: Option<Estimate>,
    /// By other scenario.
    pub others: Vec<Beside>,
    /// What is said of it.
    pub said: Vec<Said>,
}

/// A metric in another scenario than the baseline.
#[derive(Clone, Debug, Default)]
pub struct Beside {
    /// Mean and plain 95 % interval; `None` as in the baseline.
    pub after: Option<Estimate>,
    /// After less before, pair by pair; with k scenarios beside the baseline at level 1 − 0.05/k.
    pub change: Option<Estimate>,
    /// The same as a share of what was before; `None` also where that is nothing.
    pub relative: Option<Estimate>,
    /// Share of the variance of the change that common random numbers took away: at or below zero the two
    /// have nothing in common. `None`: nothing varies.
    pub variance_reduction: Option<f64>,
    /// Which components carry the change; `None`: it may be none, or has no components.
    pub carried_by: Option<Breakdown>,
}

impl Beside {
    /// Whether the interval of the change leaves out none at all.
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
    /// What it is about.
    pub of: Of,
}

/// What a claim is about.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Of {
    /// The baseline.
    Before,
    /// Another scenario, by place.
    After(usize),
    /// The change from the baseline to another scenario, by place.
    Change(usize),
}
