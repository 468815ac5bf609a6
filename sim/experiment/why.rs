//! Explains a refuted claim: the components that carry its number or change.
//!
//! Computed from the simulation: where the time of a request goes (`request_time_seconds`), which
//! services' jobs stand in a node's run queue (`node_runnable_jobs`) or at its disk
//! (`node_disk_visits`), and which services hold its RAM and swap.

use crate::arm::Arm;
use crate::judge::{Arms, LEVEL, estimate};
use crate::memory::{NodeShare, OfMemory, ServiceShare};
use crate::metric::quantity::{MeasuredQuantity, OfEntry, OfNode, OfService};
use crate::question::MetricRef;
use crate::reason::{Breakdown, Component, Whole};

/// The whole that a quantity is part or effect of, if its components are known.
fn whole(quantity: MeasuredQuantity) -> Option<Whole> {
    match quantity {
        MeasuredQuantity::Entry(_, OfEntry::Response(_))
        | MeasuredQuantity::QueryTime(..)
        | MeasuredQuantity::Visit(..)
        | MeasuredQuantity::Service(_, OfService::Visits(_)) => Some(Whole::RequestTime),
        MeasuredQuantity::Node(_, OfNode::Load | OfNode::Cpu) => Some(Whole::RunQueue),
        MeasuredQuantity::Memory(OfMemory::Node(_, share)) => Some(match share {
            NodeShare::Used | NodeShare::Resident | NodeShare::PageCache => Whole::MemoryHeld,
            NodeShare::Demand | NodeShare::Hot | NodeShare::Stall => Whole::MemoryAskedFor,
            NodeShare::Swap | NodeShare::SwapIn => Whole::Swap,
        }),
        _ => None,
    }
}

/// Whether `part` is a component of the whole that `quantity` belongs to.
fn is_component(part: MeasuredQuantity, quantity: MeasuredQuantity) -> bool {
    match (quantity, part) {
        (
            MeasuredQuantity::Node(node, OfNode::Load),
            MeasuredQuantity::Node(on, OfNode::DiskVisits(_)),
        )
        | (
            MeasuredQuantity::Node(node, OfNode::Load | OfNode::Cpu),
            MeasuredQuantity::Node(on, OfNode::Runnable(_)),
        ) => on == node,
        (
            MeasuredQuantity::Memory(OfMemory::Node(node, _)),
            MeasuredQuantity::Memory(OfMemory::Service(on, _, share)),
        ) => {
            let of = match share {
                ServiceShare::Resident => Whole::MemoryHeld,
                ServiceShare::Demand => Whole::MemoryAskedFor,
                ServiceShare::Swap => Whole::Swap,
            };
            on == node && whole(quantity) == Some(of)
        }
        (_, MeasuredQuantity::Component(_)) => whole(quantity) == Some(Whole::RequestTime),
        _ => false,
    }
}

/// The components of the number of `metric`, or of its change; `None` if it has none, or they are zero.
pub(crate) fn breakdown(metric: &MetricRef, arms: Arms<'_>) -> Option<Breakdown> {
    let (of, mut parts) = parts_of(arms.own, metric)?;
    if let Some((_, before)) = arms.base.and_then(|base| parts_of(base, metric)) {
        subtract(&mut parts, before);
    }
    parts.retain(|part| part.amount.abs() > 0.0);
    parts.sort_by(|a, b| {
        let by_amount = b.amount.abs().total_cmp(&a.amount.abs());
        by_amount.then_with(|| (&a.name, a.at_disk).cmp(&(&b.name, b.at_disk)))
    });
    let is_change = arms.base.is_some();
    (!parts.is_empty()).then_some(Breakdown { of, is_change, parts })
}

fn parts_of(arm: &Arm, metric: &MetricRef) -> Option<(Whole, Vec<Component>)> {
    let key = &arm.catalogue.keys[arm.catalogue.find(metric)?];
    let quantity = key.quantity;
    // Components are not measured over parts of the stretch.
    let of = whole(quantity).filter(|_| key.part.is_none())?;
    let parts = (arm.catalogue.of_whole())
        .filter(|(_, key)| is_component(key.quantity, quantity))
        .filter_map(|(place, key)| {
            let (_, name) = key.labels.last()?;
            let amount = estimate(&arm.samples(place, arm.observations.len()), LEVEL)?.mean;
            let at_disk = matches!(key.quantity, MeasuredQuantity::Node(_, OfNode::DiskVisits(_)));
            Some(Component { name: name.clone(), at_disk, amount })
        })
        .collect();
    Some((of, parts))
}

fn subtract(parts: &mut Vec<Component>, base: Vec<Component>) {
    for one in base {
        match parts.iter_mut().find(|own| own.name == one.name && own.at_disk == one.at_disk) {
            Some(own) => own.amount -= one.amount,
            None => parts.push(Component { amount: -one.amount, ..one }),
        }
    }
}
