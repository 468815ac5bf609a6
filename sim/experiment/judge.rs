//! From samples to verdicts. A verdict is judged on the interval, never on the point.

use crate::findings::Verdict;
use crate::observe::Sample;
use crate::question::{Claim, Expected};
use crate::replicate::Arm;
use wssim_stats::{
    Estimate, mean_interval, paired_difference, paired_ratio, ratio_interval, share_interval,
};

/// Fewer replications than this decide nothing.
pub(crate) const FEWEST: usize = 5;

/// The arms that a claim is judged on.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Arms<'a> {
    /// The scenario itself.
    pub(crate) own: &'a Arm,
    /// The scenario that a change is relative to.
    pub(crate) base: Option<&'a Arm>,
}

/// The interval of one metric of one arm at `level`; `None`: nothing, or too little, observed.
pub(crate) fn estimate(samples: &[Sample], level: f64) -> Option<Estimate> {
    let (mut ratios, mut shares, mut trials) = (Vec::new(), Vec::new(), 0.0);
    for sample in samples {
        match *sample {
            Sample::Ratio(part, whole) => ratios.push((part, whole)),
            Sample::Share(share) => {
                shares.push((share.part, share.whole));
                trials += share.trials;
            }
            _ => {}
        }
    }
    if !ratios.is_empty() {
        return ratio_interval(&ratios, level);
    }
    if !shares.is_empty() {
        return share_interval(&shares, trials, level);
    }
    if samples.iter().any(|sample| matches!(sample, Sample::TooFew(_))) {
        return None;
    }
    let (low, high): (Vec<f64>, Vec<f64>) =
        samples.iter().filter_map(|sample| sample.ends()).map(|[low, high]| (low, high)).unzip();
    let least = mean_interval(&low, level)?;
    if low == high {
        return Some(least);
    }
    let most = all_finite(&high).then(|| mean_interval(&high, level)).flatten();
    Some(Estimate { high: most.map_or(f64::INFINITY, |most| most.high), ..least })
}

fn all_finite(values: &[f64]) -> bool {
    values.iter().all(|value| value.is_finite())
}

/// What `claim` comes to over the first `replications`, at `level`.
pub(crate) fn measure(
    claim: &Claim,
    arms: Arms<'_>,
    replications: usize,
    level: f64,
) -> Result<Estimate, String> {
    let own = samples_of(claim, arms.own, replications)?;
    let missing = || format!("`{}` was not observed", claim.metric.name);
    let Some(base) = arms.base else {
        return estimate(&own, level).ok_or_else(missing);
    };
    let base = samples_of(claim, base, replications)?;
    let pairs = base.iter().zip(&own).filter_map(|(b, o)| Some((b.ends()?, o.ends()?)));
    let (before, after): (Vec<[f64; 2]>, Vec<[f64; 2]>) = pairs.unzip();
    change_between(&before, &after, claim.expected.relative, level).ok_or_else(missing)
}

/// The change from `before` to `after`, each known to lie between two ends: from the largest before to
/// the least after, and the other way round. Where neither is known there is none.
fn change_between(
    before: &[[f64; 2]],
    after: &[[f64; 2]],
    relative: bool,
    level: f64,
) -> Option<Estimate> {
    let end = |ends: &[[f64; 2]], which: usize| -> Vec<f64> {
        ends.iter().map(|ends| ends[which]).collect()
    };
    let from_to = |b: usize, a: usize| {
        let (before, after) = (end(before, b), end(after, a));
        let known = all_finite(&before) && all_finite(&after);
        known.then(|| change(&before, &after, relative, level)).flatten()
    };
    match (from_to(1, 0), from_to(0, 1)) {
        (Some(least), Some(most)) => Some(Estimate { high: most.high, ..least }),
        (Some(least), None) => Some(Estimate { high: f64::INFINITY, ..least }),
        (None, Some(most)) => Some(Estimate { low: f64::NEG_INFINITY, ..most }),
        (None, None) => None,
    }
}

/// The change from `before` to `after`, pair by pair; `relative`: as a share of what was before.
pub(crate) fn change(
    before: &[f64],
    after: &[f64],
    relative: bool,
    level: f64,
) -> Option<Estimate> {
    if !relative {
        return paired_difference(before, after, level);
    }
    paired_ratio(before, after, level).map(|ratio| Estimate {
        mean: ratio.mean - 1.0,
        low: ratio.low - 1.0,
        high: ratio.high - 1.0,
        n: ratio.n,
    })
}

