//! The change of one number, and its standing against the limit.

use super::findings::{ChangeStatus, Pairing};
use super::recorded::RecordedMetric;
use crate::judge::{FEWEST, LEVEL, change_between};
use crate::metric::{RegressionLimit, Worse};
use wssim_stats::stopping::replications_needed;
use wssim_stats::{Estimate, KnownMean, paired_difference, welch_difference, welch_of_means};

/// Upper bound of the probability that any number is reported as regressed though nothing has changed.
pub(super) const CHANCE: f64 = 0.01;

/// A number of both results, over the compared replications.
#[derive(Clone, Copy, Debug)]
pub(super) struct Compared {
    pub(super) before: f64,
    pub(super) now: f64,
    /// `None` if some requests got no answer in either, so the change is unknown.
    pub(super) change: Option<Estimate>,
}

/// Whether a result has enough of a number for a comparison.
pub(super) fn is_known(one: &RecordedMetric) -> bool {
    if one.values.is_empty() {
        return one.estimate.is_some();
    }
    one.values.iter().flatten().count() >= FEWEST
}

/// The change from `before` to `now` at `level`; `None` if they have too little in common.
pub(super) fn compared(
    before: &RecordedMetric,
    now: &RecordedMetric,
    pairing: Pairing,
    level: f64,
) -> Option<Compared> {
    if before.values.is_empty() || now.values.is_empty() {
        return Some(of_intervals(before.estimate.as_ref()?, now.estimate.as_ref()?, level));
    }
    let (before, now): (Vec<[f64; 2]>, Vec<[f64; 2]>) = match pairing {
        Pairing::Paired => {
            let pairs = before.values.iter().zip(&now.values);
            pairs.filter_map(|(before, now)| Some(((*before)?, (*now)?))).unzip()
        }
        Pairing::Independent => {
            let known = |one: &RecordedMetric| one.values.iter().flatten().copied().collect();
            (known(before), known(now))
        }
    };
    if before.len() < FEWEST || now.len() < FEWEST {
        return None;
    }
    let mean = |ends: &[[f64; 2]]| ends.iter().map(|[low, _]| low).sum::<f64>() / ends.len() as f64;
    let change = change_between(&before, &now, |a, b| match pairing {
        Pairing::Paired => paired_difference(a, b, level),
        Pairing::Independent => welch_difference(a, b, level),
    });
    Some(Compared { before: mean(&before), now: mean(&now), change })
}

/// The change if replications were not stored.
fn of_intervals(before: &Estimate, now: &Estimate, level: f64) -> Compared {
    let known = |one: &Estimate| KnownMean::of_interval(one, LEVEL);
    let change = known(before).zip(known(now)).map(|(a, b)| welch_of_means(a, b, level));
    Compared { before: before.mean, now: now.mean, change }
}

/// The change for the worse that `limit` allows for a value of `before`.
pub(super) fn allowed(limit: RegressionLimit, before: f64) -> f64 {
    (limit.share * before.abs()).max(limit.floor)
}

/// The standing of `change` with the `allowed` one.
pub(super) fn standing(change: &Estimate, worse: Worse, allowed: f64) -> ChangeStatus {
    match worse {
        Worse::Higher => upwards(change, allowed),
        Worse::Lower => upwards(&negative(change), allowed),
    }
}

fn negative(change: &Estimate) -> Estimate {
    Estimate { mean: -change.mean, low: -change.high, high: -change.low, n: change.n }
}

/// The standing of `change` if higher is worse.
fn upwards(change: &Estimate, allowed: f64) -> ChangeStatus {
    if change.low > 0.0 && change.mean > allowed {
        ChangeStatus::Regressed
    } else if change.high < 0.0 && change.mean < -allowed {
        ChangeStatus::Improved
    } else if change.high > allowed {
        // To be worse it must clear zero; to be within the limit, the limit.
        let distance = if change.mean > allowed { change.mean } else { allowed - change.mean };
        let needed = replications_needed(change, distance).filter(|more| *more > change.n);
        ChangeStatus::Unclear { needed }
    } else {
        ChangeStatus::Within
    }
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
        assert_eq!(is(of(0.1, 2.0, 3.9)), ChangeStatus::Regressed);
        assert_eq!(is(of(0.1, 0.9, 1.0)), ChangeStatus::Within, "known, but small");
        assert!(matches!(is(of(-0.1, 2.0, 4.1)), ChangeStatus::Unclear { .. }), "large, not known");
        assert!(matches!(is(of(-3.0, 0.0, 3.0)), ChangeStatus::Unclear { .. }), "nothing is known");
        assert_eq!(is(of(-3.0, -2.0, -1.0)), ChangeStatus::Improved);
        assert_eq!(is(of(0.5, 2.0, f64::INFINITY)), ChangeStatus::Regressed, "some got no answer");
        assert_eq!(is(of(0.0, 0.0, 0.0)), ChangeStatus::Within);
    }

    /// Half the width takes four times the replications.
    #[test]
    fn what_is_unclear_says_how_many_replications_would_tell() {
        let needed = |estimate: Estimate| match standing(&estimate, Worse::Higher, 1.0) {
            ChangeStatus::Unclear { needed } => needed,
            other => unreachable!("{other:?}"),
        };
        assert_eq!(needed(of(-2.0, 2.0, 6.0)), Some(40), "zero is 2 away, the half-width 4");
        assert_eq!(needed(of(-0.5, 0.5, 1.5)), Some(40), "the limit is 0.5 away, the half-width 1");
    }

    #[test]
    fn which_way_is_worse_turns_the_sign() {
        let less = of(-3.0, -2.0, -1.0);
        assert_eq!(standing(&less, Worse::Lower, 1.0), ChangeStatus::Regressed);
        assert_eq!(standing(&of(1.0, 2.0, 3.0), Worse::Lower, 1.0), ChangeStatus::Improved);
    }

    #[test]
    fn the_greater_of_share_and_floor_is_allowed() {
        let limit = RegressionLimit { worse: Worse::Higher, share: 0.1, floor: 2.0 };
        assert_eq!(allowed(limit, 10.0), 2.0);
        assert_eq!(allowed(limit, 100.0), 10.0);
    }
}
