//! The RAM ledger of each node: what its containers hold, and which node comes under pressure first as
//! containers are added.

use super::{NodeShare, OfMemory, ServiceShare, containers_on, grows, has_ram, memory_of};
use crate::arm::Arm;
use crate::findings::{NodeLedger, Promised, ServiceLedger, SystemMemory};
use crate::judge::{LEVEL, estimate};
use crate::metric::quantity::MeasuredQuantity;
use crate::note::{FirstToGive, Killed, Note};
use crate::question::Question;
use crate::sample::Sample;
use wssim_model::Blueprint;
use wssim_model::blueprint::Container;
use wssim_model::probe::OutOfMemory;
use wssim_stats::{Estimate, mean_interval};

/// The results of one arm after `replications`.
struct Books<'a> {
    arm: &'a Arm,
    replications: usize,
}

/// The ledger of every node with RAM given, in the order of the scenario.
pub(crate) fn ledger(arm: &Arm, replications: usize) -> Vec<NodeLedger> {
    let books = Books { arm, replications };
    let nodes = arm.blueprint.nodes.iter().enumerate();
    nodes.filter(|(_, node)| has_ram(node)).map(|(place, _)| books.node(place)).collect()
}

impl Books<'_> {
    fn samples(&self, quantity: OfMemory) -> Vec<Sample> {
        let place = self.arm.catalogue.place(MeasuredQuantity::Memory(quantity));
        place.map_or(Vec::new(), |place| self.arm.samples(place, self.replications))
    }

    fn estimate(&self, quantity: OfMemory) -> Option<Estimate> {
        estimate(&self.samples(quantity), LEVEL)
    }

    fn node(&self, place: usize) -> NodeLedger {
        let blueprint = &self.arm.blueprint;
        let node = &blueprint.nodes[place];
        let of = |share| self.estimate(OfMemory::Node(place, share));
        let (used, resident) = (of(NodeShare::Used), of(NodeShare::Resident));
        let (kernel, engine, agent) = (node.memory.kernel, node.memory.engine, node.memory.agent);
        // RAM in use and not of containers is the system's; all but the shims is known.
        let shims = used.zip(resident).map_or(0.0, |(used, resident)| {
            (used.mean - resident.mean - kernel - engine - agent).max(0.0)
        });
        let shims = if node.memory.shim > 0.0 { shims } else { 0.0 };
        let mut services = self.services(place);
        let mean = |service: &ServiceLedger| service.demand.map_or(0.0, |demand| demand.mean);
        services.sort_by(|a, b| mean(b).total_cmp(&mean(a)).then(a.service.cmp(&b.service)));
        NodeLedger {
            node: node.name.clone(),
            ram: node.memory.ram,
            swap: node.memory.swap,
            system: SystemMemory { kernel, engine, agent, shims },
            promised: promised(blueprint, place, None),
            used,
            demand: of(NodeShare::Demand),
            resident,
            hot: of(NodeShare::Hot),
            swapped: of(NodeShare::Swap),
            page_cache: of(NodeShare::PageCache),
            stall: of(NodeShare::Stall),
            kills: self.estimate(OfMemory::Kills(Some(place))),
            kills_at_limits: self.kills_at_limits(place),
            services,
        }
    }

    /// Mean kills on a node at containers' own limits.
    fn kills_at_limits(&self, node: usize) -> f64 {
        let all = self.arm.observations.iter().take(self.replications);
        let kills: u64 = all.filter_map(|one| one.kills_at_limits.get(node)).sum();
        kills as f64 / self.replications.max(1) as f64
    }

    /// Mean kills of containers of a service because of `short`.
    fn kills_of(&self, service: usize, short: OutOfMemory) -> f64 {
        let samples = self.samples(OfMemory::KillsOf(service, Some(short)));
        let kills: f64 = samples.iter().filter_map(|sample| sample.ends()).map(|[n, _]| n).sum();
        kills / self.replications.max(1) as f64
    }

    /// The services of a node that ask for RAM.
    fn services(&self, node: usize) -> Vec<ServiceLedger> {
        let keys = self.arm.catalogue.of_whole();
        let here = keys.filter_map(|(_, key)| match key.quantity {
            MeasuredQuantity::Memory(OfMemory::Service(on, service, ServiceShare::Demand))
                if on == node =>
            {
                Some(service)
            }
            _ => None,
        });
        here.map(|service| {
            let of = |share| self.estimate(OfMemory::Service(node, service, share));
            ServiceLedger {
                service: self.arm.blueprint.services[service].name.clone(),
                promised: promised(&self.arm.blueprint, node, Some(service)),
                demand: of(ServiceShare::Demand),
                resident: of(ServiceShare::Resident),
                swapped: of(ServiceShare::Swap),
            }
        })
        .collect()
    }
}

