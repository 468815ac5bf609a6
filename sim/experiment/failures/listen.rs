//! Records one replication of `failures`: requests by second, containers, memory.

use super::recovery::{RecoverySlot, SLOT};
use wssim_kernel::{Nanos, Time};
use wssim_model::Blueprint;
use wssim_model::blueprint::Container;
use wssim_model::ids::{ContainerId, NodeId, SourceId};
use wssim_model::probe::{Failure, NodeMemoryState, OutOfMemory, Probe};

/// An answered request.
#[derive(Clone, Copy, Debug)]
pub(super) struct HeardAnswer {
    /// The slot in which it arrived.
    pub(super) slot: u32,
    /// Its response time in nanoseconds.
    pub(super) response: u64,
}

/// The record of a source.
#[derive(Clone, Debug)]
pub(super) struct Heard {
    pub(super) slots: Vec<RecoverySlot>,
    pub(super) answers: Vec<HeardAnswer>,
    pub(super) failed: [u64; Failure::ALL.len()],
}

/// How many containers of a service answer, and since when none, or not all, do.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Replicas {
    /// When the fault struck.
    pub(super) before: u32,
    pub(super) now: u32,
    /// The fewest since the fault.
    pub(super) fewest: u32,
    /// End of the last time without any, from the fault.
    pub(super) back_after: Option<Nanos>,
}

/// Records one replication.
#[derive(Clone, Debug)]
pub(super) struct FailureListener {
    begin: Time,
    end: Time,
    pub(super) sources: Vec<Heard>,
    /// Whether each container answers, and its present or last node.
    pub(super) answers: Vec<bool>,
    pub(super) node_of: Vec<NodeId>,
    service_of: Vec<u32>,
    pub(super) services: Vec<Replicas>,
    /// By node, in nanoseconds.
    pub(super) stalled: Vec<u64>,
    /// By node.
    pub(super) kills: Vec<u64>,
    /// By service.
    pub(super) service_kills: Vec<u64>,
}

/// Whether the container runs from the start: it is neither added later nor a place for a lost one.
fn runs_from_the_first(container: &Container) -> bool {
    container.begins.is_none() && !container.spare
}

impl FailureListener {
    /// An empty listener; the fault strikes at `begin`, and recording ends at `end`.
    pub(super) fn new(blueprint: &Blueprint, begin: Time, end: Time) -> Self {
        let slots = end.since(begin).0.div_ceil(SLOT) as usize;
        let heard = Heard {
            slots: vec![RecoverySlot::default(); slots],
            answers: Vec::new(),
            failed: [0; Failure::ALL.len()],
        };
        let mut services = vec![Replicas::default(); blueprint.services.len()];
        let containers = &blueprint.containers;
        for container in containers.iter().filter(|container| runs_from_the_first(container)) {
            let replicas = &mut services[container.service.index()];
            replicas.before += 1;
            replicas.now += 1;
            replicas.fewest += 1;
        }
        Self {
            begin,
            end,
            sources: vec![heard; blueprint.sources.len()],
            answers: containers.iter().map(runs_from_the_first).collect(),
            node_of: containers.iter().map(|container| container.node).collect(),
            service_of: containers.iter().map(|container| container.service.0).collect(),
            services,
            stalled: vec![0; blueprint.nodes.len()],
            kills: vec![0; blueprint.nodes.len()],
            service_kills: vec![0; blueprint.services.len()],
        }
    }

    fn slot(&self, at: Time) -> usize {
        (at.since(self.begin).0 / SLOT) as usize
    }

    fn is_after_fault(&self, now: Time) -> bool {
        (self.begin..self.end).contains(&now)
    }
}

impl Probe for FailureListener {
    fn request_arrived(&mut self, now: Time, source: SourceId) {
        let slot = self.slot(now);
        if let Some(slot) = self.sources[source.index()].slots.get_mut(slot) {
            slot.arrived += 1;
        }
    }

    fn request_done(
        &mut self,
        source: SourceId,
        arrived: Time,
        response: Nanos,
        outcome: Result<(), Failure>,
    ) {
        let place = self.slot(arrived);
        let heard = &mut self.sources[source.index()];
        match (outcome, heard.slots.get_mut(place)) {
            (Ok(()), Some(slot)) => {
                slot.answered += 1;
                heard.answers.push(HeardAnswer { slot: place as u32, response: response.0 });
            }
            (Err(failure), Some(_)) => heard.failed[failure as usize] += 1,
            (_, None) => {}
        }
    }

    fn node_memory(&mut self, node: NodeId, from: Time, to: Time, state: &NodeMemoryState) {
        if from >= self.begin && to <= self.end {
            self.stalled[node.index()] += state.stalled.0;
        }
    }

    fn oom_kill(&mut self, now: Time, container: ContainerId, _: OutOfMemory) {
        if self.is_after_fault(now) {
            self.service_kills[self.service_of[container.index()] as usize] += 1;
            self.kills[self.node_of[container.index()].index()] += 1;
        }
    }

    fn container_answers(&mut self, now: Time, container: ContainerId, node: NodeId, does: bool) {
        if now >= self.end {
            return;
        }
        self.node_of[container.index()] = node;
        if std::mem::replace(&mut self.answers[container.index()], does) == does {
            return;
        }
        let replicas = &mut self.services[self.service_of[container.index()] as usize];
        replicas.now = if does { replicas.now + 1 } else { replicas.now - 1 };
        if now < self.begin {
            (replicas.before, replicas.fewest) = (replicas.now, replicas.now);
            return;
        }
        replicas.fewest = replicas.fewest.min(replicas.now);
        if does && replicas.now == 1 {
            replicas.back_after = Some(now.since(self.begin));
        }
    }
}
