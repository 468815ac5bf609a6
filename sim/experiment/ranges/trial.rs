//! A trial: a setting simulated for a case, and its result.
//!
//! In full replications a trial is read by intervals: the estimate at the values in force plus the paired
//! difference. In short ones it is read by means, added to the number at the values in force: that
//! guides the search, and decides nothing.

use super::case::Case;
use super::inputs::Position;
use super::weighing::Weighing;
use crate::engine::{ArmId, Engine, Stage, Want};
use crate::readings::{Readings, verdict_on};
use crate::verdict::Verdict;
use wssim_stats::Estimate;

/// Replications at the first look, and for a number that is constant at the values in force.
const FIRST: u32 = 2;
const FIRST_OF_CONSTANT: u32 = 1;
/// Short replications.
const SHORT: u32 = 3;
/// Largest factor on the number of replications at the next look.
const GROWTH: u32 = 4;
/// Level at which a number is past the limit, so that a verdict is withdrawn without more replications.
const LOST: f64 = 0.95;

/// How trials are read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum ReadBy {
    /// By means of short replications.
    Means,
    /// By intervals.
    Intervals,
}

/// A setting being simulated.
#[derive(Clone, Debug)]
pub(crate) struct Trial {
    pub(crate) position: Position,
    /// The claim, then each observation.
    subjects: Vec<usize>,
    arms: Vec<Vec<ArmId>>,
    /// Their arms at the values in force: differences are paired.
    here: Vec<Vec<ArmId>>,
    pub(crate) replications: u32,
}

/// The result of a trial.
#[derive(Clone, Debug)]
pub(crate) enum TrialOutcome {
    /// More replications are needed, this many in total.
    More(u32),
    /// Too little was observed.
    Nothing,
    /// The observations are not reproduced.
    Impossible,
    /// The verdict is unchanged.
    Kept,
    Lost(Verdict, Estimate),
}

impl Trial {
    /// The trial of `case` at `position`; `at` gives the arms of a subject.
    pub(crate) fn new(
        case: &Case,
        position: Position,
        by: ReadBy,
        mut at: impl FnMut(usize, bool) -> Option<Vec<ArmId>>,
    ) -> Option<Self> {
        let observed = case.model.observed.iter().map(|one| one.subject);
        let subjects: Vec<usize> =
            std::iter::once(case.model.threat.subject).chain(observed).collect();
        let arms = subjects.iter().map(|&subject| at(subject, true)).collect::<Option<_>>()?;
        let here = subjects.iter().map(|&subject| at(subject, false)).collect::<Option<_>>()?;
        let first = match by {
            ReadBy::Means => SHORT,
            ReadBy::Intervals if case.is_constant => FIRST_OF_CONSTANT,
            ReadBy::Intervals => FIRST,
        };
        Some(Self { position, subjects, arms, here, replications: first.min(case.most) })
    }

    /// The trial with this number of replications.
    pub(crate) fn longer(self, replications: u32) -> Self {
        Self { replications, ..self }
    }

    pub(crate) fn wants(&self) -> Vec<Want> {
        let replications = self.replications;
        let all = self.arms.iter().chain(&self.here);
        all.flatten().map(|&arm| Want { arm, replications }).collect()
    }

    /// The result, and the numbers of the claim and of each observation; an unobserved one has the value
    /// at the lines' centre.
    pub(crate) fn look<S: Stage>(
        &self,
        weighing: &impl Weighing<S>,
        engine: &Engine<'_, S>,
        case: &Case,
        by: ReadBy,
    ) -> (TrialOutcome, Vec<f64>) {
        let read = |number: usize, in_force: f64, level: f64| {
            let (here, there) = self.readings(weighing, engine, number)?;
            match by {
                ReadBy::Means => moved(in_force, &here, &there),
                ReadBy::Intervals => there.elsewhere(&here, level),
            }
        };
        let Some(estimate) = read(0, case.in_force, case.level) else {
            let more = by == ReadBy::Intervals && self.replications < case.most;
            let shown = if more {
                TrialOutcome::More(2 * self.replications)
            } else {
                TrialOutcome::Nothing
            };
            return (shown, Vec::new());
        };
        let observed = case.model.observed.iter().enumerate();
        let observed: Vec<f64> = observed
            .map(|(number, one)| {
                read(1 + number, one.in_force, case.level).map_or(one.value, |found| found.mean)
            })
            .collect();
        let fits = case.model.observed.iter().zip(&observed).all(|(one, found)| one.admits(*found));
        let found = verdict_on(&case.expected, &estimate);
        let is_past =
            || read(0, case.in_force, LOST).is_some_and(|at| case.model.threat.is_past(&at));
        let shown = if !fits {
            TrialOutcome::Impossible
        } else if found == case.verdict && !case.model.threat.is_past(&estimate) {
            TrialOutcome::Kept
        } else if by == ReadBy::Intervals && self.replications < case.most && !is_past() {
            TrialOutcome::More(self.needed(weighing, engine, case))
        } else {
            TrialOutcome::Lost(found, estimate)
        };
        (shown, [vec![estimate.mean], observed].concat())
    }

    /// The readings of subject `number` of this trial: at the values in force in all replications, and
    /// here.
    fn readings<S: Stage>(
        &self,
        weighing: &impl Weighing<S>,
        engine: &Engine<'_, S>,
        number: usize,
    ) -> Option<(Readings, Readings)> {
        let subject = self.subjects[number];
        let here = weighing.readings(engine, subject, &self.here[number], usize::MAX)?;
        let n = self.replications as usize;
        Some((here, weighing.readings(engine, subject, &self.arms[number], n)?))
    }

    /// Replications that would decide on which side of the limit the number is; at most [`GROWTH`] times
    /// the present ones.
    fn needed<S: Stage>(
        &self,
        weighing: &impl Weighing<S>,
        engine: &Engine<'_, S>,
        case: &Case,
    ) -> u32 {
        let needed = || {
            let (here, there) = self.readings(weighing, engine, 0)?;
            there.needed(&here, case.model.threat.limit, case.level)
        };
        let most = GROWTH * self.replications;
        needed().unwrap_or(most).clamp(self.replications + 1, most)
    }
}

/// The number `in_force`, moved by the paired difference of short replications.
fn moved(in_force: f64, here: &Readings, there: &Readings) -> Option<Estimate> {
    let shift = there.elsewhere(here, LOST)?.mean - here.estimate(LOST)?.mean;
    let mean = in_force + shift;
    let n = here.numbers().len() as u32;
    (!mean.is_nan()).then_some(Estimate { mean, low: mean, high: mean, n })
}
