//! Prints the values in force, and where each comes from.

use crate::document::fields::join;
use crate::source::Sources;
use crate::tree::{Item, Table, Value};
use std::fmt::Write as _;
use wssim_text::printable;

/// Lists every value of the merged tree, then the defaults, in the order of paths.
pub(crate) fn print(table: &Table, defaults: &[(String, String)], sources: &Sources) -> String {
    let mut lines: Vec<(String, String, String)> = Vec::new();
    each(table, &mut |path, item| {
        lines.push((path.to_owned(), write(item), sources.short(item.origin)));
    });
    for (path, value) in defaults {
        let bare = value.parse::<f64>().is_ok() || value.starts_with('[');
        let value = if bare { value.clone() } else { format!("\"{value}\"") };
        lines.push((path.clone(), value, "default".to_owned()));
    }
    lines.sort_by(|a, b| a.0.cmp(&b.0));
    let mut out = String::new();
    for (path, value, from) in lines {
        let _ =
            writeln!(out, "{} = {}  # {}", printable(&path), printable(&value), printable(&from));
    }
    out
}

/// Calls `visit` for every value of the merged tree with its path.
pub(crate) fn each(table: &Table, visit: &mut impl FnMut(&str, &Item)) {
    within(table, "", visit);
}

fn within(table: &Table, path: &str, visit: &mut impl FnMut(&str, &Item)) {
    for (key, entry) in table {
        below(&entry.item, &join(path, key), visit);
    }
}

fn below(item: &Item, path: &str, visit: &mut impl FnMut(&str, &Item)) {
    match &item.value {
        Value::Table(table) if !table.is_empty() => within(table, path, visit),
        Value::Array(items) if items.iter().any(has_table) => {
            for (number, item) in items.iter().enumerate() {
                below(item, &format!("{path}[{number}]"), visit);
            }
        }
        _ => visit(path, item),
    }
}

fn has_table(item: &Item) -> bool {
    match &item.value {
        Value::Table(_) => true,
        Value::Array(items) => items.iter().any(has_table),
        _ => false,
    }
}

/// As a scenario writes it.
pub(crate) fn write(item: &Item) -> String {
    match &item.value {
        Value::Text(text) => {
            let escaped = text.replace('\\', "\\\\").replace('"', "\\\"");
            let escaped = escaped.replace('\n', "\\n").replace('\r', "\\r");
            format!("\"{escaped}\"")
        }
        Value::Integer(number) => number.to_string(),
        // `{:?}` keeps the point, so that it stays a float.
        Value::Float(number) => format!("{number:?}"),
        Value::Boolean(truth) => truth.to_string(),
        Value::Array(items) => {
            format!("[{}]", items.iter().map(write).collect::<Vec<_>>().join(", "))
        }
        Value::Table(_) => "{}".to_owned(),
    }
}
