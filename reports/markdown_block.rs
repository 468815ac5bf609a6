//! Blocks of Markdown: tables, lists, lists under a heading.

use crate::escape::markdown as escaped;
use crate::table::{ColumnKind, Table, Tone};
use std::fmt::Write as _;

/// A table, without a blank line after it.
pub(crate) fn table<H: AsRef<str>>(table: &Table<H>) -> String {
    let mut text = String::new();
    let headings = table.columns.iter();
    row(&mut text, headings.clone().map(|(heading, _)| escaped(heading.as_ref())));
    let aligned = headings.map(|(_, kind)| match kind {
        ColumnKind::Numbers => "---:".to_owned(),
        ColumnKind::Words | ColumnKind::Phrases | ColumnKind::Prose | ColumnKind::Fixed => {
            "---".to_owned()
        }
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

/// A heading and a list; nothing where it is empty.
pub(crate) fn list(text: &mut String, title: &str, items: impl ExactSizeIterator<Item = String>) {
    if items.len() > 0 {
        let _ = write!(text, "### {title}\n\n");
        bullets(text, items);
    }
}

/// A list; nothing where it is empty.
pub(crate) fn bullets(text: &mut String, items: impl ExactSizeIterator<Item = String>) {
    if items.len() > 0 {
        for item in items {
            let _ = writeln!(text, "- {item}");
        }
        text.push('\n');
    }
}

/// A heading and a list of user-made texts; empty without items.
pub(crate) fn section(text: &mut String, title: &str, items: &[String]) {
    if !items.is_empty() {
        text.push('\n');
        list(text, title, items.iter().map(|item| escaped(item)));
        text.truncate(text.trim_end().len());
        text.push('\n');
    }
}
