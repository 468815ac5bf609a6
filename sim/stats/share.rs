//! Intervals for shares: error ratios, hit ratios, times in use. They stay between 0 and 1.
//!
//! R = ΣY / ΣT over pairs (Yᵢ, Tᵢ), one a replication, 0 ≤ Yᵢ ≤ Tᵢ. The pairs are independent,
//! observations within a pair need not be: requests fail in bursts. So the standard error s of R is that
//! of the ratio estimator, from the residuals of the pairs; the interval is Student's around ln(R / (1 −
//! R)), whose standard error is s / (R (1 − R)) by the delta method, transformed back:
//!
//! ```text
//! odds · exp(∓ t(n − 1, (1 + level) / 2) · s / (R (1 − R)))      odds = R / (1 − R)
//! ```
//! Shares near 0 are skewed, their logarithms much less: with ten replications and seven bursts of
//! errors in all it covers in 95 of 100 experiments, R ± t·s in 91 (`tests/trust/shares.rs`).
//! Dean and Pagano, J. Survey Statistics and Methodology 3 (2015); Newcombe, Am. Stat. 55 (2001).
//!
//! A share of 0 (or 1) in n trials leaves no residuals. Then the other end is Clopper and Pearson's, 1 −
//! (α/2)^(1/n*): the rule of three, generalized to any level. As Korn and Graubard do (Survey
//! Methodology 24, 1998), n* is n · (z / t)², so that few replications count no more here than
//! elsewhere. It assumes independent trials, since a count of 0 shows no bursts: it is conservative for
//! events that come one by one, and too low by the length of a burst for bursts. An event that strikes
//! one replication in a hundred needs more replications: neither this interval nor that of a mean
//! accounts for it before it has happened.
//!
//! For deterministic quantities trials are infinite, and 0 is exact: the utilization of an unused
//! resource, or errors when nothing can fail. Shares other than 0 and 1 that agree in all replications
//! are taken as exact: random counts agree only at 0.

use crate::Estimate;
use crate::interval::{critical_value, ratio_and_error};
use statrs::distribution::{ContinuousCDF, Normal};

/// Interval for the share ΣY / ΣT at `level`, from one pair (Y, T) a replication.
///
/// `trials`: the most independent trials that the pairs amount to; infinite for a deterministic share.
/// A share beyond 0 or 1 by rounding counts as 0 or 1. `None` for fewer than two pairs and when
/// ΣT = 0. Panics unless 0 < `level` < 1.
pub fn share_interval(pairs: &[(f64, f64)], trials: f64, level: f64) -> Option<Estimate> {
    let (ratio, error) = ratio_and_error(pairs)?;
    let n = pairs.len() as u32;
    let ratio = ratio.clamp(0.0, 1.0);
    if ratio == 0.0 || ratio == 1.0 {
        let other = unseen(trials, n, level);
        return Some(if ratio == 0.0 {
            Estimate { mean: 0.0, low: 0.0, high: other, n }
        } else {
            Estimate { mean: 1.0, low: 1.0 - other, high: 1.0, n }
        });
    }
    if error == 0.0 {
        return Some(Estimate::symmetric(ratio, 0.0, n));
    }
    let width = critical_value(f64::from(n - 1), level) * error / (ratio * (1.0 - ratio));
    let odds = ratio / (1.0 - ratio);
    let [low, high] = [-width, width].map(|width| 1.0 / (1.0 + 1.0 / (odds * width.exp())));
    Some(Estimate { mean: ratio, low, high, n })
}

