//! Verification: the settings that the joint search proposes, simulated in full.

use super::inputs::{Inputs, Position};
use super::joint::Model;
use super::{Weighing, screen};
use crate::engine::{ArmId, Design, Engine, Stage, Want};
use crate::question::{Expected, Override, WorldError};
use crate::readings::{Readings, verdict_on};
use crate::verdict::Verdict;
use crate::watch::Phase;
use std::marker::PhantomData;
use wssim_stats::Estimate;

/// How often the lines are moved and the search is done again, where what was observed is not reproduced.
pub(crate) const ROUNDS: u32 = 4;
/// From so many of these on it goes back on the way to the values in force.
const BY_LINES: u32 = 2;
/// Replications at first, and of a number that did not vary at the values in force.
const FIRST: u32 = 2;
const FIRST_OF_CONSTANT: u32 = 1;
/// So many times as many replications at the next look at most.
const GROWTH: u32 = 4;
/// Level at which a number is past the limit, so that no more replications are needed to take a verdict back.
const LOST: f64 = 0.95;

/// A claim whose verdict is threatened.
#[derive(Clone, Debug)]
pub(crate) struct Case<'e> {
    pub(crate) model: Model<'e>,
    pub(crate) expected: Expected,
    /// The verdict at the values in force.
    pub(crate) verdict: Verdict,
    /// The most replications.
    pub(crate) most: u32,
    /// Whether the number did not vary there.
    pub(crate) is_constant: bool,
    /// Level of one interval.
    pub(crate) level: f64,
}

/// A setting at which the verdict is another one.
#[derive(Clone, Debug)]
pub(crate) struct Lost {
    pub(crate) subject: usize,
    pub(crate) position: Position,
    pub(crate) found: Verdict,
    /// The number there, and the limit that it has passed.
    pub(crate) estimate: Estimate,
    pub(crate) limit: f64,
}

/// How far a case is.
#[derive(Clone, Debug)]
struct Progress<'e> {
    case: Case<'e>,
    trial: Option<Trial>,
    rounds: u32,
    /// Settings of fewer inputs that did not do.
    tries: u32,
    /// Where it is to go on after a setting that is not possible; `None`: where the lines say.
    back: Option<Position>,
    /// A setting that has lost the verdict; fewer inputs are being tried.
    lost: Option<Lost>,
    is_over: bool,
    surprise: Option<Surprise>,
}

/// A setting at which a verdict was kept that the lines had lost: they lead elsewhere from there.
#[derive(Clone, Debug)]
pub(crate) struct Surprise {
    pub(crate) threat: screen::Threat,
    pub(crate) position: Position,
    /// Of the claim, then of each observation.
    pub(crate) numbers: Vec<f64>,
}

/// A setting that is being simulated.
#[derive(Clone, Debug)]
struct Trial {
    position: Position,
    /// Of the claim, then of each observation.
    arms: Vec<Vec<ArmId>>,
    /// The same at the values in force: differences are paired.
    here: Vec<Vec<ArmId>>,
    replications: u32,
}

/// What a trial shows.
enum Shown {
    /// More replications are needed, so many in all.
    More(u32),
    /// Nothing is to be seen.
    Nothing,
    /// What was observed is not reproduced; it may be that far back toward the values in force.
    Impossible(Position),
    /// The verdict is the same; and the numbers of the claim and of the observations, where the lines had it
    /// lost.
    Kept(Option<Vec<f64>>),
    Lost(Verdict, Estimate),
}

/// The design of the verification.
pub(crate) struct Verify<'w, S, W> {
    weighing: &'w W,
    inputs: Inputs<'w>,
    cases: Vec<Progress<'w>>,
    stage: PhantomData<S>,
}

