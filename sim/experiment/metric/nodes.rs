//! Metrics of nodes except memory: CPU, disk, network.

use super::quantity::{MeasuredQuantity, OfNode};
use super::row::{FoundKeys, Keys, Row, Worse, run};
use crate::memory;
use wssim_model::Blueprint;
use wssim_model::ids::ServiceId;

pub(super) const ROWS: &[Row] = &[
    run(
        "containers",
        "containers",
        &["node", "service"],
        "containers of a service that run on the node",
        &Keys(|world| on_nodes(world, |_, _, _| true, OfNode::Containers)),
    ),
    run(
        "node_cpu_utilization_ratio",
        "ratio",
        &["node"],
        "running thread-seconds over thread-seconds",
        &Keys(|world| of_nodes(world, OfNode::Cpu)),
    )
    .limited(Worse::Higher, 0.1, 0.02),
    run(
        "node_disk_utilization_ratio",
        "ratio",
        &["node"],
        "visits that the disk serves over those that it can serve at once",
        &Keys(disks),
    ),
    run(
        "node_disk_visits",
        "jobs",
        &["node", "service"],
        "visits of a service that wait for the node's disk or are served by it, those for pages in swap included",
        &Keys(|world| on_nodes(world, visits_disk, OfNode::DiskVisits)),
    ),
    run(
        "node_load_average",
        "1",
        &["node"],
        "the kernel's 1-minute average of runnable and uninterruptible jobs, as `uptime` prints it",
        &Keys(|world| of_nodes(world, OfNode::Load)),
    ),
    run(
        "node_network_cpu_ratio",
        "ratio",
        &["node"],
        "CPU of networking over thread-seconds",
        &Keys(|world| of_nodes(world, OfNode::NetworkCpu)),
    ),
    run(
        "node_network_utilization_ratio",
        "ratio",
        &["node", "direction"],
        "bytes sent (tx) or received (rx) over what the network interface could carry",
        &Keys(interfaces),
    )
    .limited(Worse::Higher, 0.1, 0.05),
    run(
        "node_runnable_jobs",
        "jobs",
        &["node", "service"],
        "CPU steps and bursts of a service that run or wait for a thread of the node",
        &Keys(|world| on_nodes(world, |_, _, _| true, OfNode::Runnable)),
    ),
    run(
        "price_total",
        "1",
        &[],
        "what the nodes that have a price are bought for, in the scenario's currency",
        &Keys(price),
    ),
];

/// Values of the label `direction`, in the order of a node's byte counts.
const DIRECTIONS: [&str; 2] = ["tx", "rx"];

fn of_nodes(world: &Blueprint, what: OfNode) -> FoundKeys<1> {
    let all = world.nodes.iter().enumerate();
    all.map(|(place, node)| ([node.name.clone()], MeasuredQuantity::Node(place, what))).collect()
}

/// The selected services with containers on a node.
fn on_nodes(
    world: &Blueprint,
    which: fn(&Blueprint, usize, ServiceId) -> bool,
    what: fn(usize) -> OfNode,
) -> FoundKeys<2> {
    let mut found = Vec::new();
    for (place, node) in world.nodes.iter().enumerate() {
        for (number, service) in world.services.iter().enumerate() {
            let lies_here = |c: u32| world.containers[c as usize].node.index() == place;
            let is_here = service.containers.clone().any(lies_here);
            if is_here && which(world, place, ServiceId::from(number)) {
                let labels = [node.name.clone(), service.name.clone()];
                found.push((labels, MeasuredQuantity::Node(place, what(number))));
            }
        }
    }
    found
}

/// Whether containers of the service use the node's disk, for steps or pages.
fn visits_disk(world: &Blueprint, node: usize, service: ServiceId) -> bool {
    let works = world.nodes[node].disk.is_some() && world.uses_disk(service);
    works || memory::pages_on(world, service, node)
}

/// Of nodes whose disk is used.
fn disks(world: &Blueprint) -> FoundKeys<1> {
    let visitors = on_nodes(world, visits_disk, |_| OfNode::DiskUtilization);
    let mut nodes: FoundKeys<1> =
        visitors.into_iter().map(|([node, _], quantity)| ([node], quantity)).collect();
    nodes.dedup();
    nodes
}

fn price(world: &Blueprint) -> FoundKeys<0> {
    world.price().map(|_| ([], MeasuredQuantity::Price)).into_iter().collect()
}

fn interfaces(world: &Blueprint) -> FoundKeys<2> {
    let mut found = Vec::new();
    for (place, node) in world.nodes.iter().enumerate().filter(|(_, n)| n.bandwidth.is_finite()) {
        for (number, direction) in DIRECTIONS.iter().enumerate() {
            let labels = [node.name.clone(), (*direction).to_owned()];
            found.push((labels, MeasuredQuantity::Node(place, OfNode::Network(number))));
        }
    }
    found
}
