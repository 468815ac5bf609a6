//! When faults strike and are repaired, in worlds and histories alike.

use crate::blueprint::{Comes, Fault};
use crate::ids::{ContainerId, FaultId};
use crate::life::{Driver, Led, Moment};
use wssim_kernel::{Calendar, Time};

/// Whoever faults strike: every driver.
pub(crate) trait Struck<'a>: Led<'a> {
    /// Puts the first strike of every fault on the calendar.
    fn start_faults(&mut self, calendar: &mut Calendar<Self::Event>) {
        for (place, fault) in self.blueprint().faults.iter().enumerate() {
            let id = FaultId::from(place);
            let all_run = fault.containers.iter().all(|who| self.life(*who).listens());
            if let Some(at) = self.upkeep_mut().clocks.first(id, all_run) {
                self.schedule(at, Moment::Strike(id), calendar);
            }
        }
    }

    /// A container has started: what its lives bring is due after so long.
    fn wear(&mut self, now: Time, who: ContainerId, calendar: &mut Calendar<Self::Event>) {
        if let Some((id, at)) = self.upkeep_mut().clocks.wear(now, who) {
            self.schedule(at, Moment::Strike(id), calendar);
        }
    }

    /// Whether `id`, which is due, really strikes now.
    fn really_strikes(&self, now: Time, id: FaultId) -> bool {
        self.upkeep().clocks.is_due(now, id, |who| self.life(who).listens())
    }

    /// `id` has struck, until `until`: puts what comes of it on the calendar.
    fn struck(
        &mut self,
        now: Time,
        id: FaultId,
        until: Time,
        calendar: &mut Calendar<Self::Event>,
    ) {
        if !self.upkeep_mut().clocks.strikes(id) {
            return self.over(now, id, calendar);
        }
        if until < Time::NEVER {
            self.schedule(until, Moment::Repair(id), calendar);
        }
    }

    /// `id` is over: where it comes again, it is due then.
    fn over(&mut self, now: Time, id: FaultId, calendar: &mut Calendar<Self::Event>) {
        if let Some(at) = self.upkeep_mut().clocks.over(now, id) {
            self.schedule(at, Moment::Strike(id), calendar);
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
}

impl<'a, D: Driver<'a>> Struck<'a> for D {}
