//! The worst joint setting for a claim, as straight lines from the screen tell it.

use super::inputs::{Position, rounded};
use super::screen::{Effects, Threat};
use wssim_stats::worst_case::{Effect, Effects as Lines, Observation, Worst, worst};

/// Observations are kept by this part of their width inside their limits: the lines are not exact.
const MARGIN: f64 = 0.02;
/// And so far back from where a straight line meets a limit.
const BACK: f64 = 0.1;
/// A limit counts as passed in the model when it is passed by this part of the way to it.
const BEYOND: f64 = 0.1;

/// What the screen found of one claim and of all observations, moved to what was simulated since.
#[derive(Clone, Debug)]
pub(crate) struct Model<'e> {
    pub(crate) threat: Threat,
    /// The number at the values in force.
    pub(crate) value: f64,
    pub(crate) effects: &'e Effects,
    pub(crate) observed: Vec<Observed<'e>>,
    /// What simulation found beyond the lines.
    pub(crate) offset: f64,
}

/// An observation that is to be reproduced.
#[derive(Clone, Debug)]
pub(crate) struct Observed<'e> {
    pub(crate) subject: usize,
    pub(crate) value: f64,
    pub(crate) limits: [f64; 2],
    pub(crate) effects: &'e Effects,
    pub(crate) offset: f64,
}

impl Observed<'_> {
    /// Whether `value` reproduces it.
    pub(crate) fn admits(&self, value: f64) -> bool {
        self.limits[0] <= value && value <= self.limits[1]
    }

    /// Its limits for the lines; an observation that is not reproduced at the values in force narrows
    /// nothing on that side.
    fn narrowed(&self) -> Observation {
        let [low, high] = self.limits;
        let width = high - low;
        let margin = if width.is_finite() { MARGIN * width } else { 0.0 };
        Observation {
            base: self.value + self.offset,
            low: (low + margin).min(self.value),
            high: (high - margin).max(self.value),
        }
    }
}

fn effect(effects: &Effects, input: usize) -> Effect {
    let [low, high] = effects.shifts[input];
    Effect { low, high }
}

impl Model<'_> {
    /// The setting that is worst for the claim, of the inputs that `may` move; `None`: there is none.
    pub(crate) fn worst(&self, may: &[bool]) -> Option<Position> {
        let inputs: Vec<usize> = (0..may.len()).filter(|input| may[*input]).collect();
        let of = |input: &usize| Lines {
            judged: effect(self.effects, *input),
            observed: self.observed.iter().map(|one| effect(one.effects, *input)).collect(),
        };
        let lines: Vec<Lines> = inputs.iter().map(of).collect();
        let observed: Vec<Observation> = self.observed.iter().map(Observed::narrowed).collect();
        let side = if self.threat.direction > 0.0 { Worst::Largest } else { Worst::Smallest };
        let found = worst(&lines, &observed, side).ok()?;
        let mut position = vec![0.0; may.len()];
        for (input, place) in inputs.into_iter().zip(found) {
            position[input] = place;
        }
        Some(rounded(&position))
    }

    /// Whether the lines say that the claim's verdict is lost at `position`.
    pub(crate) fn is_lost(&self, position: &[f64]) -> bool {
        let Threat { direction, limit, .. } = self.threat;
        let way = (limit - self.value) * direction;
        self.moved(position) * direction >= way + BEYOND * way.abs()
    }

    /// How far the lines, and what was found beyond them, move the number at `position`.
    fn moved(&self, position: &[f64]) -> f64 {
        self.part_of_all(position).sum::<f64>() + self.offset
    }

    /// What each input adds at `position`.
    fn part_of_all<'p>(&'p self, position: &'p [f64]) -> impl Iterator<Item = f64> + 'p {
        position.iter().enumerate().map(|(input, &place)| effect(self.effects, input).at(place))
    }

    /// Fewer inputs that lose the verdict by the lines, at the setting that is worst for them: those
    /// whose part is least are held at the values in force, one after the other.
    pub(crate) fn fewer(&self, worst: &[f64]) -> Option<Position> {
        let mut may: Vec<bool> = worst.iter().map(|place| *place != 0.0).collect();
        let parts: Vec<f64> = self.part_of_all(worst).map(f64::abs).collect();
        let mut order: Vec<usize> = (0..worst.len()).filter(|input| may[*input]).collect();
        order.sort_by(|a, b| parts[*a].total_cmp(&parts[*b]).then(a.cmp(b)));
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

    /// The point on the straight way from the values in force to `position` at which every observation,
    /// which was found to be `observed` there, is reproduced again.
    pub(crate) fn back(&self, position: &[f64], observed: &[f64]) -> Position {
        let part = |(one, found): (&Observed<'_>, &f64)| {
            let [low, high] = one.limits;
            let limit = if *found > high { high } else { low };
            let is_missed = !one.admits(*found) && one.admits(one.value);
            let part = (limit - one.value) / (found - one.value);
            if is_missed { (1.0 - BACK) * part } else { 1.0 }
        };
        let part = self.observed.iter().zip(observed).map(part).fold(1.0, f64::min);
        rounded(&position.iter().map(|place| place * part).collect::<Position>())
    }

    /// Moves the lines to what was found at `position`: of the claim, and of each observation.
    pub(crate) fn correct(&mut self, position: &[f64], found: f64, observed: &[f64]) {
        self.offset = found - self.value - self.part_of_all(position).sum::<f64>();
        for (one, found) in self.observed.iter_mut().zip(observed) {
            let inputs = position.iter().enumerate();
            let moved: f64 = inputs.map(|(input, &place)| effect(one.effects, input).at(place)).sum();
            one.offset = found - one.value - moved;
        }
    }
}
