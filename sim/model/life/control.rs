//! Where an orchestrator replaces what is lost: it is told what happens, and its word is done (`led.rs`).
//!
//! It is asked nothing on the way of a request. What proxies read in its lists changes with it: a node's
//! tasks leave them at the first poll after it is marked down, and while nobody answers they stay as they
//! are; whoever leads next is asked for all of it again.

use crate::blueprint::Blueprint;
use crate::ids::{ContainerId, NodeId};
use crate::orchestrator::{Fact, Told, Watch};
use crate::world::Run;
use wssim_kernel::Time;
use wssim_kernel::stream::StreamKey;

/// An orchestrator in a world.
#[derive(Debug)]
pub(crate) struct Control<'a> {
    orchestrator: Watch<'a>,
    /// When it is woken.
    wakes: Time,
    /// What it has decided, and how many of these somebody has done.
    facts: Vec<Fact>,
    done: usize,
    /// Who hears whom.
    joined: Vec<bool>,
}

impl<'a> Control<'a> {
    /// That of a blueprint, if it has one.
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

    /// Something has happened.
    pub(crate) fn told(&mut self, now: Time, told: Told<'_>) {
        self.orchestrator.told(now, told, &mut self.facts);
    }

    /// Room for who hears whom.
    pub(super) fn take_joined(&mut self) -> Vec<bool> {
        std::mem::take(&mut self.joined)
    }

    /// Who hears whom may have changed.
    pub(super) fn hears(&mut self, now: Time, joined: Vec<bool>) {
        self.told(now, Told::Reach(&joined));
        self.joined = joined;
    }

    /// What it has decided next and nobody has done yet.
    pub(crate) fn next_fact(&mut self) -> Option<Fact> {
        let fact = self.facts.get(self.done).copied();
        self.done += 1;
        if fact.is_none() {
            self.facts.clear();
            self.done = 0;
        }
        fact
    }

    /// When it wants to be woken, if nobody is to do so before.
    pub(crate) fn wakes(&mut self, now: Time) -> Option<Time> {
        let due = self.orchestrator.due()?.max(now);
        let is_new = due < self.wakes;
        self.wakes = self.wakes.min(due);
        is_new.then_some(due)
    }

    /// It is as late as it asked for, or for what it asked then no more.
    pub(crate) fn wake(&mut self, now: Time) {
        self.wakes = Time::NEVER;
        self.told(now, Told::Alarm);
    }

    /// Where the replica is now that began as `first`; nowhere, while it is pending.
    pub(crate) fn replica_at(&self, first: ContainerId) -> Option<ContainerId> {
        self.orchestrator.place_of(first)
    }

    /// The image that the container runs, or is to run.
    pub(crate) fn image_at(&self, id: ContainerId) -> Option<usize> {
        self.orchestrator.image_at(id)
    }

    /// Whether it decides when the container, which has ended, starts again.
    pub(super) fn restarts(&self, id: ContainerId) -> bool {
        self.orchestrator.restarts(id)
    }

    /// Whether whoever asks from `node` who is there is answered.
    pub(super) fn answers(&self, node: NodeId) -> bool {
        self.orchestrator.answers(node)
    }

    /// Who leads, if anybody can decide.
    pub(super) fn leader(&self) -> Option<NodeId> {
        self.orchestrator.leader()
    }

    /// Whether anybody can decide anything.
    pub(crate) fn is_led(&self) -> bool {
        self.orchestrator.is_led()
    }

    /// Whether it lists the container to whoever asks.
    pub(super) fn wants(&self, id: ContainerId) -> bool {
        self.orchestrator.wants(id)
    }
}
