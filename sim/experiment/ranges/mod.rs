//! Input uncertainty: does a verdict hold over the joint ranges of the inputs?
//!
//! A verdict stands only if it stands at the worst joint setting of the ranged inputs that still
//! reproduces the observations. Four steps find that setting, each under the same random numbers as the
//! replications at the values in force, so that differences are paired:
//!
//! ```text
//!  screen    each input alone, at both ends, and all together at the worse ends for a claim,
//!            in short replications. Claims whose interval cannot reach the limit are done.
//!  joint     effects as straight lines from the value in force to each end; a linear program finds the
//!            worst setting for the claim that keeps the observations within their limits.
//!  search    that setting is simulated, in short replications; wrong lines are moved
//!            to the results, and the program is solved again, up to [`verify::ROUNDS`] times. If
//!            the verdict changes, fewer inputs are tried, those with the largest effects first.
//!  verify    the same in full replications, starting where the search ended: only they decide.
//! ```
//! A setting that keeps a verdict against the lines is where they are rebuilt, once. The search may miss
//! a setting between the ends that is worse than the ends (effects that are not monotone), and one far
//! from the straight lines. An end is judged by the estimate at the values in force plus the paired
//! difference ([`wssim_stats::paired_end`]), whose variance determines the number of replications.
//! Observed claims are not checked: they constrain the inputs.
//!
//! Screening by groups: Bettonvil & Kleijnen, Eur. J. Oper. Res. 96 (1997), sequential bifurcation.

mod case;
mod inputs;
mod joint;
mod screen;
mod trial;
mod verify;
mod weighing;

pub(crate) use inputs::Inputs;
use inputs::{Position, only};
pub(crate) use weighing::Weighing;

use crate::engine::{Broken, Engine, Stage, Want};
use crate::question::{Expected, WorldError};
use crate::readings::{Readings, verdict_on};
use crate::reason::{Flip, InputValue};
use crate::verdict::Verdict;
use crate::watch::StudyPhase;
use case::{Case, LostVerdict, Surprise};
use joint::{LinearModel, ObservedEffects};
use screen::{Screen, ScreenedEffects, Threat};
use trial::ReadBy;
use verify::Verify;
use wssim_stats::Estimate;

/// How many steps, and in how many replications each, locate the value at which one input changes a
/// verdict.
const NARROWINGS: u32 = 4;
const NARROWED_BY: u32 = 2;

/// A subject at the values in force.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Subject {
    pub(crate) expected: Expected,
    /// Its number.
    pub(crate) estimate: Estimate,
    /// Most replications for it.
    pub(crate) most: u32,
    /// Whether its number was constant.
    pub(crate) is_constant: bool,
    /// Level of its interval.
    pub(crate) level: f64,
}

impl Subject {
    /// The subject of the number computed from `readings`; `None` without one.
    pub(crate) fn of(expected: Expected, readings: &Readings, level: f64) -> Option<Self> {
        let numbers = readings.numbers();
        Some(Self {
            expected,
            estimate: readings.estimate(level)?,
            most: numbers.len() as u32,
            is_constant: numbers.windows(2).all(|pair| pair[0] == pair[1]),
            level,
        })
    }
}

/// The remaining threats, and the effects of the inputs by subject.
type Screened = (Vec<Threat>, Vec<ScreenedEffects>);

/// The parameters of the check.
pub(crate) struct RangeCheck<'w, W> {
    pub(crate) weighing: &'w W,
    pub(crate) inputs: Inputs<'w>,
    /// Decided claims, and observations.
    pub(crate) claims: &'w [Subject],
    pub(crate) observed: &'w [Subject],
}

/// The result of the check.
#[derive(Clone, Debug)]
pub(crate) struct Checked {
    /// By claim: the values at which its verdict changes.
    pub(crate) flips: Vec<Option<Flip>>,
    /// By claim: whether the search was complete.
    pub(crate) is_done: Vec<bool>,
    /// Whether the user, or the budget, stopped it.
    pub(crate) is_cut: bool,
}

