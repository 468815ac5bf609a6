//! Intervals for the mean and for a ratio of means over independent replications.
//!
//! Mean: X̄ ± t(n − 1, (1 + level) / 2) · S / √n, with the sample variance S² over n − 1. Ratio of sums
//! R = ΣY / ΣT: the same interval on the residuals Vᵢ = Yᵢ − R·Tᵢ, divided by T̄; its bias is of order
//! 1/n. Both assume independent observations and nearly normal means. Means of replications are
//! independent; successive response times of one run are not.
//! Law, Simulation Modeling and Analysis (2015), ch. 9; Crane & Iglehart, Oper. Res. 23 (1975).

use std::cmp::Ordering;

use statrs::distribution::{ChiSquared, Continuous, ContinuousCDF, StudentsT};

use crate::Estimate;

/// Quantile of Student's t distribution: the x with P(T ≤ x) = `p`.
///
/// `df` > 0 are the degrees of freedom, 0 < `p` < 1. Panics outside these ranges.
pub fn student_t_quantile(df: f64, p: f64) -> f64 {
    assert!(p > 0.0 && p < 1.0, "a probability inside (0, 1): {p}");
    let t = StudentsT::new(0.0, 1.0, df).expect("positive degrees of freedom");
    match p.partial_cmp(&0.5) {
        Some(Ordering::Less) => -upper_tail_quantile(&t, p),
        Some(Ordering::Greater) => upper_tail_quantile(&t, 1.0 - p),
        _ => 0.0,
    }
}

/// The x > 0 with P(T > x) = `tail` < 1/2: Newton's method inside a shrinking bracket.
///
/// The library's own inversion does not terminate for some arguments.
fn upper_tail_quantile(t: &StudentsT, tail: f64) -> f64 {
    let (mut low, mut high) = (0.0, 1.0);
    while t.sf(high) > tail {
        (low, high) = (high, 2.0 * high);
    }
    let mut x = f64::midpoint(low, high);
    for _ in 0..MOST_STEPS {
        let excess = t.sf(x) - tail;
        *(if excess > 0.0 { &mut low } else { &mut high }) = x;
        let newton = x + excess / t.pdf(x);
        let next = if low < newton && newton < high { newton } else { f64::midpoint(low, high) };
        if (next - x).abs() <= 4.0 * f64::EPSILON * x {
            return next;
        }
        x = next;
    }
    x
}

/// Enough steps for bisection alone to reach the precision of a number.
const MOST_STEPS: usize = 100;

/// The factor of the two-sided interval: P(|T| ≤ x) = `level` with `df` degrees of freedom.
pub(crate) fn critical_value(df: f64, level: f64) -> f64 {
    assert!(level > 0.0 && level < 1.0, "a level inside (0, 1): {level}");
    student_t_quantile(df, f64::midpoint(1.0, level))
}

/// Arithmetic mean, summed in index order; NaN without values.
pub(crate) fn mean(values: &[f64]) -> f64 {
    values.iter().sum::<f64>() / values.len() as f64
}

/// Sample variance over n − 1, by two passes; NaN for fewer than two values.
pub(crate) fn sample_variance(values: &[f64]) -> f64 {
    let centre = mean(values);
    let squares: f64 = values.iter().map(|x| (x - centre).powi(2)).sum();
    squares / (values.len() as f64 - 1.0)
}

/// Student's t interval for the mean of independent `values` at `level` (0.95 for 95 %).
///
/// `None` for fewer than two values. Values must be finite: a NaN among them gives NaN bounds,
/// which cover nothing. Panics unless 0 < `level` < 1.
pub fn mean_interval(values: &[f64], level: f64) -> Option<Estimate> {
    if values.len() < 2 {
        return None;
    }
    let n = values.len() as f64;
    let half_width = critical_value(n - 1.0, level) * (sample_variance(values) / n).sqrt();
    Some(Estimate::symmetric(mean(values), half_width, values.len() as u32))
}

/// Interval for ΣY / ΣT from one pair (Y, T) a replication, at `level`.
///
/// For means over a random number of requests: each replication is weighted by its denominator. For
/// shares use [`crate::share_interval`], which stays within 0 and 1. `None` for fewer than two pairs and
/// when ΣT = 0. A pair with T = 0 and Y = 0 is allowed. Panics unless 0 < `level` < 1.
pub fn ratio_interval(pairs: &[(f64, f64)], level: f64) -> Option<Estimate> {
    let (ratio, error) = ratio_and_error(pairs)?;
    let half_width = critical_value(pairs.len() as f64 - 1.0, level) * error;
    Some(Estimate::symmetric(ratio, half_width, pairs.len() as u32))
}

/// R = ΣY / ΣT and its standard error; `None` as in [`ratio_interval`].
pub(crate) fn ratio_and_error(pairs: &[(f64, f64)]) -> Option<(f64, f64)> {
    let numerator: f64 = pairs.iter().map(|(y, _)| y).sum();
    let denominator: f64 = pairs.iter().map(|(_, t)| t).sum();
    if pairs.len() < 2 || denominator == 0.0 {
        return None;
    }
    let n = pairs.len() as f64;
    let ratio = numerator / denominator;
    let squares: f64 = pairs.iter().map(|(y, t)| (y - ratio * t).powi(2)).sum();
    Some((ratio, (squares / (n - 1.0)).sqrt() / (n.sqrt() * (denominator / n).abs())))
}

