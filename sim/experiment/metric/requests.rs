//! Metrics of requests: of entries, of their calls, and of the components of their time.

use super::failing::{can_be_down, failures};
use super::labels::{ALL, STATS};
use super::quantity::{Calls, EntryChoice, ErrorReason, MeasuredQuantity, OfEntry, TimeComponent};
use super::row::{FoundKeys, Keys, Row, Worse, run};
use crate::memory;
use crate::rollout::stacks;
use wssim_model::Blueprint;
use wssim_model::ids::ServiceId;

pub(super) const ROWS: &[Row] = &[
    run(
        "attempts_per_request",
        "1",
        &["entry"],
        "calls of all kinds, retries included, per request",
        &Keys(|world| of_entries(world, OfEntry::Attempts)),
    ),
    run(
        "breaker_open_ratio",
        "ratio",
        &["caller", "service"],
        "share of time for which a caller's circuit breaker let nothing through",
        &Keys(breakers),
    ),
    run(
        "deploy_seconds",
        "seconds",
        &["stack"],
        "from the beginning of a rollout, builds included, until every new container is found healthy and the \
         orchestrator has stopped watching",
        &Keys(deployments),
    )
    .limited(Worse::Higher, 0.1, 1.0),
    run(
        "downtime_seconds",
        "seconds",
        &["entry"],
        "seconds in which at least half of the requests that arrived failed, per replication; one in which none \
         arrived is as the one before",
        &Keys(downtimes),
    )
    .limited(Worse::Higher, 0.1, 1.0),
    run(
        "encrypted_ratio",
        "ratio",
        &[],
        "bytes of messages between nodes that go over encrypted networks, over those of all messages between nodes",
        &Keys(encryption),
    ),
    run(
        "error_ratio",
        "ratio",
        &["entry", "reason"],
        "requests without a good answer over all requests; reason \"unfinished\": not answered by the end; \"all\" \
         is every reason together",
        &Keys(errors),
    )
    .limited(Worse::Higher, 0.1, 1e-3),
    run(
        "query_time_seconds",
        "seconds",
        &["caller", "service", "stat"],
        "a call, from sent to last byte received; waiting for a pool's connection apart",
        &Keys(query_times),
    )
    .limited(Worse::Higher, 0.1, 1e-3),
    run(
        "failed_requests_total",
        "requests",
        &["entry"],
        "requests without a good answer that arrived in the measured stretch, per replication",
        &Keys(|world| of_entries(world, OfEntry::Failed)),
    ),
    run(
        "request_time_seconds",
        "seconds",
        &["component"],
        "where the time of a request goes, all its parallel parts added up",
        &Keys(components),
    ),
    run(
        "requests_total",
        "requests",
        &["entry"],
        "requests that arrived in the measured stretch, per replication",
        &Keys(|world| of_entries(world, OfEntry::Requests)),
    ),
    run(
        "response_time_seconds",
        "seconds",
        &["entry", "stat"],
        "from the user's first byte sent to the last received; failed requests apart, those not answered by \
         the end take longer than they had",
        &Keys(response_times),
    )
    .limited(Worse::Higher, 0.05, 1e-3),
    run(
        "throughput_per_second",
        "1/s",
        &["entry"],
        "good answers that come within the measured stretch, whenever they were asked for, per second of it",
        &Keys(|world| of_entries(world, OfEntry::Throughput)),
    )
    .limited(Worse::Lower, 0.05, 0.01),
];

/// None if no traffic crosses between nodes.
fn encryption(world: &Blueprint) -> FoundKeys<0> {
    let several = world.nodes.len() > 1 && !world.calls.is_empty();
    several.then_some(([], MeasuredQuantity::Encrypted)).into_iter().collect()
}

/// All entries together, and each.
fn entries(world: &Blueprint) -> impl Iterator<Item = (String, EntryChoice)> {
    let each = world.sources.iter().enumerate();
    let each = each.map(|(place, source)| (source.name.clone(), EntryChoice::Source(place)));
    std::iter::once((ALL.to_owned(), EntryChoice::All)).chain(each)
}

