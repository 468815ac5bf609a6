//! Comparing two arms, `a` (before) and `b` (after): change is always *b − a* or *b / a*.
//!
//! With common random numbers replication i of both arms meets the same randomness, so the
//! differences vary less than the arms do; the t interval is taken over the differences. Without
//! pairing, Welch's interval with Satterthwaite's degrees of freedom.
//! Law, Simulation Modeling and Analysis (2015), ch. 10–11; Welch, Biometrika 34 (1947).

use crate::Estimate;
use crate::interval::{critical_value, mean, mean_interval, ratio_interval, sample_variance};

fn differences(a: &[f64], b: &[f64]) -> Vec<f64> {
    assert_eq!(a.len(), b.len(), "pairs need arms of equal length");
    a.iter().zip(b).map(|(a, b)| b - a).collect()
}

/// Paired t interval for mean(b) − mean(a), in the unit of the observations.
///
/// Index i of both arms is the same replication. `None` for fewer than two pairs; panics when the
/// arms differ in length or unless 0 < `level` < 1.
pub fn paired_difference(a: &[f64], b: &[f64], level: f64) -> Option<Estimate> {
    mean_interval(&differences(a, b), level)
}

/// Interval for mean(b) / mean(a) over pairs, by the ratio estimator; no unit.
///
/// `None` for fewer than two pairs and when Σa = 0. Panics as [`paired_difference`] does.
pub fn paired_ratio(a: &[f64], b: &[f64], level: f64) -> Option<Estimate> {
    assert_eq!(a.len(), b.len(), "pairs need arms of equal length");
    let pairs: Vec<(f64, f64)> = b.iter().copied().zip(a.iter().copied()).collect();
    ratio_interval(&pairs, level)
}

/// What pairing saves: 1 − Var(b − a) / (Var a + Var b), at most 1.
///
/// Independent arms give 0; at or below 0 the arms are not synchronised. `None` for fewer
/// than two pairs and when neither arm varies. Panics when the arms differ in length.
pub fn variance_reduction(a: &[f64], b: &[f64]) -> Option<f64> {
    let differences = differences(a, b);
    let independent = sample_variance(a) + sample_variance(b);
    (a.len() >= 2 && independent > 0.0).then(|| 1.0 - sample_variance(&differences) / independent)
}

/// A mean, its variance and its number of values.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct KnownMean {
    /// The mean.
    pub mean: f64,
    /// Variance of the mean: the sample variance over `n`.
    pub variance: f64,
    /// Number of values.
    pub n: u32,
}

impl KnownMean {
    /// From values; `None` for fewer than two.
    pub fn of(values: &[f64]) -> Option<Self> {
        let n = values.len();
        let variance = || sample_variance(values) / n as f64;
        (n >= 2).then(|| Self { mean: mean(values), variance: variance(), n: n as u32 })
    }

    /// From an interval at `level`: a t interval or, by its wider side, an asymmetric one. `None` for
    /// fewer than two values and for an end that is not a number.
    pub fn of_interval(estimate: &Estimate, level: f64) -> Option<Self> {
        let Estimate { mean, low, high, n } = *estimate;
        let half_width = (high - mean).max(mean - low);
        if n < 2 || !(low.is_finite() && high.is_finite() && mean.is_finite()) {
            return None;
        }
        let error = half_width / critical_value(f64::from(n) - 1.0, level);
        Some(Self { mean, variance: error * error, n })
    }

    fn degrees(self) -> f64 {
        f64::from(self.n) - 1.0
    }
}

/// Welch's interval for mean(b) − mean(a) from two independent samples.
///
/// The lengths may differ; `n` of the result is the shorter. `None` when an arm has fewer than two
/// values. Panics unless 0 < `level` < 1.
pub fn welch_difference(a: &[f64], b: &[f64], level: f64) -> Option<Estimate> {
    Some(welch_of_means(KnownMean::of(a)?, KnownMean::of(b)?, level))
}

