//! What the leader knows of each node: ready, unknown, or down.
//!
//! ```text
//!                 3 periods less the time since its last beat
//!  ready ── not heard ────────────────────────────────────────► down
//!    │ ▲                                                          │ heard again, within the back-off
//!    │ └──────────────────── registers ◄──────────────────────────┘
//!    │ new leader     6 periods
//!    └────► unknown ──────────────────► down
//! ```
//! Each reply to a beat draws the next period, uniform in [4.5, 5.5) s; the manager waits three of it, or
//! six when it has just become leader (swarmkit, `manager/dispatcher/dispatcher.go:31–33`, `nodes.go:58`,
//! `84`, `153–165`). A node is lost somewhere in a period, so that it is marked down P × (3 − U) later:
//! 9.0 to 16.5 s, 12.5 in the median, 15.3 at 95 %. An agent drops its session when a beat is not
//! answered for 5 s, and tries again after a random part of a back-off that doubles from 0.1 to 8 s
//! (`agent/session.go:19`, `agent/agent.go:18–19`); after an outage it has grown to about as long as that.
//! Assumption: an agent that has just started registers within the first back-off.

use super::Draws;
use crate::law::Law;
use wssim_kernel::{Nanos, Time};

/// A beat that is not answered for so long ends the session.
const SESSION: Nanos = Nanos(5_000_000_000);
const BACK_OFF: [f64; 2] = [0.1, 8.0];
/// Periods until a node is marked down, and those after a leader's election.
const GRACE: f64 = 3.0;
const GRACE_AFTER_ELECTION: f64 = 6.0;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum State {
    Ready,
    Unknown,
    Down,
}

#[derive(Clone, Copy, Debug)]
pub(super) struct Agent {
    pub(super) state: State,
    /// Whether its beats get to the leader; when that last ended.
    pub(super) heard: bool,
    pub(super) lost: Time,
    /// When it is marked down, and when it registers, if nothing happens before.
    pub(super) down_at: Option<Time>,
    pub(super) registers_at: Option<Time>,
    /// Whether it has started anew since it last registered.
    pub(super) rebooted: bool,
}

impl Agent {
    pub(super) const READY: Self = Self {
        state: State::Ready,
        heard: true,
        lost: Time::ZERO,
        down_at: None,
        registers_at: None,
        rebooted: false,
    };

    /// Whether it can be told anything.
    pub(super) fn takes_part(&self) -> bool {
        self.state == State::Ready && self.heard && self.registers_at.is_none()
    }

    pub(super) fn due(&self) -> Option<Time> {
        self.down_at.into_iter().chain(self.registers_at).min()
    }

    /// It is not heard any more; a leader who is there waits for three periods.
    pub(super) fn is_lost(&mut self, now: Time, node: usize, led: bool, law: &Detection<'_>) {
        (self.heard, self.lost, self.registers_at) = (false, now, None);
        if led && self.state != State::Down && self.down_at.is_none() {
            self.down_at = Some(now + law.after_beat(node, now));
        }
    }

    /// It is heard again. Whoever was away for a moment has lost no session.
    pub(super) fn is_back(&mut self, now: Time, node: usize, law: &Detection<'_>) {
        self.heard = true;
        let away = now.since(self.lost);
        let kept = !self.rebooted && self.state == State::Ready && away < SESSION;
        let wait = if kept { Nanos::ZERO } else { self.back_off(away, node, now, law) };
        self.registers_at = Some(now + wait);
    }

    fn back_off(&self, away: Nanos, node: usize, now: Time, law: &Detection<'_>) -> Nanos {
        let [least, most] = BACK_OFF;
        let away = away.as_f64() * 1e-9;
        let grown = if self.rebooted { least } else { away.clamp(least, most) };
        Nanos::from_seconds(grown * law.draws.of(node, now, draws::BACK_OFF).open01())
    }

    /// A leader is elected who has heard nobody yet.
    pub(super) fn led_anew(&mut self, now: Time, node: usize, since: Time, law: &Detection<'_>) {
        if self.state != State::Down {
            self.state = State::Unknown;
            self.down_at = Some(now + law.after_election(node, now));
        }
        if self.heard {
            let wait = self.back_off(now.since(since), node, now, law);
            self.registers_at = Some(now + wait);
        }
    }
}

/// How long it takes until a node is marked down.
pub(super) struct Detection<'a> {
    pub(super) draws: &'a Draws,
    /// What the scenario says instead.
    pub(super) law: Option<&'a Law>,
}

impl Detection<'_> {
    fn after_beat(&self, node: usize, now: Time) -> Nanos {
        let mut random = self.draws.of(node, now, draws::BEAT);
        if let Some(law) = self.law {
            return Nanos::from_f64(law.sample(&mut random));
        }
        let period = 4.5 + random.open01();
        Nanos::from_seconds(period * (GRACE - random.open01()))
    }

    fn after_election(&self, node: usize, now: Time) -> Nanos {
        let mut random = self.draws.of(node, now, draws::GRACE);
        if let Some(law) = self.law {
            return Nanos::from_f64(law.sample(&mut random));
        }
        Nanos::from_seconds((4.5 + random.open01()) * GRACE_AFTER_ELECTION)
    }
}

/// Draws of agents.
mod draws {
    pub(super) const BACK_OFF: u32 = 8;
    pub(super) const BEAT: u32 = 9;
    pub(super) const GRACE: u32 = 10;
}
