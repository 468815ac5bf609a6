//! The screen: the effects of each input alone at its ends, and of all together at the worst ends for a
//! claim.
//!
//! An effect is the paired difference of one replication: common random numbers make it nearly exact. A
//! threat is a side on which a claim's verdict could be lost. It is dismissed when neither the sum of the
//! single effects, nor [`SAFETY`] times the joint effect of all inputs at their worse ends, with the 95
//! % interval of that difference, reach the limit. Replications of the screen are short; tests check its
//! dismissals against full simulations.

use super::inputs::{Inputs, Position, only};
use super::weighing::Weighing;
use crate::engine::{ArmId, Design, Engine, Stage, Want};
use crate::question::Expected;
use crate::question::WorldError;
use crate::readings::verdict_on;
use crate::verdict::Verdict;
use crate::watch::StudyPhase;
use std::marker::PhantomData;
use wssim_stats::{Estimate, mean_interval};

/// Replications at the ends, and with all inputs at their worse ends.
const AT_ENDS: u32 = 1;
const AT_CORNERS: u32 = 3;
/// Factor on the joint effect of all inputs, for errors of short replications and in the signs of small
/// effects. An assumption, which tests check against full simulations.
const SAFETY: f64 = 2.0;
/// Share of the way to the limit that the scenario's own number must move at an end for a change to be
/// simulated there. An assumption, checked against full simulations as well.
const NOTICED: f64 = 0.01;
/// Level of the interval of that difference.
const LEVEL: f64 = 0.95;

/// The effects of inputs on one subject, from single replications.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct ScreenedEffects {
    /// By input: the change of the number at the low end, and at the high end.
    pub(crate) shifts: Vec<[f64; 2]>,
}

/// A side on which a verdict could change.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct Threat {
    /// The subject of the verdict.
    pub(crate) subject: usize,
    /// +1: the number would have to grow; −1: to fall.
    pub(crate) direction: f64,
    /// The limit that it would have to reach.
    pub(crate) limit: f64,
    /// The distance of the interval from the limit.
    pub(crate) distance: f64,
}

impl Threat {
    /// The sides on which the verdict of `subject`, with this interval, could change.
    pub(crate) fn of(subject: usize, expected: &Expected, estimate: &Estimate) -> Vec<Self> {
        let up =
            |limit: f64| Self { subject, direction: 1.0, limit, distance: limit - estimate.high };
        let down =
            |limit: f64| Self { subject, direction: -1.0, limit, distance: estimate.low - limit };
        let (min, max) = (expected.min, expected.max);
        match verdict_on(expected, estimate) {
            Verdict::Holds => max.map(up).into_iter().chain(min.map(down)).collect(),
            // Refuted from below: it would have to grow up to the least value.
            Verdict::Refuted if min.is_some_and(|min| estimate.high < min) => {
                min.map(up).into_iter().collect()
            }
            Verdict::Refuted => max.map(down).into_iter().collect(),
            Verdict::Undecided | Verdict::Reproduced => Vec::new(),
        }
    }

    /// Whether the whole interval lies past the limit.
    pub(crate) fn is_past(&self, estimate: &Estimate) -> bool {
        if self.direction > 0.0 { estimate.low > self.limit } else { estimate.high < self.limit }
    }
}

/// The design of the screen.
pub(crate) struct Screen<'w, S, W> {
    weighing: &'w W,
    inputs: Inputs<'w>,
    /// The subjects to screen.
    subjects: Vec<bool>,
    /// The position of the screen.
    centre: Position,
    threats: Vec<Threat>,
    step: Step,
    /// By subject: its arms at the values in force.
    here: Vec<Vec<ArmId>>,
    /// By subject: the effects of the inputs.
    effects: Vec<ScreenedEffects>,
    stage: PhantomData<S>,
}

/// The step being simulated.
#[derive(Clone, Debug)]
enum Step {
    Begin,
    /// By end: the arms of each subject; for changes only the first arm has been simulated.
    Firsts(Vec<Vec<Vec<ArmId>>>),
    Ends(Vec<Vec<Vec<ArmId>>>),
    /// By threat: the arms of its subject; `None` if all ends together make no valid world.
    Corners(Vec<Option<Vec<ArmId>>>),
    Done,
}

