//! Whether two worlds have the same history.

use crate::blueprint::{Blueprint, CallsNeeded, Service};

/// Whether nothing that matters without traffic tells `a` from `b`: what fails and who repairs it, where
/// containers are and may be, how they start, who replaces them, and what needs what in more than so
/// many visits (`rarely`, a share).
#[must_use]
pub fn is_same(a: &Blueprint, b: &Blueprint, rarely: f64) -> bool {
    told(a, rarely) == told(b, rarely)
}

fn told(blueprint: &Blueprint, rarely: f64) -> String {
    let Blueprint { faults, crews, control, containers, .. } = blueprint;
    let speeds: Vec<f64> = blueprint.nodes.iter().map(|node| node.speed).collect();
    let start = |service: &Service| {
        let Service { startup, restart, health, needs, stop_grace, on_stop, containers, .. } =
            service;
        // A process that hangs uses its grace up.
        format!(
            "{startup:?} {restart:?} {health:?} {stop_grace:?} {on_stop:?} {needs:?} {containers:?}"
        )
    };
    let starts: Vec<String> = blueprint.services.iter().map(start).collect();
    let calls = (0..blueprint.endpoints.len()).map(|at| blueprint.needs(at, rarely));
    let calls: Vec<CallsNeeded> = calls.collect();
    let entries: Vec<_> = (blueprint.sources.iter())
        .map(|source| {
            let asked = source.entries.iter().filter(|(weight, _)| *weight > rarely);
            (asked.map(|(_, endpoint)| *endpoint).collect::<Vec<_>>(), source.ingress.clone())
        })
        .collect();
    format!(
        "{faults:?} {crews:?} {control:?} {containers:?} {speeds:?} {starts:?} {calls:?} {entries:?}"
    )
}
