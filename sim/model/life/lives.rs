//! Turns in the lives of containers, in worlds and histories alike: start, listen, be registered, be told to
//! end, end, restart; and the orchestrator's decisions, which are such turns, and which each of them may cause.

use super::{Awaiting, Change, Control, Driver, End, LOOK, Moment, Phase};
use crate::blueprint::{OnStop, Service};
use crate::ids::{ContainerId, NodeId};
use crate::orchestrator::{Exit, Fact, RestartPolicy, Told};
use wssim_kernel::{Calendar, Time};

/// A driver with containers: every driver.
pub(crate) trait Lives<'a>: Driver<'a> {
    /// Schedules the start of containers that begin later.
    fn await_late_containers(&self, calendar: &mut Calendar<Self::Event>) {
        for (place, container) in self.blueprint().containers.iter().enumerate() {
            if let Some(begins) = container.begins {
                let at = Time::ZERO + self.upkeep().lead() + begins;
                self.turn_at(at, ContainerId::from(place), calendar);
            }
        }
    }

    /// Whether `id` begins later than now.
    fn is_to_come(&self, now: Time, id: ContainerId) -> bool {
        let begins = self.blueprint().containers[id.index()].begins;
        begins.is_some_and(|begins| now < Time::ZERO + self.upkeep().lead() + begins)
    }

    #[inline(never)]
    fn live_on(
        &mut self,
        now: Time,
        id: ContainerId,
        turn: u32,
        calendar: &mut Calendar<Self::Event>,
    ) {
        let life = self.life(id);
        if life.turn != turn {
            return;
        }
        match life.phase {
            Phase::Dead => {
                let up = self.reach().is_up(self.blueprint().node_of(id));
                if up {
                    self.start_container(now, id, calendar);
                }
                // Otherwise it starts when the node is back.
                self.tell_control(now, Told::Begins(id, up), calendar);
            }
            // A process that hangs answers no check and does not look for its services.
            Phase::Starting | Phase::Ready if life.hangs => {}
            Phase::Starting => self.look_for_needs(now, id, calendar),
            Phase::Ready => self.register(now, id, calendar),
            Phase::Draining => self.stop(now, id, calendar),
            Phase::Stopping => self.end_when_empty(now, id, calendar),
            Phase::Registered => {
                unreachable!("nothing is due in the life of a container that {:?}", life.phase)
            }
        }
    }

    /// Begins a new life of `id`, with the CPU time of its start.
    fn start_container(
        &mut self,
        now: Time,
        id: ContainerId,
        calendar: &mut Calendar<Self::Event>,
    ) {
        debug_assert_eq!(self.life(id).phase, Phase::Dead, "what has not ended is not started");
        self.enter(now, id, Phase::Starting);
        self.life_mut(id).started = now;
        let health = self.blueprint().service_of(id).health.as_ref();
        if let Some(given_up) = self.upkeep_mut().pulses[id.index()].starts(now, health) {
            self.schedule(given_up, Moment::Unhealthy(id), calendar);
        }
        self.changes(now, Change::Starts(id), calendar);
    }

    /// `id`, whose start-up CPU time is over, listens if all its services are there, and waits otherwise.
    fn look_for_needs(&mut self, now: Time, id: ContainerId, calendar: &mut Calendar<Self::Event>) {
        if self.finds_needs(now, id) {
            return self.listen(now, id, calendar);
        }
        let turn = self.life(id).turn;
        self.upkeep_mut().waiting.missed(now, id, turn);
    }

    /// `id` has started and finds its services: it listens, and waits for its first good health check.
    /// A container that was found unhealthy before is about to end and does not.
    fn listen(&mut self, now: Time, id: ContainerId, calendar: &mut Calendar<Self::Event>) {
        if self.upkeep().pulses[id.index()].is_unhealthy {
            return;
        }
        self.tell_control(now, Told::Serves(id), calendar);
        self.changes(now, Change::Listens(id), calendar);
        self.enter(now, id, Phase::Ready);
        match &self.blueprint().service_of(id).health {
            None => self.changes(now, Change::IsUnchecked(id), calendar),
            Some(health) => {
                let started = self.life(id).started;
                let checked = self.upkeep_mut().pulses[id.index()].listens(now, started, health);
                self.turn_at(checked, id, calendar);
            }
        }
        self.wear(now, id, calendar);
        self.wake_waiting(now, calendar);
    }

    /// A check finds `id` healthy: it is registered.
    fn register(&mut self, now: Time, id: ContainerId, calendar: &mut Calendar<Self::Event>) {
        self.enter(now, id, Phase::Registered);
        self.changes(now, Change::IsRegistered(id), calendar);
    }