fn of_entries(world: &Blueprint, what: OfEntry) -> FoundKeys<1> {
    entries(world).map(|(name, entry)| ([name], MeasuredQuantity::Entry(entry, what))).collect()
}

fn downtimes(world: &Blueprint) -> FoundKeys<1> {
    if can_be_down(world) { of_entries(world, OfEntry::Downtime) } else { Vec::new() }
}

fn deployments(world: &Blueprint) -> FoundKeys<1> {
    let stacks = stacks(world).into_iter().enumerate();
    stacks.map(|(place, stack)| ([stack.to_owned()], MeasuredQuantity::Deployment(place))).collect()
}

fn response_times(world: &Blueprint) -> FoundKeys<2> {
    let mut found = Vec::new();
    for (name, entry) in entries(world) {
        for (stat, label) in STATS.iter().enumerate() {
            let what = OfEntry::Response(stat);
            found.push(([name.clone(), (*label).to_owned()], MeasuredQuantity::Entry(entry, what)));
        }
    }
    found
}

fn errors(world: &Blueprint) -> FoundKeys<2> {
    let mut found = Vec::new();
    for (name, entry) in entries(world) {
        let failed = failures(world).map(ErrorReason::Failed);
        for reason in failed.chain([ErrorReason::All, ErrorReason::Unfinished]) {
            let labels = [name.clone(), reason.name().to_owned()];
            found.push((labels, MeasuredQuantity::Entry(entry, OfEntry::Errors(reason))));
        }
    }
    found
}

/// Calls of each pair, and of all callers to each service that is called.
fn calls(world: &Blueprint) -> Vec<([String; 2], Calls)> {
    let name = |place: usize| world.services[place].name.clone();
    let pairs = world.queries.iter().enumerate().map(|(place, query)| {
        ([name(query.caller.index()), name(query.service.index())], Calls::Pair(place))
    });
    let is_called = |place: &usize| world.queries.iter().any(|q| q.service.index() == *place);
    let called = (0..world.services.len()).filter(is_called);
    let all = called.map(|place| ([ALL.to_owned(), name(place)], Calls::Service(place)));
    pairs.chain(all).collect()
}

fn query_times(world: &Blueprint) -> FoundKeys<3> {
    let mut found = Vec::new();
    for ([caller, service], calls) in calls(world) {
        for (stat, label) in STATS.iter().enumerate() {
            let labels = [caller.clone(), service.clone(), (*label).to_owned()];
            found.push((labels, MeasuredQuantity::QueryTime(calls, stat)));
        }
    }
    found
}

fn breakers(world: &Blueprint) -> FoundKeys<2> {
    let has_breaker =
        |calls: Calls| world.breakers.iter().any(|breaker| calls.has(world, breaker.query));
    let all = calls(world).into_iter().filter(|(_, calls)| has_breaker(*calls));
    all.map(|(labels, calls)| (labels, MeasuredQuantity::BreakerOpen(calls))).collect()
}

fn components(world: &Blueprint) -> FoundKeys<1> {
    let mut found = Vec::new();
    let mut add = |label: String, component| {
        found.push(([label], MeasuredQuantity::Component(component)));
    };
    for (place, service) in world.services.iter().enumerate() {
        let (name, id) = (&service.name, ServiceId::from(place));
        add(format!("cpu {name}"), TimeComponent::Cpu(place));
        if service.workers.is_some() {
            add(format!("worker {name}"), TimeComponent::Worker(place));
        }
        if world.uses_disk(id) {
            add(format!("disk {name}"), TimeComponent::Disk(place));
        }
        if (0..world.nodes.len()).any(|node| memory::pages_on(world, id, node)) {
            add(format!("pages {name}"), TimeComponent::Pages(place));
        }
    }
    for (place, pool) in world.pools.iter().enumerate() {
        let name = &world.services[pool.service.index()].name;
        add(format!("connection {name} to {}", pool.name), TimeComponent::Pool(place));
    }
    add("connecting".to_owned(), TimeComponent::Connecting);
    add("network".to_owned(), TimeComponent::Network);
    found
}
