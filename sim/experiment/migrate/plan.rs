//! The phases of a migration as a study asks for them.

use super::course;
use wssim_kernel::Nanos;
use wssim_model::Blueprint;
use wssim_model::blueprint::Procedure;

/// A phase, and its world.
#[derive(Clone, Debug, PartialEq)]
pub struct PlannedPhase {
    /// A name of its own.
    pub id: String,
    /// What it is called.
    pub title: String,
    /// Phases that come before, by place.
    pub after: Vec<usize>,
    /// How long it may take from the first step that changes anything; `None`: as long as it does.
    pub window: Option<Nanos>,
    /// What its steps are called, by place.
    pub steps: Vec<StepName>,
    /// Its world, with the steps as a procedure.
    pub blueprint: Blueprint,
}

/// What a step is called.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StepName {
    /// A name of its own among those of the phase: its `id`, or its number.
    pub id: String,
    /// What it does, in a few words.
    pub text: String,
}

impl PlannedPhase {
    /// Its steps; a world without any is that of a phase in which nothing is done.
    #[must_use]
    pub fn procedure(&self) -> Procedure {
        self.blueprint.procedure.clone().unwrap_or_default()
    }

    /// How long each of its steps takes on average where nothing else goes on, in seconds.
    #[must_use]
    pub fn steps_alone(&self) -> Vec<f64> {
        course::alone(&self.procedure(), &self.blueprint)
    }

    /// The longest chain of them, in seconds.
    #[must_use]
    pub fn seconds_alone(&self) -> f64 {
        course::end(&course::times(&course::after(&self.procedure()), &self.steps_alone()))
    }
}
