//! The change of one number, and what it means beside its limit.

use super::findings::{Pairing, Standing};
use super::recorded::RecordedMetric;
use crate::judge::{LEVEL, change_between};
use crate::metric::{Limit, Worse};
use wssim_stats::stopping::replications_needed;
use wssim_stats::{Estimate, KnownMean, paired_difference, welch_difference, welch_of_means};

/// The chance, at most, that any of the numbers is said to have regressed though nothing has changed.
pub(super) const CHANCE: f64 = 0.01;

/// The change from `before` to `now` at `level`; `None`: one of them shows too little.
pub(super) fn change(
    before: &RecordedMetric,
    now: &RecordedMetric,
    pairing: Pairing,
    level: f64,
) -> Option<Estimate> {
    if before.values.is_empty() || now.values.is_empty() {
        let known = |one: &RecordedMetric| KnownMean::of_interval(one.estimate.as_ref()?, LEVEL);
        return Some(welch_of_means(known(before)?, known(now)?, level));
    }
    match pairing {
        Pairing::Paired => {
            let pairs = before.values.iter().zip(&now.values);
            let pairs = pairs.filter_map(|(before, now)| Some(((*before)?, (*now)?)));
            let (before, now): (Vec<[f64; 2]>, Vec<[f64; 2]>) = pairs.unzip();
            change_between(&before, &now, |a, b| paired_difference(a, b, level))
        }
        Pairing::Independent => {
            let known = |one: &RecordedMetric| -> Vec<[f64; 2]> {
                one.values.iter().flatten().copied().collect()
            };
            change_between(&known(before), &known(now), |a, b| welch_difference(a, b, level))
        }
    }
}

/// The change for the worse that `limit` allows of a number that was `before`.
pub(super) fn allowed(limit: Limit, before: f64) -> f64 {
    (limit.share * before.abs()).max(limit.floor)
}

/// What `change` is beside what is allowed.
pub(super) fn standing(change: &Estimate, worse: Worse, allowed: f64) -> Standing {
    match worse {
        Worse::Higher => upwards(change, allowed),
        Worse::Lower => upwards(&negative(change), allowed),
        Worse::Either if change.mean < 0.0 => no_better(upwards(&negative(change), allowed)),
        Worse::Either => no_better(upwards(change, allowed)),
    }
}

fn negative(change: &Estimate) -> Estimate {
    Estimate { mean: -change.mean, low: -change.high, high: -change.low, n: change.n }
}

/// What `change` is where more is worse. Rounding of what was written down is no change.
fn upwards(change: &Estimate, allowed: f64) -> Standing {
    if change.low > 0.0 && change.mean > allowed {
        Standing::Regressed
    } else if change.high < 0.0 && change.mean < -allowed {
        Standing::Improved
    } else if change.high > allowed {
        let distance = (allowed - change.mean).abs().max(change.mean.max(0.0));
        let needed = replications_needed(change, distance).filter(|more| *more > change.n);
        Standing::Unclear { needed }
    } else {
        Standing::Within
    }
}

/// Where every change is for the worse, none is for the better.
fn no_better(standing: Standing) -> Standing {
    if standing == Standing::Improved { Standing::Regressed } else { standing }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(low: f64, mean: f64, high: f64) -> Estimate {
        Estimate { mean, low, high, n: 10 }
    }

    #[test]
    fn a_regression_is_known_and_large() {
        let is = |estimate: Estimate| standing(&estimate, Worse::Higher, 1.0);
        assert_eq!(is(of(0.1, 2.0, 3.9)), Standing::Regressed);
        assert_eq!(is(of(0.1, 0.9, 1.0)), Standing::Within, "known, but small");
        assert!(matches!(is(of(-0.1, 2.0, 4.1)), Standing::Unclear { .. }), "large, not known");
        assert!(matches!(is(of(-3.0, 0.0, 3.0)), Standing::Unclear { .. }), "nothing is known");
        assert_eq!(is(of(-3.0, -2.0, -1.0)), Standing::Improved);
        assert_eq!(is(of(0.5, 2.0, f64::INFINITY)), Standing::Regressed, "some got no answer");
        assert_eq!(is(of(0.0, 0.0, 0.0)), Standing::Within);
    }

    #[test]
    fn which_way_is_worse_turns_the_sign() {
        let less = of(-3.0, -2.0, -1.0);
        assert_eq!(standing(&less, Worse::Lower, 1.0), Standing::Regressed);
        assert_eq!(standing(&less, Worse::Either, 1.0), Standing::Regressed);
        assert_eq!(standing(&of(1.0, 2.0, 3.0), Worse::Lower, 1.0), Standing::Improved);
    }

    #[test]
    fn the_greater_of_share_and_floor_is_allowed() {
        let limit = Limit { worse: Worse::Higher, share: 0.1, floor: 2.0 };
        assert_eq!(allowed(limit, 10.0), 2.0);
        assert_eq!(allowed(limit, 100.0), 10.0);
    }
}
