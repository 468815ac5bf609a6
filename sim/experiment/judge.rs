//! Turns samples into verdicts, which are judged on the interval, never on the point.

use crate::arm::Arm;
use crate::question::{Claim, Expected, MetricRef, Study};
use crate::readings::{Readings, verdict_on};
use crate::reason::{Few, Needed, Reason, Runs, Unmeasured};
use crate::sample::Sample;
use crate::verdict::Verdict;
use wssim_stats::stopping::replications_needed;
use wssim_stats::{Estimate, mean_interval, ratio_interval, share_interval};

/// Fewest replications that decide anything.
pub(crate) const FEWEST: usize = 5;
/// Level of the intervals of metrics.
pub(crate) const LEVEL: f64 = 0.95;
/// Fewest runs for an interval.
const LEAST: u32 = 2;

/// The arms that a claim is judged by.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Arms<'a> {
    /// The scenario itself.
    pub(crate) own: &'a Arm,
    /// The scenario that a change is relative to.
    pub(crate) base: Option<&'a Arm>,
}

/// The interval of one metric of one arm at `level`; `None` if too little was observed.
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
    let ends = samples.iter().filter_map(|sample| sample.ends());
    let low: Vec<f64> = ends.clone().map(|[low, _]| low).collect();
    let least = mean_interval(&low, level)?;
    if ends.clone().all(|[low, high]| low == high) {
        return Some(least);
    }
    let high: Vec<f64> = ends.map(|[_, high]| high).collect();
    let most = all_finite(&high).then(|| mean_interval(&high, level)).flatten();
    Some(Estimate { high: most.map_or(f64::INFINITY, |most| most.high), ..least })
}

fn all_finite(values: &[f64]) -> bool {
    values.iter().all(|value| value.is_finite())
}

/// The number of `claim` over the first `replications`, at `level`.
pub(crate) fn measure(
    claim: &Claim,
    arms: Arms<'_>,
    replications: usize,
    level: f64,
) -> Result<Estimate, Unmeasured> {
    number(&claim.metric, claim.expected.relative, arms, replications, level)
}

/// The value of `metric` over the first `replications`, at `level`: with two arms a change, if
/// `is_relative` as a share of the value before.
pub(crate) fn number(
    metric: &MetricRef,
    is_relative: bool,
    arms: Arms<'_>,
    replications: usize,
    level: f64,
) -> Result<Estimate, Unmeasured> {
    let seen = Seen::of(metric, arms, replications)?;
    let own = &seen.own;
    let estimate = match (seen.readings(is_relative), &seen.base) {
        (controlled @ Readings::Controlled(..), _) => controlled.estimate(level),
        (_, None) => estimate(own, level),
        (_, Some(base)) => paired_change(base, own, is_relative, level),
    };
    estimate.ok_or_else(|| Unmeasured::NotObserved(metric.name.clone()))
}

/// The change from `before` to `after`, replication by replication.
pub(crate) fn paired_change(
    before: &[Sample],
    after: &[Sample],
    is_relative: bool,
    level: f64,
) -> Option<Estimate> {
    let pairs = before.iter().zip(after).filter_map(|(b, a)| Some((b.ends()?, a.ends()?)));
    let (before, after): (Vec<[f64; 2]>, Vec<[f64; 2]>) = pairs.unzip();
    let change = |before: &[f64], after: &[f64]| {
        let pairs = before.iter().copied().zip(after.iter().copied());
        Readings::change(pairs.map(Some), is_relative).estimate(level)
    };
    change_between(&before, &after, change)
}

/// The change from `before` to `after`, each known to lie between two ends: from the largest before to
/// the smallest after, and the other way round; `change` computes it if both are known. None if neither
/// is.
pub(crate) fn change_between(
    before: &[[f64; 2]],
    after: &[[f64; 2]],
    change: impl Fn(&[f64], &[f64]) -> Option<Estimate>,
) -> Option<Estimate> {
    let from_to = |b: usize, a: usize| {
        let end = |all: &[[f64; 2]], which: usize| -> Vec<f64> {
            all.iter().map(|ends| ends[which]).collect()
        };
        let (before, after) = (end(before, b), end(after, a));
        let is_known = all_finite(&before) && all_finite(&after);
        if is_known { change(&before, &after) } else { None }
    };
    match (from_to(1, 0), from_to(0, 1)) {
        (Some(least), Some(most)) => Some(Estimate { high: most.high, ..least }),
        (Some(least), None) => Some(Estimate { high: f64::INFINITY, ..least }),
        (None, Some(most)) => Some(Estimate { low: f64::NEG_INFINITY, ..most }),
        (None, None) => None,
    }
}

/// The values of the claim's metric in the first `replications`.
pub(crate) fn readings(
    claim: &Claim,
    arms: Arms<'_>,
    replications: usize,
) -> Result<Readings, Unmeasured> {
    Ok(Seen::of(&claim.metric, arms, replications)?.readings(claim.expected.relative))
}

/// The values for a claim, one entry a replication.
struct Seen {
    own: Vec<Sample>,
    base: Option<Vec<Sample>>,
    /// Controls of `own`. Their mean is 1 whatever the base; under common random numbers they explain
    /// part of both.
    controls: Vec<Vec<f64>>,
}

impl Seen {
    fn of(metric: &MetricRef, arms: Arms<'_>, replications: usize) -> Result<Self, Unmeasured> {
        let place = place_of(metric, arms.own)?;
        let own = samples_at(arms.own, place, replications)?;
        let base = arms.base.map(|base| samples_at(base, place_of(metric, base)?, replications));
        let controls = arms.own.controls(place, replications);
        Ok(Self { own, base: base.transpose()?, controls })
    }

