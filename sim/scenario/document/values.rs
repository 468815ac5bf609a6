//! Reads files of values, for `empirical("file.csv")`: one a line, quantities with a unit, or plain
//! numbers in seconds or bytes. A first line that is neither is a heading.

use crate::files::{Files, Location};
use std::sync::Arc;
use wssim_text::quantity::{self, Dimension};

/// Most values of one file: each takes eight bytes.
const MOST: usize = 10_000_000;

/// Largest plain number, in the inner unit, as for quantities.
const LARGEST: f64 = quantity::LARGEST;

/// Why a file gives no values.
pub(super) struct NoValues {
    pub message: String,
    /// Whether the file could not be read, rather than having wrong contents.
    pub is_unreadable: bool,
}

/// The values of the file at `path`, which is called `file`.
pub(super) fn of_file(
    files: &Files,
    path: &Location,
    file: &str,
    dimension: Dimension,
) -> Result<Arc<[f64]>, NoValues> {
    let no = |message: String, is_unreadable| NoValues { message, is_unreadable };
    files.values(path, dimension.name(), || {
        let text = files.rows(path);
        let text = text.map_err(|why| no(format!("`{file}` cannot be read: {why}"), true))?;
        of_text(&text, dimension).map_err(|why| no(format!("`{file}`{why}"), false))
    })
}

/// The values in a text, or the mistake in it.
fn of_text(text: &str, dimension: Dimension) -> Result<Arc<[f64]>, String> {
    let mut values = Vec::new();
    for (number, line) in text.lines().enumerate() {
        let line = line.trim().trim_end_matches(',');
        if line.is_empty() {
            continue;
        }
        match value(line, dimension) {
            Some(_) if values.len() == MOST => return Err(format!(" has more than {MOST} values")),
            Some(value) => values.push(value),
            None if number == 0 => {}
            None => {
                let (line, due) = (start(line), dimension.expected());
                return Err(format!(", line {}: `{line}` is not {due}", number + 1));
            }
        }
    }
    if values.is_empty() { Err(" has no values".to_owned()) } else { Ok(values.into()) }
}

fn value(line: &str, dimension: Dimension) -> Option<f64> {
    let quantity = quantity::parse(line).ok().filter(|quantity| quantity.value >= 0.0)?;
    let base = if dimension == Dimension::Duration { 1e9 } else { 1.0 };
    let value = match quantity.dimension {
        Dimension::Number => quantity.value * base,
        own if own == dimension => quantity.value,
        _ => return None,
    };
    (value <= LARGEST).then_some(value)
}

/// The beginning of a line, for messages.
fn start(line: &str) -> String {
    const TOLD: usize = 40;
    line.chars().take(TOLD).collect()
}
