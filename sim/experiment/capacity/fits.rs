//! Counts how many containers of a template fit: by RAM, by CPU, and by the scheduler's placement.
//!
//! A further container uses as much RAM and background CPU as the existing ones; requests do not grow.
//! RAM and CPU count use, on every node that the constraints allow. The scheduler counts only
//! reservations, and spreads: it stops at the first node whose RAM is exhausted, or when a container
//! stays pending.

use super::findings::{FitCount, Fits};
use super::room::mean;
use super::stage::Load;
use crate::arm::Arm;
use crate::memory::{NodeShare, OfMemory, ServiceShare};
use crate::metric::quantity::MeasuredQuantity;
use crate::offered::{OfferedLoad, offered};
use crate::question::{Question, WorldError, Worlds};
use wssim_model::Blueprint;
use wssim_model::blueprint::Service;

/// Most containers that are tried.
const MOST: u32 = 4096;

/// The fits of `template`; `None` if no service has that name.
///
/// # Errors
/// When a world with more containers cannot be made.
pub(super) fn fits(
    stage: &Load<'_>,
    question: &Question,
    arm: &Arm,
    template: &str,
) -> Result<Option<Fits>, WorldError> {
    let world = &arm.blueprint;
    let Some(service) = world.services.iter().position(|one| one.name == template) else {
        return Ok(None);
    };
    let here = world.services[service].replicas();
    let more = grown(stage.worlds, template, here + 1)?;
    let [now, then] = [world, &more].map(|world| offered(world, &question.measure));
    let (ram_each, cpu_each) =
        (ram_each(arm, service), (work(&then, &more) - work(&now, world)).max(0.0));
    let eligible = &question.cluster.services[service].eligible;
    let is_eligible = |place: &usize| eligible.contains(&world.nodes[*place].name);
    let nodes: Vec<usize> = (0..world.nodes.len()).filter(is_eligible).collect();
    let free = |place: &usize| free_ram(arm, *place);
    let spare = |place: &usize| {
        let load = &now.nodes[*place];
        (load.capacity_erlangs - load.offered_erlangs) * world.nodes[*place].speed
    };
    Ok(Some(Fits {
        template: template.to_owned(),
        today: world.services.iter().map(Service::replicas).sum(),
        ram_each,
        cpu_each,
        by_ram: packed(nodes.iter().map(free), ram_each),
        by_cpu: packed(nodes.iter().map(spare), cpu_each),
        by_scheduler: spread(stage, arm, service, ram_each)?,
    }))
}

/// Whether the template can have more containers at all.
///
/// # Errors
/// The reason if it cannot.
pub(super) fn check(
    worlds: &dyn Worlds,
    world: &Blueprint,
    template: &str,
) -> Result<(), WorldError> {
    let here = world.services.iter().find(|service| service.name == template);
    let here = here.map_or(0, Service::replicas);
    grown(worlds, template, here + 1).map(|_| ())
}

/// The world with `replicas` of the template.
fn grown(worlds: &dyn Worlds, template: &str, replicas: u32) -> Result<Blueprint, WorldError> {
    worlds.blueprint(None, &[worlds.replicas(template, replicas)])
}

/// Total CPU demand on all nodes, in thread-seconds per second of the reference CPU.
fn work(load: &OfferedLoad, world: &Blueprint) -> f64 {
    let nodes = load.nodes.iter().zip(&world.nodes);
    nodes.map(|(load, node)| load.offered_erlangs * node.speed).sum()
}

/// Mean RAM that one container of a service asks for.
fn ram_each(arm: &Arm, service: usize) -> f64 {
    let world = &arm.blueprint;
    let of =
        |node| MeasuredQuantity::Memory(OfMemory::Service(node, service, ServiceShare::Demand));
    let demand = (0..world.nodes.len()).filter_map(|node| mean(arm, of(node)));
    let demand: f64 = demand.map(|estimate| estimate.mean).sum();
    let shim = world.nodes.iter().map(|node| node.memory.shim).fold(0.0, f64::max);
    demand / f64::from(world.services[service].replicas().max(1)) + shim
}

/// Unused RAM of a node in bytes; infinite if its size is not given.
fn free_ram(arm: &Arm, place: usize) -> f64 {
    let ram = arm.blueprint.nodes[place].memory.ram;
    let used = mean(arm, MeasuredQuantity::Memory(OfMemory::Node(place, NodeShare::Used)));
    ram - used.map_or(0.0, |used| used.mean)
}

/// How many items of size `each` fit in total.
fn packed(free: impl Iterator<Item = f64>, each: f64) -> FitCount {
    let sum: f64 = free.map(|free| (free / each).floor().max(0.0)).sum();
    if sum < f64::from(MOST) { FitCount::Most(sum as u32, None) } else { FitCount::Unlimited }
}

/// How many the scheduler places before a node's RAM is exhausted.
fn spread(stage: &Load<'_>, arm: &Arm, service: usize, each: f64) -> Result<FitCount, WorldError> {
    let world = &arm.blueprint;
    let (name, here) = (&world.services[service].name, world.services[service].replicas());
    let free: Vec<f64> = (0..world.nodes.len()).map(|place| free_ram(arm, place)).collect();
    let on = |world: &Blueprint, node: usize| {
        let containers = world.services[service].wanted();
        containers.filter(|id| world.containers[*id as usize].node.index() == node).count() as f64
    };
    let before: Vec<f64> = (0..world.nodes.len()).map(|node| on(world, node)).collect();
    // The first node that is full with `more` containers; `Some(None)` if a container stays pending.
    let full = |more: u32| -> Result<Option<Option<String>>, WorldError> {
        let grown = grown(stage.worlds, name, here + more)?;
        if grown.services[service].replicas() < here + more {
            return Ok(Some(None));
        }
        let is_full = |node: &usize| (on(&grown, *node) - before[*node]) * each > free[*node];
        let first = (0..grown.nodes.len()).find(is_full);
        Ok(first.map(|node| Some(grown.nodes[node].name.clone())))
    };
    let mut bad = 1;
    while full(bad)?.is_none() {
        if bad >= MOST {
            return Ok(FitCount::Unlimited);
        }
        bad *= 2;
    }
    let mut good = bad / 2;
    while bad - good > 1 {
        let middle = u32::midpoint(good, bad);
        if full(middle)?.is_none() { good = middle } else { bad = middle }
    }
    Ok(FitCount::Most(good, full(bad)?.flatten()))
}