    /// `id` is no longer wanted: it is told to end, after it has left all views if it `leaves`.
    fn stop_unwanted(
        &mut self,
        now: Time,
        id: ContainerId,
        leaves: bool,
        calendar: &mut Calendar<Self::Event>,
    ) {
        match self.life(id).phase {
            Phase::Registered if leaves => self.withdraw_and_stop(now, id, calendar),
            Phase::Registered => self.stop(now, id, calendar),
            Phase::Ready | Phase::Starting => self.end_container(now, id, End::Loud, calendar),
            Phase::Dead => self.life_mut(id).stays_dead(),
            Phase::Draining | Phase::Stopping => {}
        }
    }

    /// Ends `id` in good order: first it leaves all views.
    fn drain(&mut self, now: Time, id: ContainerId, calendar: &mut Calendar<Self::Event>) {
        if self.life(id).phase == Phase::Registered {
            self.withdraw_and_stop(now, id, calendar);
        }
    }

    /// `id` leaves all views, and is told to end after that.
    fn withdraw_and_stop(
        &mut self,
        now: Time,
        id: ContainerId,
        calendar: &mut Calendar<Self::Event>,
    ) {
        self.enter(now, id, Phase::Draining);
        self.changes(now, Change::Leaves(id), calendar);
        self.turn_at(now + self.blueprint().leaving(), id, calendar);
    }

    fn stop(&mut self, now: Time, id: ContainerId, calendar: &mut Calendar<Self::Event>) {
        let Service { stop_grace, on_stop, .. } = *self.blueprint().service_of(id);
        let life = self.life(id);
        let over = now + stop_grace;
        match on_stop {
            OnStop::Drain => {
                self.is_told_to_end(now, id, Phase::Stopping, over);
                self.end_when_empty(now, id, calendar);
            }
            OnStop::Exit if life.hangs => {
                self.is_told_to_end(now, id, Phase::Stopping, over);
                self.turn_at(over, id, calendar);
            }
            OnStop::Exit => self.end_in_time(now, id, calendar),
            // It answers on until it is killed.
            OnStop::Ignore if life.started == now => {
                self.end_container(now, id, End::Loud, calendar);
            }
            OnStop::Ignore => {
                self.is_told_to_end(now, id, Phase::Draining, over);
                self.turn_at(over, id, calendar);
            }
        }
    }

    /// Notes that `id` is told to end and has time until `over`.
    fn is_told_to_end(&mut self, now: Time, id: ContainerId, phase: Phase, over: Time) {
        self.enter(now, id, phase);
        self.life_mut(id).started = over;
    }

    /// Ends `id` when it is empty, or at once if it leaves its requests, or when its grace is over; checks every
    /// [`LOOK`]. A process that hangs does not receive the order to end.
    fn end_when_empty(&mut self, now: Time, id: ContainerId, calendar: &mut Calendar<Self::Event>) {
        let life = self.life(id);
        let (over, hangs) = (life.started, life.hangs);
        let leaves = self.blueprint().service_of(id).on_stop == OnStop::Exit;
        if !hangs && (leaves || self.is_empty(id)) {
            return self.end_in_time(now, id, calendar);
        }
        if now >= over {
            return self.end_container(now, id, End::Loud, calendar);
        }
        // For a process that hangs only the end of its grace counts, and the time at which it goes on.
        let next = if hangs { over } else { (now + LOOK).min(over) };
        self.turn_at(next, id, calendar);
    }

    /// Ends `id` as it was told to. A container that was found unhealthy has failed all the same.
    fn end_in_time(&mut self, now: Time, id: ContainerId, calendar: &mut Calendar<Self::Event>) {
        let has_failed = self.upkeep().pulses[id.index()].is_unhealthy;
        self.end_container(now, id, if has_failed { End::Loud } else { End::Done }, calendar);
    }

    /// Ends `id`. Its work is lost.
    fn end_container(
        &mut self,
        now: Time,
        id: ContainerId,
        end: End,
        calendar: &mut Calendar<Self::Event>,
    ) {
        if self.life(id).phase == Phase::Dead {
            if end == End::Quiet && !self.is_to_come(now, id) {
                // It had a pending start; the node's return brings another.
                self.life_mut(id).give_up_start();
            }
            return;
        }
        self.changes(now, Change::Ends(id, end), calendar);
        self.enter(now, id, Phase::Dead);
        let life = self.life_mut(id);
        life.incarnation += 1;
        life.hangs = false;
        self.changes(now, Change::HasEnded(id, end), calendar);
        match end {
            End::Quiet => self.tell_control(now, Told::Ended(id, end.exit()), calendar),
            End::LostWorker => self.start_container(now, id, calendar),
            End::Loud | End::Done | End::Killed => {
                self.restart_later(now, id, end.exit(), calendar);
            }
        }
        self.changes(now, Change::IsSettled, calendar);
    }

