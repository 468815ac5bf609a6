//! What was found: metrics with intervals, series, verdicts. Reports are made from this alone.

use crate::capacity::findings::Capacity;
use crate::compare::findings::Comparison;
use crate::failures::findings::Failures;
use crate::note::Note;
use crate::question::{Claim, Study};
use crate::reason::Reason;
use crate::regression::findings::Difference;
use crate::sweep::findings::Sweep;
use wssim_stats::{Estimate, Histogram};

pub use crate::measured::Metric;
pub use crate::verdict::Verdict;

/// The answer of one command: what every study finds, and what this one does.
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
    /// What was left out before it, in seconds.
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
    /// What the scenario says and the model does not simulate yet, in its words.
    pub not_simulated: Vec<String>,
    /// Things that the reader should know: warnings, what was cut off, what the run could not say.
    pub notes: Vec<Note>,
    /// What became of a result that was given as the baseline.
    pub regression: Option<Difference>,
    /// What only this study finds.
    pub answer: Answer,
}

/// What only one study finds.
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
        }
    }
}

/// What `run` finds beside metrics.
#[derive(Clone, Debug)]
pub struct RunAnswer {
    /// In the order of names and labels.
    pub series: Vec<Series>,
    /// Who holds what of the RAM of each node that has some given, in the order of the scenario.
    pub ledger: Vec<NodeLedger>,
    /// All replications pooled, in the order of names.
    pub distributions: Vec<Distribution>,
    /// How long requests took by when they arrived, all replications pooled, in the order of names.
    pub bands: Vec<ResponseBands>,
}

/// Why a run stopped.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum StoppedBy {
    /// Every claim is decided.
    Decided,
    /// What is not decided is known to the precision asked for.
    Precision,
    /// The greatest number of replications was reached.
    Cap,
    /// Exactly so many replications were asked for.
    Replications,
    /// The wall-time budget was spent.
    Budget,
    /// The user interrupted it.
    Interrupt,
}

impl StoppedBy {
    /// Its name in `results.json`.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Decided => "decided",
            Self::Precision => "precision",
            Self::Cap => "cap",
            Self::Replications => "replications",
            Self::Budget => "budget",
            Self::Interrupt => "interrupt",
        }
    }
}

/// A number over time, in slots.
#[derive(Clone, Debug)]
pub struct Series {
    /// A metric's name.
    pub name: &'static str,
    /// Its labels.
    pub labels: Vec<(&'static str, String)>,
    /// Base unit.
    pub unit: &'static str,
    /// Beginning of each slot, in seconds of the measured stretch.
    pub t_seconds: Vec<f64>,
    /// One for each slot; `None`: nothing was observed in it, or response times of which some are not known.
    pub estimates: Vec<Option<Estimate>>,
}

/// All observations of all replications in one distribution; no interval.
#[derive(Clone, Debug)]
pub struct Distribution {
    /// A metric's name.
    pub name: &'static str,
    /// Its labels, but for `stat`.
    pub labels: Vec<(&'static str, String)>,
    /// Base unit.
    pub unit: &'static str,
    /// Observations.
    pub count: u64,
    /// (probability, quantile).
    pub quantiles: Vec<(f64, f64)>,
    /// Those that came to an end, in nanoseconds.
    pub answered: Histogram,
    /// Of the others, for how long they had lasted when they were given up, in nanoseconds.
    pub unfinished: Histogram,
}

/// How many requests of an entry took how long, by time of arrival.
#[derive(Clone, Debug)]
pub struct ResponseBands {
    /// The entry.
    pub entry: String,
    /// Beginning of each slot, in seconds of the measured stretch.
    pub t_seconds: Vec<f64>,
    /// Limits of the bands in seconds, ascending; one more than there are bands. What is beyond them is in
    /// the first or last one.
    pub limits: Vec<f64>,
    /// By slot, requests in each band.
    pub counts: Vec<Vec<u64>>,
}

/// Who holds what of a node's RAM; bytes, means over the measured stretch. An estimate is `None` with
/// fewer than two replications.
#[derive(Clone, Debug)]
pub struct NodeLedger {
    /// Its name.
    pub node: String,
    /// RAM that it has.
    pub ram: f64,
    /// Swap that it has.
    pub swap: f64,
    /// What its own system takes.
    pub system: SystemMemory,
    /// What its containers were promised.
    pub promised: Promised,
    /// RAM in use, the page cache apart.
    pub used: Option<Estimate>,
    /// What containers and system ask for.
    pub demand: Option<Estimate>,
    /// RAM that containers have.
    pub resident: Option<Estimate>,
    /// Pages that containers touch.
    pub hot: Option<Estimate>,
    /// Swap in use.
    pub swapped: Option<Estimate>,
    /// RAM that is left for the page cache.
    pub page_cache: Option<Estimate>,
    /// Share of time in which somebody waited for pages.
    pub stall: Option<Estimate>,
    /// Processes killed for want of memory, per replication.
    pub kills: Option<Estimate>,
    /// Its services that ask for RAM, the largest first.
    pub services: Vec<ServiceLedger>,
}

/// What a node takes for itself, in bytes.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct SystemMemory {
    /// The kernel.
    pub kernel: f64,
    /// The container engine.
    pub engine: f64,
    /// The orchestrator's agent.
    pub agent: f64,
    /// What the engine takes for each container, all together.
    pub shims: f64,
}

impl SystemMemory {
    /// All of it.
    #[must_use]
    pub fn sum(&self) -> f64 {
        self.kernel + self.engine + self.agent + self.shims
    }
}

/// What containers were promised, whatever they use.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Promised {
    /// How many there are, those that begin later included.
    pub containers: u32,
    /// Σ of their reservations, in bytes.
    pub reserved: f64,
    /// Σ of the limits of those that have one, in bytes.
    pub limits: f64,
    /// How many have none.
    pub without_limit: u32,
}

/// What the containers of one service hold of a node's RAM.
#[derive(Clone, Debug)]
pub struct ServiceLedger {
    /// Its name.
    pub service: String,
    /// What they were promised.
    pub promised: Promised,
    /// What they ask for.
    pub demand: Option<Estimate>,
    /// What they have in RAM.
    pub resident: Option<Estimate>,
    /// What they have in swap; `None` also where there is none.
    pub swapped: Option<Estimate>,
}

/// A claim and what became of it.
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
    /// Why, the reason that decides first; none where the numbers say it all.
    pub why: Vec<Reason>,
}

impl JudgedClaim {
    /// How many ranges of inputs its verdict was not held to: it is that of the values in force then, and
    /// not established.
    #[must_use]
    pub fn ranges_not_looked_at(&self) -> usize {
        let left = |reason: &Reason| match reason {
            Reason::NotLookedAt { looked, ranges } => ranges.saturating_sub(*looked),
            _ => 0,
        };
        self.why.iter().map(left).max().unwrap_or(0)
    }

    /// Whether it is decided by the values in force alone.
    #[must_use]
    pub fn is_at_given_values(&self) -> bool {
        let is_decided = matches!(self.verdict, Verdict::Holds | Verdict::Refuted);
        is_decided && self.ranges_not_looked_at() > 0
    }
}
