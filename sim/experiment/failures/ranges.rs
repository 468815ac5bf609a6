//! Checks verdicts over the ranges of the inputs: verdicts by sets on the sets that decide them,
//! verdicts by years on histories.
//!
//! For a refuted claim one set that refutes it is checked, and all others only if that one does not
//! refute it elsewhere. Observations do not narrow the inputs here: they are metrics of `run`.

use super::judge::{FailureBench, is_judged};
use super::stage::FailureStage;
use super::weigh::{Decided, SetClaims, YearClaims};
use super::years;
use super::years::stage::Years;
use crate::cluster::Survival;
use crate::engine::{self, Engine};
use crate::findings::{JudgedClaim, Verdict};
use crate::question::{Question, WorldError};
use crate::ranges::{Checked, Inputs, RangeCheck, Subject, Weighing, is_weighed};
use crate::reason::Reason;

/// Decided claims, by their places.
pub(super) struct DecidedClaims {
    of_sets: Vec<(usize, Decided)>,
    of_years: Vec<usize>,
    is_asked: bool,
}

/// Facts about the study for the check.
pub(super) struct Facts<'a> {
    pub(super) inputs: Inputs<'a>,
    pub(super) question: &'a Question,
    pub(super) sets: &'a [Vec<usize>],
    pub(super) definition: &'a Survival,
    pub(super) depth: usize,
    pub(super) level: f64,
    /// Replications of each set.
    pub(super) replications: usize,
}

impl DecidedClaims {
    /// The decided ones of `claims`; none unless `is_asked`.
    pub(super) fn of(bench: &FailureBench<'_>, claims: &[JudgedClaim], is_asked: bool) -> Self {
        let mut held = Self { of_sets: Vec::new(), of_years: Vec::new(), is_asked };
        for (place, one) in claims.iter().enumerate() {
            if !is_judged(&one.claim) || !is_weighed(one.verdict) {
                continue;
            }
            if years::judge::judged(&one.claim.metric).is_some() {
                held.of_years.push(place);
            } else {
                let (sets, of) = bench.deciding(&one.claim);
                held.of_sets.push((place, Decided { claim: one.claim.clone(), sets, of }));
            }
        }
        held
    }

    /// Withdraws verdicts that change within the ranges, and notes incomplete checks. Returns whether it
    /// was cut short.
    ///
    /// # Errors
    /// When a world at an end of a range cannot be made.
    pub(super) fn check(
        &self,
        facts: &Facts<'_>,
        lost: &mut Engine<'_, FailureStage<'_>>,
        worn: &mut Engine<'_, Years<'_>>,
        claims: &mut [JudgedClaim],
    ) -> Result<bool, WorldError> {
        let ranges = facts.question.ranged.len();
        if ranges == 0 {
            return Ok(false);
        }
        let places = self.of_sets.iter().map(|(place, _)| *place).chain(self.of_years.clone());
        if !self.is_asked {
            places.for_each(|place| not_looked_at(&mut claims[place], ranges));
            return Ok(false);
        }
        let of_sets = self.by_sets(facts, lost)?;
        let of_years = self.by_years(facts, worn)?;
        let is_cut = of_sets.is_cut || of_years.is_cut;
        let flips = of_sets.flips.into_iter().chain(of_years.flips);
        let done = of_sets.is_done.into_iter().chain(of_years.is_done);
        for (place, (flip, is_done)) in places.zip(flips.zip(done)) {
            let one = &mut claims[place];
            if let Some(flip) = flip {
                (one.verdict, one.why) = (Verdict::Undecided, vec![Reason::Flips(flip)]);
            } else if !is_done {
                not_looked_at(one, ranges);
            }
        }
        Ok(is_cut)
    }

    fn by_sets(
        &self,
        facts: &Facts<'_>,
        engine: &mut Engine<'_, FailureStage<'_>>,
    ) -> Result<Checked, WorldError> {
        let mut all: Vec<Decided> = self.of_sets.iter().map(|(_, one)| one.clone()).collect();
        let mut checked = sets(facts, engine, &all)?;
        // If the sets that decided it no longer do, all others are checked.
        let flipped: Vec<usize> =
            (0..all.len()).filter(|place| checked.flips[*place].is_some()).collect();
        for &place in &flipped {
            let size = all[place].claim.metric.labels.get("nodes_lost");
            let size: Option<usize> = size.and_then(|text| text.parse().ok());
            let is_meant = |set: &usize| size.is_none_or(|size| facts.sets[*set].len() == size);
            all[place].sets = (0..facts.sets.len()).filter(is_meant).collect();
        }
        let again: Vec<Decided> = flipped.iter().map(|place| all[*place].clone()).collect();
        let more = sets(facts, engine, &again)?;
        checked.is_cut |= more.is_cut;
        for (number, place) in flipped.into_iter().enumerate() {
            checked.flips[place].clone_from(&more.flips[number]);
            checked.is_done[place] = more.is_done[number];
        }
        Ok(checked)
    }

    fn by_years(
        &self,
        facts: &Facts<'_>,
        engine: &mut Engine<'_, Years<'_>>,
    ) -> Result<Checked, WorldError> {
        let of = |place: &usize| facts.question.claims[*place].clone();
        let weighing = YearClaims { all: self.of_years.iter().map(of).collect() };
        let mut subjects = Vec::new();
        for subject in 0..weighing.all.len() {
            let arms = weighing.arms(engine, subject, &[])?;
            let histories = arms.iter().map(|arm| engine.replications(*arm)).min().unwrap_or(0);
            let expected = weighing.all[subject].expected;
            let readings = weighing.readings(engine, subject, &arms, histories as usize);
            subjects.extend(readings.and_then(|all| Subject::of(expected, &all, facts.level)));
        }
        run(facts, &weighing, &subjects, weighing.all.len(), engine)
    }
}

fn sets(
    facts: &Facts<'_>,
    engine: &mut Engine<'_, FailureStage<'_>>,
    all: &[Decided],
) -> Result<Checked, WorldError> {
    let weighing = SetClaims {
        all: all.to_vec(),
        sets: facts.sets,
        definition: facts.definition,
        depth: facts.depth,
        level: facts.level,
    };
    let mut subjects = Vec::new();
    for (subject, decided) in all.iter().enumerate() {
        let arms = weighing.arms(engine, subject, &[])?;
        let readings = weighing.readings(engine, subject, &arms, facts.replications);
        let expected = decided.claim.expected;
        subjects.extend(readings.and_then(|all| Subject::of(expected, &all, facts.level)));
    }
    run(facts, &weighing, &subjects, all.len(), engine)
}

/// The check of `ranges`; if their number is unknown, none was checked.
fn run<S: engine::Stage, W: Weighing<S>>(
    facts: &Facts<'_>,
    weighing: &W,
    claims: &[Subject],
    of: usize,
    engine: &mut Engine<'_, S>,
) -> Result<Checked, WorldError> {
    if claims.len() != of || of == 0 {
        let is_done = vec![false; of];
        return Ok(Checked { flips: vec![None; of], is_done, is_cut: false });
    }
    let check = RangeCheck { weighing, inputs: facts.inputs, claims, observed: &[] };
    check.run(None, engine)
}

fn not_looked_at(one: &mut JudgedClaim, ranges: usize) {
    one.why.push(Reason::NotLookedAt { looked: 0, ranges });
}