    /// Starts `id` by hand, if it does not run and its restart policy never restarts it.
    fn start_anew(&mut self, now: Time, id: ContainerId, calendar: &mut Calendar<Self::Event>) {
        let is_dead = self.life(id).phase == Phase::Dead;
        let is_wanted = !self.is_held_back(id);
        if is_dead && is_wanted && self.blueprint().service_of(id).restart.is_never() {
            self.turn_at(now, id, calendar);
        }
    }

    /// A container has started: schedules the fault that wears out its lives.
    fn wear(&mut self, now: Time, who: ContainerId, calendar: &mut Calendar<Self::Event>) {
        if let Some((id, at)) = self.upkeep_mut().clocks_mut().wear(now, who) {
            self.schedule(at, Moment::Strike(id), calendar);
        }
    }

    fn control(&mut self) -> Option<&mut Control<'a>> {
        self.upkeep_mut().control.as_deref_mut()
    }

    /// Gives the orchestrator an input, if the cluster has one, and carries out its decisions.
    fn tell_control(&mut self, now: Time, told: Told<'_>, calendar: &mut Calendar<Self::Event>) {
        if let Some(control) = self.control() {
            control.told(now, told);
            self.act_as_told(now, calendar);
        }
    }

    /// The same with which node hears which.
    fn tell_reach(&mut self, now: Time, calendar: &mut Calendar<Self::Event>) {
        let Some(control) = self.control() else { return };
        let mut joined = control.take_joined();
        self.reach().pairs(now, &mut joined);
        if let Some(control) = self.control() {
            control.hears(now, joined);
            self.act_as_told(now, calendar);
        }
    }

    /// Wakes the orchestrator at the time of its alarm.
    #[inline(never)]
    fn wake_control(&mut self, now: Time, calendar: &mut Calendar<Self::Event>) {
        if let Some(control) = self.control() {
            control.wake(now);
            self.act_as_told(now, calendar);
        }
    }

    /// Carries out its decisions, and schedules the time at which it wants to be woken.
    fn act_as_told(&mut self, now: Time, calendar: &mut Calendar<Self::Event>) {
        while let Some(fact) = self.control().and_then(Control::next_fact) {
            self.changes(now, Change::Decided(fact), calendar);
            self.act(now, fact, calendar);
        }
        if let Some(due) = self.control().and_then(|control| control.wakes(now)) {
            self.schedule(due, Moment::Control, calendar);
        }
    }

    fn act(&mut self, now: Time, fact: Fact, calendar: &mut Calendar<Self::Event>) {
        match fact {
            Fact::Pulls(node, image) => {
                if self.upkeep_mut().pulls_mut().ask(node, image) {
                    self.changes(now, Change::Pulls(node, image), calendar);
                }
            }
            // A node that is down starts it when it is back.
            Fact::Starts(id) if !self.reach().is_up(self.blueprint().node_of(id)) => {}
            Fact::Starts(id) => self.start_container(now, id, calendar),
            Fact::Stops(id) => {
                self.stop_unwanted(now, id, self.blueprint().is_replaced(), calendar);
            }
            Fact::Leads(_)
            | Fact::Leaderless
            | Fact::Ready(_)
            | Fact::Assigned(_)
            | Fact::Pending(..)
            | Fact::Rejected(_)
            | Fact::Down(..)
            | Fact::Updated(..) => {}
        }
    }

    /// `node` has pulled an image: it begins the next pull.
    fn has_pulled(
        &mut self,
        now: Time,
        node: NodeId,
        image: usize,
        calendar: &mut Calendar<Self::Event>,
    ) {
        if let Some(next) = self.upkeep_mut().pulls_mut().done(node) {
            self.changes(now, Change::Pulls(node, next), calendar);
        }
        self.tell_control(now, Told::Pulled(node, image), calendar);
    }

    /// Whether an orchestrator decides when `id`, which has ended, is restarted; otherwise its node does.
    fn is_restarted(&mut self, id: ContainerId) -> bool {
        self.control().is_some_and(|control| control.restarts(id))
    }

    /// Schedules the restart of `id`, which has ended, by the restart policy of its service, unless an orchestrator
    /// decides on it.
    fn restart_later(
        &mut self,
        now: Time,
        id: ContainerId,
        exit: Exit,
        calendar: &mut Calendar<Self::Event>,
    ) {
        if self.is_restarted(id) {
            return self.tell_control(now, Told::Ended(id, exit), calendar);
        }
        self.tell_control(now, Told::Ended(id, exit), calendar);
        let policy = if self.is_held_back(id) {
            RestartPolicy::NEVER
        } else {
            self.blueprint().service_of(id).restart
        };
        match self.upkeep_mut().restarts[id.index()].next(now, exit, &policy) {
            Some(start) => self.turn_at(start, id, calendar),
            None if policy.restarts_after(exit) => {
                self.tell_control(now, Told::GivesUp(id), calendar);
            }
            None => {}
        }
    }
}

impl<'a, D: Driver<'a>> Lives<'a> for D {}
