//! Frames: one for each thing in flight, in a slab.
//!
//! A *root* is a user's request; a *visit* is a request at one container; a *branch* runs part of a visit's
//! program at the same container, in parallel with its siblings or repeatedly. A frame waits for one thing
//! at a time; its epoch moves on when the wait is over, so that an event with an older epoch is known to be
//! overtaken.

pub(crate) use crate::ids::FrameId;
use crate::ids::{CallId, ContainerId, EndpointId, InstructionId, SourceId};
use crate::network::connection::{ConnectionId, ConnectionStage, NO_CONNECTION};
use crate::probe::Failure;
use wssim_kernel::Time;

/// No frame.
pub(crate) const NO_FRAME: FrameId = FrameId(u32::MAX);
/// No trace row, no pool, no container.
pub(crate) const NONE: u32 = u32::MAX;

/// A number in four bytes of any alignment, so that a frame fills two cache lines.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Anywhere([u8; 4]);

impl Anywhere {
    #[inline(always)]
    pub(crate) fn of(number: u32) -> Self {
        Self(number.to_le_bytes())
    }

    #[inline(always)]
    pub(crate) fn get(self) -> u32 {
        u32::from_le_bytes(self.0)
    }
}

/// What a frame is, with what only such frames have.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum FrameKind {
    /// A user's request.
    Root {
        /// The number of the user.
        user: Anywhere,
        /// Whether it has a port of the mesh.
        has_port: bool,
    },
    /// Its stay at a container.
    Visit,
    /// Part of a visit, in parallel with others.
    Branch,
    /// Part of a visit, repeated.
    Loop {
        /// Where the part begins, right behind its `Repeat`.
        body: Anywhere,
        /// The number of the present repetition.
        number: Anywhere,
        /// Repetitions after it.
        again: Anywhere,
    },
    /// A burst of background load.
    Burst,
    /// A container's start.
    Startup,
    /// The CPU, or the disk, of work that no container does: which, in its own words.
    Chore(Anywhere),
}

impl FrameKind {
    /// The request of `user`.
    #[inline(always)]
    pub(crate) fn of_user(user: u32, has_port: bool) -> Self {
        Self::Root { user: Anywhere::of(user), has_port }
    }

    /// Repetition `number` of the part at `body`; `again` come after it.
    pub(super) fn of_loop(body: InstructionId, number: u32, again: u32) -> Self {
        let [body, number, again] = [body.0, number, again].map(Anywhere::of);
        Self::Loop { body, number, again }
    }

    /// Whether it is a user's request.
    #[inline(always)]
    pub(crate) fn is_root(self) -> bool {
        matches!(self, Self::Root { .. })
    }

    /// Whether it is part of a visit.
    pub(crate) fn is_part(self) -> bool {
        matches!(self, Self::Branch | Self::Loop { .. })
    }

    /// Whether it runs a program, which may call: a visit or a part of one.
    pub(crate) fn calls(self) -> bool {
        self == Self::Visit || self.is_part()
    }

    /// Whether its CPU is of no request.
    #[inline(always)]
    pub(crate) fn is_of_no_request(self) -> bool {
        matches!(self, Self::Burst | Self::Startup | Self::Chore(_))
    }
}

/// What a frame waits for, with what it has to know meanwhile.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Waits {
    /// Nothing: it is being dealt with, or on its way.
    Nothing,
    /// Its own arrival at its container.
    Delivery,
    /// Its node to go on, which stands still: it has reached it, and not its container.
    Node {
        /// The life of the container that it came to.
        life: Anywhere,
        /// Whether anything is on the calendar for it.
        is_due: bool,
    },
    /// A worker of its container.
    Worker,
    /// A connection of a pool.
    Connection,
    /// Its CPU step.
    Processor,
    /// An answer.
    Answer,
    /// Its turn at the disk of its node.
    DiskQueue {
        /// Pages that it reads, if it reads pages.
        pages: Anywhere,
    },
    /// The end of its visit to the disk.
    Disk,
    /// Its turn at the disk, which has pages that its CPU step touches.
    PageQueue {
        /// Bytes to copy.
        pages: Anywhere,
        /// Where the draws of what they take are addressed.
        draw: Anywhere,
    },
    /// Those pages.
    Pages,
    /// The end of a sleep.
    Sleep,
    /// The end of the pause before a retry.
    Backoff,
    /// Branches or a repeated part.
    Branches {
        /// How many may still succeed.
        open: Anywhere,
        /// How many must still succeed.
        needed: Anywhere,
    },
    /// Its turn to send: it has got its connection.
    Sending,
    /// Its turn to fail: it has been taken out of its wait.
    Failing(Failure),
}

