//! Counting at a container: who is in the system, who waits, how many workers are held.
//!
//! Integrals are whole nanoseconds, so that ∫N dt equals the sum of the times in the system
//! exactly (Little's law on one sample path).

use crate::request::frame::{Queue, Waits};
use wssim_kernel::{Nanos, Time};

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

    /// Since when no count has changed.
    pub(crate) fn changed_at(&self) -> Time {
        self.updated
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

    /// None at all.
    pub(crate) fn clear(&mut self, now: Time) {
        self.advance(now);
        self.number = 0;
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

/// Requests that have reached the node of a container and that the container has not taken in.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct AtDoor {
    /// Wait for their node, which stands still.
    pub(crate) held_back: Level,
    /// Wait for a worker before anything is done for them: they can still be refused.
    pub(crate) queued: Level,
}

impl AtDoor {
    /// ∫ requests dt, held back and queued, in nanoseconds.
    pub(crate) fn areas(&mut self, now: Time) -> [u128; 2] {
        [self.held_back.area(now), self.queued.area(now)]
    }
}

/// What of one container is at the disk of its node, by what it does there.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct DiskVisits {
    /// Its disk steps.
    pub(crate) steps: AtDisk,
    /// Its CPU steps, which wait for pages.
    pub(crate) pages: AtDisk,
}

/// What is at a disk.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct AtDisk {
    /// Waits there.
    pub(crate) waiting: Level,
    /// Is served.
    pub(crate) served: Level,
}

impl DiskVisits {
    /// Those who are there for the reason for which `waits` waits.
    pub(crate) fn of(&mut self, waits: Waits) -> &mut AtDisk {
        match waits {
            Waits::PageQueue | Waits::Pages => &mut self.pages,
            _ => &mut self.steps,
        }
    }

    /// ∫ visits dt, waiting and served, in nanoseconds: of disk steps, and of pages.
    pub(crate) fn areas(&mut self, now: Time) -> [[u128; 2]; 2] {
        [&mut self.steps, &mut self.pages].map(|at| [at.waiting.area(now), at.served.area(now)])
    }
}

/// Whether somebody is there, and for how long so far.
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

    /// Time up to `now` in which somebody was there, in nanoseconds.
    pub(crate) fn busy_ns(&self, now: Time) -> u64 {
        self.before_ns + if self.number > 0 { now.since(self.since).0 } else { 0 }
    }
}

/// A pool that gets no connection tries again after 10 ms, and after twice as long each time … (`backoffMs` of
/// `PoolEntryCreator` in `HikariPool` 6)
const FIRST_PAUSE: Nanos = Nanos(10_000_000);
/// … up to this.
const LONGEST_PAUSE: Nanos = Nanos(5_000_000_000);

/// How a pool comes to connections that it was refused.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Trials {
    /// The pause before the one that is to come; `None`: none is.
    pause: Option<Nanos>,
    /// Number of that one, or of the next.
    number: u32,
}

impl Trials {
    /// Whether one is to come.
    pub(crate) fn is_due(&self) -> bool {
        self.pause.is_some()
    }

    /// Whether that is number `trial`.
    pub(crate) fn is(&self, trial: u32) -> bool {
        self.is_due() && self.number == trial
    }

    /// After which pause to try after one that was in vain, and its number.
    pub(crate) fn after_refusal(&mut self) -> (Nanos, u32) {
        let last = self.pause.map_or(0, |pause| pause.0);
        self.after(Nanos(last * 2).clamp(FIRST_PAUSE, LONGEST_PAUSE))
    }

    /// The same after one that was not.
    pub(crate) fn at_once(&mut self) -> (Nanos, u32) {
        self.after(Nanos::ZERO)
    }

    fn after(&mut self, pause: Nanos) -> (Nanos, u32) {
        self.end();
        self.pause = Some(pause);
        (pause, self.number)
    }

    /// None is to come.
    pub(crate) fn end(&mut self) {
        self.number = self.number.wrapping_add(1);
        self.pause = None;
    }
}

/// The instance of a connection pool at one container.
#[derive(Debug, Default)]
pub(crate) struct PoolInstance {
    pub(crate) queue: Queue,
    pub(crate) free: u32,
    /// Places that were never given back.
    pub(crate) leaked: u32,
    /// When it tries again to open a connection.
    pub(crate) trials: Trials,
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
