//! What a frame is, and what it waits for, each with what only such frames have.

use crate::ids::InstructionId;
use crate::probe::Failure;

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
