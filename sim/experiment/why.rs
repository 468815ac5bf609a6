//! Why a claim is refuted: which components carry the number or the change.
//!
//! Computed from the simulation: where the time of a request goes (`request_time_seconds`), which
//! services' jobs stand in a node's run queue (`node_runnable_jobs`) or at its disk
//! (`node_disk_visits`), and which services hold its RAM and swap.

use crate::arm::Arm;
use crate::judge::{Arms, LEVEL, estimate};
use crate::question::Claim;
use crate::reason::{Breakdown, Component, Whole};

/// What the metric named `name` is made up of, and the metrics of its components.
fn made_up_of(name: &str) -> Option<(Whole, &'static [&'static str])> {
    match name {
        "response_time_seconds" | "query_time_seconds" | "service_response_seconds" => {
            Some((Whole::RequestTime, &["request_time_seconds"]))
        }
        "node_load_average" => Some((Whole::RunQueue, &["node_runnable_jobs", AT_DISK])),
        "node_cpu_utilization_ratio" => Some((Whole::RunQueue, &["node_runnable_jobs"])),
        "node_memory_used_bytes"
        | "node_memory_resident_bytes"
        | "node_memory_page_cache_bytes" => {
            Some((Whole::MemoryHeld, &["service_memory_resident_bytes"]))
        }
        "node_memory_demand_bytes" | "node_memory_hot_bytes" | "node_memory_stall_ratio" => {
            Some((Whole::MemoryAskedFor, &["service_memory_demand_bytes"]))
        }
        "node_swap_used_bytes" | "node_swap_in_pages_per_second" => {
            Some((Whole::Swap, &["service_swap_used_bytes"]))
        }
        _ => None,
    }
}

/// The metric of jobs that are not in the run queue.
const AT_DISK: &str = "node_disk_visits";

/// What the number of `claim` is made up of; `None` when its metric has no components, or they are nothing.
pub(crate) fn breakdown(claim: &Claim, arms: Arms<'_>) -> Option<Breakdown> {
    let (of, kinds) = made_up_of(&claim.metric.name)?;
    let node = claim.metric.labels.get("node").map(String::as_str);
    let mut parts = parts_of(arms.own, kinds, node);
    if let Some(base) = arms.base {
        subtract(&mut parts, parts_of(base, kinds, node));
    }
    parts.retain(|part| part.amount.abs() > 0.0);
    parts.sort_by(|a, b| {
        let by_amount = b.amount.abs().total_cmp(&a.amount.abs());
        by_amount.then_with(|| (&a.name, a.at_disk).cmp(&(&b.name, b.at_disk)))
    });
    let is_change = arms.base.is_some();
    (!parts.is_empty()).then_some(Breakdown { of, is_change, parts })
}

fn parts_of(arm: &Arm, kinds: &[&str], node: Option<&str>) -> Vec<Component> {
    let of_node = |labels: &[(&str, String)]| {
        labels.iter().all(|(name, value)| *name != "node" || node == Some(value.as_str()))
    };
    let keys = arm.catalogue.keys.iter().enumerate();
    keys.filter(|(_, key)| kinds.contains(&key.kind.name) && of_node(&key.labels))
        .filter_map(|(place, key)| {
            let (_, name) = key.labels.last()?;
            let amount = estimate(&arm.samples(place, arm.observations.len()), LEVEL)?.mean;
            Some(Component { name: name.clone(), at_disk: key.kind.name == AT_DISK, amount })
        })
        .collect()
}

fn subtract(parts: &mut Vec<Component>, base: Vec<Component>) {
    for one in base {
        match parts.iter_mut().find(|own| own.name == one.name && own.at_disk == one.at_disk) {
            Some(own) => own.amount -= one.amount,
            None => parts.push(Component { amount: -one.amount, ..one }),
        }
    }
}