impl<'w, S: Stage, W: Weighing<S>> Screen<'w, S, W> {
    pub(crate) fn new(
        weighing: &'w W,
        inputs: Inputs<'w>,
        subjects: Vec<bool>,
        centre: Position,
        threats: Vec<Threat>,
    ) -> Self {
        Self {
            weighing,
            inputs,
            subjects,
            centre,
            threats,
            step: Step::Begin,
            here: Vec::new(),
            effects: Vec::new(),
            stage: PhantomData,
        }
    }

    /// The remaining threats, and the effects of all subjects.
    pub(crate) fn left(self) -> (Vec<Threat>, Vec<ScreenedEffects>) {
        (self.threats, self.effects)
    }

    fn arms_at(
        &self,
        engine: &mut Engine<'_, S>,
        position: &[f64],
    ) -> Result<Vec<Vec<ArmId>>, WorldError> {
        let at = self.inputs.overrides(position);
        let arms = |(subject, is_wanted): (usize, &bool)| {
            if *is_wanted { self.weighing.arms(engine, subject, &at) } else { Ok(Vec::new()) }
        };
        self.subjects.iter().enumerate().map(arms).collect()
    }

    /// The change of a subject's number from the values in force, in each replication.
    fn changes(
        &self,
        engine: &Engine<'_, S>,
        subject: usize,
        there: &[ArmId],
        replications: u32,
    ) -> Vec<f64> {
        let here = &self.here[subject][..there.len().min(self.here[subject].len())];
        if there == here {
            return vec![0.0; replications as usize];
        }
        let at = |arms: &[ArmId]| {
            let readings = self.weighing.readings(engine, subject, arms, replications as usize);
            readings.map_or(Vec::new(), |readings| readings.numbers())
        };
        let (here, there) = (at(here), at(there));
        if here.len() != there.len() {
            // A number observed at only one of them may be anything.
            return vec![f64::INFINITY];
        }
        // Both may be infinite, without recovery.
        let change = |(here, there): (f64, f64)| if here == there { 0.0 } else { there - here };
        here.into_iter().zip(there).map(change).collect()
    }

    /// Where the scenario's own number hardly moves at an end, takes a change there to be that at the
    /// values in force: the base's world differs little there, and its number moves no more.
    fn leave_out(&self, engine: &Engine<'_, S>, ends: &mut [Vec<Vec<ArmId>>]) {
        for threat in &self.threats {
            let subject = threat.subject;
            if !self.weighing.is_change(subject) || self.here[subject].is_empty() {
                continue;
            }
            for arms in ends.iter_mut() {
                let moved = self.changes(engine, subject, &arms[subject][..1], AT_ENDS);
                let others = self.threats.iter().filter(|other| other.subject == subject);
                let least = others.map(|other| other.distance).fold(f64::INFINITY, f64::min);
                if mean(&moved).abs() < NOTICED * least {
                    arms[subject].clone_from(&self.here[subject]);
                }
            }
        }
    }

    fn measure_ends(&mut self, engine: &Engine<'_, S>, ends: &[Vec<Vec<ArmId>>]) {
        for subject in 0..self.subjects.len() {
            let mut shifts = vec![[0.0; 2]; self.inputs.len()];
            for ((input, end), arms) in self.inputs.ends().into_iter().zip(ends) {
                let changes = self.changes(engine, subject, &arms[subject], AT_ENDS);
                shifts[input][usize::from(end > 0.0)] = mean(&changes);
            }
            self.effects.push(ScreenedEffects { shifts });
        }
    }

