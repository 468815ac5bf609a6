//! Ties of a frame to its caller, stored beside the frame: only worlds with a breaker, a deadline or a
//! cancellation have them, and others pay nothing for them.

use super::breaker::Permit;
use super::frame::FrameId;
use crate::ids::CallId;
use crate::maybe::Maybe;
use crate::network::connection::ConnectionId;
use wssim_kernel::Time;

/// The ties of one frame.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Tie {
    /// Its answer is not wanted after this.
    pub deadline: Time,
    /// Part of a visit: its neighbours among the parts of one step.
    pub next: Maybe<FrameId>,
    /// See `next`.
    pub previous: Maybe<FrameId>,
    /// The breaker's permit for the present attempt of its outgoing call.
    pub permit: Option<Permit>,
    /// Whether its outgoing call has passed its limits and not left them.
    pub has_entered: bool,
    /// The connection that it holds for several calls.
    pub held: Option<Held>,
}

/// A connection of a pool that a part of a visit holds for several calls.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Held {
    /// The call that took it.
    pub call: CallId,
    /// The pool instance of its place.
    pub pool: u32,
    /// The connection; none: it is in use, or not opened yet.
    pub link: Maybe<ConnectionId>,
}

impl Held {
    /// Whether its connection is open and not in use.
    pub(crate) fn is_open(&self) -> bool {
        self.link.is_some()
    }
}

impl Tie {
    /// Of a frame whose answer is wanted until `deadline`.
    pub(crate) fn until(deadline: Time) -> Self {
        Self {
            deadline,
            next: Maybe::NONE,
            previous: Maybe::NONE,
            permit: None,
            has_entered: false,
            held: None,
        }
    }
}

/// The ties of all frames, in the places of the frames.
#[derive(Debug)]
pub(crate) struct Ties {
    are_used: bool,
    all: Vec<Tie>,
}

impl Ties {
    pub(crate) fn new(are_used: bool) -> Self {
        Self { are_used, all: Vec::new() }
    }

    /// Whether this world has ties.
    #[inline(always)]
    pub(crate) fn are_used(&self) -> bool {
        self.are_used
    }

    /// Held connections.
    pub(crate) fn held(&self) -> impl Iterator<Item = &Held> {
        self.all.iter().filter_map(|tie| tie.held.as_ref())
    }

    /// Sets the ties of the frame that has just opened at `id`.
    pub(crate) fn tie(&mut self, id: FrameId, tie: Tie) {
        let place = id.0 as usize;
        if place >= self.all.len() {
            self.all.resize(place + 1, Tie::until(Time::NEVER));
        }
        self.all[place] = tie;
    }
}

impl std::ops::Index<FrameId> for Ties {
    type Output = Tie;
    fn index(&self, id: FrameId) -> &Tie {
        &self.all[id.0 as usize]
    }
}

impl std::ops::IndexMut<FrameId> for Ties {
    fn index_mut(&mut self, id: FrameId) -> &mut Tie {
        &mut self.all[id.0 as usize]
    }
}
