//! Axes: positions of numbers, and the labelled ones.

use crate::quantity;

/// From the smallest to the largest drawn number.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Axis {
    pub(crate) low: f64,
    pub(crate) high: f64,
    pub(crate) is_log: bool,
}

/// Ratio of the ends above which positive values have a logarithmic axis.
const WIDE: f64 = 100.0;
/// Ratio of the smallest to the largest number below which the picture includes zero.
const NEAR: f64 = 0.7;

impl Axis {
    /// An axis with exactly the range of `numbers`.
    pub(crate) fn tight(numbers: &[f64], is_log: bool) -> Self {
        let low = numbers.iter().copied().fold(f64::INFINITY, f64::min);
        let high = numbers.iter().copied().fold(f64::NEG_INFINITY, f64::max);
        Self { low, high, is_log }
    }

    /// An axis for `numbers` with round ends and about `ticks` labels.
    pub(crate) fn round(numbers: &[f64], ticks: usize) -> Self {
        let tight = Self::tight(numbers, false);
        let (low, high) = (tight.low, tight.high);
        if low > 0.0 && high / low >= WIDE {
            let [low, high] = [low.log10().floor(), high.log10().ceil()].map(|e| 10f64.powf(e));
            return Self { low, high, is_log: true };
        }
        let low = if low >= 0.0 && low < NEAR * high { 0.0 } else { low };
        let span = if high > low { high - low } else { high.abs().max(1e-9) };
        let step = nice(span / ticks.max(1) as f64);
        let (low, high) = ((low / step).floor() * step, (high / step).ceil() * step);
        Self { low, high: if high > low { high } else { low + step }, is_log: false }
    }

    /// From 0 at the lower end to 1 at the upper one.
    pub(crate) fn part(self, number: f64) -> f64 {
        let at = |number: f64| if self.is_log { number.ln() } else { number };
        let (low, high) = (at(self.low), at(self.high));
        if high > low { (at(number) - low) / (high - low) } else { 0.5 }
    }

    /// About `most` round numbers between the ends.
    pub(crate) fn ticks(self, most: usize) -> Vec<f64> {
        if self.is_log { self.log_ticks(most) } else { self.linear_ticks(most) }
    }

    fn linear_ticks(self, most: usize) -> Vec<f64> {
        let step = nice((self.high - self.low) / most.max(1) as f64);
        let first = (self.low / step - 1e-9).ceil() as i64;
        let last = (self.high / step + 1e-9).floor() as i64;
        (first..=last).map(|at| at as f64 * step).collect()
    }

    fn log_ticks(self, most: usize) -> Vec<f64> {
        let (first, last) = (self.low.log10().floor() as i32, self.high.log10().ceil() as i32);
        let within =
            |number: &f64| (self.low * (1.0 - 1e-9)..=self.high * (1.0 + 1e-9)).contains(number);
        let with = |factors: &[f64]| -> Vec<f64> {
            let decades = (first..=last).flat_map(|exponent| {
                factors.iter().map(move |factor| factor * 10f64.powi(exponent))
            });
            decades.filter(within).collect()
        };
        let every = |ticks: Vec<f64>, step: usize| ticks.into_iter().step_by(step).collect();
        for factors in [&[1.0, 2.0, 5.0][..], &[1.0, 3.0], &[1.0]] {
            let ticks = with(factors);
            if ticks.len() <= most {
                return ticks;
            }
        }
        let decades = with(&[1.0]);
        let step = decades.len().div_ceil(most.max(1));
        every(decades, step)
    }
}

/// 1, 2 or 5 times a power of ten, at least `step`.
fn nice(step: f64) -> f64 {
    let power = 10f64.powf(step.log10().floor());
    let factors = [1.0, 2.0, 5.0, 10.0];
    let fits = factors.into_iter().find(|factor| factor * power >= step * (1.0 - 1e-9));
    fits.unwrap_or(10.0) * power
}

/// The label of a number at an axis.
pub(crate) fn label(number: f64, unit: &str) -> String {
    quantity::plain(number, unit, false)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ends_are_round_and_zero_belongs_to_what_is_near_it() {
        let axis = Axis::round(&[0.02, 0.15], 4);
        assert!((axis.low, axis.is_log) == (0.0, false) && (axis.high - 0.15).abs() < 1e-9);
        let far = Axis::round(&[101.0, 104.0], 4);
        assert_eq!((far.low, far.high), (101.0, 104.0));
        let wide = Axis::round(&[0.02, 30.0], 4);
        assert!(wide.is_log && (wide.low - 0.01).abs() < 1e-9 && (wide.high - 100.0).abs() < 1e-9);
        let one = Axis::round(&[0.0, 0.0], 4);
        assert!(one.high > one.low);
    }

    #[test]
    fn ticks_are_round_and_few() {
        let linear = Axis { low: 0.0, high: 0.15, is_log: false };
        let shown: Vec<String> = linear.ticks(4).iter().map(|at| label(*at, "seconds")).collect();
        assert_eq!(shown, ["0 ms", "50 ms", "100 ms", "150 ms"]);
        let log = Axis { low: 0.5, high: 60.0, is_log: true };
        assert_eq!(log.ticks(9), [0.5, 1.0, 2.0, 5.0, 10.0, 20.0, 50.0]);
        assert_eq!(log.ticks(2), [1.0, 10.0]);
        let long = Axis { low: 1e-6, high: 1e6, is_log: true };
        assert!(long.ticks(4).len() <= 4);
    }

    #[test]
    fn ratios_are_equally_far_apart() {
        let log = Axis { low: 1.0, high: 100.0, is_log: true };
        assert!((log.part(10.0) - 0.5).abs() < 1e-12);
        let linear = Axis { low: 1.0, high: 3.0, is_log: false };
        assert!((linear.part(2.0) - 0.5).abs() < 1e-12);
        assert!((Axis { low: 2.0, high: 2.0, is_log: false }.part(2.0) - 0.5).abs() < 1e-12);
    }
}
