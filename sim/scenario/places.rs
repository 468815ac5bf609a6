//! The places of containers: the scheduler's placement of a document's services, and of the containers
//! that `[growth]` adds.

use crate::document::Document;
use crate::document::deploy::Mode;
use crate::document::moving::Moving;
use crate::document::service::ServiceText;
use crate::renewal;
use std::collections::BTreeSet;
use wssim_kernel::Nanos;
use wssim_model::orchestrator::placement::{Constraint, Machine, Scheduler, Wanted, most_on};

/// Where containers are.
pub(crate) struct Places {
    /// For each service, by name, the nodes of its initial containers.
    pub first: Vec<Vec<usize>>,
    /// Service and node of each added container, in order.
    pub added: Vec<(usize, usize)>,
    /// For each service, by name, the nodes of spare places for lost or renewed containers.
    pub spare: Vec<Vec<usize>>,
}

impl Places {
    /// For each service, by name, the nodes of all its containers, added ones last.
    pub(crate) fn all(&self) -> Vec<Vec<usize>> {
        let mut all = self.first.clone();
        for (service, node) in &self.added {
            all[*service].push(*node);
        }
        all
    }

    /// For each service, by name, node and start of its containers: initial ones, then added ones, one
    /// each `every`. Spare places follow.
    pub(crate) fn with_begins(&self, every: Option<Nanos>) -> Vec<Vec<(usize, Option<Nanos>)>> {
        let there = |nodes: &Vec<usize>| nodes.iter().map(|node| (*node, None)).collect();
        let mut all: Vec<Vec<_>> = self.first.iter().map(there).collect();
        let every = every.unwrap_or(Nanos::ZERO).0;
        for ((service, node), turn) in self.added.iter().zip(1..) {
            all[*service].push((*node, Some(Nanos(every.saturating_mul(turn)))));
        }
        for (all, spare) in all.iter_mut().zip(&self.spare) {
            all.extend(spare.iter().map(|node| (*node, None)));
        }
        all
    }

    /// Number of initial containers.
    pub(crate) fn count(&self) -> usize {
        self.first.iter().map(Vec::len).sum()
    }

    /// Number of added containers of a service.
    pub(crate) fn added_to(&self, service: usize) -> usize {
        self.added.iter().filter(|(to, _)| *to == service).count()
    }
}

/// The places of a document.
pub(crate) fn of(document: &Document) -> Places {
    let wanted = all_wanted(document);
    let machines = machines(document);
    let mut scheduler = Scheduler::new(&machines, &wanted, document.orchestrator.order());
    if let Some(moving) = &document.moving {
        return on_the_move(document, moving, scheduler.all());
    }
    let mut places = Places { first: scheduler.all(), added: Vec::new(), spare: Vec::new() };
    if let Some(growth) = &document.growth {
        let missing = (growth.to as usize).saturating_sub(places.count());
        places.added = scheduler.grow(&growing(document), missing);
    }
    let (all, room) = (places.all(), RoomForContainers::of(document));
    let services = wanted.iter().zip(&all).zip(0..);
    places.spare = services
        .map(|((wanted, taken), service)| {
            spare(&machines, wanted, taken, places.added_to(service), room.times(service))
        })
        .collect();
    places
}

/// The number of places for containers.
pub(crate) struct RoomForContainers {
    /// Whether lost containers are replaced on other nodes.
    moves: bool,
    /// Services whose old and new containers run side by side.
    renewed: BTreeSet<usize>,
}

impl RoomForContainers {
    pub(crate) fn of(document: &Document) -> Self {
        let side_by_side = document.orchestrator.replaces();
        let renewed = if side_by_side { renewal::all(document) } else { BTreeSet::new() };
        Self { moves: can_be_replaced(document), renewed }
    }

    /// Places of a service as a multiple of its containers; zero for only the places of its containers.
    pub(crate) fn times(&self, service: usize) -> usize {
        if self.renewed.contains(&service) { 2 } else { usize::from(self.moves) }
    }
}

/// The places in a phase of a migration: containers at their old places, the new ones are spare.
fn on_the_move(document: &Document, moving: &Moving, to: Vec<Vec<usize>>) -> Places {
    let place = |node: &String| document.nodes.keys().position(|other| other == node);
    let from = |name: &String| {
        let nodes = moving.from.get(name).into_iter().flatten();
        nodes.filter_map(place).collect()
    };
    let spare = |(name, to): (&String, Vec<usize>)| {
        if moving.named.contains(name) { to } else { Vec::new() }
    };
    let names = || document.services.keys();
    Places {
        first: names().map(from).collect(),
        added: Vec::new(),
        spare: names().zip(to).map(spare).collect(),
    }
}

