//! The results of the analytic twin: means of entries, nodes, services and pools.

use super::reason::FormulaGap;
use super::resource::ResourceDemand;

/// The means that formulas give for a blueprint. Times in seconds; infinite without a steady state.
#[derive(Clone, Debug, Default)]
pub struct Analytic {
    /// Whether no resource is overloaded.
    pub is_stable: bool,
    /// By source.
    pub entries: Vec<EntryValue>,
    /// By node.
    pub nodes: Vec<NodeValue>,
    /// By service.
    pub services: Vec<ServiceValue>,
    /// By pool.
    pub pools: Vec<PoolValue>,
    /// Resources that open traffic uses, the scarcest first.
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
    /// From the first byte that the user sends to the last received.
    pub response_seconds: f64,
}

/// Of a node.
#[derive(Clone, Debug, PartialEq)]
pub struct NodeValue {
    /// Its name.
    pub node: String,
    /// Running thread-seconds over thread-seconds.
    pub cpu_utilization: f64,
    /// Runnable jobs and disk visits.
    pub load_average: f64,
    /// `None` if its disk is not used.
    pub disk: Option<DiskValue>,
}

/// Of a disk.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct DiskValue {
    /// Visits in service over the most that can be.
    pub utilization: f64,
    /// Wait of a visit, zeros included.
    pub wait_seconds: f64,
}

/// Of a service.
#[derive(Clone, Debug, PartialEq)]
pub struct ServiceValue {
    /// Its name.
    pub service: String,
    /// Of all containers together.
    pub visits_per_second: f64,
    /// From arrival to answer, over all endpoints; `None` without visits.
    pub response_seconds: Option<f64>,
    /// Held workers over workers; `None` if unlimited.
    pub utilization: Option<f64>,
    /// Wait for a worker, zeros included; `None` if workers are unlimited.
    pub wait_seconds: Option<f64>,
}

/// Of a pool of connections.
#[derive(Clone, Debug, PartialEq)]
pub struct PoolValue {
    /// Who calls.
    pub service: String,
    /// The calling service.
    pub target: String,
    /// The called service.
    pub utilization: f64,
    /// For a connection, zeros included.
    pub wait_seconds: f64,
}
