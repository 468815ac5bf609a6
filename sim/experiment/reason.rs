//! The reasons of verdicts and of missing numbers, as values; only `reports` makes sentences of them.

use crate::failures::findings::{EntryTrouble, ServiceLoss};
use crate::failures::years::findings::Cause;
use crate::question::{RangedInput, Study};
use crate::verdict::Verdict;

/// The reason of a verdict.
#[derive(Clone, Debug, PartialEq)]
pub enum Reason {
    /// Another command judges it.
    JudgedBy(Study),
    /// A feature that it needs is not simulated yet; in the scenario's words.
    NotSimulated(String),
    /// There is no number to judge.
    Unmeasured(Unmeasured),
    /// There is a number, from too few runs.
    TooFew(Few),
    /// Some requests got no answer: their response times are unknown.
    Unanswered,
    /// Some rollouts, or phases, did not end: their durations are unknown.
    NotOver,
    /// The interval straddles a limit.
    Straddles {
        /// The approximate runs that would decide it; `None` if unknown.
        needed: Option<Needed>,
    },
    /// The interval lies so near to a limit that no number of runs will decide it.
    OnTheLimit {
        /// Its distance, as a share of the limit.
        within: f64,
    },
    /// Other values of uncertain inputs change the verdict.
    Flips(Flip),
    /// The verdict applies to the inputs' values in force: not every range was checked.
    NotLookedAt {
        /// Checked ranges.
        looked: usize,
        /// All ranges.
        ranges: usize,
    },
    /// The components of the number.
    MadeUp(Breakdown),
    /// Sets of nodes, by name, that are not survived; empty if all are.
    NotSurvived(Vec<Vec<String>>),
    /// The set of nodes whose loss is worst.
    WorstSet {
        /// By name.
        nodes: Vec<String>,
        /// Whether the subject of the claim recovers at all.
        is_back: bool,
        /// Why not, or why so late, if known.
        why: Option<Setback>,
    },
    /// Its downtime in a year.
    Down {
        /// Seconds down a year.
        seconds: f64,
        /// Outages that begin in a year.
        outages: f64,
        /// The main cause of that time, and its share.
        mostly: Option<(Cause, f64)>,
    },
}

/// Why there is no number to judge.
#[derive(Clone, Debug, PartialEq)]
pub enum Unmeasured {
    /// The scenario has no metric of that name and those labels.
    NoMetric(String),
    /// The scenario has the metric, but not the part of the measured stretch.
    NoPart,
    /// The metric was not observed.
    NotObserved(String),
    /// The claim is about the objectives, but other conditions were asked for.
    OtherConditions,
    /// The metric is about requests, but there were none.
    NobodyAsked(String),
    /// Too few requests for this quantile.
    TooFewRequests {
        /// The factor on the duration that would suffice.
        times: f64,
    },
    /// Too few runs for an interval.
    TooFew(Few),
    /// The metric needs a label that the claim does not give.
    NeedsLabel {
        /// Its name.
        metric: String,
        /// Labels of which one is needed.
        labels: &'static [&'static str],
    },
    /// The command does not judge changes of that metric.
    NoChanges {
        /// The command.
        study: Study,
        /// The metric.
        metric: String,
    },
    /// The claim is about more nodes than fail together here.
    TooDeep {
        /// Their number.
        nodes: usize,
    },
    /// The command does not measure that.
    OfOtherStudies(Study),
    /// There is no long run.
    NoYears(NoYears),
    /// Nothing fails by itself in the base of the change.
    NothingFailsIn(String),
    /// The two long runs of a change differ in length.
    UnlikeRuns,
    /// The value before was zero, so there is no relative change.
    ZeroBefore,
    /// The named subject has no containers that could work.
    NoContainers(String),
}

/// Why there is no long run.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum NoYears {
    /// It was cut short.
    Cut,
    /// No years were asked for.
    NotAsked,
    /// There are too many nodes for it.
    TooManyNodes,
    /// Nothing fails by itself.
    NothingFails,
}

/// Too few runs of a kind.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Few {
    /// The kind.
    pub of: Runs,
    /// The number needed.
    pub needed: u32,
}

/// The runs that an interval is taken over.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Runs {
    /// Replications.
    Replications,
    /// Histories of the long run.
    Histories,
}

/// The runs that would decide a claim.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Needed {
    /// This many replications.
    Replications(u32),
    /// This many years of the long run.
    Years(f64),
}

/// Joint values of inputs at which a verdict changes.
#[derive(Clone, Debug, PartialEq)]
pub struct Flip {
    /// The changed inputs, at least one.
    pub inputs: Vec<InputValue>,
    /// The verdict at the values in force.
    pub from: Verdict,
    /// The verdict at those values.
    pub to: Verdict,
}

/// An input's value at which a verdict changes; values are as scenarios write them.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct InputValue {
    /// Its path in the scenario.
    pub path: String,
    /// The value in force.
    pub nominal: String,
    /// The value at which the verdict changes.
    pub value: String,
    /// The nearest tried value to the one in force at which the verdict changes; `None` if none between
    /// was tried.
    pub near: Option<String>,
}

impl InputValue {
    /// For `input` at `value`.
    pub(crate) fn of(input: &RangedInput, value: &str, near: Option<String>) -> Self {
        let (path, nominal) = (input.path.clone(), input.value.clone());
        Self { path, nominal, value: value.to_owned(), near }
    }
}

/// The components of a number, or of its change.
#[derive(Clone, Debug, PartialEq)]
pub struct Breakdown {
    /// The whole.
    pub of: Whole,
    /// Whether the amounts are changes from the other scenario.
    pub is_change: bool,
    /// The components, largest first, without zeros.
    pub parts: Vec<Component>,
}

/// A number with components.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Whole {
    /// The time of a request, in seconds.
    RequestTime,
    /// The jobs in a node's run queue and at its disk.
    RunQueue,
    /// RAM of a node that is held, in bytes.
    MemoryHeld,
    /// RAM of a node that is asked for, in bytes.
    MemoryAskedFor,
    /// Swap of a node that is in use, in bytes.
    Swap,
}

impl Whole {
    /// Base unit of its components.
    #[must_use]
    pub fn unit(self) -> &'static str {
        match self {
            Self::RequestTime => "seconds",
            Self::RunQueue => "jobs",
            Self::MemoryHeld | Self::MemoryAskedFor | Self::Swap => "bytes",
        }
    }
}

/// A component of a number.
#[derive(Clone, Debug, PartialEq)]
pub struct Component {
    /// A service, or the label of a component of `request_time_seconds`.
    pub name: String,
    /// For jobs: whether they are at the disk, not in the run queue.
    pub at_disk: bool,
    /// Its amount, in the base unit of the whole.
    pub amount: f64,
}

/// Why a subject does not answer as before.
#[derive(Clone, Debug, PartialEq)]
pub enum Setback {
    /// An entry.
    Entry(EntryTrouble),
    /// A service.
    Service(ServiceLoss),
}

/// Why a metric has no estimate.
#[derive(Clone, Debug, PartialEq)]
pub enum NoEstimate {
    /// Nothing was observed.
    Nothing,
    /// Too few requests for this quantile.
    TooFewRequests {
        /// The factor on the duration that would suffice.
        times: f64,
    },
    /// Too few runs for an interval.
    TooFew(Few),
    /// There were no requests, or there are too few runs for an interval.
    NobodyAsked(Few),
    /// It does not recover when these nodes, by name, are lost.
    NotBack(Vec<String>),
    /// No outage was observed.
    NoOutage,
}
