//! The rows of the catalogue that are about memory.

use super::{NodeShare, OfMemory, ServiceShare, asks, containers_on, faults, grows, has_ram};
use super::{is_watched, memory_of, pages_on};
use crate::catalogue::{Catalogue, Component, Quantity};
use wssim_model::Blueprint;
use wssim_model::ids::ServiceId;

/// The value of the label `node` that stands for all of them.
const ALL: &str = "all";

/// Of every node that is watched.
const NODE: [(&str, NodeShare); 3] = [
    ("node_memory_demand_bytes", NodeShare::Demand),
    ("node_memory_resident_bytes", NodeShare::Resident),
    ("node_memory_hot_bytes", NodeShare::Hot),
];

/// Of those with RAM or swap given.
const SWAP: [(&str, NodeShare); 3] = [
    ("node_swap_used_bytes", NodeShare::Swap),
    ("node_swap_in_pages_per_second", NodeShare::SwapIn),
    ("node_memory_stall_ratio", NodeShare::Stall),
];

impl Catalogue {
    /// All that is about memory.
    pub(crate) fn add_memory(&mut self, blueprint: &Blueprint) {
        let watched: Vec<usize> =
            (0..blueprint.nodes.len()).filter(|node| is_watched(blueprint, *node)).collect();
        for (place, node) in blueprint.nodes.iter().enumerate() {
            let used = OfMemory::Node(place, NodeShare::Used);
            self.add("node_memory_used_bytes", &[&node.name], Quantity::Memory(used));
        }
        for node in &watched {
            self.add_watched(blueprint, *node);
        }
        if !watched.is_empty() {
            self.add("oom_kills_total", &[ALL], Quantity::Memory(OfMemory::Kills(None)));
            let first = Quantity::Memory(OfMemory::AtPressure(None));
            self.add("containers_at_pressure", &[ALL], first);
        }
        if !watched.is_empty() || grows(blueprint) {
            self.add("containers_running", &[], Quantity::Memory(OfMemory::Running));
        }
        for place in 0..blueprint.services.len() {
            self.add_services_memory(blueprint, place);
        }
    }

    fn add_watched(&mut self, blueprint: &Blueprint, place: usize) {
        let node = &blueprint.nodes[place];
        let name = node.name.as_str();
        let mut add = |metric: &str, share: NodeShare| {
            self.add(metric, &[name], Quantity::Memory(OfMemory::Node(place, share)));
        };
        for (metric, share) in NODE {
            add(metric, share);
        }
        if has_ram(node) {
            add("node_memory_page_cache_bytes", NodeShare::PageCache);
        }
        if has_ram(node) || node.memory.swap > 0.0 {
            for (metric, share) in SWAP {
                add(metric, share);
            }
        }
        self.add("oom_kills_total", &[name], Quantity::Memory(OfMemory::Kills(Some(place))));
        let pressure = Quantity::Memory(OfMemory::AtPressure(Some(place)));
        self.add("containers_at_pressure", &[name], pressure);
        let mut services: Vec<ServiceId> = containers_on(blueprint, place)
            .filter(|(_, container)| asks(memory_of(blueprint, container)))
            .map(|(_, container)| container.service)
            .collect();
        services.sort();
        services.dedup();
        for service in services.into_iter().map(ServiceId::index) {
            let labels = [name, blueprint.services[service].name.as_str()];
            let mut add = |metric: &str, share: ServiceShare| {
                let quantity = OfMemory::Service(place, service, share);
                self.add(metric, &labels, Quantity::Memory(quantity));
            };
            add("service_memory_demand_bytes", ServiceShare::Demand);
            add("service_memory_resident_bytes", ServiceShare::Resident);
            if node.memory.swap > 0.0 {
                add("service_swap_used_bytes", ServiceShare::Swap);
            }
        }
    }

    fn add_services_memory(&mut self, blueprint: &Blueprint, place: usize) {
        let service = &blueprint.services[place];
        let name = service.name.as_str();
        let id = ServiceId::from(place);
        if faults(blueprint, id) {
            self.add("page_fault_ratio", &[name], Quantity::Memory(OfMemory::Faults(place)));
        }
        if (0..blueprint.nodes.len()).any(|node| pages_on(blueprint, id, node)) {
            let time = Quantity::Component(Component::Pages(place));
            self.add("request_time_seconds", &[&format!("pages {name}")], time);
        }
        if service.memory.data.is_some() {
            self.add("data_miss_ratio", &[name], Quantity::Memory(OfMemory::DataMisses(place)));
        }
    }
}
