//! Why something is lost: computed from the world and from what is said of the cluster.
//!
//! For an entry the calls that it cannot do without are walked until they come to services none of
//! whose containers runs at the end. For such a service the first of these holds: nowhere it may run
//! is left; its data lies on a dead node; there is no quorum; nobody starts containers elsewhere; no
//! node that is left has its reservation to give; what it needs to start is lost, too; memory ran out.
//! What runs again is lost by nobody, whatever the rules say: the simulation has the last word.

use super::aftermath::{Aftermath, Node};
use crate::cluster::{Cluster, ServiceFacts};
use std::collections::{BTreeSet, VecDeque};
use wssim_model::Blueprint;
use wssim_model::ids::NodeId;
use wssim_model::probe::Failure;

/// Services that one sentence names.
const NAMED: usize = 3;

/// A set of nodes that is down, and what is known of it.
pub(super) struct Loss<'a> {
    pub(super) blueprint: &'a Blueprint,
    pub(super) cluster: &'a Cluster,
    /// Places of its nodes.
    pub(super) dead: &'a [usize],
    pub(super) quorum: Option<bool>,
    pub(super) replications: &'a [Aftermath],
}

impl Loss<'_> {
    /// Why no container of the service at `place` answers at the end.
    pub(super) fn of_service(&self, place: usize) -> String {
        let unknown = ServiceFacts::default();
        let facts = self.cluster.services.get(place).unwrap_or(&unknown);
        let name = |node: usize| self.blueprint.nodes[node].name.as_str();
        let is_dead = |node: &str| self.dead.iter().any(|&dead| name(dead) == node);
        let left: Vec<&str> =
            facts.eligible.iter().map(String::as_str).filter(|node| !is_dead(node)).collect();
        let data = if facts.has_local_data { ", with its data" } else { "" };
        if left.is_empty() && !facts.constraints.is_empty() {
            let pins = facts.constraints.join("`, `");
            return format!("pinned by `{pins}` to what is down{data}");
        }
        if left.is_empty() {
            return format!("every node that it may run on is down{data}");
        }
        if facts.has_local_data {
            let homes = self.homes(place).join(", ");
            return format!("its data is in a local volume on {homes}, which is down");
        }
        if self.quorum == Some(false) {
            return "no quorum: too few managers are left to start anything anew".to_owned();
        }
        match self.cluster.orchestrator {
            None | Some("none") => {
                return "nobody starts it elsewhere: there is no orchestrator".to_owned();
            }
            Some("compose") => {
                return "Compose starts containers on their own host only".to_owned();
            }
            Some(_) => {}
        }
        let stuck = self.no_room(place, &left).or_else(|| self.waits_for(place));
        stuck.unwrap_or_else(|| self.not_started(place))
    }

    /// The dead nodes on which the service had containers.
    fn homes(&self, place: usize) -> Vec<&str> {
        let containers = &self.blueprint.services[place].containers;
        let nodes: BTreeSet<usize> = (containers.clone())
            .map(|c| self.blueprint.containers[c as usize].node.index())
            .filter(|node| self.dead.contains(node))
            .collect();
        nodes.into_iter().map(|node| self.blueprint.nodes[node].name.as_str()).collect()
    }

    /// Whether none of the nodes `left` can give the service what it reserves.
    fn no_room(&self, place: usize, left: &[&str]) -> Option<String> {
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
        (wants > 0.0 && most < wants).then(|| {
            format!(
                "no RAM left: it reserves {:.1} GB, and {} can give {:.1} GB at most",
                wants / 1e9,
                left.join(", "),
                most.max(0.0) / 1e9
            )
        })
    }

    /// What it needs before it listens and what is lost, too.
    fn waits_for(&self, place: usize) -> Option<String> {
        let needs = &self.blueprint.services[place].needs.services;
        let lost = needs.iter().find(|service| self.is_gone(service.index()))?;
        let name = &self.blueprint.services[lost.index()].name;
        Some(format!("it starts, and waits for {name}, which is lost too"))
    }

    fn not_started(&self, place: usize) -> String {
        let kills: u64 = self.replications.iter().map(|one| one.services[place].kills).sum();
        if kills > 0 {
            let each = kills as f64 / self.replications.len() as f64;
            return format!("killed for want of memory ({each:.1} times a replication)");
        }
        let homes = self.homes(place);
        if homes.is_empty() {
            return "none of its containers runs at the end".to_owned();
        }
        format!("its containers were on {} and start nowhere else", homes.join(", "))
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
    pub(super) fn of_entry(&self, source: usize) -> String {
        let gone = self.gone_on_the_way(source);
        if gone.is_empty() {
            return self.without_a_dead_service(source);
        }
        let more = gone.len().saturating_sub(NAMED);
        let named: Vec<String> = gone.iter().take(NAMED).map(|way| self.tell_way(way)).collect();
        let more = if more > 0 { format!("; and {more} more services") } else { String::new() };
        format!("{}{more}", named.join("; "))
    }

    /// Whether every service that requests of the entry at `source` come to has a container at the end.
    pub(super) fn has_all(&self, source: usize) -> bool {
        self.gone_on_the_way(source).is_empty()
    }

    fn tell_way(&self, way: &[usize]) -> String {
        let name = |place: &usize| self.blueprint.services[*place].name.as_str();
        let Some((last, before)) = way.split_last() else { return String::new() };
        let why = self.of_service(*last);
        if before.is_empty() {
            return format!("users come by {}: {why}", name(last));
        }
        let way: Vec<&str> = before.iter().map(name).collect();
        format!("the way by {} ends at {}: {why}", way.join(" → "), name(last))
    }

    /// For each service without containers that requests of the entry come to, the shortest way
    /// there; what only such services call is not looked at.
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

    /// All that it needs runs: what it fails of, and what may hold it up.
    fn without_a_dead_service(&self, source: usize) -> String {
        let mut failed = [0; Failure::ALL.len()];
        let mut silent = 0;
        for entry in self.replications.iter().map(|one| &one.entries[source]) {
            for (sum, more) in failed.iter_mut().zip(entry.failed) {
                *sum += more;
            }
            silent += entry.whole.failed().saturating_sub(entry.failed.iter().sum());
        }
        let kinds = Failure::ALL.iter().map(|kind| (failed[*kind as usize], kind.name()));
        let most = kinds.chain([(silent, "no answer at all")]).max_by_key(|(count, _)| *count);
        let of = most.filter(|(count, _)| *count > 0).map_or("nothing", |(_, name)| name);
        let mut text = format!("every service that it needs runs; most requests fail of: {of}");
        let (busy, stalled) = (self.worst(|node| node.cpu), self.worst(|node| node.stalled));
        if let Some((name, cpu)) = busy.filter(|(_, cpu)| *cpu > 0.9) {
            text = format!("{text}; the CPU of {name} is at {:.0} %", cpu * 100.0);
        }
        if let Some((name, share)) = stalled.filter(|(_, share)| *share > 0.1) {
            let percent = share * 100.0;
            text = format!(
                "{text}; {name} has no RAM left: somebody waits for pages {percent:.0} % of the time"
            );
        }
        text
    }

    /// The node left on which `what` is greatest on average.
    fn worst(&self, what: impl Fn(&Node) -> f64) -> Option<(&str, f64)> {
        let mean = |n: usize| {
            let sum: f64 = self.replications.iter().map(|one| what(&one.nodes[n])).sum();
            sum / self.replications.len() as f64
        };
        let left = (0..self.blueprint.nodes.len()).filter(|n| !self.dead.contains(n));
        let worst = left.map(|n| (n, mean(n))).max_by(|a, b| a.1.total_cmp(&b.1));
        worst.map(|(n, amount)| (self.blueprint.nodes[n].name.as_str(), amount))
    }
}
