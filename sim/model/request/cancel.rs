//! Cancellation: a caller that gives up on a call with `cancel = true` tells the callee, which stops.
//!
//! A caller gives up at its time-out, when the parallel step of the call is decided without it, or when it
//! is cancelled itself; a user, when patience ends. The message takes half a round trip and costs no CPU; a
//! request that it overtakes is dropped on arrival. A stopped visit leaves the queue in which it or one of
//! its parts waits, its CPU step is evicted, its workers and connections go to the next in their queues, its
//! own calls are cancelled where they say so, and no answer is sent. Work done by then stays counted in the
//! laws.
//!
//! A part of a parallel step that is no longer needed is not stopped as a whole: its calls that say so are
//! cancelled, present and later ones; otherwise it continues, even if its visit is stopped later, as it no
//! longer belongs to the visit.
//!
//! Closed form: one worker, exponential demands and exponential patience until the *answer* make a
//! birth-death process with death rates μ + nθ.

use super::frame::{FrameId, FrameKind, Waits};
use super::ties::Tie;
use crate::event::Event;
use crate::maybe::Maybe;
use crate::network::Message;
use crate::probe::{Failure, Probe};
use crate::world::World;
use wssim_kernel::{Calendar, Nanos, Time};

/// Draw of a cancelled visit's frame that no step of a program uses.
const DRAW_RTT_CANCEL: u32 = 0xFFFF_FF06;

