//! Verification: simulates the settings that the joint search proposes.
//!
//! The same steps serve the search, in short replications read by means, and the proof, in full ones
//! read by intervals, starting where the search ended.

use super::case::{Case, LostVerdict, SearchResult, Surprise};
use super::inputs::{Inputs, Position};
use super::trial::{ReadBy, Trial, TrialOutcome};
use super::weighing::Weighing;
use crate::engine::{Design, Engine, Stage, Want};
use crate::question::WorldError;
use crate::watch::StudyPhase;
use std::marker::PhantomData;

/// Most corrections of the lines and repetitions of the search if observations are not reproduced.
pub(crate) const ROUNDS: u32 = 4;
/// Number of these from which on it goes back toward the values in force.
const BY_LINES: u32 = 2;
/// Most attempts by the lines at fewer inputs: in full replications, and in short ones, which cost
/// little.
const FEWER: u32 = 2;
const FEWER_IN_SHORT: u32 = 8;
/// Most replications spent on showing that fewer inputs also change a verdict.
const FOR_FEWER: u32 = 16;

/// The progress of a case.
#[derive(Clone, Debug)]
struct Progress {
    case: Case,
    trial: Option<Trial>,
    /// The last tried setting.
    last: Option<Position>,
    rounds: u32,
    /// Failed settings of fewer inputs.
    tries: u32,
    /// The setting to try before the next proposal of the lines.
    next: Option<Position>,
    /// A setting that changes the verdict, by the search at least; fewer inputs are being tried.
    worst: Option<Position>,
    lost: Option<LostVerdict>,
    is_over: bool,
    /// Whether too little was observed.
    is_unseen: bool,
    surprise: Option<Surprise>,
}

impl Progress {
    fn begun(case: Case) -> Self {
        let (next, worst) = match case.found.clone() {
            None => (None, None),
            Some(SearchResult { worst, is_lost: true, fewer }) => (fewer, Some(worst)),
            Some(SearchResult { worst, .. }) => (Some(worst), None),
        };
        let (trial, last, lost, surprise) = (None, None, None, None);
        let (rounds, tries, is_over, is_unseen) = (0, 0, false, false);
        Self { case, trial, last, rounds, tries, next, worst, lost, is_over, is_unseen, surprise }
    }

    /// Its result.
    fn found(&self) -> Option<SearchResult> {
        let Some(lost) = &self.lost else {
            let worst = self.next.clone().or_else(|| self.last.clone())?;
            return Some(SearchResult { worst, is_lost: false, fewer: None });
        };
        let worst = self.worst.clone().unwrap_or_else(|| lost.position.clone());
        let fewer = (lost.position != worst).then(|| lost.position.clone());
        Some(SearchResult { worst, is_lost: true, fewer })
    }

    /// The next setting to try.
    fn proposal(&mut self, by: ReadBy) -> Option<Position> {
        let most = if by == ReadBy::Means { FEWER_IN_SHORT } else { FEWER };
        let model = &self.case.model;
        if let Some(next) = self.next.take() {
            return Some(next);
        }
        let Some(worst) = &self.worst else {
            return model.worst(&vec![true; model.centre.len()]);
        };
        if self.tries < most {
            if let Some(fewer) = model.fewer(worst) {
                return Some(fewer);
            }
            self.tries = most;
        }
        match &self.lost {
            None => Some(worst.clone()),
            // Last, without inputs of trivial effect.
            Some(_) if self.tries == most => {
                Some(model.without_trifles(worst)).filter(|position| position != worst)
            }
            Some(_) => None,
        }
    }

    /// Whether `position` only serves to show that fewer inputs suffice.
    fn is_for_fewer(&self, position: &Position) -> bool {
        self.worst.as_ref().is_some_and(|worst| worst != position)
    }

