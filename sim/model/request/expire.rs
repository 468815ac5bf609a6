//! Time-outs of waits: they are set, and expire unless the wait is over.

use super::frame::FrameId;
use crate::event::Event;
use crate::ids::TimeoutId;
use crate::probe::{Failure, Probe};
use crate::world::World;
use wssim_kernel::{Calendar, Time};

impl<P: Probe> World<'_, P> {
    /// Sets a time-out of class `class` on the present wait of `frame`.
    #[inline]
    pub(crate) fn set_timeout(
        &mut self,
        now: Time,
        class: TimeoutId,
        frame: FrameId,
        calendar: &mut Calendar<Event>,
    ) {
        let epoch = self.frames[frame].epoch;
        if let Some(at) = self.requests.timeouts[class.index()].set(now, frame, epoch) {
            calendar.schedule(at, Event::TimeoutHead(class));
        }
    }

    #[inline(never)]
    pub(crate) fn timeout_head(
        &mut self,
        now: Time,
        class: TimeoutId,
        calendar: &mut Calendar<Event>,
    ) {
        while let Some(frame) = self.requests.timeouts[class.index()].take_due(now, &self.frames) {
            self.give_up(now, frame, Failure::Timeout, calendar);
        }
        if let Some(at) = self.requests.timeouts[class.index()].next_look() {
            calendar.schedule(at, Event::TimeoutHead(class));
        }
    }
}