    fn readings(&self, is_relative: bool) -> Readings {
        let readings = match &self.base {
            None => of_samples(&self.own),
            Some(base) => {
                let pairs = base.iter().zip(&self.own);
                let pairs = pairs.map(|(b, o)| Some((known(b)?, known(o)?)));
                Readings::change(pairs, is_relative)
            }
        };
        readings.with(self.controls.clone())
    }
}

fn of_samples(samples: &[Sample]) -> Readings {
    let is_ratio = |sample: &Sample| matches!(sample, Sample::Ratio(..) | Sample::Share(_));
    if samples.iter().any(is_ratio) {
        let pair = |sample: &Sample| match sample {
            Sample::Ratio(part, whole) => Some((*part, *whole)),
            Sample::Share(share) => Some((share.part, share.whole)),
            _ => None,
        };
        return Readings::Ratios(samples.iter().map(pair).collect());
    }
    Readings::Values(samples.iter().map(known).collect())
}

/// A sample as one number; `None` if it is not known exactly.
fn known(sample: &Sample) -> Option<f64> {
    sample.ends().filter(|[low, high]| low == high).map(|[low, _]| low)
}

fn place_of(metric: &MetricRef, arm: &Arm) -> Result<usize, Unmeasured> {
    let place = arm.catalogue.find(metric);
    place.ok_or_else(|| match &metric.part {
        Some(_) if arm.catalogue.find(&metric.of_whole()).is_some() => Unmeasured::NoPart,
        _ => Unmeasured::NoMetric(metric.name.clone()),
    })
}

fn samples_at(arm: &Arm, place: usize, replications: usize) -> Result<Vec<Sample>, Unmeasured> {
    let samples = arm.samples(place, replications);
    match times_needed(&samples) {
        Some(times) => Err(Unmeasured::TooFewRequests { times }),
        None => Ok(samples),
    }
}

/// The factor by which a replication is too short for a quantile; `None` if it is long enough.
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

/// Why `study` does not judge the claim; `None` if it does.
pub(crate) fn not_judged(claim: &Claim, study: Study) -> Option<Reason> {
    if !study.judges(claim.study) {
        return Some(Reason::JudgedBy(claim.study));
    }
    claim.not_simulated.clone().map(Reason::NotSimulated)
}

/// The base unit of a claim.
pub(crate) fn unit_of(claim: &Claim) -> &'static str {
    if claim.expected.relative {
        return "ratio";
    }
    crate::metric::unit_of(&claim.metric.name)
}

/// Why a claim with an estimate over `of` is undecided; `needed` names the runs that may decide it.
pub(crate) fn undecided(
    claim: &Claim,
    estimate: &Estimate,
    of: Runs,
    needed: impl Fn(u32) -> Needed,
) -> Reason {
    if (estimate.n as usize) < FEWEST {
        return Reason::TooFew(Few { of, needed: FEWEST as u32 });
    }
    if !estimate.is_closed() {
        let is_of_requests =
            ["stack", "phase"].iter().all(|of| !claim.metric.labels.contains_key(*of));
        return if is_of_requests { Reason::Unanswered } else { Reason::NotOver };
    }
    if is_on_the_limit(&claim.expected, estimate) {
        return Reason::OnTheLimit { within: ON_THE_LIMIT };
    }
    let more = distance_to_limit(claim, estimate)
        .and_then(|distance| replications_needed(estimate, distance))
        .filter(|more| *more > estimate.n);
    Reason::Straddles { needed: more.map(needed) }
}

/// Half-width, as a share of the limit, of an interval on the limit: no practical number of runs will
/// decide it.
pub(crate) const ON_THE_LIMIT: f64 = 0.01;

/// Whether the interval lies within that share of a limit, on both sides of it.
pub(crate) fn is_on_the_limit(expected: &Expected, estimate: &Estimate) -> bool {
    let is_near = |limit: f64| {
        let width = ON_THE_LIMIT * limit.abs();
        limit - width <= estimate.low && estimate.high <= limit + width
    };
    (estimate.n as usize) >= FEWEST
        && [expected.min, expected.max].into_iter().flatten().any(is_near)
}

/// The distance of the mean from the nearest limit.
fn distance_to_limit(claim: &Claim, estimate: &Estimate) -> Option<f64> {
    let limits = [claim.expected.min, claim.expected.max];
    limits.into_iter().flatten().map(|limit| (estimate.mean - limit).abs()).reduce(f64::min)
}

/// Whether more replications may decide an undecided `estimate`: with unanswered requests an interval
/// keeps an infinite end, and only its other end moves.
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
    match verdict_on(expected, estimate) {
        Verdict::Holds if observed => Verdict::Reproduced,
        verdict => verdict,
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

    /// An open side of a pair opens the change on that side.
    #[test]
    fn a_change_is_open_where_one_side_is() {
        let known = [[1.0, 1.0], [1.2, 1.2], [0.9, 0.9]];
        let open = known.map(|[low, _]| [low, f64::INFINITY]);
        let change = |a: &[f64], b: &[f64]| wssim_stats::paired_difference(a, b, LEVEL);
        let slower = change_between(&known, &open, change).unwrap();
        assert_eq!((slower.low, slower.high), (0.0, f64::INFINITY));
        let faster = change_between(&open, &known, change).unwrap();
        assert_eq!((faster.low, faster.high), (f64::NEG_INFINITY, 0.0));
        assert_eq!(change_between(&open, &open, change), None);
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
