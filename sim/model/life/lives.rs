//! Turns in the lives of containers, in worlds and histories alike: start, listen, be registered, be told to
//! end, end, restart.

use super::{Awaiting, Change, Driver, End, LOOK, Led, Moment, Phase};
use crate::blueprint::{OnStop, Service};
use crate::fault::FaultDriver;
use crate::ids::ContainerId;
use crate::orchestrator::Told;
use wssim_kernel::{Calendar, Time};

/// A driver with containers: every driver.
pub(crate) trait Lives<'a>: Driver<'a> {
    /// Schedules the start of containers that begin later.
    fn await_late_containers(&self, calendar: &mut Calendar<Self::Event>) {
        for (place, container) in self.blueprint().containers.iter().enumerate() {
            if let Some(begins) = container.begins {
                let at = Time::ZERO + self.upkeep().lead + begins;
                self.turn_at(at, ContainerId::from(place), calendar);
            }
        }
    }

    /// Whether `id` begins later than now.
    fn is_to_come(&self, now: Time, id: ContainerId) -> bool {
        let begins = self.blueprint().containers[id.index()].begins;
        begins.is_some_and(|begins| now < Time::ZERO + self.upkeep().lead + begins)
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
}

impl<'a, D: Driver<'a>> Lives<'a> for D {}
