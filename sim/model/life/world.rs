//! The effects of containers' lives on a world: CPU time of starts, requests, connections, pages, views.

use super::{Change, Control, Driver, End, Lives, Moment, Phase, Upkeep};
use crate::blueprint::Blueprint;
use crate::event::Event;
use crate::ids::ContainerId;
use crate::orchestrator::{Bad, Fact, Told};
use crate::probe::Probe;
use crate::request::frame::FrameKind;
use crate::world::World;
use wssim_kernel::{Calendar, Time};

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

    fn is_empty(&self, id: ContainerId) -> bool {
        self.containers[id].station().in_system() == 0
    }

    fn is_held_back(&self, id: ContainerId) -> bool {
        self.is_held_back(id)
    }

    #[inline(always)]
    fn changes(&mut self, now: Time, change: Change, calendar: &mut Calendar<Event>) {
        match change {
            Change::Strikes(_) => {
                self.catch_up_all(now, calendar);
                self.upkeep.reach_mut().note_trouble();
            }
            Change::NodeIsLost(node) => self.drop_chores(now, node, calendar),
            Change::NodeFreezes(node, _) => self.freeze(now, node, calendar),
            Change::HasStruck(fault) => self.note_strike(now, fault, calendar),
            Change::Repairs(_) => self.catch_up_all(now, calendar),
            Change::HostIsBack(id) => {
                // Calls that still wait for its last life are reset.
                self.break_calls(now, id, calendar, |_, _| true);
                self.strike_old_tasks(now, id, calendar);
            }
            Change::NodeIsBack(node) => self.rejoin(now, node, calendar),
            Change::Releases(fault) => self.release(now, fault, calendar),
            Change::IsRepaired(fault) => {
                let nodes = &self.blueprint.faults[fault.index()].nodes;
                self.list_anew(now, Some(nodes), calendar);
            }
            Change::Starts(id) => self.begin_start(now, id, calendar),
            Change::Listens(id) => {
                self.catch_up(now, self.node_of(id), calendar);
                self.probe.container_answers(now, id, self.node_of(id), true);
            }
            Change::IsUnchecked(id) => self.turn_at(now, id, calendar),
            Change::IsRegistered(id) => self.note_registered(now, id, calendar),
            Change::Leaves(id) => self.withdraw(now, id, calendar),
            Change::Ends(id, end) => self.clear_container(now, id, end, calendar),
            Change::HasEnded(id, end) => self.note_end(now, id, end, calendar),
            Change::IsSettled => self.look_at_steps(now, calendar),
            Change::Hangs(id, _) => self.hold_up(now, id, calendar),
            Change::GoesOn(id) => self.note_goes_on(now, id, calendar),
            Change::Pulls(node, image) => self.begin_pull(now, node, image, calendar),
            Change::Decided(fact) => self.note_decision(now, fact, calendar),
        }
    }
}