/// Whether anything can be lost that is then replaced on another node.
pub(crate) fn can_be_replaced(document: &Document) -> bool {
    let is_moving = document.moving.is_some();
    document.orchestrator.replaces() && document.can_lose() && !is_moving
}

/// Spare places for lost or renewed containers of a service: on each node `times` as many as may run
/// there, minus its own. A global service stays where it is.
fn spare(
    machines: &[Machine],
    wanted: &Wanted,
    taken: &[usize],
    added: usize,
    times: usize,
) -> Vec<usize> {
    let Some(replicas) = wanted.replicas else {
        return if times > 1 { taken.to_vec() } else { Vec::new() };
    };
    let wanted = Wanted { replicas: Some(replicas + added as u32), ..wanted.clone() };
    let on = |at: usize| {
        let here = taken.iter().filter(|place| **place == at).count();
        let most = most_on(&machines[at], &wanted) as usize * times;
        std::iter::repeat_n(at, most.saturating_sub(here))
    };
    (0..machines.len()).flat_map(on).collect()
}

/// The places of `machines` for containers of a service: `times` its own number and, with growth,
/// `added` more.
pub(crate) fn room(machines: &[Machine], service: &ServiceText, added: u32, times: usize) -> u64 {
    let added = if never_grows(service).is_none() { added } else { 0 };
    let wanted = wanted(service);
    let Some(replicas) = wanted.replicas else {
        return if times > 1 { machines.len() as u64 } else { 0 };
    };
    let wanted = Wanted { replicas: Some(replicas + added), ..wanted };
    let most: u64 = machines.iter().map(|machine| u64::from(most_on(machine, &wanted))).sum();
    most * times as u64
}

/// Services with added containers, by name.
fn growing(document: &Document) -> Vec<usize> {
    let chosen = document.growth.as_ref().and_then(|growth| growth.services.as_ref());
    let is_chosen = |name: &String| {
        chosen.is_none_or(|chosen| chosen.iter().any(|chosen| chosen.text == *name))
    };
    let services = document.services.iter().enumerate();
    services
        .filter(|(_, (name, service))| is_chosen(name) && never_grows(service).is_none())
        .map(|(at, _)| at)
        .collect()
}

/// Why a service never gets further containers.
pub(crate) fn never_grows(service: &ServiceText) -> Option<&'static str> {
    match service.deploy.mode {
        Mode::Global => Some("it runs once on each node"),
        Mode::GlobalJob | Mode::ReplicatedJob => Some("it is a job"),
        Mode::Replicated => (service.replicas == 0).then_some("it has no containers"),
    }
}

/// The scheduler's demands of all services, by name.
pub(crate) fn all_wanted(document: &Document) -> Vec<Wanted> {
    let limits_reserve = document.orchestrator.kind_of_files().limits_reserve;
    let of = |service| {
        let wanted = wanted(service);
        let or = |own: f64, limit: Option<f64>| {
            if own > 0.0 || !limits_reserve { own } else { limit.unwrap_or(0.0) }
        };
        Wanted {
            cpus: or(wanted.cpus, service.cpu_limit.map(|limit| limit.cpus)),
            memory_bytes: or(wanted.memory_bytes, service.memory.limit),
            ..wanted
        }
    };
    document.services.values().map(of).collect()
}

pub(crate) fn wanted(service: &ServiceText) -> Wanted {
    Wanted {
        replicas: (!service.is_global()).then_some(service.replicas),
        spread: service.spread_labels(),
        constraints: service
            .constraints
            .iter()
            .filter_map(|text| Constraint::parse(&text.text))
            .collect(),
        cpus: service.cpu_reservation,
        memory_bytes: service.memory.reservation,
        max_per_node: service.max_replicas_per_node,
        host_ports: (service.deploy.ports.iter())
            .filter(|port| port.on_host)
            .map(|port| port.published)
            .collect(),
    }
}

/// The nodes as the scheduler sees them.
pub(crate) fn machines(document: &Document) -> Vec<Machine> {
    document
        .nodes
        .iter()
        .map(|(name, node)| Machine {
            name: name.clone(),
            labels: node.labels.clone(),
            manager: document.orchestrator.manages(name),
            cpus: node.threads,
            memory_bytes: node.memory.unwrap_or(f64::INFINITY),
            architecture: node.arch.clone().unwrap_or_default(),
        })
        .collect()
}
