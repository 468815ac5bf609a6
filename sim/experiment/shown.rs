//! What the replications of one scenario show beside metrics: numbers over time, response times, who holds the RAM.

use crate::measured::Metric;
use crate::question::MetricRef;
use crate::rollout::findings::RolloutShown;
use wssim_stats::{Estimate, Histogram};

/// What replications show beside metrics: all that only `run` finds, and `compare` of each scenario.
#[derive(Clone, Debug)]
pub struct RunAnswer {
    /// What was asked for beside claims; `None`: there is nothing of that name and those labels.
    pub asked: Vec<(MetricRef, Option<Metric>)>,
    /// In the order of names and labels.
    pub series: Vec<Series>,
    /// Who holds what of the RAM of each node that has some given, in the order of the scenario.
    pub ledger: Vec<NodeLedger>,
    /// All replications pooled, in the order of names.
    pub distributions: Vec<Distribution>,
    /// How long requests took by when they arrived, all replications pooled, in the order of names.
    pub bands: Vec<ResponseBands>,
    /// What was brought out, in the order of names.
    pub rollouts: Vec<RolloutShown>,
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
    /// Share of time in which a job waited for pages.
    pub stall: Option<Estimate>,
    /// Processes killed for want of memory, per replication.
    pub kills: Option<Estimate>,
    /// Those of them at containers' own limits, whatever room the node had: the mean.
    pub kills_at_limits: f64,
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
