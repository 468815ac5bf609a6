//! Explains a loss, from the world and the facts about the cluster.
//!
//! For an entry, it follows the calls that it needs to services without a running container at the end.
//! Such a service is lost for the first of these reasons that applies: no eligible node is left; its
//! data lies on a dead node; there is no quorum; the orchestrator starts no containers elsewhere; no
//! remaining node has room for its reservation; a service that it needs to start is lost, too; memory
//! ran out, or the remaining nodes wait for pages. A service that runs again is not lost, whatever these
//! rules say: the simulation decides.

use super::aftermath::{Aftermath, NodeAftermath};
use super::findings::{EntryTrouble, FailsOf, ServiceLoss, Way};
use crate::cluster::{ClusterFacts, ServiceFacts};
use std::collections::{BTreeSet, VecDeque};
use wssim_model::Blueprint;
use wssim_model::ids::NodeId;
use wssim_model::probe::Failure;

/// Most lost services whose ways are reported; the others are counted.
const TOLD: usize = 3;
/// CPU utilization of a busy node: an assumption.
const BUSY: f64 = 0.9;
/// Share of time waiting for pages that matters: an assumption.
const STALLED: f64 = 0.1;
/// Share of time waiting for pages at which nothing starts: an assumption.
const STUCK: f64 = 0.5;

/// A set of nodes that is down, with its results.
pub(super) struct NodesDown<'a> {
    pub(super) blueprint: &'a Blueprint,
    pub(super) cluster: &'a ClusterFacts,
    /// Places of its nodes.
    pub(super) dead: &'a [usize],
    pub(super) quorum: Option<bool>,
    pub(super) replications: &'a [Aftermath],
}

