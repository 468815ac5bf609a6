//! Resources, and the multiple of open traffic at which each is exhausted.

use super::flows::{OPEN, TrafficFlows};
use crate::offered::{Loads, Took, requests};
use wssim_model::Blueprint;

/// A resource with a limited capacity.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Resource {
    /// The processor of this node.
    Processor(String),
    /// The disk of this node.
    Disk(String),
    /// The CPU limit of each container of this service.
    Limit(String),
    /// The workers of all containers of this service.
    Workers(String),
    /// The connections of all containers of one service to another.
    Pool(String, String),
}

/// The demand on a resource, in the unit of its capacity: busy threads, disk visits, CPUs, workers,
/// connections. Without waits: a resource held during waits for others is held longer.
#[derive(Clone, Debug, PartialEq)]
pub struct ResourceDemand {
    /// The resource.
    pub of: Resource,
    /// Its capacity.
    pub capacity: f64,
    /// Demand of open traffic.
    pub open: f64,
    /// Demand of background, independent of traffic.
    pub fixed: f64,
    /// The largest factor on all open traffic at which it is exhausted: (capacity − fixed) / open, an
    /// upper bound of the capacity. Infinite if open traffic does not use it.
    pub factor: f64,
}

/// A resource of a blueprint, by place instead of name.
#[derive(Clone, Copy, Debug, PartialEq)]
enum Place {
    Processor(usize),
    Disk(usize),
    Limit(usize),
    Workers(usize),
    Pool(usize),
}

/// All resources of a blueprint.
pub(super) struct Resources {
    places: Vec<(Place, f64)>,
    /// Demand of each class on each resource, per unit of its throughput.
    units: Vec<Vec<f64>>,
    fixed: Vec<f64>,
}

impl Resources {
    pub(super) fn of(flows: &TrafficFlows<'_>) -> Self {
        let blueprint = flows.blueprint;
        let places = places(flows);
        let all = |loads: &Loads, pools: &[f64]| -> Vec<f64> {
            places.iter().map(|(place, _)| asked(*place, blueprint, loads, pools)).collect()
        };
        let unit = |rates: &Vec<f64>| {
            let loads = requests(blueprint, &flows.visits, &flows.alone, rates);
            all(&loads, &connections(flows, &flows.alone, rates))
        };
        let units = flows.units.iter().map(unit).collect();
        let fixed = all(&flows.background, &vec![0.0; blueprint.pools.len()]);
        Self { places, units, fixed }
    }

    /// The demand on each resource that open traffic uses, scarcest first.
    pub(super) fn demands(&self, blueprint: &Blueprint, factor: f64) -> Vec<ResourceDemand> {
        let demand = |at: usize| {
            let (place, capacity) = self.places[at];
            let open = self.units[OPEN][at] * factor;
            let fixed = self.fixed[at];
            let factor = ((capacity - fixed) / open).max(0.0);
            ResourceDemand { of: named(place, blueprint), capacity, open, fixed, factor }
        };
        let used = (0..self.places.len()).filter(|at| self.units[OPEN][*at] > 0.0);
        let mut demands: Vec<ResourceDemand> = used.map(demand).collect();
        demands.sort_by(|a, b| a.factor.total_cmp(&b.factor).then_with(|| a.of.cmp(&b.of)));
        demands
    }

    /// Whether every resource can carry its demand by open traffic and background.
    pub(super) fn carries(&self, factor: f64) -> bool {
        (self.places.iter().enumerate())
            .all(|(at, (_, capacity))| self.units[OPEN][at] * factor + self.fixed[at] < *capacity)
    }

    /// The largest share that a class takes of what the others leave of a resource.
    pub(super) fn largest_share(&self, class: usize, throughput: &[f64]) -> f64 {
        let share = |(at, (_, capacity)): (usize, &(Place, f64))| {
            let asks = |class: usize| throughput[class] * self.units[class][at];
            let others: f64 = (0..throughput.len()).filter(|c| *c != class).map(asks).sum();
            let left = capacity - others - self.fixed[at];
            if left > 0.0 { asks(class) / left } else { 1.0 }
        };
        let shares = self.places.iter().enumerate().map(share);
        shares.fold(0.0, f64::max).min(1.0)
    }
}

fn places(flows: &TrafficFlows<'_>) -> Vec<(Place, f64)> {
    let blueprint = flows.blueprint;
    let mut places = Vec::new();
    for (at, node) in blueprint.nodes.iter().enumerate() {
        let processor = &flows.processors[at];
        places.push((Place::Processor(at), processor.work(processor.full())));
        if let Some(disk) = &node.disk {
            places.push((Place::Disk(at), f64::from(disk.queues)));
        }
    }
    for (at, service) in blueprint.services.iter().enumerate() {
        let replicas = f64::from(service.replicas());
        if let Some(limit) = service.cpu_limit {
            places.push((Place::Limit(at), limit.cpus * replicas));
        }
        if let Some(workers) = service.workers {
            places.push((Place::Workers(at), f64::from(workers) * replicas));
        }
    }
    for (at, pool) in blueprint.pools.iter().enumerate() {
        let replicas = blueprint.services[pool.service.index()].replicas();
        places.push((Place::Pool(at), f64::from(pool.size) * f64::from(replicas)));
    }
    places
}

fn asked(place: Place, blueprint: &Blueprint, loads: &Loads, pools: &[f64]) -> f64 {
    match place {
        Place::Processor(at) => loads.nodes[at],
        Place::Disk(at) => loads.disks[at],
        Place::Limit(at) => {
            debug_assert!(blueprint.services[at].cpu_limit.is_some());
            loads.services[at].cpus
        }
        Place::Workers(at) => loads.services[at].concurrency,
        Place::Pool(at) => pools[at],
    }
}

/// Connections in use of each pool, over all instances: Σ calls · (way there and back + visit).
pub(super) fn connections(flows: &TrafficFlows<'_>, took: &[Took], rates: &[f64]) -> Vec<f64> {
    let mut used = vec![0.0; flows.blueprint.pools.len()];
    for (rate, visit) in rates.iter().zip(&flows.visits) {
        for call in visit.calls.iter().filter(|_| *rate > 0.0) {
            if let Some(pool) = call.pool {
                let held = call.hop + took[call.target.index()].total;
                used[pool.index()] += rate * call.times * held * 1e-9;
            }
        }
    }
    used
}

fn named(place: Place, blueprint: &Blueprint) -> Resource {
    let node = |at: usize| blueprint.nodes[at].name.clone();
    let service = |at: usize| blueprint.services[at].name.clone();
    match place {
        Place::Processor(at) => Resource::Processor(node(at)),
        Place::Disk(at) => Resource::Disk(node(at)),
        Place::Limit(at) => Resource::Limit(service(at)),
        Place::Workers(at) => Resource::Workers(service(at)),
        Place::Pool(at) => {
            let pool = &blueprint.pools[at];
            Resource::Pool(service(pool.service.index()), service(pool.target.index()))
        }
    }
}
