//! The worst joint setting for a claim by the linear model of the screen.

use super::inputs::{Position, rounded};
use super::screen::{ScreenedEffects, Threat};
use wssim_stats::worst_case::{Effect, Effects, ObservedMetric, Worst, worst};

/// Share of their width by which observations are kept inside their limits: the model is not exact.
const MARGIN: f64 = 0.02;
/// Effect of an unimportant input, as a share of the way to a limit, or of the width of an observation.
const TRIFLE: f64 = 0.05;
/// Share by which a setting is moved back from where a line meets a limit.
const BACK: f64 = 0.1;
/// Share of the way to a limit by which the model must exceed it.
const BEYOND: f64 = 0.1;

/// The screen's linear model of one claim and all observations, corrected by later simulations.
#[derive(Clone, Debug)]
pub(crate) struct LinearModel {
    pub(crate) threat: Threat,
    /// The position of the screen: lines lead from there to both ends of each range.
    pub(crate) centre: Position,
    /// The number there.
    pub(crate) value: f64,
    pub(crate) effects: ScreenedEffects,
    pub(crate) observed: Vec<ObservedEffects>,
    /// Correction of the lines by simulation.
    pub(crate) offset: f64,
}

/// An observation to be reproduced.
#[derive(Clone, Debug)]
pub(crate) struct ObservedEffects {
    pub(crate) subject: usize,
    /// The value at the values in force, and at the centre.
    pub(crate) in_force: f64,
    pub(crate) value: f64,
    pub(crate) limits: [f64; 2],
    pub(crate) effects: ScreenedEffects,
    pub(crate) offset: f64,
}

impl ObservedEffects {
    /// Whether `value` reproduces it; an observation not reproduced at the values in force is ignored.
    pub(crate) fn admits(&self, value: f64) -> bool {
        let inside = |value: f64| self.limits[0] <= value && value <= self.limits[1];
        inside(value) || !inside(self.in_force)
    }

    /// Its limits for the lines, `moved` from the centre by fixed inputs.
    fn narrowed(&self, moved: f64) -> ObservedMetric {
        let [low, high] = self.limits;
        let width = high - low;
        let margin = if width.is_finite() { MARGIN * width } else { 0.0 };
        ObservedMetric {
            base: self.value + self.offset + moved,
            low: (low + margin).min(self.in_force),
            high: (high - margin).max(self.in_force),
        }
    }
}

/// The effects of an input from the centre `at`: to its low end, and to its high end.
fn effect(effects: &ScreenedEffects, input: usize) -> Effect {
    // A value observed at only one of the two gives no line.
    let known = |shift: f64| if shift.is_finite() { shift } else { 0.0 };
    let [low, high] = effects.shifts[input].map(known);
    Effect { low, high }
}

/// The distance of `place` from the centre `at`, as a share of the way to the end on its side.
fn part(at: f64, place: f64) -> f64 {
    let way = if place < at { at + 1.0 } else { 1.0 - at };
    if way == 0.0 { 0.0 } else { (place - at) / way }
}

/// The place at this share of the way from the centre `at`.
fn place(at: f64, part: f64) -> f64 {
    let way = if part < 0.0 { at + 1.0 } else { 1.0 - at };
    at + part * way
}

impl LinearModel {
    /// The worst setting for the claim, with only the inputs that `may` move off their values in force;
    /// `None` if there is none.
    pub(crate) fn worst(&self, may: &[bool]) -> Option<Position> {
        let (free, held): (Vec<usize>, Vec<usize>) = (0..may.len()).partition(|input| may[*input]);
        let of = |input: &usize| Effects {
            judged: effect(&self.effects, *input),
            observed: self.observed.iter().map(|one| effect(&one.effects, *input)).collect(),
        };
        let lines: Vec<Effects> = free.iter().map(of).collect();
        let moved = |effects: &ScreenedEffects| -> f64 {
            held.iter().map(|&input| self.part_of(effects, input, 0.0)).sum()
        };
        let observed: Vec<ObservedMetric> =
            self.observed.iter().map(|one| one.narrowed(moved(&one.effects))).collect();
        let side = if self.threat.direction > 0.0 { Worst::Largest } else { Worst::Smallest };
        let found = worst(&lines, &observed, side).ok()?;
        let mut position = vec![0.0; may.len()];
        for (input, part) in free.into_iter().zip(found) {
            position[input] = place(self.centre[input], part);
        }
        Some(rounded(&position))
    }