impl NodesDown<'_> {
    /// Why no container of the service at `place` answers at the end.
    pub(super) fn of_service(&self, place: usize) -> ServiceLoss {
        let unknown = ServiceFacts::default();
        let facts = self.cluster.services.get(place).unwrap_or(&unknown);
        let name = |node: usize| self.blueprint.nodes[node].name.as_str();
        let is_dead = |node: &str| self.dead.iter().any(|&dead| name(dead) == node);
        let left: Vec<&str> =
            facts.eligible.iter().map(String::as_str).filter(|node| !is_dead(node)).collect();
        let has_data = facts.has_local_data;
        if left.is_empty() && !facts.constraints.is_empty() {
            return ServiceLoss::Pinned { constraints: facts.constraints.clone(), has_data };
        }
        if left.is_empty() {
            return ServiceLoss::NowhereLeft { has_data };
        }
        let nodes = self.homes(place);
        if has_data && !nodes.is_empty() {
            return ServiceLoss::DataDown { nodes };
        }
        if self.quorum == Some(false) {
            return ServiceLoss::NoQuorum;
        }
        match self.cluster.orchestrator {
            None => return ServiceLoss::NoOrchestrator,
            Some(kind) if !kind.replaces() => return ServiceLoss::OwnHostOnly,
            Some(_) => {}
        }
        let stuck = self.no_room(place, &left).or_else(|| self.waits_for(place));
        stuck.unwrap_or_else(|| self.not_started(place))
    }

    /// The dead nodes on which the service had containers.
    fn homes(&self, place: usize) -> Vec<String> {
        let containers = &self.blueprint.services[place].containers;
        let nodes: BTreeSet<usize> = (containers.clone())
            .map(|c| self.blueprint.containers[c as usize].node.index())
            .filter(|node| self.dead.contains(node))
            .collect();
        nodes.into_iter().map(|node| self.blueprint.nodes[node].name.clone()).collect()
    }

    /// The loss if none of the nodes `left` has room for the service's reservation.
    fn no_room(&self, place: usize, left: &[&str]) -> Option<ServiceLoss> {
        let wants = self.blueprint.services[place].memory.reservation;
        let at_end = &self.replications.first()?.at_end;
        let free = |node: NodeId| {
            let here = at_end.iter().enumerate().filter(|(_, at)| **at == Some(node));
            let taken: f64 = here
                .map(|(c, _)| {
                    let service = self.blueprint.containers[c].service;
                    self.blueprint.services[service.index()].memory.reservation
                })
                .sum();
            self.blueprint.nodes[node.index()].memory.ram - taken
        };
        let nodes = self.blueprint.nodes.iter().enumerate();
        let most = nodes
            .filter(|(_, node)| left.contains(&node.name.as_str()))
            .map(|(at, _)| free(NodeId::from(at)))
            .fold(f64::NEG_INFINITY, f64::max);
        (wants > 0.0 && most < wants).then(|| ServiceLoss::NoRoom {
            reserves: wants,
            nodes: left.iter().map(|node| (*node).to_owned()).collect(),
            most: most.max(0.0),
        })
    }

    /// The loss if a service that it waits for before it listens is lost, too.
    fn waits_for(&self, place: usize) -> Option<ServiceLoss> {
        let needs = &self.blueprint.services[place].needs.services;
        let lost = needs.iter().find(|service| self.is_gone(service.index()))?;
        Some(ServiceLoss::WaitsFor(self.blueprint.services[lost.index()].name.clone()))
    }

    fn not_started(&self, place: usize) -> ServiceLoss {
        let kills: u64 = self.replications.iter().map(|one| one.services[place].kills).sum();
        if kills > 0 {
            return ServiceLoss::Killed { times: kills as f64 / self.replications.len() as f64 };
        }
        match self.worst(|node| node.stalled).filter(|(_, share)| *share > STUCK) {
            Some((node, share)) => ServiceLoss::Stalled { node, share },
            None => ServiceLoss::StaysOn { nodes: self.homes(place) },
        }
    }

    /// Whether no container of the service answers at the end, in most replications.
    fn is_gone(&self, place: usize) -> bool {
        let gone = self.replications.iter().filter(|one| {
            let service = &one.services[place];
            service.before > 0 && service.at_end == 0
        });
        2 * gone.count() > self.replications.len()
    }

    /// Why the entry at `source` does not answer.
    pub(super) fn of_entry(&self, source: usize) -> EntryTrouble {
        let gone = self.gone_on_the_way(source);
        if gone.is_empty() {
            return self.not_carried(source);
        }
        let ways = gone.iter().take(TOLD).filter_map(|way| self.way(way)).collect();
        EntryTrouble::Cut { ways, more: gone.len().saturating_sub(TOLD) }
    }

    /// Whether every service that the requests of the entry at `source` need has a container at the end,
    /// or would have one if the remaining nodes could carry it.
    pub(super) fn has_all(&self, source: usize) -> bool {
        let is_stalled = |way: &Vec<usize>| {
            let loss = way.last().map(|place| self.of_service(*place));
            matches!(loss, Some(ServiceLoss::Stalled { .. }))
        };
        self.gone_on_the_way(source).iter().all(is_stalled)
    }

    fn way(&self, services: &[usize]) -> Option<Way> {
        let name = |place: &usize| self.blueprint.services[*place].name.clone();
        let (last, before) = services.split_last()?;
        let by = before.iter().map(name).collect();
        Some(Way { by, end: name(last), why: self.of_service(*last) })
    }

    /// For each service without containers that requests of the entry reach, the shortest way there;
    /// services that only these call are skipped.
    fn gone_on_the_way(&self, source: usize) -> Vec<Vec<usize>> {
        let blueprint = self.blueprint;
        let mut queue: VecDeque<(usize, Vec<usize>)> = VecDeque::new();
        for (_, endpoint) in &blueprint.sources[source].entries {
            let service = blueprint.endpoints[endpoint.index()].service.index();
            queue.push_back((endpoint.index(), vec![service]));
        }
        let (mut seen, mut named, mut gone) = (BTreeSet::new(), BTreeSet::new(), Vec::new());
        while let Some((endpoint, way)) = queue.pop_front() {
            let Some(&service) = way.last() else { continue };
            if !seen.insert(endpoint) {
                continue;
            }
            if self.is_gone(service) {
                if named.insert(service) {
                    gone.push(way);
                }
                continue;
            }
            for callee in blueprint.needed_calls(endpoint) {
                let mut further = way.clone();
                further.push(blueprint.endpoints[callee].service.index());
                queue.push_back((callee, further));
            }
        }
        gone
    }

    /// All that it needs runs: how its requests fail, and what may delay them.
    fn not_carried(&self, source: usize) -> EntryTrouble {
        let mut failed = [0; Failure::ALL.len()];
        let mut silent = 0;
        for entry in self.replications.iter().map(|one| &one.entries[source]) {
            for (sum, more) in failed.iter_mut().zip(entry.failed) {
                *sum += more;
            }
            silent += entry.whole.failed().saturating_sub(entry.failed.iter().sum());
        }
        let kinds = Failure::ALL.iter();
        let kinds = kinds.map(|kind| (failed[*kind as usize], FailsOf::Failure(kind.name())));
        let most = kinds.chain([(silent, FailsOf::Silence)]).max_by_key(|(count, _)| *count);
        let most = most.filter(|(count, _)| *count > 0);
        EntryTrouble::NotCarried {
            fails_of: most.map_or(FailsOf::Nothing, |(_, of)| of),
            busiest: self.worst(|node| node.cpu).filter(|(_, cpu)| *cpu > BUSY),
            stalled: self.worst(|node| node.stalled).filter(|(_, share)| *share > STALLED),
        }
    }

    /// The remaining node with the greatest mean of `what`.
    fn worst(&self, what: impl Fn(&NodeAftermath) -> f64) -> Option<(String, f64)> {
        let mean = |n: usize| {
            let sum: f64 = self.replications.iter().map(|one| what(&one.nodes[n])).sum();
            sum / self.replications.len() as f64
        };
        let left = (0..self.blueprint.nodes.len()).filter(|n| !self.dead.contains(n));
        let worst = left.map(|n| (n, mean(n))).max_by(|a, b| a.1.total_cmp(&b.1));
        worst.map(|(n, amount)| (self.blueprint.nodes[n].name.clone(), amount))
    }
}
