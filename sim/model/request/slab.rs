//! All frames, in a slab, and queues through them.

use super::frame::{Frame, FrameId, FrameKind, Running, Waits};
use crate::ids::{ContainerId, SourceId};
use crate::maybe::{Maybe, MaybeDemand};
use wssim_kernel::Time;

/// All frames; freed places are reused, last freed first.
#[derive(Debug, Default)]
pub(crate) struct Frames {
    slab: Vec<Frame>,
    free: Vec<FrameId>,
    /// For rare choices among all frames.
    buffer: Vec<FrameId>,
}

impl Frames {
    /// A frame that does nothing yet, to be filled in where it lies; its epoch goes on where the
    /// place's last tenant left it.
    #[inline]
    pub(super) fn open(&mut self, kind: FrameKind, key: u64) -> (FrameId, &mut Frame) {
        let id = self.put(Frame::new(kind, key));
        (id, &mut self.slab[id.0 as usize])
    }

    /// A request of `user` sets out and waits for its answer.
    #[inline(always)]
    pub(crate) fn open_request(
        &mut self,
        now: Time,
        (source, user): (SourceId, u32),
        key: u64,
        measured: bool,
    ) -> FrameId {
        let (id, frame) = self.open(FrameKind::of_user(user, false), key);
        frame.arrived = now;
        frame.source = Maybe::some(source);
        frame.measured = measured;
        frame.waits = Waits::Answer;
        id
    }

    /// The visit of a user's request; `drawn` is the demand of its first step.
    #[inline(always)]
    pub(crate) fn open_entry(&mut self, key: u64, drawn: MaybeDemand, run: Running) -> FrameId {
        let visit = Frame::running(FrameKind::Visit, key, run);
        self.put(Frame { drawn, ..visit })
    }

    /// Work of no request at `container`.
    pub(crate) fn open_work(
        &mut self,
        kind: FrameKind,
        key: u64,
        container: ContainerId,
    ) -> FrameId {
        let (id, frame) = self.open(kind, key);
        frame.container = Maybe::some(container);
        id
    }

    /// Whether the present wait of `id` is number `epoch`: an event with another number is overtaken.
    #[inline(always)]
    pub(crate) fn is_current(&self, id: FrameId, epoch: u32) -> bool {
        self[id].epoch == epoch
    }

    /// The caller of `id`, if it still waits for its answer.
    #[inline(always)]
    pub(crate) fn caller(&self, id: FrameId) -> Option<FrameId> {
        let (parent, epoch) = self.answer_to(id);
        (self[parent].epoch == epoch).then_some(parent)
    }

    /// The caller of `id`, and the number of the wait in which it expects the answer.
    #[inline(always)]
    pub(crate) fn answer_to(&self, id: FrameId) -> (FrameId, u32) {
        (self[id].parent(), self[id].parent_epoch)
    }

    /// An empty buffer for a rare choice among all frames; it goes back by [`Frames::give_buffer_back`].
    pub(crate) fn buffer(&mut self) -> Vec<FrameId> {
        let mut buffer = std::mem::take(&mut self.buffer);
        buffer.clear();
        buffer
    }

    /// The buffer is free for the next choice.
    pub(crate) fn give_buffer_back(&mut self, buffer: Vec<FrameId>) {
        self.buffer = buffer;
    }

    /// The place of `frame` from now on; its epoch goes on where the place's last tenant left it.
    #[inline(always)]
    pub(super) fn put(&mut self, frame: Frame) -> FrameId {
        let id = match self.free.pop() {
            Some(id) => id,
            None => self.grow(),
        };
        let place = &mut self.slab[id.0 as usize];
        *place = Frame { epoch: place.epoch, ..frame };
        id
    }

    #[cold]
    #[inline(never)]
    fn grow(&mut self) -> FrameId {
        self.slab.push(Frame::new(FrameKind::Visit, 0));
        FrameId(self.slab.len() as u32 - 1)
    }

    /// Frees the place of `id`; an event with its epoch is overtaken from now on.
    #[inline(always)]
    pub(crate) fn remove(&mut self, id: FrameId) {
        let frame = &mut self[id];
        frame.epoch = frame.epoch.wrapping_add(1);
        frame.parent = Maybe::NONE;
        self.free.push(id);
    }

    /// How many there were at once at most.
    pub(crate) fn places(&self) -> usize {
        self.slab.len()
    }

    /// Places of all frames in flight; slow, for what seldom happens.
    pub(crate) fn ids(&self) -> impl Iterator<Item = FrameId> + use<'_> {
        let dead = self.dead();
        (0..self.slab.len()).filter(move |&place| !dead[place]).map(|place| FrameId(place as u32))
    }

    fn dead(&self) -> Vec<bool> {
        let mut dead = vec![false; self.slab.len()];
        for id in &self.free {
            dead[id.0 as usize] = true;
        }
        dead
    }

    /// All frames in flight; slow, for the laws that are asserted at the end.
    pub(crate) fn live(&self) -> impl Iterator<Item = &Frame> {
        self.slab.iter().zip(self.dead()).filter_map(|(frame, dead)| (!dead).then_some(frame))
    }
}

impl std::ops::Index<FrameId> for Frames {
    type Output = Frame;
    #[inline]
    fn index(&self, id: FrameId) -> &Frame {
        &self.slab[id.0 as usize]
    }
}

impl std::ops::IndexMut<FrameId> for Frames {
    #[inline]
    fn index_mut(&mut self, id: FrameId) -> &mut Frame {
        &mut self.slab[id.0 as usize]
    }
}

/// A first-come-first-served queue through the frames themselves: no allocation, removal in O(1).
#[derive(Clone, Copy, Debug)]
pub(crate) struct Queue {
    head: Maybe<FrameId>,
    tail: Maybe<FrameId>,
    /// Its length.
    pub len: u32,
}

impl Default for Queue {
    fn default() -> Self {
        Self { head: Maybe::NONE, tail: Maybe::NONE, len: 0 }
    }
}

impl Queue {
    /// Puts `id` at the end.
    pub(crate) fn push(&mut self, frames: &mut Frames, id: FrameId) {
        let this = Maybe::some(id);
        frames[id].next = Maybe::NONE;
        frames[id].previous = self.tail;
        match self.tail.get() {
            None => self.head = this,
            Some(last) => frames[last].next = this,
        }
        self.tail = this;
        self.len += 1;
    }

    /// The first, if any.
    pub(crate) fn first(&self) -> Option<FrameId> {
        self.head.get()
    }

    /// Takes the first.
    pub(crate) fn pop(&mut self, frames: &mut Frames) -> Option<FrameId> {
        let id = self.first()?;
        self.remove(frames, id);
        Some(id)
    }

    /// Takes `id` out, from any position.
    pub(crate) fn remove(&mut self, frames: &mut Frames, id: FrameId) {
        let (previous, next) = (frames[id].previous, frames[id].next);
        match previous.get() {
            None => self.head = next,
            Some(previous) => frames[previous].next = next,
        }
        match next.get() {
            None => self.tail = previous,
            Some(next) => frames[next].previous = previous,
        }
        self.len -= 1;
    }
}
