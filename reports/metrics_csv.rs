//! `metrics.csv`: a row for each metric, numbers in base units, labels in one column as Prometheus
//! writes them.
//!
//! A missing estimate or bound is an empty field. A text that a spreadsheet would run as a formula is
//! quoted.

use crate::escape;
use crate::number::twelve_digits;
use wssim_experiment::findings::{Findings, Metric};

/// Headings of the columns.
pub const COLUMNS: [&str; 7] = ["name", "labels", "unit", "mean", "ci_low", "ci_high", "n"];

/// The file.
#[must_use]
pub fn render(findings: &Findings) -> String {
    let mut writer = csv::Writer::from_writer(Vec::new());
    let mut write = |row: [String; 7]| {
        writer.write_record(row).expect("memory takes every row of equal length");
    };
    write(COLUMNS.map(str::to_owned));
    for metric in &findings.metrics {
        write(row(metric));
    }
    let bytes = writer.into_inner().expect("memory has nothing left to flush");
    String::from_utf8(bytes).expect("fields are UTF-8 and so are separators")
}

fn row(metric: &Metric) -> [String; 7] {
    let labels = metric.labels.iter().map(|(name, value)| (*name, value.as_str()));
    let estimate = metric.estimate.as_ref();
    let number = |value: Option<f64>| {
        value.and_then(twelve_digits).map_or_else(String::new, |value| value.to_string())
    };
    [
        metric.name.to_owned(),
        escape::spreadsheet(&escape::labels(labels)),
        metric.unit.to_owned(),
        number(estimate.map(|estimate| estimate.mean)),
        number(estimate.map(|estimate| estimate.low)),
        number(estimate.map(|estimate| estimate.high)),
        estimate.map_or_else(String::new, |estimate| estimate.n.to_string()),
    ]
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::sample;

    #[test]
    fn the_file_is_as_golden() {
        sample::assert_golden("metrics.csv", &render(&sample::findings()));
    }

    #[test]
    fn hostile_names_are_one_field_and_no_formula() {
        let text = render(&sample::hostile());
        let mut reader = csv::Reader::from_reader(text.as_bytes());
        for record in reader.records() {
            let record = record.unwrap();
            assert_eq!(record.len(), COLUMNS.len());
            for text in [0, 1, 2].map(|at| &record[at]) {
                assert!(!text.starts_with(['=', '+', '-', '@', '\t']), "{text}");
            }
        }
    }
}
