//! A table in Markdown.

use crate::escape::markdown as escaped;
use crate::table::{Kind, Table, Tone};
use std::fmt::Write as _;

/// A table, without a blank line after it.
pub(crate) fn table<H: AsRef<str>>(table: &Table<H>) -> String {
    let mut text = String::new();
    let headings = table.columns.iter();
    row(&mut text, headings.clone().map(|(heading, _)| escaped(heading.as_ref())));
    let aligned = headings.map(|(_, kind)| match kind {
        Kind::Numbers => "---:".to_owned(),
        Kind::Words | Kind::Phrases | Kind::Prose | Kind::Fixed => "---".to_owned(),
    });
    row(&mut text, aligned);
    for cells in &table.rows {
        let cells = cells.iter().map(|cell| match cell.tone {
            Tone::Bad | Tone::Open => format!("**{}**", escaped(&cell.text)),
            Tone::Plain | Tone::Good | Tone::Faint => escaped(&cell.text),
        });
        row(&mut text, cells);
    }
    text
}

fn row(text: &mut String, cells: impl Iterator<Item = String>) {
    text.push('|');
    for cell in cells {
        let _ = write!(text, " {cell} |");
    }
    text.push('\n');
}
