//! What the check of ranges must know of a study.

use crate::engine::{ArmId, Engine, Stage};
use crate::question::{Override, WorldError};
use crate::readings::Readings;

/// A study whose verdicts are held to ranges: its subjects are claims that it weighs, then observations.
pub(crate) trait Weighing<S: Stage> {
    /// The arms on which subject number `subject` is judged where inputs take the values of `at`.
    ///
    /// # Errors
    /// When a world cannot be made.
    fn arms(
        &self,
        engine: &mut Engine<'_, S>,
        subject: usize,
        at: &[Override],
    ) -> Result<Vec<ArmId>, WorldError>;

    /// Whether the number is a change: that of the first arm, which can be read alone, from the second.
    fn is_change(&self, subject: usize) -> bool;

    /// What the first `replications` of these arms show of the subject; `None`: nothing to judge by.
    fn readings(
        &self,
        engine: &Engine<'_, S>,
        subject: usize,
        arms: &[ArmId],
        replications: usize,
    ) -> Option<Readings>;
}
