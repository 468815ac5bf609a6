//! The report of `compare`: the plan's table with simulated numbers, in text and Markdown; `compare.csv`
//! beside it.
//!
//! ```text
//!   row    ─► Metric     Before       After        Change
//!   said   ─►   plan     the claim about each of the three
//!             verdict    the verdict on it
//! ```

pub mod csv;
pub(crate) mod json;
mod table;
mod trials;
mod words;

pub(crate) use table::{change, tables};
pub(crate) use trials::section as trials;
pub(crate) use words::{answer, title};

use crate::metric_name;
use crate::reason;
use crate::table::{Cell, ColumnKind, Section, Table};
use wssim_experiment::compare::findings::Comparison;
use wssim_experiment::reason::Whole;

/// The sections below the table: the effect of common random numbers, and the components of the changes.
pub(crate) fn sections(comparison: &Comparison) -> Vec<Section> {
    carried(comparison).into_iter().collect()
}

/// The components of the changes, with the scenario if there are several.
fn carried(comparison: &Comparison) -> Option<Section> {
    let others = || 0..comparison.others.len();
    let is_one = comparison.others.len() == 1;
    let rows: Vec<Vec<Cell>> = others().flat_map(|other| carried_by(comparison, other)).collect();
    let mut columns = vec![("Metric", ColumnKind::Words), ("Changes most by", ColumnKind::Prose)];
    if !is_one {
        columns.insert(0, ("Scenario", ColumnKind::Fixed));
    }
    let table = Table { columns, rows };
    let remark = |other: usize| {
        let remark = words::pairing(comparison, other)?;
        let name = &comparison.others[other].name;
        Some(if is_one { remark } else { format!("{name}: {remark}") })
    };
    let (title, remarks) = ("What carries the changes", others().filter_map(remark).collect());
    (!table.rows.is_empty()).then_some(Section { title, table, remarks })
}

/// Changes with known components; all times that are parts of a request share theirs.
fn carried_by(comparison: &Comparison, other: usize) -> Vec<Vec<Cell>> {
    let (mut rows, mut told) = (Vec::new(), Vec::new());
    let is_one = comparison.others.len() == 1;
    for row in &comparison.rows {
        let Some(carried) = &row.others[other].carried_by else { continue };
        let parts = reason::parts(carried);
        if !told.contains(&parts) {
            let is_request = carried.of == Whole::RequestTime;
            let name = if is_request {
                "Time of a request".to_owned()
            } else {
                metric_name::of(row.name, &row.labels)
            };
            let scenario = if rows.is_empty() { &comparison.others[other].name } else { "" };
            let mut row = vec![Cell::new(name), Cell::new(parts.clone())];
            if !is_one {
                row.insert(0, Cell::new(scenario));
            }
            rows.push(row);
            told.push(parts);
        }
    }
    rows
}

#[cfg(test)]
pub(crate) mod tests;
