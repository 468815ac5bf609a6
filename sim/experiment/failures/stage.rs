//! The stage of `failures`: worlds with traffic that lose a set of nodes.

use super::aftermath::Aftermath;
use super::listen::FailureListener;
use crate::cluster::{ClusterFacts, ResponseLimit, Survival};
use crate::engine;
use crate::question::{Override, Question, WorldError, Worlds};
use std::collections::BTreeMap;
use std::fmt::Debug;
use std::sync::{Arc, Mutex, PoisonError};
use wssim_kernel::{Nanos, Time};
use wssim_model::blueprint::{Comes, Fault, FaultKind};
use wssim_model::ids::NodeId;
use wssim_model::{Blueprint, Cut, Run, simulate_following};

/// A point: overrides, and the places of the lost nodes; `None` for no loss.
#[derive(Clone, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct LossPoint {
    pub(super) overrides: Vec<Override>,
    pub(super) nodes: Option<Vec<usize>>,
}

/// A world without faults.
#[derive(Debug)]
pub(super) struct CalmWorld {
    pub(super) blueprint: Blueprint,
    pub(super) cluster: ClusterFacts,
}

/// A world that loses a set of nodes, with the results of its replications.
#[derive(Debug)]
pub(super) struct LostSet {
    pub(super) world: Arc<CalmWorld>,
    pub(super) nodes: Option<Vec<usize>>,
    pub(super) done: Vec<Aftermath>,
}

/// Parameters common to all replications.
pub(super) struct FailureStage<'a> {
    pub(super) worlds: &'a dyn Worlds,
    pub(super) question: &'a Question,
    pub(super) seed: u64,
    /// The definitions of survival: the one asked for, a looser and a stricter one.
    pub(super) definitions: [Survival; 3],
    /// Times simulated before and after the fault.
    pub(super) lead: Nanos,
    pub(super) observed: Nanos,
    /// Worlds made so far, shared by the sets.
    made: Mutex<BTreeMap<Vec<Override>, Arc<CalmWorld>>>,
}

impl<'a> FailureStage<'a> {
    pub(super) fn new(
        worlds: &'a dyn Worlds,
        question: &'a Question,
        seed: u64,
        definitions: [Survival; 3],
    ) -> Self {
        let (lead, observed) = (Nanos::ZERO, observed(&definitions));
        let made = Mutex::new(BTreeMap::new());
        Self { worlds, question, seed, definitions, lead, observed, made }
    }

    /// The calm world at `overrides`.
    ///
    /// # Errors
    /// When it cannot be made.
    pub(super) fn calm(&self, overrides: &[Override]) -> Result<Arc<CalmWorld>, WorldError> {
        let known = |made: &BTreeMap<_, Arc<CalmWorld>>| made.get(overrides).map(Arc::clone);
        if let Some(calm) = known(&self.made.lock().unwrap_or_else(PoisonError::into_inner)) {
            return Ok(calm);
        }
        let world = self.worlds.at_risk(None, overrides)?;
        let blueprint = world.blueprint.struck_by(Vec::new());
        let calm = Arc::new(CalmWorld { blueprint, cluster: world.cluster });
        let mut made = self.made.lock().unwrap_or_else(PoisonError::into_inner);
        made.insert(overrides.to_vec(), Arc::clone(&calm));
        Ok(calm)
    }

    /// One replication of the world `calm`, in which the nodes of `set` are lost.
    ///
    /// # Errors
    /// When it is to stop, or would need more memory than allowed.
    pub(super) fn lose(
        &self,
        calm: &Blueprint,
        set: Option<&[usize]>,
        replication: u32,
        stop: &dyn Fn() -> bool,
    ) -> Result<Aftermath, Cut> {
        let struck = calm.struck_by(set.map(crash).into_iter().collect());
        let begin = Time::ZERO + self.lead;
        let listener = FailureListener::new(&struck, begin, begin + self.observed);
        let run = Run { seed: self.seed, replication, lead: self.lead, measured: self.observed };
        let follow = self.definitions[0].window;
        let (outcome, listener) = simulate_following(&struck, run, follow, listener, stop)?;
        let facts = self.question.cluster.entries.iter();
        let limits: Vec<Vec<ResponseLimit>> = facts.map(|facts| facts.limits.clone()).collect();
        let seconds = self.observed.seconds();
        Ok(Aftermath::of(&struck, listener, &outcome, &self.definitions, &limits, seconds))
    }
}

impl engine::Stage for FailureStage<'_> {
    type Point = LossPoint;
    type Arm = LostSet;
    type One = Aftermath;

    fn open(&self, point: &LossPoint) -> Result<LostSet, WorldError> {
        let world = self.calm(&point.overrides)?;
        Ok(LostSet { world, nodes: point.nodes.clone(), done: Vec::new() })
    }

    fn is_same(&self, a: &LostSet, b: &LostSet) -> bool {
        let is_one = Arc::ptr_eq(&a.world, &b.world);
        a.nodes == b.nodes && (is_one || a.world.blueprint == b.world.blueprint)
    }

    fn identity(&self, arm: &LostSet) -> impl Debug {
        let facts = self.question.cluster.entries.iter();
        let limits: Vec<&Vec<ResponseLimit>> = facts.map(|facts| &facts.limits).collect();
        let Self { seed, definitions, lead, observed, .. } = *self;
        ((seed, definitions, lead, observed), limits, &arm.nodes, &arm.world.blueprint)
    }

    fn replicate(
        &self,
        arm: &LostSet,
        number: u32,
        stop: &dyn Fn() -> bool,
    ) -> Result<Aftermath, Cut> {
        self.lose(&arm.world.blueprint, arm.nodes.as_deref(), number, stop)
    }

    fn events(&self, one: &Aftermath) -> u64 {
        one.events
    }

    fn keep(&self, arm: &mut LostSet, one: Aftermath) {
        arm.done.push(one);
    }

    fn replications(&self, arm: &LostSet) -> u32 {
        arm.done.len() as u32
    }
}

/// Long enough for the latest window that any definition allows, and for another after it.
pub(super) fn observed(definitions: &[Survival; 3]) -> Nanos {
    let needed = definitions.iter().map(|one| one.within.0.saturating_add(2 * one.window.0));
    Nanos(needed.max().unwrap_or(0))
}

/// The nodes of `set` crash at once, for good.
pub(crate) fn crash(set: &[usize]) -> Fault {
    Fault {
        name: "failures".to_owned(),
        comes: Comes::Once(Nanos::ZERO),
        kind: FaultKind::Crash,
        nodes: set.iter().map(|node| NodeId::from(*node)).collect(),
        containers: Vec::new(),
        repair: None,
    }
}
