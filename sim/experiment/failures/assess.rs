//! Evaluates the replications of a set: the worst state, pooled errors, mean response times.

use super::aftermath::{Aftermath, AftermathStretch, EntryAftermath, ServiceAftermath};
use super::findings::{
    EntryFinding, EntryTrouble, NodeFinding, ServiceFinding, ServiceLevel, SetFinding,
    SurvivalState,
};
use super::reason::NodesDown;
use crate::cluster::{ClusterFacts, Survival};
use wssim_model::Blueprint;

/// Share of errors in some window above which an entry is degraded.
const DEGRADED: f64 = 0.01;

/// The finding of the set `dead` from its replications.
pub(super) fn assess(
    blueprint: &Blueprint,
    cluster: &ClusterFacts,
    definitions: &[Survival; 3],
    dead: &[usize],
    replications: &[Aftermath],
) -> SetFinding {
    let name = |node: &usize| blueprint.nodes[*node].name.clone();
    let nodes: Vec<String> = dead.iter().map(name).collect();
    let quorum = quorum(cluster, &nodes);
    let loss = NodesDown { blueprint, cluster, dead, quorum, replications };
    let survived = [0, 1, 2].map(|which| {
        let survives = |one: &&Aftermath| survives(one, cluster, &definitions[which], which);
        replications.iter().filter(survives).count() as u32
    });
    let sources = 0..blueprint.sources.len();
    let services = 0..blueprint.services.len();
    let had = |place: &usize| replications.iter().any(|one| one.services[*place].before > 0);
    let left = (0..blueprint.nodes.len()).filter(|node| !dead.contains(node));
    SetFinding {
        quorum,
        survived,
        survives: survived.map(|count| count as usize == replications.len()),
        entries: sources.map(|source| entry(&loss, source)).collect(),
        services: services.filter(had).map(|place| service(&loss, place)).collect(),
        survivors: left.map(|node| survivor(&loss, node)).collect(),
        nodes,
    }
}

/// Whether most managers are left, ⌊N/2⌋ + 1 of N; `None` without managers.
fn quorum(cluster: &ClusterFacts, dead: &[String]) -> Option<bool> {
    let is_managed = cluster.orchestrator.is_some_and(|kind| kind.replaces());
    if !is_managed || cluster.managers.is_empty() {
        return None;
    }
    let left = cluster.managers.iter().filter(|manager| !dead.contains(manager)).count();
    Some(left > cluster.managers.len() / 2)
}

/// Whether the entry at `source` counts for survival.
pub(super) fn is_critical(cluster: &ClusterFacts, source: usize) -> bool {
    let marked = |facts: &crate::cluster::EntryFacts| facts.is_critical;
    !cluster.entries.iter().any(marked) || cluster.entries.get(source).is_some_and(marked)
}

/// Whether every entry that counts answers again in time, by definition number `which`.
pub(super) fn survives(
    one: &Aftermath,
    cluster: &ClusterFacts,
    definition: &Survival,
    which: usize,
) -> bool {
    let critical = one.entries.iter().enumerate().filter(|(at, _)| is_critical(cluster, *at));
    critical
        .filter_map(|(_, entry)| entry.recovery[which])
        .all(|seconds| seconds <= definition.within.seconds())
}

fn entry(loss: &NodesDown<'_>, source: usize) -> EntryFinding {
    let all = || loss.replications.iter().map(|one| &one.entries[source]);
    let errors = loss.cluster.entries.get(source).and_then(|facts| facts.errors);
    let state = all().filter_map(|entry| state_of(entry, errors)).max();
    let mut recovery: Vec<f64> = all().filter_map(|entry| entry.recovery[0]).collect();
    recovery.sort_by(f64::total_cmp);
    let why = match state {
        Some(SurvivalState::Lost) => Some(loss.of_entry(source)),
        Some(SurvivalState::Degraded) => Some(degraded(&all(), errors)),
        _ => None,
    };
    let is_overloaded = state == Some(SurvivalState::Lost) && loss.has_all(source);
    EntryFinding {
        name: loss.blueprint.sources[source].name.clone(),
        is_critical: is_critical(loss.cluster, source),
        state,
        recovery,
        whole: part(&all().map(|entry| &entry.whole)),
        during: part(&all().map(|entry| &entry.during)),
        after: part(&all().map(|entry| &entry.after)),
        why,
        is_overloaded,
    }
}

