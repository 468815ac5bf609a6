//! What a metric is called in a table.

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
pub(crate) fn of(metric: &str, labels: &[(&'static str, String)]) -> String {
    let plain = PLAIN.iter().find(|(name, _)| *name == metric);
    let name = plain.map_or_else(|| spoken(metric), |(_, plain)| (*plain).to_owned());
    let is_telling = |(label, value): &&(&str, String)| value != "all" || *label == "entry";
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_words() {
        assert_eq!(spoken("response_time_seconds"), "Response time");
        assert_eq!(spoken("node_load_average"), "Load average");
        assert_eq!(spoken("attempts_per_request"), "Attempts per request");
    }
}
