//! Reports measured requests without an answer when a replication is given up, and what they wait for: a
//! listener without them would find errors rarer, and times shorter, than they are.
//!
//! Frames that no measured request waits for any more are left out.

use super::frame::{FrameId, FrameKind, Waits};
use crate::probe::{Probe, Unfinished};
use crate::world::World;
use wssim_kernel::Time;

impl<P: Probe> World<'_, P> {
    /// Reports them. Slow; there are seldom any.
    pub(crate) fn tell_unfinished(&mut self, now: Time) {
        if self.traffic.measured_in_flight() == 0 {
            return;
        }
        let ids: Vec<FrameId> = self.frames.ids().filter(|&id| self.is_awaited(id)).collect();
        let mut requests = 0;
        for id in ids {
            requests += u64::from(self.frames[id].kind.is_root());
            self.tell_open(now, id);
        }
        assert_eq!(
            requests,
            self.traffic.measured_in_flight(),
            "every request in flight is told of"
        );
    }

    /// Whether `id` is a measured request, or something that a measured request waits for.
    fn is_awaited(&self, mut id: FrameId) -> bool {
        if !self.frames[id].measured {
            return false;
        }
        while !self.frames[id].kind.is_root() {
            if !self.is_heard(id) {
                return false;
            }
            id = self.frames[id].parent();
        }
        true
    }

    fn tell_open(&mut self, now: Time, id: FrameId) {
        let frame = &self.frames[id];
        let (kind, waits, arrived, since) = (frame.kind, frame.waits, frame.arrived, frame.since);
        match kind {
            FrameKind::Root { .. } => {
                let source = self.frames[id].source();
                return self.probe.unfinished(Unfinished::Request(source), arrived, now);
            }
            FrameKind::Visit if waits != Waits::Delivery => {
                self.probe.unfinished(Unfinished::Visit(frame.endpoint()), arrived, now);
            }
            _ => {}
        }
        let container = frame.container();
        let outgoing = || &self.blueprint.calls[self.frames[id].outgoing().index()];
        let (what, since) = match waits {
            Waits::Answer => (Unfinished::Query(outgoing().query), since),
            Waits::Worker => (Unfinished::WorkerWait(container), since),
            Waits::Node { .. } if self.containers[container].serves_by_worker() => {
                (Unfinished::WorkerWait(container), arrived)
            }
            Waits::DiskQueue { .. } => (Unfinished::DiskWait(container), since),
            Waits::Connection => match outgoing().pool {
                Some(pool) => (Unfinished::PoolWait(pool), since),
                None => return,
            },
            _ => return,
        };
        self.probe.unfinished(what, since, now);
    }
}
