//! The arms of a scenario and of what its claims are changes from, and when enough is known of them.

use crate::arm::{Arm, Traffic};
use crate::engine::{ArmId, Engine};
use crate::findings::StoppedBy;
use crate::judge::{Arms, LEVEL, is_on_the_limit, may_be_decided, measure, verdict};
use crate::looks::Looking;
use crate::question::{Claim, Point, Question, WorldError};
use crate::summary;
use crate::verdict::Verdict;
use crate::watch::Phase;
use std::collections::BTreeMap;
use wssim_stats::{Estimate, within_precision};

/// The arms of a study at the values in force.
#[derive(Clone, Debug)]
pub(crate) struct Cast {
    pub(crate) own: ArmId,
    /// By file.
    pub(crate) bases: BTreeMap<String, ArmId>,
}

impl Cast {
    /// Those of `question`.
    pub(crate) fn of(
        question: &Question,
        engine: &mut Engine<'_, Traffic<'_>>,
    ) -> Result<Self, WorldError> {
        let own = engine.arm(&Point::default())?;
        let base = |file: String| {
            let arm = engine.arm(&Point { arm: Some(file.clone()), overrides: Vec::new() })?;
            Ok((file, arm))
        };
        let bases = question.base_files().into_iter().map(base).collect::<Result<_, _>>()?;
        Ok(Self { own, bases })
    }

    /// The arms on which `claim` is judged.
    fn ids(&self, claim: &Claim) -> (ArmId, Option<ArmId>) {
        let base = claim.relative_to.as_ref().and_then(|file| self.bases.get(file));
        (self.own, base.copied())
    }

    /// The same as they are seen, and the replications that all of them have, of `most`.
    pub(crate) fn see<'e>(
        &self,
        claim: &Claim,
        engine: &'e Engine<'_, Traffic<'_>>,
        most: usize,
    ) -> (Arms<'e>, usize) {
        let (own, base) = self.ids(claim);
        let arms = Arms { own: engine.see(own), base: base.map(|base| engine.see(base)) };
        let has = |arm: &Arm| arm.observations.len();
        let all = arms.base.map_or(has(arms.own), |base| has(base).min(has(arms.own)));
        (arms, all.min(most))
    }
}

/// When enough is known of the claims of a scenario.
pub(crate) struct Deciding<'q> {
    pub(crate) question: &'q Question,
    pub(crate) cast: Cast,
    /// Level of one interval.
    pub(crate) level: f64,
    /// Relative half-width at which a number is known well enough.
    pub(crate) precision: f64,
}

impl Deciding<'_> {
    fn estimate(
        &self,
        claim: &Claim,
        engine: &Engine<'_, Traffic<'_>>,
        complete: u32,
    ) -> Option<Estimate> {
        let (arms, replications) = self.cast.see(claim, engine, complete as usize);
        measure(claim, arms, replications, self.level).ok()
    }

    fn is_precise(&self, estimate: &Estimate) -> bool {
        within_precision(estimate, self.precision)
    }

    fn means_are_precise(&self, engine: &Engine<'_, Traffic<'_>>, complete: u32) -> bool {
        let own = engine.see(self.cast.own);
        let means = summary::entry_means(own, complete as usize, LEVEL);
        means.iter().all(|estimate| self.is_precise(estimate))
    }
}

impl Looking<Traffic<'_>> for Deciding<'_> {
    fn phase(&self) -> Phase {
        Phase::Replications
    }

    fn wanted(
        &self,
        engine: &Engine<'_, Traffic<'_>>,
        complete: u32,
    ) -> Result<Vec<ArmId>, StoppedBy> {
        let mut arms = vec![self.cast.own];
        let mut reason = StoppedBy::Decided;
        let mut open = false;
        for claim in self.question.judged_by_run() {
            if complete > 0 {
                // What cannot be observed will not be by doing it again.
                let Some(estimate) = self.estimate(claim, engine, complete) else { continue };
                let found = verdict(&claim.expected, claim.observed, &estimate);
                if found != Verdict::Undecided || !may_be_decided(&claim.expected, &estimate) {
                    continue;
                }
                if self.is_precise(&estimate) || is_on_the_limit(&claim.expected, &estimate) {
                    reason = StoppedBy::Precision;
                    continue;
                }
            }
            open = true;
            arms.extend(self.cast.ids(claim).1);
        }
        match self.question.judged_by_run().next() {
            None if complete > 0 && self.means_are_precise(engine, complete) => {
                Err(StoppedBy::Precision)
            }
            Some(_) if !open => Err(reason),
            _ => Ok(arms),
        }
    }
}
