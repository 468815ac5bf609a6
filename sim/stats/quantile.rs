//! Quantiles of samples: nearest rank, and exact intervals for independent observations.
//!
//! The quantile p of n values is always the smallest x with F(x) ≥ p, the value of rank ⌈p·n⌉. For
//! *independent* observations the number of values below the true quantile is binomial, which gives an
//! interval between two order statistics whatever the distribution; response times of one run are not
//! independent, so there the quantile of each replication is one observation. David & Nagaraja, Order
//! Statistics (2003), ch. 7.

use statrs::distribution::{Binomial, DiscreteCDF};

/// `x` rounded up, but to the nearest whole number if it is within the relative rounding error of one.
fn ceil_but_for_rounding(x: f64, relative_error: f64) -> f64 {
    let nearest = x.round();
    if (x - nearest).abs() <= x.abs() * relative_error { nearest } else { x.ceil() }
}

/// The rank, from 1 to `n`, of the quantile `p` among `n` ordered values: ⌈p·n⌉.
///
/// 0 ≤ `p` ≤ 1; `p` = 0 is the smallest value. Panics for another `p`, and for `n` = 0.
pub fn nearest_rank(n: u64, p: f64) -> u64 {
    assert!((0.0..=1.0).contains(&p), "a probability: {p}");
    assert!(n > 0, "no values have no quantile");
    let rank = ceil_but_for_rounding(p * n as f64, 2.0 * f64::EPSILON);
    (rank as u64).clamp(1, n)
}

/// The quantile `p` of values in ascending order, by nearest rank; `None` without values.
pub fn quantile_of_sorted(sorted: &[f64], p: f64) -> Option<f64> {
    if sorted.is_empty() {
        return None;
    }
    Some(sorted[nearest_rank(sorted.len() as u64, p) as usize - 1])
}

/// Observations that a replication needs for a useful quantile `p`: ⌈100 / (1 − p)⌉.
///
/// A hundred of them lie beyond the quantile, which keeps its bias of order 1/n small. Panics
/// unless 0 ≤ `p` < 1.
pub fn observations_needed(p: f64) -> u64 {
    assert!((0.0..1.0).contains(&p), "a probability below 1: {p}");
    let beyond = 1.0 - p;
    ceil_but_for_rounding(100.0 / beyond, 2.0 * f64::EPSILON / beyond) as u64
}

/// An exact interval for a quantile between two order statistics, by 1-based ranks.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct RankInterval {
    /// Rank of the lower end; 0 when the sample is too small to bound the quantile from below.
    pub lower: u64,
    /// Rank of the upper end; n + 1 when the sample is too small to bound it from above.
    pub upper: u64,
    /// Probability that the interval covers the quantile of a continuous distribution.
    pub coverage: f64,
}

/// Ranks of the equal-tailed interval for the quantile `p` of `n` independent observations.
///
/// With B ~ Bin(n, p): lower is the quantile (1 − level)/2 of B, upper one more than the quantile
/// (1 + level)/2; coverage is P(lower ≤ B < upper) ≥ `level`. Panics unless `p` and `level` are
/// inside (0, 1) and `n` > 0.
pub fn quantile_rank_interval(n: u64, p: f64, level: f64) -> RankInterval {
    assert!(level > 0.0 && level < 1.0, "a level inside (0, 1): {level}");
    assert!(p > 0.0 && p < 1.0 && n > 0, "n > 0 and p inside (0, 1)");
    let binomial = Binomial::new(p, n).expect("checked above");
    let lower = binomial_quantile(&binomial, n, (1.0 - level) / 2.0);
    let upper = binomial_quantile(&binomial, n, f64::midpoint(1.0, level)) + 1;
    let below = if lower == 0 { 0.0 } else { binomial.cdf(lower - 1) };
    RankInterval { lower, upper, coverage: binomial.cdf(upper - 1) - below }
}

/// The smallest k with P(B ≤ k) ≥ `q`, by bisection.
fn binomial_quantile(binomial: &Binomial, n: u64, q: f64) -> u64 {
    let (mut low, mut high) = (0, n);
    while low < high {
        let middle = u64::midpoint(low, high);
        if binomial.cdf(middle) >= q {
            high = middle;
        } else {
            low = middle + 1;
        }
    }
    low
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ranks_do_not_suffer_from_decimal_fractions() {
        // 0.07 · 100 is 7.000000000000001 in floating point.
        assert_eq!(nearest_rank(100, 0.07), 7);
        assert_eq!(nearest_rank(100, 0.29), 29);
        assert_eq!(nearest_rank(1_000_000, 0.999), 999_000);
        assert_eq!(nearest_rank(20, 0.95), 19);
        assert_eq!(nearest_rank(21, 0.95), 20);
        assert_eq!((nearest_rank(5, 0.0), nearest_rank(5, 1.0)), (1, 5));
    }

    #[test]
    fn a_quantile_is_one_of_the_values() {
        let sorted = [1.0, 2.0, 3.0, 4.0];
        assert_eq!(quantile_of_sorted(&sorted, 0.5), Some(2.0));
        assert_eq!(quantile_of_sorted(&sorted, 0.51), Some(3.0));
        assert_eq!(quantile_of_sorted(&[], 0.5), None);
    }

    #[test]
    fn a_hundred_observations_lie_beyond_the_quantile() {
        let needed = [(0.5, 200), (0.9, 1000), (0.95, 2000), (0.99, 10_000), (0.999, 100_000)];
        for (p, n) in needed {
            assert_eq!(observations_needed(p), n, "p = {p}");
        }
        assert_eq!(observations_needed(0.3), 143);
    }

    #[test]
    fn small_samples_leave_the_interval_open() {
        // P(B = n) = p^n exceeds 2.5 % up to n = ln 0.025 / ln p, which is 367.04 for p99.
        assert_eq!(quantile_rank_interval(367, 0.99, 0.95).upper, 368);
        assert!(quantile_rank_interval(368, 0.99, 0.95).upper <= 368);
        assert_eq!(quantile_rank_interval(3, 0.5, 0.95).lower, 0);
    }

    #[test]
    fn the_median_of_ten_lies_between_the_second_and_the_ninth() {
        // P(2 ≤ B ≤ 8) with B ~ Bin(10, 1/2): 1 − 2 · 11 / 1024.
        let ranks = quantile_rank_interval(10, 0.5, 0.95);
        assert_eq!((ranks.lower, ranks.upper), (2, 9));
        assert!((ranks.coverage - (1.0 - 22.0 / 1024.0)).abs() < 1e-12);
    }
}
