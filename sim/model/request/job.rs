//! Frames at work: a CPU step starts, is done, or is evicted; a frame goes on after the present event, or must wait for
//! its node.

use super::frame::{FrameId, FrameKind, Waits};
use crate::event::Event;
use crate::ids::ContainerId;
use crate::probe::Probe;
use crate::world::World;
use wssim_kernel::{Calendar, Time};

impl<P: Probe> World<'_, P> {
    /// Gives `frame` a CPU step of `demand` nanoseconds of the reference CPU.
    #[inline(always)]
    pub(crate) fn start_job(
        &mut self,
        now: Time,
        frame: FrameId,
        container: ContainerId,
        demand: f64,
        calendar: &mut Calendar<Event>,
    ) {
        let (node, local) = self.containers[container].place();
        self.frames[frame].since = now;
        self.admit(now, frame, node, local, demand, calendar);
    }

    /// Evicts the CPU step of `id` from the processor.
    pub(crate) fn evict(&mut self, now: Time, id: FrameId, calendar: &mut Calendar<Event>) {
        let frame = &self.frames[id];
        let container = &mut self.containers[frame.container()];
        container.note_computed(now, frame.since, frame.kind.is_of_no_request());
        let place = container.place();
        self.evict_job(now, id, place, calendar);
    }

    /// The CPU step of `id` is over. Returns whether it is a request, which goes on with its program.
    #[inline(always)]
    pub(crate) fn job_done(
        &mut self,
        now: Time,
        id: FrameId,
        calendar: &mut Calendar<Event>,
    ) -> bool {
        if self.frames[id].kind.is_of_no_request() {
            self.job_of_no_request_done(now, id, calendar);
            return false;
        }
        self.step_computed(now, id);
        true
    }

    #[inline(never)]
    fn job_of_no_request_done(&mut self, now: Time, id: FrameId, calendar: &mut Calendar<Event>) {
        let frame = &self.frames[id];
        let (kind, since, container) = (frame.kind, frame.since, frame.container());
        if matches!(kind, FrameKind::Chore(_)) {
            return self.chore_computed(now, id, calendar);
        }
        self.containers[container].note_computed(now, since, true);
        self.frames.remove(id);
        if kind == FrameKind::Startup {
            self.started(now, container, calendar);
        }
    }

    /// Continues the frames that have just got a worker or given up a look-up, and fails those marked to fail.
    #[inline(never)]
    pub(crate) fn go_on(&mut self, now: Time, calendar: &mut Calendar<Event>) {
        while let Some(frame) = self.requests.ready.pop_front() {
            match self.frames[frame].waits {
                Waits::Failing(failure) => self.fail_now(now, frame, failure, calendar),
                Waits::Sending => self.send_at_last(now, frame, calendar),
                _ => self.execute(now, frame, calendar),
            }
        }
    }

    /// Until when an event of `frame` must wait because its node stands still.
    #[inline(always)]
    pub(crate) fn waits_for_node(&self, now: Time, frame: FrameId) -> Option<Time> {
        if self.upkeep.reach().ever() { self.waits_for_faulty_node(now, frame) } else { None }
    }

    /// The same where nodes fail.
    #[inline(never)]
    fn waits_for_faulty_node(&self, now: Time, frame: FrameId) -> Option<Time> {
        let container = self.frames[frame].place()?;
        self.is_still(now, container)
    }
}