/// RAM promised to the containers of a node, of one service or of all, later ones included.
fn promised(blueprint: &Blueprint, node: usize, service: Option<usize>) -> Promised {
    let mut promised = Promised::default();
    let wanted = |place: usize| service.is_none_or(|service| service == place);
    for (_, container) in containers_on(blueprint, node).filter(|(_, c)| wanted(c.service.index()))
    {
        if container.spare {
            continue;
        }
        let memory = memory_of(blueprint, container);
        promised.containers += 1;
        promised.reserved += memory.reservation;
        match memory.limit {
            Some(limit) => promised.limits += limit,
            None => promised.without_limit += 1,
        }
    }
    promised
}

/// The services with containers killed for lack of memory, and the cause; `None` without kills.
pub(crate) fn kill_note(arm: &Arm, replications: usize) -> Option<Note> {
    let books = Books { arm, replications };
    let services = arm.blueprint.services.iter().enumerate();
    let killed = services.map(|(place, service)| Killed {
        service: service.name.clone(),
        limit: service.memory.limit,
        at_limit: books.kills_of(place, OutOfMemory::Limit),
        by_node: books.kills_of(place, OutOfMemory::Node),
    });
    let mut killed: Vec<Killed> = killed.filter(|one| one.kills() > 0.0).collect();
    killed.sort_by(|a, b| b.kills().total_cmp(&a.kills()));
    (!killed.is_empty()).then_some(Note::Killed(killed))
}

/// The node that comes under pressure first as containers are added; `None` if none are.
pub(crate) fn growth_note(arm: &Arm, question: &Question, replications: usize) -> Option<Note> {
    if !grows(&arm.blueprint) || replications == 0 {
        return None;
    }
    let books = Books { arm, replications };
    let of_node = |node| books.samples(OfMemory::AtPressure(Some(node)));
    let nodes: Vec<Vec<Sample>> = (0..arm.blueprint.nodes.len()).map(of_node).collect();
    let at = |node: &[Sample], replication: usize| {
        node.get(replication).and_then(|s| s.ends()).map(|[value, _]| value)
    };
    // In each replication the first node, and the number of containers running then.
    let firsts: Vec<(usize, f64)> = (0..replications)
        .filter_map(|replication| {
            let given = nodes.iter().enumerate();
            let given = given.filter_map(|(place, node)| Some((place, at(node, replication)?)));
            given.min_by(|a, b| a.1.total_cmp(&b.1))
        })
        .collect();
    let times = |node: usize| firsts.iter().filter(|(first, _)| *first == node).count();
    let first = (0..nodes.len()).rev().max_by_key(|node| times(*node))?;
    if firsts.is_empty() {
        let begun = |c: &&Container| {
            !c.spare && c.begins.is_none_or(|begins| begins < question.measure.duration)
        };
        let containers = arm.blueprint.containers.iter().filter(begun).count();
        return Some(Note::NoPressure { containers });
    }
    let values: Vec<f64> = (firsts.iter().filter(|(node, _)| *node == first))
        .map(|(_, containers)| *containers)
        .collect();
    Some(Note::FirstToGive(FirstToGive {
        node: arm.blueprint.nodes[first].name.clone(),
        containers: values.iter().sum::<f64>() / values.len().max(1) as f64,
        interval: mean_interval(&values, LEVEL),
        replications: values.len(),
        of: replications,
    }))
}
