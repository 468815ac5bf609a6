//! The managers, their leader, and whether it can decide.
//!
//! A leader decides while it hears a quorum, ⌊N/2⌋ + 1 of all managers. One that hears fewer decides nothing, steps
//! down after a while (Swarm: the ten ticks of an election time-out, swarmkit raft.go), and leads on if it hears
//! them again before that. The election of its successor is played when it is lost (`election.rs`, or by a lease),
//! and again when other managers come or go meanwhile. While no manager hears a quorum there is no new leader.
//!
//! Assumptions: messages between managers take no time; a manager that comes back while there is no leader begins
//! to count then.

use super::draws::PlaneDraws;
use super::election::{self, Follower};
use super::reach::PlaneReach;
use super::rules::{Election, Rules};
use wssim_kernel::{Nanos, Time};

/// How the leader has changed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Leadership {
    Same,
    /// No manager can decide any more.
    Lost,
    /// The same leader decides again.
    Back,
}

#[derive(Debug)]
pub(super) struct Managers {
    rules: &'static Rules,
    nodes: Vec<usize>,
    leader: Option<usize>,
    /// Whether the leader hears a quorum.
    able: bool,
    /// When it last heard one.
    since: Time,
    /// When each manager's process began to run.
    booted: Vec<Time>,
    /// The next leader and when it leads, unless a manager comes or goes.
    next: Option<(Time, usize)>,
    /// Which managers heard each other when that was played.
    heard: Vec<bool>,
}

impl Managers {
    /// Managers with one of them as leader.
    pub(super) fn new(nodes: Vec<usize>, rules: &'static Rules, draws: &PlaneDraws) -> Self {
        let chosen = (draws.unit(0, draws::LEADER) * nodes.len() as f64) as usize;
        Self {
            rules,
            leader: nodes.get(chosen).copied(),
            able: !nodes.is_empty(),
            since: Time::ZERO,
            booted: vec![Time::ZERO; nodes.len()],
            next: None,
            heard: vec![true; nodes.len() * nodes.len()],
            nodes,
        }
    }

    /// The manager that decides; `None`: none can.
    pub(super) fn decides(&self) -> Option<usize> {
        self.leader.filter(|_| self.able)
    }

    /// Since when no manager decides, if none does.
    pub(super) fn since(&self) -> Time {
        self.since
    }

    /// When the next leader is elected.
    pub(super) fn due(&self) -> Option<Time> {
        self.next.map(|(at, _)| at)
    }

    /// Whether beats of `node` reach the leader, directly or through another manager.
    pub(super) fn hear(&self, node: usize, reach: &PlaneReach) -> bool {
        let Some(leader) = self.leader else { return false };
        let by = |&by: &usize| reach.joined(node, by) && reach.joined(by, leader);
        reach.joined(node, leader) || self.nodes.iter().any(by)
    }

    /// Whether the leader's process runs, whichever managers it hears.
    pub(super) fn is_led(&self, reach: &PlaneReach) -> bool {
        self.leader.is_some_and(|leader| reach.joined(leader, leader))
    }

    fn quorum(&self) -> usize {
        self.nodes.len() / 2 + 1
    }

    fn has_quorum(&self, leader: usize, reach: &PlaneReach) -> bool {
        let heard = self.nodes.iter().filter(|&&node| reach.joined(leader, node));
        reach.joined(leader, leader) && heard.count() >= self.quorum()
    }

    /// The process of the manager on `node` restarts: a leader loses its office.
    pub(super) fn rebooted(&mut self, now: Time, node: usize) {
        if let Some(place) = self.nodes.iter().position(|manager| *manager == node) {
            self.booted[place] = now;
        }
        if self.leader == Some(node) {
            (self.leader, self.next) = (None, None);
            self.since = if self.able { now } else { self.since };
            self.heard.fill(false);
        }
    }

