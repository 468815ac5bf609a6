//! A container's life, the same for every orchestrator.
//!
//! ```text
//!            startup CPU        first good health check         each observer, with its lag
//! starting ──────────────► ready ─────────────────────► registered ─────────────────────► in views
//!    ▲  └ a service that it needs is not there: it looks again (`waiting.rs`)
//!    ▲                                                       │ told to stop
//!    │                            stopping ◄─── 2 s ─── draining: out of views, still answering
//!    │                                │ empty, or grace is over
//!    └────────── restart delay ──── dead ◄── killed, or its node crashed
//! ```
//! A *killed* container ends loudly: its kernel resets its connections, and its daemon withdraws it within a
//! fraction of a second. A container whose node crashed ends quietly: no observer learns it before it is detected
//! (`registry.rs`), and callers with an open connection notice by their own time-outs.

mod control;
mod draws;
mod driver;
mod hang;
mod health;
mod lives;
mod needs;
mod news;
mod proxies;
mod pulls;
mod pulse;
mod registry;
mod upkeep;
mod waiting;
mod world;

pub(crate) use control::Control;
pub(crate) use draws::Draws;
pub(crate) use driver::{Change, Driver, Moment};
pub(crate) use health::HealthDriver;
pub(crate) use lives::Lives;
pub(crate) use needs::Awaiting;
pub(crate) use pulls::Pulls;
pub(crate) use pulse::Pulse;
pub(crate) use registry::Registry;
pub(crate) use upkeep::Upkeep;
pub(crate) use waiting::Waiting;

use crate::blueprint;
use crate::orchestrator::Exit;
use crate::probe::Failure;
use wssim_kernel::{Nanos, Time};

/// Interval at which a container that was told to end is checked for requests.
const LOOK: Nanos = Nanos(20_000_000);

/// The phase of a container in its life.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Phase {
    /// It does not run; it starts when its restart delay is over, if its node is up.
    Dead,
    /// It uses CPU, or waits for services that it needs, and does not listen yet.
    Starting,
    /// It answers callers that know its address; no check has found it healthy yet.
    Ready,
    /// Its node's daemon has registered it.
    Registered,
    /// It is withdrawn, and has not received the order to end.
    Draining,
    /// It has been told to end: it finishes its requests and takes no new ones.
    Stopping,
}

#[derive(Clone, Copy, Debug)]
pub(crate) struct Life {
    pub(crate) phase: Phase,
    /// Number of the present life; each connection is opened to one life.
    pub(crate) incarnation: u32,
    /// Number of the life with which it got its address.
    pub(crate) address: u32,
    /// Lives with a lower number than this ended quietly, or before another that did.
    pub(crate) quiet_before: u32,
    /// When the present life began; while stopping: when its grace is over.
    pub(crate) started: Time,
    /// When the last life closed its idle connections.
    pub(crate) closed: Time,
    /// Number of the next turn in its life: a turn that is overtaken has another number.
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
    pub(crate) fn first(container: &blueprint::Container) -> Self {
        match (container.begins, container.spare) {
            (None, false) => Self::default(),
            (Some(_), _) => Self::to_come(),
            (None, true) => Self::spare(),
        }
    }

    /// A life that begins later.
    fn to_come() -> Self {
        Self { phase: Phase::Dead, up_since: None, ..Self::default() }
    }

    /// A spare container, which does not run and whose address no caller has.
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

    /// Whether it listens and has checks.
    pub(crate) fn is_checked(&self) -> bool {
        matches!(self.phase, Phase::Ready | Phase::Registered)
    }

    /// Time for which it has answered, up to `now`, in nanoseconds.
    pub(crate) fn up_ns(&self, now: Time) -> u64 {
        self.up_ns + self.up_since.map_or(0, |since| now.since(since).0)
    }

    /// Cancels the next turn, a start.
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

    /// Cancels the scheduled restart.
    pub(crate) fn stays_dead(&mut self) {
        self.turn = self.turn.wrapping_add(1);
    }
}

/// How a life ends.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum End {
    /// The process is killed, its node runs on.
    Loud,
    /// It was told to end, and has finished its requests.
    Done,
    /// Its node is gone.
    Quiet,
    /// The out-of-memory killer ends its first process.
    Killed,
    /// The out-of-memory killer ends another of its processes: the first restarts that, and no observer learns it.
    LostWorker,
}

impl End {
    /// The failure of the requests at such a container, as their callers see it.
    pub(crate) fn failure(self) -> Failure {
        match self {
            Self::Killed | Self::LostWorker => Failure::Oom,
            Self::Loud | Self::Done | Self::Quiet => Failure::Reset,
        }
    }

    /// The kind of end for its orchestrator.
    pub(crate) fn exit(self) -> Exit {
        if self == Self::Done { Exit::Completed } else { Exit::Failed }
    }
}

/// When a container whose start-up CPU time was over at `since` next looks for its services, not before `now`: at
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
