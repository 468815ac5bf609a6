//! The findings of a study: metrics with intervals, series, verdicts. Reports use nothing else.

use crate::capacity::findings::Capacity;
use crate::compare::findings::Comparison;
use crate::failures::findings::Failures;
use crate::migrate::findings::Migration;
use crate::note::Note;
use crate::question::{Claim, Study};
use crate::reason::Reason;
use crate::regression::findings::Difference;
use crate::sweep::findings::Sweep;
use wssim_stats::Estimate;

pub use crate::measured::Metric;
pub use crate::rollout::findings::{RolloutBar, RolloutShown, RolloutWork};
pub use crate::shown::{
    Distribution, NodeLedger, Promised, ResponseBands, RunAnswer, Series, ServiceLedger,
    SystemMemory,
};
pub use crate::stopped::StoppedBy;
pub use crate::verdict::Verdict;

/// The findings of one command: those common to all studies, and its own.
#[derive(Clone, Debug)]
pub struct Findings {
    /// Bare name of the scenario.
    pub name: String,
    /// Its title.
    pub title: String,
    /// The seed.
    pub seed: u64,
    /// Complete replications.
    pub replications: u32,
    /// Why it stopped.
    pub stopped_by: StoppedBy,
    /// Measured time of one replication, in seconds.
    pub measured_seconds: f64,
    /// Excluded time before it, in seconds.
    pub warm_up_seconds: f64,
    /// All simulated time of the scenario's own arm, in seconds.
    pub simulated_seconds: f64,
    /// Requests that arrived in the measured stretches of the scenario's own arm.
    pub requests: u64,
    /// Events of the scenario's own arm.
    pub events: u64,
    /// In the order of names and labels.
    pub metrics: Vec<Metric>,
    /// In the order of the file.
    pub claims: Vec<JudgedClaim>,
    /// Features of the scenario that the model does not simulate yet, in the scenario's words.
    pub not_simulated: Vec<String>,
    /// Notes for the reader: warnings, cuts, missing answers.
    pub notes: Vec<Note>,
    /// The comparison with a result given as the baseline.
    pub regression: Option<Difference>,
    /// The findings of this study only.
    pub answer: Answer,
}

/// The findings of one kind of study.
#[derive(Clone, Debug)]
pub enum Answer {
    /// Of `run`.
    Run(RunAnswer),
    /// Of `failures`.
    Failures(Failures),
    /// Of `compare`.
    Compare(Comparison),
    /// Of `sweep`.
    Sweep(Sweep),
    /// Of `capacity`.
    Capacity(Capacity),
    /// Of `migrate`.
    Migrate(Migration),
}

impl Answer {
    /// The study.
    #[must_use]
    pub fn study(&self) -> Study {
        match self {
            Self::Run(_) => Study::Run,
            Self::Failures(_) => Study::Failures,
            Self::Compare(_) => Study::Compare,
            Self::Sweep(_) => Study::Sweep,
            Self::Capacity(_) => Study::Capacity,
            Self::Migrate(_) => Study::Migrate,
        }
    }
}

/// A claim and its verdict.
#[derive(Clone, Debug)]
pub struct JudgedClaim {
    /// The claim.
    pub claim: Claim,
    /// Base unit of `expected` and `simulated`; `ratio` for a relative change.
    pub unit: &'static str,
    /// Mean and simultaneous interval; `None` when the claim was not measured.
    pub simulated: Option<Estimate>,
    /// The verdict.
    pub verdict: Verdict,
    /// The reasons, the decisive one first; empty if the numbers suffice.
    pub why: Vec<Reason>,
}

impl JudgedClaim {
    /// Number of ranges of inputs that were not checked: the verdict applies to the values in force
    /// only, and is not established.
    #[must_use]
    pub fn ranges_not_looked_at(&self) -> usize {
        let left = |reason: &Reason| match reason {
            Reason::NotLookedAt { looked, ranges } => ranges.saturating_sub(*looked),
            _ => 0,
        };
        self.why.iter().map(left).max().unwrap_or(0)
    }

    /// Whether the verdict applies to the values in force only.
    #[must_use]
    pub fn is_at_given_values(&self) -> bool {
        let is_decided = matches!(self.verdict, Verdict::Holds | Verdict::Refuted);
        is_decided && self.ranges_not_looked_at() > 0
    }
}
