//! The stage of `capacity`: the scenario at other values, with all nodes or without one.

use crate::arm::{Arm, Observation, Setting, replicate};
use crate::engine;
use crate::failures::crash;
use crate::question::{Measure, MeasureKind, Override, WorldError, Worlds};
use std::fmt::Debug;
use wssim_kernel::Nanos;
use wssim_model::blueprint::{Comes, Fault};
use wssim_model::law::Law;
use wssim_model::{Blueprint, Cut};

/// A point: other values, which node is not there, and how long a replication is measured.
#[derive(Clone, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct At {
    pub(super) overrides: Vec<Override>,
    /// By place; it is lost at the beginning, for good.
    pub(super) without: Option<usize>,
    /// What is measured; zero: what the scenario says.
    pub(super) measured: Nanos,
}

/// A world, and how its replications are measured.
#[derive(Debug)]
pub(super) struct Loaded {
    pub(super) arm: Arm,
    setting: Setting,
}

/// What all replications have in common.
pub(super) struct Load<'a> {
    pub(super) worlds: &'a dyn Worlds,
    pub(super) setting: Setting,
    /// What is simulated more before the measured stretch where a node is lost: until it is replaced, as far
    /// as it is.
    pub(super) recovery: Nanos,
}

impl Load<'_> {
    /// The world of a point.
    ///
    /// # Errors
    /// When it cannot be made.
    pub(super) fn world(&self, at: &At) -> Result<Blueprint, WorldError> {
        match at.without {
            None => self.worlds.blueprint(None, &at.overrides),
            Some(node) => {
                let risk = self.worlds.at_risk(None, &at.overrides)?;
                // From the first second on, long before anything is measured.
                let comes = Comes::Renewed(Law::Constant(1e9));
                Ok(risk.blueprint.struck_by(vec![Fault { comes, ..crash(&[node]) }]))
            }
        }
    }

    fn setting(&self, at: &At) -> Setting {
        let Setting { measure, lead, .. } = self.setting;
        let duration = if at.measured.0 == 0 { measure.duration } else { at.measured };
        let more = if at.without.is_some() { self.recovery } else { Nanos::ZERO };
        let measure = Measure { duration, ..measure };
        Setting { measure, lead: Nanos(lead.0.saturating_add(more.0)), ..self.setting }
    }
}

/// The measured stretch at `factor` times the traffic: about as many requests, and no less than an eighth of
/// the time. A window is what it is.
pub(super) fn measured(measure: &Measure, factor: f64) -> Nanos {
    match measure.kind {
        MeasureKind::Window { .. } => Nanos::ZERO,
        MeasureKind::Steady { .. } => {
            Nanos((measure.duration.0 as f64 / factor.clamp(1.0, 8.0)) as u64)
        }
    }
}

impl engine::Stage for Load<'_> {
    type Point = At;
    type Arm = Loaded;
    type One = Observation;

    fn open(&self, at: &At) -> Result<Loaded, WorldError> {
        Ok(Loaded { arm: Arm::new(self.world(at)?), setting: self.setting(at) })
    }

    fn is_same(&self, a: &Loaded, b: &Loaded) -> bool {
        a.setting == b.setting && a.arm.blueprint == b.arm.blueprint
    }

    fn identity(&self, at: &Loaded) -> impl Debug {
        at.arm.identity(&at.setting)
    }

    fn replicate(
        &self,
        at: &Loaded,
        number: u32,
        stop: &dyn Fn() -> bool,
    ) -> Result<Observation, Cut> {
        replicate(&at.arm, number, &at.setting, stop)
    }

    fn events(&self, one: &Observation) -> u64 {
        one.outcome.events
    }

    fn keep(&self, at: &mut Loaded, one: Observation) {
        at.arm.keep(one);
    }

    fn replications(&self, at: &Loaded) -> u32 {
        at.arm.observations.len() as u32
    }

    fn most(&self, at: &Loaded) -> u32 {
        at.arm.most()
    }
}
