//! Parses TOML into a tree in which every key and value has its place.

use crate::diagnostic::{Diagnostic, MOST};
use crate::source::{Origin, SourceText, Sources};
use std::collections::BTreeMap;
use std::sync::Arc;
use toml::de::{DeTable, DeValue};

/// A value and its place.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Item {
    /// The value.
    pub value: Value,
    /// Its place.
    pub origin: Origin,
}

/// A value.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Value {
    /// Text; also dates and times, as written.
    Text(String),
    /// A whole number.
    Integer(i64),
    /// Another number.
    Float(f64),
    /// True or false.
    Boolean(bool),
    /// A list.
    Array(Vec<Item>),
    /// A table.
    Table(Table),
}

/// Keys and values, in the order of keys.
pub(crate) type Table = BTreeMap<String, Entry>;

/// The entry of a key.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Entry {
    /// Place of the key.
    pub key: Origin,
    /// The value.
    pub item: Item,
}

impl Item {
    /// The table, if it is one.
    pub(crate) fn table(&self) -> Option<&Table> {
        if let Value::Table(table) = &self.value { Some(table) } else { None }
    }

    /// The text, if it is one.
    pub(crate) fn text(&self) -> Option<&str> {
        if let Value::Text(text) = &self.value { Some(text) } else { None }
    }

    /// The kind of value, for messages.
    pub(crate) fn kind(&self) -> &'static str {
        match self.value {
            Value::Text(_) => "text",
            Value::Integer(_) | Value::Float(_) => "a number",
            Value::Boolean(_) => "true or false",
            Value::Array(_) => "a list",
            Value::Table(_) => "a table",
        }
    }
}

/// Longest name, in bytes: as of a file.
pub(crate) const LONGEST_NAME: usize = 255;

/// Parses `source`; adds mistakes to `mistakes` and keeps the valid parts.
pub(crate) fn parse(
    sources: &mut Sources,
    source: SourceText,
    mistakes: &mut Vec<Diagnostic>,
) -> Item {
    let text = Arc::clone(&source.text);
    let end = text.len() as u32;
    let number = sources.add(source);
    let (document, errors) = DeTable::parse_recoverable(&text);
    // An invalid file is unusable, so the first mistakes suffice.
    for error in errors.into_iter().take(MOST) {
        let span = error.span().unwrap_or(0..0);
        let origin = Origin { source: number, start: span.start as u32, end: span.end as u32 };
        mistakes.push(
            Diagnostic::error("syntax", format!("this is not TOML: {}", error.message()))
                .at(sources, origin),
        );
    }
    let origin = Origin { source: number, start: 0, end };
    let table = convert_table(document.get_ref(), number, sources, mistakes);
    Item { value: Value::Table(table), origin }
}

fn convert_table(
    table: &DeTable<'_>,
    source: u32,
    sources: &Sources,
    mistakes: &mut Vec<Diagnostic>,
) -> Table {
    let mut out = Table::new();
    for (key, value) in table {
        let origin = |span: std::ops::Range<usize>| Origin {
            source,
            start: span.start as u32,
            end: span.end as u32,
        };
        let key_origin = origin(key.span());
        let name = key.get_ref().to_string();
        if name.is_empty() || name.len() > LONGEST_NAME || name.chars().any(char::is_control) {
            let message = format!(
                "a name is not empty, has no control characters, and at most {LONGEST_NAME} bytes"
            );
            mistakes.push(Diagnostic::error("bad-name", message).at(sources, key_origin));
        }
        let item = convert(value.get_ref(), origin(value.span()), sources, mistakes);
        out.insert(name, Entry { key: key_origin, item });
    }
    out
}

/// The number of values in a table, including those of nested tables and lists.
pub(crate) fn count(table: &Table) -> usize {
    fn of(item: &Item) -> usize {
        match &item.value {
            Value::Table(table) => 1 + count(table),
            Value::Array(items) => 1 + items.iter().map(of).sum::<usize>(),
            _ => 1,
        }
    }
    table.values().map(|entry| of(&entry.item)).sum()
}

/// Converts a separately parsed value at `origin` in its text.
pub(crate) fn convert_at(
    value: &DeValue<'_>,
    origin: Origin,
    sources: &Sources,
    mistakes: &mut Vec<Diagnostic>,
) -> Item {
    let mut item = convert(value, Origin { start: 0, ..origin }, sources, mistakes);
    shift(&mut item, origin.start);
    item.origin = origin;
    item
}

fn shift(item: &mut Item, by: u32) {
    item.origin.start += by;
    item.origin.end += by;
    match &mut item.value {
        Value::Array(items) => items.iter_mut().for_each(|item| shift(item, by)),
        Value::Table(table) => {
            for entry in table.values_mut() {
                entry.key.start += by;
                entry.key.end += by;
                shift(&mut entry.item, by);
            }
        }
        _ => {}
    }
}

fn convert(
    value: &DeValue<'_>,
    origin: Origin,
    sources: &Sources,
    mistakes: &mut Vec<Diagnostic>,
) -> Item {
    let out_of_range = "a number is out of range";
    let value = match value {
        DeValue::String(text) => Value::Text(text.to_string()),
        DeValue::Integer(number) => Value::Integer(
            i64::from_str_radix(number.as_str(), number.radix()).unwrap_or_else(|_| {
                mistakes.push(Diagnostic::error("bad-number", out_of_range).at(sources, origin));
                0
            }),
        ),
        DeValue::Float(number) => match number.as_str().parse::<f64>() {
            Ok(number) if number.is_finite() => Value::Float(number),
            _ => {
                mistakes.push(Diagnostic::error("bad-number", out_of_range).at(sources, origin));
                Value::Float(0.0)
            }
        },
        DeValue::Boolean(truth) => Value::Boolean(*truth),
        DeValue::Datetime(_) => Value::Text(sources.text(origin).to_owned()),
        DeValue::Array(items) => Value::Array(
            items
                .iter()
                .map(|item| {
                    let span = item.span();
                    let origin =
                        Origin { start: span.start as u32, end: span.end as u32, ..origin };
                    convert(item.get_ref(), origin, sources, mistakes)
                })
                .collect(),
        ),
        DeValue::Table(table) => {
            Value::Table(convert_table(table, origin.source, sources, mistakes))
        }
    };
    Item { value, origin }
}
