//! Fits a table into the columns of a terminal.
//!
//! If it is too wide, columns shrink in this order: words break, then headings, then phrases, then
//! names; numbers never. A table of numbers that is still too wide becomes several, one below the other,
//! each with the columns that name its rows; a table of texts becomes a list, a line for each cell.

use crate::table::{ColumnKind, Table};
use wssim_text::printable;
use wssim_text::width;
use wssim_text::wrap::longest;

/// Blanks between two columns.
pub(crate) const GAP: usize = 2;
/// Width to which columns of long texts shrink before headings break.
const ROOMY: usize = 36;
/// Width to which columns of words shrink before headings break.
const NARROW: usize = 18;
/// Width to which they shrink before a table is divided.
const NARROWER: usize = 12;
/// Smallest width of a column.
const NARROWEST: usize = 8;
/// Columns of a name without a joint that stay together.
const NAME: usize = 16;

/// Steps by which columns shrink, starting with their preferred width.
const STEPS: usize = 6;
/// Last step with a well readable table; beyond it two tables are better.
const PLEASANT: usize = 3;

/// The form in which a table is printed.
pub(crate) enum Layout {
    /// Tables, one below the other.
    Tables(Vec<TablePart>),
    /// Row by row, and within a row cell by cell.
    List,
}

/// Some of the columns of a table.
pub(crate) struct TablePart {
    /// Their places in the table.
    pub(crate) columns: Vec<usize>,
    pub(crate) widths: Vec<usize>,
}

impl Layout {
    /// The layout in lines of at most `most` columns.
    pub(crate) fn of<H: AsRef<str>>(table: &Table<H>, most: usize) -> Self {
        let steps: Vec<Steps> = (0..table.columns.len()).map(|at| steps(table, at)).collect();
        let all: Vec<usize> = (0..table.columns.len()).collect();
        if let Some(part) = fit(&all, &steps, most) {
            return Self::Tables(vec![part]);
        }
        let has_numbers = table.columns.iter().any(|(_, kind)| *kind == ColumnKind::Numbers);
        let parts = has_numbers.then(|| in_parts(table, &steps, most)).flatten();
        parts.map_or(Self::List, Self::Tables)
    }
}

/// The width of a column, step by step; never increasing.
type Steps = [usize; STEPS];

fn steps<H: AsRef<str>>(table: &Table<H>, column: usize) -> Steps {
    let (heading, kind) = (&printable(table.columns[column].0.as_ref()), table.columns[column].1);
    let widest = |columns: &dyn Fn(&str) -> usize| {
        let cells = table.rows.iter().map(|row| columns(&printable(&row[column].text)));
        cells.max().unwrap_or(0)
    };
    let body = widest(&width::of);
    let natural = body.max(width::of(heading));
    // Words of headings stay whole, as do numbers, and names unless they are very long.
    let word = longest(heading, usize::MAX).max(widest(&|cell| longest(cell, NAME)));
    let whole = longest(heading, usize::MAX).max(widest(&|cell| longest(cell, usize::MAX)));
    let body = body.max(word);
    let narrow = |least: usize| word.max(least);
    let steps = match kind {
        ColumnKind::Words => {
            [narrow(NARROW), narrow(NARROW), narrow(NARROWER), narrow(NARROWER), narrow(NARROWEST)]
        }
        ColumnKind::Prose => {
            [narrow(ROOMY), narrow(ROOMY), narrow(NARROW), narrow(NARROW), narrow(NARROWEST)]
        }
        ColumnKind::Phrases => {
            [natural, body, narrow(NARROWER), narrow(NARROWER), narrow(NARROWEST)]
        }
        ColumnKind::Fixed => [natural, body, body, whole, narrow(NARROWEST)],
        ColumnKind::Numbers => [natural, body, body, whole, whole],
    };
    let mut widths = [natural; STEPS];
    for (at, step) in steps.into_iter().enumerate() {
        widths[at + 1] = step.min(widths[at]);
    }
    widths
}

