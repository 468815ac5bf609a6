//! Where sets of nodes are lost: one replication of a world in which one of them is.

use super::aftermath::Aftermath;
use super::listen::Listener;
use crate::cluster::{Limit, Survival};
use crate::question::Question;
use wssim_kernel::{Nanos, Time};
use wssim_model::blueprint::{Comes, Fault, FaultKind};
use wssim_model::ids::NodeId;
use wssim_model::{Blueprint, Run, simulate_following};

/// What all replications have in common.
#[derive(Clone, Copy, Debug)]
pub(super) struct Stage<'a> {
    pub(super) question: &'a Question,
    pub(super) seed: u64,
    /// What counts as survived: as asked for, looser, stricter.
    pub(super) definitions: [Survival; 3],
    /// Simulated before the fault, and looked at after it.
    pub(super) lead: Nanos,
    pub(super) observed: Nanos,
}

impl Stage<'_> {
    /// One replication of the world `calm`, in which the nodes of `set` are lost; `None` when it is to stop.
    pub(super) fn replicate(
        &self,
        calm: &Blueprint,
        set: Option<&[usize]>,
        replication: u32,
        stop: &dyn Fn() -> bool,
    ) -> Option<Aftermath> {
        let struck = calm.struck_by(set.map(crash).into_iter().collect());
        let begin = Time::ZERO + self.lead;
        let listener = Listener::new(&struck, begin, begin + self.observed);
        let run = Run { seed: self.seed, replication, lead: self.lead, measured: self.observed };
        let follow = self.definitions[0].window;
        let (outcome, listener) = simulate_following(&struck, run, follow, listener, stop)?;
        let facts = self.question.cluster.entries.iter();
        let limits: Vec<Vec<Limit>> = facts.map(|facts| facts.limits.clone()).collect();
        let seconds = self.observed.seconds();
        Some(Aftermath::of(&struck, listener, &outcome, &self.definitions, &limits, seconds))
    }
}

/// Long enough for a window that begins as late as any definition allows, and for one after it.
pub(super) fn observed(definitions: &[Survival; 3]) -> Nanos {
    let needed = definitions.iter().map(|one| one.within.0.saturating_add(2 * one.window.0));
    Nanos(needed.max().unwrap_or(0))
}

/// The nodes of `set` stop at once, for good.
fn crash(set: &[usize]) -> Fault {
    Fault {
        name: "failures".to_owned(),
        comes: Comes::Once(Nanos::ZERO),
        kind: FaultKind::Crash,
        nodes: set.iter().map(|node| NodeId::from(*node)).collect(),
        containers: Vec::new(),
        repair: None,
    }
}
