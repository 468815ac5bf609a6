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

/// A point: overrides, the missing node, and the measured duration.
#[derive(Clone, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct At {
    pub(super) overrides: Vec<Override>,
    /// By place; the node fails at the beginning, for good.
    pub(super) without: Option<usize>,
    /// Measured duration; zero for the scenario's.
    pub(super) measured: Nanos,
}

/// A world, and how its replications are measured.
#[derive(Debug)]
pub(super) struct Loaded {
    pub(super) arm: Arm,
    setting: Setting,
}

/// Parameters common to all replications.
pub(super) struct Load<'a> {
    pub(super) worlds: &'a dyn Worlds,
    pub(super) setting: Setting,
    /// Additional time before the measured stretch when a node is lost: until its containers are
    /// replaced, as far as possible.
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
                // From the first second on, long before the measured stretch.
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

/// The measured stretch at `factor` times the traffic: about the same number of requests, but at least
/// an eighth of the time. A window keeps its length.
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