/// [`welch_difference`] from the known means.
pub fn welch_of_means(a: KnownMean, b: KnownMean, level: f64) -> Estimate {
    let variance = a.variance + b.variance;
    let half_width = if variance > 0.0 {
        critical_value(welch_degrees_of_freedom(a, b), level) * variance.sqrt()
    } else {
        variance // 0: constant arms leave no doubt; NaN stays NaN
    };
    Estimate::symmetric(b.mean - a.mean, half_width, a.n.min(b.n))
}

/// Satterthwaite's degrees of freedom for the difference of two means of unequal variance.
///
/// One of them needs a positive variance; NaN otherwise.
pub fn welch_degrees_of_freedom(a: KnownMean, b: KnownMean) -> f64 {
    let share = |one: KnownMean| one.variance * one.variance / one.degrees();
    (a.variance + b.variance).powi(2) / (share(a) + share(b))
}

#[cfg(test)]
mod tests {
    use super::*;

    const BEFORE: [f64; 4] = [1.0, 2.0, 3.0, 4.0];

    #[test]
    fn identical_arms_differ_by_exactly_nothing() {
        let estimate = paired_difference(&BEFORE, &BEFORE, 0.95).unwrap();
        assert_eq!((estimate.low, estimate.high), (0.0, 0.0));
        assert_eq!(variance_reduction(&BEFORE, &BEFORE), Some(1.0));
    }

    #[test]
    fn a_constant_shift_is_known_exactly() {
        let after = BEFORE.map(|x| x + 2.0);
        let estimate = paired_difference(&BEFORE, &after, 0.95).unwrap();
        assert_eq!((estimate.low, estimate.high), (2.0, 2.0));
    }

    #[test]
    fn a_constant_factor_is_known_exactly() {
        let after = BEFORE.map(|x| x * 0.5);
        let estimate = paired_ratio(&BEFORE, &after, 0.95).unwrap();
        assert_eq!((estimate.low, estimate.high), (0.5, 0.5));
    }

    #[test]
    fn opposed_arms_have_negative_variance_reduction() {
        let after = [4.0, 3.0, 2.0, 1.0];
        assert_eq!(variance_reduction(&BEFORE, &after), Some(-1.0));
        assert_eq!(variance_reduction(&[1.0; 3], &[2.0; 3]), None);
        assert_eq!(variance_reduction(&[1.0], &[2.0]), None);
    }

    #[test]
    fn welch_of_equal_arms_pools_the_degrees_of_freedom() {
        let after = BEFORE.map(|x| x + 1.0);
        let [a, b] = [BEFORE, after].map(|values| KnownMean::of(&values).unwrap());
        assert!((welch_degrees_of_freedom(a, b) - 6.0).abs() < 1e-12);
        // S² = 5/3 in both arms, t(6, 0.975) = 2.446911851145.
        let estimate = welch_difference(&BEFORE, &after, 0.95).unwrap();
        let half_width = 2.446_911_851_145 * (2.0 * 5.0 / 3.0 / 4.0_f64).sqrt();
        assert!((estimate.half_width() - half_width).abs() < 1e-9);
        assert!((estimate.mean - 1.0).abs() < 1e-12);
    }

    /// Welch's interval from the t intervals of both arms equals the one from their values.
    #[test]
    fn welch_of_intervals_is_welch_of_values() {
        let after = [2.0, 2.5, 7.0, 3.0, 4.0];
        let known = |values: &[f64]| {
            KnownMean::of_interval(&mean_interval(values, 0.9).unwrap(), 0.9).unwrap()
        };
        let told = welch_of_means(known(&BEFORE), known(&after), 0.99);
        let due = welch_difference(&BEFORE, &after, 0.99).unwrap();
        assert!((told.low - due.low).abs() < 1e-9 && (told.high - due.high).abs() < 1e-9);
        let open = Estimate { mean: 1.0, low: 0.5, high: f64::INFINITY, n: 9 };
        assert_eq!(KnownMean::of_interval(&open, 0.95), None);
    }

    #[test]
    fn welch_of_constant_arms_has_no_width() {
        let estimate = welch_difference(&[1.0; 3], &[3.0; 5], 0.95).unwrap();
        assert_eq!((estimate.low, estimate.high, estimate.n), (2.0, 2.0, 3));
        assert_eq!(welch_difference(&[1.0], &[3.0; 5], 0.95), None);
    }
}