    /// Dismisses threats that all inputs together, at `corners` by threat, do not realize.
    fn dismiss(&mut self, engine: &Engine<'_, S>, corners: &[Option<Vec<ArmId>>]) {
        let threats = std::mem::take(&mut self.threats);
        let is_left = |(threat, arms): &(&Threat, &Option<Vec<ArmId>>)| {
            let Some(arms) = arms else { return true };
            let changes = self.changes(engine, threat.subject, arms, AT_CORNERS);
            let toward: Vec<f64> = changes.iter().map(|change| change * threat.direction).collect();
            let farthest =
                mean_interval(&toward, LEVEL).map_or(f64::INFINITY, |toward| toward.high);
            let together = (SAFETY - 1.0) * mean(&toward).max(0.0) + farthest;
            let single = self.effects[threat.subject].reach(threat.direction);
            // NaN dismisses nothing.
            together.max(single).is_nan() || together.max(single) >= threat.distance
        };
        let left = threats.iter().zip(corners).filter(is_left);
        self.threats = left.map(|(threat, _)| *threat).collect();
    }
}

fn mean(values: &[f64]) -> f64 {
    values.iter().sum::<f64>() / values.len().max(1) as f64
}

impl ScreenedEffects {
    /// The ends that move the number most in `direction`; the value in force if neither does.
    pub(crate) fn corner(&self, direction: f64) -> Position {
        let worse = |[low, high]: &[f64; 2]| match (low * direction, high * direction) {
            (low, high) if low > high && low > 0.0 => -1.0,
            (_, high) if high > 0.0 => 1.0,
            _ => 0.0,
        };
        self.shifts.iter().map(worse).collect()
    }

    /// The sum of the single effects in `direction`.
    fn reach(&self, direction: f64) -> f64 {
        let farther =
            |shifts: &[f64; 2]| shifts.iter().map(|shift| shift * direction).fold(0.0, f64::max);
        self.shifts.iter().map(farther).sum()
    }
}

impl<S: Stage, W: Weighing<S>> Design<S> for Screen<'_, S, W> {
    fn phase(&self) -> StudyPhase<'_> {
        let claims = self.subjects.iter().filter(|is_held| **is_held).count();
        StudyPhase::Screening { inputs: self.inputs.all.len(), claims }
    }

    fn next(&mut self, engine: &mut Engine<'_, S>) -> Result<Vec<Want>, WorldError> {
        let want = |arms: &[Vec<ArmId>], replications: u32| -> Vec<Want> {
            arms.iter().flatten().map(|&arm| Want { arm, replications }).collect()
        };
        match std::mem::replace(&mut self.step, Step::Done) {
            Step::Begin => {
                self.here = self.arms_at(engine, &self.centre)?;
                let mut wants = want(&self.here, AT_CORNERS);
                let mut ends = Vec::new();
                for (input, end) in self.inputs.ends() {
                    let arms = self.arms_at(engine, &only(&self.centre, input, end))?;
                    let firsts = |(subject, arms): (usize, &Vec<ArmId>)| {
                        let few = if self.weighing.is_change(subject) { 1 } else { arms.len() };
                        arms.iter().take(few).copied().collect::<Vec<_>>()
                    };
                    let firsts: Vec<_> = arms.iter().enumerate().map(firsts).collect();
                    wants.extend(want(&firsts, AT_ENDS));
                    ends.push(arms);
                }
                self.step = Step::Firsts(ends);
                Ok(wants)
            }
            Step::Firsts(mut ends) => {
                self.leave_out(engine, &mut ends);
                let wants = ends.iter().flat_map(|arms| want(arms, AT_ENDS)).collect();
                self.step = Step::Ends(ends);
                Ok(wants)
            }
            Step::Ends(ends) => {
                self.measure_ends(engine, &ends);
                let corner = |threat: &Threat| {
                    let position = self.effects[threat.subject].corner(threat.direction);
                    let at = self.inputs.overrides(&position);
                    self.weighing.arms(engine, threat.subject, &at).ok()
                };
                let corners: Vec<_> = self.threats.iter().map(corner).collect();
                let there: Vec<_> = corners.iter().flatten().cloned().collect();
                // Dismisses only at the values in force.
                let is_first = self.centre == self.inputs.in_force();
                let wants = if is_first { want(&there, AT_CORNERS) } else { Vec::new() };
                self.step = Step::Corners(corners);
                Ok(wants)
            }
            Step::Corners(corners) => {
                self.dismiss(engine, &corners);
                Ok(Vec::new())
            }
            Step::Done => Ok(Vec::new()),
        }
    }
}
