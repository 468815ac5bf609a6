//! The one table of metrics: name, unit, labels, meaning, the study that measures it, and its reader.
//! Each theme has a file; documents are tested against the table.

mod capacity;
mod failing;
mod failures;
mod labels;
mod memory;
mod migrate;
mod nodes;
pub(crate) mod quantity;
mod requests;
mod row;
mod services;

pub(crate) use failing::{can_be_down, can_fail};
pub use labels::{ALL, STATS, UNFINISHED, reasons};
pub(crate) use labels::{MEAN, P95, Stat};
pub use row::{MeasuredBy, MetricKind, RegressionLimit, Row, Worse};
pub(crate) use row::{MetricReader, OfCapacity, OfHistory, OfMigrate, OfSets, OfYears};

use row::kind;

/// The themes of the table.
const THEMES: [&[Row]; 7] = [
    requests::ROWS,
    services::ROWS,
    nodes::ROWS,
    memory::ROWS,
    failures::ROWS,
    capacity::ROWS,
    migrate::ROWS,
];

/// Metrics that a claim may name but no study measures yet.
pub const PLANNED: &[MetricKind] = &[kind(
    "recovery_seconds",
    "seconds",
    &["group", "node"],
    "from the fault until it answers again",
)];

/// Every metric that is measured; within a theme in the order of names.
pub fn table() -> impl Iterator<Item = &'static Row> {
    THEMES.into_iter().flatten()
}

/// The row of the metric named `name`, if it is measured.
#[must_use]
pub fn row_of(name: &str) -> Option<&'static Row> {
    table().find(|row| row.kind.name == name)
}

/// The kind named `name`, among measured metrics.
#[must_use]
pub fn kind_of(name: &str) -> Option<&'static MetricKind> {
    row_of(name).map(|row| &row.kind)
}

/// The base unit of the metric named `name`, measured or planned.
#[must_use]
pub fn unit_of(name: &str) -> &'static str {
    let mut kinds = table().map(|row| &row.kind).chain(PLANNED);
    kinds.find(|kind| kind.name == name).map_or("", |kind| kind.unit)
}

#[test]
fn a_name_has_one_row() {
    let mut names: Vec<&str> = table().map(|row| row.kind.name).collect();
    names.sort_unstable();
    let all = names.len();
    names.dedup();
    assert_eq!(names.len(), all, "{names:?}");
}
