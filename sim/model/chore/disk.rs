//! The disk's leg of a chore: pieces that are written one after the other, each in the disk's queue.

use super::ChoreId;
use crate::event::Event;
use crate::ids::{ContainerId, NodeId};
use crate::probe::Probe;
use crate::request::frame::{FrameId, Kind, Waits};
use crate::world::World;
use wssim_kernel::stream::mix;
use wssim_kernel::{Calendar, Time};

/// Bytes of one piece: what a kernel writes back at once, so that others wait for no more than that.
const PIECE: f64 = 4e6;

impl<P: Probe> World<'_, P> {
    /// Writes the first piece of what the chore has to write on `node`.
    pub(super) fn write_chore(
        &mut self,
        now: Time,
        id: ChoreId,
        node: NodeId,
        calendar: &mut Calendar<Event>,
    ) {
        let container = self.as_container(node);
        let (frame, state) = self.frames.open(Kind::Chore, mix(u64::from(id.0), 0));
        (state.number, state.container) = (id.0, container);
        self.write_piece(now, frame, calendar);
    }

    /// A piece has been written.
    pub(crate) fn piece_written(
        &mut self,
        now: Time,
        frame: FrameId,
        calendar: &mut Calendar<Event>,
    ) {
        let chore = &mut self.chores[self.frames[frame].number as usize];
        chore.unwritten -= PIECE.min(chore.unwritten);
        let key = &mut self.frames[frame].key;
        *key = mix(*key, 1);
        self.write_piece(now, frame, calendar);
    }

    /// Writes the next piece, if there is one and anybody wants it.
    fn write_piece(&mut self, now: Time, frame: FrameId, calendar: &mut Calendar<Event>) {
        let id = ChoreId(self.frames[frame].number);
        let chore = &self.chores[id.index()];
        let goes_on = chore.unwritten > 0.0 && chore.then.is_some();
        if goes_on && self.queue_at_disk(now, frame, Waits::DiskQueue, calendar) {
            return;
        }
        self.frames.remove(frame);
        self.chore_leg(now, id, calendar);
    }

    /// Bytes of the piece that `frame` writes.
    pub(crate) fn bytes_of_piece(&self, frame: FrameId) -> f64 {
        self.chores[self.frames[frame].number as usize].unwritten.min(PIECE)
    }

    /// `node` itself, where visits to its disk are counted by container: behind all of them.
    fn as_container(&self, node: NodeId) -> ContainerId {
        ContainerId::from(self.containers.len() + node.index())
    }

    /// Whose disk the container visits: see [`World::as_container`].
    pub(crate) fn disk_node(&self, container: ContainerId) -> NodeId {
        match self.containers.get(container.index()) {
            Some(state) => state.node,
            None => NodeId::from(container.index() - self.containers.len()),
        }
    }
}
