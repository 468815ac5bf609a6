//! Metrics of memory; nodes that can never come under pressure have few.

use super::labels::ALL;
use super::quantity::MeasuredQuantity;
use super::row::{Either, FoundKeys, Keys, Row, Worse, run, run_either};
use crate::memory::{self, NodeShare, OfMemory, ServiceShare};
use wssim_model::Blueprint;
use wssim_model::blueprint::Service;
use wssim_model::ids::ServiceId;
use wssim_model::probe::OutOfMemory;

pub(super) const ROWS: &[Row] = &[
    run(
        "containers_at_pressure",
        "containers",
        &["node"],
        "containers that ran, on all nodes, when the node first came under pressure: a process was \
         killed for want of memory, or its stalls over 10 s (PSI's avg10) passed 10 %; \"all\" is the \
         first node",
        &Keys(|world| of_each_and_all(world, OfMemory::AtPressure)),
    )
    .and_of_all_nodes(),
    run("containers_running", "containers", &[], "containers that run, on all nodes", &Keys(running)),
    run(
        "data_miss_ratio",
        "ratio",
        &["service"],
        "reads of a service's data that came from the disk over all reads",
        &Keys(|world| of_services(world, has_data, OfMemory::DataMisses)),
    ),
    run(
        "node_memory_demand_bytes",
        "bytes",
        &["node"],
        "RAM that the node's containers and its system ask for, in RAM or in swap",
        &Keys(|world| of_nodes(world, memory::is_watched, NodeShare::Demand)),
    ),
    run(
        "node_memory_hot_bytes",
        "bytes",
        &["node"],
        "pages that the node's containers touch, in RAM or in swap",
        &Keys(|world| of_nodes(world, memory::is_watched, NodeShare::Hot)),
    ),
    run(
        "node_memory_page_cache_bytes",
        "bytes",
        &["node"],
        "RAM that is left for the page cache",
        &Keys(|world| of_nodes(world, has_ram, NodeShare::PageCache)),
    ),
    run(
        "node_memory_resident_bytes",
        "bytes",
        &["node"],
        "RAM that the node's containers have",
        &Keys(|world| of_nodes(world, memory::is_watched, NodeShare::Resident)),
    ),
    run(
        "node_memory_stall_ratio",
        "ratio",
        &["node"],
        "share of time in which some task waits for pages, as PSI's `some`",
        &Keys(|world| of_nodes(world, can_swap, NodeShare::Stall)),
    )
    .limited(Worse::Higher, 0.1, 0.01),
    run(
        "node_memory_used_bytes",
        "bytes",
        &["node"],
        "RAM in use by containers, kernel, engine, shims and agent, as `free` prints it; without RAM \
         given, what containers ask for",
        &Keys(|world| of_nodes(world, |_, _| true, NodeShare::Used)),
    )
    .limited(Worse::Higher, 0.05, 1e8),
    run(
        "node_swap_in_pages_per_second",
        "1/s",
        &["node"],
        "pages brought back from swap, as pswpin of `/proc/vmstat`",
        &Keys(|world| of_nodes(world, can_swap, NodeShare::SwapIn)),
    ),
    run(
        "node_swap_used_bytes",
        "bytes",
        &["node"],
        "swap in use",
        &Keys(|world| of_nodes(world, can_swap, NodeShare::Swap)),
    )
    .limited(Worse::Higher, 0.1, 1e8),
    run_either(
        "oom_kills_total",
        "1",
        &["node", "service", "by"],
        "processes killed for want of memory, per replication; of nodes, \"all\" is every node; of services, \
         by what was short: \"limit\" their container's own limit, \"node\" RAM and swap of the node, \
         \"all\" either",
        &Either(Keys(|world| of_each_and_all(world, OfMemory::Kills)), Keys(kills)),
    )
    .limited(Worse::Higher, 0.1, 0.1)
    .and_of_all_nodes(),
    run(
        "page_fault_ratio",
        "ratio",
        &["service"],
        "touches of pages that found their page in swap over all touches",
        &Keys(|world| of_services(world, faults, OfMemory::Faults)),
    ),
    run(
        "service_memory_demand_bytes",
        "bytes",
        &["node", "service"],
        "RAM that the service's containers on the node ask for, in RAM or in swap",
        &Keys(|world| on_nodes(world, memory::is_watched, ServiceShare::Demand)),
    ),
    run(
        "service_memory_resident_bytes",
        "bytes",
        &["node", "service"],
        "RAM that the service's containers on the node have",
        &Keys(|world| on_nodes(world, memory::is_watched, ServiceShare::Resident)),
    ),
    run(
        "service_swap_used_bytes",
        "bytes",
        &["node", "service"],
        "swap that the service's containers on the node use",
        &Keys(|world| on_nodes(world, has_swap, ServiceShare::Swap)),
    ),
];

