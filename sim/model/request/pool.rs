//! A connection pool at one container: places that are free, who waits for one, and how it comes to connections that
//! it was refused.

use crate::blueprint::Pool;
use crate::station::Line;
use wssim_kernel::Nanos;

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
    pub(crate) queue: Line,
    pub(crate) free: u32,
    /// Whether a request may have to wait for a connection though a place is free.
    pub(crate) outwaits: bool,
    /// Places that were never given back.
    pub(crate) leaked: u32,
    /// When it tries again to open a connection.
    pub(crate) trials: Trials,
}

impl PoolInstance {
    pub(crate) fn new(pool: &Pool) -> Self {
        Self { free: pool.size, outwaits: pool.outwaits, ..Self::default() }
    }
}
