//! Claims about the long run, judged by t intervals over histories.

use super::findings::{Availability, LongRun};
use crate::findings::Verdict;
use crate::judge::verdict;
use crate::question::{Claim, MetricRef};
use crate::summary;
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
    run: Option<&LongRun>,
    level: f64,
) -> Result<(Verdict, Estimate, String), String> {
    let run =
        run.ok_or("nothing fails of itself: no `mtbf` is given, or no years are simulated")?;
    let mut labels = claim.metric.labels.iter().filter(|(label, _)| *label != "nodes_lost");
    let (Some((kind, name)), None) = (labels.next(), labels.next()) else {
        let name = &claim.metric.name;
        return Err(format!("`{name}` needs an `entry`, a `service` or a `group`"));
    };
    let found = run.of(kind, name);
    let found = found.ok_or_else(|| format!("`{name}` has no containers that could work"))?;
    let values = found.values(&claim.metric.name).ok_or("it is not measured")?;
    let mut estimate = mean_interval(&values, level).ok_or("fewer than two histories")?;
    if claim.metric.name == JUDGED[0] {
        estimate.high = estimate.high.min(1.0);
    }
    estimate.low = estimate.low.max(0.0);
    let verdict = verdict(&claim.expected, claim.observed, &estimate);
    let why = match verdict {
        Verdict::Holds | Verdict::Reproduced => String::new(),
        Verdict::Refuted => why(found),
        Verdict::Undecided => {
            format!("{}: ask for more `--years`", summary::what_is_missing(claim, &estimate))
        }
    };
    Ok((verdict, estimate, why))
}

/// How it fails, and mostly of what.
fn why(found: &Availability) -> String {
    let hours = found.downtime_seconds().mean / 3600.0;
    let times = found.outages_per_year.mean;
    let mut text = format!("down {hours:.1} h a year, in {times:.1} outages");
    if let Some((cause, share)) = found.causes.first() {
        text = format!("{text}; {:.0} % of it: {cause}", share * 100.0);
    }
    text
}
