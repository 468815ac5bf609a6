//! The tables of entries, nodes, memory and services.

use crate::capacity;
use crate::compare;
use crate::failures;
use crate::memory;
use crate::metric_name;
use crate::migrate;
use crate::quantity;
use crate::reason;
use crate::rollout;
use crate::table::{Cell, ColumnKind, Section, Table};
use wssim_experiment::findings::{Answer, Findings, Metric, RunAnswer};
use wssim_experiment::part::is_of_part;
use wssim_experiment::question::MetricRef;

/// The label that stands for all sources, endpoints or reasons together.
const ALL: &str = "all";
/// Most reasons for missing numbers below a table; the others are in `results.json`.
const MOST_REASONS: usize = 3;

/// A column: heading, metric, and labels beside the row's.
type Column = (&'static str, &'static str, &'static [(&'static str, &'static str)]);

const ENTRIES: &[Column] = &[
    ("Mean", "response_time_seconds", &[("stat", "mean")]),
    ("p50", "response_time_seconds", &[("stat", "p50")]),
    ("p95", "response_time_seconds", &[("stat", "p95")]),
    ("p99", "response_time_seconds", &[("stat", "p99")]),
    ("Throughput", "throughput_per_second", &[]),
    ("Errors", "error_ratio", &[("reason", ALL)]),
];

const NODES: &[Column] = &[
    ("CPU", "node_cpu_utilization_ratio", &[]),
    ("Load average", "node_load_average", &[]),
    ("Memory", "node_memory_used_bytes", &[]),
    ("Sent", "node_network_utilization_ratio", &[("direction", "tx")]),
    ("Received", "node_network_utilization_ratio", &[("direction", "rx")]),
];

/// Columns for each entry and node in a short report.
const ENTRIES_IN_BRIEF: &[Column] = &[
    ("Mean", "response_time_seconds", &[("stat", "mean")]),
    ("p95", "response_time_seconds", &[("stat", "p95")]),
    ("p99", "response_time_seconds", &[("stat", "p99")]),
    ("Throughput", "throughput_per_second", &[]),
    ("Errors", "error_ratio", &[("reason", ALL)]),
];

const NODES_IN_BRIEF: &[Column] = &[
    ("CPU", "node_cpu_utilization_ratio", &[]),
    ("Load average", "node_load_average", &[]),
    ("RAM used", "node_memory_used_bytes", &[]),
    ("Swap used", "node_swap_used_bytes", &[]),
];

const SERVICES: &[Column] = &[
    ("Containers", "service_replicas_running", &[]),
    ("Response", "service_response_seconds", &[("endpoint", ALL), ("stat", "mean")]),
    ("Workers busy", "service_utilization_ratio", &[]),
    ("Waiting", "waiting_time_seconds", &[("queue", "workers"), ("stat", "mean")]),
    ("In service", "in_service", &[]),
];

/// The sections; one without rows is left out.
pub(crate) fn all(findings: &Findings) -> Vec<Section> {
    match &findings.answer {
        Answer::Run(run) => of_run(findings, run),
        Answer::Failures(failures) => failures::sections(failures),
        Answer::Capacity(capacity) => capacity::sections(capacity),
        Answer::Migrate(migration) => migrate::sections(migration),
        Answer::Compare(comparison) => compare::sections(comparison),
        // Its tables have users' headings, see `sweep`.
        Answer::Sweep(_) => Vec::new(),
    }
}

/// The sections of a short report: metrics asked for beside claims, a line for each entry and node of
/// `run`.
pub(crate) fn brief(findings: &Findings) -> Vec<Section> {
    let asked = match &findings.answer {
        Answer::Run(run) => run.asked.as_slice(),
        _ => &[],
    };
    let rollouts = match &findings.answer {
        Answer::Run(run) => run.rollouts.as_slice(),
        _ => &[],
    };
    let sections = [
        rollout::brief(rollouts),
        self::asked(asked),
        section(findings, "", ("Entry", "entry"), &known(findings, ENTRIES_IN_BRIEF)),
        section(findings, "", ("Node", "node"), &known(findings, NODES_IN_BRIEF)),
    ];
    sections.into_iter().filter(|section| !section.table.rows.is_empty()).collect()
}

/// The columns with at least one known number.
fn known(findings: &Findings, columns: &[Column]) -> Vec<Column> {
    let has = |metric: &Metric, column: &Column| {
        let is_labelled = |(name, value): &(&str, &str)| value_of(metric, name) == Some(*value);
        metric.name == column.1 && metric.estimate.is_some() && column.2.iter().all(is_labelled)
    };
    let is_known = |column: &&Column| findings.metrics.iter().any(|metric| has(metric, column));
    columns.iter().filter(is_known).copied().collect()
}

/// Trials of plans, if several are compared and it was asked for.
pub(crate) fn trials(findings: &Findings) -> Option<Section<String>> {
    match &findings.answer {
        Answer::Compare(comparison) => compare::trials(comparison),
        _ => None,
    }
}

fn of_run(findings: &Findings, run: &RunAnswer) -> Vec<Section> {
    [
        rollout::section(&run.rollouts),
        asked(&run.asked),
        section(findings, "Entries: response time", ("Entry", "entry"), ENTRIES),
        section(findings, "Nodes", ("Node", "node"), NODES),
        memory(run),
        services(findings),
    ]
    .into_iter()
    .filter(|section| !section.table.rows.is_empty())
    .collect()
}

/// The metrics asked for in the call.
fn asked(all: &[(MetricRef, Option<Metric>)]) -> Section {
    let row = |(metric, found): &(MetricRef, Option<Metric>)| {
        let name = match found {
            Some(found) => metric_name::of(found.name, &found.labels),
            None => metric_name::written(metric),
        };
        let value = match found.as_ref().map(|found| (found, found.estimate, &found.missing)) {
            Some((found, Some(estimate), _)) => quantity::plus_minus(&estimate, found.unit),
            Some((_, None, Some(why))) => format!("— {}", reason::missing(why)),
            Some((_, None, None)) => "—".to_owned(),
            None => "— its labels name nothing here".to_owned(),
        };
        vec![Cell::new(name), Cell::new(value)]
    };
    let columns = vec![("Metric", ColumnKind::Words), ("Simulated", ColumnKind::Phrases)];
    let table = Table { columns, rows: all.iter().map(row).collect() };
    Section { title: "Asked for", table, remarks: Vec::new() }
}

/// The use of each node's RAM.
fn memory(run: &RunAnswer) -> Section {
    Section {
        title: "Memory: who holds what",
        table: memory::table(&run.ledger),
        remarks: memory::remarks(&run.ledger),
    }
}

/// Services with visits of requests; the others only load their nodes.
fn services(findings: &Findings) -> Section {
    let mut section = section(findings, "Services", ("Service", "service"), SERVICES);
    let visited = |row: &Vec<Cell>| {
        let subject = ("service", row[0].text.as_str());
        find(findings, &SERVICES[1], subject).iter().any(|metric| metric.estimate.is_some())
    };
    let all = section.table.rows.len();
    section.table.rows.retain(visited);
    let left_out = all - section.table.rows.len();
    section.remarks.clear();
    if left_out > 0 {
        section.remarks.push(format!("{left_out} services without requests, see results.json"));
    }
    section
}

fn section(
    findings: &Findings,
    title: &'static str,
    (heading, label): (&'static str, &'static str),
    columns: &[Column],
) -> Section {
    let mut missing = Vec::new();
    let rows = subjects(findings, label, columns)
        .into_iter()
        .map(|subject| {
            let cells =
                columns.iter().map(|column| cell(findings, column, (label, subject), &mut missing));
            std::iter::once(Cell::new(subject)).chain(cells).collect()
        })
        .collect();
    let headings = columns.iter().map(|column| (column.0, ColumnKind::Numbers));
    let table = Table {
        columns: std::iter::once((heading, ColumnKind::Fixed)).chain(headings).collect(),
        rows,
    };
    Section { title, table: table.without_empty_columns(), remarks: told(missing) }
}

/// The rows: every value of `label` in the metrics of `columns`. With a single source, the row of all
/// sources would only repeat it.
fn subjects<'a>(findings: &'a Findings, label: &str, columns: &[Column]) -> Vec<&'a str> {
    let mut subjects: Vec<&str> = Vec::new();
    for metric in of_whole(findings) {
        let wanted = columns.iter().any(|column| column.1 == metric.name);
        if let Some(value) = value_of(metric, label).filter(|_| wanted)
            && !subjects.contains(&value)
        {
            subjects.push(value);
        }
    }
    if label == "entry" && subjects.len() == 2 {
        subjects.retain(|subject| *subject != ALL);
    }
    subjects
}

