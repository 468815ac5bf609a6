//! The spare room of each node at today's traffic, and the first bottleneck as it grows.

use super::findings::{Bottleneck, Room, Searched, Slowdown};
use super::seek::Log;
use super::stage::Load;
use crate::analytic::{Resource, ResourceDemand};
use crate::arm::Arm;
use crate::engine::Engine;
use crate::judge::{Arms, LEVEL, estimate, verdict};
use crate::memory::{NodeShare, OfMemory};
use crate::metric::quantity::{MeasuredQuantity, OfNode, OfService};
use crate::objective::Objective;
use crate::verdict::Verdict;
use crate::why::breakdown;
use wssim_model::Blueprint;
use wssim_stats::Estimate;

/// Share of time waiting for pages, or for quota, from which strain is reported.
const STRAIN: f64 = 0.01;

/// The mean of a quantity, with a plain interval.
pub(super) fn mean(arm: &Arm, quantity: MeasuredQuantity) -> Option<Estimate> {
    let place = arm.catalogue.place(quantity)?;
    estimate(&arm.samples(place, arm.observations.len()), LEVEL)
}

/// By node.
pub(super) fn rooms(arm: &Arm, demands: &[ResourceDemand]) -> Vec<Room> {
    let world = &arm.blueprint;
    let room = |(place, node): (usize, &wssim_model::blueprint::Node)| {
        let of = Resource::Processor(node.name.clone());
        let used = |direction| mean(arm, MeasuredQuantity::Node(place, OfNode::Network(direction)));
        let network = [0, 1].map(used);
        Room {
            node: node.name.clone(),
            cpu: mean(arm, MeasuredQuantity::Node(place, OfNode::Cpu)),
            factor: demands.iter().find(|demand| demand.of == of).map(|demand| demand.factor),
            used: mean(arm, MeasuredQuantity::Memory(OfMemory::Node(place, NodeShare::Used))),
            ram: node.memory.ram,
            network: network.into_iter().flatten().max_by(|a, b| a.mean.total_cmp(&b.mean)),
        }
    };
    world.nodes.iter().enumerate().map(room).collect()
}

/// The first bottleneck: at the first value at which a condition does not hold.
pub(super) fn first(
    engine: &Engine<'_, Load<'_>>,
    conditions: &[Objective],
    log: &Log,
    searched: &Searched,
    demands: &[ResourceDemand],
) -> Option<Bottleneck> {
    let (missed, arm) = log.of(searched.missed?)?;
    let at = searched.kept.unwrap_or(missed.value);
    let used = |demand: &ResourceDemand| (demand.open * at + demand.fixed) / demand.capacity;
    let busiest = demands.iter().max_by(|a, b| used(a).total_cmp(&used(b)));
    let busiest = busiest.map(|demand| (demand.of.clone(), used(demand)));
    if missed.replications == 0 {
        return Some(Bottleneck { busiest, ..Bottleneck::default() });
    }
    let arm = &engine.see(*arm).arm;
    let broken = broken(conditions, &missed.values);
    // Compares with today's traffic if that is less.
    let today = log.of(1.0).filter(|(today, _)| today.value < missed.value);
    let today = today.map(|(_, arm)| &engine.see(*arm).arm);
    let worst = broken.first().map(|place| &conditions[*place].metric);
    let carried_by = worst.and_then(|metric| breakdown(metric, Arms { own: arm, base: today }));
    Some(Bottleneck { broken, busiest, strains: strains(arm), carried_by })
}

/// The conditions that do not hold, by place.
pub(super) fn broken(conditions: &[Objective], values: &[Option<Estimate>]) -> Vec<usize> {
    let is_broken = |place: &usize| {
        let value = values[*place].as_ref();
        value.is_some_and(|value| {
            verdict(&conditions[*place].expected, false, value) == Verdict::Refuted
        })
    };
    (0..conditions.len()).filter(is_broken).collect()
}

/// Other strains.
fn strains(arm: &Arm) -> Vec<Slowdown> {
    let world: &Blueprint = &arm.blueprint;
    let share = |quantity| mean(arm, quantity).map(|estimate| estimate.mean);
    let nodes = world.nodes.iter().enumerate().filter_map(|(place, node)| {
        let stall = share(MeasuredQuantity::Memory(OfMemory::Node(place, NodeShare::Stall)))?;
        (stall > STRAIN).then(|| (stall, Slowdown::Memory(node.name.clone(), stall)))
    });
    let services = world.services.iter().enumerate().filter_map(|(place, service)| {
        let throttled = share(MeasuredQuantity::Service(place, OfService::Throttled))?;
        (throttled > STRAIN)
            .then(|| (throttled, Slowdown::Throttled(service.name.clone(), throttled)))
    });
    let mut all: Vec<(f64, Slowdown)> = nodes.chain(services).collect();
    all.sort_by(|a, b| b.0.total_cmp(&a.0));
    all.into_iter().map(|(_, strain)| strain).collect()
}
