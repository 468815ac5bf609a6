//! `sweep.csv`: a row for each point: replications, its values, and mean and interval of each number in
//! base units. An unknown number is an empty field; `steady_state` says whether there is one.

use crate::escape;
use crate::number::twelve_digits;
use wssim_experiment::findings::{Answer, Findings, Metric};
use wssim_experiment::sweep::findings::{PointFinding, PointNumber, Sweep};

/// Headings of the first columns; parameters and numbers follow.
pub const COLUMNS: [&str; 4] = ["point", "added", "replications", "steady_state"];

/// The file.
#[must_use]
pub fn render(findings: &Findings) -> String {
    let mut writer = csv::Writer::from_writer(Vec::new());
    if let Answer::Sweep(sweep) = &findings.answer {
        let mut write = |row: Vec<String>| {
            writer.write_record(row).expect("memory takes every row of equal length");
        };
        write(headings(sweep));
        let points = sweep.points.iter().enumerate();
        points.for_each(|(number, point)| write(row(sweep, number, point)));
    }
    let bytes = writer.into_inner().expect("memory has nothing left to flush");
    String::from_utf8(bytes).expect("fields are UTF-8 and so are separators")
}

fn headings(sweep: &Sweep) -> Vec<String> {
    let mut row: Vec<String> = COLUMNS.map(str::to_owned).into();
    row.extend(sweep.parameters.iter().map(|parameter| escape::spreadsheet(&parameter.path)));
    for change in &sweep.changes {
        let name = change.column.as_ref().map(name).unwrap_or_default();
        row.extend(["mean", "ci_low", "ci_high"].map(|part| format!("{name} {part}")));
        row.extend(is_busiest(change.column.as_ref()).then(|| "busiest_node".to_owned()));
    }
    row
}

/// The name and its labels, as Prometheus writes them.
fn name(told: &PointNumber) -> String {
    if told.labels.is_empty() {
        return told.name.to_owned();
    }
    let labels = told.labels.iter().map(|(name, value)| (*name, value.as_str()));
    format!("{}{{{}}}", told.name, escape::labels(labels))
}

fn is_busiest(told: Option<&PointNumber>) -> bool {
    told.is_some_and(|told| told.is_busiest)
}

fn row(sweep: &Sweep, number: usize, point: &PointFinding) -> Vec<String> {
    let mut row = vec![
        (number + 1).to_string(),
        point.is_added.to_string(),
        point.replications.to_string(),
        point.is_steady().to_string(),
    ];
    row.extend(point.values.iter().map(|value| escape::spreadsheet(&value.text)));
    for (metric, change) in point.metrics.iter().zip(&sweep.changes) {
        row.extend(numbers(metric.as_ref()));
        if is_busiest(change.column.as_ref()) {
            let node = metric.as_ref().and_then(super::wording::node).unwrap_or_default();
            row.push(escape::spreadsheet(node));
        }
    }
    row
}

fn numbers(metric: Option<&Metric>) -> [String; 3] {
    let estimate = metric.and_then(|metric| metric.estimate.as_ref());
    let number = |value: Option<f64>| {
        value.and_then(twelve_digits).map_or_else(String::new, |value| value.to_string())
    };
    [
        number(estimate.map(|estimate| estimate.mean)),
        number(estimate.map(|estimate| estimate.low)),
        number(estimate.map(|estimate| estimate.high)),
    ]
}
