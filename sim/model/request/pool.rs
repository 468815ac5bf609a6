//! A connection pool at one container: its free places, its queue, and its trials after a refused connection.

use crate::blueprint::Pool;
use crate::station::WaitingLine;
use wssim_kernel::Nanos;

/// After a refused connection a pool tries again after 10 ms, then after twice the pause each time …
/// (`backoffMs` of `PoolEntryCreator` in `HikariPool` 6)
const FIRST_PAUSE: Nanos = Nanos(10_000_000);
/// … up to this.
const LONGEST_PAUSE: Nanos = Nanos(5_000_000_000);

/// Trials to open a connection after a refusal.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Trials {
    /// The pause before the scheduled trial; `None`: none is scheduled.
    pause: Option<Nanos>,
    /// Number of that trial, or of the next.
    number: u32,
}

impl Trials {
    /// Whether a trial is scheduled.
    pub(crate) fn is_due(&self) -> bool {
        self.pause.is_some()
    }

    /// Whether it is number `trial`.
    pub(crate) fn is(&self, trial: u32) -> bool {
        self.is_due() && self.number == trial
    }

    /// The pause before the next trial after one that was refused, and its number.
    pub(crate) fn after_refusal(&mut self) -> (Nanos, u32) {
        let last = self.pause.map_or(0, |pause| pause.0);
        self.after(Nanos(last * 2).clamp(FIRST_PAUSE, LONGEST_PAUSE))
    }

    /// The same after one that succeeded.
    pub(crate) fn at_once(&mut self) -> (Nanos, u32) {
        self.after(Nanos::ZERO)
    }

    fn after(&mut self, pause: Nanos) -> (Nanos, u32) {
        self.end();
        self.pause = Some(pause);
        (pause, self.number)
    }

    /// Cancels the scheduled trial.
    pub(crate) fn end(&mut self) {
        self.number = self.number.wrapping_add(1);
        self.pause = None;
    }
}

/// The instance of a connection pool at one container.
#[derive(Debug, Default)]
pub(crate) struct PoolInstance {
    pub(crate) queue: WaitingLine,
    pub(crate) free: u32,
    /// Whether a request may have to wait for a connection although a place is free.
    pub(crate) outwaits: bool,
    /// Places that were never given back.
    pub(crate) leaked: u32,
    /// Its trials to open a connection.
    pub(crate) trials: Trials,
}

impl PoolInstance {
    pub(crate) fn new(pool: &Pool) -> Self {
        Self { free: pool.size, outwaits: pool.outwaits, ..Self::default() }
    }
}