impl Waits {
    /// For branches of which `open` may still succeed and `needed` must.
    #[inline(always)]
    pub(super) fn of_branches(open: u32, needed: u32) -> Self {
        Self::Branches { open: Anywhere::of(open), needed: Anywhere::of(needed) }
    }

    /// How many of the branches that it waits for may still succeed, and how many must.
    #[inline(always)]
    pub(super) fn branches(self) -> (u32, u32) {
        match self {
            Self::Branches { open, needed } => (open.get(), needed.get()),
            other => unreachable!("no branch comes back to a frame that waits for {other:?}"),
        }
    }

    /// For its turn at the disk, where it reads `pages` pages.
    pub(crate) fn of_reads(pages: u32) -> Self {
        Self::DiskQueue { pages: Anywhere::of(pages) }
    }

    /// Whether a visit that waits for this has not reached its container.
    pub(crate) fn is_on_its_way(self) -> bool {
        matches!(self, Self::Delivery | Self::Node { .. })
    }

    /// Whether it is a turn at the disk, which has pages that a CPU step touches.
    pub(crate) fn is_for_pages(self) -> bool {
        matches!(self, Self::PageQueue { .. })
    }
}

/// One thing in flight.
#[derive(Clone, Copy, Debug)]
#[allow(clippy::struct_excessive_bools)] // four facts that are independent of each other
pub(crate) struct Frame {
    pub key: u64,
    /// Visit: arrival at the container. Root: arrival of the request.
    pub arrived: Time,
    /// Beginning of the present wait, or the moment the attempt was sent.
    pub since: Time,
    /// Visit: the demand of its first step, drawn while it is on its way; negative: not drawn.
    pub drawn: f64,
    /// Moves on whenever a wait is over, and never back: slots are reused.
    pub epoch: u32,
    /// The next instruction.
    pub pc: InstructionId,
    /// Who gets the answer.
    pub parent: FrameId,
    /// The parent's epoch when it began to wait.
    pub parent_epoch: u32,
    /// Its node.
    pub container: ContainerId,
    /// The kind of visit.
    pub endpoint: EndpointId,
    /// The call that it answers; none: it answers a root.
    pub incoming: CallId,
    /// The call that it makes.
    pub outgoing: CallId,
    /// The pool instance whose connection it holds or waits for.
    pub connection: u32,
    /// The connection that the outgoing call travels on.
    pub link: ConnectionId,
    /// Neighbours in the queue in which it waits, or next sibling at birth. Where frames are tied:
    /// the callee while it waits for an answer, its first part while it waits for its parts.
    pub next: FrameId,
    /// See `next`.
    pub previous: FrameId,
    /// Where it came from.
    pub source: SourceId,
    /// Row of the source's trace.
    pub trace_row: u32,
    /// CPU of networking that the next step pays for, in nanoseconds of the reference CPU.
    pub network_cpu: u32,
    /// Number of the present attempt of the outgoing call.
    pub attempt: u16,
    /// The container of the last attempt, plus one; zero: none.
    pub last_replica: u32,
    /// Its request or the answer to it is lost.
    pub lost: Option<ConnectionStage>,
    /// What it is.
    pub kind: FrameKind,
    /// What it waits for.
    pub waits: Waits,
    /// Whether it belongs to a request that arrived in the measured stretch.
    pub measured: bool,
    /// Whether it holds a worker of its container.
    pub holds_worker: bool,
    /// Whether its container has taken it in: it will not be refused any more.
    pub admitted: bool,
    /// Whether its last look-up in a cache found something.
    pub found: bool,
}

/// What a frame begins with that runs a program; see [`Frame`].
#[derive(Clone, Copy)]
pub(crate) struct Running {
    pub pc: InstructionId,
    pub parent: FrameId,
    pub parent_epoch: u32,
    pub container: ContainerId,
    pub endpoint: EndpointId,
    pub source: SourceId,
    pub trace_row: u32,
    pub measured: bool,
}

impl Frame {
    /// The number of a chore in its own words.
    pub(crate) fn chore(&self) -> u32 {
        match self.kind {
            FrameKind::Chore(number) => number.get(),
            other => unreachable!("no chore: {other:?}"),
        }
    }

