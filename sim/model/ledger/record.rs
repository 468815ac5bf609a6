//! What is kept of the measured stretch: integrals at its edges, and the averages that follow from them.

use crate::hardware::processor::Totals;
use crate::load::LoadAverage;
use crate::station::Areas;
use wssim_kernel::Time;

/// Time averages over the measured stretch.
#[derive(Clone, Debug, Default)]
pub struct Averages {
    /// By container.
    pub containers: Vec<ContainerAverages>,
    /// Mean number waiting for a connection, by pool, over all its instances.
    pub pool_waiting: Vec<f64>,
    /// Share of time that it was open, by breaker: the mean over its instances.
    pub breaker_open: Vec<f64>,
    /// By node.
    pub nodes: Vec<NodeAverages>,
    /// Calls sent for measured requests, by source.
    pub attempts: Vec<u64>,
    /// Good answers per second, whenever their requests arrived, by source.
    pub answers_per_second: Vec<f64>,
    /// Calls that set up a connection.
    pub connecting: f64,
    /// Messages on the network.
    pub hopping: f64,
    /// Bytes of messages between nodes, and encrypted ones among them.
    pub crossed: [f64; 2],
}

/// Time averages of one container.
#[derive(Clone, Copy, Debug, Default)]
pub struct ContainerAverages {
    /// Requests in the system, including those held back because its node stands still.
    pub in_system: f64,
    /// Waiting for a worker: requests, including those held back at the node first; in an event loop steps.
    pub waiting: f64,
    /// Requests in the system that it has not taken in: they wait for a worker before anything else.
    pub outside: f64,
    /// Requests held back because its node stands still.
    pub held_back: f64,
    /// Workers held.
    pub held: f64,
    /// CPU steps of requests in progress, including those that wait for a thread.
    pub computing: f64,
    /// Bursts of background load in progress.
    pub bursting: f64,
    /// Visits that wait for the node's disk.
    pub disk_waiting: f64,
    /// Visits in service at the node's disk.
    pub disk_served: f64,
    /// Share of time that a job stood still because the quota was used up.
    pub throttled: f64,
    /// Share of time that it listened.
    pub up: f64,
    /// Visits that began.
    pub arrivals: u64,
    /// CPU steps that wait for pages from swap, or in the disk's queue for them.
    pub paging: f64,
    /// Those of them in service at the node's disk.
    pub paging_served: f64,
    /// RAM that it asked for, in bytes: resident and swapped.
    pub demand: f64,
    /// Resident in RAM, in bytes.
    pub resident: f64,
    /// In swap, in bytes.
    pub swapped: f64,
    /// Touches of pages, and those that found their page in swap.
    pub touches: [u64; 2],
    /// Reads of its data, and those that came from the disk.
    pub reads: [u64; 2],
}

/// Time averages of one node.
#[derive(Clone, Copy, Debug, Default)]
pub struct NodeAverages {
    /// Running threads.
    pub threads: f64,
    /// Mean of the kernel's 1-minute load average over its periods.
    pub load: Option<f64>,
    /// Bytes per second sent and received.
    pub bytes_per_second: [f64; 2],
    /// CPU of networking, in reference CPU-seconds per second.
    pub network_cpu: f64,
}

/// Integrals at one instant.
#[derive(Clone, Debug, Default)]
pub(super) struct Snapshot {
    pub(super) at: Time,
    pub(super) areas: Vec<Areas>,
    pub(super) doors: Vec<[u128; 2]>,
    pub(super) arrivals: Vec<u64>,
    pub(super) throttled: Vec<u64>,
    pub(super) computed: Vec<[u64; 2]>,
    pub(super) hops: u64,
    pub(super) crossed: [f64; 2],
    pub(super) setups: u64,
    pub(super) answered: Vec<u64>,
    pub(super) up: Vec<u64>,
    pub(super) pools: Vec<u128>,
    pub(super) breakers: Vec<u64>,
    pub(super) disks: Vec<[[u128; 2]; 2]>,
    pub(super) memory: Vec<([f64; 3], [f64; 4])>,
    pub(super) totals: Vec<Totals>,
    pub(super) bytes: Vec<[f64; 2]>,
    pub(super) network_cpu: Vec<f64>,
    pub(super) attempts: Vec<u64>,
    /// By node: the sum of the load averages at ends of measured periods until then, and their number.
    pub(super) loads: Vec<(f64, u32)>,
}

/// State of the measured stretch.
#[derive(Debug, Default)]
pub(crate) struct Ledger {
    /// Whether the measured stretch has begun and not ended.
    pub(super) is_open: bool,
    /// Whether it is over.
    pub(super) is_over: bool,
    /// By node: the load average.
    pub(super) loads: Vec<LoadAverage>,
    pub(super) begin: Snapshot,
    pub(super) averages: Averages,
    /// The parts of it that the probe asks for.
    pub(super) parts: Vec<[Time; 2]>,
    /// Snapshots at the edges of the parts, in order of time.
    pub(super) edges: Vec<Snapshot>,
}

impl Ledger {
    /// Before the measured stretch, on `nodes` nodes.
    pub(crate) fn new(nodes: usize) -> Self {
        Self { loads: vec![LoadAverage::default(); nodes], ..Self::default() }
    }

    /// Whether a request that arrives now is measured.
    #[inline(always)]
    pub(crate) fn is_open(&self) -> bool {
        self.is_open
    }

    /// Whether the measured stretch is over.
    #[inline(always)]
    pub(crate) fn is_over(&self) -> bool {
        self.is_over
    }

    /// The instants at which a part begins or ends, in order, each once.
    pub(super) fn edges_of(parts: &[[Time; 2]]) -> Vec<Time> {
        let mut edges: Vec<Time> = parts.iter().flatten().copied().collect();
        edges.sort_unstable();
        edges.dedup();
        edges
    }
}
