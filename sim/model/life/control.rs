//! Where an orchestrator replaces what is lost: the world tells it what happens and does what it says.
//!
//! It is asked nothing on the way of a request. What proxies read in its lists changes with it: a node's
//! tasks leave them at the first poll after it is marked down, and while nobody answers they stay as they
//! are; whoever leads next is asked for all of it again.

use super::{End, Phase};
use crate::blueprint::Blueprint;
use crate::event::Event;
use crate::ids::{ContainerId, NodeId};
use crate::orchestrator::{Fact, Orchestrator, Told};
use crate::probe::Probe;
use crate::world::{Run, World};
use wssim_kernel::stream::StreamKey;
use wssim_kernel::{Calendar, Time};

/// An orchestrator in a world.
#[derive(Debug)]
pub(crate) struct Control<'a> {
    orchestrator: Orchestrator<'a>,
    /// When it is woken.
    wakes: Time,
    /// What it has decided and nobody has done yet.
    facts: Vec<Fact>,
    /// Who hears whom.
    joined: Vec<bool>,
}

impl<'a> Control<'a> {
    /// That of a blueprint, if it has one.
    pub(crate) fn of(blueprint: &'a Blueprint, run: Run) -> Option<Box<Self>> {
        let cluster = blueprint.control.as_ref()?;
        let stream = StreamKey::new(run.seed, run.replication, "control", "");
        Some(Box::new(Self {
            orchestrator: Orchestrator::new(cluster, stream),
            wakes: Time::NEVER,
            facts: Vec::new(),
            joined: Vec::new(),
        }))
    }

    /// Whether whoever asks from `node` who is there is answered.
    pub(super) fn answers(&self, node: NodeId) -> bool {
        self.orchestrator.answers(node)
    }

    /// Whether anybody can decide anything.
    pub(super) fn is_led(&self) -> bool {
        self.orchestrator.leader().is_some()
    }

    /// Whether it lists the container to whoever asks.
    pub(super) fn wants(&self, id: ContainerId) -> bool {
        self.orchestrator.wants(id)
    }
}

impl<P: Probe> World<'_, P> {
    /// Says who leads at the beginning.
    pub(crate) fn open_control(&mut self) {
        let leader = self.control.as_ref().and_then(|control| control.orchestrator.leader());
        if let Some(leader) = leader {
            self.probe.control(Time::ZERO, Fact::Leads(leader));
        }
    }

    /// Tells the orchestrator, if there is one, and does what it says.
    pub(crate) fn tell_control(
        &mut self,
        now: Time,
        told: Told<'_>,
        calendar: &mut Calendar<Event>,
    ) {
        let Some(control) = &mut self.control else { return };
        control.orchestrator.told(now, told, &mut control.facts);
        while let Some(fact) = self.next_fact() {
            self.probe.control(now, fact);
            self.act(now, fact, calendar);
        }
        let Some(control) = &mut self.control else { return };
        let due = control.orchestrator.due().map_or(Time::NEVER, |due| due.max(now));
        if due < control.wakes {
            control.wakes = due;
            calendar.schedule(due, Event::Control);
        }
    }

    fn next_fact(&mut self) -> Option<Fact> {
        let control = self.control.as_mut()?;
        (!control.facts.is_empty()).then(|| control.facts.remove(0))
    }

    /// It is as late as the orchestrator asked for, or for what it asked then no more.
    pub(crate) fn wake_control(&mut self, now: Time, calendar: &mut Calendar<Event>) {
        if let Some(control) = &mut self.control {
            control.wakes = Time::NEVER;
        }
        self.tell_control(now, Told::Alarm, calendar);
    }

    /// Tells the orchestrator who hears whom now.
    pub(crate) fn tell_reach(&mut self, now: Time, calendar: &mut Calendar<Event>) {
        let Some(control) = &mut self.control else { return };
        let mut joined = std::mem::take(&mut control.joined);
        joined.clear();
        let nodes = self.nodes.len();
        let pairs = (0..nodes * nodes).map(|n| [n / nodes, n % nodes].map(NodeId::from));
        joined.extend(pairs.map(|[a, b]| self.is_joined(now, a, b)));
        self.tell_control(now, Told::Reach(&joined), calendar);
        if let Some(control) = &mut self.control {
            control.joined = joined;
        }
    }

    /// Does what the orchestrator has decided.
    fn act(&mut self, now: Time, fact: Fact, calendar: &mut Calendar<Event>) {
        match fact {
            Fact::Starts(id) => self.start_container(now, id, calendar),
            Fact::Stops(id) => match self.containers[id.index()].life.phase {
                Phase::Registered => self.drain(now, id, calendar),
                Phase::Ready | Phase::Starting => self.end_container(now, id, End::Loud, calendar),
                Phase::Draining | Phase::Stopping | Phase::Dead => {}
            },
            Fact::Down(node, lost) => self.strike_off(now, node, lost, calendar),
            Fact::Leads(_) => self.list_anew(now, None, calendar),
            Fact::Leaderless
            | Fact::Ready(_)
            | Fact::Assigned(_)
            | Fact::Pending(..)
            | Fact::Rejected(_) => {}
        }
    }

    /// Where the replica is now that began as `first`; nowhere, while it is pending.
    pub(crate) fn replica_at(&self, first: ContainerId) -> Option<ContainerId> {
        match &self.control {
            Some(control) => control.orchestrator.place_of(first),
            None => Some(first),
        }
    }
}
