//! Tests of the dashboard for Grafana, `wssim.json`, against the table of metrics: it names only metrics
//! of the table, and shows all but a few.

use serde_json::Value;
use std::collections::BTreeSet;
use wssim_experiment::metric;

/// Metrics on no panel: those of each container or pair beside another metric that is shown, and those
/// of `migrate`, which have no time series.
const NOT_DRAWN: [&str; 18] = [
    "containers",
    "deploy_seconds",
    "downtime_seconds",
    "encrypted_ratio",
    "failed_requests_total",
    "migration_downtime_seconds",
    "migration_effort_seconds",
    "node_disk_visits",
    "node_network_cpu_ratio",
    "node_runnable_jobs",
    "phase_cpu_peak_ratio",
    "phase_memory_peak_bytes",
    "phase_seconds",
    "price_total",
    "replica_share_ratio",
    "rollback_seconds",
    "service_memory_demand_bytes",
    "window_ratio",
];

/// Functions that expressions may use.
const FUNCTIONS: [&str; 2] = ["topk", "bottomk"];

fn dashboard() -> Value {
    serde_json::from_str(include_str!("../wssim.json")).unwrap()
}

/// Panels with numbers.
fn panels(dashboard: &Value) -> impl Iterator<Item = &Value> {
    dashboard["panels"].as_array().unwrap().iter().filter(|panel| panel["type"] != "row")
}

fn text<'v>(value: &'v Value, key: &str) -> &'v str {
    value[key].as_str().unwrap_or_else(|| panic!("no {key} in {value}"))
}

/// The labels of a metric, including the scenario's; the ends of its interval have the same.
fn labels_of(name: &str) -> Option<Vec<&'static str>> {
    let name =
        ["_ci_low", "_ci_high"].iter().find_map(|end| name.strip_suffix(end)).unwrap_or(name);
    let own = metric::kind_of(name).map(|kind| kind.labels.to_vec());
    let info = (name == "wssim_info").then(Vec::new);
    own.or(info).map(|own| [own, vec!["scenario"]].concat())
}

/// A metric in an expression, and the labels that it selects by.
struct Selected {
    name: String,
    labels: Vec<String>,
}

/// The metrics of an expression. Every word outside of braces is a metric before them, or a function.
fn selected(expression: &str) -> Vec<Selected> {
    let mut all = Vec::new();
    let mut rest = expression;
    while let Some(start) = rest.find(|sign: char| sign.is_ascii_alphabetic() || sign == '{') {
        rest = &rest[start..];
        let is_part = |sign: char| sign.is_ascii_alphanumeric() || sign == '_';
        let (name, after) = rest.split_at(rest.find(|sign| !is_part(sign)).unwrap_or(rest.len()));
        if let Some(inside) = after.strip_prefix('{') {
            let (inside, after) = inside.split_once('}').expect("braces are closed");
            let label = |one: &str| one.split(['=', '!']).next().unwrap().trim().to_owned();
            let labels = inside.split(',').map(label).collect();
            all.push(Selected { name: name.to_owned(), labels });
            rest = after;
        } else {
            assert!(after.starts_with('(') && FUNCTIONS.contains(&name), "{name} in {expression}");
            rest = after;
        }
    }
    assert!(!all.is_empty(), "{expression} names no metric");
    all
}

/// Names between double braces in a legend.
fn names_in_legend(legend: &str) -> impl Iterator<Item = &str> {
    legend.split("{{").skip(1).map(|part| part.split("}}").next().unwrap())
}

#[test]
fn expressions_name_metrics_and_labels_of_the_table() {
    let dashboard = dashboard();
    let mut count = 0;
    for panel in panels(&dashboard) {
        for target in panel["targets"].as_array().unwrap() {
            let (expression, legend) = (text(target, "expr"), text(target, "legendFormat"));
            let all = selected(expression);
            for Selected { name, labels } in &all {
                let known = labels_of(name).unwrap_or_else(|| panic!("{name} in {expression}"));
                let told = labels.iter().map(String::as_str).chain(names_in_legend(legend));
                for label in told {
                    assert!(known.contains(&label), "{name} has no label {label}: {expression}");
                }
                assert!(labels.iter().any(|label| label == "scenario"), "{expression}");
            }
            count += all.len();
        }
    }
    assert!(count > 40, "{count}");
}

#[test]
fn every_metric_is_on_a_panel_or_known_not_to_be() {
    let dashboard = dashboard();
    let targets = panels(&dashboard).flat_map(|panel| panel["targets"].as_array().unwrap());
    let drawn: BTreeSet<String> = targets
        .flat_map(|target| selected(text(target, "expr")))
        .map(|selected| selected.name)
        .filter(|name| metric::kind_of(name).is_some())
        .collect();
    let table: BTreeSet<String> = metric::table().map(|row| row.kind.name.to_owned()).collect();
    let left: Vec<&String> = table.difference(&drawn).collect();
    assert_eq!(left, NOT_DRAWN);
}

/// The variables at the top select by existing labels; the data source is one of them.
#[test]
fn variables_choose_values_of_labels() {
    let dashboard = dashboard();
    let variables = dashboard["templating"]["list"].as_array().unwrap();
    let names: Vec<&str> = variables.iter().map(|one| text(one, "name")).collect();
    assert_eq!(names, ["datasource", "scenario", "entry", "node", "service"]);
    assert_eq!(text(&variables[0], "type"), "datasource");
    for variable in &variables[1..] {
        let query = text(&variable["query"], "query");
        let inside = query.strip_prefix("label_values(").and_then(|rest| rest.strip_suffix(')'));
        let (series, label) = inside.and_then(|inside| inside.rsplit_once(", ")).unwrap();
        assert_eq!(label, text(variable, "name"));
        for Selected { name, .. } in selected(series).iter().filter(|one| !one.name.is_empty()) {
            assert!(labels_of(name).is_some_and(|known| known.contains(&label)), "{query}");
        }
    }
    for panel in panels(&dashboard) {
        for source in std::iter::once(panel).chain(panel["targets"].as_array().unwrap()) {
            assert_eq!(source["datasource"]["uid"], "${datasource}", "{}", text(panel, "title"));
        }
    }
}

/// Panels lie beside and below each other without overlap.
#[test]
fn no_panel_hides_another() {
    let dashboard = dashboard();
    let mut taken = BTreeSet::new();
    let mut ids = BTreeSet::new();
    for panel in dashboard["panels"].as_array().unwrap() {
        let [x, y, w, h] = ["x", "y", "w", "h"].map(|of| panel["gridPos"][of].as_u64().unwrap());
        assert!(x + w <= 24 && ids.insert(panel["id"].as_u64().unwrap()), "{panel}");
        for place in (x..x + w).flat_map(|x| (y..y + h).map(move |y| (x, y))) {
            assert!(taken.insert(place), "{} lies upon another", text(panel, "title"));
        }
    }
}
