//! Which metrics are measured, and by which study.

use wssim_experiment::metric::{self, MeasuredBy, MetricKind};
use wssim_experiment::question::{MetricRef, Study};

/// The kind of `metric`, and whether it is measured. A name can be measured with some labels and planned
/// with others.
pub(crate) fn metric(metric: &MetricRef) -> Option<(&'static MetricKind, bool)> {
    let measured = metric::kind_of(&metric.name).map(|kind| (kind, true));
    let planned = metric::PLANNED.iter().find(|kind| kind.name == metric.name);
    let has_all =
        |kind: &MetricKind| metric.labels.keys().all(|label| kind.labels.contains(&label.as_str()));
    match (measured, planned) {
        (Some((kind, _)), Some(planned)) if !has_all(kind) && has_all(planned) => {
            Some((planned, false))
        }
        (Some(measured), _) => Some(measured),
        (None, planned) => planned.map(|kind| (kind, false)),
    }
}

/// The only study that measures `metric`; `None` for those that measure requests and nodes.
pub(crate) fn only_study(metric: &MetricRef) -> Option<Study> {
    match metric::row_of(&metric.name)?.measured_by() {
        MeasuredBy::Run => None,
        MeasuredBy::Failures | MeasuredBy::LongRun => Some(Study::Failures),
        MeasuredBy::Capacity => Some(Study::Capacity),
        MeasuredBy::Migrate => Some(Study::Migrate),
    }
}
