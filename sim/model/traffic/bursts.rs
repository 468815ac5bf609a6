//! Bursts of one node that wait outside the calendar (`background.rs` says why).

use crate::ids::BackgroundId;
use std::cmp::Reverse;
use std::collections::BinaryHeap;
use std::collections::binary_heap::PeekMut;
use wssim_kernel::Time;

/// The bursts of one node that wait outside the calendar.
#[derive(Debug)]
pub(super) struct Bursts {
    /// The next burst of each load, the earliest first.
    pub(super) coming: BinaryHeap<Reverse<(Time, BackgroundId)>>,
    /// When the event for the next burst happens; never: none is scheduled.
    pub(super) told: Time,
    /// Whether each burst must begin on time.
    pub(super) on_time: bool,
}

impl Default for Bursts {
    fn default() -> Self {
        Self { coming: BinaryHeap::new(), told: Time::NEVER, on_time: false }
    }
}

impl Bursts {
    /// When the next burst comes.
    pub(super) fn next(&self) -> Time {
        self.coming.peek().map_or(Time::NEVER, |Reverse((at, _))| *at)
    }

    /// The first burst, if it comes by `now`.
    pub(super) fn due(&self, now: Time) -> Option<(Time, BackgroundId)> {
        self.coming.peek().map(|Reverse(first)| *first).filter(|(at, _)| *at <= now)
    }

    /// The first burst begins; the next one of its load comes at `next`, if there is one.
    pub(super) fn begin(&mut self, next: Option<Time>) {
        let Some(mut first) = self.coming.peek_mut() else { return };
        match next {
            Some(at) => first.0.0 = at,
            None => drop(PeekMut::pop(first)),
        }
    }
}
