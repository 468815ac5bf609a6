//! One source of closed users on resources that are not held within each other: a closed network with a
//! product form, solved exactly.

use super::flows::{OPEN, TrafficFlows};
use super::resource::connections;
use crate::offered::{Loads, requests};
use wssim_stats::theory::closed_network::{ClosedNetwork, ClosedStation};
use wssim_stats::theory::mixed_network::Class;

/// Most users that are solved exactly.
const MOST_USERS: u32 = 1_000;
/// Tolerance for rounding of sums.
const SLACK: f64 = 1e-9;

/// Requests per second of the only class of users; `response_seconds` is the response time without
/// waits. `None` if the network has no product form.
pub(super) fn throughput(flows: &TrafficFlows<'_>, response_seconds: f64) -> Option<f64> {
    let &[_, Class::Closed { users, think_seconds }] = &flows.classes[..] else { return None };
    let blueprint = flows.blueprint;
    let is_open = flows.units[OPEN].iter().any(|visits| *visits > 0.0);
    let has_limits = blueprint.services.iter().any(|service| service.cpu_limit.is_some());
    let has_background = flows.background.nodes.iter().any(|load| *load > 0.0);
    let forks = !blueprint.parallels.is_empty();
    if is_open || has_limits || has_background || forks || !(1..=MOST_USERS).contains(&users) {
        return None;
    }
    let loads = requests(blueprint, &flows.visits, &flows.alone, &flows.units[1]);
    let mut stations = scarce(flows, &loads, users)?;
    let used: f64 = stations.iter().map(|station| station.demand_seconds).sum();
    if stations.is_empty() || used > response_seconds * (1.0 + SLACK) {
        return None;
    }
    let delay = (response_seconds - used).max(0.0);
    stations.push(ClosedStation { demand_seconds: delay, servers: 0 });
    Some(ClosedNetwork::new(users, think_seconds, &stations).throughput)
}

/// The resources for which `users` may queue; `None` for a processor with unequal threads.
fn scarce(flows: &TrafficFlows<'_>, loads: &Loads, users: u32) -> Option<Vec<ClosedStation>> {
    let blueprint = flows.blueprint;
    let mut stations = Vec::new();
    let mut add = |demand_seconds: f64, servers: u32, times: u32| {
        if demand_seconds > 0.0 && servers < users {
            let one = ClosedStation { demand_seconds: demand_seconds / f64::from(times), servers };
            stations.extend(std::iter::repeat_n(one, times as usize));
        }
    };
    for (at, service) in blueprint.services.iter().enumerate() {
        if let Some(workers) = service.workers {
            add(loads.services[at].concurrency, workers, service.replicas().max(1));
        }
    }
    let used = connections(flows, &flows.alone, &flows.units[1]);
    for (pool, used) in blueprint.pools.iter().zip(used) {
        add(used, pool.size, blueprint.services[pool.service.index()].replicas().max(1));
    }
    for (at, node) in blueprint.nodes.iter().enumerate() {
        if let Some(disk) = &node.disk {
            add(loads.disks[at], disk.queues, 1);
        }
        let processor = &flows.processors[at];
        if loads.nodes[at] > 0.0 && !processor.is_plain() {
            return None;
        }
        if computing(flows, at, users) > processor.full() {
            add(loads.nodes[at], processor.full(), 1);
        }
    }
    Some(stations)
}

/// Most users on the processor of `node` at once.
fn computing(flows: &TrafficFlows<'_>, node: usize, users: u32) -> u32 {
    let here =
        flows.blueprint.containers.iter().filter(|one| !one.spare && one.node.index() == node);
    let most = here.map(|container| {
        let service = &flows.blueprint.services[container.service.index()];
        service.workers.unwrap_or(users).min(users)
    });
    most.fold(0, u32::saturating_add).min(users)
}