    /// Whether the claim's verdict changes at `position` by the lines.
    pub(crate) fn is_lost(&self, position: &[f64]) -> bool {
        let Threat { direction, limit, distance, .. } = self.threat;
        let number = self.value + self.offset + self.moved(&self.effects, position);
        (number - limit) * direction >= BEYOND * distance.abs()
    }

    /// The contribution of `input` at `place` to a number, from the centre.
    fn part_of(&self, effects: &ScreenedEffects, input: usize, place: f64) -> f64 {
        effect(effects, input).at(part(self.centre[input], place))
    }

    /// The change of a number from the centre to `position` by the lines.
    fn moved(&self, effects: &ScreenedEffects, position: &[f64]) -> f64 {
        let inputs = position.iter().enumerate();
        inputs.map(|(input, place)| self.part_of(effects, input, *place)).sum()
    }

    /// The worst setting of fewer inputs that changes the verdict by the lines: inputs with the smallest
    /// contributions are fixed at the values in force, one after the other.
    pub(crate) fn fewer(&self, worst: &[f64]) -> Option<Position> {
        let mut may: Vec<bool> = worst.iter().map(|place| *place != 0.0).collect();
        let gain = |input: usize| {
            let at = |place: f64| self.part_of(&self.effects, input, place);
            (at(worst[input]) - at(0.0)).abs()
        };
        let mut order: Vec<usize> = (0..worst.len()).filter(|input| may[*input]).collect();
        order.sort_by(|a, b| gain(*a).total_cmp(&gain(*b)).then(a.cmp(b)));
        let mut found = None;
        for input in order {
            may[input] = false;
            match self.worst(&may).filter(|position| self.is_lost(position)) {
                Some(position) => found = Some(position),
                None => may[input] = true,
            }
        }
        found.filter(|position| position.iter().any(|place| *place != 0.0))
    }

    /// `position` without the inputs whose effects are trivial.
    pub(crate) fn without_trifles(&self, position: &[f64]) -> Position {
        let moves = |effects: &ScreenedEffects, input: usize| {
            let at = |place: f64| self.part_of(effects, input, place);
            (at(position[input]) - at(0.0)).abs()
        };
        let matters = |input: usize| {
            let way = (self.threat.limit - self.value).abs().max(self.threat.distance);
            let of_claim = moves(&self.effects, input) > TRIFLE * way;
            of_claim
                || self.observed.iter().any(|one| {
                    let width = one.limits[1] - one.limits[0];
                    width.is_finite() && moves(&one.effects, input) > TRIFLE * width
                })
        };
        let inputs = position.iter().enumerate();
        inputs.map(|(input, place)| if matters(input) { *place } else { 0.0 }).collect()
    }

    /// The point on the straight way from the centre to `position` at which every observation, with
    /// value `observed` there, is reproduced again.
    pub(crate) fn back(&self, position: &[f64], observed: &[f64]) -> Position {
        let part = |(one, found): (&ObservedEffects, &f64)| {
            let [low, high] = one.limits;
            let limit = if *found > high { high } else { low };
            let is_missed = !one.admits(*found) && one.admits(one.value);
            let part = (limit - one.value) / (found - one.value);
            if is_missed { (1.0 - BACK) * part } else { 1.0 }
        };
        let part = self.observed.iter().zip(observed).map(part).fold(1.0, f64::min);
        let way = position.iter().zip(&self.centre);
        rounded(&way.map(|(place, at)| at + (place - at) * part).collect::<Position>())
    }

    /// Corrects the lines by the `numbers` found at `position`: of the claim, and of each observation;
    /// without a number they stay.
    pub(crate) fn correct(&mut self, position: &[f64], numbers: &[f64]) {
        let Some((found, observed)) = numbers.split_first() else { return };
        self.offset = found - self.value - self.moved(&self.effects, position);
        let moved = |one: &ObservedEffects| self.moved(&one.effects, position);
        let moved: Vec<f64> = self.observed.iter().map(moved).collect();
        for ((one, found), moved) in self.observed.iter_mut().zip(observed).zip(moved) {
            one.offset = found - one.value - moved;
        }
    }
}
