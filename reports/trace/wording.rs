//! The sentences of a trace.

use super::clock::Clock;
use crate::quantity;
use wssim_experiment::trace::{RequestPick, RequestTrace, StayKind, StretchKind, StretchPlace};

/// The first line.
pub(super) fn title(trace: &RequestTrace) -> String {
    if trace.title.is_empty() || trace.title == trace.name {
        trace.name.clone()
    } else {
        format!("{} · {}", trace.name, trace.title)
    }
}

/// The name of a kind for people.
pub(super) fn words(kind: StretchKind) -> &'static str {
    match kind {
        StretchKind::Network => "network",
        StretchKind::Worker => "waiting for a worker",
        StretchKind::Connection => "waiting for a connection",
        StretchKind::Trial => "trying a connection",
        StretchKind::Dns => "looking up a name",
        StretchKind::Handshake => "opening a connection",
        StretchKind::Silence => "waiting, no answer comes",
        StretchKind::NetworkCpu => "CPU of networking",
        StretchKind::Cpu => "CPU",
        StretchKind::Sharing => "CPU, slowed by others",
        StretchKind::Throttled => "CPU, quota used up",
        StretchKind::DiskQueue => "waiting for the disk",
        StretchKind::Disk => "disk",
        StretchKind::PageQueue => "waiting for the swap device",
        StretchKind::Pages => "fetching pages from swap",
        StretchKind::Sleep => "sleep",
        StretchKind::Backoff => "pause before a retry",
        StretchKind::Call => "in a call",
        StretchKind::Parallel => "in parallel parts",
    }
}

/// The place in words.
pub(super) fn place(place: &StretchPlace) -> String {
    match place {
        StretchPlace::At(name) => name.clone(),
        StretchPlace::Between(first, second) => format!("{first} – {second}"),
        StretchPlace::Within(node) => format!("within {node}"),
        StretchPlace::Pool { service, pool } => format!("{service} → {pool}"),
    }
}

/// The selected request in words.
pub(super) fn which(trace: &RequestTrace) -> String {
    let entry = if trace.entry_given || trace.entries < 2 {
        trace.entry.clone()
    } else {
        format!("{} (most frequent of {} entries)", trace.entry, trace.entries)
    };
    let pick = match trace.pick {
        RequestPick::Percentile(50.0) => ", the median".to_owned(),
        RequestPick::Percentile(percent) => format!(", the {percent}th percentile"),
        RequestPick::Slowest => ", the slowest".to_owned(),
        RequestPick::Failed => ", the first that failed".to_owned(),
        RequestPick::Number(_) => String::new(),
    };
    format!(
        "{entry} · request {} of {}{pick} · seed {} · replication {} · {} into it",
        trace.number,
        trace.distribution.requests,
        trace.seed,
        trace.replication,
        quantity::duration(trace.arrived_ns as f64 * 1e-9),
    )
}

/// Its response time, compared with others.
pub(super) fn outcome(trace: &RequestTrace) -> String {
    let time = Clock::of(trace.response_ns).time(trace.response_ns);
    let unfinished = trace.stays.first().is_some_and(|stay| stay.unfinished);
    match trace.failed {
        Some(failure) => format!(
            "failed after {time}: {failure} · {} of {} failed",
            trace.distribution.failed, trace.distribution.requests
        ),
        None if unfinished => format!("no answer after {time}, when the run was given up"),
        None => format!("answered after {time}"),
    }
}

/// The response times of its source.
pub(super) fn distribution(trace: &RequestTrace) -> Option<String> {
    let all = &trace.distribution;
    let clock = Clock::of(all.max_ns.unwrap_or(0));
    let stats =
        [("p50", all.p50_ns), ("p95", all.p95_ns), ("p99", all.p99_ns), ("max", all.max_ns)];
    let stats: Vec<String> = stats
        .iter()
        .filter_map(|(name, ns)| ns.map(|ns| format!("{name} {}", clock.number(ns))))
        .collect();
    if stats.is_empty() {
        return None;
    }
    let share = all.faster as f64 / all.answered.max(1) as f64;
    let faster = quantity::percent(share);
    Some(format!("{faster} are faster · {} {}", stats.join(" · "), clock.symbol))
}

/// Notes needed to read the table.
pub(super) fn notes(trace: &RequestTrace) -> Vec<String> {
    let mut notes = Vec::new();
    if trace.stays.iter().any(|stay| stay.kind == StayKind::Branch) {
        notes.push("∥ runs beside others; the table counts the one that ended the wait".to_owned());
    }
    if trace.stays.iter().any(|stay| stay.late) {
        notes.push(
            "unheard: the caller had stopped waiting for the answer; its time counts until then"
                .to_owned(),
        );
    }
    notes
}
