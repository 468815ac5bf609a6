//! A process that hangs in a world: its CPU steps stand still, and requests that reach it wait.

use super::{End, Phase};
use crate::event::Event;
use crate::ids::ContainerId;
use crate::probe::{Failure, Probe};
use crate::request::frame::{Frame, Waits};
use crate::world::World;
use wssim_kernel::{Calendar, Time};

impl<P: Probe> World<'_, P> {
    /// The process of `id` is about to hang: its CPU steps stand still, and checks of proxies time out.
    pub(super) fn hold_up(&mut self, now: Time, id: ContainerId, calendar: &mut Calendar<Event>) {
        self.note_process_hangs(now, id, true, calendar);
        for observer in self.observers() {
            self.proxy_will_miss(now, observer, id, calendar);
        }
    }

    pub(super) fn note_goes_on(
        &mut self,
        now: Time,
        id: ContainerId,
        calendar: &mut Calendar<Event>,
    ) {
        self.note_process_hangs(now, id, false, calendar);
        if self.upkeep.life(id).phase == Phase::Registered {
            self.announce_to_proxies(now, id, calendar);
        }
    }

    /// The process of `id`, which hangs, ends: requests that wait there are reset, or lost with their node. A
    /// request with an event on the calendar is removed by that event.
    pub(super) fn drop_kept_back(
        &mut self,
        now: Time,
        id: ContainerId,
        end: End,
        calendar: &mut Calendar<Event>,
    ) {
        let is_quiet = end == End::Quiet;
        let mut held = self.frames.buffer();
        let is_held = |frame: &Frame| {
            frame.place() == Some(id) && matches!(frame.waits(), Waits::Node { .. })
        };
        held.extend(self.frames.ids().filter(|&frame| is_held(&self.frames[frame])));
        for &frame in &held {
            let is_due = matches!(self.frames[frame].waits(), Waits::Node { is_due: true, .. });
            match (is_due, is_quiet) {
                (false, _) => self.give_held_up(now, frame, is_quiet, calendar),
                (true, false) => self.reset_caller(now, frame, Failure::Reset, calendar),
                (true, true) => {}
            }
        }
        self.frames.give_buffer_back(held);
    }
}
