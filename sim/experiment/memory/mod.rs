//! Memory pressure in a study: its metrics, where it can occur, and the ledger.
//!
//! The model reports the state of each node's memory stretch by stretch, and each kill; mean RAM of
//! containers is among the other time averages. A node with RAM given, or with a limited container, is
//! *watched*; other nodes never come under pressure, and have none of these metrics.

pub(crate) mod ledger;
pub(crate) mod psi;
pub(crate) mod record;
pub(crate) mod series;
mod value;

use wssim_model::Blueprint;
use wssim_model::blueprint::{Container, Memory, Node};
use wssim_model::ids::ServiceId;
use wssim_model::probe::{Failure, OutOfMemory};

/// A metric of memory; places are those of the blueprint's tables.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum OfMemory {
    /// Of a node.
    Node(usize, NodeShare),
    /// Of a service on a node.
    Service(usize, usize, ServiceShare),
    /// On a node, or on all.
    Kills(Option<usize>),
    /// Of a service, by cause; `None` for both.
    KillsOf(usize, Option<OutOfMemory>),
    /// Running containers when a node came under pressure; `None` for the first of all nodes.
    AtPressure(Option<usize>),
    /// Faults over touches, of a service.
    Faults(usize),
    /// Reads from the disk over all reads, of a service.
    DataMisses(usize),
    /// Running containers.
    Running,
}

/// A metric of a node's memory.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum NodeShare {
    Used,
    Demand,
    Resident,
    Hot,
    PageCache,
    Swap,
    SwapIn,
    Stall,
}

/// A metric of a service's memory on a node.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum ServiceShare {
    Resident,
    Demand,
    Swap,
}

/// Whether the scenario gives the node's RAM.
pub(crate) fn has_ram(node: &Node) -> bool {
    node.memory.ram.is_finite()
}

/// Containers with their numbers.
fn containers_on(blueprint: &Blueprint, node: usize) -> impl Iterator<Item = (usize, &Container)> {
    let containers = blueprint.containers.iter().enumerate();
    containers.filter(move |(_, container)| container.node.index() == node)
}

/// The memory of a container's service.
fn memory_of<'a>(blueprint: &'a Blueprint, container: &Container) -> &'a Memory {
    &blueprint.services[container.service.index()].memory
}

/// Whether the node or one of its containers can come under pressure.
pub(crate) fn is_watched(blueprint: &Blueprint, node: usize) -> bool {
    let limited =
        |(_, container): (usize, &Container)| memory_of(blueprint, container).limit.is_some();
    has_ram(&blueprint.nodes[node]) || containers_on(blueprint, node).any(limited)
}

/// Whether a container of the service asks for RAM.
fn asks(memory: &Memory) -> bool {
    memory.base > 0.0
        || memory.per_request > 0.0
        || memory.entry > 0.0
        || memory.heap.is_some()
        || memory.data.as_ref().is_some_and(|data| data.buffers > 0.0)
}

/// Services with containers on the node that ask for RAM, in the order of the blueprint.
pub(crate) fn asking_on(blueprint: &Blueprint, node: usize) -> Vec<usize> {
    let mut services: Vec<usize> = containers_on(blueprint, node)
        .filter(|(_, container)| asks(memory_of(blueprint, container)))
        .map(|(_, container)| container.service.index())
        .collect();
    services.sort_unstable();
    services.dedup();
    services
}

/// Whether containers of the service on the node can miss pages that are in swap.
fn faults_on(blueprint: &Blueprint, service: ServiceId, node: usize) -> bool {
    let memory = &blueprint.services[service.index()].memory;
    let touches = memory.touch_ns > 0.0 && memory.touch_ns.is_finite();
    let here = |(_, container): (usize, &Container)| container.service == service;
    touches
        && asks(memory)
        && blueprint.nodes[node].memory.swap > 0.0
        && is_watched(blueprint, node)
        && containers_on(blueprint, node).any(here)
}

/// Whether containers of the service can miss pages that are in swap.
pub(crate) fn faults(blueprint: &Blueprint, service: ServiceId) -> bool {
    (0..blueprint.nodes.len()).any(|node| faults_on(blueprint, service, node))
}

/// Whether containers of the service on the node can wait for pages: without a disk they come at once.
pub(crate) fn pages_on(blueprint: &Blueprint, service: ServiceId, node: usize) -> bool {
    blueprint.nodes[node].disk.is_some() && faults_on(blueprint, service, node)
}

/// Containers are killed where RAM is given, or where they have limits.
pub(crate) fn can_kill(blueprint: &Blueprint) -> Option<Failure> {
    (0..blueprint.nodes.len()).any(|node| is_watched(blueprint, node)).then_some(Failure::Oom)
}

/// Whether containers are added while it runs.
pub(crate) fn grows(blueprint: &Blueprint) -> bool {
    blueprint.containers.iter().any(|container| container.begins.is_some())
}
