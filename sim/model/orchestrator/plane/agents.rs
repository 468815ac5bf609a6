//! The leader's knowledge of each node: ready, unknown, or down.
//!
//! ```text
//!                 3 periods less the time since its last beat
//!  ready ── not heard ────────────────────────────────────────► down
//!    │ ▲                                                          │ heard again, within the back-off
//!    │ └──────────────────── registers ◄──────────────────────────┘
//!    │ new leader     6 periods
//!    └────► unknown ──────────────────► down
//! ```
//! Swarm: each reply to a beat draws the next period, uniform in [4.5, 5.5) s; the manager waits three periods, or
//! six when it has just become leader (swarmkit, `manager/dispatcher/dispatcher.go:31–33`, `nodes.go:58`,
//! `84`, `153–165`). The loss falls at a uniform point of a period, so the node is marked down P × (3 − U) later:
//! 9.0 to 16.5 s, 12.5 in the median, 15.3 at 95 %. An agent drops its session when a beat is not
//! answered for 5 s, and tries again after a random part of a back-off that doubles from 0.1 to 8 s
//! (`agent/session.go:19`, `agent/agent.go:18–19`); after an outage the back-off is about as long as the outage.
//! Assumption: an agent that has just started registers within the first back-off.

use super::draws::PlaneDraws;
use super::rules::{Beats, LossRule};
use crate::law::Law;
use wssim_kernel::stream::Draw;
use wssim_kernel::{Nanos, Time};

/// Mean period of Swarm's beats, and how much longer the longest is than the shortest, in seconds.
const PERIOD: f64 = 5.0;
const SPREAD: f64 = 1.0;
const BACK_OFF: [f64; 2] = [0.1, 8.0];
/// Periods until a node is marked down, and the same after a leader's election.
const GRACE: f64 = 3.0;
const GRACE_AFTER_ELECTION: f64 = 6.0;

/// Swarm's time from the loss of a node until it is marked down, in seconds.
pub(in crate::orchestrator) fn after_beat(random: &mut Draw<'_>) -> f64 {
    let period = next_period(random);
    period * (GRACE - random.open01())
}

/// The same from a leader's election, in seconds.
pub(in crate::orchestrator) fn after_election(random: &mut Draw<'_>) -> f64 {
    next_period(random) * GRACE_AFTER_ELECTION
}

fn next_period(random: &mut Draw<'_>) -> f64 {
    PERIOD - SPREAD / 2.0 + SPREAD * random.open01()
}

