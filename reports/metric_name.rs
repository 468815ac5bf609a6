//! What a metric is called in a table, and as a scenario writes it.

use crate::escape;
use wssim_experiment::metric::kind_of;
use wssim_experiment::question::MetricRef;

/// Names that the table of metrics does not make plain by itself.
const PLAIN: [(&str, &str); 5] = [
    ("node_cpu_utilization_ratio", "CPU"),
    ("node_memory_used_bytes", "RAM used"),
    ("node_swap_used_bytes", "Swap used"),
    ("error_ratio", "Errors"),
    ("query_time_seconds", "Query time"),
];

/// Ends of names that say the unit, which the numbers say, too.
const UNITS: [&str; 6] = ["_seconds", "_bytes", "_ratio", "_total", "_per_second", "_per_year"];

/// `Response time, web, p95`: the name, and the labels that do not mean everything.
pub(crate) fn of<N: AsRef<str>>(metric: &str, labels: &[(N, String)]) -> String {
    let plain = PLAIN.iter().find(|(name, _)| *name == metric);
    let name = plain.map_or_else(|| spoken(metric), |(_, plain)| (*plain).to_owned());
    let is_telling = |(label, value): &&(N, String)| value != "all" || label.as_ref() == "entry";
    let labels = labels.iter().filter(is_telling).map(|(_, value)| value.as_str());
    std::iter::once(name.as_str()).chain(labels).collect::<Vec<_>>().join(", ")
}

/// `response_time_seconds` as words, without what its labels or its unit say.
fn spoken(name: &str) -> String {
    let unit = UNITS.iter().find_map(|unit| name.strip_suffix(unit)).unwrap_or(name);
    let words = ["node_", "service_"].iter().find_map(|of| unit.strip_prefix(of));
    let words = words.unwrap_or(unit).replace('_', " ");
    let mut letters = words.chars();
    letters.next().map_or_else(String::new, |first| first.to_uppercase().chain(letters).collect())
}

/// The metric as a scenario writes it, labels in the order of the table of metrics.
pub(crate) fn written(metric: &MetricRef) -> String {
    let order = kind_of(&metric.name).map_or(&[][..], |kind| kind.labels);
    let mut labels: Vec<(&str, &str)> =
        metric.labels.iter().map(|(name, value)| (name.as_str(), value.as_str())).collect();
    let place = |name: &str| order.iter().position(|own| *own == name).unwrap_or(order.len());
    labels.sort_by_key(|(name, _)| place(name));
    if labels.is_empty() {
        metric.name.clone()
    } else {
        format!("{}{{{}}}", metric.name, escape::labels(labels))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_words() {
        assert_eq!(spoken("response_time_seconds"), "Response time");
        assert_eq!(spoken("node_load_average"), "Load average");
        assert_eq!(spoken("attempts_per_request"), "Attempts per request");
    }

    #[test]
    fn labels_of_claims_stand_in_the_order_of_the_table() {
        let labels = [("stat", "p95"), ("service", "db"), ("queue", "workers")];
        let metric = MetricRef {
            name: "waiting_time_seconds".to_owned(),
            labels: labels.map(|(name, value)| (name.to_owned(), value.to_owned())).into(),
        };
        assert_eq!(
            written(&metric),
            r#"waiting_time_seconds{service="db",queue="workers",stat="p95"}"#
        );
    }
}
