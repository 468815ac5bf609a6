//! The long run, in the study: of the scenario, and of the bases that claims about years are changes
//! from.

use super::judge::{YearsChange, is_judged};
use super::years;
use super::years::findings::LongRun;
use super::years::stage::{WearPoint, Years};
use crate::engine::{ArmId, Engine, Want};
use crate::note::Note;
use crate::question::{Point, Question, WorldError};
use crate::watch::{StudyPhase, Watch};
use std::collections::BTreeSet;

/// All long runs at the values in force.
pub(super) struct Wear<'e, 'a> {
    engine: Engine<'e, Years<'a>>,
    stage: &'e Years<'a>,
    /// The scenario's own, with overloads; and without them, for changes.
    own: ArmId,
    plain: ArmId,
    /// By file.
    bases: Vec<(String, ArmId)>,
}

impl<'e, 'a> Wear<'e, 'a> {
    /// The long runs, without histories.
    ///
    /// # Errors
    /// When a world cannot be made.
    pub(super) fn new(
        stage: &'e Years<'a>,
        question: &Question,
        watch: &'e dyn Watch,
    ) -> Result<Self, WorldError> {
        let mut engine = Engine::new(stage, watch);
        let mut worn = |arm: Option<&String>, with_overloads| {
            let point = Point { arm: arm.cloned(), overrides: Vec::new() };
            engine.arm(&WearPoint { point, with_overloads })
        };
        let of_years = question
            .claims
            .iter()
            .filter(|claim| is_judged(claim) && years::judge::judged(&claim.metric).is_some());
        let files: BTreeSet<&String> =
            of_years.filter_map(|claim| claim.relative_to.as_ref()).collect();
        let own = worn(None, true)?;
        let plain = if files.is_empty() { own } else { worn(None, false)? };
        let base = |file: &String| Ok((file.clone(), worn(Some(file), false)?));
        let bases = files.into_iter().map(base).collect::<Result<_, WorldError>>()?;
        Ok(Self { engine, stage, own, plain, bases })
    }

    pub(super) fn engine(&mut self) -> &mut Engine<'e, Years<'a>> {
        &mut self.engine
    }

    fn arms(&self) -> impl Iterator<Item = ArmId> + '_ {
        let bases = self.bases.iter().map(|(_, arm)| *arm);
        [self.own, self.plain].into_iter().chain(bases)
    }

    fn planned(&self, arm: ArmId) -> u32 {
        self.stage.planned(self.engine.see(arm))
    }

    /// Simulates all histories; returns a note if there was no time for them.
    pub(super) fn run(&mut self) -> Vec<Note> {
        let want = |arm| Want { arm, replications: self.planned(arm) };
        let wants: Vec<Want> = self.arms().map(want).collect();
        if self.engine.simulate(StudyPhase::Histories, &wants).is_ok() {
            return Vec::new();
        }
        let cut = |arm: ArmId| {
            let (histories, planned) = (self.engine.replications(arm), self.planned(arm));
            match histories {
                _ if histories >= planned => None,
                0 | 1 => Some(Note::LongRunLost),
                _ => {
                    let [histories, planned] = [histories, planned].map(u64::from);
                    Some(Note::LongRunCut { histories, planned })
                }
            }
        };
        let mut notes: Vec<Note> = self.arms().filter_map(cut).collect();
        notes.dedup();
        notes
    }

    /// Their findings: of the scenario, and of each base of a change.
    pub(super) fn told(&self) -> (Option<LongRun>, Vec<YearsChange>) {
        let told = |arm: ArmId| self.engine.see(arm).told();
        let own = told(self.own);
        let plain = if self.plain == self.own { own.clone() } else { told(self.plain) };
        let change = |(file, arm): &(String, ArmId)| YearsChange {
            file: file.clone(),
            before: told(*arm),
            after: plain.clone(),
        };
        (own, self.bases.iter().map(change).collect())
    }
}
