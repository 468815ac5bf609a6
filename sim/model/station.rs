//! Counting at a container: who is in the system, who waits, how many workers are held.
//!
//! Integrals are whole nanoseconds, so that ∫N dt equals the sum of the times in the system
//! exactly (Little's law on one sample path).

use crate::request::frame::Queue;
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
    pub(crate) queue: Queue,
    pub(crate) held: u32,
    pub(crate) in_system: u32,
    pub(crate) arrivals: u64,
    /// Σ time in the system of those who left, in nanoseconds.
    pub(crate) time_of_departed: u128,
    areas: Areas,
    updated: Time,
}

impl Station {
    /// Brings the integrals up to `now`; to be called before any count changes.
    #[inline]
    pub(crate) fn advance(&mut self, now: Time) {
        let elapsed = u128::from(now.0 - self.updated.0);
        if elapsed > 0 {
            self.areas.in_system += u128::from(self.in_system) * elapsed;
            self.areas.waiting += u128::from(self.queue.len) * elapsed;
            self.areas.held += u128::from(self.held) * elapsed;
            self.updated = now;
        }
    }

    /// The integrals up to `now`.
    pub(crate) fn areas(&mut self, now: Time) -> Areas {
        self.advance(now);
        self.areas
    }
}

/// A number and its integral.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Level {
    number: u32,
    area: u128,
    updated: Time,
}

impl Level {
    /// One more.
    pub(crate) fn rise(&mut self, now: Time) {
        self.advance(now);
        self.number += 1;
    }

    /// One less.
    pub(crate) fn fall(&mut self, now: Time) {
        self.advance(now);
        self.number -= 1;
    }

    /// ∫ number dt in nanoseconds.
    pub(crate) fn area(&mut self, now: Time) -> u128 {
        self.advance(now);
        self.area
    }

    fn advance(&mut self, now: Time) {
        self.area += u128::from(self.number) * u128::from(now.0 - self.updated.0);
        self.updated = now;
    }
}

/// What of one container is at the disk of its node.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct DiskVisits {
    /// Waits there.
    pub(crate) waiting: Level,
    /// Is served.
    pub(crate) served: Level,
}

/// The instance of a connection pool at one container.
#[derive(Debug, Default)]
pub(crate) struct PoolInstance {
    pub(crate) queue: Queue,
    pub(crate) free: u32,
    waiting: u128,
    updated: Time,
}

impl PoolInstance {
    pub(crate) fn new(size: u32) -> Self {
        Self { free: size, ..Self::default() }
    }

    /// Brings the integral up to `now`; to be called before the queue changes.
    #[inline]
    pub(crate) fn advance(&mut self, now: Time) {
        self.waiting += u128::from(self.queue.len) * u128::from(now.0 - self.updated.0);
        self.updated = now;
    }

    /// ∫ frames waiting dt, in nanoseconds.
    pub(crate) fn waiting_area(&mut self, now: Time) -> u128 {
        self.advance(now);
        self.waiting
    }
}
