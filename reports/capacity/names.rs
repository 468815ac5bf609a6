//! Names for reports.

use crate::analytic::wording;
use crate::metric_name;
use crate::quantity;
use wssim_experiment::analytic::Resource;
use wssim_experiment::capacity::findings::{AskedCondition, Searched};

/// The name of a resource.
pub(super) fn resource(of: &Resource) -> String {
    format!("the {}", wording::resource(of))
}

/// The metric of a condition.
pub(super) fn metric(asked: &AskedCondition) -> String {
    metric_name::of(asked.name, &asked.labels)
}

/// `≤ 500 ms`.
pub(super) fn limit(asked: &AskedCondition) -> String {
    let expected = asked.condition.expected;
    let plain = |value: f64| quantity::plain(value, asked.unit, false);
    let text = match (expected.min, expected.max) {
        (Some(min), Some(max)) => format!("{} to {}", plain(min), plain(max)),
        (Some(min), None) => format!("≥ {}", plain(min)),
        (None, Some(max)) => format!("≤ {}", plain(max)),
        (None, None) => String::new(),
    };
    if asked.condition.is_assumed { format!("{text} (assumed)") } else { text }
}

/// `Response time, web, p95 (≤ 500 ms)`.
pub(super) fn condition(asked: &AskedCondition) -> String {
    let expected = limit(asked);
    format!("{} ({})", metric(asked), expected.trim_end_matches(" (assumed)"))
}

/// A value as the scenario writes it.
pub(super) fn value(search: &Searched, at: f64) -> String {
    let tried = search.tried.iter().find(|tried| tried.value == at);
    tried.map_or_else(|| at.to_string(), |tried| tried.text.clone())
}
