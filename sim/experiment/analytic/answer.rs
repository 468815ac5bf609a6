//! What the twin says: means of entries, nodes, services and pools.

use super::reason::FormulaGap;
use super::resource::ResourceDemand;

/// What formulas say of a blueprint. Times are means in seconds; infinite: there is no steady state.
#[derive(Clone, Debug, Default)]
pub struct Analytic {
    /// Whether everything can do what is asked of it.
    pub is_stable: bool,
    /// By source.
    pub entries: Vec<EntryValue>,
    /// By node.
    pub nodes: Vec<NodeValue>,
    /// By service.
    pub services: Vec<ServiceValue>,
    /// By pool.
    pub pools: Vec<PoolValue>,
    /// Of all that open traffic uses, what is used up first before what is later.
    pub demands: Vec<ResourceDemand>,
    /// Why a simulation may differ.
    pub reasons: Vec<FormulaGap>,
}

/// Of a source of requests.
#[derive(Clone, Debug, PartialEq)]
pub struct EntryValue {
    /// Its name.
    pub entry: String,
    /// Requests per second.
    pub throughput_per_second: f64,
    /// From a user's first byte sent to the last received.
    pub response_seconds: f64,
}

/// Of a node.
#[derive(Clone, Debug, PartialEq)]
pub struct NodeValue {
    /// Its name.
    pub node: String,
    /// Running thread-seconds over thread-seconds.
    pub cpu_utilization: f64,
    /// Runnable jobs, and visits to the disk.
    pub load_average: f64,
    /// `None`: nothing is asked of its disk.
    pub disk: Option<DiskValue>,
}

/// Of a disk.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct DiskValue {
    /// Visits that are served over those that can be at once.
    pub utilization: f64,
    /// Of a visit, zeros included.
    pub wait_seconds: f64,
}

/// Of a service.
#[derive(Clone, Debug, PartialEq)]
pub struct ServiceValue {
    /// Its name.
    pub service: String,
    /// All containers together.
    pub visits_per_second: f64,
    /// From arrival to answer, over all endpoints; `None`: it has no visits.
    pub response_seconds: Option<f64>,
    /// Held workers over workers; `None`: unlimited.
    pub utilization: Option<f64>,
    /// For a worker, zeros included; `None`: unlimited.
    pub wait_seconds: Option<f64>,
}

/// Of a pool of connections.
#[derive(Clone, Debug, PartialEq)]
pub struct PoolValue {
    /// Who calls.
    pub service: String,
    /// Whom.
    pub target: String,
    /// Connections in use over connections.
    pub utilization: f64,
    /// For a connection, zeros included.
    pub wait_seconds: f64,
}
