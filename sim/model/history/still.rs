//! Starts that take longer because their nodes or processes hang.

use super::event::Event;
use super::{History, Witness};
use crate::ids::ContainerId;
use crate::life::{Awaiting, Driver, Phase};
use wssim_kernel::{Calendar, Time};

impl<W: Witness> History<'_, W> {
    /// `id` stands still until `until`, by its node or its process: a start there goes on after that.
    pub(super) fn stands_still(
        &mut self,
        now: Time,
        id: ContainerId,
        until: Time,
        calendar: &mut Calendar<Event>,
    ) {
        let before = self.still_until(now, id);
        let computes = self.upkeep.life(id).phase == Phase::Starting && !self.is_waiting(id);
        if !computes || until <= before {
            return;
        }
        self.upkeep.life_mut(id).give_up_start();
        if until < Time::NEVER {
            self.ready_at[id.index()] = self.ready_at[id.index()] + until.since(before);
            self.turn_at(self.ready_at[id.index()], id, calendar);
        }
    }

    /// Until when `id` already stands still, by its node or its process; `now` if it does not.
    fn still_until(&self, now: Time, id: ContainerId) -> Time {
        let of_process = self.upkeep.hangs_until(now, id).unwrap_or(now);
        of_process.max(self.upkeep.reach().hung_until(self.node_of(id)))
    }
}