/// The widths with which `columns` fit into `most`, if they do.
fn fit(columns: &[usize], steps: &[Steps], most: usize) -> Option<TablePart> {
    let most = most.checked_sub(GAP * columns.len().saturating_sub(1))?;
    let at =
        |step: usize| columns.iter().map(|column| steps[*column][step]).collect::<Vec<usize>>();
    let mut widths = at(0);
    (1..STEPS).for_each(|step| shrink(&mut widths, &at(step), most));
    let fits = widths.iter().sum::<usize>() <= most;
    fits.then(|| TablePart { columns: columns.to_vec(), widths })
}

/// Shrinks the widest column that may shrink, until all fit into `most` or none may.
fn shrink(widths: &mut [usize], least: &[usize], most: usize) {
    while widths.iter().sum::<usize>() > most {
        let gives = (0..widths.len()).filter(|at| widths[*at] > least[*at]);
        let Some(widest) = gives.max_by_key(|at| widths[*at]) else { return };
        widths[widest] -= 1;
    }
}

/// How many of the first columns name a row: up to the first without an empty cell.
fn keys<H>(table: &Table<H>) -> usize {
    let is_full = |column: &usize| table.rows.iter().all(|row| !row[*column].text.is_empty());
    (0..table.columns.len()).find(is_full).map_or(1, |column| column + 1)
}

/// Groups of columns after the first `keys`: a heading in lower case continues the one before it (Errors
/// until, then).
fn units<H: AsRef<str>>(table: &Table<H>, keys: usize) -> Vec<Vec<usize>> {
    let mut units: Vec<Vec<usize>> = Vec::new();
    for (column, (heading, _)) in table.columns.iter().enumerate().skip(keys) {
        let heading = heading.as_ref();
        let words = heading.chars().all(|letter| !letter.is_ascii_digit());
        match units.last_mut() {
            Some(unit) if words && heading.starts_with(char::is_lowercase) => unit.push(column),
            _ => units.push(vec![column]),
        }
    }
    units
}

/// The other columns, in as few tables as fit beside the first `keys`, evenly distributed.
fn in_parts<H: AsRef<str>>(
    table: &Table<H>,
    steps: &[Steps],
    most: usize,
) -> Option<Vec<TablePart>> {
    let keys = keys(table);
    if keys >= steps.len() {
        return None;
    }
    let units = units(table, keys);
    let groups = |many: usize| groups(keys, &units, steps, most, many);
    let fewest = groups(usize::MAX);
    let even = (steps.len() - keys).div_ceil(fewest.len());
    let evenly = (even..steps.len()).map(groups).find(|groups| groups.len() == fewest.len());
    evenly.unwrap_or(fewest).iter().map(|group| fit(group, steps, most)).collect()
}

