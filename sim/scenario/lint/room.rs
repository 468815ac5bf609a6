//! `start-first` runs the new container beside the old one, so there must be room for both: reservations
//! (swarmkit, `manager/scheduler/filter.go`), RAM, containers per node, and a port of the node.

use super::found::Found;
use crate::check::GIB;
use crate::document::Document;
use crate::document::service::ServiceText;
use crate::places;
use wssim_model::orchestrator::placement::{Constraint, Machine};

/// Free resources of a node with everything running.
struct Left {
    name: String,
    cpus: f64,
    reserved_memory: f64,
    /// RAM and swap.
    memory: f64,
}

pub(super) fn lints(found: &mut Found<'_>) {
    let document = found.document;
    if !document.orchestrator.kind_of_files().mesh || document.nodes.is_empty() {
        return;
    }
    let places = places::of(document).first;
    let machines = places::machines(document);
    let left = left(document, &machines, &places);
    for ((name, service), places) in document.services.iter().zip(&places) {
        let Some(origin) = service.deploy.start_first.filter(|_| !places.is_empty()) else {
            continue;
        };
        if let Some(lacking) = stuck(service, places, &machines, &left) {
            let message = format!("a second container of `{name}` finds no room: {lacking}");
            found.say("start-first-without-room", message, origin);
        }
    }
}

fn left(document: &Document, machines: &[Machine], places: &[Vec<usize>]) -> Vec<Left> {
    // Includes the engine's overhead for the second container.
    let whole = |(machine, swap): (&Machine, f64)| Left {
        name: machine.name.clone(),
        cpus: machine.cpus,
        reserved_memory: machine.memory_bytes,
        memory: machine.memory_bytes + swap - document.memory.of_system(machine.manager, 1),
    };
    let swaps = document.nodes.values().map(|node| node.swap);
    let mut left: Vec<Left> = machines.iter().zip(swaps).map(whole).collect();
    for (service, places) in document.services.values().zip(places) {
        for at in places {
            left[*at].cpus -= service.cpu_reservation;
            left[*at].reserved_memory -= service.memory.reservation;
            left[*at].memory -= service.at_rest() + document.memory.shim;
        }
    }
    left
}

/// Why an update gets stuck: no eligible node has room. A global service needs room on each of its
/// nodes.
fn stuck(
    service: &ServiceText,
    places: &[usize],
    machines: &[Machine],
    left: &[Left],
) -> Option<String> {
    let constraints: Vec<Constraint> =
        service.constraints.iter().filter_map(|text| Constraint::parse(&text.text)).collect();
    let allowed = |machine: &Machine| constraints.iter().all(|it| it.holds(machine));
    let lacking: Vec<Option<String>> = (machines.iter().enumerate())
        .filter(
            |(at, machine)| {
                if service.is_global() { places.contains(at) } else { allowed(machine) }
            },
        )
        .map(|(at, _)| {
            let here = places.iter().filter(|place| **place == at).count();
            lacks(service, here, &left[at])
        })
        .collect();
    let goes_on = !service.is_global() && lacking.iter().any(Option::is_none);
    lacking.into_iter().flatten().next().filter(|_| !goes_on)
}

/// The resource that `service` lacks for one more container on a node that runs `here` of them.
fn lacks(service: &ServiceText, here: usize, left: &Left) -> Option<String> {
    let node = &left.name;
    let of_memory = |free: f64, wanted: f64, what: &str| {
        let (free, wanted) = (free.max(0.0) / GIB, wanted / GIB);
        format!("`{node}` has {free:.1} GiB of {what} left, of {wanted:.1}")
    };
    if service.max_replicas_per_node.is_some_and(|most| here >= most as usize) {
        return Some(format!("`{node}` may run no more of them (max_replicas_per_node)"));
    }
    if here > 0 && service.deploy.ports.iter().any(|port| port.on_host) {
        return Some(format!("its port of `{node}` is taken"));
    }
    if service.cpu_reservation > 0.0 && left.cpus < service.cpu_reservation {
        let (free, wanted) = (left.cpus.max(0.0), service.cpu_reservation);
        return Some(format!("`{node}` has {free} CPUs to reserve left, of {wanted}"));
    }
    if service.memory.reservation > 0.0 && left.reserved_memory < service.memory.reservation {
        return Some(of_memory(left.reserved_memory, service.memory.reservation, "RAM to reserve"));
    }
    (left.memory < service.at_rest()).then(|| of_memory(left.memory, service.at_rest(), "RAM"))
}
