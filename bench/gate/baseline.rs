//! Compares machine-independent counts with those in `bench/baseline.csv`. A count that grew by more
//! than its row allows fails the gate; `gate --write-baseline` writes the counts of this program, which
//! shows in the commit that does it.

use crate::figure::GateFigure;
use std::io;

/// The file of counts.
const FILE: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/baseline.csv");
/// Its columns.
const COLUMNS: [&str; 3] = ["count", "value", "allowed_percent"];
/// Allowed growth of a new count, in per cent.
const ALLOWED: f64 = 1.0;

/// A count of this program.
pub(crate) struct GateCount {
    pub(crate) what: &'static str,
    pub(crate) value: f64,
}

/// A row of the file.
struct Row {
    what: String,
    value: f64,
    allowed_percent: f64,
}

/// Each count with its old value; one missing in the file or in the program fails.
pub(crate) fn figures(counts: &[GateCount]) -> Vec<GateFigure> {
    let rows = rows();
    let mut figures: Vec<GateFigure> = counts
        .iter()
        .map(|count| {
            let row = rows.iter().find(|row| row.what == count.what);
            let bound = row.map_or(f64::NAN, |row| row.value * (1.0 + row.allowed_percent / 100.0));
            GateFigure::at_most(count.what, count.value, bound)
        })
        .collect();
    if rows.iter().any(|row| counts.iter().all(|count| count.what != row.what)) {
        figures.push(GateFigure::at_most(
            "rows of bench/baseline.csv that nothing counts",
            1.0,
            0.0,
        ));
    }
    figures
}

/// Writes the counts; the allowed growth of each stays.
///
/// # Errors
/// When the file cannot be written.
pub(crate) fn write(counts: &[GateCount]) -> io::Result<()> {
    if let Some(count) = counts.iter().find(|count| !count.value.is_finite()) {
        return Err(io::Error::other(format!("{} could not be counted", count.what)));
    }
    let rows = rows();
    let mut table = csv::Writer::from_path(FILE)?;
    table.write_record(COLUMNS)?;
    for count in counts {
        let row = rows.iter().find(|row| row.what == count.what);
        let allowed = row.map_or(ALLOWED, |row| row.allowed_percent);
        table.write_record([count.what, &format!("{:.3}", count.value), &allowed.to_string()])?;
    }
    table.flush()
}

fn rows() -> Vec<Row> {
    let Ok(mut table) = csv::Reader::from_path(FILE) else { return Vec::new() };
    table.records().filter_map(|record| row(&record.ok()?)).collect()
}

fn row(record: &csv::StringRecord) -> Option<Row> {
    Some(Row {
        what: record.get(0)?.to_owned(),
        value: record.get(1)?.parse().ok()?,
        allowed_percent: record.get(2)?.parse().ok()?,
    })
}
