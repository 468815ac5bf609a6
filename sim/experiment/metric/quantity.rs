//! The quantities that `run` measures in a replication: one for each key of a metric.

use super::labels::{ALL, Stat, UNFINISHED};
use crate::memory::OfMemory;
use wssim_model::Blueprint;
use wssim_model::ids::QueryId;
use wssim_model::probe::Failure;

/// A measured quantity; places are those of the blueprint's tables.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum MeasuredQuantity {
    Entry(EntryChoice, OfEntry),
    QueryTime(Calls, Stat),
    BreakerOpen(Calls),
    /// Of one endpoint.
    Visit(usize, Stat),
    PoolWait(usize, Stat),
    /// Of requests that want a connection.
    PoolWaited(usize),
    PoolQueue(usize),
    Service(usize, OfService),
    Node(usize, OfNode),
    Memory(OfMemory),
    Component(TimeComponent),
    /// Encrypted bytes between nodes.
    Encrypted,
    /// Of one stack.
    Deployment(usize),
    /// Of all nodes.
    Price,
}

/// Entry or entries.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum EntryChoice {
    All,
    Source(usize),
}

/// A quantity of an entry's requests.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum OfEntry {
    Response(Stat),
    Errors(ErrorReason),
    Throughput,
    Requests,
    Failed,
    Attempts,
    Downtime,
}

/// Why requests have no good answer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum ErrorReason {
    /// Any of them.
    All,
    Failed(Failure),
    /// They had no answer at the end.
    Unfinished,
}

impl ErrorReason {
    /// Its value of the label `reason`.
    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::All => ALL,
            Self::Failed(failure) => failure.name(),
            Self::Unfinished => UNFINISHED,
        }
    }
}

/// Calls of one pair, or of all callers to one service.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Calls {
    Pair(usize),
    Service(usize),
}

impl Calls {
    /// Whether the calls of `query` are among these.
    pub(crate) fn has(self, blueprint: &Blueprint, query: QueryId) -> bool {
        match self {
            Self::Pair(place) => query.index() == place,
            Self::Service(place) => blueprint.queries[query.index()].service.index() == place,
        }
    }
}

/// A quantity of a service.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum OfService {
    /// Of all its endpoints.
    Visits(Stat),
    WorkerWait(Stat),
    DiskWait(Stat),
    /// Share of requests that wait for a worker.
    WorkersWaited,
    DiskWaited,
    WorkerQueue,
    DiskQueue,
    CacheHits,
    InService,
    Utilization,
    Throttled,
    /// Of a replica.
    Share(usize),
    Replicas,
}

/// A quantity of a node, except memory.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum OfNode {
    Cpu,
    Load,
    /// By direction, in the order of a node's byte counts.
    Network(usize),
    NetworkCpu,
    DiskUtilization,
    /// Of a service.
    DiskVisits(usize),
    /// Of a service.
    Runnable(usize),
    /// Of a service.
    Containers(usize),
}

/// A component of a request's time; by service or pool.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum TimeComponent {
    Cpu(usize),
    Worker(usize),
    Pool(usize),
    Disk(usize),
    Pages(usize),
    Network,
    Connecting,
}