    /// Its next call is `call`.
    #[inline(always)]
    pub(super) fn begin_call(&mut self, call: CallId) {
        self.outgoing = call;
        self.attempt = 0;
        self.last_replica = 0;
    }

    /// A frame that runs the program at `run`.
    #[inline(always)]
    pub(crate) fn running(kind: FrameKind, key: u64, run: Running) -> Self {
        let Running { pc, parent, parent_epoch, container, endpoint, source, trace_row, measured } =
            run;
        Self {
            pc,
            parent,
            parent_epoch,
            container,
            endpoint,
            source,
            trace_row,
            measured,
            ..Self::new(kind, key)
        }
    }

    /// A frame that does nothing yet.
    #[inline(always)]
    fn new(kind: FrameKind, key: u64) -> Self {
        Self {
            key,
            arrived: Time::ZERO,
            since: Time::ZERO,
            drawn: -1.0,
            epoch: 0,
            pc: InstructionId(0),
            parent: NO_FRAME,
            parent_epoch: 0,
            container: ContainerId(NONE),
            endpoint: EndpointId(NONE),
            incoming: CallId(NONE),
            outgoing: CallId(NONE),
            connection: NONE,
            link: NO_CONNECTION,
            next: NO_FRAME,
            previous: NO_FRAME,
            source: SourceId(NONE),
            trace_row: NONE,
            network_cpu: 0,
            attempt: 0,
            last_replica: 0,
            lost: None,
            kind,
            waits: if kind == FrameKind::Visit { Waits::Delivery } else { Waits::Nothing },
            measured: false,
            holds_worker: false,
            admitted: false,
            found: false,
        }
    }
}

// Two lines of a processor's cache: a place is found by a shift.
const _: () = assert!(size_of::<Frame>() == 128);

/// All frames; freed places are reused, last freed first.
#[derive(Debug, Default)]
pub(crate) struct Frames {
    slab: Vec<Frame>,
    free: Vec<FrameId>,
}

impl Frames {
    /// A frame that does nothing yet, to be filled in where it lies; its epoch goes on where the
    /// place's last tenant left it.
    #[inline]
    pub(crate) fn open(&mut self, kind: FrameKind, key: u64) -> (FrameId, &mut Frame) {
        let id = self.put(Frame::new(kind, key));
        (id, &mut self.slab[id.0 as usize])
    }

    /// The place of `frame` from now on; its epoch goes on where the place's last tenant left it.
    #[inline(always)]
    pub(crate) fn put(&mut self, frame: Frame) -> FrameId {
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
    #[inline]
    pub(crate) fn remove(&mut self, id: FrameId) {
        let frame = &mut self[id];
        frame.epoch = frame.epoch.wrapping_add(1);
        frame.parent = NO_FRAME;
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
    head: FrameId,
    tail: FrameId,
    /// Its length.
    pub len: u32,
}

impl Default for Queue {
    fn default() -> Self {
        Self { head: NO_FRAME, tail: NO_FRAME, len: 0 }
    }
}

impl Queue {
    /// Puts `id` at the end.
    pub(crate) fn push(&mut self, frames: &mut Frames, id: FrameId) {
        frames[id].next = NO_FRAME;
        frames[id].previous = self.tail;
        if self.tail == NO_FRAME {
            self.head = id;
        } else {
            frames[self.tail].next = id;
        }
        self.tail = id;
        self.len += 1;
    }

    /// The first, if any.
    pub(crate) fn first(&self) -> Option<FrameId> {
        Some(self.head).filter(|id| *id != NO_FRAME)
    }

    /// Takes the first.
    pub(crate) fn pop(&mut self, frames: &mut Frames) -> Option<FrameId> {
        let id = self.head;
        if id == NO_FRAME {
            return None;
        }
        self.remove(frames, id);
        Some(id)
    }

    /// Takes `id` out, from any position.
    pub(crate) fn remove(&mut self, frames: &mut Frames, id: FrameId) {
        let (previous, next) = (frames[id].previous, frames[id].next);
        if previous == NO_FRAME {
            self.head = next;
        } else {
            frames[previous].next = next;
        }
        if next == NO_FRAME {
            self.tail = previous;
        } else {
            frames[next].previous = previous;
        }
        self.len -= 1;
    }
}
