//! Counts at a container: requests in the system, requests that wait, workers held.
//!
//! Integrals are whole nanoseconds, so that ∫N dt equals the sum of the times in the system exactly
//! (Little's law on one sample path).

use crate::request::frame::{FrameId, Waits};
use crate::request::slab::{Frames, Queue};
use wssim_kernel::Time;

/// Integrals of a station since time zero, in request-nanoseconds.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Areas {
    /// ∫ requests in the system dt.
    pub in_system: u128,
    /// ∫ requests waiting for a worker dt.
    pub waiting: u128,
    /// ∫ workers held dt.
    pub held: u128,
}

/// One container as a queueing station.
#[derive(Debug, Default)]
pub(crate) struct Station {
    /// Requests that wait for a worker.
    queue: WaitingLine,
    held: Level,
    in_system: Level,
    arrivals: u64,
    /// Σ time in the system of the requests that left, in nanoseconds.
    time_of_departed: u128,
    changed: Time,
}

impl Station {
    /// A request arrives.
    #[inline(always)]
    pub(crate) fn come(&mut self, now: Time) {
        self.in_system.rise(now);
        self.arrivals += 1;
        self.changed = now;
    }

    /// A request that came at `arrived` leaves.
    #[inline(always)]
    pub(crate) fn depart(&mut self, now: Time, arrived: Time) {
        self.in_system.fall(now);
        self.time_of_departed += u128::from(now.since(arrived).0);
        self.changed = now;
    }

    /// A request that arrived at the node at `arrived` leaves without having been in the system.
    pub(crate) fn depart_from_door(&mut self, now: Time, arrived: Time) {
        self.time_of_departed += u128::from(now.since(arrived).0);
    }

    /// Lends a worker.
    #[inline(always)]
    pub(crate) fn lend(&mut self, now: Time) {
        self.held.rise(now);
        self.changed = now;
    }

    /// Takes a worker back.
    #[inline(always)]
    pub(crate) fn take_back(&mut self, now: Time) {
        self.held.fall(now);
        self.changed = now;
    }

    /// `id` waits for a worker, behind all others.
    pub(crate) fn queue_up(&mut self, now: Time, frames: &mut Frames, id: FrameId) {
        self.queue.push(now, frames, id);
        self.changed = now;
    }

    /// The first request in the queue leaves it.
    pub(crate) fn next(&mut self, now: Time, frames: &mut Frames) -> Option<FrameId> {
        self.changed = now;
        self.queue.pop(now, frames)
    }

    /// `id` leaves the queue.
    pub(crate) fn leave_queue(&mut self, now: Time, frames: &mut Frames, id: FrameId) {
        self.queue.remove(now, frames, id);
        self.changed = now;
    }

    /// Frees all workers and empties the queue.
    pub(crate) fn empty(&mut self, now: Time) {
        self.queue.clear(now);
        self.held.clear(now);
        self.changed = now;
    }

    /// Requests in the system.
    #[inline(always)]
    pub(crate) fn in_system(&self) -> u32 {
        self.in_system.number
    }

    /// Requests that wait for a worker.
    #[inline(always)]
    pub(crate) fn waiting(&self) -> u32 {
        self.queue.len()
    }

    /// Workers held.
    #[inline(always)]
    pub(crate) fn held(&self) -> u32 {
        self.held.number
    }

    /// Requests that arrived.
    pub(crate) fn arrivals(&self) -> u64 {
        self.arrivals
    }

    /// Σ time in the system of the requests that left, in nanoseconds.
    pub(crate) fn time_of_departed(&self) -> u128 {
        self.time_of_departed
    }

    /// When a count last changed, or the integrals were last read.
    pub(crate) fn changed_at(&self) -> Time {
        self.changed
    }

    /// The integrals up to `now`.
    pub(crate) fn areas(&mut self, now: Time) -> Areas {
        self.changed = now;
        Areas {
            in_system: self.in_system.area(now),
            waiting: self.queue.area(now),
            held: self.held.area(now),
        }
    }
}

/// A number and its integral over time.
///
/// ∫ n dt up to t is n·t less the sum of all changes, each times its instant. So a change costs one addition,
/// and the integral is exact.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Level {
    number: u32,
    /// Σ change · instant, modulo 2¹²⁸.
    weighed: u128,
}

