//! What is in force, and where each value comes from.

use crate::document::fields::join;
use crate::source::{Origin, Sources};
use crate::tree::{Item, Table, Value};
use std::fmt::Write as _;
use wssim_text::printable;

/// Lists every value of the merged tree, then the defaults, in the order of paths.
pub(crate) fn print(table: &Table, defaults: &[(String, String)], sources: &Sources) -> String {
    let mut lines: Vec<(String, String, String)> = Vec::new();
    collect_table(table, "", sources, &mut lines);
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

fn collect_table(
    table: &Table,
    path: &str,
    sources: &Sources,
    lines: &mut Vec<(String, String, String)>,
) {
    for (key, entry) in table {
        collect(&entry.item, &join(path, key), sources, lines);
    }
}

fn collect(item: &Item, path: &str, sources: &Sources, lines: &mut Vec<(String, String, String)>) {
    match &item.value {
        Value::Table(table) if !table.is_empty() => collect_table(table, path, sources, lines),
        Value::Array(items) if items.iter().any(has_table) => {
            for (number, item) in items.iter().enumerate() {
                collect(item, &format!("{path}[{number}]"), sources, lines);
            }
        }
        _ => lines.push((path.to_owned(), write(item), from(sources, item.origin))),
    }
}

fn has_table(item: &Item) -> bool {
    match &item.value {
        Value::Table(_) => true,
        Value::Array(items) => items.iter().any(has_table),
        _ => false,
    }
}

fn from(sources: &Sources, origin: Origin) -> String {
    sources.short(origin)
}

fn write(item: &Item) -> String {
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
