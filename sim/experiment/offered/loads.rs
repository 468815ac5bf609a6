//! The load of visits and background on nodes, disks and services.

use super::rates::Stretch;
use super::times::Took;
use super::visits::Visit;
use wssim_kernel::{Nanos, Time};
use wssim_model::Blueprint;
use wssim_model::blueprint::{Background, Hold, Maker};
use wssim_model::law::Law;

/// Work per second of `threads` running threads: the last point of the curve up to there.
pub(crate) fn capacity(points: &[(f64, f64)], threads: f64) -> f64 {
    let mut before = (0.0, 0.0);
    for point in points {
        if point.0 >= threads {
            return before.1 + (point.1 - before.1) * (threads - before.0) / (point.0 - before.0);
        }
        before = *point;
    }
    before.1
}

/// The load of a service, all containers together.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct ServiceWork {
    /// Per second.
    pub(crate) visits: f64,
    /// Visits in service at any time.
    pub(crate) concurrency: f64,
    /// Busy threads of their nodes, background included.
    pub(crate) cpus: f64,
    /// Work of requests at each container, in seconds of the reference CPU per second.
    pub(crate) each: f64,
    /// The part of all containers' work that depends on the callers, in nanoseconds of the reference CPU
    /// per second.
    pub(crate) networking: f64,
}

/// The load of each node in busy threads, of its disk in visits in service, and of each service.
#[derive(Clone, Debug, Default)]
pub(crate) struct Loads {
    pub(crate) nodes: Vec<f64>,
    pub(crate) disks: Vec<f64>,
    pub(crate) services: Vec<ServiceWork>,
}

/// The load of visits at these `rates`, with the durations `responses`.
pub(crate) fn requests(
    blueprint: &Blueprint,
    visits: &[Visit],
    responses: &[Took],
    rates: &[f64],
) -> Loads {
    let mut nodes = vec![0.0; blueprint.nodes.len()];
    let mut disks = vec![0.0; blueprint.nodes.len()];
    let mut services = vec![ServiceWork::default(); blueprint.services.len()];
    let mut called = vec![0.0; blueprint.endpoints.len()];
    for (rate, visit) in rates.iter().zip(visits) {
        for called_here in &visit.calls {
            called[called_here.target.index()] += rate * called_here.times * called_here.more;
        }
    }
    for (at, endpoint) in blueprint.endpoints.iter().enumerate() {
        let id = endpoint.service.index();
        let service = &blueprint.services[id];
        let load = &mut services[id];
        load.visits += rates[at];
        let held = if service.hold == Hold::Cpu { responses[at].cpu } else { responses[at].total };
        load.concurrency += rates[at] * held * 1e-9;
        let cpu_ns = rates[at] * visits[at].cpu_ns + called[at];
        let share = 1.0 / f64::from(service.replicas().max(1));
        let each = cpu_ns * 1e-9 * share;
        load.each += each;
        load.networking += called[at];
        for container in service.wanted() {
            let node = blueprint.containers[container as usize].node.index();
            let work = each / blueprint.nodes[node].speed;
            nodes[node] += work;
            load.cpus += work;
            if let Some(disk) = &blueprint.nodes[node].disk {
                let time: f64 = visits[at].disk.iter().map(|work| work.at(disk)).sum();
                disks[node] += rates[at] * share * time * 1e-9;
            }
        }
    }
    Loads { nodes, disks, services }
}

/// Adds the background load of containers and systems in the stretch.
pub(crate) fn add_background(blueprint: &Blueprint, stretch: Stretch, loads: &mut Loads) {
    for background in &blueprint.background {
        let (node, service) = match background.maker {
            Maker::Container(id) => {
                let container = &blueprint.containers[id.index()];
                if container.spare {
                    continue;
                }
                (container.node.index(), Some(container.service))
            }
            Maker::System(node) => (node.index(), None),
        };
        let cpu = f64::from(background.jobs) * background.cpu.mean();
        let work = cpu / gap_between_bursts(background, stretch) / blueprint.nodes[node].speed;
        loads.nodes[node] += work;
        if let Some(service) = service {
            loads.services[service.index()].cpus += work;
        }
    }
}

/// Nanoseconds of the stretch per expected burst; infinite without bursts.
fn gap_between_bursts(background: &Background, stretch: Stretch) -> f64 {
    let every = background.every.mean();
    let endless = background.count == u64::MAX && background.until == Time::NEVER;
    if endless && background.first.is_none() {
        return every;
    }
    let first = Time::ZERO + background.first.unwrap_or(Nanos::ZERO);
    let expected = |until: Time| {
        let gaps = until.min(background.until).since(first).as_f64() / every;
        let bursts = match &background.every {
            _ if until <= first => 0.0,
            Law::Constant(_) if background.first.is_some() => gaps.ceil(),
            _ if background.first.is_some() => 1.0 + gaps,
            _ => gaps,
        };
        bursts.min(background.count as f64)
    };
    let bursts = expected(stretch.until) - expected(stretch.from);
    stretch.until.since(stretch.from).as_f64() / bursts
}
