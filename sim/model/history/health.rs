//! Processes that hang and containers that are found unhealthy, without traffic: as `life/health.rs`.

use super::event::Event;
use super::{History, Witness};
use crate::ids::ContainerId;
use crate::life::{Awaiting, Driver, Phase};
use wssim_kernel::{Calendar, Time};

impl<W: Witness> History<'_, W> {
    /// The process of `id` hangs until `until`.
    pub(super) fn hang_process(
        &mut self,
        now: Time,
        id: ContainerId,
        until: Time,
        calendar: &mut Calendar<Event>,
    ) {
        let life = self.lives[id.index()];
        if life.phase == Phase::Dead {
            return;
        }
        let before = self.still_until(now, id);
        if life.phase == Phase::Starting && !self.is_waiting(id) && until > before {
            self.delay(id, before, until, calendar);
        }
        let life = &mut self.lives[id.index()];
        life.hangs = true;
        let health = self.blueprint.service_of(id).health.as_ref();
        if let Some(due) = self.upkeep.pulses[id.index()].hangs(now, until, life, health) {
            calendar.schedule(due, Event::Unhealthy(id));
        }
        self.note(now, id);
    }

    /// Until when `id` stands still, by its node or its process; now, if it does not.
    pub(super) fn still_until(&self, now: Time, id: ContainerId) -> Time {
        let of_process = self.upkeep.pulses[id.index()].hangs_until(now).unwrap_or(now);
        of_process.max(self.reach.hung_until(self.node_of(id)))
    }

    /// The process of `id` goes on, unless it hangs for another reason.
    pub(super) fn process_goes_on(
        &mut self,
        now: Time,
        id: ContainerId,
        calendar: &mut Calendar<Event>,
    ) {
        let life = &mut self.lives[id.index()];
        let pulse = &mut self.upkeep.pulses[id.index()];
        if !life.hangs || pulse.hangs_until(now).is_some() {
            return;
        }
        life.hangs = false;
        let phase = life.phase;
        let health = self.blueprint.service_of(id).health.as_ref();
        let healthy = pulse.goes_on(now, life, health);
        self.note(now, id);
        match (phase, healthy) {
            (Phase::Ready, Some(healthy)) => self.turn_at(healthy, id, calendar),
            // It hears now that it is to end, or may have missed a look at what it needs.
            (Phase::Stopping, _) => self.turn_at(now, id, calendar),
            (Phase::Starting, _) if self.is_waiting(id) => self.turn_at(now, id, calendar),
            _ => {}
        }
    }
}
