//! The table: a row for each metric, with the claims about it and their verdicts below.

use crate::metric_name;
use crate::quantity;
use crate::said::{plan, verdict_name};
use crate::table::{Cell, ColumnKind, Table};
use wssim_experiment::compare::findings::{Beside, ComparedMetric, Comparison, Of};
use wssim_experiment::findings::{Findings, JudgedClaim};
use wssim_stats::Estimate;

/// A missing number.
pub(super) const NONE: &str = "—";

/// A table for each scenario beside the baseline, with the names of the two.
pub(crate) fn tables(findings: &Findings, comparison: &Comparison) -> Vec<(String, Table)> {
    let of = |(other, named): (usize, &wssim_experiment::compare::findings::Named)| {
        let title = format!("{} → {}", comparison.baseline.name, named.name);
        (title, table(findings, comparison, other))
    };
    comparison.others.iter().enumerate().map(of).collect()
}

fn table(findings: &Findings, comparison: &Comparison, other: usize) -> Table {
    let columns = vec![
        ("Metric", ColumnKind::Words),
        ("Before", ColumnKind::Numbers),
        ("After", ColumnKind::Numbers),
        ("Change", ColumnKind::Numbers),
    ];
    let is_there = |row: &&ComparedMetric| {
        row.before.is_some() || row.others[other].after.is_some() || !row.said.is_empty()
    };
    let rows = comparison.rows.iter().filter(is_there);
    Table { columns, rows: rows.flat_map(|row| lines(findings, row, other)).collect() }
}

/// A metric, the claims about it, and the verdicts.
fn lines(findings: &Findings, row: &ComparedMetric, other: usize) -> Vec<Vec<Cell>> {
    let number = |estimate: &Option<Estimate>| {
        let text = estimate.as_ref().map(|estimate| quantity::plus_minus(estimate, row.unit));
        Cell::new(text.unwrap_or_else(|| NONE.to_owned()))
    };
    let beside = &row.others[other];
    let mut lines = vec![vec![
        Cell::new(metric_name::of(row.name, &row.labels)),
        number(&row.before),
        number(&beside.after),
        Cell::new(change(beside, row.unit)),
    ]];
    let of = [Of::Before, Of::After(other), Of::Change(other)];
    let said = of.map(|of| about(findings, row, of));
    if said.iter().all(Vec::is_empty) {
        return lines;
    }
    let line = |name: &str, cell: fn(&[&JudgedClaim]) -> Cell| {
        let cells = said.iter().map(|claims| cell(claims));
        std::iter::once(Cell::new(name)).chain(cells).collect()
    };
    lines.push(line("· plan", said_of));
    lines.push(line("· verdict", verdicts));
    lines
}

/// `−0.14 ±0.01 (−39 %)`.
pub(crate) fn change(beside: &Beside, unit: &str) -> String {
    let Some(change) = &beside.change else { return NONE.to_owned() };
    if change.mean == 0.0 && change.half_width() == 0.0 {
        return "none".to_owned();
    }
    let absolute = quantity::change(change, unit);
    // A share of a share would be confusing.
    match beside.relative.as_ref().filter(|_| unit != "ratio") {
        Some(relative) => format!("{absolute} ({})", quantity::share_of_change(relative)),
        None => absolute,
    }
}

fn about<'f>(findings: &'f Findings, row: &ComparedMetric, of: Of) -> Vec<&'f JudgedClaim> {
    let said = row.said.iter().filter(|said| said.of == of);
    said.map(|said| &findings.claims[said.claim]).collect()
}

fn said_of(claims: &[&JudgedClaim]) -> Cell {
    let mut plans: Vec<String> = claims.iter().map(|judged| range(judged)).collect();
    plans.dedup();
    Cell::new(plans.join("; "))
}

/// The plan's value; for a point the range around it.
fn range(judged: &JudgedClaim) -> String {
    let text = plan(judged);
    text.split_once(" (±").map_or(text.clone(), |(range, _)| range.to_owned())
}

/// Verdicts; the worst determines the colour.
fn verdicts(claims: &[&JudgedClaim]) -> Cell {
    let cells: Vec<Cell> = claims.iter().map(|judged| verdict_name(judged)).collect();
    let mut text: Vec<&str> = cells.iter().map(|cell| cell.text.as_str()).collect();
    text.dedup();
    let tone = cells.iter().map(|cell| cell.tone).max_by_key(|tone| tone.weight());
    Cell::toned(text.join("; "), tone.unwrap_or_default())
}
