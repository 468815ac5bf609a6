//! Claims of `failures` for the check of ranges: about lost sets, and about years.

use super::judge::FailureBench;
use super::stage::{FailureStage, LossPoint, LostSet};
use super::years::stage::{WearPoint, Worn, Years};
use crate::cluster::Survival;
use crate::engine::{ArmId, Engine};
use crate::question::{Claim, Override, Point, WorldError};
use crate::ranges::Weighing;
use crate::readings::Readings;

/// A claim, and the sets that decide it.
#[derive(Clone, Debug)]
pub(super) struct Decided {
    pub(super) claim: Claim,
    pub(super) sets: Vec<usize>,
    /// The number of sets that it is about.
    pub(super) of: usize,
}

/// Claims about sets.
pub(super) struct SetClaims<'a> {
    pub(super) all: Vec<Decided>,
    pub(super) sets: &'a [Vec<usize>],
    pub(super) definition: &'a Survival,
    pub(super) depth: usize,
    pub(super) level: f64,
}

impl Weighing<FailureStage<'_>> for SetClaims<'_> {
    fn arms(
        &self,
        engine: &mut Engine<'_, FailureStage<'_>>,
        subject: usize,
        at: &[Override],
    ) -> Result<Vec<ArmId>, WorldError> {
        let lose = |set: &usize| {
            let nodes = Some(self.sets[*set].clone());
            engine.arm(&LossPoint { overrides: at.to_vec(), nodes })
        };
        self.all[subject].sets.iter().map(lose).collect()
    }

    fn is_change(&self, _: usize) -> bool {
        false
    }

    fn readings(
        &self,
        engine: &Engine<'_, FailureStage<'_>>,
        subject: usize,
        arms: &[ArmId],
        replications: usize,
    ) -> Option<Readings> {
        let Decided { claim, sets, of } = &self.all[subject];
        let arms: Vec<&LostSet> = arms.iter().map(|arm| engine.see(*arm)).collect();
        let world = &arms.first()?.world;
        let sets: Vec<Vec<usize>> = sets.iter().map(|set| self.sets[*set].clone()).collect();
        let bench = FailureBench {
            blueprint: &world.blueprint,
            cluster: &world.cluster,
            definition: self.definition,
            left_out: of.saturating_sub(sets.len()),
            depth: self.depth,
            sets: &sets,
            replications: arms
                .iter()
                .map(|arm| &arm.done[..replications.min(arm.done.len())])
                .collect(),
            level: self.level,
        };
        let values = bench.numbers(claim)?;
        Some(Readings::Values(values.into_iter().map(Some).collect()))
    }
}

/// Claims about years.
pub(super) struct YearClaims {
    pub(super) all: Vec<Claim>,
}

impl Weighing<Years<'_>> for YearClaims {
    fn arms(
        &self,
        engine: &mut Engine<'_, Years<'_>>,
        subject: usize,
        at: &[Override],
    ) -> Result<Vec<ArmId>, WorldError> {
        let claim = &self.all[subject];
        let base = claim.relative_to.as_ref();
        // A change ignores overloads, which only one side has.
        let with_overloads = base.is_none() && claim.metric.labels.contains_key("entry");
        let mut worn = |arm: Option<&String>, with_overloads| {
            let point = Point { arm: arm.cloned(), overrides: at.to_vec() };
            engine.arm(&WearPoint { point, with_overloads })
        };
        let own = worn(None, with_overloads)?;
        let base = base.map(|file| worn(Some(file), false)).transpose()?;
        Ok([Some(own), base].into_iter().flatten().collect())
    }

    fn is_change(&self, subject: usize) -> bool {
        self.all[subject].relative_to.is_some()
    }

    fn readings(
        &self,
        engine: &Engine<'_, Years<'_>>,
        subject: usize,
        arms: &[ArmId],
        replications: usize,
    ) -> Option<Readings> {
        let claim = &self.all[subject];
        let values = |place: usize| -> Option<Option<Vec<f64>>> {
            let worn: Option<&Worn> = arms.get(place).map(|arm| engine.see(*arm));
            worn.map(|worn| worn.values(&claim.metric, replications))
        };
        let own = values(0)??;
        let Some(base) = values(1) else {
            return Some(Readings::Values(own.into_iter().map(Some).collect()));
        };
        let pairs = base?.into_iter().zip(own).map(Some);
        Some(Readings::change(pairs, claim.expected.relative))
    }
}
