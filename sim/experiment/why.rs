//! Why a claim is refuted: which component carries the number or the change.
//!
//! Computed from the simulation: where the time of a request goes (`request_time_seconds`), which
//! services' jobs stand in a node's run queue (`node_runnable_jobs`) or at its disk
//! (`node_disk_visits`), and which services hold its RAM and swap.

use crate::judge::{Arms, estimate};
use crate::question::Claim;
use crate::replicate::Arm;

/// Components named in one sentence.
const NAMED: usize = 3;

/// A component and what it contributes, in the unit of the decomposition.
type Part = (String, f64);

/// In what parts are told.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Unit {
    Milliseconds,
    Jobs,
    Bytes,
}

/// What a metric is made up of.
struct Decomposition {
    /// The metrics of its parts.
    kinds: &'static [&'static str],
    unit: Unit,
    /// What holds most of the parts.
    level: &'static str,
    /// What changes most by them.
    change: &'static str,
}

const TIME: Decomposition = Decomposition {
    kinds: &["request_time_seconds"],
    unit: Unit::Milliseconds,
    level: "a request spends most of its time in",
    change: "the time of a request changes most by",
};

/// The jobs in a node's run queue, and elsewhere.
const fn jobs(kinds: &'static [&'static str]) -> Decomposition {
    Decomposition {
        kinds,
        unit: Unit::Jobs,
        level: "the node's run queue holds most of",
        change: "jobs in the node's run queue change most by",
    }
}

const fn memory(kinds: &'static [&'static str]) -> Decomposition {
    Decomposition {
        kinds,
        unit: Unit::Bytes,
        level: "most of the node's RAM is held by",
        change: "what is held of the node's RAM changes most by",
    }
}

/// Of the metric named `name`, when it is made up of components.
fn decomposition(name: &str) -> Option<Decomposition> {
    match name {
        "response_time_seconds" | "query_time_seconds" | "service_response_seconds" => Some(TIME),
        "node_load_average" => Some(jobs(&["node_runnable_jobs", "node_disk_visits"])),
        "node_cpu_utilization_ratio" => Some(jobs(&["node_runnable_jobs"])),
        "node_memory_used_bytes"
        | "node_memory_resident_bytes"
        | "node_memory_page_cache_bytes" => Some(memory(&["service_memory_resident_bytes"])),
        "node_memory_demand_bytes" | "node_memory_hot_bytes" | "node_memory_stall_ratio" => {
            Some(Decomposition {
                level: "most of what is asked for of the node's RAM is for",
                change: "what is asked for of the node's RAM changes most by",
                ..memory(&["service_memory_demand_bytes"])
            })
        }
        "node_swap_used_bytes" | "node_swap_in_pages_per_second" => Some(Decomposition {
            level: "most of the node's swap is held by",
            change: "what is held of the node's swap changes most by",
            ..memory(&["service_swap_used_bytes"])
        }),
        _ => None,
    }
}

/// One sentence, or nothing when the metric is not made up of components.
pub(crate) fn why(claim: &Claim, arms: Arms<'_>) -> String {
    let Some(Decomposition { kinds, unit, level, change }) = decomposition(&claim.metric.name)
    else {
        return String::new();
    };
    let node = claim.metric.labels.get("node").map(String::as_str);
    let mut parts = parts_of(arms.own, kinds, node);
    if let Some(base) = arms.base {
        subtract(&mut parts, &parts_of(base, kinds, node));
    }
    parts.retain(|(_, amount)| amount.abs() > 0.0);
    parts.sort_by(|a, b| b.1.abs().total_cmp(&a.1.abs()).then(a.0.cmp(&b.0)));
    parts.truncate(NAMED);
    if parts.is_empty() {
        return String::new();
    }
    let signed = arms.base.is_some();
    let list: Vec<String> = parts.iter().map(|part| tell(part, unit, signed)).collect();
    format!("{} {}", if signed { change } else { level }, list.join(", "))
}

fn parts_of(arm: &Arm, kinds: &[&str], node: Option<&str>) -> Vec<Part> {
    let of_node = |labels: &[(&str, String)]| {
        labels.iter().all(|(name, value)| *name != "node" || node == Some(value.as_str()))
    };
    let keys = arm.catalogue.keys.iter().enumerate();
    keys.filter(|(_, key)| kinds.contains(&key.kind.name) && of_node(&key.labels))
        .filter_map(|(place, key)| {
            let (_, name) = key.labels.last()?;
            let mean = estimate(&arm.samples(place, arm.observations.len()), 0.95)?.mean;
            let at_disk = key.kind.name == "node_disk_visits";
            Some((if at_disk { format!("{name} at the disk") } else { name.clone() }, mean))
        })
        .collect()
}

fn subtract(parts: &mut Vec<Part>, base: &[Part]) {
    for (name, amount) in base {
        match parts.iter_mut().find(|(own, _)| own == name) {
            Some((_, own)) => *own -= amount,
            None => parts.push((name.clone(), -amount)),
        }
    }
}

fn tell((name, amount): &Part, unit: Unit, signed: bool) -> String {
    let plus = if signed && *amount > 0.0 { "+" } else { "" };
    match unit {
        Unit::Milliseconds => format!("{name} ({plus}{} ms)", round(amount * 1e3)),
        Unit::Jobs => format!("{name} ({plus}{})", round(*amount)),
        Unit::Bytes => format!("{name} ({plus}{})", size(*amount)),
    }
}

/// Bytes as reports write them: powers of 1000.
fn size(bytes: f64) -> String {
    let scales = [(1e9, "GB"), (1e6, "MB"), (1e3, "kB")];
    let scale = scales.into_iter().find(|(scale, _)| bytes.abs() >= *scale);
    let (scale, unit) = scale.unwrap_or((1.0, "B"));
    format!("{} {unit}", round(bytes / scale))
}

/// Three significant digits.
fn round(value: f64) -> String {
    if value == 0.0 {
        return "0".to_owned();
    }
    let digits = 2 - value.abs().log10().floor() as i32;
    let digits = digits.clamp(0, 9) as usize;
    format!("{value:.digits$}").replace('-', "−")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn parts_are_told_in_their_unit() {
        let part = |amount| ("db".to_owned(), amount);
        assert_eq!(tell(&part(0.0123), Unit::Milliseconds, false), "db (12.3 ms)");
        assert_eq!(tell(&part(4.594e9), Unit::Bytes, false), "db (4.59 GB)");
        assert_eq!(tell(&part(-942e6), Unit::Bytes, true), "db (−942 MB)");
        assert_eq!(tell(&part(10e3), Unit::Bytes, true), "db (+10.0 kB)");
        assert_eq!(tell(&part(0.25), Unit::Jobs, true), "db (+0.250)");
    }
}