fn samples_of(claim: &Claim, arm: &Arm, replications: usize) -> Result<Vec<Sample>, String> {
    let place = arm.catalogue.find(&claim.metric);
    let place = place.ok_or_else(|| format!("there is no metric `{}` here", claim.metric.name))?;
    let samples = arm.samples(place, replications);
    let worst = samples.iter().filter_map(|sample| match sample {
        Sample::TooFew(times) => Some(*times),
        _ => None,
    });
    if let Some(times) = worst.reduce(f64::max) {
        let times = (times * 10.0).ceil() / 10.0;
        return Err(format!(
            "too few requests for this quantile: {times} times the duration would do"
        ));
    }
    Ok(samples)
}

/// Whether more replications may decide what `estimate` does not: an interval stays without an end
/// where requests got no answer, and only its other end moves.
pub(crate) fn may_be_decided(expected: &Expected, estimate: &Estimate) -> bool {
    let min = expected.min.unwrap_or(f64::NEG_INFINITY);
    let max = expected.max.unwrap_or(f64::INFINITY);
    let (open_below, open_above) = (estimate.low.is_infinite(), estimate.high.is_infinite());
    let by_low = !open_above || max.is_infinite() || estimate.mean > max;
    let by_high = !open_below || min.is_infinite() || estimate.mean < min;
    by_low && by_high
}

/// The verdict on an interval.
pub(crate) fn verdict(expected: &Expected, observed: bool, estimate: &Estimate) -> Verdict {
    if (estimate.n as usize) < FEWEST {
        return Verdict::Undecided;
    }
    let min = expected.min.unwrap_or(f64::NEG_INFINITY);
    let max = expected.max.unwrap_or(f64::INFINITY);
    if estimate.low >= min && estimate.high <= max {
        if observed { Verdict::Reproduced } else { Verdict::Holds }
    } else if estimate.high < min || estimate.low > max {
        Verdict::Refuted
    } else {
        Verdict::Undecided
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const LEVEL: f64 = 0.95;

    fn expected(min: Option<f64>, max: Option<f64>) -> Expected {
        Expected { min, max, relative: false, point: false }
    }

    fn judged(samples: &[Sample], min: Option<f64>, max: Option<f64>) -> Verdict {
        verdict(&expected(min, max), false, &estimate(samples, LEVEL).unwrap())
    }

    /// Requests without an answer in one of five replications: no mean below a limit is believed, one
    /// above it is.
    #[test]
    fn an_interval_without_an_upper_end_refutes_and_does_not_hold() {
        let open = Sample::Within(2.0, f64::INFINITY);
        let samples = [Sample::Value(1.9), Sample::Value(2.1), open, Sample::Value(2.0), open];
        assert_eq!(judged(&samples, None, Some(10.0)), Verdict::Undecided);
        assert_eq!(judged(&samples, None, Some(1.0)), Verdict::Refuted);
        assert_eq!(judged(&samples, Some(1.0), None), Verdict::Holds);
        assert_eq!(judged(&samples, Some(10.0), None), Verdict::Undecided);
    }

    #[test]
    fn an_interval_encloses_those_of_both_ends() {
        let samples = [1.0, 2.0, 3.0].map(|low| Sample::Within(low, low + 1.0));
        let found = estimate(&samples, LEVEL).unwrap();
        let least = mean_interval(&[1.0, 2.0, 3.0], LEVEL).unwrap();
        let most = mean_interval(&[2.0, 3.0, 4.0], LEVEL).unwrap();
        assert_eq!((found.low, found.high, found.n), (least.low, most.high, 3));
    }

    /// What is open on one side of a pair opens the change on that side.
    #[test]
    fn a_change_is_open_where_one_side_is() {
        let known = [[1.0, 1.0], [1.2, 1.2], [0.9, 0.9]];
        let open = known.map(|[low, _]| [low, f64::INFINITY]);
        let slower = change_between(&known, &open, false, LEVEL).unwrap();
        assert_eq!((slower.low, slower.high), (0.0, f64::INFINITY));
        let faster = change_between(&open, &known, false, LEVEL).unwrap();
        assert_eq!((faster.low, faster.high), (f64::NEG_INFINITY, 0.0));
        assert_eq!(change_between(&open, &open, false, LEVEL), None);
    }

    #[test]
    fn more_replications_help_only_where_an_end_can_pass_a_limit() {
        let open = Estimate { mean: 5.0, low: 4.0, high: f64::INFINITY, n: 10 };
        assert!(!may_be_decided(&expected(None, Some(8.0)), &open), "never below");
        assert!(may_be_decided(&expected(None, Some(4.5)), &open), "perhaps above");
        assert!(may_be_decided(&expected(Some(4.5), None), &open), "perhaps above");
        assert!(may_be_decided(&expected(None, Some(8.0)), &Estimate { high: 9.0, ..open }));
    }
}
