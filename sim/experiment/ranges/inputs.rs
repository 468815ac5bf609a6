//! Positions of the inputs within their ranges, and the overrides that they stand for.

use crate::question::{Override, RangeEnd, RangedInput, Worlds};

/// How far inputs are from their values in force, one for each: −1 is the low end, 0 the value in
/// force, +1 the high end.
pub(crate) type Position = Vec<f64>;

/// Positions are rounded to this part of a range, toward the value in force: so that values can be read.
const STEP: f64 = 1.0 / 64.0;

/// The inputs that have a range.
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

    /// The ends that are not the value in force itself: (input, −1 or +1).
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

    /// The values at `position`; an input of which nothing lies between its values stays at the nearer one.
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

/// `position` in steps that can be read.
pub(crate) fn rounded(position: &[f64]) -> Position {
    position.iter().map(|place| (place / STEP).trunc() * STEP).collect()
}

/// One input at an end, all others as they are at `centre`.
pub(crate) fn only(centre: &[f64], input: usize, end: f64) -> Position {
    let mut position = centre.to_vec();
    position[input] = end;
    position
}
