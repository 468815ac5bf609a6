//! The interface of a study to the check of ranges.

use crate::engine::{ArmId, Engine, Stage};
use crate::question::{Override, WorldError};
use crate::readings::Readings;

/// A study whose verdicts are checked over ranges: its subjects are claims, then observations.
pub(crate) trait Weighing<S: Stage> {
    /// The arms that subject number `subject` is judged by, with the inputs at `at`.
    ///
    /// # Errors
    /// When a world cannot be made.
    fn arms(
        &self,
        engine: &mut Engine<'_, S>,
        subject: usize,
        at: &[Override],
    ) -> Result<Vec<ArmId>, WorldError>;

    /// Whether the number is a change of the first arm, which can be read alone, from the second.
    fn is_change(&self, subject: usize) -> bool;

    /// The readings of the first `replications` of these arms for the subject; `None` without a number.
    fn readings(
        &self,
        engine: &Engine<'_, S>,
        subject: usize,
        arms: &[ArmId],
        replications: usize,
    ) -> Option<Readings>;
}
