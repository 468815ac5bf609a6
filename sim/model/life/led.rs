//! Inputs to the orchestrator and the execution of its decisions; without one, restarts after their delays.

use super::{Change, Control, Driver, Lives, Moment};
use crate::ids::{ContainerId, NodeId};
use crate::orchestrator::{Exit, Fact, RestartPolicy, Told};
use wssim_kernel::{Calendar, Time};

/// A driver that may have an orchestrator: every driver.
pub(crate) trait Led<'a>: Driver<'a> {
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
                if self.upkeep_mut().pulls.ask(node, image) {
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
        if let Some(next) = self.upkeep_mut().pulls.done(node) {
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

impl<'a, D: Driver<'a>> Led<'a> for D {}