type Which = fn(&Blueprint, usize) -> bool;

fn has_ram(world: &Blueprint, node: usize) -> bool {
    memory::has_ram(&world.nodes[node])
}

/// Whether a container that can be short of RAM has swap.
fn has_swap(world: &Blueprint, node: usize) -> bool {
    memory::is_watched(world, node) && world.nodes[node].memory.swap > 0.0
}

/// Whether pages there could go to swap.
fn can_swap(world: &Blueprint, node: usize) -> bool {
    has_ram(world, node) || has_swap(world, node)
}

/// Places and names of the selected nodes.
fn nodes(world: &Blueprint, which: Which) -> impl Iterator<Item = (usize, String)> {
    let all = world.nodes.iter().enumerate().filter(move |(place, _)| which(world, *place));
    all.map(|(place, node)| (place, node.name.clone()))
}

fn of_nodes(world: &Blueprint, which: Which, share: NodeShare) -> FoundKeys<1> {
    let quantity = |place| MeasuredQuantity::Memory(OfMemory::Node(place, share));
    nodes(world, which).map(|(place, name)| ([name], quantity(place))).collect()
}

/// Of each node that is watched, and of all nodes together.
fn of_each_and_all(world: &Blueprint, what: fn(Option<usize>) -> OfMemory) -> FoundKeys<1> {
    let each = nodes(world, memory::is_watched).map(|(place, name)| (Some(place), name));
    let mut all: Vec<(Option<usize>, String)> = each.collect();
    if !all.is_empty() {
        all.push((None, ALL.to_owned()));
    }
    all.into_iter().map(|(node, name)| ([name], MeasuredQuantity::Memory(what(node)))).collect()
}

/// Of the services that ask for RAM on the selected nodes.
fn on_nodes(world: &Blueprint, which: Which, share: ServiceShare) -> FoundKeys<2> {
    let mut found = Vec::new();
    for (place, name) in nodes(world, which) {
        for service in memory::asking_on(world, place) {
            let labels = [name.clone(), world.services[service].name.clone()];
            found
                .push((labels, MeasuredQuantity::Memory(OfMemory::Service(place, service, share))));
        }
    }
    found
}

/// Of services with containers that can be killed, by cause.
fn kills(world: &Blueprint) -> FoundKeys<2> {
    let mut found = Vec::new();
    for (place, service) in world.services.iter().enumerate() {
        let mut nodes =
            service.containers.clone().map(|at| world.containers[at as usize].node.index());
        if !nodes.any(|node| memory::is_watched(world, node)) {
            continue;
        }
        for short in OutOfMemory::ALL.map(Some).into_iter().chain([None]) {
            let by = short.map_or(ALL, OutOfMemory::name).to_owned();
            let quantity = MeasuredQuantity::Memory(OfMemory::KillsOf(place, short));
            found.push(([service.name.clone(), by], quantity));
        }
    }
    found
}

fn running(world: &Blueprint) -> FoundKeys<0> {
    let is_told = nodes(world, memory::is_watched).next().is_some() || memory::grows(world);
    is_told.then_some(([], MeasuredQuantity::Memory(OfMemory::Running))).into_iter().collect()
}

fn faults(world: &Blueprint, service: usize) -> bool {
    memory::faults(world, ServiceId::from(service))
}

fn has_data(world: &Blueprint, service: usize) -> bool {
    world.services[service].memory.data.is_some()
}

fn of_services(world: &Blueprint, which: Which, what: fn(usize) -> OfMemory) -> FoundKeys<1> {
    let all = world.services.iter().enumerate().filter(|(place, _)| which(world, *place));
    let key = |(place, service): (usize, &Service)| {
        ([service.name.clone()], MeasuredQuantity::Memory(what(place)))
    };
    all.map(key).collect()
}
