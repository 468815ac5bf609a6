//! The phases of a migration, as input of the study.

use super::course;
use wssim_kernel::Nanos;
use wssim_model::Blueprint;
use wssim_model::blueprint::Procedure;

/// A phase, and its world.
#[derive(Clone, Debug, PartialEq)]
pub struct PlannedPhase {
    /// Its unique name.
    pub id: String,
    /// Its title.
    pub title: String,
    /// Places of the phases before it.
    pub after: Vec<usize>,
    /// The longest time it may take from the first step that changes something; `None` without a limit.
    pub window: Option<Nanos>,
    /// Names of its steps, by place.
    pub steps: Vec<StepName>,
    /// Its world, with the steps as a procedure.
    pub blueprint: Blueprint,
}

/// The name of a step.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StepName {
    /// A unique name within the phase: its `id`, or its number.
    pub id: String,
    /// A short description.
    pub text: String,
}

impl PlannedPhase {
    /// Its steps; a phase without steps has an empty procedure.
    #[must_use]
    pub fn procedure(&self) -> Procedure {
        self.blueprint.procedure.clone().unwrap_or_default()
    }

    /// Mean duration of each step in an otherwise idle world, in seconds.
    #[must_use]
    pub fn steps_alone(&self) -> Vec<f64> {
        course::alone(&self.procedure(), &self.blueprint)
    }

    /// The longest chain of its steps, in seconds.
    #[must_use]
    pub fn seconds_alone(&self) -> f64 {
        course::end(&course::times(&course::after(&self.procedure()), &self.steps_alone()))
    }
}
