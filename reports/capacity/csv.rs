//! `capacity.csv`: a row for each tried value and condition, numbers in base units.

use crate::escape;
use crate::number::twelve_digits;
use wssim_experiment::capacity::findings::{AskedCondition, Capacity, Tried, ValueState};
use wssim_experiment::findings::{Answer, Findings};
use wssim_stats::Estimate;

/// Headings of the columns.
pub const COLUMNS: [&str; 10] = [
    "key",
    "value",
    "state",
    "replications",
    "name",
    "labels",
    "unit",
    "mean",
    "ci_low",
    "ci_high",
];

/// The file.
#[must_use]
pub fn render(findings: &Findings) -> String {
    let mut writer = csv::Writer::from_writer(Vec::new());
    let mut write = |row: [String; 10]| {
        writer.write_record(row).expect("memory takes every row of equal length");
    };
    write(COLUMNS.map(str::to_owned));
    if let Answer::Capacity(capacity) = &findings.answer {
        for tried in &capacity.search.tried {
            for (asked, value) in capacity.conditions.iter().zip(&tried.values) {
                write(row(capacity, tried, asked, value.as_ref()));
            }
        }
    }
    let bytes = writer.into_inner().expect("memory has nothing left to flush");
    String::from_utf8(bytes).expect("fields are UTF-8 and so are separators")
}

fn row(
    capacity: &Capacity,
    tried: &Tried,
    asked: &AskedCondition,
    value: Option<&Estimate>,
) -> [String; 10] {
    let labels = asked.labels.iter().map(|(name, value)| (*name, value.as_str()));
    let number = |of: fn(&Estimate) -> f64| {
        value.map(of).and_then(twelve_digits).map_or_else(String::new, |value| value.to_string())
    };
    let state = match tried.state {
        ValueState::Kept => "kept",
        ValueState::Missed => "missed",
        ValueState::Open => "open",
    };
    [
        escape::spreadsheet(&capacity.key),
        escape::spreadsheet(&tried.text),
        state.to_owned(),
        tried.replications.to_string(),
        asked.name.to_owned(),
        escape::spreadsheet(&escape::labels(labels)),
        asked.unit.to_owned(),
        number(|estimate| estimate.mean),
        number(|estimate| estimate.low),
        number(|estimate| estimate.high),
    ]
}