/// Swarm's time from the return of a node until it registers, in seconds.
pub(in crate::orchestrator) fn back_off(random: &mut Draw<'_>, away: f64, rebooted: bool) -> f64 {
    let [least, most] = BACK_OFF;
    let grown = if rebooted { least } else { away.clamp(least, most) };
    grown * random.open01()
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum AgentState {
    Ready,
    Unknown,
    Down,
}

#[derive(Clone, Copy, Debug)]
pub(super) struct Agent {
    pub(super) state: AgentState,
    /// Whether its beats reach the leader, and when they last stopped.
    pub(super) heard: bool,
    pub(super) lost: Time,
    /// When it is marked down, registers, and has its containers replaced, unless an event comes before.
    pub(super) down_at: Option<Time>,
    pub(super) registers_at: Option<Time>,
    pub(super) replaced_at: Option<Time>,
    /// Whether its containers have been replaced since it was marked down.
    pub(super) is_replaced: bool,
    /// Whether it has rebooted since it last registered.
    pub(super) rebooted: bool,
}

impl Agent {
    pub(super) const READY: Self = Self {
        state: AgentState::Ready,
        heard: true,
        lost: Time::ZERO,
        down_at: None,
        registers_at: None,
        replaced_at: None,
        is_replaced: false,
        rebooted: false,
    };

    /// Whether the leader can give it orders.
    pub(super) fn takes_part(&self) -> bool {
        self.state == AgentState::Ready && self.heard && self.registers_at.is_none()
    }

    pub(super) fn due(&self) -> Option<Time> {
        self.down_at.into_iter().chain(self.registers_at).chain(self.replaced_at).min()
    }

    /// The leader stops hearing it. A leader whose process runs marks it down after the grace.
    pub(super) fn is_lost(&mut self, now: Time, node: usize, led: bool, law: &DetectionLaw<'_>) {
        (self.heard, self.lost, self.registers_at) = (false, now, None);
        if led && self.state != AgentState::Down && self.down_at.is_none() {
            self.down_at = Some(now + law.after_loss(node, now));
        }
    }

    /// The leader hears it again. After a short absence it still has its session.
    pub(super) fn is_back(&mut self, now: Time, node: usize, law: &DetectionLaw<'_>) {
        self.heard = true;
        let away = now.since(self.lost);
        let kept = !self.rebooted && self.state == AgentState::Ready && away < law.beats.session;
        let wait = if kept { Nanos::ZERO } else { self.back(away, node, now, law) };
        self.registers_at = Some(now + wait);
    }

    fn back(&self, away: Nanos, node: usize, now: Time, law: &DetectionLaw<'_>) -> Nanos {
        let mut random = law.draws.of(node, now, draws::BACK_OFF);
        let away = away.as_f64() * 1e-9;
        Nanos::from_seconds((law.beats.back)(&mut random, away, self.rebooted))
    }

    /// A leader is elected that has heard no agent yet.
    pub(super) fn led_anew(&mut self, now: Time, node: usize, since: Time, law: &DetectionLaw<'_>) {
        let knows_none = law.beats.new_leader_knows_none;
        if self.state != AgentState::Down && (knows_none || !self.heard) {
            if knows_none {
                self.state = AgentState::Unknown;
            }
            self.down_at = Some(now + law.after_election(node, now));
        }
        let is_known = !knows_none && self.state == AgentState::Ready && !self.rebooted;
        if self.heard && is_known {
            (self.down_at, self.registers_at) = (None, Some(now));
        } else if self.heard {
            let wait = self.back(now.since(since), node, now, law);
            self.registers_at = Some(now + wait);
        }
    }
}

/// Sets when the containers of nodes that are down are replaced: some time after they are marked down, or after the
/// number of nodes that are down has fallen below the one that suggests a failed network.
pub(super) fn tolerate(agents: &mut [Agent], now: Time, lost: LossRule) {
    let LossRule::Tolerated { after, share, nodes } = lost else { return };
    let down = agents.iter().filter(|agent| agent.state == AgentState::Down).count();
    if down >= nodes && down as f64 >= share * agents.len() as f64 {
        return;
    }
    for agent in agents {
        let waits = agent.state == AgentState::Down && !agent.is_replaced;
        if waits && agent.replaced_at.is_none() {
            agent.replaced_at = Some(now + after);
        }
    }
}

/// The time until a node is marked down.
pub(super) struct DetectionLaw<'a> {
    pub(super) draws: &'a PlaneDraws,
    pub(super) beats: &'a Beats,
    /// The scenario's law instead, if it has one.
    pub(super) law: Option<&'a Law>,
}

impl DetectionLaw<'_> {
    fn after_loss(&self, node: usize, now: Time) -> Nanos {
        self.time(self.draws.of(node, now, draws::BEAT), self.beats.after_loss)
    }

    fn after_election(&self, node: usize, now: Time) -> Nanos {
        self.time(self.draws.of(node, now, draws::GRACE), self.beats.after_election)
    }

    fn time(&self, mut random: Draw<'_>, own: fn(&mut Draw<'_>) -> f64) -> Nanos {
        match self.law {
            Some(law) => Nanos::from_f64(law.sample(&mut random)),
            None => Nanos::from_seconds(own(&mut random)),
        }
    }
}

mod draws {
    pub(super) const BACK_OFF: u32 = 8;
    pub(super) const BEAT: u32 = 9;
    pub(super) const GRACE: u32 = 10;
}
