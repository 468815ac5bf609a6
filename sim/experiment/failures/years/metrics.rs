//! Metrics of the long run.

use super::findings::{Availability, Lengths, LongRun};
use crate::findings::Metric;
use crate::metric::{MetricKind, MetricReader, OfHistory, OfYears, table};
use crate::reason::NoEstimate;
use wssim_stats::Estimate;

/// All of them, in the order of names.
pub(in crate::failures) fn metrics(run: &LongRun) -> Vec<Metric> {
    let mut all = Vec::new();
    for row in table() {
        let MetricReader::Years(what) = row.reader else { continue };
        for one in &run.subjects {
            match what {
                OfYears::History(what) => all.push(history(one, &row.kind, what)),
                OfYears::Lengths => all.extend(lengths(one, &row.kind)),
            }
        }
    }
    all
}

fn history(one: &Availability, kind: &MetricKind, what: OfHistory) -> Metric {
    let estimate = match what {
        OfHistory::Availability => one.availability,
        OfHistory::Downtime => one.downtime_seconds(),
        OfHistory::Outages => one.outages_per_year,
    };
    metric(one, kind, None, Some(estimate))
}

/// Pooled over all outages, so without an interval.
fn lengths(one: &Availability, kind: &MetricKind) -> [Metric; 4] {
    let point = |mean: f64| Estimate { mean, low: f64::NAN, high: f64::NAN, n: one.outages as u32 };
    let value = |of: fn(&Lengths) -> f64| one.lengths.as_ref().map(of).map(point);
    [
        ("mean", value(|lengths| lengths.mean)),
        ("p50", value(|lengths| lengths.p50)),
        ("p95", value(|lengths| lengths.p95)),
        ("max", value(|lengths| lengths.max)),
    ]
    .map(|(stat, value)| metric(one, kind, Some(stat), value))
}

fn metric(
    one: &Availability,
    kind: &MetricKind,
    stat: Option<&str>,
    estimate: Option<Estimate>,
) -> Metric {
    let mut labels = vec![(one.kind.name(), one.name.clone())];
    labels.extend(stat.map(|stat| ("stat", stat.to_owned())));
    let missing = estimate.is_none().then_some(NoEstimate::NoOutage);
    Metric { name: kind.name, labels, unit: kind.unit, estimate, missing, values: Vec::new() }
}
