//! Claims about the long run, judged by t intervals over histories.

use super::findings::{Availability, LongRun};
use crate::judge::{no_interval, undecided, verdict};
use crate::metric::{MetricReader, OfHistory, OfYears, row_of};
use crate::question::{Claim, MetricRef};
use crate::readings::Readings;
use crate::reason::{Needed, Reason, Runs, Unmeasured};
use crate::verdict::Verdict;
use wssim_stats::{Estimate, mean_interval};

/// The value of histories that `metric` names; `None` if the long run does not measure it.
pub(in crate::failures) fn judged(metric: &MetricRef) -> Option<OfHistory> {
    match row_of(&metric.name)?.reader {
        MetricReader::Years(OfYears::History(what)) => Some(what),
        MetricReader::Run(_)
        | MetricReader::Sets(_)
        | MetricReader::Capacity(_)
        | MetricReader::Migrate(_)
        | MetricReader::Years(OfYears::Lengths) => None,
    }
}

/// The verdict on a claim about `what`, the estimate, and the reasons, at `level`.
///
/// # Errors
/// Why it cannot be judged.
pub(in crate::failures) fn judge(
    claim: &Claim,
    what: OfHistory,
    run: &LongRun,
    base: Option<&LongRun>,
    level: f64,
) -> Result<(Verdict, Estimate, Option<Reason>), Unmeasured> {
    let found = found(&claim.metric, run)?;
    let values = found.values(what);
    let mut estimate = match &claim.relative_to {
        None => mean_interval(&values, level),
        Some(file) => {
            let base = base.ok_or_else(|| Unmeasured::NothingFailsIn(file.clone()))?;
            // Random failures happen at the same times in both.
            let before = self::found(&claim.metric, base)?.values(what);
            if before.len() != values.len() {
                return Err(Unmeasured::UnlikeRuns);
            }
            if claim.expected.relative && before.iter().all(|value| *value == 0.0) {
                return Err(Unmeasured::ZeroBefore);
            }
            let pairs = before.iter().zip(&values).map(|(before, after)| Some((*before, *after)));
            Readings::change(pairs, claim.expected.relative).estimate(level)
        }
    }
    .ok_or_else(|| Unmeasured::TooFew(no_interval(Runs::Histories)))?;
    if claim.relative_to.is_none() {
        if let Some([low, high]) = found.rare(what, run, level) {
            (estimate.low, estimate.high) = (estimate.low.min(low), estimate.high.max(high));
        }
        let most = if what == OfHistory::Availability { 1.0 } else { f64::INFINITY };
        (estimate.low, estimate.high) = (estimate.low.max(0.0), estimate.high.min(most));
    }
    let verdict = verdict(&claim.expected, claim.observed, &estimate);
    let why = match verdict {
        Verdict::Holds | Verdict::Reproduced => None,
        Verdict::Refuted => Some(down(found)),
        Verdict::Undecided => {
            let years = |histories| Needed::Years(f64::from(histories) * run.years_each);
            Some(undecided(claim, &estimate, Runs::Histories, years))
        }
    };
    Ok((verdict, estimate, why))
}

/// The subject of the claim.
fn found<'r>(metric: &MetricRef, run: &'r LongRun) -> Result<&'r Availability, Unmeasured> {
    let mut labels = metric.labels.iter().filter(|(label, _)| *label != "nodes_lost");
    let (Some((kind, name)), None) = (labels.next(), labels.next()) else {
        let labels = &["entry", "service", "group"];
        return Err(Unmeasured::NeedsLabel { metric: metric.name.clone(), labels });
    };
    run.of(kind, name).ok_or_else(|| Unmeasured::NoContainers(name.clone()))
}

/// How it fails, and its main cause.
fn down(found: &Availability) -> Reason {
    Reason::Down {
        seconds: found.downtime_seconds().mean,
        outages: found.outages_per_year.mean,
        mostly: found.causes.first().cloned(),
    }
}