    /// Processes the result of a trial; `numbers` are those of the claim and of each observation.
    fn take(&mut self, trial: Trial, (shown, numbers): (TrialOutcome, Vec<f64>)) {
        let is_for_fewer = self.is_for_fewer(&trial.position);
        let model = &mut self.case.model;
        match shown {
            TrialOutcome::More(replications) if !(is_for_fewer && replications > FOR_FEWER) => {
                let replications = replications.min(self.case.most);
                self.trial = Some(trial.longer(replications));
            }
            TrialOutcome::Lost(found, estimate) => {
                self.is_over = is_for_fewer;
                self.lost = Some(self.case.lost(trial.position.clone(), found, estimate));
                self.worst.get_or_insert(trial.position);
            }
            _ if is_for_fewer => {
                self.tries += 1;
                model.correct(&trial.position, &numbers);
            }
            TrialOutcome::Kept => {
                let (threat, position) = (model.threat, trial.position.clone());
                let is_surprise = model.is_lost(&trial.position);
                model.correct(&trial.position, &numbers);
                self.surprise = is_surprise.then_some(Surprise { threat, position, numbers });
                self.is_over = true;
            }
            TrialOutcome::Impossible => {
                let back = model.back(&trial.position, &numbers[1..]);
                model.correct(&trial.position, &numbers);
                self.rounds += 1;
                (self.worst, self.tries) = (None, 0);
                self.is_over = self.rounds >= ROUNDS;
                self.next = (self.rounds >= BY_LINES).then_some(back);
            }
            TrialOutcome::Nothing | TrialOutcome::More(_) => {
                (self.is_over, self.is_unseen) = (true, true);
            }
        }
    }
}

/// The design of the search and of the verification.
pub(crate) struct Verify<'w, S, W> {
    weighing: &'w W,
    inputs: Inputs<'w>,
    by: ReadBy,
    cases: Vec<Progress>,
    stage: PhantomData<S>,
}

/// The results of all cases.
#[derive(Clone, Debug, Default)]
pub(crate) struct Ended {
    pub(crate) lost: Vec<LostVerdict>,
    /// Subjects whose cases are incomplete or unobserved.
    pub(crate) open: Vec<usize>,
    /// All cases with their results, and the surprises.
    pub(crate) cases: Vec<(Case, Option<Surprise>)>,
}

impl<'w, S: Stage, W: Weighing<S>> Verify<'w, S, W> {
    pub(crate) fn new(weighing: &'w W, inputs: Inputs<'w>, by: ReadBy, cases: Vec<Case>) -> Self {
        let cases = cases.into_iter().map(Progress::begun).collect();
        Self { weighing, inputs, by, cases, stage: PhantomData }
    }

    pub(crate) fn ended(self) -> Ended {
        let mut ended = Ended::default();
        for one in self.cases {
            let found = one.found();
            if (!one.is_over || one.is_unseen) && one.lost.is_none() {
                ended.open.push(one.case.model.threat.subject);
            }
            ended.lost.extend(one.lost);
            ended.cases.push((Case { found, ..one.case }, one.surprise));
        }
        ended
    }

    /// The next trial of a case; without one it is over.
    fn propose(&self, engine: &mut Engine<'_, S>, one: &mut Progress) {
        let moves = |position: &Position| position.iter().any(|place| *place != 0.0);
        while let Some(position) = one.proposal(self.by).filter(moves) {
            let there = self.inputs.overrides(&position);
            let trial = Trial::new(&one.case, position.clone(), self.by, |subject, is_there| {
                let at = if is_there { there.as_slice() } else { &[] };
                self.weighing.arms(engine, subject, at).ok()
            });
            if trial.is_some() {
                (one.trial, one.last) = (trial, Some(position));
                return;
            }
            // It makes no valid world.
            if !one.is_for_fewer(&position) {
                one.is_unseen = true;
                break;
            }
            one.tries = u32::MAX;
        }
        one.is_over = true;
    }

    /// Advances case number `at` until it wants replications or is over.
    fn step(&mut self, engine: &mut Engine<'_, S>, at: usize) -> Vec<Want> {
        let mut one = self.cases[at].clone();
        if let Some(trial) = one.trial.take() {
            let look = trial.look(self.weighing, engine, &one.case, self.by);
            one.take(trial, look);
        }
        if one.trial.is_none() && !one.is_over {
            self.propose(engine, &mut one);
        }
        let wants = one.trial.as_ref().map_or(Vec::new(), Trial::wants);
        self.cases[at] = one;
        wants
    }
}

impl<S: Stage, W: Weighing<S>> Design<S> for Verify<'_, S, W> {
    fn phase(&self) -> StudyPhase<'_> {
        StudyPhase::Worst { open: self.cases.iter().filter(|one| !one.is_over).count() }
    }

    fn next(&mut self, engine: &mut Engine<'_, S>) -> Result<Vec<Want>, WorldError> {
        let wants = (0..self.cases.len()).flat_map(|at| self.step(engine, at));
        Ok(wants.collect())
    }
}
