//! What the long run measures, as metrics.

use super::findings::{Availability, LongRun};
use crate::findings::Metric;
use crate::metric::kind_of;
use crate::reason::Missing;
use wssim_stats::Estimate;

/// All of them, in the order of names.
pub(in crate::failures) fn metrics(run: &LongRun) -> Vec<Metric> {
    let of_all = |of: &dyn Fn(&Availability) -> Vec<Metric>| {
        run.subjects.iter().flat_map(of).collect::<Vec<_>>()
    };
    let mut all = of_all(&|one| metric(one, "availability_ratio", None, Some(one.availability)));
    all.extend(of_all(&|one| {
        metric(one, "downtime_seconds_per_year", None, Some(one.downtime_seconds()))
    }));
    all.extend(of_all(&lengths));
    all.extend(of_all(&|one| metric(one, "outages_per_year", None, Some(one.outages_per_year))));
    all
}

/// Pooled over all outages, so that they have no interval.
fn lengths(one: &Availability) -> Vec<Metric> {
    let point = |mean: f64| Estimate { mean, low: f64::NAN, high: f64::NAN, n: one.outages as u32 };
    let value = |of: fn(&super::findings::Lengths) -> f64| one.lengths.as_ref().map(of).map(point);
    [
        ("mean", value(|lengths| lengths.mean)),
        ("p50", value(|lengths| lengths.p50)),
        ("p95", value(|lengths| lengths.p95)),
        ("max", value(|lengths| lengths.max)),
    ]
    .into_iter()
    .flat_map(|(stat, value)| metric(one, "outage_seconds", Some(stat), value))
    .collect()
}

fn metric(
    one: &Availability,
    name: &str,
    stat: Option<&str>,
    estimate: Option<Estimate>,
) -> Vec<Metric> {
    let Some(kind) = kind_of(name) else { return Vec::new() };
    let mut labels = vec![(one.kind.name(), one.name.clone())];
    labels.extend(stat.map(|stat| ("stat", stat.to_owned())));
    let missing = estimate.is_none().then_some(Missing::NoOutage);
    vec![Metric { name: kind.name, labels, unit: kind.unit, estimate, missing }]
}
