//! Why a claim is judged as it is, and why a number is missing: values with their numbers. `reports`
//! alone makes sentences of them.

use crate::failures::findings::{EntryTrouble, ServiceLoss};
use crate::failures::years::findings::Cause;
use crate::question::{RangedInput, Study};
use crate::verdict::Verdict;

/// Why a claim is judged as it is.
#[derive(Clone, Debug, PartialEq)]
pub enum Reason {
    /// Another command judges it.
    JudgedBy(Study),
    /// What it needs is not simulated yet; in the scenario's words.
    NotSimulated(String),
    /// There is no number to judge.
    Unmeasured(Unmeasured),
    /// There is a number, of too few runs.
    TooFew(Few),
    /// Some requests got no answer: how long theirs would have taken is not known.
    Unanswered,
    /// Some rollouts, or phases, did not come to their end: how long they would have taken is not known.
    NotOver,
    /// The interval straddles a limit.
    Straddles {
        /// What would decide it, about; `None`: no number of runs is known to.
        needed: Option<Needed>,
    },
    /// The interval lies so near to a limit that no number of runs will tell the two apart.
    OnTheLimit {
        /// How near, as a share of the limit.
        within: f64,
    },
    /// Other values of uncertain inputs turn the verdict.
    Flips(Flip),
    /// The verdict is that of the inputs' values in force: not every range was looked at.
    NotLookedAt {
        /// Ranges that were looked at.
        looked: usize,
        /// Ranges that there are.
        ranges: usize,
    },
    /// What the number is made up of.
    MadeUp(Breakdown),
    /// Sets of nodes, by name, that are not survived; none: every set is.
    NotSurvived(Vec<Vec<String>>),
    /// The set of nodes whose loss is worst.
    WorstSet {
        /// By name.
        nodes: Vec<String>,
        /// Whether what the claim speaks of comes back at all.
        is_back: bool,
        /// Why not, or why so late, as far as it is known.
        why: Option<Setback>,
    },
    /// For how long of a year it does not work.
    Down {
        /// Seconds down a year.
        seconds: f64,
        /// Outages that begin in a year.
        outages: f64,
        /// What most of that time comes after, and its share of it.
        mostly: Option<(Cause, f64)>,
    },
}

/// Why there is no number to judge.
#[derive(Clone, Debug, PartialEq)]
pub enum Unmeasured {
    /// The scenario has no metric of that name and those labels.
    NoMetric(String),
    /// The scenario has the metric, but not the part of the measured stretch that it is to be taken of.
    NoPart,
    /// Nothing was observed of that metric.
    NotObserved(String),
    /// It is about the objectives, and other conditions were asked for.
    OtherConditions,
    /// The metric is about requests, and nobody asked.
    NobodyAsked(String),
    /// Too few requests for this quantile.
    TooFewRequests {
        /// So many times the duration would do.
        times: f64,
    },
    /// Too few runs for an interval.
    TooFew(Few),
    /// The metric is about one thing, which the claim does not name.
    NeedsLabel {
        /// Its name.
        metric: String,
        /// Labels of which one is needed.
        labels: &'static [&'static str],
    },
    /// The command judges no changes of that metric.
    NoChanges {
        /// The command.
        study: Study,
        /// The metric.
        metric: String,
    },
    /// The claim speaks of more nodes than fail together here.
    TooDeep {
        /// So many.
        nodes: usize,
    },
    /// The command does not measure that.
    OfOtherStudies(Study),
    /// There is no long run.
    NoYears(NoYears),
    /// Nothing fails of itself in the scenario that the change is from.
    NothingFailsIn(String),
    /// The two long runs of a change are not of one length.
    UnlikeRuns,
    /// It was zero before, of which no change is a share.
    ZeroBefore,
    /// What is named has no containers that could work.
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
    /// Nothing fails of itself.
    NothingFails,
}

/// Too few runs of a kind.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Few {
    /// Of what there are too few.
    pub of: Runs,
    /// How many it takes.
    pub needed: u32,
}

/// What intervals are over.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Runs {
    /// Replications.
    Replications,
    /// Histories of the long run.
    Histories,
}

/// What would decide a claim.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Needed {
    /// So many replications.
    Replications(u32),
    /// So many years of the long run.
    Years(f64),
}

/// Values of inputs, together, at which a verdict is another one.
#[derive(Clone, Debug, PartialEq)]
pub struct Flip {
    /// The inputs that have other values there, at least one.
    pub inputs: Vec<InputValue>,
    /// The verdict at the values in force.
    pub from: Verdict,
    /// The verdict there.
    pub to: Verdict,
}

/// An input's value at which a verdict is another one; values are as scenarios write them.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct InputValue {
    /// Its path in the scenario.
    pub path: String,
    /// The value in force.
    pub nominal: String,
    /// The value at which the verdict is another one.
    pub value: String,
    /// The value nearest to the one in force at which the verdict was seen to be another one; `None`:
    /// none between the two was looked at.
    pub near: Option<String>,
}

impl InputValue {
    /// Of `input` at `value`.
    pub(crate) fn of(input: &RangedInput, value: &str, near: Option<String>) -> Self {
        let (path, nominal) = (input.path.clone(), input.value.clone());
        Self { path, nominal, value: value.to_owned(), near }
    }
}

/// What a number, or a change of it, is made up of.
#[derive(Clone, Debug, PartialEq)]
pub struct Breakdown {
    /// Of what these are the components.
    pub of: Whole,
    /// Whether amounts are changes from the other scenario.
    pub is_change: bool,
    /// The largest first; those of nothing are left out.
    pub parts: Vec<Component>,
}

/// What has components.
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
    /// Of jobs: whether they are at the disk, not in the run queue.
    pub at_disk: bool,
    /// How much, in the base unit of the whole.
    pub amount: f64,
}

/// Why something does not answer as before.
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
        /// So many times the duration would do.
        times: f64,
    },
    /// Too few runs for an interval.
    TooFew(Few),
    /// Nobody asked, or there are too few runs for an interval.
    NobodyAsked(Few),
    /// It does not come back when these nodes, by name, are lost.
    NotBack(Vec<String>),
    /// No outage was seen.
    NoOutage,
}
