//! The arrival of a request at the node of its container: it is let in, held back, or turned away.

use super::frame::{FrameId, Waits};
use super::kind::Anywhere;
use crate::event::Event;
use crate::ids::ContainerId;
use crate::probe::{Failure, Probe};
use crate::world::World;
use wssim_kernel::{Calendar, Time};

impl<P: Probe> World<'_, P> {
    /// A request arrives at the node of its container, if that can be reached.
    #[inline(always)]
    pub(crate) fn arrive_at(&mut self, now: Time, id: FrameId, calendar: &mut Calendar<Event>) {
        if self.upkeep.reach().ever() || self.requests.has_ties() {
            return self.arrive_in_doubt(now, id, calendar);
        }
        self.deliver(now, id, calendar);
    }

    /// The same where nodes fail, or where requests may be late.
    #[inline(never)]
    fn arrive_in_doubt(&mut self, now: Time, id: FrameId, calendar: &mut Calendar<Event>) {
        let (since, came_to) = self.node_goes_on(now, id);
        if self.upkeep.reach().ever() && !self.is_let_in(now, id, (since, came_to), calendar) {
            return;
        }
        if self.requests.has_ties() && self.is_late(now, id) {
            return self.deliver_late(now, id, since, calendar);
        }
        self.deliver_held(now, id, since, calendar);
    }

    /// Since when `id` has been at its node: an earlier instant than now if the node stood still until now; and
    /// the life of its container that it came to.
    fn node_goes_on(&mut self, now: Time, id: FrameId) -> (Time, Option<u32>) {
        let frame = &mut self.frames[id];
        let Waits::Node { life, .. } = frame.waits else { return (now, None) };
        frame.waits = Waits::Delivery;
        self.containers.door(frame.container()).held_back.fall(now);
        (frame.arrived, Some(life.get()))
    }

    /// Whether `id`, at its node since `since`, reaches its container now; otherwise it will later, or never.
    fn is_let_in(
        &mut self,
        now: Time,
        id: FrameId,
        (since, came_to): (Time, Option<u32>),
        calendar: &mut Calendar<Event>,
    ) -> bool {
        let container = self.frames[id].container();
        let life = self.upkeep.life(container);
        let of_node = self.stands_still(now, self.node_of(container));
        if let Some(until) = self.is_still(now, container)
            && of_node != Some(Time::NEVER)
        {
            let frame = &mut self.frames[id];
            frame.arrived = since;
            // Its connection ends with the life that it came to.
            let life = Anywhere::of(life.incarnation);
            frame.waits = Waits::Node { life, is_due: until < Time::NEVER };
            self.containers.door(container).held_back.rise(now);
            if until < Time::NEVER {
                calendar.schedule(until, Event::Deliver(id));
            }
            return false;
        }
        let is_late = since < now && came_to != Some(life.incarnation);
        let is_in = self.gets_through(now, id, calendar)
            && (!is_late || self.resets(now, id, calendar))
            && self.finds_process(now, id, calendar);
        if !is_in {
            self.note_waited(now, container, since);
        }
        is_in
    }

    /// The life that `id` came to is over: turns it away.
    fn resets(&mut self, now: Time, id: FrameId, calendar: &mut Calendar<Event>) -> bool {
        self.turn_away(now, id, Failure::Reset, calendar);
        false
    }

    /// Counts the wait of a request at the node of `container`.
    fn note_waited(&mut self, now: Time, container: ContainerId, since: Time) {
        let station = self.containers[container].station_mut();
        station.depart_from_door(now, since);
    }

    /// The request `id` waits for a process that hangs and will not continue: it is reset, or lost with its node.
    pub(crate) fn give_held_up(
        &mut self,
        now: Time,
        id: FrameId,
        is_lost: bool,
        calendar: &mut Calendar<Event>,
    ) {
        let (since, _) = self.node_goes_on(now, id);
        self.note_waited(now, self.frames[id].container(), since);
        if is_lost {
            self.is_lost(now, id, calendar);
        } else {
            self.turn_away(now, id, Failure::Reset, calendar);
        }
    }

    /// Whether a process listens that can work on `id`; otherwise turns it away.
    fn finds_process(&mut self, now: Time, id: FrameId, calendar: &mut Calendar<Event>) -> bool {
        let container = self.frames[id].container();
        let failure = if !self.upkeep.life(container).listens() {
            Failure::Reset
        } else if self.lacks_data(now, container) {
            Failure::NoData
        } else {
            return true;
        };
        self.turn_away(now, id, failure, calendar);
        false
    }

    /// The request `id` arrives where no process listens, and the kernel resets its connection; or where no
    /// process can work on it.
    #[inline(never)]
    fn turn_away(
        &mut self,
        now: Time,
        id: FrameId,
        failure: Failure,
        calendar: &mut Calendar<Event>,
    ) {
        self.reset_caller(now, id, failure, calendar);
        self.closes(now, id, Some(failure));
        self.frames.remove(id);
    }
}