/// Groups of `units` that fit beside the first `keys`, at most `many` columns each.
fn groups(
    keys: usize,
    units: &[Vec<usize>],
    steps: &[Steps],
    most: usize,
    many: usize,
) -> Vec<Vec<usize>> {
    let fits = |columns: &[usize]| {
        let taken = columns.iter().map(|column| steps[*column][PLEASANT] + GAP).sum::<usize>();
        taken <= most + GAP
    };
    let mut groups: Vec<Vec<usize>> = Vec::new();
    let mut add = |unit: &[usize]| {
        if let Some(group) = groups.last_mut() {
            let together = [group.as_slice(), unit].concat();
            if together.len() - keys <= many && fits(&together) {
                *group = together;
                return;
            }
        }
        groups.push((0..keys).chain(unit.iter().copied()).collect());
    };
    for unit in units {
        let alone: Vec<usize> = (0..keys).chain(unit.iter().copied()).collect();
        if fits(&alone) {
            add(unit);
        } else {
            for column in unit {
                add(&[*column]);
            }
        }
    }
    groups
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::table::Cell;

    fn table(columns: &[(&'static str, ColumnKind)], rows: &[&[&str]]) -> Table {
        let row = |row: &&[&str]| row.iter().map(|text| Cell::new(*text)).collect();
        Table { columns: columns.to_vec(), rows: rows.iter().map(row).collect() }
    }

    fn widths(table: &Table, most: usize) -> Vec<(Vec<usize>, Vec<usize>)> {
        match Layout::of(table, most) {
            Layout::Tables(parts) => {
                parts.into_iter().map(|part| (part.columns, part.widths)).collect()
            }
            Layout::List => Vec::new(),
        }
    }

    #[test]
    fn words_give_way_before_headings_and_headings_before_names() {
        let columns = [("Node", ColumnKind::Words), ("Load average", ColumnKind::Numbers)];
        let table = table(&columns, &[&["a name of thirty letters it is", "0.31 ±0.01"]]);
        assert_eq!(widths(&table, 50), [(vec![0, 1], vec![30, 12])]);
        assert_eq!(widths(&table, 34), [(vec![0, 1], vec![20, 12])]);
        assert_eq!(widths(&table, 31), [(vec![0, 1], vec![18, 11])]);
        assert_eq!(widths(&table, 26), [(vec![0, 1], vec![14, 10])]);
        assert_eq!(widths(&table, 20), [(vec![0, 1], vec![8, 10])]);
        assert_eq!(widths(&table, 19), [], "its numbers stay whole");
    }

    #[test]
    fn numbers_that_do_not_fit_stand_below_with_the_names_of_their_rows() {
        let columns = [
            ("Node", ColumnKind::Fixed),
            ("Held by", ColumnKind::Words),
            ("RAM", ColumnKind::Numbers),
            ("Swap", ColumnKind::Numbers),
        ];
        let rows: [&[&str]; 2] =
            [&["host", "all", "12.50 ±0.01 GB", "2 GB"], &["", "shop", "11.75 ±0.01 GB", "1 GB"]];
        let table = table(&columns, &rows);
        assert_eq!(widths(&table, 35), [(vec![0, 1, 2, 3], vec![4, 7, 14, 4])]);
        assert_eq!(
            widths(&table, 30),
            [(vec![0, 1, 2], vec![4, 7, 14]), (vec![0, 1, 3], vec![4, 7, 4])]
        );
    }

    #[test]
    fn what_belongs_together_stays_together_and_the_rest_is_even() {
        let heads = ["Entry", "Mean", "p95", "Errors until", "then", "Rate"];
        let columns = heads.map(|heading| (heading, ColumnKind::Numbers));
        let table = table(&columns, &[&["web", "71.3 ms", "99.9 ms", "12.5 %", "0.0 %", "50/s"]]);
        let parts = |most| -> Vec<Vec<usize>> {
            widths(&table, most).into_iter().map(|(columns, _)| columns).collect()
        };
        assert_eq!(parts(48), [[0, 1, 2, 3, 4, 5]]);
        assert_eq!(parts(40), [vec![0, 1, 2], vec![0, 3, 4, 5]], "three and two would part errors");
        assert_eq!(parts(18), [vec![0, 1], vec![0, 2], vec![0, 3], vec![0, 4, 5]]);
    }

    #[test]
    fn texts_that_do_not_fit_become_a_list() {
        let columns = [("Claim", ColumnKind::Words), ("Verdict", ColumnKind::Phrases)];
        let rows = table(&columns, &[&["It is fast enough", "refuted: 12345.678 ms above"]]);
        assert_eq!(widths(&rows, 24).len(), 1);
        assert!(matches!(Layout::of(&rows, 18), Layout::List));
        // Likewise for numbers whose rows have no name.
        let columns = [("Sent", ColumnKind::Numbers), ("Received", ColumnKind::Numbers)];
        let rows = table(&columns, &[&["", "12345.678 MB"], &["12345.678 MB", "12345.678 MB"]]);
        assert!(matches!(Layout::of(&rows, 20), Layout::List));
    }
}
