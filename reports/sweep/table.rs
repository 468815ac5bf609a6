//! The tables of a sweep: a row a point, and what each number does.

use super::wording::{capital, long, node, place, short};
use crate::quantity;
use crate::table::{Cell, Kind, Table, Tone};
use wssim_experiment::findings::Metric;
use wssim_experiment::sweep::findings::{Change, PointFinding, Sweep};

/// A row a point: its values, its numbers with their intervals, and whether there is a steady state. Values
/// that are those of the row above are left out, but for the last.
pub(crate) fn points(sweep: &Sweep) -> Table<String> {
    let mut columns: Vec<(String, Kind)> = sweep
        .parameters
        .iter()
        .map(|parameter| {
            let kind = if parameter.numbers.is_some() { Kind::Numbers } else { Kind::Phrases };
            (parameter.path.clone(), kind)
        })
        .collect();
    let names_entries = names_entries(sweep);
    for change in &sweep.changes {
        let heading = change.column.as_ref().map(|told| short(told, names_entries));
        columns.push((heading.unwrap_or_default(), Kind::Numbers));
        if change.column.as_ref().is_some_and(|told| told.is_busiest) {
            columns.push(("Busiest".to_owned(), Kind::Phrases));
        }
    }
    columns.push(("Steady state".to_owned(), Kind::Phrases));
    let row = |at: usize| {
        let point = &sweep.points[at];
        let above = at.checked_sub(1).map(|above| &sweep.points[above]);
        let mut cells = values(point, above);
        for (metric, change) in point.metrics.iter().zip(&sweep.changes) {
            cells.push(number(metric.as_ref()));
            if change.column.as_ref().is_some_and(|told| told.is_busiest) {
                let name = metric.as_ref().and_then(node).unwrap_or_default();
                cells.push(Cell::new(name));
            }
        }
        cells.push(steady(point));
        cells
    };
    let table = Table { columns, rows: (0..sweep.points.len()).map(row).collect() };
    table.without_empty_columns()
}

/// Whether a number is told of more than one entry.
fn names_entries(sweep: &Sweep) -> bool {
    let labels = sweep.changes.iter().filter_map(|change| change.column.as_ref());
    let entries = labels.flat_map(|told| &told.labels).filter(|(name, _)| *name == "entry");
    let mut entries: Vec<&str> = entries.map(|(_, value)| value.as_str()).collect();
    entries.sort_unstable();
    entries.dedup();
    entries.len() > 1
}

fn values(point: &PointFinding, above: Option<&PointFinding>) -> Vec<Cell> {
    let last = point.values.len() - 1;
    let same = |at: usize| {
        above.is_some_and(|above| (0..=at).all(|at| above.values[at] == point.values[at]))
    };
    let cell = |at: usize| {
        let mark = if at == last && point.is_added { "+ " } else { "" };
        match at {
            _ if at < last && same(at) => Cell::default(),
            _ => Cell::new(format!("{mark}{}", point.values[at].text)),
        }
    };
    (0..point.values.len()).map(cell).collect()
}

fn number(metric: Option<&Metric>) -> Cell {
    let estimate = metric.and_then(|metric| Some((metric.estimate.as_ref()?, metric.unit)));
    match estimate {
        Some((estimate, unit)) => Cell::new(quantity::plus_minus(estimate, unit)),
        None => Cell::new("—"),
    }
}

/// Empty where there is one.
fn steady(point: &PointFinding) -> Cell {
    if point.is_steady() { Cell::default() } else { Cell::toned("none", Tone::Bad) }
}

/// What each number does: its extremes, its largest step, and how many neighbours differ.
pub(crate) fn changes(sweep: &Sweep) -> Table {
    let columns = vec![
        ("Number", Kind::Words),
        ("Least at", Kind::Phrases),
        ("Greatest at", Kind::Phrases),
        ("Largest step", Kind::Numbers),
        ("Between", Kind::Phrases),
        ("Neighbours that differ", Kind::Fixed),
    ];
    let rows = sweep.changes.iter().filter_map(|change| change_row(sweep, change)).collect();
    Table { columns, rows }
}

fn change_row(sweep: &Sweep, change: &Change) -> Option<Vec<Cell>> {
    let told = change.column.as_ref()?;
    let [least, most] = change.extremes?;
    let differs = sweep.points.len() > 1 && change.differ > 0;
    let at = |point: usize| Cell::new(if differs { place(sweep, point) } else { String::new() });
    let jump = change.jump.as_ref().filter(|_| change.differ > 0);
    let along = |point: usize| sweep.points[point].values[sweep.axis].text.clone();
    let step = jump.and_then(|jump| jump.difference.as_ref());
    let step = step.map_or_else(String::new, |step| quantity::plain(step.mean, told.unit, true));
    let between = jump
        .map_or_else(String::new, |jump| format!("{} and {}", along(jump.from), along(jump.to)));
    Some(vec![
        Cell::new(capital(&long(told))),
        at(least),
        at(most),
        Cell::new(step),
        Cell::new(between),
        Cell::new(format!("{} of {}", change.differ, change.pairs)),
    ])
}
