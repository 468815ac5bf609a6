//! A bound on the effect of a setting from one or two replications: what cannot matter.
//!
//! At another setting n replications (one or two) meet the same random numbers as the first n of N
//! at nominal. Their mean difference D̄ estimates the effect δ; how far it may be off depends on the
//! spread of D, which n values do not show. But σ(D) ≤ σ(X) + σ(X′), whatever the correlation, with the
//! spread σ(X) at nominal and σ(X′) there; and σ(X) is known from the other N − n replications,
//! which are independent of D̄. With σ(X′) ≤ g·σ(X),
//!
//! |D̄ − δ| ≤ t(N − n − 1, (1 + level) / 2) · (1 + g) · S / √n,
//!
//! with at least the stated confidence for values near normal: the quantile of t in place of that of
//! the normal is what estimating σ(X) from N − n replications costs. Common random numbers make
//! σ(D) far smaller, so the bound is wide; but a claim whose interval is clear of its limit by more
//! than it needs no further replication there.
//!
//! *It rests on g*, the growth of the spread, which one or two values cannot show. A queue in heavy
//! traffic has mean ∝ 1/(1 − ρ), and the standard deviation of its average over a stretch is
//! ∝ 1/(1 − ρ)², so the spread grows with the square of the mean ([`heavy_traffic_growth`]; Whitt,
//! Management Science 35 (1989)). A bound is no better than that: what it clears has to be held
//! to full simulations now and then.

use crate::Estimate;
use crate::interval::{critical_value, mean, sample_variance};

/// Bound on the change from `nominal` to `there`, at `level`: an interval around the mean difference.
///
/// `there[i]` and `nominal[i]` are the same replication; for a ratio, values are the ratios of single
/// replications. The spread there is at most `growth` ≥ 0 times that at nominal. Where `nominal`
/// does not vary the bound has no width: right for what does not depend on chance, wrong for rare
/// events that have not happened yet; the caller knows which.
///
/// `None` without a pair, and for fewer than two replications beside the pairs.
///
/// # Panics
/// When there are more values there than at nominal, for a negative `growth`, or unless
/// 0 < `level` < 1.
pub fn effect_bound(nominal: &[f64], there: &[f64], growth: f64, level: f64) -> Option<Estimate> {
    assert!(there.len() <= nominal.len(), "each replication there has its pair at nominal");
    assert!(growth >= 0.0, "a factor of the spread: {growth}");
    let (paired, others) = nominal.split_at(there.len());
    if there.is_empty() || others.len() < 2 {
        return None;
    }
    let n = there.len() as f64;
    let effect = mean(there) - mean(paired);
    let spread = (1.0 + growth) * sample_variance(others).sqrt();
    let half_width = critical_value(others.len() as f64 - 1.0, level) * spread / n.sqrt();
    Some(Estimate::symmetric(effect, half_width, there.len() as u32))
}

/// Where the number judged can be at the other setting, from its interval at nominal and the bound
/// on the effect. Holds with at least the two levels' sum − 1 (Bonferroni).
///
/// A verdict on it that is the verdict at nominal cannot be turned by that setting.
pub fn shifted(nominal: &Estimate, effect: &Estimate) -> Estimate {
    Estimate {
        mean: nominal.mean + effect.mean,
        low: nominal.low + effect.low,
        high: nominal.high + effect.high,
        n: nominal.n,
    }
}

/// The factor by which the spread grows where the mean goes from `nominal` to `there`: the square
/// of that of the mean, at least 1; 1 when a mean is not positive.
pub fn heavy_traffic_growth(nominal: f64, there: f64) -> f64 {
    if nominal > 0.0 && there > nominal { (there / nominal).powi(2) } else { 1.0 }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_pair_is_as_far_off_as_both_spreads_allow() {
        // The last five have S² = 2.5; t(4, 0.975) = 2.776445105198.
        let nominal = [7.0, 1.0, 2.0, 3.0, 4.0, 5.0];
        let bound = effect_bound(&nominal, &[9.0], 1.0, 0.95).unwrap();
        assert_eq!((bound.mean, bound.n), (2.0, 1));
        let half_width = 2.776_445_105_198 * 2.0 * 2.5_f64.sqrt();
        assert!((bound.half_width() - half_width).abs() < 1e-9);
        let wider = effect_bound(&nominal, &[9.0], 2.0, 0.95).unwrap();
        assert!((wider.half_width() - 1.5 * half_width).abs() < 1e-9);
    }

    #[test]
    fn what_does_not_vary_is_known_from_one_pair() {
        let bound = effect_bound(&[4.0; 5], &[6.0], 2.0, 0.999).unwrap();
        assert_eq!((bound.low, bound.high), (2.0, 2.0));
    }

    #[test]
    fn a_bound_needs_a_pair_and_a_spread() {
        assert_eq!(effect_bound(&[1.0, 2.0, 3.0], &[], 1.0, 0.95), None);
        assert_eq!(effect_bound(&[1.0, 2.0], &[1.0], 1.0, 0.95), None);
    }

    #[test]
    fn intervals_add_up_end_by_end() {
        let there =
            shifted(&Estimate::symmetric(10.0, 1.0, 20), &Estimate::symmetric(-2.0, 3.0, 1));
        assert_eq!((there.low, there.mean, there.high, there.n), (4.0, 8.0, 12.0, 20));
    }

    #[test]
    fn the_spread_grows_with_the_square_of_a_growing_mean() {
        let pairs = [(2.0, 3.0), (2.0, 1.0), (0.0, 5.0), (-2.0, 3.0)];
        assert_eq!(pairs.map(|(a, b)| heavy_traffic_growth(a, b)), [2.25, 1.0, 1.0, 1.0]);
    }
}