    /// Takes in that nodes hear each other differently.
    pub(super) fn look(&mut self, now: Time, reach: &PlaneReach, draws: &PlaneDraws) -> Leadership {
        let before = self.able;
        let in_time = before || now.since(self.since) < self.rules.steps_down;
        self.able = self.leader.is_some_and(|leader| in_time && self.has_quorum(leader, reach));
        if self.able {
            self.next = None;
            return if before { Leadership::Same } else { Leadership::Back };
        }
        if before {
            self.since = now;
        }
        let heard = self.pairs(reach);
        if before || heard != self.heard {
            self.heard = heard;
            self.next = match self.rules.election {
                Election::Ticks => self.play(now, reach, draws),
                Election::Lease { lasts, renewed, tried } => {
                    self.take_lease(now, reach, draws, [lasts, renewed, tried])
                }
            };
        }
        if before { Leadership::Lost } else { Leadership::Same }
    }

    fn pairs(&self, reach: &PlaneReach) -> Vec<bool> {
        let to = |&a: &usize| self.nodes.iter().map(move |&b| reach.joined(a, b));
        self.nodes.iter().flat_map(to).collect()
    }

    /// The next leader, played from now. Within an election time-out after the loss all managers still count from
    /// its last beat; later each is at its own point of a time-out.
    fn play(&self, now: Time, reach: &PlaneReach, draws: &PlaneDraws) -> Option<(Time, usize)> {
        let fresh = now.since(self.since) < self.rules.steps_down;
        let from = if fresh { self.since } else { now };
        let old = self.leader.filter(|_| fresh);
        let last_beat = -draws.unit(from.0, draws::BEAT);
        let there = |&(_, &node): &(usize, &usize)| reach.joined(node, node) && Some(node) != old;
        let managers: Vec<(usize, usize)> = (self.nodes.iter().enumerate())
            .filter(there)
            .map(|(place, &node)| (place, node))
            .collect();
        let mut followers: Vec<Follower> = (managers.iter())
            .map(|&(place, node)| {
                let mut random = draws.of(node, from, draws::FOLLOWER);
                let (phase, out) = (random.open01(), election::timeout(random.open01()));
                let booted = self.booted[place];
                let since = match () {
                    () if booted > self.since && booted >= from => now_since(booted, from),
                    () if fresh => last_beat,
                    () => -random.open01() * f64::from(out),
                };
                let led = fresh && booted <= self.since;
                Follower::new(phase, since, led, out)
            })
            .collect();
        let joined = |a: usize, b: usize| reach.joined(managers[a].1, managers[b].1);
        let mut more = draws.at(from.0, draws::AGAIN);
        let mut again = || election::timeout(more.open01());
        let mut earliest = now_since(now, from);
        loop {
            let (at, who) = election::play(&mut followers, self.quorum(), joined, &mut again)?;
            if at >= earliest {
                return Some((from + Nanos::from_seconds(at), managers[who].1));
            }
            // The former winner has lost managers whose votes it needed.
            earliest = earliest.max(at);
        }
    }

    /// Which manager that hears a quorum takes the lease of the lost leader; the old leader only after it has let
    /// the lease run out.
    fn take_lease(
        &self,
        now: Time,
        reach: &PlaneReach,
        draws: &PlaneDraws,
        [lasts, renewed, tried]: [f64; 3],
    ) -> Option<(Time, usize)> {
        let fresh = now.since(self.since) < self.rules.steps_down;
        let old = self.leader.filter(|_| fresh);
        let runs_out = lasts - renewed * draws.unit(self.since.0, draws::BEAT);
        let open = (self.since + Nanos::from_seconds(runs_out)).max(now);
        let able = |node: &&usize| Some(**node) != old && self.has_quorum(**node, reach);
        let first = self.nodes.iter().filter(able).map(|&node| {
            let wait = tried * draws.of(node, open, draws::FOLLOWER).open01();
            (open + Nanos::from_seconds(wait), node)
        });
        first.min()
    }

    /// Makes the next leader the leader.
    pub(super) fn elect(&mut self, now: Time) -> Option<usize> {
        let (_, leader) = self.next.take_if(|(at, _)| *at <= now)?;
        (self.leader, self.able) = (Some(leader), true);
        Some(leader)
    }
}

fn now_since(now: Time, from: Time) -> f64 {
    now.since(from).as_f64() * 1e-9
}

pub(super) mod draws {
    pub(crate) const LEADER: u32 = 0;
    pub(crate) const BEAT: u32 = 1;
    pub(crate) const FOLLOWER: u32 = 2;
    pub(crate) const AGAIN: u32 = 3;
}
