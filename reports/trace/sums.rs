//! The table of components; its rows, as printed, add up to the whole.

use super::clock::Clock;
use super::wording::{place, words};
use crate::table::{Cell, ColumnKind, Table};
use wssim_experiment::trace::RequestTrace;

/// Rows of the short table; the last one sums up the smaller ones.
const MOST_ROWS: usize = 14;
/// The column of counts.
const TIMES: usize = 2;
/// Shares are shown in thousandths.
const THOUSAND: u64 = 1000;

/// `parts` in units of which all together are `units`: rounded down, with the remaining units given to
/// the parts that lost most.
fn shares(parts: &[u64], units: u64) -> Vec<u64> {
    let whole: u64 = parts.iter().sum();
    let whole = u128::from(whole.max(1));
    let exact = |part: &u64| u128::from(*part) * u128::from(units);
    let mut rounded: Vec<u64> = parts.iter().map(|part| (exact(part) / whole) as u64).collect();
    let mut by_loss: Vec<usize> = (0..parts.len()).collect();
    by_loss.sort_by_key(|&place| std::cmp::Reverse(exact(&parts[place]) % whole));
    let missing = units.saturating_sub(rounded.iter().sum());
    for place in by_loss.into_iter().take(missing as usize) {
        rounded[place] += 1;
    }
    rounded
}

/// The table; with `all`, every component has a row.
pub(super) fn table(trace: &RequestTrace, clock: Clock, all: bool) -> Table {
    let mut rows: Vec<(String, String, u64, u64)> = (trace.components.iter())
        .map(|part| (words(part.kind).to_owned(), place(&part.place), part.times, part.ns))
        .collect();
    if !all && rows.len() > MOST_ROWS {
        let others = rows.split_off(MOST_ROWS - 1);
        let sum = |of: fn(&(String, String, u64, u64)) -> u64| others.iter().map(of).sum();
        rows.push((format!("{} others", others.len()), String::new(), sum(|r| r.2), sum(|r| r.3)));
    }
    let parts: Vec<u64> = rows.iter().map(|row| row.3).collect();
    let whole = (trace.response_ns + clock.step() / 2) / clock.step();
    let times = shares(&parts, whole);
    let thousandths = shares(&parts, THOUSAND);
    let row = |kind: String, place: String, times: String, time: u64, share: u64| {
        vec![
            Cell::new(kind),
            Cell::new(place),
            Cell::new(times),
            Cell::new(format!("{} {}", clock.steps(time), clock.symbol)),
            Cell::new(format!("{}.{} %", share / 10, share % 10)),
        ]
    };
    let mut cells: Vec<Vec<Cell>> = (rows.into_iter().zip(times.into_iter().zip(thousandths)))
        .map(|((kind, place, times, _), (time, share))| {
            row(kind, place, format!("×{times}"), time, share)
        })
        .collect();
    let total = if trace.response_ns == 0 { 0 } else { THOUSAND };
    cells.push(row("Response time".to_owned(), String::new(), String::new(), whole, total));
    Table {
        columns: vec![
            ("What", ColumnKind::Phrases),
            ("Where", ColumnKind::Words),
            ("", ColumnKind::Numbers),
            ("Time", ColumnKind::Numbers),
            ("Share", ColumnKind::Numbers),
        ],
        rows: cells,
    }
}

/// The table without the column of counts.
pub(super) fn without_times(mut table: Table) -> Table {
    table.columns.remove(TIMES);
    for row in &mut table.rows {
        row.remove(TIMES);
    }
    table
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_printed_adds_up() {
        assert_eq!(shares(&[1, 1, 1], 100), [34, 33, 33]);
        assert_eq!(shares(&[999, 1], 10), [10, 0]);
        assert_eq!(shares(&[], 0), [0_u64; 0]);
        for units in [1, 7, 1000] {
            assert_eq!(shares(&[123, 456, 789, 1], units).iter().sum::<u64>(), units);
        }
    }
}
