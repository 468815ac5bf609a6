//! Claims about the long run, judged by t intervals over histories.

use super::findings::{Availability, LongRun};
use crate::findings::Verdict;
use crate::judge::{change, verdict};
use crate::question::{Claim, MetricRef};
use crate::run::distance_to_limit;
use wssim_stats::stopping::replications_needed;
use wssim_stats::{Estimate, mean_interval};

/// Metrics that are judged here.
const JUDGED: [&str; 3] = ["availability_ratio", "downtime_seconds_per_year", "outages_per_year"];

/// Whether the long run judges `metric`.
pub(in crate::failures) fn judges(metric: &MetricRef) -> bool {
    JUDGED.contains(&metric.name.as_str())
}

/// Verdict, what was simulated, and why, at `level`.
///
/// # Errors
/// Why it cannot be judged.
pub(in crate::failures) fn judge(
    claim: &Claim,
    run: &LongRun,
    base: Option<&LongRun>,
    level: f64,
) -> Result<(Verdict, Estimate, String), String> {
    let found = found(&claim.metric, run)?;
    let values = found.values(&claim.metric.name).ok_or("it is not measured")?;
    let mut estimate = match &claim.relative_to {
        None => mean_interval(&values, level),
        Some(file) => {
            let base = base.ok_or_else(|| format!("nothing fails of itself in `{file}`"))?;
            // What fails of itself fails at the same times in both.
            let before = self::found(&claim.metric, base)?.values(&claim.metric.name);
            let before = before.filter(|before| before.len() == values.len());
            let before = before.ok_or("the two long runs are not of one length")?;
            if claim.expected.relative && before.iter().all(|value| *value == 0.0) {
                return Err("it was zero before: no change is a share of that".to_owned());
            }
            change(&before, &values, claim.expected.relative, level)
        }
    }
    .ok_or("fewer than two histories")?;
    if claim.relative_to.is_none() {
        if let Some([low, high]) = found.rare(&claim.metric.name, run, level) {
            (estimate.low, estimate.high) = (estimate.low.min(low), estimate.high.max(high));
        }
        let most = if claim.metric.name == JUDGED[0] { 1.0 } else { f64::INFINITY };
        (estimate.low, estimate.high) = (estimate.low.max(0.0), estimate.high.min(most));
    }
    let verdict = verdict(&claim.expected, claim.observed, &estimate);
    let why = match verdict {
        Verdict::Holds | Verdict::Reproduced => String::new(),
        Verdict::Refuted => why(found),
        Verdict::Undecided => more_years(claim, &estimate, run.years_each),
    };
    Ok((verdict, estimate, why))
}

/// How many years would decide the claim.
fn more_years(claim: &Claim, estimate: &Estimate, years_each: f64) -> String {
    let needed = distance_to_limit(claim, estimate)
        .and_then(|distance| replications_needed(estimate, distance))
        .filter(|needed| *needed > estimate.n);
    match needed {
        Some(needed) => {
            let years = f64::from(needed) * years_each;
            format!("the interval straddles a limit; about `--years {years:.0}` would decide it")
        }
        None => "the interval straddles a limit".to_owned(),
    }
}

/// What the claim speaks of.
fn found<'r>(metric: &MetricRef, run: &'r LongRun) -> Result<&'r Availability, String> {
    let mut labels = metric.labels.iter().filter(|(label, _)| *label != "nodes_lost");
    let (Some((kind, name)), None) = (labels.next(), labels.next()) else {
        return Err(format!("`{}` needs an `entry`, a `service` or a `group`", metric.name));
    };
    run.of(kind, name).ok_or_else(|| format!("`{name}` has no containers that could work"))
}

/// How it fails, and mostly of what.
fn why(found: &Availability) -> String {
    let hours = two_digits(found.downtime_seconds().mean / 3600.0);
    let times = two_digits(found.outages_per_year.mean);
    let mut text = format!("down {hours} h a year, in {times} outages");
    if let Some((cause, share)) = found.causes.first() {
        text = format!("{text}; {:.0} % of it: {cause}", share * 100.0);
    }
    text
}

/// A number above zero to two digits.
fn two_digits(value: f64) -> String {
    let decimals = (1.0 - value.max(1e-9).log10().floor()).clamp(0.0, 9.0) as usize;
    format!("{value:.decimals$}")
}
