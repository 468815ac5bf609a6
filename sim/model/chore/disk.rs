//! The disk legs of a chore: pieces that are read or written one after the other, each in its disk's queue.

use crate::blueprint::Access;
use crate::event::Event;
use crate::ids::ChoreId;
use crate::ids::NodeId;
use crate::probe::Probe;
use crate::request::frame::{Anywhere, FrameId, FrameKind, Waits};
use crate::world::World;
use wssim_kernel::stream::mix;
use wssim_kernel::{Calendar, Time};

/// Bytes of one piece: about as many as a kernel writes back at once, so that other visits wait for no more.
const PIECE: f64 = 4e6;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Leg {
    Read,
    Write,
}

/// The number under which a frame keeps a chore and its leg.
fn number(id: ChoreId, leg: Leg) -> u32 {
    id.0 << 1 | u32::from(leg == Leg::Write)
}

fn of_number(number: u32) -> (ChoreId, Leg) {
    (ChoreId(number >> 1), if number & 1 == 1 { Leg::Write } else { Leg::Read })
}

impl<P: Probe> World<'_, P> {
    /// Reads or writes the first piece of the chore's leg on `node`.
    pub(super) fn use_disk_for(
        &mut self,
        now: Time,
        id: ChoreId,
        leg: Leg,
        node: NodeId,
        calendar: &mut Calendar<Event>,
    ) {
        let container = self.containers.as_container(node);
        let key = mix(u64::from(id.0), u64::from(leg == Leg::Read) << 1);
        let kind = FrameKind::Chore(Anywhere::of(number(id, leg)));
        let frame = self.frames.open_work(kind, key, container);
        self.use_piece(now, frame, calendar);
    }

    pub(crate) fn piece_done(&mut self, now: Time, frame: FrameId, calendar: &mut Calendar<Event>) {
        let (id, leg) = of_number(self.frames[frame].chore());
        let left = &mut self.chores.0[id.index()].left[leg as usize];
        *left -= PIECE.min(*left);
        self.frames[frame].takes_next_key();
        self.use_piece(now, frame, calendar);
    }

    /// Begins the next piece, if there is one and the chore has not been dropped.
    fn use_piece(&mut self, now: Time, frame: FrameId, calendar: &mut Calendar<Event>) {
        let (id, leg) = of_number(self.frames[frame].chore());
        let chore = &self.chores.0[id.index()];
        let goes_on = chore.left[leg as usize] > 0.0 && chore.then.is_some();
        if goes_on && self.queue_at_disk(now, frame, Waits::of_reads(0), calendar) {
            return;
        }
        self.frames.remove(frame);
        self.chore_leg(now, id, calendar);
    }

    /// The access of `frame` to the disk, and the bytes of its piece.
    pub(crate) fn piece(&self, frame: FrameId) -> (Access, f64) {
        let (id, leg) = of_number(self.frames[frame].chore());
        let access = if leg == Leg::Read { Access::Read } else { Access::Write };
        (access, self.chores.0[id.index()].left[leg as usize].min(PIECE))
    }
}