impl<W> RangeCheck<'_, W> {
    /// Checks the ranges: screens in `short` replications, if given, and verifies in `full` ones.
    ///
    /// # Errors
    /// When a world at an end of a range cannot be made.
    pub(crate) fn run<S: Stage>(
        &self,
        short: Option<&mut Engine<'_, S>>,
        full: &mut Engine<'_, S>,
    ) -> Result<Checked, WorldError>
    where
        W: Weighing<S>,
    {
        let claims = self.claims.len();
        let mut checked =
            Checked { flips: vec![None; claims], is_done: vec![false; claims], is_cut: false };
        if self.inputs.ends().is_empty() {
            checked.is_done = vec![true; claims];
            return Ok(checked);
        }
        let mut short = short;
        let subjects = vec![true; claims + self.observed.len()];
        let threats = self.threats();
        let screened = match &mut short {
            Some(short) => self.screen(short, subjects, self.inputs.in_force(), threats)?,
            None => self.screen(full, subjects, self.inputs.in_force(), threats)?,
        };
        let Some((threats, effects)) = screened else {
            checked.is_cut = true;
            return Ok(checked);
        };
        // A verdict that this interval does not give cannot be checked.
        let is_shown = |claim: &Subject| is_weighed(verdict_on(&claim.expected, &claim.estimate));
        checked.is_done = self.claims.iter().map(is_shown).collect();
        let cases = threats.iter().map(|threat| self.case(*threat, &effects, None)).collect();
        let surprises = self.prove(&mut short, full, cases, &mut checked)?;
        for surprise in surprises {
            let anew = match &mut short {
                _ if checked.is_cut => None,
                Some(short) => self.anew(short, &surprise)?,
                None => self.anew(full, &surprise)?,
            };
            let Some(case) = anew else {
                checked.is_done[surprise.threat.subject] = false;
                checked.is_cut = true;
                continue;
            };
            self.prove(&mut short, full, vec![case], &mut checked)?;
        }
        Ok(checked)
    }

    /// Searches and verifies `cases`; returns the surprises, where the lines were wrong.
    fn prove<S: Stage>(
        &self,
        short: &mut Option<&mut Engine<'_, S>>,
        full: &mut Engine<'_, S>,
        cases: Vec<Case>,
        checked: &mut Checked,
    ) -> Result<Vec<Surprise>, WorldError>
    where
        W: Weighing<S>,
    {
        let cases = match short {
            Some(short) => self.search(short, cases, checked)?,
            None => cases,
        };
        let mut verify = Verify::new(self.weighing, self.inputs, ReadBy::Intervals, cases);
        checked.is_cut |= is_cut(full.pursue(&mut verify))?;
        let ended = verify.ended();
        for subject in ended.open {
            checked.is_done[subject] = false;
        }
        for lost in ended.lost {
            if checked.flips[lost.subject].is_none() {
                checked.flips[lost.subject] = Some(self.flip(full, &lost));
            }
        }
        Ok(ended.cases.into_iter().filter_map(|(_, surprise)| surprise).collect())
    }

    /// The cases with the result of a search in short replications; those with wrong lines are searched
    /// again, with lines from there. On a stop, none was searched.
    fn search<S: Stage>(
        &self,
        short: &mut Engine<'_, S>,
        cases: Vec<Case>,
        checked: &mut Checked,
    ) -> Result<Vec<Case>, WorldError>
    where
        W: Weighing<S>,
    {
        let mut search = Verify::new(self.weighing, self.inputs, ReadBy::Means, cases);
        checked.is_cut |= is_cut(short.pursue(&mut search))?;
        let (mut found, mut anew) = (Vec::new(), Vec::new());
        for (case, surprise) in search.ended().cases {
            found.push(case);
            if let Some(surprise) = surprise {
                let case = self.anew(short, &surprise)?;
                checked.is_cut |= case.is_none();
                anew.extend(case);
            }
        }
        let mut again = Verify::new(self.weighing, self.inputs, ReadBy::Means, anew);
        checked.is_cut |= is_cut(short.pursue(&mut again))?;
        found.extend(again.ended().cases.into_iter().map(|(case, _)| case));
        if checked.is_cut {
            for case in &found {
                checked.is_done[case.model.threat.subject] = false;
            }
        }
        Ok(found)
    }

    /// The case of a surprise, screened again from its position; `None` if stopped.
    fn anew<S: Stage>(
        &self,
        engine: &mut Engine<'_, S>,
        surprise: &Surprise,
    ) -> Result<Option<Case>, WorldError>
    where
        W: Weighing<S>,
    {
        let mut subjects = vec![false; self.claims.len()];
        subjects[surprise.threat.subject] = true;
        subjects.extend(vec![true; self.observed.len()]);
        let screened = self.screen(engine, subjects, surprise.position.clone(), Vec::new())?;
        Ok(screened.map(|(_, effects)| self.case(surprise.threat, &effects, Some(surprise))))
    }

    /// The sides on which verdicts could change.
    fn threats(&self) -> Vec<Threat> {
        let of = |(subject, claim): (usize, &Subject)| {
            Threat::of(subject, &claim.expected, &claim.estimate)
        };
        self.claims.iter().enumerate().flat_map(of).collect()
    }

    /// The remaining threats, and the effects of the inputs; `None` if stopped.
    fn screen<S: Stage>(
        &self,
        engine: &mut Engine<'_, S>,
        subjects: Vec<bool>,
        centre: Position,
        threats: Vec<Threat>,
    ) -> Result<Option<Screened>, WorldError>
    where
        W: Weighing<S>,
    {
        let mut screen = Screen::new(self.weighing, self.inputs, subjects, centre, threats);
        let is_cut = is_cut(engine.pursue(&mut screen))?;
        Ok((!is_cut).then(|| screen.left()))
    }

    /// The case of a threat; `centre` is the start of its lines, if not the values in force.
    fn case(&self, threat: Threat, effects: &[ScreenedEffects], centre: Option<&Surprise>) -> Case {
        let claim = &self.claims[threat.subject];
        let observed = self.observed.iter().enumerate().map(|(number, one)| {
            let subject = self.claims.len() + number;
            let [low, high] = [one.expected.min, one.expected.max];
            ObservedEffects {
                subject,
                in_force: one.estimate.mean,
                value: centre.map_or(one.estimate.mean, |centre| centre.numbers[1 + number]),
                limits: [low.unwrap_or(f64::NEG_INFINITY), high.unwrap_or(f64::INFINITY)],
                effects: effects[subject].clone(),
                offset: 0.0,
            }
        });
        let model = LinearModel {
            threat,
            centre: centre.map_or(self.inputs.in_force(), |centre| centre.position.clone()),
            value: centre.map_or(claim.estimate.mean, |centre| centre.numbers[0]),
            effects: effects[threat.subject].clone(),
            observed: observed.collect(),
            offset: 0.0,
        };
        Case {
            model,
            expected: claim.expected,
            verdict: verdict_on(&claim.expected, &claim.estimate),
            in_force: claim.estimate.mean,
            most: claim.most,
            is_constant: claim.is_constant,
            level: claim.level,
            found: None,
        }
    }

    /// The setting at which a verdict changes, as written in scenarios.
    fn flip<S: Stage>(&self, engine: &mut Engine<'_, S>, lost: &LostVerdict) -> Flip
    where
        W: Weighing<S>,
    {
        let claim = &self.claims[lost.subject];
        let moved = (0..lost.position.len()).filter(|input| lost.position[*input] != 0.0);
        let inputs: Vec<usize> = moved.collect();
        let is_alone = inputs.len() == 1;
        let value = |input: usize| {
            let near = if is_alone { self.near(engine, lost, input) } else { None };
            let value = self.inputs.shown(input, lost.position[input]);
            InputValue::of(&self.inputs.all[input], &value, near)
        };
        Flip {
            inputs: inputs.into_iter().map(value).collect(),
            from: verdict_on(&claim.expected, &claim.estimate),
            to: lost.found,
        }
    }

    /// The value at which the number crosses the limit, by a straight line between two values, one of
    /// which is replaced by each result.
    fn near<S: Stage>(
        &self,
        engine: &mut Engine<'_, S>,
        lost: &LostVerdict,
        input: usize,
    ) -> Option<String>
    where
        W: Weighing<S>,
    {
        let end = lost.position[input];
        let mut kept = (0.0, self.claims[lost.subject].estimate.mean);
        let mut past = (end, lost.estimate.mean);
        let crossing = |kept: (f64, f64), past: (f64, f64)| {
            let part = (lost.limit - kept.1) / (past.1 - kept.1);
            (0.0..=1.0).contains(&part).then_some(kept.0 + part * (past.0 - kept.0))
        };
        for _ in 0..NARROWINGS {
            let place = crossing(kept, past)?;
            let Some(number) = self.number(engine, lost.subject, input, place) else { break };
            let is_past = (number - lost.limit) * (past.1 - lost.limit) > 0.0;
            *(if is_past { &mut past } else { &mut kept }) = (place, number);
        }
        Some(self.inputs.shown(input, crossing(kept, past)?))
    }

    /// The claim's number with only `input` at `place`.
    fn number<S: Stage>(
        &self,
        engine: &mut Engine<'_, S>,
        subject: usize,
        input: usize,
        place: f64,
    ) -> Option<f64>
    where
        W: Weighing<S>,
    {
        let at = self.inputs.overrides(&only(&self.inputs.in_force(), input, place));
        let here = self.weighing.arms(engine, subject, &[]).ok()?;
        let there = self.weighing.arms(engine, subject, &at).ok()?;
        let replications = NARROWED_BY;
        let wants = here.iter().chain(&there).map(|&arm| Want { arm, replications });
        let phase = StudyPhase::Turning(&self.inputs.all[input].path);
        engine.simulate(phase, &wants.collect::<Vec<_>>()).ok()?;
        let here = self.weighing.readings(engine, subject, &here, usize::MAX)?;
        let there = self.weighing.readings(engine, subject, &there, replications as usize)?;
        let number = there.elsewhere(&here, self.claims[subject].level)?.mean;
        number.is_finite().then_some(number)
    }
}

/// Whether it was stopped.
fn is_cut(end: Result<(), Broken>) -> Result<bool, WorldError> {
    Ok(Broken::or_stopped(end)?.is_err())
}

/// Whether a verdict can change within the ranges.
pub(crate) fn is_weighed(verdict: Verdict) -> bool {
    matches!(verdict, Verdict::Holds | Verdict::Refuted)
}