impl<'w, S: Stage, W: Weighing<S>> Verify<'w, S, W> {
    pub(crate) fn new(weighing: &'w W, inputs: Inputs<'w>, cases: Vec<Case<'w>>) -> Self {
        let begun = |case| Progress {
            case,
            trial: None,
            rounds: 0,
            tries: 0,
            back: None,
            lost: None,
            is_over: false,
            surprise: None,
        };
        let cases = cases.into_iter().map(begun).collect();
        Self { weighing, inputs, cases, stage: PhantomData }
    }

    /// What was lost, which subjects' cases are not at their end, and what the lines had wrong.
    pub(crate) fn ended(self) -> (Vec<Lost>, Vec<usize>, Vec<Surprise>) {
        let open = self.cases.iter().filter(|one| !one.is_over && one.lost.is_none());
        let open = open.map(|one| one.case.model.threat.subject).collect();
        let surprises = self.cases.iter().filter_map(|one| one.surprise.clone()).collect();
        (self.cases.into_iter().filter_map(|one| one.lost).collect(), open, surprises)
    }

    /// The arms of a case at `position`; `None`: it makes no world.
    fn trial(
        &self,
        engine: &mut Engine<'_, S>,
        case: &Case<'_>,
        position: Position,
    ) -> Option<Trial> {
        let overrides: Vec<Override> = self.inputs.overrides(&position);
        let observed = case.model.observed.iter().map(|one| one.subject);
        let subjects = std::iter::once(case.model.threat.subject).chain(observed);
        let mut at = |at: &[Override]| -> Option<Vec<Vec<ArmId>>> {
            subjects.clone().map(|subject| self.weighing.arms(engine, subject, at).ok()).collect()
        };
        let (arms, here) = (at(&overrides)?, at(&[])?);
        let first = if case.is_constant { FIRST_OF_CONSTANT } else { FIRST };
        Some(Trial { position, arms, here, replications: first.min(case.most) })
    }

    fn readings(&self, engine: &mut Engine<'_, S>, subject: usize) -> Option<Readings> {
        let here = self.weighing.arms(engine, subject, &[]).ok()?;
        self.weighing.readings(engine, subject, &here, usize::MAX)
    }

    fn estimate(
        &self,
        engine: &mut Engine<'_, S>,
        (subject, arms): (usize, &[ArmId]),
        replications: u32,
        level: f64,
    ) -> Option<Estimate> {
        let here = self.readings(engine, subject)?;
        let there = self.weighing.readings(engine, subject, arms, replications as usize)?;
        there.elsewhere(&here, level)
    }

    /// Replications that would tell on which side of the limit the number is; at most [`GROWTH`] times as
    /// many as there are.
    fn needed(
        &self,
        engine: &mut Engine<'_, S>,
        case: &Case<'_>,
        (subject, arms): (usize, &[ArmId]),
        replications: u32,
    ) -> u32 {
        let mut needed = || {
            let here = self.readings(engine, subject)?;
            let there = self.weighing.readings(engine, subject, arms, replications as usize)?;
            there.needed(&here, case.model.threat.limit, case.level)
        };
        let most = GROWTH * replications;
        needed().unwrap_or(most).clamp(replications + 1, most)
    }

    fn look(&self, engine: &mut Engine<'_, S>, case: &mut Case<'_>, trial: &Trial) -> Shown {
        let n = trial.replications;
        let subject = case.model.threat.subject;
        let own = (subject, trial.arms[0].as_slice());
        let Some(estimate) = self.estimate(engine, own, n, case.level) else {
            return if n < case.most { Shown::More(2 * n) } else { Shown::Nothing };
        };
        let mut observed = Vec::new();
        for (one, arms) in case.model.observed.clone().iter().zip(&trial.arms[1..]) {
            let found = self.estimate(engine, (one.subject, arms), n, case.level);
            observed.push(found.map_or(one.value, |found| found.mean));
        }
        let fits = case.model.observed.iter().zip(&observed).all(|(one, found)| one.admits(*found));
        let found = verdict_on(&case.expected, &estimate);
        if found == case.verdict && fits {
            let is_surprise = case.model.is_lost(&trial.position);
            case.model.correct(&trial.position, estimate.mean, &observed);
            return Shown::Kept(is_surprise.then(|| [vec![estimate.mean], observed].concat()));
        }
        if !fits {
            let back = case.model.back(&trial.position, &observed);
            case.model.correct(&trial.position, estimate.mean, &observed);
            return Shown::Impossible(back);
        }
        if n < case.most {
            let plain = self.estimate(engine, own, n, LOST);
            let is_past = plain.is_some_and(|plain| case.model.threat.is_past(&plain));
            if !is_past {
                return Shown::More(self.needed(engine, case, own, n));
            }
        }
        Shown::Lost(found, estimate)
    }

