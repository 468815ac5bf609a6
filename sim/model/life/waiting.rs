//! The list of containers that have started and wait for services; `needs.rs` says when they look.

use super::next_look;
use crate::ids::ContainerId;
use wssim_kernel::{Nanos, Time};

/// A container that waits.
#[derive(Clone, Copy, Debug)]
pub(super) struct Awaits {
    pub(super) id: ContainerId,
    /// The turn of its life in which it waits: in another the entry is stale.
    pub(super) turn: u32,
    /// When its start-up CPU time was over.
    since: Time,
    /// When it next looks; never while nothing has changed.
    looks: Time,
}

impl Awaits {
    /// When it looks after a change; `None` if a look is scheduled, which is not later: it is the first after an
    /// earlier change.
    #[inline]
    pub(super) fn stirred(&mut self, now: Time, retry: impl FnOnce() -> Nanos) -> Option<Time> {
        if self.looks < Time::NEVER {
            return None;
        }
        self.looks = next_look(self.since, retry(), now);
        (self.looks < Time::NEVER).then_some(self.looks)
    }
}

/// Containers that have started and wait for services, in the order of their numbers, and some stale entries.
#[derive(Debug, Default)]
pub(crate) struct Waiting(Vec<Awaits>);

impl Waiting {
    /// Whether `id`, whose life is at `turn`, waits.
    pub(crate) fn has(&self, id: ContainerId, turn: u32) -> bool {
        self.0.iter().any(|waits| waits.id == id && waits.turn == turn)
    }

    /// `id`, whose life is at `turn`, has not found its services. One entry a container, so that repeated lives do
    /// not accumulate.
    pub(super) fn missed(&mut self, now: Time, id: ContainerId, turn: u32) {
        let new = Awaits { id, turn, since: now, looks: Time::NEVER };
        match self.0.binary_search_by_key(&id.0, |waits| waits.id.0) {
            Ok(place) if self.0[place].turn == turn => self.0[place].looks = Time::NEVER,
            Ok(place) => self.0[place] = new,
            Err(place) => self.0.insert(place, new),
        }
    }

    /// Whether none waits.
    pub(super) fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// Keeps those that `last`.
    pub(super) fn retain(&mut self, last: impl FnMut(&mut Awaits) -> bool) {
        self.0.retain_mut(last);
    }
}
