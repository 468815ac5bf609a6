//! Why a claim is refuted: which component carries the number or the change.
//!
//! Computed from the simulation: where the time of a request goes (`request_time_seconds`), and
//! which services' jobs stand in a node's run queue (`node_runnable_jobs`) or at its disk
//! (`node_disk_visits`).

use crate::judge::{Arms, estimate};
use crate::question::Claim;
use crate::replicate::Arm;

/// Components named in one sentence.
const NAMED: usize = 3;

/// A component and what it contributes, in the unit of the decomposition.
type Part = (String, f64);

/// One sentence, or nothing when the metric is not made up of components.
pub(crate) fn why(claim: &Claim, arms: Arms<'_>) -> String {
    let metric = claim.metric.name.as_str();
    let (kinds, unit_ms): (&[&str], bool) = match metric {
        "response_time_seconds" | "query_time_seconds" | "service_response_seconds" => {
            (&["request_time_seconds"], true)
        }
        "node_load_average" => (&["node_runnable_jobs", "node_disk_visits"], false),
        "node_cpu_utilization_ratio" => (&["node_runnable_jobs"], false),
        _ => return String::new(),
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
    let list: Vec<String> = parts.iter().map(|part| tell(part, unit_ms, signed)).collect();
    let what = match (unit_ms, signed) {
        (true, true) => "the time of a request changes most by",
        (true, false) => "a request spends most of its time in",
        (false, true) => "jobs in the node's run queue change most by",
        (false, false) => "the node's run queue holds most of",
    };
    format!("{what} {}", list.join(", "))
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

fn tell((name, amount): &Part, unit_ms: bool, signed: bool) -> String {
    let plus = if signed && *amount > 0.0 { "+" } else { "" };
    if unit_ms {
        format!("{name} ({plus}{} ms)", round(amount * 1e3))
    } else {
        format!("{name} ({plus}{})", round(*amount))
    }
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
