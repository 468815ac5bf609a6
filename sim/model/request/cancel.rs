//! Cancellation: who gives up on a call with `cancel = true` tells the callee, which stops.
//!
//! A caller gives up when its time-out comes, when the parallel step to which the call belongs is
//! decided without it, when it is cancelled itself; a user, when patience ends. The message takes
//! half a round trip, costs no CPU and does not overtake the request (it is a reset of the stream
//! on the same connection). A visit that is stopped leaves the queue in which it or one of its parts
//! waits, its CPU step is taken off the processor, its workers and connections are free for the
//! next, its own calls are cancelled where they say so, and nobody gets an answer. What has been
//! computed by then was computed: the laws count it.
//!
//! A part of a parallel step that is not needed any more is not stopped as a whole: it is cancelled
//! at its calls that say so, those under way and those still to be made, and otherwise goes on, also
//! when its visit is stopped later: it is nobody's any more.
//!
//! Closed form: one worker, exponential demands and exponential patience until the *answer* make a
//! birth-death process with death rates μ + nθ.

use super::frame::{Frame, FrameId, Kind, NO_FRAME, NONE, Waits};
use super::ties::Tie;
use crate::event::Event;
use crate::hardware::processor::Evicted;
use crate::ids::CallId;
use crate::network::Hop;
use crate::probe::{Failure, Probe};
use crate::world::World;
use wssim_kernel::{Calendar, Time};

/// Draw of a cancelled visit's frame that no step of a program shares.
const DRAW_RTT_CANCEL: u32 = 0xFFFF_FF06;

impl<P: Probe> World<'_, P> {
    /// `id` gives up on the answer for which it waits: the callee hears of it where that is said.
    pub(super) fn cancel_outgoing(
        &mut self,
        now: Time,
        id: FrameId,
        calendar: &mut Calendar<Event>,
    ) {
        let frame = &self.frames[id];
        let (callee, epoch) = (frame.next, frame.epoch);
        let says_so = match frame.kind {
            Kind::Root => self.blueprint.sources[frame.source.index()].cancel,
            _ => self.blueprint.calls[frame.outgoing.index()].cancel,
        };
        // Where the callee is gone its answer is on the way: the message would find nobody.
        if !says_so || !self.answers(callee, id, epoch) {
            return;
        }
        let Frame { key, container: to, incoming, arrived, .. } = self.frames[callee];
        let delay = if incoming == CallId(NONE) {
            self.hop_of_cancellation(callee)
        } else {
            let from = self.frames[id].container;
            self.hop(Hop { from, to, callee: to }, 0.0, key, DRAW_RTT_CANCEL)
        };
        let at = arrived.max(now + delay);
        calendar.schedule(at, Event::Cancel { visit: callee, of: id, epoch });
    }

    /// Whether `visit` is the one whose answer `caller` waited for at `epoch`.
    fn answers(&self, visit: FrameId, caller: FrameId, epoch: u32) -> bool {
        if visit == NO_FRAME {
            return false;
        }
        let frame = &self.frames[visit];
        frame.parent == caller && frame.parent_epoch == epoch && frame.kind == Kind::Visit
    }

    /// A cancellation reaches its callee, or the place where that was.
    pub(crate) fn cancelled(
        &mut self,
        now: Time,
        visit: FrameId,
        of: FrameId,
        epoch: u32,
        calendar: &mut Calendar<Event>,
    ) {
        if self.answers(visit, of, epoch) {
            // First all of it leaves where it waits, then it frees what it holds: so nothing that
            // one part frees is handed to another.
            self.stop_waiting(now, visit, calendar);
            self.dissolve(now, visit, calendar);
        }
    }

    /// `id` and its parts wait for nothing any more. `waits` stays for [`Self::dissolve`].
    fn stop_waiting(&mut self, now: Time, id: FrameId, calendar: &mut Calendar<Event>) {
        match self.frames[id].waits {
            Waits::Worker | Waits::Connection | Waits::DiskQueue => self.leave_queue(now, id),
            Waits::Processor => self.evict(now, id, calendar),
            Waits::Answer => self.cancel_outgoing(now, id, calendar),
            Waits::Branches => {
                let mut part = self.frames[id].next;
                while part != NO_FRAME {
                    self.stop_waiting(now, part, calendar);
                    part = self.ties[part].next;
                }
            }
            // What the disk has begun it ends, for nobody.
            Waits::Sleep | Waits::Backoff | Waits::Disk => {}
            other @ (Waits::Nothing | Waits::Delivery | Waits::Failing(_)) => {
                unreachable!("a message finds nobody who is dealt with: {other:?}")
            }
        }
    }

    /// Takes the CPU step of `id` off the processor.
    fn evict(&mut self, now: Time, id: FrameId, calendar: &mut Calendar<Event>) {
        let frame = &self.frames[id];
        let container = &mut self.containers[frame.container.index()];
        container.computed_ns[0] += now.since(frame.since).0;
        let (node, local) = (container.node, container.local);
        let evicted = self.nodes[node.index()].processor.evict(now, id.0, local);
        if let Evicted::Shared(due) = evicted {
            self.schedule_due(node, due, calendar);
        }
    }

    /// `id` and its parts free what they hold, and are gone.
    fn dissolve(&mut self, now: Time, id: FrameId, calendar: &mut Calendar<Event>) {
        if self.frames[id].waits == Waits::Branches {
            let mut part = self.frames[id].next;
            while part != NO_FRAME {
                let next = self.ties[part].next;
                self.dissolve(now, part, calendar);
                part = next;
            }
        }
        self.closes(now, id, Some(Failure::Abandoned));
        self.report(now, id, Some(Failure::Abandoned));
        self.release_connection(now, id, calendar);
        if self.frames[id].kind == Kind::Visit {
            self.depart(now, id);
        } else if self.frames[id].holds_worker {
            self.free_worker(now, id);
        }
        self.frames.remove(id);
    }

    /// Puts `part` first among the parts for which `owner` waits.
    #[inline(never)]
    pub(super) fn tie_part(&mut self, owner: FrameId, part: FrameId) {
        let next = std::mem::replace(&mut self.frames[owner].next, part);
        let deadline = self.ties[owner].deadline;
        self.ties.tie(part, Tie { next, ..Tie::until(deadline) });
        if next != NO_FRAME {
            self.ties[next].previous = part;
        }
    }

    /// Takes `part`, which is about to go, out from among its neighbours.
    #[inline(never)]
    pub(super) fn untie_part(&mut self, part: FrameId) {
        let Tie { next, previous, .. } = self.ties[part];
        if previous != NO_FRAME {
            self.ties[previous].next = next;
        } else if self.is_heard(part) {
            let owner = self.frames[part].parent;
            self.frames[owner].next = next;
        }
        if next != NO_FRAME {
            self.ties[next].previous = previous;
        }
    }

    /// The step of which `part` is the first part left goes on without them: calls that say so are
    /// cancelled, and those parts fail when what happens at present is over.
    #[inline(never)]
    pub(super) fn let_go(&mut self, now: Time, mut part: FrameId, calendar: &mut Calendar<Event>) {
        while part != NO_FRAME {
            let frame = &self.frames[part];
            let waits = frame.waits;
            let says_so = || self.blueprint.calls[frame.outgoing.index()].cancel;
            match waits {
                Waits::Branches => self.let_go(now, frame.next, calendar),
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
            part = self.ties[part].next;
        }
    }
}
