//! From samples to verdicts. A verdict is judged on the interval, never on the point.

use crate::findings::Verdict;
use crate::observe::Sample;
use crate::question::{Claim, Expected};
use crate::replicate::Arm;
use wssim_stats::{Estimate, mean_interval, paired_difference, paired_ratio, ratio_interval};

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
    if let Some(Sample::Ratio(..)) = samples.iter().find(|s| matches!(s, Sample::Ratio(..))) {
        let pair = |sample: &Sample| match sample {
            Sample::Ratio(part, whole) => Some((*part, *whole)),
            _ => None,
        };
        return ratio_interval(&samples.iter().filter_map(pair).collect::<Vec<_>>(), level);
    }
    if samples.iter().any(|sample| matches!(sample, Sample::TooFew(_))) {
        return None;
    }
    let values: Vec<f64> = samples.iter().filter_map(|sample| sample.value()).collect();
    mean_interval(&values, level)
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
    let pairs = base.iter().zip(&own).filter_map(|(b, o)| Some((b.value()?, o.value()?)));
    let (before, after): (Vec<f64>, Vec<f64>) = pairs.unzip();
    change(&before, &after, claim.expected.relative, level).ok_or_else(missing)
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