    /// Goes on with case number `at` until it wants replications or is over.
    fn step(&mut self, engine: &mut Engine<'_, S>, at: usize) -> Vec<Want> {
        let mut one = self.cases[at].clone();
        while !one.is_over {
            let Some(trial) = one.trial.take() else {
                self.propose(engine, &mut one);
                if let Some(trial) = &one.trial {
                    let wants = wants(trial);
                    self.cases[at] = one;
                    return wants;
                }
                continue;
            };
            match self.look(engine, &mut one.case, &trial) {
                Shown::More(replications) => {
                    let replications = replications.min(one.case.most);
                    let trial = Trial { replications, ..trial };
                    let wants = wants(&trial);
                    one.trial = Some(trial);
                    self.cases[at] = one;
                    return wants;
                }
                Shown::Lost(found, estimate) => {
                    let screen::Threat { subject, limit, .. } = one.case.model.threat;
                    let position = trial.position;
                    one.is_over = one.lost.is_some();
                    one.lost = Some(Lost { subject, position, found, estimate, limit });
                }
                // With fewer inputs it is not lost, or the worst setting keeps it.
                Shown::Kept(_) | Shown::Impossible(_) if one.lost.is_some() => one.tries += 1,
                Shown::Kept(numbers) => {
                    one.is_over = true;
                    let position = trial.position;
                    one.surprise = numbers.map(|numbers| Surprise {
                        threat: one.case.model.threat,
                        position,
                        numbers,
                    });
                }
                Shown::Nothing => one.is_over = true,
                Shown::Impossible(back) => {
                    one.rounds += 1;
                    one.is_over = one.rounds >= ROUNDS;
                    one.back = (one.rounds >= BY_LINES).then_some(back);
                }
            }
        }
        self.cases[at] = one;
        Vec::new()
    }

    /// The next setting to be tried; without one the case is over.
    fn propose(&self, engine: &mut Engine<'_, S>, one: &mut Progress<'_>) {
        let model = &one.case.model;
        let position = match &one.lost {
            None if one.back.is_some() => one.back.take(),
            None => model.worst(&vec![true; self.inputs.len()]),
            // By the lines, as they were moved since; at last without what hardly does anything.
            Some(lost) if one.tries < BY_LINES => model.fewer(&lost.position),
            Some(lost) if one.tries == BY_LINES => Some(model.without_trifles(&lost.position)),
            Some(_) => None,
        };
        let moves = |position: &Position| position.iter().any(|place| *place != 0.0);
        let position = position.filter(moves);
        one.trial = position.and_then(|position| self.trial(engine, &one.case, position));
        one.is_over = one.trial.is_none();
    }
}

fn wants(trial: &Trial) -> Vec<Want> {
    let replications = trial.replications;
    let all = trial.arms.iter().chain(&trial.here);
    all.flatten().map(|&arm| Want { arm, replications }).collect()
}

impl<S: Stage, W: Weighing<S>> Design<S> for Verify<'_, S, W> {
    fn phase(&self) -> Phase {
        Phase::Ranges
    }

    fn next(&mut self, engine: &mut Engine<'_, S>) -> Result<Vec<Want>, WorldError> {
        let wants = (0..self.cases.len()).flat_map(|at| self.step(engine, at));
        Ok(wants.collect())
    }
}
