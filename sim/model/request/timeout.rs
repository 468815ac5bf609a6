//! Time-outs of one constant length: a FIFO with one event for its head.
//!
//! Equal time-outs expire in the order in which they were set, so the calendar need not sort them. Most are
//! overtaken by an answer and skipped when they reach the head.

use super::frame::FrameId;
use super::slab::Frames;
use std::collections::VecDeque;
use wssim_kernel::{Nanos, Time};

#[derive(Clone, Copy, Debug)]
struct Entry {
    at: Time,
    frame: FrameId,
    epoch: u32,
}

/// All pending time-outs of one length.
#[derive(Debug)]
pub(crate) struct TimeoutClass {
    after: Nanos,
    pending: VecDeque<Entry>,
}

impl TimeoutClass {
    pub(crate) fn new(after: Nanos) -> Self {
        Self { after, pending: VecDeque::new() }
    }

    /// Sets a time-out on the present wait of `frame`. Returns when to look, if no look is scheduled.
    #[must_use]
    pub(crate) fn set(&mut self, now: Time, frame: FrameId, epoch: u32) -> Option<Time> {
        let at = now + self.after;
        let idle = self.pending.is_empty();
        self.pending.push_back(Entry { at, frame, epoch });
        idle.then_some(at)
    }

    /// The next frame whose time-out expires now, if any.
    pub(crate) fn take_due(&mut self, now: Time, frames: &Frames) -> Option<FrameId> {
        while let Some(head) = self.pending.front().copied() {
            let live = frames[head.frame].epoch == head.epoch;
            if live && head.at > now {
                return None;
            }
            self.pending.pop_front();
            if live {
                return Some(head.frame);
            }
        }
        None
    }

    /// The number of time-outs set, including those that an answer overtook.
    pub(crate) fn pending(&self) -> usize {
        self.pending.len()
    }

    /// When to look again.
    pub(crate) fn next_look(&self) -> Option<Time> {
        self.pending.front().map(|head| head.at)
    }
}
