//! The tables of a sweep: a row for each point, and the course of each number.

use super::wording::{capital, difference, long, node, place, short};
use crate::quantity;
use crate::table::{Cell, ColumnKind, Table, Tone};
use wssim_experiment::findings::Metric;
use wssim_experiment::sweep::findings::{GridChange, PointFinding, Sweep};

/// A row for each point: its values, the one along the axis last, its numbers with their intervals, and
/// whether there is a steady state. Values equal to those of the row above are left out, except the
/// last.
pub(crate) fn points(sweep: &Sweep) -> Table<String> {
    let order = order(sweep);
    let parameter = |at: &usize| {
        let parameter = &sweep.parameters[*at];
        let kind =
            if parameter.numbers.is_some() { ColumnKind::Numbers } else { ColumnKind::Phrases };
        (parameter.path.clone(), kind)
    };
    let mut columns: Vec<(String, ColumnKind)> = order.iter().map(parameter).collect();
    let names_entries = names_entries(sweep);
    for (at, change) in sweep.changes.iter().enumerate() {
        let told = change.column.as_ref();
        let one = told.filter(|told| told.is_busiest).and_then(|_| one_node(sweep, at));
        let heading = told.map(|told| short(told, names_entries));
        let heading = one.map(|node| format!("CPU of {node}")).or(heading);
        columns.push((heading.unwrap_or_default(), ColumnKind::Numbers));
        if told.is_some_and(|told| told.is_busiest) {
            columns.push(("Busiest".to_owned(), ColumnKind::Phrases));
        }
        if by_formulas(sweep) == Some(at) {
            columns.push(("by formulas".to_owned(), ColumnKind::Numbers));
        }
    }
    columns.push(("Steady state".to_owned(), ColumnKind::Phrases));
    let rows = (0..sweep.points.len()).map(|at| row(sweep, at, &order)).collect();
    Table { columns, rows }.without_empty_columns()
}

/// Places of the parameters, the axis last.
fn order(sweep: &Sweep) -> Vec<usize> {
    let others = (0..sweep.parameters.len()).filter(|at| *at != sweep.axis);
    others.chain([sweep.axis]).collect()
}

fn row(sweep: &Sweep, at: usize, order: &[usize]) -> Vec<Cell> {
    let point = &sweep.points[at];
    let above = at.checked_sub(1).map(|above| &sweep.points[above]);
    let mut cells = values(point, above, order);
    for (place, (metric, change)) in point.metrics.iter().zip(&sweep.changes).enumerate() {
        cells.push(number(metric.as_ref()));
        if change.column.as_ref().is_some_and(|told| told.is_busiest) {
            let name = metric.as_ref().and_then(node).unwrap_or_default();
            let is_one = one_node(sweep, place).is_some();
            cells.push(Cell::new(if is_one { "" } else { name }));
        }
        if by_formulas(sweep) == Some(place) {
            cells.push(formula(point, place, metric.as_ref()));
        }
    }
    cells.push(steady(point));
    cells
}

/// The first number with a formula: its analytic value is shown beside it.
fn by_formulas(sweep: &Sweep) -> Option<usize> {
    let has = |at: &usize| sweep.points.iter().any(|point| point.formulas[*at].is_some());
    (0..sweep.changes.len()).find(has)
}

/// The analytic value of a number; empty without a steady state.
fn formula(point: &PointFinding, at: usize, metric: Option<&Metric>) -> Cell {
    let value = point.formulas[at].map(|formula| formula.value).filter(|value| value.is_finite());
    match (value, metric) {
        (Some(value), Some(metric)) => Cell::new(quantity::rough(value, metric.unit)),
        _ => Cell::new("—"),
    }
}

/// The node that is the busiest at every point, if it is always the same.
fn one_node(sweep: &Sweep, at: usize) -> Option<&str> {
    let mut nodes = sweep.points.iter().filter_map(|point| node(point.metrics[at].as_ref()?));
    let first = nodes.next()?;
    nodes.all(|node| node == first).then_some(first)
}

/// Whether a number is shown for more than one entry.
fn names_entries(sweep: &Sweep) -> bool {
    let labels = sweep.changes.iter().filter_map(|change| change.column.as_ref());
    let entries = labels.flat_map(|told| &told.labels).filter(|(name, _)| *name == "entry");
    let mut entries: Vec<&str> = entries.map(|(_, value)| value.as_str()).collect();
    entries.sort_unstable();
    entries.dedup();
    entries.len() > 1
}

fn values(point: &PointFinding, above: Option<&PointFinding>, order: &[usize]) -> Vec<Cell> {
    let last = order.len() - 1;
    let same = |place: usize| {
        let is_same = |above: &PointFinding| {
            order[..=place].iter().all(|at| above.values[*at] == point.values[*at])
        };
        above.is_some_and(is_same)
    };
    let cell = |place: usize| {
        let text = &point.values[order[place]].text;
        match place {
            _ if place < last && same(place) => Cell::default(),
            _ if place == last && point.is_added => Cell::new(format!("+ {text}")),
            _ => Cell::new(text.clone()),
        }
    };
    (0..order.len()).map(cell).collect()
}

fn number(metric: Option<&Metric>) -> Cell {
    let estimate = metric.and_then(|metric| Some((metric.estimate.as_ref()?, metric.unit)));
    match estimate {
        Some((estimate, unit)) => Cell::new(quantity::plus_minus(estimate, unit)),
        None => Cell::new("—"),
    }
}

/// Empty with a steady state.
fn steady(point: &PointFinding) -> Cell {
    match point.overfull {
        Some(_) => Cell::toned("more than fits", Tone::Bad),
        None if point.is_steady() => Cell::default(),
        None => Cell::toned("none", Tone::Bad),
    }
}

/// The course of each number: its extremes, its largest step, and how many neighbours differ.
pub(crate) fn changes(sweep: &Sweep) -> Table {
    let columns = vec![
        ("Number", ColumnKind::Words),
        ("Least at", ColumnKind::Phrases),
        ("Greatest at", ColumnKind::Phrases),
        ("Largest step", ColumnKind::Numbers),
        ("Between", ColumnKind::Phrases),
        ("Neighbours that differ", ColumnKind::Fixed),
    ];
    let rows = sweep.changes.iter().filter_map(|change| change_row(sweep, change)).collect();
    Table { columns, rows }
}

fn change_row(sweep: &Sweep, change: &GridChange) -> Option<Vec<Cell>> {
    let told = change.column.as_ref()?;
    let [least, most] = change.extremes?;
    let differs = sweep.points.len() > 1 && change.differ > 0;
    let at = |point: usize| Cell::new(if differs { place(sweep, point) } else { String::new() });
    let jump = change.jump.as_ref().filter(|_| change.differ > 0);
    let along = |point: usize| sweep.points[point].values[sweep.axis].text.clone();
    let step = jump.and_then(|jump| jump.difference.as_ref());
    let step = step.map_or_else(String::new, |step| difference(step.mean, told.unit));
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