impl Level {
    /// One more.
    #[inline(always)]
    pub(crate) fn rise(&mut self, now: Time) {
        self.number += 1;
        self.weighed = self.weighed.wrapping_add(u128::from(now.0));
    }

    /// One less.
    #[inline(always)]
    pub(crate) fn fall(&mut self, now: Time) {
        self.number -= 1;
        self.weighed = self.weighed.wrapping_sub(u128::from(now.0));
    }

    /// Becomes zero.
    pub(crate) fn clear(&mut self, now: Time) {
        self.weighed = self.weighed.wrapping_sub(u128::from(self.number) * u128::from(now.0));
        self.number = 0;
    }

    /// ∫ number dt in nanoseconds.
    pub(crate) fn area(&self, now: Time) -> u128 {
        (u128::from(self.number) * u128::from(now.0)).wrapping_sub(self.weighed)
    }
}

/// A queue and the integral of its length.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct WaitingLine {
    queue: Queue,
    waiting: Level,
}

impl WaitingLine {
    /// Puts `id` at the end.
    pub(crate) fn push(&mut self, now: Time, frames: &mut Frames, id: FrameId) {
        self.waiting.rise(now);
        self.queue.push(frames, id);
    }

    /// Takes the first.
    pub(crate) fn pop(&mut self, now: Time, frames: &mut Frames) -> Option<FrameId> {
        let id = self.queue.pop(frames)?;
        self.waiting.fall(now);
        Some(id)
    }

    /// Takes `id` out, from any position.
    pub(crate) fn remove(&mut self, now: Time, frames: &mut Frames, id: FrameId) {
        self.waiting.fall(now);
        self.queue.remove(frames, id);
    }

    /// Removes all.
    pub(crate) fn clear(&mut self, now: Time) {
        self.waiting.clear(now);
        self.queue = Queue::default();
    }

    /// The first, if any.
    pub(crate) fn first(&self) -> Option<FrameId> {
        self.queue.first()
    }

    /// Its length.
    #[inline(always)]
    pub(crate) fn len(&self) -> u32 {
        self.queue.len
    }

    /// ∫ length dt in nanoseconds.
    pub(crate) fn area(&self, now: Time) -> u128 {
        self.waiting.area(now)
    }
}

/// Requests that have reached the node of a container but not been taken in.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct AtDoor {
    /// Those held back because their node stands still.
    pub(crate) held_back: Level,
    /// Those that wait for a worker before anything else: they can still be refused.
    pub(crate) queued: Level,
}

impl AtDoor {
    /// ∫ requests dt, held back and queued, in nanoseconds.
    pub(crate) fn areas(&self, now: Time) -> [u128; 2] {
        [self.held_back.area(now), self.queued.area(now)]
    }
}

/// Visits of one container at the disk of its node, by purpose.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct DiskVisits {
    /// Disk steps.
    pub(crate) steps: AtDisk,
    /// CPU steps that wait for pages.
    pub(crate) pages: AtDisk,
}

/// Visits at a disk.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct AtDisk {
    /// Visits that wait.
    pub(crate) waiting: Level,
    /// Visits in service.
    pub(crate) served: Level,
}

impl DiskVisits {
    /// The visits for the reason `waits`.
    pub(crate) fn of(&mut self, waits: Waits) -> &mut AtDisk {
        match waits {
            Waits::PageQueue { .. } | Waits::Pages => &mut self.pages,
            _ => &mut self.steps,
        }
    }

    /// ∫ visits dt, waiting and served, in nanoseconds: of disk steps, and of pages.
    pub(crate) fn areas(&self, now: Time) -> [[u128; 2]; 2] {
        [&self.steps, &self.pages].map(|at| [at.waiting.area(now), at.served.area(now)])
    }
}

/// Whether a count is above zero, and for how long in all.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Busy {
    number: u32,
    since: Time,
    before_ns: u64,
}

impl Busy {
    /// One more.
    pub(crate) fn rise(&mut self, now: Time) {
        if self.number == 0 {
            self.since = now;
        }
        self.number += 1;
    }

    /// One less.
    pub(crate) fn fall(&mut self, now: Time) {
        self.before_ns = self.busy_ns(now);
        self.since = now;
        self.number -= 1;
    }

    /// Time up to `now` with a count above zero, in nanoseconds.
    pub(crate) fn busy_ns(&self, now: Time) -> u64 {
        self.before_ns + if self.number > 0 { now.since(self.since).0 } else { 0 }
    }
}