/// Upper end of the share of an event that none of `trials` showed, over `n` replications.
fn unseen(trials: f64, n: u32, level: f64) -> f64 {
    let tail = (1.0 - level) / 2.0;
    let z = Normal::standard().inverse_cdf(1.0 - tail);
    let effective = trials * (z / critical_value(f64::from(n - 1), level)).powi(2);
    -(tail.ln() / effective).exp_m1()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_share_in_the_middle_has_nearly_the_interval_of_a_ratio() {
        let pairs = [(49.0, 100.0), (52.0, 100.0), (50.0, 100.0), (49.0, 100.0)];
        let share = share_interval(&pairs, 400.0, 0.95).unwrap();
        let ratio = crate::ratio_interval(&pairs, 0.95).unwrap();
        assert_eq!(share.mean, ratio.mean);
        assert!((share.low / ratio.low - 1.0).abs() < 1e-3, "{share:?}, {ratio:?}");
        assert!((share.high / ratio.high - 1.0).abs() < 1e-3, "{share:?}, {ratio:?}");
    }

    /// Errors in only one of ten replications: the standard error is the share itself, so the interval
    /// is a factor of exp(t / (1 − R)) either way.
    #[test]
    fn it_stays_between_nought_and_one() {
        let mut pairs = [(0.0, 100.0); 10];
        pairs[3].0 = 20.0;
        let share = share_interval(&pairs, 1000.0, 0.95).unwrap();
        let factor = (2.262_157_162_7 / 0.98_f64).exp();
        let due = [1.0 / factor, factor].map(|f| 0.02 / 0.98 * f / (1.0 + 0.02 / 0.98 * f));
        assert!((share.low - due[0]).abs() < 1e-9 && (share.high - due[1]).abs() < 1e-9);
        assert!(
            crate::ratio_interval(&pairs, 0.95).unwrap().low < 0.0,
            "which that of a ratio does not"
        );
        let two = share_interval(&[(0.0, 100.0), (50.0, 100.0)], 200.0, 0.9999).unwrap();
        assert!(two.low >= 0.0 && two.high <= 1.0, "{two:?}");
    }

    /// The two ends mirror each other: the shares of errors and of good answers add up to one.
    #[test]
    fn a_share_and_what_is_left_agree() {
        let errors = [(3.0, 90.0), (0.0, 110.0), (7.0, 100.0), (2.0, 80.0), (0.0, 95.0)];
        let good = errors.map(|(y, t)| (t - y, t));
        let [errors, good] =
            [errors, good].map(|pairs| share_interval(&pairs, 475.0, 0.99).unwrap());
        assert!((errors.low - (1.0 - good.high)).abs() < 1e-12);
        assert!((errors.high - (1.0 - good.low)).abs() < 1e-12);
        let [none, all] =
            [0.0, 100.0].map(|y| share_interval(&[(y, 100.0); 5], 500.0, 0.95).unwrap());
        assert_eq!((none.low, all.high), (0.0, 1.0));
        assert!((none.high - (1.0 - all.low)).abs() < 1e-12);
    }

    /// Hanley and Lippman-Hand, JAMA 249 (1983): of 0 in n at most 3/n with 95 % on one side, 3.7/n with
    /// 97.5 %. With this many replications Student's quantile is the normal one.
    #[test]
    fn nothing_seen_follows_the_rule_of_three() {
        let pairs = vec![(0.0, 10.0); 1000];
        let none = share_interval(&pairs, 10_000.0, 0.95).unwrap();
        assert!((none.high * 10_000.0 - 3.689).abs() < 0.02, "{none:?}");
        let one_sided = share_interval(&pairs, 10_000.0, 0.9).unwrap();
        assert!((one_sided.high * 10_000.0 - 2.996).abs() < 0.02, "{one_sided:?}");
        let few = share_interval(&pairs[..10], 10_000.0, 0.95).unwrap();
        let student = (2.262_157 / 1.959_964_f64).powi(2);
        assert!((few.high / none.high / student - 1.0).abs() < 0.01, "{few:?}");
    }

    #[test]
    fn where_chance_has_no_part_nought_is_nought() {
        let never = share_interval(&[(0.0, 1.0); 5], f64::INFINITY, 0.99).unwrap();
        assert_eq!((never.low, never.high), (0.0, 0.0));
        let always = share_interval(&[(1.0 + 1e-15, 1.0); 5], f64::INFINITY, 0.99).unwrap();
        assert_eq!((always.low, always.mean, always.high), (1.0, 1.0, 1.0));
        let agreed = share_interval(&[(20.0, 21.0); 5], 105.0, 0.99).unwrap();
        assert_eq!((agreed.low, agreed.high), (20.0 / 21.0, 20.0 / 21.0));
    }

    #[test]
    fn nothing_asked_is_no_share() {
        assert_eq!(share_interval(&[(0.0, 0.0); 5], 0.0, 0.95), None);
        assert_eq!(share_interval(&[(1.0, 2.0)], 2.0, 0.95), None);
    }
}
