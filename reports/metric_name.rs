//! Names of metrics in tables, and as scenarios write them.

use crate::escape;
use wssim_experiment::metric::kind_of;
use wssim_experiment::part::{FROM, TO};
use wssim_experiment::question::MetricRef;

/// Names that do not follow from the table of metrics.
const PLAIN: [(&str, &str); 6] = [
    ("node_cpu_utilization_ratio", "CPU"),
    ("node_memory_used_bytes", "RAM used"),
    ("node_swap_used_bytes", "Swap used"),
    ("error_ratio", "Errors"),
    ("query_time_seconds", "Query time"),
    ("phase_seconds", "Migration time"),
];

/// Suffixes of names for units, which are shown with the numbers.
const UNITS: [&str; 6] = ["_seconds", "_bytes", "_ratio", "_total", "_per_second", "_per_year"];

/// `Response time, web, p95`: the name, and the labels other than "all".
pub(crate) fn of<N: AsRef<str>>(metric: &str, labels: &[(N, String)]) -> String {
    let plain = PLAIN.iter().find(|(name, _)| *name == metric);
    let name = plain.map_or_else(|| spoken(metric), |(_, plain)| (*plain).to_owned());
    let is_telling = |(label, value): &&(N, String)| {
        let label = label.as_ref();
        ![FROM, TO].contains(&label) && (value != "all" || label == "entry")
    };
    let telling = labels.iter().filter(is_telling).map(|(_, value)| value.clone());
    std::iter::once(name).chain(telling).chain(part_in(labels)).collect::<Vec<_>>().join(", ")
}

/// `from 60s to fault crash`: the part of the measured stretch given by labels; `None` for the whole.
fn part<'a>(find: impl Fn(&str) -> Option<&'a String>) -> Option<String> {
    let ends = [FROM, TO].into_iter().filter_map(|end| Some(format!("{end} {}", find(end)?)));
    let ends: Vec<String> = ends.collect();
    (!ends.is_empty()).then(|| ends.join(" "))
}

/// The part of a metric with `labels`.
pub(crate) fn part_in<N: AsRef<str>>(labels: &[(N, String)]) -> Option<String> {
    part(|end| labels.iter().find(|(label, _)| label.as_ref() == end).map(|(_, moment)| moment))
}

/// The part of a metric that a claim names.
pub(crate) fn part_of(metric: &MetricRef) -> Option<String> {
    part(|end| metric.labels.get(end))
}

/// `response_time_seconds` as words, without labels and unit.
fn spoken(name: &str) -> String {
    let unit = UNITS.iter().find_map(|unit| name.strip_suffix(unit)).unwrap_or(name);
    let words = ["node_", "service_"].iter().find_map(|of| unit.strip_prefix(of));
    let words = words.unwrap_or(unit).replace('_', " ");
    let mut letters = words.chars();
    letters.next().map_or_else(String::new, |first| first.to_uppercase().chain(letters).collect())
}

/// The metric as a scenario writes it: labels in the order of the table of metrics, then its part.
pub(crate) fn written(metric: &MetricRef) -> String {
    let order = kind_of(&metric.name).map_or(&[][..], |kind| kind.labels);
    let of_whole = metric.labels.iter().filter(|(name, _)| ![FROM, TO].contains(&name.as_str()));
    let mut labels: Vec<(&str, &str)> =
        of_whole.map(|(name, value)| (name.as_str(), value.as_str())).collect();
    let place = |name: &str| order.iter().position(|own| *own == name).unwrap_or(order.len());
    labels.sort_by_key(|(name, _)| place(name));
    let whole = if labels.is_empty() {
        metric.name.clone()
    } else {
        format!("{}{{{}}}", metric.name, escape::labels(labels))
    };
    part_of(metric).map_or(whole.clone(), |part| format!("{whole} {part}"))
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
    fn a_part_stands_behind_the_labels() {
        let labels = [("entry", "web"), ("reason", "all"), ("from", "1min"), ("to", "fault crash")];
        let labels = labels.map(|(name, value)| (name, value.to_owned()));
        assert_eq!(of("error_ratio", &labels), "Errors, web, from 1min to fault crash");
        let written = written(&MetricRef::named("error_ratio", &labels));
        assert_eq!(written, r#"error_ratio{entry="web",reason="all"} from 1min to fault crash"#);
        let open = [("from", "2min".to_owned())];
        assert_eq!(of("error_ratio", &open), "Errors, from 2min");
    }

    #[test]
    fn labels_of_claims_stand_in_the_order_of_the_table() {
        let labels = [("stat", "p95"), ("service", "db"), ("queue", "workers")];
        let metric = MetricRef {
            name: "waiting_time_seconds".to_owned(),
            labels: labels.map(|(name, value)| (name.to_owned(), value.to_owned())).into(),
            part: None,
        };
        assert_eq!(
            written(&metric),
            r#"waiting_time_seconds{service="db",queue="workers",stat="p95"}"#
        );
    }
}