fn state_of(entry: &EntryAftermath, errors: Option<f64>) -> Option<SurvivalState> {
    let recovery = entry.recovery[0]?;
    let whole = &entry.whole;
    let ratio = whole.failed() as f64 / whole.arrived.max(1) as f64;
    let fails = entry.worst.is_some_and(|worst| worst < 1.0 - DEGRADED);
    Some(if recovery.is_infinite() {
        SurvivalState::Lost
    } else if recovery > 0.0 {
        SurvivalState::Back
    } else if fails || !entry.within_limits || errors.is_some_and(|most| ratio > most) {
        SurvivalState::Degraded
    } else {
        SurvivalState::Up
    })
}

fn degraded<'a>(
    all: &(impl Iterator<Item = &'a EntryAftermath> + Clone),
    errors: Option<f64>,
) -> EntryTrouble {
    let worst = all.clone().filter_map(|entry| entry.worst).reduce(f64::min);
    let ratio =
        |entry: &EntryAftermath| entry.whole.failed() as f64 / entry.whole.arrived.max(1) as f64;
    EntryTrouble::Degraded {
        window_errors: worst.filter(|worst| *worst < 1.0 - DEGRADED).map(|worst| 1.0 - worst),
        is_slow: all.clone().any(|entry| !entry.within_limits),
        fails_often: errors.is_some_and(|most| all.clone().any(|entry| ratio(entry) > most)),
    }
}

/// Sets of nodes without which the others cannot carry an entry, and that entry.
pub(super) fn overloads(findings: &[SetFinding], sets: &[Vec<usize>]) -> Vec<(Vec<usize>, usize)> {
    let of_set = |(finding, nodes): (&SetFinding, &Vec<usize>)| {
        let entries = finding.entries.iter().enumerate();
        let lost = entries.filter(|(_, entry)| entry.is_overloaded);
        lost.map(|(entry, _)| (nodes.clone(), entry)).collect::<Vec<_>>()
    };
    findings.iter().zip(sets).flat_map(of_set).collect()
}

/// Errors pooled, response times averaged over replications.
pub(super) fn part<'a>(all: &(impl Iterator<Item = &'a AftermathStretch> + Clone)) -> ServiceLevel {
    let arrived: u64 = all.clone().map(|stretch| stretch.arrived).sum();
    let failed: u64 = all.clone().map(AftermathStretch::failed).sum();
    let mean = |of: fn(&AftermathStretch) -> Option<f64>| {
        let values: Vec<f64> = all.clone().filter_map(of).collect();
        (!values.is_empty()).then(|| values.iter().sum::<f64>() / values.len() as f64)
    };
    ServiceLevel {
        error_ratio: (arrived > 0).then(|| failed as f64 / arrived as f64),
        mean: mean(|stretch| stretch.mean),
        p95: mean(|stretch| stretch.p95),
    }
}

fn service(loss: &NodesDown<'_>, place: usize) -> ServiceFinding {
    let all = || loss.replications.iter().map(|one| &one.services[place]);
    let state = all().map(state_of_service).max().unwrap_or(SurvivalState::Up);
    let mut recovery: Vec<f64> = all().map(|service| service.recovery).collect();
    recovery.sort_by(f64::total_cmp);
    let mean = |of: fn(&ServiceAftermath) -> u32| {
        all().map(|service| f64::from(of(service))).sum::<f64>() / loss.replications.len() as f64
    };
    ServiceFinding {
        name: loss.blueprint.services[place].name.clone(),
        state,
        replicas_before: mean(|service| service.before),
        replicas_after: mean(|service| service.at_end),
        recovery,
        why: (state == SurvivalState::Lost).then(|| loss.of_service(place)),
    }
}

fn state_of_service(service: &ServiceAftermath) -> SurvivalState {
    match *service {
        _ if service.recovery.is_infinite() => SurvivalState::Lost,
        _ if service.recovery > 0.0 => SurvivalState::Back,
        ServiceAftermath { before, fewest, .. } if fewest < before => SurvivalState::Degraded,
        _ => SurvivalState::Up,
    }
}

fn survivor(loss: &NodesDown<'_>, node: usize) -> NodeFinding {
    let mean = |of: fn(&super::aftermath::NodeAftermath) -> f64| {
        let all = loss.replications.iter().map(|one| of(&one.nodes[node]));
        all.sum::<f64>() / loss.replications.len() as f64
    };
    NodeFinding {
        name: loss.blueprint.nodes[node].name.clone(),
        cpu: mean(|node| node.cpu),
        stalled: mean(|node| node.stalled),
        kills: mean(|node| node.kills as f64),
    }
}
