//! Whether two worlds have the same history.

use crate::blueprint::{Blueprint, CallsNeeded, Service};

/// Whether `a` and `b` agree in all that matters without traffic: faults and crews, present and possible places of
/// containers, their starts, the orchestrator, and the services that others need in more than the share `rarely` of
/// their visits.
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
        // The grace matters: a process that hangs uses all of it.
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
