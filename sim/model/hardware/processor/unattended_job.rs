//! A job whose end no frame waits for, with a thread of its own.

use wssim_kernel::Time;

/// An unattended job with a thread of its own.
#[derive(Clone, Copy, Debug)]
pub(super) struct Unattended {
    pub(super) container: u32,
    pub(super) demand: f64,
    /// When it began.
    pub(super) begun: Time,
    /// Since when it has had a thread of its own.
    pub(super) since: Time,
    pub(super) finish: Time,
}

impl Unattended {
    /// What is left of its demand at `now`; off by at most the rounding of its end to whole nanoseconds.
    pub(super) fn left(&self, now: Time, speed: f64) -> f64 {
        (self.finish.since(now).as_f64() * speed).min(self.demand)
    }
}
