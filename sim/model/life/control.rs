//! An orchestrator in a world: it gets inputs, and its decisions are carried out (`lives.rs`).
//!
//! No request asks it anything. The lists that proxies read change with it: a node's tasks leave them at the first
//! poll after it is marked down; while no manager answers they stay as they are; a new leader is asked for the
//! whole list.

use crate::blueprint::Blueprint;
use crate::ids::{ContainerId, NodeId};
use crate::orchestrator::{Fact, Told, Watch};
use crate::run::Run;
use wssim_kernel::Time;
use wssim_kernel::stream::StreamKey;

/// An orchestrator in a world. Methods without a comment are those of
/// [`Orchestrator`](crate::orchestrator::Orchestrator).
#[derive(Debug)]
pub(crate) struct Control<'a> {
    orchestrator: Watch<'a>,
    wakes: Time,
    /// Its decisions, and how many of them have been carried out.
    facts: Vec<Fact>,
    done: usize,
    /// Which node hears which, by pair.
    joined: Vec<bool>,
}

impl<'a> Control<'a> {
    /// The orchestrator of a blueprint, if it has one.
    pub(crate) fn of(blueprint: &'a Blueprint, run: Run) -> Option<Box<Self>> {
        let cluster = blueprint.control.as_ref()?;
        let stream = StreamKey::new(run.seed, run.replication, "control", "");
        Some(Box::new(Self {
            orchestrator: (cluster.kind.open)(cluster, stream),
            wakes: Time::NEVER,
            facts: Vec::new(),
            done: 0,
            joined: Vec::new(),
        }))
    }

    pub(crate) fn told(&mut self, now: Time, told: Told<'_>) {
        self.orchestrator.told(now, told, &mut self.facts);
    }

    /// The buffer for which node hears which.
    pub(super) fn take_joined(&mut self) -> Vec<bool> {
        std::mem::take(&mut self.joined)
    }

    /// Passes on which node hears which.
    pub(super) fn hears(&mut self, now: Time, joined: Vec<bool>) {
        self.told(now, Told::Reach(&joined));
        self.joined = joined;
    }

    /// Its next decision that has not been carried out.
    pub(crate) fn next_fact(&mut self) -> Option<Fact> {
        let fact = self.facts.get(self.done).copied();
        self.done += 1;
        if fact.is_none() {
            self.facts.clear();
            self.done = 0;
        }
        fact
    }

    /// When it wants to be woken, unless it is woken before.
    pub(crate) fn wakes(&mut self, now: Time) -> Option<Time> {
        let due = self.orchestrator.due()?.max(now);
        let is_new = due < self.wakes;
        self.wakes = self.wakes.min(due);
        is_new.then_some(due)
    }

    /// Wakes it at its alarm, which may be stale.
    pub(crate) fn wake(&mut self, now: Time) {
        self.wakes = Time::NEVER;
        self.told(now, Told::Alarm);
    }

    /// The present place of the replica that began as `first`; `None` while it is pending.
    pub(crate) fn replica_at(&self, first: ContainerId) -> Option<ContainerId> {
        self.orchestrator.place_of(first)
    }

    pub(crate) fn image_at(&self, id: ContainerId) -> Option<usize> {
        self.orchestrator.image_at(id)
    }

    pub(super) fn restarts(&self, id: ContainerId) -> bool {
        self.orchestrator.restarts(id)
    }

    pub(super) fn answers(&self, node: NodeId) -> bool {
        self.orchestrator.answers(node)
    }

    pub(super) fn leader(&self) -> Option<NodeId> {
        self.orchestrator.leader()
    }

    pub(crate) fn is_led(&self) -> bool {
        self.orchestrator.is_led()
    }

    pub(super) fn wants(&self, id: ContainerId) -> bool {
        self.orchestrator.wants(id)
    }
}
