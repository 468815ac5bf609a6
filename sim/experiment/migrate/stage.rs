//! The stage of `migrate`: phases in their variants.

use super::back::back;
use super::course::{self, after, only_counts};
use super::listen::PhaseListener;
use super::passage::{Passage, PhaseSetting};
use super::plan::PlannedPhase;
use super::thin::thin;
use crate::engine;
use crate::question::{WorldError, Worlds};
use std::collections::BTreeMap;
use std::fmt::Debug;
use std::sync::{Arc, Mutex, PoisonError};
use wssim_kernel::stream::{StreamKey, name_hash};
use wssim_kernel::{Nanos, Time};
use wssim_model::blueprint::{Comes, Fault, FaultKind, Procedure, Work};
use wssim_model::ids::NodeId;
use wssim_model::law::Law;
use wssim_model::{Blueprint, Cut, Run, simulate_following};

/// Time simulated before a phase: connections open, caches and memory fill.
const CALM: Nanos = Nanos(120_000_000_000);
/// Time after a phase in which its requests are followed.
const FOLLOW: Nanos = Nanos(60_000_000_000);
/// Factor on the duration of its steps alone after which, plus an hour, a phase counts as unfinished.
const LONGEST: f64 = 4.0;
const AND_AN_HOUR: f64 = 3600.0;

/// An event in a phase beside its steps.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum PhaseVariant {
    /// None.
    Plain,
    /// After this step all completed steps are undone.
    Back(usize),
    /// This node crashes at a random moment, for good.
    Loss(usize),
}

/// A phase of an arm of the scenario, in a variant.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct PhasePoint {
    /// `None` for the scenario itself.
    pub(super) arm: Option<String>,
    pub(super) phase: usize,
    pub(super) variant: PhaseVariant,
}

/// A world, and the results of its replications.
#[derive(Debug)]
pub(super) struct PhaseArm {
    variant: PhaseVariant,
    /// The world, in which steps that are not simulated take no time.
    blueprint: Blueprint,
    /// The steps with the working time of people.
    procedure: Procedure,
    only_counts: Vec<bool>,
    /// Place of the first step back.
    pub(super) first_back: usize,
    pub(super) done: Vec<Passage>,
}

/// Parameters common to all replications.
pub(super) struct MigrationStage<'a> {
    pub(super) worlds: &'a dyn Worlds,
    pub(super) seed: u64,
    known: Mutex<BTreeMap<Option<String>, Arc<Vec<PlannedPhase>>>>,
}

impl<'a> MigrationStage<'a> {
    pub(super) fn new(worlds: &'a dyn Worlds, seed: u64) -> Self {
        Self { worlds, seed, known: Mutex::new(BTreeMap::new()) }
    }

    /// The phases of an arm.
    ///
    /// # Errors
    /// When they cannot be made.
    pub(super) fn phases(&self, arm: Option<&str>) -> Result<Arc<Vec<PlannedPhase>>, WorldError> {
        let key = arm.map(str::to_owned);
        let mut known = self.known.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(phases) = known.get(&key) {
            return Ok(Arc::clone(phases));
        }
        let phases = Arc::new(self.worlds.phases(arm)?);
        known.insert(key, Arc::clone(&phases));
        Ok(phases)
    }
}

impl PhaseArm {
    fn new(phase: &PlannedPhase, variant: PhaseVariant) -> Self {
        let forth = phase.procedure();
        let (procedure, first_back) = match variant {
            PhaseVariant::Back(last) => {
                let back = back(&forth, last);
                (back.procedure, back.first)
            }
            PhaseVariant::Plain | PhaseVariant::Loss(_) => (forth, 0),
        };
        let calm = phase.blueprint.struck_by(Vec::new());
        let world = if variant == PhaseVariant::Plain { calm } else { thin(&calm) };
        let only_counts = only_counts(&procedure);
        let mut simulated = procedure.clone();
        for (step, counts) in simulated.steps.iter_mut().zip(&only_counts) {
            if *counts {
                step.work = Work::People(Law::ZERO);
            }
        }
        let blueprint = Blueprint { procedure: Some(simulated), ..world };
        Self { variant, blueprint, procedure, only_counts, first_back, done: Vec::new() }
    }

    pub(super) fn blueprint(&self) -> &Blueprint {
        &self.blueprint
    }

    /// Mean duration of the simulated part in an otherwise idle world, in seconds.
    fn expected(&self) -> f64 {
        let simulated = self.blueprint.procedure.as_ref();
        let takes = simulated.map(|all| course::alone(all, &self.blueprint)).unwrap_or_default();
        course::end(&course::times(&after(&self.procedure), &takes))
    }

    /// The world in which `node` crashes at a random moment of the phase.
    fn struck(&self, node: usize, seed: u64, replication: u32) -> Blueprint {
        let name = &self.blueprint.nodes[node].name;
        let stream = StreamKey::new(seed, replication, "loss", &self.procedure.name);
        let share = stream.draw(name_hash(name), 0).open01();
        self.blueprint.struck_by(vec![Fault {
            name: name.clone(),
            comes: Comes::Once(Nanos::from_seconds(share * self.expected())),
            kind: FaultKind::Crash,
            nodes: vec![NodeId::from(node)],
            containers: Vec::new(),
            repair: None,
        }])
    }
}

impl engine::Stage for MigrationStage<'_> {
    type Point = PhasePoint;
    type Arm = PhaseArm;
    type One = Passage;

    fn open(&self, point: &PhasePoint) -> Result<PhaseArm, WorldError> {
        let phases = self.phases(point.arm.as_deref())?;
        Ok(PhaseArm::new(&phases[point.phase], point.variant))
    }

    fn is_same(&self, a: &PhaseArm, b: &PhaseArm) -> bool {
        a.variant == b.variant && a.procedure == b.procedure && a.blueprint == b.blueprint
    }

    fn identity(&self, arm: &PhaseArm) -> impl Debug {
        (self.seed, arm.variant, &arm.procedure, &arm.blueprint)
    }

    fn replicate(
        &self,
        arm: &PhaseArm,
        number: u32,
        stop: &dyn Fn() -> bool,
    ) -> Result<Passage, Cut> {
        let struck = match arm.variant {
            PhaseVariant::Loss(node) => Some(arm.struck(node, self.seed, number)),
            PhaseVariant::Plain | PhaseVariant::Back(_) => None,
        };
        let blueprint = struck.as_ref().unwrap_or(&arm.blueprint);
        let measured = Nanos::from_seconds(LONGEST * arm.expected() + AND_AN_HOUR);
        let run = Run { seed: self.seed, replication: number, lead: CALM, measured };
        let listener = PhaseListener::new(blueprint, Time::ZERO + CALM);
        let (outcome, heard) = simulate_following(blueprint, run, FOLLOW, listener, stop)?;
        let PhaseArm { procedure, only_counts, .. } = arm;
        Ok(Passage::of(&heard, &outcome, &PhaseSetting { blueprint, procedure, only_counts, run }))
    }

    fn events(&self, one: &Passage) -> u64 {
        one.events
    }

    fn keep(&self, arm: &mut PhaseArm, one: Passage) {
        arm.done.push(one);
    }

    fn replications(&self, arm: &PhaseArm) -> u32 {
        arm.done.len() as u32
    }
}
