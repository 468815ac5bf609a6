//! From samples to verdicts. A verdict is judged on the interval, never on the point.

use crate::observe::Sample;
use crate::question::{Claim, Expected, Study};
use crate::reason::{Few, Needed, Reason, Runs, Unmeasured};
use crate::replicate::Arm;
use crate::verdict::Verdict;
use wssim_stats::stopping::replications_needed;
use wssim_stats::{Estimate, mean_interval, paired_difference, paired_ratio, ratio_interval};

/// Fewer replications than this decide nothing.
pub(crate) const FEWEST: usize = 5;
/// Level of the intervals that metrics show.
pub(crate) const LEVEL: f64 = 0.95;
/// No interval is over fewer runs than this.
const LEAST: u32 = 2;

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
) -> Result<Estimate, Unmeasured> {
    let own = samples_of(claim, arms.own, replications)?;
    let missing = || Unmeasured::NotObserved(claim.metric.name.clone());
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

fn samples_of(claim: &Claim, arm: &Arm, replications: usize) -> Result<Vec<Sample>, Unmeasured> {
    let place = arm.catalogue.find(&claim.metric);
    let place = place.ok_or_else(|| Unmeasured::NoMetric(claim.metric.name.clone()))?;
    let samples = arm.samples(place, replications);
    match times_needed(&samples) {
        Some(times) => Err(Unmeasured::TooFewRequests { times }),
        None => Ok(samples),
    }
}

/// By how much a replication is too short for a quantile; `None`: it is long enough.
pub(crate) fn times_needed(samples: &[Sample]) -> Option<f64> {
    let times = samples.iter().filter_map(|sample| match sample {
        Sample::TooFew(times) => Some(*times),
        _ => None,
    });
    times.reduce(f64::max)
}

/// Too few runs for an interval.
pub(crate) fn no_interval(of: Runs) -> Few {
    Few { of, needed: LEAST }
}

/// Why `study` judges nothing of the claim; `None`: it does.
pub(crate) fn not_judged(claim: &Claim, study: Study) -> Option<Reason> {
    if claim.study != study {
        return Some(Reason::JudgedBy(claim.study));
    }
    claim.not_simulated.clone().map(Reason::NotSimulated)
}

/// The base unit in which a claim is told.
pub(crate) fn unit_of(claim: &Claim) -> &'static str {
    if claim.expected.relative {
        return "ratio";
    }
    crate::metric::unit_of(&claim.metric.name)
}

/// Why a claim is undecided that has an estimate, over `of`; `needed`: what so many of them are.
pub(crate) fn undecided(
    claim: &Claim,
    estimate: &Estimate,
    of: Runs,
    needed: impl Fn(u32) -> Needed,
) -> Reason {
    if (estimate.n as usize) < FEWEST {
        return Reason::TooFew(Few { of, needed: FEWEST as u32 });
    }
    let more = distance_to_limit(claim, estimate)
        .and_then(|distance| replications_needed(estimate, distance))
        .filter(|more| *more > estimate.n);
    Reason::Straddles { needed: more.map(needed) }
}

/// How far the mean lies from the nearest limit.
fn distance_to_limit(claim: &Claim, estimate: &Estimate) -> Option<f64> {
    let limits = [claim.expected.min, claim.expected.max];
    limits.into_iter().flatten().map(|limit| (estimate.mean - limit).abs()).reduce(f64::min)
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