impl<P: Probe> World<'_, P> {
    /// `id` gives up on the answer for which it waits: tells the callee if the call says so.
    pub(super) fn cancel_outgoing(
        &mut self,
        now: Time,
        id: FrameId,
        calendar: &mut Calendar<Event>,
    ) {
        let frame = &self.frames[id];
        let (callee, epoch) = (frame.next, frame.epoch);
        let says_so = match frame.kind {
            FrameKind::Root { .. } => self.blueprint.sources[frame.source().index()].cancel,
            _ => self.blueprint.calls[frame.outgoing().index()].cancel,
        };
        // A callee that is gone has sent its answer: the message would find no visit.
        let Some(callee) = callee.get().filter(|visit| self.answers(*visit, id, epoch)) else {
            return;
        };
        if !says_so {
            return;
        }
        let frame = &self.frames[callee];
        let (key, to, incoming) = (frame.key, frame.container(), frame.incoming);
        let event = Event::Cancel { visit: callee, of: id, epoch };
        let Some(incoming) = incoming.get() else {
            return calendar.schedule(now + self.half_way_of_user(callee), event);
        };
        let (from, to) = (self.frame_node(id), self.node_of(to));
        let network = &self.blueprint.calls[incoming.index()].network;
        // Its CPU is negligible.
        let payers = [None; 2];
        let message = Message { from, to, network, bytes: 0.0, payers, after: Nanos::ZERO };
        self.transmit(now, message, (key, DRAW_RTT_CANCEL), event, calendar);
    }

    /// Whether `visit` is the one for whose answer `caller` has waited since `epoch`.
    fn answers(&self, visit: FrameId, caller: FrameId, epoch: u32) -> bool {
        let frame = &self.frames[visit];
        frame.parent.is(caller) && frame.parent_epoch == epoch && frame.kind == FrameKind::Visit
    }

    /// A cancellation reaches its callee, or the place where the callee was.
    #[inline(never)]
    pub(crate) fn cancelled(
        &mut self,
        now: Time,
        visit: FrameId,
        of: FrameId,
        epoch: u32,
        calendar: &mut Calendar<Event>,
    ) {
        if self.answers(visit, of, epoch) {
            if self.frames[visit].waits.is_on_its_way() {
                return self.stop_on_arrival(visit);
            }
            // First all parts leave their queues, then they free what they hold: so that no part gets what
            // another frees.
            self.stop_waiting(now, visit, calendar);
            self.dissolve(now, visit, calendar);
        }
    }

    /// `id` and its parts leave their queues. `waits` stays for [`Self::dissolve`].
    fn stop_waiting(&mut self, now: Time, id: FrameId, calendar: &mut Calendar<Event>) {
        match self.frames[id].waits {
            Waits::Worker
            | Waits::Connection
            | Waits::DiskQueue { .. }
            | Waits::PageQueue { .. } => {
                self.leave_queue(now, id);
            }
            Waits::Processor => self.evict(now, id, calendar),
            Waits::Answer => self.cancel_outgoing(now, id, calendar),
            Waits::Branches { .. } => {
                let mut next = self.frames[id].next;
                while let Some(part) = next.get() {
                    self.stop_waiting(now, part, calendar);
                    next = self.requests.ties[part].next;
                }
            }
            // A disk finishes a visit that has begun, though no frame waits for it.
            Waits::Sleep | Waits::Backoff | Waits::Disk | Waits::Pages => {}
            other @ (Waits::Nothing
            | Waits::Delivery
            | Waits::Node { .. }
            | Waits::Sending
            | Waits::Failing(_)) => {
                unreachable!("a message finds no frame that is dealt with: {other:?}")
            }
        }
    }

    /// `id` and its parts free what they hold, and end.
    fn dissolve(&mut self, now: Time, id: FrameId, calendar: &mut Calendar<Event>) {
        if matches!(self.frames[id].waits, Waits::Branches { .. }) {
            let mut next = self.frames[id].next;
            while let Some(part) = next.get() {
                next = self.requests.ties[part].next;
                self.dissolve(now, part, calendar);
            }
        }
        self.closes(now, id, Some(Failure::Abandoned));
        self.report(now, id, Some(Failure::Abandoned));
        self.leave_limits(id);
        self.release_connection(now, id, calendar);
        self.give_back(now, id, calendar);
        if self.frames[id].kind == FrameKind::Visit {
            self.depart(now, id);
        } else if self.frames[id].holds_worker {
            self.free_worker(now, id);
        }
        self.frames.remove(id);
    }

    /// Puts `part` first in the list of parts for which `owner` waits.
    #[inline(never)]
    pub(super) fn tie_part(&mut self, owner: FrameId, part: FrameId) {
        let next = std::mem::replace(&mut self.frames[owner].next, Maybe::some(part));
        let deadline = self.requests.ties[owner].deadline;
        self.requests.ties.tie(part, Tie { next, ..Tie::until(deadline) });
        if let Some(next) = next.get() {
            self.requests.ties[next].previous = Maybe::some(part);
        }
    }

    /// Takes `part`, which is about to end, out of its list.
    #[inline(never)]
    pub(super) fn untie_part(&mut self, part: FrameId) {
        let Tie { next, previous, .. } = self.requests.ties[part];
        if let Some(previous) = previous.get() {
            self.requests.ties[previous].next = next;
        } else if self.is_heard(part) {
            let owner = self.frames[part].parent();
            self.frames[owner].next = next;
        }
        if let Some(next) = next.get() {
            self.requests.ties[next].previous = previous;
        }
    }

    /// The step whose list begins with `first` continues without the parts left: their calls that say so are
    /// cancelled, and those parts fail after the present event.
    #[inline(never)]
    pub(super) fn let_go(
        &mut self,
        now: Time,
        first: Maybe<FrameId>,
        calendar: &mut Calendar<Event>,
    ) {
        let mut next = first;
        while let Some(part) = next.get() {
            let frame = &self.frames[part];
            let waits = frame.waits;
            let says_so = || self.blueprint.calls[frame.outgoing().index()].cancel;
            match waits {
                Waits::Branches { .. } => self.let_go(now, frame.next, calendar),
                Waits::Answer if says_so() => {
                    self.cancel_outgoing(now, part, calendar);
                    self.fail_soon(part, Failure::Abandoned);
                }
                Waits::Connection if says_so() => {
                    self.leave_queue(now, part);
                    self.fail_soon(part, Failure::Abandoned);
                }
                Waits::Backoff if says_so() => self.fail_soon(part, Failure::Abandoned),
                _ => {}
            }
            next = self.requests.ties[part].next;
        }
    }

    /// Ties the entry visit to its user's request.
    #[inline(never)]
    pub(crate) fn tie_entry(&mut self, root: FrameId, visit: FrameId) {
        self.requests.ties.tie(visit, Tie::until(Time::NEVER));
        self.frames[root].next = Maybe::some(visit);
    }
}
