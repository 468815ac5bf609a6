//! What worlds and histories have in common: an orchestrator that is told what happens, and does what it
//! says, or restart delays where there is none.

use super::{Control, Phase, Pulse};
use crate::blueprint::{Comes, Fault};
use crate::ids::ContainerId;
use crate::orchestrator::{Exit, Fact, RestartPolicy, Restarts, Told};
use wssim_kernel::{Calendar, Nanos, Time};

/// Whoever may have an orchestrator.
pub(crate) trait Led<'a> {
    /// What can happen there.
    type Event: wssim_kernel::Event;
    /// The orchestrator wants to be woken.
    const WAKE: Self::Event;

    /// The orchestrator, if there is one.
    fn control(&mut self) -> Option<&mut Control<'a>>;

    /// Does what the orchestrator has decided.
    fn act(&mut self, now: Time, fact: Fact, calendar: &mut Calendar<Self::Event>);

    /// From leaving all views until a container is told to end.
    fn leaving(&self) -> Nanos;

    /// When a container in place of `id` is started.
    fn restart_policy(&self, id: ContainerId) -> RestartPolicy;

    /// Those of `id`, where no orchestrator counts them.
    fn restarts(&mut self, id: ContainerId) -> &mut Restarts;

    /// What checks of `id` find.
    fn pulse(&mut self, id: ContainerId) -> &mut Pulse;

    /// Where `id` is in its life.
    fn phase(&self, id: ContainerId) -> Phase;

    /// Checks of `id` may have failed often enough.
    fn unhealthy(id: ContainerId) -> Self::Event;

    /// `id` leaves all views, and is told to end afterwards.
    fn stop_unhealthy(&mut self, now: Time, id: ContainerId, calendar: &mut Calendar<Self::Event>);

    /// `id`, which starts, ends.
    fn end_start(&mut self, now: Time, id: ContainerId, calendar: &mut Calendar<Self::Event>);

    /// Puts the next turn in the life of `id` on the calendar.
    fn turn_at(&self, at: Time, id: ContainerId, calendar: &mut Calendar<Self::Event>);

    /// Tells the orchestrator, if there is one, and does what it says.
    fn tell_control(&mut self, now: Time, told: Told<'_>, calendar: &mut Calendar<Self::Event>) {
        if let Some(control) = self.control() {
            control.told(now, told);
            self.act_as_told(now, calendar);
        }
    }

    /// It is as late as the orchestrator asked for.
    #[inline(never)]
    fn wake_control(&mut self, now: Time, calendar: &mut Calendar<Self::Event>) {
        if let Some(control) = self.control() {
            control.wake(now);
            self.act_as_told(now, calendar);
        }
    }

    /// Does what has been decided, and notes when the orchestrator wants to be woken.
    fn act_as_told(&mut self, now: Time, calendar: &mut Calendar<Self::Event>) {
        while let Some(fact) = self.control().and_then(Control::next_fact) {
            self.act(now, fact, calendar);
        }
        if let Some(due) = self.control().and_then(|control| control.wakes(now)) {
            calendar.schedule(due, Self::WAKE);
        }
    }

    /// Where the containers are now that `fault` strikes. What a life brings ends that life, wherever it is.
    fn struck_now(&mut self, fault: &Fault) -> Vec<ContainerId> {
        let is_own = matches!(fault.comes, Comes::EachLife(_));
        let control = self.control().filter(|_| !is_own);
        let place = |first: &ContainerId| match &control {
            Some(control) => control.replica_at(*first),
            None => Some(*first),
        };
        fault.containers.iter().filter_map(place).collect()
    }

    /// `id` is found unhealthy, unless something has come between; or it started, was found unhealthy, and
    /// the pause before its end is over.
    #[inline(never)]
    fn is_unhealthy(&mut self, now: Time, id: ContainerId, calendar: &mut Calendar<Self::Event>) {
        let known = self.pulse(id).is_unhealthy;
        if !self.pulse(id).fails(now) {
            return;
        }
        match self.phase(id) {
            Phase::Registered | Phase::Ready => self.stop_unhealthy(now, id, calendar),
            Phase::Starting if known => self.end_start(now, id, calendar),
            Phase::Starting => {
                let end = now + self.leaving();
                self.pulse(id).is_to_end(end);
                calendar.schedule(end, Self::unhealthy(id));
            }
            Phase::Draining | Phase::Stopping | Phase::Dead => {}
        }
    }

    /// Whether an orchestrator decides when `id`, which has ended, starts again; otherwise its node does.
    fn is_restarted(&mut self, id: ContainerId) -> bool {
        self.control().is_some_and(|control| control.restarts(id))
    }

    /// Starts `id`, which has ended, when the restart policy of its service says, unless an orchestrator
    /// decides what becomes of it.
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
        let policy = self.restart_policy(id);
        match self.restarts(id).next(now, exit, &policy) {
            Some(start) => self.turn_at(start, id, calendar),
            None if policy.restarts_after(exit) => {
                self.tell_control(now, Told::GivesUp(id), calendar);
            }
            None => {}
        }
    }
}