/// The metrics of the whole measured stretch: parts have a table of their own.
fn of_whole(findings: &Findings) -> impl Iterator<Item = &Metric> + Clone {
    findings.metrics.iter().filter(|metric| !is_of_part(&metric.labels))
}

fn value_of<'a>(metric: &'a Metric, label: &str) -> Option<&'a str> {
    metric.labels.iter().find(|(name, _)| *name == label).map(|(_, value)| value.as_str())
}

/// The metrics of `column`: the one with its labels, or, if endpoints are listed separately, one for
/// each of them.
fn find<'a>(
    findings: &'a Findings,
    column: &Column,
    (label, subject): (&str, &str),
) -> Vec<&'a Metric> {
    let fits = |metric: &Metric, except: &str| {
        let has = |(name, value): &(&str, &str)| {
            value_of(metric, name) == Some(*value) || *name == except
        };
        metric.name == column.1
            && value_of(metric, label) == Some(subject)
            && column.2.iter().all(has)
    };
    let metrics = of_whole(findings);
    match metrics.clone().find(|metric| fits(metric, "")) {
        Some(metric) => vec![metric],
        None => metrics.filter(|metric| fits(metric, "endpoint")).collect(),
    }
}

fn cell(
    findings: &Findings,
    column: &Column,
    row: (&str, &str),
    missing: &mut Vec<Missing>,
) -> Cell {
    let metrics = find(findings, column, row);
    let Some(first) = metrics.first() else {
        return Cell::default();
    };
    if let ([metric], Some(estimate)) = (metrics.as_slice(), &first.estimate) {
        return Cell::new(quantity::plus_minus(estimate, metric.unit));
    }
    let means = metrics.iter().filter_map(|metric| metric.estimate.as_ref());
    let means: Vec<f64> = means.map(|estimate| estimate.mean).collect();
    if let Some((low, high)) = ends(&means) {
        return Cell::new(quantity::spread(low, high, first.unit));
    }
    if let Some(why) = &first.missing {
        let (headings, subject) = (vec![column.0], row.1.to_owned());
        missing.push(Missing { headings, subject, reason: reason::missing(why) });
    }
    Cell::new("—")
}

fn ends(values: &[f64]) -> Option<(f64, f64)> {
    let low = values.iter().copied().reduce(f64::min)?;
    let high = values.iter().copied().reduce(f64::max)?;
    Some((low, high))
}

/// Numbers of one row that are missing for the same reason.
struct Missing {
    headings: Vec<&'static str>,
    subject: String,
    reason: String,
}

/// One line for each row and reason, limited in number.
fn told(missing: Vec<Missing>) -> Vec<String> {
    let mut rows: Vec<Missing> = Vec::new();
    for next in missing {
        match rows.last_mut() {
            Some(last) if last.subject == next.subject && last.reason == next.reason => {
                last.headings.extend(next.headings);
            }
            _ => rows.push(next),
        }
    }
    let more = rows.len().saturating_sub(MOST_REASONS);
    let shown = rows.iter().take(MOST_REASONS);
    let mut lines: Vec<String> = shown
        .map(|row| format!("{} of {}: {}", row.headings.join(", "), row.subject, row.reason))
        .collect();
    if more > 0 {
        lines.push(format!("… and {more} more, see results.json"));
    }
    lines
}
