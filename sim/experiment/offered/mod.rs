//! Offered load, before anything is simulated: expected visits times expected work.
//!
//! Visits solve v = entries + v · calls (Jackson's traffic equations); work of a node is
//! Σ v · E\[demand\] / speed over its containers, to which callers are spread evenly. Queues,
//! retries and users who give up are left out: it is the load offered, not the load carried. For
//! networking, every message has the mean size.

mod costs;
mod disks;
mod loads;
mod overload;
mod rates;
mod times;
mod visits;

pub use disks::DiskLoad;
pub use overload::{Overload, Overloaded, overloads};
pub(crate) use visits::{Brought, brought};

pub(crate) use costs::{Costs, costs};
pub(crate) use loads::{Loads, add_background, capacity, requests};
pub(crate) use rates::{RateLevel, Stretch, rate};
pub(crate) use times::{Conditions, Took, has_moved, moves, responses, responses_after};
pub(crate) use visits::{Visit, solve, visits};

use crate::question::Measure;
use wssim_model::Blueprint;
use wssim_model::blueprint::{Arrivals, Source};

/// The offered load of a cluster.
#[derive(Clone, Debug, Default)]
pub struct OfferedLoad {
    /// By name.
    pub nodes: Vec<NodeLoad>,
    /// By name.
    pub services: Vec<ServiceLoad>,
}

/// The load of a node.
#[derive(Clone, Debug)]
pub struct NodeLoad {
    /// Its name.
    pub node: String,
    /// CPU work that arrives per second, in seconds of one of its own threads (erlangs).
    pub offered_erlangs: f64,
    /// The part from open sources and background, which is not slowed down by queues.
    pub open_erlangs: f64,
    /// The load while every profile is at its peak.
    pub peak_erlangs: f64,
    /// Hardware threads.
    pub threads: f64,
    /// Work that it can do per second with all threads busy, in the same unit.
    pub capacity_erlangs: f64,
    /// The load of its disk; `None` without load or disk.
    pub disk: Option<DiskLoad>,
}

/// The load of a service.
#[derive(Clone, Debug)]
pub struct ServiceLoad {
    /// Its name.
    pub service: String,
    /// Containers that have a node.
    pub containers: usize,
    /// Visits per second, all containers together.
    pub visits_per_second: f64,
    /// Visits in service at any time without waits, all containers together.
    pub offered_concurrency: f64,
    /// The part that comes from open sources.
    pub open_concurrency: f64,
    /// The load while every profile is at its peak.
    pub peak_concurrency: f64,
    /// Workers of all containers together; `None` if unlimited.
    pub workers: Option<u32>,
    /// CPU time offered to a container, in thread-seconds per second.
    pub cpus_per_container: f64,
    /// The part that comes from open sources and background.
    pub open_cpus_per_container: f64,
    /// The load while every profile is at its peak.
    pub peak_cpus_per_container: f64,
    /// Its CPU limit.
    pub cpu_limit: Option<f64>,
}

impl ServiceLoad {
    /// Offered over capacity of its scarcest resource; `None` if nothing is limited.
    pub fn utilization(&self) -> Option<f64> {
        let workers = self.workers.map(|workers| self.offered_concurrency / f64::from(workers));
        let cpus = self.cpu_limit.map(|limit| self.cpus_per_container / limit);
        [workers, cpus].into_iter().flatten().reduce(f64::max)
    }
}

/// Computes the offered load of a blueprint over its measured stretch.
#[must_use]
pub fn offered(blueprint: &Blueprint, measure: &Measure) -> OfferedLoad {
    let stretch = Stretch::of(measure);
    let costs = costs(blueprint);
    let visits = visits(blueprint, &costs);
    let responses = responses(blueprint, &costs);
    let rates = |wanted: &dyn Fn(&Source) -> bool, level: RateLevel| {
        let mut entries = vec![0.0; blueprint.endpoints.len()];
        for source in blueprint.sources.iter().filter(|source| wanted(source)) {
            let rate = rate(source, &responses, stretch, level);
            for (share, endpoint) in &source.entries {
                entries[endpoint.index()] += rate * share;
            }
        }
        solve(entries, &visits)
    };
    let load_of = |wanted: &dyn Fn(&Source) -> bool, level: RateLevel| {
        let mut loads = requests(blueprint, &visits, &responses, &rates(wanted, level));
        add_background(blueprint, stretch, &mut loads);
        loads
    };
    let is_open = |source: &Source| !matches!(source.arrivals, Arrivals::Closed { .. });
    let all = load_of(&|_| true, RateLevel::Mean);
    let open = load_of(&is_open, RateLevel::Mean);
    let peak = load_of(&is_open, RateLevel::Peak);
    let nodes = blueprint
        .nodes
        .iter()
        .enumerate()
        .map(|(at, node)| NodeLoad {
            node: node.name.clone(),
            offered_erlangs: all.nodes[at],
            open_erlangs: open.nodes[at],
            peak_erlangs: peak.nodes[at],
            threads: node.threads,
            capacity_erlangs: capacity(&node.capacity, node.threads),
            disk: disks::load_of(node.disk.as_ref(), [&all, &open, &peak].map(|l| l.disks[at])),
        })
        .collect();
    let services = blueprint
        .services
        .iter()
        .enumerate()
        .map(|(at, service)| {
            let containers = service.replicas() as usize;
            let each = containers.max(1) as f64;
            ServiceLoad {
                service: service.name.clone(),
                containers,
                visits_per_second: all.services[at].visits,
                offered_concurrency: all.services[at].concurrency,
                open_concurrency: open.services[at].concurrency,
                peak_concurrency: peak.services[at].concurrency,
                workers: service.workers.map(|workers| workers.saturating_mul(containers as u32)),
                cpus_per_container: all.services[at].cpus / each,
                open_cpus_per_container: open.services[at].cpus / each,
                peak_cpus_per_container: peak.services[at].cpus / each,
                cpu_limit: service.cpu_limit.map(|limit| limit.cpus),
            }
        })
        .collect();
    OfferedLoad { nodes, services }
}
