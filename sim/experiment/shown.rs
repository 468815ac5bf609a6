//! The findings of `run` beside metrics: series, response times, RAM ledgers.

use crate::measured::Metric;
use crate::question::MetricRef;
use crate::rollout::findings::RolloutShown;
use wssim_stats::{Estimate, Histogram};

/// The findings of `run` beside metrics, also used by `compare` for each scenario.
#[derive(Clone, Debug)]
pub struct RunAnswer {
    /// Metrics asked for beside claims; `None` if there is none with that name and labels.
    pub asked: Vec<(MetricRef, Option<Metric>)>,
    /// In the order of names and labels.
    pub series: Vec<Series>,
    /// The ledger of each node with RAM given, in the order of the scenario.
    pub ledger: Vec<NodeLedger>,
    /// All replications pooled, in the order of names.
    pub distributions: Vec<Distribution>,
    /// Response times by time of arrival, all replications pooled, in the order of names.
    pub bands: Vec<ResponseBands>,
    /// Rollouts, in the order of names.
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
    /// One for each slot; `None` without observations, or if some response times are unknown.
    pub estimates: Vec<Option<Estimate>>,
}

/// All observations of all replications in one distribution, without an interval.
#[derive(Clone, Debug)]
pub struct Distribution {
    /// A metric's name.
    pub name: &'static str,
    /// Its labels except `stat`.
    pub labels: Vec<(&'static str, String)>,
    /// Base unit.
    pub unit: &'static str,
    /// Observations.
    pub count: u64,
    /// (probability, quantile).
    pub quantiles: Vec<(f64, f64)>,
    /// Complete durations, in nanoseconds.
    pub answered: Histogram,
    /// Ages of the others at the end, in nanoseconds.
    pub unfinished: Histogram,
}

/// Numbers of an entry's requests by response time and time of arrival.
#[derive(Clone, Debug)]
pub struct ResponseBands {
    /// The entry.
    pub entry: String,
    /// Beginning of each slot, in seconds of the measured stretch.
    pub t_seconds: Vec<f64>,
    /// Limits of the bands in seconds, ascending; one more than there are bands. Values beyond them
    /// count in the first or last one.
    pub limits: Vec<f64>,
    /// By slot, requests in each band.
    pub counts: Vec<Vec<u64>>,
}

/// The use of a node's RAM; bytes, means over the measured stretch. An estimate is `None` with fewer
/// than two replications.
#[derive(Clone, Debug)]
pub struct NodeLedger {
    /// Its name.
    pub node: String,
    /// Its RAM.
    pub ram: f64,
    /// Its swap.
    pub swap: f64,
    /// RAM of its own system.
    pub system: SystemMemory,
    /// RAM promised to its containers.
    pub promised: Promised,
    /// RAM in use, without the page cache.
    pub used: Option<Estimate>,
    /// RAM that containers and system ask for.
    pub demand: Option<Estimate>,
    /// RAM that containers have.
    pub resident: Option<Estimate>,
    /// Pages that containers touch.
    pub hot: Option<Estimate>,
    /// Swap in use.
    pub swapped: Option<Estimate>,
    /// RAM left for the page cache.
    pub page_cache: Option<Estimate>,
    /// Share of time in which a job waited for pages.
    pub stall: Option<Estimate>,
    /// Processes killed for lack of memory, per replication.
    pub kills: Option<Estimate>,
    /// Mean of those at containers' own limits, independent of the node's free RAM.
    pub kills_at_limits: f64,
    /// Its services that ask for RAM, the largest first.
    pub services: Vec<ServiceLedger>,
}

/// RAM of a node's own system, in bytes.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct SystemMemory {
    /// The kernel.
    pub kernel: f64,
    /// The container engine.
    pub engine: f64,
    /// The orchestrator's agent.
    pub agent: f64,
    /// The engine's overhead for containers, in total.
    pub shims: f64,
}

impl SystemMemory {
    /// The sum.
    #[must_use]
    pub fn sum(&self) -> f64 {
        self.kernel + self.engine + self.agent + self.shims
    }
}

/// RAM promised to containers, whatever they use.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Promised {
    /// Number of containers, including those that start later.
    pub containers: u32,
    /// Σ of their reservations, in bytes.
    pub reserved: f64,
    /// Σ of the limits of those that have one, in bytes.
    pub limits: f64,
    /// Number of containers without a limit.
    pub without_limit: u32,
}

/// The use of a node's RAM by the containers of one service.
#[derive(Clone, Debug)]
pub struct ServiceLedger {
    /// Its name.
    pub service: String,
    /// RAM promised to them.
    pub promised: Promised,
    /// RAM that they ask for.
    pub demand: Option<Estimate>,
    /// Their RAM.
    pub resident: Option<Estimate>,
    /// Their swap; `None` also without swap.
    pub swapped: Option<Estimate>,
}
