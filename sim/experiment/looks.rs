//! Look by look: replications are added until a study is satisfied.
//!
//! At each look the arms still wanted have the same number of replications; the others get no more. So a
//! decision depends only on the seed, never on which thread was first.

use crate::engine::{ArmId, Design, Engine, Stage, Want};
use crate::findings::StoppedBy;
use crate::question::WorldError;
use crate::watch::{StudyPhase, Watch};

/// A study done look by look.
pub(crate) trait Looking<S: Stage> {
    /// The present phase.
    fn phase(&self) -> StudyPhase<'_>;

    /// The arms that need more replications after `complete`, or why none do. Without arms the study
    /// asks for the first ones.
    ///
    /// # Errors
    /// Why it is satisfied.
    fn wanted(&mut self, engine: &Engine<'_, S>, complete: u32) -> Result<Vec<ArmId>, StoppedBy>;
}

/// The design of such a study.
pub(crate) struct ByLooks<'l, L> {
    pub(crate) looking: L,
    /// Replications at each look; the last is the cap.
    looks: &'l [u32],
    /// An exact number of replications, without a stopping rule.
    exactly: Option<u32>,
    /// Replications at the last complete look.
    complete: u32,
    /// Replications that are under way.
    asked: u32,
    /// Why it is satisfied; `None` before.
    ended: Option<StoppedBy>,
}

impl<'l, L> ByLooks<'l, L> {
    pub(crate) fn new(looking: L, looks: &'l [u32], exactly: Option<u32>) -> Self {
        Self { looking, looks, exactly, complete: 0, asked: 0, ended: None }
    }

    /// The number of replications that count, and why no more were made; `partial` is the number that
    /// all arms have.
    pub(crate) fn ended(&self, partial: u32, watch: &dyn Watch) -> (u32, StoppedBy) {
        match self.ended {
            Some(reason) => (self.complete, reason),
            None if watch.interrupted() => (partial, StoppedBy::Interrupt),
            // A budget cuts at a complete look, so that its numbers are reproducible.
            None if self.complete > 0 => (self.complete, StoppedBy::Budget),
            None => (partial, StoppedBy::Budget),
        }
    }
}

impl<S: Stage, L: Looking<S>> Design<S> for ByLooks<'_, L> {
    fn phase(&self) -> StudyPhase<'_> {
        self.looking.phase()
    }

    fn next(&mut self, engine: &mut Engine<'_, S>) -> Result<Vec<Want>, WorldError> {
        self.complete = self.asked;
        let next = self.looks.iter().copied().find(|look| *look > self.complete);
        let is_over = self.exactly.is_some() && self.complete > 0;
        let arms = match self.looking.wanted(engine, self.complete) {
            _ if is_over => Err(StoppedBy::Replications),
            Ok(_) if next.is_none() => Err(StoppedBy::Cap),
            wanted => wanted,
        };
        match arms {
            Ok(arms) => {
                self.asked = self.exactly.or(next).unwrap_or(self.complete);
                let replications = self.asked;
                Ok(arms.into_iter().map(|arm| Want { arm, replications }).collect())
            }
            Err(reason) => {
                self.ended = Some(reason);
                Ok(Vec::new())
            }
        }
    }
}
