//! The plain grid: thread time per 100 ms period, refilled at each boundary, nothing carried over. All
//! threads of the container stop at the nanosecond at which they have used it up together.
//!
//! It is the limit of the kernel's rule for short slices and ticks, and has closed forms: a single job that
//! begins with a period runs for `cpus` of each.

use super::period::{PERIOD_NS, ceil};
use wssim_kernel::Time;

/// Thread time used in the period of the last look.
#[derive(Clone, Copy, Debug)]
pub(in super::super) struct Grid {
    /// Thread-nanoseconds per period.
    per_period: f64,
    used: f64,
    updated: Time,
    pub(super) exhausted: bool,
}

impl Grid {
    pub(super) fn new(cpus: f64) -> Self {
        Self {
            per_period: cpus * PERIOD_NS as f64,
            used: 0.0,
            updated: Time::ZERO,
            exhausted: false,
        }
    }

    /// Accounts for `threads` running since the last look.
    pub(super) fn use_until(&mut self, now: Time, threads: f64) {
        let boundary = now.0 / PERIOD_NS * PERIOD_NS;
        if self.updated.0 < boundary {
            self.used = 0.0;
            self.exhausted = false;
            self.updated = Time(boundary);
        }
        self.used += threads * (now.0 - self.updated.0) as f64;
        self.updated = now;
    }

    /// When the next period begins, if the quota of this one is used up; otherwise when `threads` will have used
    /// up a quota; `None`: never. The quota is up to date.
    pub(super) fn due(&self, threads: f64) -> Option<Time> {
        if self.exhausted { Some(self.next_boundary()) } else { self.exhaustion(threads) }
    }

    fn exhaustion(&self, threads: f64) -> Option<Time> {
        if threads <= 0.0 {
            return None;
        }
        let boundary = self.next_boundary();
        let left = (self.per_period - self.used).max(0.0);
        let in_this = self.updated.0.saturating_add(ceil(left / threads));
        if in_this < boundary.0 {
            return Some(Time(in_this));
        }
        let needed = ceil(self.per_period / threads);
        (needed < PERIOD_NS).then(|| Time(boundary.0 + needed))
    }

    /// Marks the quota of this period as used up.
    pub(super) fn step(&mut self) {
        self.used = self.per_period;
        self.exhausted = true;
    }

    /// When the next period begins. The quota is up to date.
    fn next_boundary(&self) -> Time {
        Time((self.updated.0 / PERIOD_NS + 1) * PERIOD_NS)
    }

    /// Whether `threads` can never use up a quota from now on. The quota is up to date.
    pub(super) fn never_binds(&self, threads: f64) -> bool {
        !self.exhausted && self.exhaustion(threads).is_none()
    }
}
