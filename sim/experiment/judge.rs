//! From samples to verdicts. A verdict is judged on the interval, never on the point.

use crate::observe::Sample;
use crate::question::{Claim, Expected, Study};
use crate::readings::{Readings, verdict_on};
use crate::reason::{Few, Needed, Reason, Runs, Unmeasured};
use crate::arm::Arm;
use crate::verdict::Verdict;
use wssim_stats::stopping::replications_needed;
use wssim_stats::Estimate;

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
    let too_few = samples.iter().any(|sample| matches!(sample, Sample::TooFew(_)));
    if too_few { None } else { of_samples(samples).estimate(level) }
}

/// What `claim` comes to over the first `replications`, at `level`.
pub(crate) fn measure(
    claim: &Claim,
    arms: Arms<'_>,
    replications: usize,
    level: f64,
) -> Result<Estimate, Unmeasured> {
    let readings = readings(claim, arms, replications)?;
    let missing = || Unmeasured::NotObserved(claim.metric.name.clone());
    readings.estimate(level).ok_or_else(missing)
}

/// What the number of `claim` is made of in the first `replications`.
pub(crate) fn readings(
    claim: &Claim,
    arms: Arms<'_>,
    replications: usize,
) -> Result<Readings, Unmeasured> {
    let own = samples_of(claim, arms.own, replications)?;
    let Some(base) = arms.base else { return Ok(of_samples(&own)) };
    let base = samples_of(claim, base, replications)?;
    let pairs = base.iter().zip(&own).map(|(b, o)| Some((b.value()?, o.value()?)));
    Ok(Readings::change(pairs, claim.expected.relative))
}

fn of_samples(samples: &[Sample]) -> Readings {
    if samples.iter().any(|sample| matches!(sample, Sample::Ratio(..))) {
        let pair = |sample: &Sample| match sample {
            Sample::Ratio(part, whole) => Some((*part, *whole)),
            _ => None,
        };
        return Readings::Ratios(samples.iter().map(pair).collect());
    }
    Readings::Values(samples.iter().map(|sample| sample.value()).collect())
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
    if is_on_the_limit(&claim.expected, estimate) {
        return Reason::OnTheLimit { within: ON_THE_LIMIT };
    }
    let more = distance_to_limit(claim, estimate)
        .and_then(|distance| replications_needed(estimate, distance))
        .filter(|more| *more > estimate.n);
    Reason::Straddles { needed: more.map(needed) }
}

/// Whether the interval lies within this share of a limit, on both sides of it: no number of runs that
/// anybody waits for will tell the two apart.
pub(crate) const ON_THE_LIMIT: f64 = 0.01;

/// Whether it does.
pub(crate) fn is_on_the_limit(expected: &Expected, estimate: &Estimate) -> bool {
    let is_near = |limit: f64| {
        let width = ON_THE_LIMIT * limit.abs();
        limit - width <= estimate.low && estimate.high <= limit + width
    };
    (estimate.n as usize) >= FEWEST && [expected.min, expected.max].into_iter().flatten().any(is_near)
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
    match verdict_on(expected, estimate) {
        Verdict::Holds if observed => Verdict::Reproduced,
        verdict => verdict,
    }
}
