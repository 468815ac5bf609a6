//! Where an orchestrator replaces what is lost: the world tells it what happens and does what it says.
//!
//! It is asked nothing on the way of a request. What proxies read in its lists changes with it: a node's
//! tasks leave them at the first poll after it is marked down, and while nobody answers they stay as they
//! are; whoever leads next is asked for all of it again.

use super::{Driver, End, Life, Moment, Phase, Upkeep};
use crate::blueprint::Blueprint;
use crate::event::Event;
use crate::fault::Reach;
use crate::ids::{ContainerId, NodeId};
use crate::orchestrator::{Fact, Told, Watch};
use crate::probe::Probe;
use crate::world::{Run, World};
use wssim_kernel::stream::StreamKey;
use wssim_kernel::{Calendar, Time};

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

    /// Whether anybody can decide anything.
    pub(crate) fn is_led(&self) -> bool {
        self.orchestrator.is_led()
    }

    /// Whether it lists the container to whoever asks.
    pub(super) fn wants(&self, id: ContainerId) -> bool {
        self.orchestrator.wants(id)
    }
}

impl<P: Probe> World<'_, P> {
    /// Says who leads at the beginning.
    pub(crate) fn open_control(&mut self) {
        let leader = self.upkeep.control.as_ref().and_then(|control| control.orchestrator.leader());
        if let Some(leader) = leader {
            self.probe.control(Time::ZERO, Fact::Leads(leader));
        }
    }
}

impl From<Moment> for Event {
    fn from(moment: Moment) -> Self {
        match moment {
            Moment::Strike(fault) => Self::Strike(fault),
            Moment::Repair(fault) => Self::Repair(fault),
            Moment::Life { container, turn } => Self::Life { container, turn },
            Moment::Unhealthy(container) => Self::Unhealthy(container),
            Moment::Control => Self::Control,
        }
    }
}

impl<'a, P: Probe> Driver<'a> for World<'a, P> {
    type Event = Event;

    fn blueprint(&self) -> &'a Blueprint {
        self.blueprint
    }

    fn upkeep(&self) -> &Upkeep<'a> {
        &self.upkeep
    }

    fn upkeep_mut(&mut self) -> &mut Upkeep<'a> {
        &mut self.upkeep
    }

    fn reach(&self) -> &Reach {
        &self.reach
    }

    fn life(&self, id: ContainerId) -> &Life {
        &self.containers[id.index()].life
    }

    fn is_held_back(&self, id: ContainerId) -> bool {
        self.is_held_back(id)
    }

    fn stop_unhealthy(&mut self, now: Time, id: ContainerId, calendar: &mut Calendar<Event>) {
        self.withdraw_and_stop(now, id, calendar);
    }

    fn end_start(&mut self, now: Time, id: ContainerId, calendar: &mut Calendar<Event>) {
        self.end_container(now, id, End::Loud, calendar);
    }

    fn act(&mut self, now: Time, fact: Fact, calendar: &mut Calendar<Event>) {
        self.probe.control(now, fact);
        match fact {
            Fact::Updated(rollout, service, outcome) => {
                self.updated(now, rollout, service, outcome);
            }
            Fact::Pulls(node, image) => self.pull(now, node, image, calendar),
            // A host that is down starts it when it is back.
            Fact::Starts(id) if !self.is_up(self.node_of(id)) => {}
            Fact::Starts(id) => self.start_container(now, id, calendar),
            Fact::Stops(id) => match self.containers[id.index()].life.phase {
                Phase::Registered if self.blueprint.is_replaced() => self.drain(now, id, calendar),
                Phase::Registered => self.stop(now, id, calendar),
                Phase::Ready | Phase::Starting => self.end_container(now, id, End::Loud, calendar),
                Phase::Dead => self.containers[id.index()].life.stays_dead(),
                Phase::Draining | Phase::Stopping => {}
            },
            Fact::Down(node, lost) => {
                self.strike_off(now, node, lost, calendar);
                self.leaves_views(now, node, calendar);
            }
            Fact::Leads(_) => self.list_anew(now, None, calendar),
            Fact::Ready(node) => self.enters_views(now, node, calendar),
            Fact::Leaderless | Fact::Assigned(_) | Fact::Pending(..) | Fact::Rejected(_) => {}
        }
    }
}
