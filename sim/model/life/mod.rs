//! A container's life, the same for every orchestrator.
//!
//! ```text
//!            startup CPU        first good health check         each observer, with its lag
//! starting ──────────────► ready ─────────────────────► registered ─────────────────────► in views
//!    ▲  └ what it needs is not there: it looks again (`waiting.rs`)
//!    ▲                                                       │ told to stop
//!    │                            stopping ◄─── 2 s ─── draining: out of views, still answering
//!    │                                │ empty, or grace is over
//!    └────────── restart delay ──── dead ◄── killed, or its node crashed
//! ```
//! A *killed* container ends loudly: its kernel resets its connections, and its daemon withdraws it
//! within a fraction of a second. One whose node crashed ends quietly: nobody hears anything, until
//! somebody detects it (`registry.rs`). Whoever has an open connection notices by time-outs of his own.

mod control;
mod draws;
mod driver;
mod empty;
mod health;
mod led;
mod lives;
mod proxies;
mod pulls;
mod registry;
mod waiting;
mod world;

pub(crate) use control::Control;
pub(crate) use draws::Draws;
pub(crate) use driver::{Change, Driver, Moment, Upkeep};
pub(crate) use health::{Checked, Pulse};
pub(crate) use led::Led;
pub(crate) use lives::Lives;
pub(crate) use pulls::Pulls;
pub(crate) use registry::Registry;
pub(crate) use waiting::{Awaiting, Waiting};

use crate::blueprint;
use crate::orchestrator::Exit;
use crate::probe::Failure;
use wssim_kernel::{Nanos, Time};

/// How often it is looked whether a container that was told to end is empty.
const LOOK: Nanos = Nanos(20_000_000);

/// Where a container is in its life.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Phase {
    /// It does not run; it starts when its restart delay is over, if its node is up.
    Dead,
    /// It computes, or waits for what it needs, and does not listen yet.
    Starting,
    /// It answers whoever knows of it; its health is still to be found.
    Ready,
    /// Its node's daemon has registered it.
    Registered,
    /// It is withdrawn, and does not know of it yet.
    Draining,
    /// It has been told to end: it finishes what it has and takes nothing new on.
    Stopping,
}

/// The life of one container.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Life {
    pub(crate) phase: Phase,
    /// Number of the present life; connections are opened to one.
    pub(crate) incarnation: u32,
    /// Number of the life with which it got its address.
    pub(crate) address: u32,
    /// Lives before this one ended quietly, or before another that did.
    pub(crate) quiet_before: u32,
    /// When the present life began; stopping: when its grace is over.
    pub(crate) started: Time,
    /// When the last life closed the connections on which nothing was under way.
    pub(crate) closed: Time,
    /// Number of the next turn in its life: one that was overtaken does not happen.
    pub(crate) turn: u32,
    /// Whether its process hangs.
    pub(crate) hangs: bool,
    /// Time as ready or registered, up to the last change, in nanoseconds.
    up_ns: u64,
    up_since: Option<Time>,
}

impl Default for Life {
    /// Registered since the beginning.
    fn default() -> Self {
        Self {
            phase: Phase::Registered,
            incarnation: 0,
            address: 0,
            quiet_before: 0,
            started: Time::ZERO,
            closed: Time::ZERO,
            turn: 0,
            hangs: false,
            up_ns: 0,
            up_since: Some(Time::ZERO),
        }
    }
}

impl Life {
    /// The first life of `container`.
    pub(crate) fn first(container: &blueprint::Container) -> Self {
        match (container.begins, container.spare) {
            (None, false) => Self::default(),
            (Some(_), _) => Self::to_come(),
            (None, true) => Self::spare(),
        }
    }

    /// It does not run yet.
    fn to_come() -> Self {
        Self { phase: Phase::Dead, up_since: None, ..Self::default() }
    }

    /// It does not run, and nobody has an address of it.
    fn spare() -> Self {
        Self { incarnation: 1, address: 1, ..Self::to_come() }
    }

    /// Whether it answers.
    #[inline]
    pub(crate) fn listens(&self) -> bool {
        !matches!(self.phase, Phase::Dead | Phase::Starting)
    }

    /// Whether it has closed its idle connections.
    #[inline]
    pub(crate) fn hangs_up(&self) -> bool {
        self.phase == Phase::Stopping
    }

    /// Whether it listens, and its health is looked at.
    pub(crate) fn is_checked(&self) -> bool {
        matches!(self.phase, Phase::Ready | Phase::Registered)
    }

    /// Time for which it has answered, up to `now`, in nanoseconds.
    pub(crate) fn up_ns(&self, now: Time) -> u64 {
        self.up_ns + self.up_since.map_or(0, |since| now.since(since).0)
    }

    /// What was to be its next turn does not come any more.
    pub(crate) fn give_up_start(&mut self) {
        self.turn = self.turn.wrapping_add(1);
    }

    pub(crate) fn enter(&mut self, now: Time, phase: Phase) {
        self.up_ns = self.up_ns(now);
        if phase == Phase::Stopping || phase == Phase::Dead && self.phase != Phase::Stopping {
            self.closed = now;
        }
        self.phase = phase;
        self.up_since = self.listens().then_some(now);
        self.turn = self.turn.wrapping_add(1);
    }

    /// What was due to start it again is not.
    pub(crate) fn stays_dead(&mut self) {
        self.turn = self.turn.wrapping_add(1);
    }
}

/// How a life ends.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum End {
    /// The process is killed, its node lives.
    Loud,
    /// It was told to end, and has done what it had to.
    Done,
    /// Its node is gone.
    Quiet,
    /// Its first process is killed for want of memory.
    Killed,
    /// One of its other processes is: the first starts it anew, and nobody outside knows.
    LostWorker,
}

impl End {
    /// Why the requests at such a container fail, in the eyes of those who hear of it.
    pub(crate) fn failure(self) -> Failure {
        match self {
            Self::Killed | Self::LostWorker => Failure::Oom,
            Self::Loud | Self::Done | Self::Quiet => Failure::Reset,
        }
    }

    /// How its orchestrator sees it.
    pub(crate) fn exit(self) -> Exit {
        if self == Self::Done { Exit::Completed } else { Exit::Failed }
    }
}

/// When a container whose start-up CPU was over at `since` looks for what it needs, from `now` on: at
/// whole multiples of `retry`.
pub(crate) fn next_look(since: Time, retry: Nanos, now: Time) -> Time {
    let looks = now.since(since).0.div_ceil(retry.0.max(1));
    Time(since.0.saturating_add(looks.saturating_mul(retry.0.max(1))))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn looks_come_at_multiples_since_the_end_of_the_start_up() {
        let second = |s: u64| Time(s * 1_000_000_000);
        let retry = Nanos(5_000_000_000);
        for (now, looks) in [(102, 102), (103, 107), (107, 107), (108, 112), (1000, 1002)] {
            assert_eq!(next_look(second(102), retry, second(now)), second(looks));
        }
        // Without a pause it looks at once.
        assert_eq!(next_look(second(102), Nanos::ZERO, Time(102_000_000_007)).0, 102_000_000_007);
    }

    #[test]
    fn time_counts_while_it_listens() {
        let mut life = Life::default();
        life.enter(Time(10), Phase::Dead);
        assert_eq!(life.up_ns(Time(50)), 10);
        life.enter(Time(60), Phase::Starting);
        life.enter(Time(70), Phase::Ready);
        life.enter(Time(75), Phase::Registered);
        assert_eq!(life.up_ns(Time(100)), 40);
    }
}
