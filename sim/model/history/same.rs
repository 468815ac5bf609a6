//! Whether two worlds have the same history.

use crate::blueprint::{Blueprint, Service};

/// Whether nothing that matters without traffic tells `a` from `b`: what fails and who repairs it, where
/// containers are and may be, how they start, who replaces them, and what needs what.
#[must_use]
pub fn is_same(a: &Blueprint, b: &Blueprint) -> bool {
    told(a) == told(b)
}

fn told(blueprint: &Blueprint) -> String {
    let Blueprint { faults, crews, control, containers, .. } = blueprint;
    let speeds: Vec<f64> = blueprint.nodes.iter().map(|node| node.speed).collect();
    let start = |service: &Service| {
        let Service { startup, restart, health_interval, needs, containers, .. } = service;
        format!("{startup:?} {restart:?} {health_interval:?} {needs:?} {containers:?}")
    };
    let starts: Vec<String> = blueprint.services.iter().map(start).collect();
    let calls = (0..blueprint.endpoints.len()).map(|endpoint| blueprint.needed_calls(endpoint));
    let calls: Vec<Vec<usize>> = calls.collect();
    let entries: Vec<_> = (blueprint.sources.iter())
        .map(|source| {
            let asked = source.entries.iter().filter(|(weight, _)| *weight > 0.0);
            (asked.map(|(_, endpoint)| *endpoint).collect::<Vec<_>>(), source.ingress.clone())
        })
        .collect();
    format!(
        "{faults:?} {crews:?} {control:?} {containers:?} {speeds:?} {starts:?} {calls:?} {entries:?}"
    )
}