impl<P: Probe> World<'_, P> {
    /// Reports the leader at the beginning.
    pub(crate) fn open_control(&mut self) {
        let leader = self.upkeep.control().and_then(Control::leader);
        if let Some(leader) = leader {
            self.probe.control(Time::ZERO, Fact::Leads(leader));
        }
    }

    /// Hides containers that begin later from all observers.
    pub(crate) fn hide_late_containers(&mut self) {
        for (place, container) in self.blueprint.containers.iter().enumerate() {
            if container.spare || container.begins.is_some() {
                for observer in self.observers() {
                    let id = ContainerId::from(place);
                    self.registry.views().remove(observer, container.service, id);
                }
            }
        }
    }

    /// The process of `id` has started: it uses CPU.
    fn begin_start(&mut self, now: Time, id: ContainerId, calendar: &mut Calendar<Event>) {
        // Requests may come before it listens.
        self.upkeep.reach_mut().note_trouble();
        self.note_life(id);
        let service = self.blueprint.service_of(id);
        let incarnation = self.upkeep.life(id).incarnation;
        let demand = self.upkeep.draws().startup(&service.startup, id, incarnation);
        let key = self.life_key(id, incarnation);
        let job = self.frames.open_work(FrameKind::Startup, key, id);
        self.note_work(id, demand);
        self.containers[id].is_cold(service.cold);
        self.start_job(now, job, id, demand, calendar);
        if self.counts_as_running_at_once(id) {
            self.tell_control(now, Told::Runs(id), calendar);
        }
        if self.is_known_at_once(id) {
            self.announce(now, id, calendar);
        }
    }

    pub(crate) fn started(&mut self, now: Time, id: ContainerId, calendar: &mut Calendar<Event>) {
        match self.bad_image(id) {
            Some(Bad::Exits) => self.end_container(now, id, End::Loud, calendar),
            Some(Bad::Hangs) => {}
            None => self.look_for_needs(now, id, calendar),
        }
    }

    /// Whether `id` counts as running as soon as its process has started: its health is not checked, or no
    /// orchestrator waits for that.
    fn counts_as_running_at_once(&self, id: ContainerId) -> bool {
        self.blueprint.service_of(id).health.is_none() || !self.blueprint.is_replaced()
    }

    /// Whether the address of `id` is known as soon as its process has started: a task of Swarm without a health
    /// check (moby, executor/container/controller.go). Until it listens it refuses connections.
    fn is_known_at_once(&self, id: ContainerId) -> bool {
        self.blueprint.service_of(id).health.is_none() && self.blueprint.is_replaced()
    }

    /// Whether callers are to find `id`: it is registered, or its address is known from its start.
    pub(crate) fn is_to_be_known(&self, id: ContainerId) -> bool {
        match self.upkeep.life(id).phase {
            Phase::Registered => true,
            Phase::Starting | Phase::Ready => self.is_known_at_once(id),
            Phase::Draining | Phase::Stopping | Phase::Dead => false,
        }
    }

    fn note_registered(&mut self, now: Time, id: ContainerId, calendar: &mut Calendar<Event>) {
        if !self.is_known_at_once(id) {
            self.announce(now, id, calendar);
        }
        if !self.counts_as_running_at_once(id) {
            self.tell_control(now, Told::Runs(id), calendar);
        }
        self.look_at_rollouts(now);
        self.look_at_steps(now, calendar);
    }

    /// `id` is about to end: its requests and work end, too.
    fn clear_container(
        &mut self,
        now: Time,
        id: ContainerId,
        end: End,
        calendar: &mut Calendar<Event>,
    ) {
        // Requests on their way to it find no process from now on.
        self.upkeep.reach_mut().note_trouble();
        self.catch_up(now, self.node_of(id), calendar);
        let hangs = self.upkeep.life(id).hangs;
        if hangs {
            self.drop_kept_back(now, id, end, calendar);
        }
        self.empty_container(now, id, end, calendar);
        if hangs {
            self.note_process_hangs(now, id, false, calendar);
        }
        self.release_memory(now, id, end == End::Quiet);
        self.probe.container_answers(now, id, self.node_of(id), false);
    }

    /// `id` has ended: it loses its address where another container takes its place, and its daemon, if that still
    /// runs, withdraws it.
    fn note_end(&mut self, now: Time, id: ContainerId, end: End, calendar: &mut Calendar<Event>) {
        let is_replaced = end != End::LostWorker
            && (self.is_restarted(id) || self.blueprint.replaces_containers());
        let life = self.upkeep.life_mut(id);
        if is_replaced {
            life.address = life.incarnation;
        }
        if end == End::Quiet {
            life.quiet_before = life.incarnation;
        }
        self.note_life(id);
        if !matches!(end, End::Quiet | End::LostWorker) {
            self.withdraw(now, id, calendar);
        }
    }

    /// Proxies, and nodes that hear managers, learn a decision.
    fn note_decision(&mut self, now: Time, fact: Fact, calendar: &mut Calendar<Event>) {
        self.probe.control(now, fact);
        match fact {
            Fact::Updated(rollout, service, outcome) => {
                self.updated(now, rollout, service, outcome);
            }
            Fact::Down(node, lost) => {
                self.strike_off(now, node, lost, calendar);
                self.leaves_views(now, node, calendar);
            }
            Fact::Leads(_) => self.list_anew(now, None, calendar),
            Fact::Ready(node) => self.enters_views(now, node, calendar),
            Fact::Leaderless
            | Fact::Assigned(_)
            | Fact::Pending(..)
            | Fact::Rejected(_)
            | Fact::Pulls(..)
            | Fact::Starts(_)
            | Fact::Stops(_) => {}
        }
    }
}
