//! The table of a comparison: a row for each number or claim, grouped by outcome.

use crate::metric_name;
use crate::quantity::{about, change, percent, three_digits};
use crate::table::{Cell, ColumnKind, Table, Tone};
use wssim_experiment::findings::Verdict;
use wssim_experiment::metric::Worse;
use wssim_experiment::regression::findings::{ChangeStatus, ClaimRow, ComparedNumber, Difference};

/// Relative change from which it is shown as a multiple.
const MANY: f64 = 10.0;
/// A missing number.
const NONE: &str = "—";

/// Rows in groups.
pub(crate) struct Listed {
    pub(crate) rows: Table,
    /// The name and number of rows of each group.
    pub(crate) groups: Vec<(Cell, usize)>,
}

impl Listed {
    /// One table with the group in its first column.
    pub(crate) fn in_one(&self) -> Table {
        self.rows.with_groups("", &self.groups)
    }
}

/// Worse, missing, better and new ones; with `all` the others, too.
pub(crate) fn listed(difference: &Difference, all: bool) -> Listed {
    let columns = vec![
        ("Number", ColumnKind::Prose),
        ("Baseline", ColumnKind::Numbers),
        ("Now", ColumnKind::Numbers),
        ("Change", ColumnKind::Numbers),
        ("Allowed", ColumnKind::Numbers),
    ];
    let mut groups = Vec::new();
    let mut rows = Vec::new();
    for (name, tone, is_listed, belongs) in GROUPS {
        if !is_listed && !all {
            continue;
        }
        let claims = difference.claims.iter().filter(|claim| belongs(claim.standing));
        let numbers = difference.rows.iter().filter(|row| belongs(row.standing));
        let own: Vec<Vec<Cell>> = claims.map(claim).chain(numbers.map(number)).collect();
        if !own.is_empty() {
            groups.push((Cell::toned(name, tone), own.len()));
            rows.extend(own);
        }
    }
    Listed { rows: Table { columns, rows }, groups }
}

/// Name, colour, whether it is always listed, and its condition.
type Group = (&'static str, Tone, bool, fn(ChangeStatus) -> bool);

const GROUPS: [Group; 6] = [
    ("Regressed", Tone::Bad, true, |one| one == ChangeStatus::Regressed),
    ("Missing", Tone::Bad, true, |one| one == ChangeStatus::Missing),
    ("Improved", Tone::Good, true, |one| one == ChangeStatus::Improved),
    ("New", Tone::Plain, true, |one| one == ChangeStatus::New),
    ("Too close to call", Tone::Open, false, |one| matches!(one, ChangeStatus::Unclear { .. })),
    ("Within the limit", Tone::Plain, false, |one| one == ChangeStatus::Within),
];

fn claim(row: &ClaimRow) -> Vec<Cell> {
    let [before, now] = [row.before, row.now].map(verdict).map(Cell::new);
    vec![Cell::new(row.text.clone()), before, now, Cell::default(), Cell::default()]
}

fn verdict(verdict: Option<Verdict>) -> &'static str {
    verdict.map_or(NONE, Verdict::name)
}

/// `holds → refuted`.
pub(crate) fn verdicts(row: &ClaimRow) -> String {
    format!("{} → {}", verdict(row.before), verdict(row.now))
}

fn number(row: &ComparedNumber) -> Vec<Cell> {
    let value = |value: Option<f64>| {
        Cell::new(value.map_or(NONE.to_owned(), |value| three_digits(value, &row.unit, false)))
    };
    vec![
        Cell::new(name(row)),
        value(row.before),
        value(row.now),
        Cell::new(changed(row)),
        Cell::new(allowed(row)),
    ]
}

/// `Response time, web, p95`.
pub(crate) fn name(row: &ComparedNumber) -> String {
    metric_name::of(&row.key.name, &row.key.labels)
}

/// `+248 ±12 ms (+144 %)`.
pub(crate) fn changed(row: &ComparedNumber) -> String {
    let Some(estimate) = &row.change else { return String::new() };
    if estimate.mean == 0.0 && estimate.half_width() == 0.0 {
        return "none".to_owned();
    }
    let absolute = change(estimate, &row.unit);
    match row.before.filter(|before| row.unit != "ratio" && *before != 0.0) {
        Some(before) => format!("{absolute} ({})", signed(estimate.mean / before.abs())),
        None => absolute,
    }
}

/// `+144 %`, or `26 times as much`.
fn signed(share: f64) -> String {
    match share {
        MANY.. => format!("{} times as much", about(1.0 + share)),
        ..0.0 => format!("−{}", percent(-share)),
        _ => format!("+{}", percent(share)),
    }
}

/// `+8.6 ms`: the allowed change for the worse.
fn allowed(row: &ComparedNumber) -> String {
    let sign = match row.limit.worse {
        _ if row.allowed == 0.0 => "",
        Worse::Higher => "+",
        Worse::Lower => "−",
    };
    let amount = three_digits(row.allowed, &row.unit, false);
    // A change of a share is in points.
    match amount.strip_suffix(" %") {
        Some(points) => format!("{sign}{points} points"),
        None => format!("{sign}{amount}"),
    }
}

/// `172 ms → 420 ms, +248 ±12 ms (+144 %); +8.6 ms are allowed`.
pub(crate) fn told(row: &ComparedNumber) -> String {
    let [_, before, now, ..] = &number(row)[..] else { return String::new() };
    let (change, allowed) = (changed(row), allowed(row));
    let change = if change.is_empty() { change } else { format!(", {change}") };
    format!("{} → {}{change}; allowed: {allowed}", before.text, now.text)
}
