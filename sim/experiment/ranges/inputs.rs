//! Positions of the inputs within their ranges, and the corresponding overrides.

use crate::question::{Override, RangeEnd, RangedInput, Worlds};

/// A position for each input: −1 is the low end, 0 the value in force, +1 the high end.
pub(crate) type Position = Vec<f64>;

/// Step to which positions are rounded, toward the value in force, for readable values.
const STEP: f64 = 1.0 / 64.0;

/// The inputs with a range.
#[derive(Clone, Copy)]
pub(crate) struct Inputs<'a> {
    pub(crate) worlds: &'a dyn Worlds,
    pub(crate) all: &'a [RangedInput],
}

impl Inputs<'_> {
    pub(crate) fn len(&self) -> usize {
        self.all.len()
    }

    /// All of them at the values in force.
    pub(crate) fn in_force(&self) -> Position {
        vec![0.0; self.len()]
    }

    /// The ends that differ from the value in force: (input, −1 or +1).
    pub(crate) fn ends(&self) -> Vec<(usize, f64)> {
        let inputs = self.all.iter().enumerate();
        inputs
            .flat_map(|(place, input)| {
                let low = (input.low != input.value).then_some((place, -1.0));
                let high = (input.high != input.value).then_some((place, 1.0));
                low.into_iter().chain(high)
            })
            .collect()
    }

    /// The overrides at `position`; an input without intermediate values stays at the nearer one.
    pub(crate) fn overrides(&self, position: &[f64]) -> Vec<Override> {
        let moved = self.all.iter().zip(position).filter(|(_, place)| **place != 0.0);
        moved.filter_map(|(input, place)| self.value(input, *place)).collect()
    }

    /// The value of `input` at `place`, as a scenario writes it.
    pub(crate) fn shown(&self, input: usize, place: f64) -> String {
        let input = &self.all[input];
        self.value(input, place).map_or_else(|| input.value.clone(), |there| there.value)
    }

    fn value(&self, input: &RangedInput, place: f64) -> Option<Override> {
        let end = if place < 0.0 { RangeEnd::Low } else { RangeEnd::High };
        let nearer = if place.abs() < 0.5 { None } else { self.worlds.between(input, end, 1.0) };
        self.worlds.between(input, end, place.abs()).or(nearer)
    }
}

/// `position` rounded to readable steps.
pub(crate) fn rounded(position: &[f64]) -> Position {
    position.iter().map(|place| (place / STEP).trunc() * STEP).collect()
}

/// One input at an end, all others as in `centre`.
pub(crate) fn only(centre: &[f64], input: usize, end: f64) -> Position {
    let mut position = centre.to_vec();
    position[input] = end;
    position
}
