//! `compare.csv`: a row for each metric and scenario beside the baseline, numbers in base units.

use crate::escape;
use crate::number::twelve_digits;
use wssim_experiment::compare::findings::{Beside, ComparedMetric, Comparison};
use wssim_experiment::findings::{Answer, Findings};
use wssim_stats::Estimate;

/// Headings of the columns.
pub const COLUMNS: [&str; 18] = [
    "name",
    "labels",
    "unit",
    "baseline",
    "scenario",
    "before_mean",
    "before_ci_low",
    "before_ci_high",
    "after_mean",
    "after_ci_low",
    "after_ci_high",
    "change_mean",
    "change_ci_low",
    "change_ci_high",
    "relative_mean",
    "relative_ci_low",
    "relative_ci_high",
    "variance_reduction",
];

/// The file.
#[must_use]
pub fn render(findings: &Findings) -> String {
    let mut writer = csv::Writer::from_writer(Vec::new());
    let mut write = |row: Vec<String>| {
        writer.write_record(row).expect("memory takes every row of equal length");
    };
    write(COLUMNS.map(str::to_owned).to_vec());
    if let Answer::Compare(comparison) = &findings.answer {
        for row in &comparison.rows {
            for (place, beside) in row.others.iter().enumerate() {
                write(cells(comparison, row, place, beside));
            }
        }
    }
    let bytes = writer.into_inner().expect("memory has nothing left to flush");
    String::from_utf8(bytes).expect("fields are UTF-8 and so are separators")
}

fn cells(
    comparison: &Comparison,
    row: &ComparedMetric,
    place: usize,
    beside: &Beside,
) -> Vec<String> {
    let labels = row.labels.iter().map(|(name, value)| (*name, value.as_str()));
    let mut cells = vec![
        row.name.to_owned(),
        escape::spreadsheet(&escape::labels(labels)),
        row.unit.to_owned(),
        escape::spreadsheet(&comparison.baseline.name),
        escape::spreadsheet(&comparison.others[place].name),
    ];
    for estimate in [&row.before, &beside.after, &beside.change, &beside.relative] {
        cells.extend(interval(estimate.as_ref()));
    }
    cells.push(number(beside.variance_reduction));
    cells
}

fn interval(estimate: Option<&Estimate>) -> [String; 3] {
    let ends = [|e: &Estimate| e.mean, |e: &Estimate| e.low, |e: &Estimate| e.high];
    ends.map(|end| number(estimate.map(end)))
}

fn number(value: Option<f64>) -> String {
    value.and_then(twelve_digits).map_or_else(String::new, |value| value.to_string())
}