/// The exact two-sided interval at `level` for the mean of a Poisson number of which `n` was observed
/// (Garwood, Biometrika 28, 1936): from chi-square quantiles at 2n and 2n + 2 degrees of freedom.
///
/// # Panics
/// When `level` lies outside (0, 1).
pub fn poisson_interval(n: u64, level: f64) -> [f64; 2] {
    assert!(level > 0.0 && level < 1.0, "a level lies inside (0, 1): {level}");
    let tail = (1.0 - level) / 2.0;
    let half = |degrees: f64, p: f64| {
        ChiSquared::new(degrees).map_or(f64::NAN, |law| law.inverse_cdf(p) / 2.0)
    };
    let n = n as f64;
    [if n == 0.0 { 0.0 } else { half(2.0 * n, tail) }, half(2.0 * n + 2.0, 1.0 - tail)]
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Table 40 of Pearson and Hartley, Biometrika Tables for Statisticians.
    #[test]
    fn poisson_intervals_are_as_tabled() {
        for (n, level, due) in [
            (0, 0.95, [0.0, 3.689]),
            (1, 0.95, [0.0253, 5.572]),
            (10, 0.95, [4.795, 18.39]),
            (10, 0.99, [3.717, 21.40]),
        ] {
            let found = poisson_interval(n, level);
            for (found, due) in found.into_iter().zip(due) {
                assert!((found - due).abs() <= 1e-3 * due, "{n} at {level}: {found}, not {due}");
            }
        }
    }

    fn assert_close(actual: f64, expected: f64) {
        assert!(
            (actual - expected).abs() <= 1e-9 * expected.abs().max(1.0),
            "{actual} instead of {expected}"
        );
    }

    /// Against the two t distributions whose quantiles are elementary, and the normal limit.
    #[test]
    fn student_quantiles_match_their_closed_forms() {
        for p in [0.6, 0.9, 0.975, 0.999, 0.999_95] {
            let cauchy = (std::f64::consts::PI * (p - 0.5)).tan();
            assert_close(student_t_quantile(1.0, p), cauchy);
            let two = (2.0 * p - 1.0) / (2.0 * p * (1.0 - p)).sqrt();
            assert_close(student_t_quantile(2.0, p), two);
        }
        assert_close(student_t_quantile(9.0, 0.5), 0.0);
        let normal = student_t_quantile(1e6, 0.975);
        assert!((normal - 1.959_963_984_540_054).abs() < 1e-5, "{normal}");
    }

    #[test]
    fn student_quantiles_are_symmetric_and_inverse_to_the_distribution() {
        for df in [1.0, 4.0, 9.0, 39.0, 159.0] {
            let t = StudentsT::new(0.0, 1.0, df).unwrap();
            for p in [0.6, 0.975, 0.999, 0.999_9, 0.999_99] {
                let x = student_t_quantile(df, p);
                assert!((t.sf(x) / (1.0 - p) - 1.0).abs() < 1e-8, "df {df}, p {p}");
                assert!((student_t_quantile(df, 1.0 - p) + x).abs() < 1e-8 * x);
            }
        }
    }

    /// Tail 1 − p of the levels that verdicts use: many claims, five looks, 5 to 160 replications.
    #[test]
    fn quantiles_of_simultaneous_intervals_are_found() {
        for df in [4.0, 9.0, 19.0, 39.0, 79.0, 159.0] {
            let t = StudentsT::new(0.0, 1.0, df).unwrap();
            for claims in [1.0, 14.0, 200.0, 5000.0] {
                let tail = 0.025 / (5.0 * claims);
                let x = student_t_quantile(df, 1.0 - tail);
                assert!((t.sf(x) / tail - 1.0).abs() < 1e-8, "df {df}, tail {tail}");
            }
        }
    }

    #[test]
    fn a_mean_interval_of_five_values() {
        // X̄ = 3, S² = 2.5, t(4, 0.975) = 2.776445105198.
        let estimate = mean_interval(&[1.0, 2.0, 3.0, 4.0, 5.0], 0.95).unwrap();
        assert_close(estimate.mean, 3.0);
        assert_close(estimate.half_width(), 2.776_445_105_198 * 0.5_f64.sqrt());
        assert_eq!(estimate.n, 5);
    }

    #[test]
    fn one_value_has_no_interval() {
        assert_eq!(mean_interval(&[1.0], 0.95), None);
        assert_eq!(ratio_interval(&[(1.0, 2.0)], 0.95), None);
    }

    #[test]
    fn a_ratio_over_equal_denominators_is_the_mean_interval() {
        let y = [1.0, 0.0, 4.0, 2.0];
        let pairs = y.map(|y| (y, 2.0));
        let halves = y.map(|y| y / 2.0);
        let ratio = ratio_interval(&pairs, 0.9).unwrap();
        let mean = mean_interval(&halves, 0.9).unwrap();
        assert_close(ratio.mean, mean.mean);
        assert_close(ratio.half_width(), mean.half_width());
    }

    #[test]
    fn a_ratio_weighs_replications_by_their_denominators() {
        // R = 6 / 12; V = (0.5, -0.5, 0), S_V = 0.5, T̄ = 4, t(2, 0.975) = 4.302652729696.
        let estimate = ratio_interval(&[(1.0, 1.0), (2.0, 5.0), (3.0, 6.0)], 0.95).unwrap();
        assert_close(estimate.mean, 0.5);
        let half_width = 4.302_652_729_696 * 0.5 / (3.0_f64.sqrt() * 4.0);
        assert_close(estimate.half_width(), half_width);
    }

    #[test]
    fn a_ratio_without_exposure_is_no_number() {
        assert_eq!(ratio_interval(&[(0.0, 0.0), (0.0, 0.0)], 0.95), None);
    }
}
