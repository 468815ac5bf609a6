//! Values in Docker's notation: sizes in powers of 1024, durations as in Go, texts for numbers and
//! numbers for texts. `None` for an invalid one.

use crate::source::Sources;
use crate::tree::{Item, Value};

/// A scalar as a text.
pub(crate) fn scalar(item: &Item, sources: &Sources) -> Option<String> {
    match &item.value {
        Value::Text(text) => Some(text.clone()),
        Value::Integer(number) => Some(as_written(item, sources, number)),
        Value::Float(number) => Some(as_written(item, sources, number)),
        Value::Boolean(truth) => Some(truth.to_string()),
        Value::Array(_) | Value::Table(_) => None,
    }
}

/// A number as its author wrote it (`1.10` is a tag), unless it contained a variable.
fn as_written(item: &Item, sources: &Sources, number: &impl ToString) -> String {
    let written = sources.text(item.origin).trim();
    let is_number = written.parse::<f64>().is_ok();
    if is_number { written.to_owned() } else { number.to_string() }
}

pub(super) fn flag(item: &Item, sources: &Sources) -> Option<bool> {
    match scalar(item, sources)?.as_str() {
        "true" | "yes" | "on" | "1" => Some(true),
        "false" | "no" | "off" | "0" => Some(false),
        _ => None,
    }
}

pub(super) fn count(item: &Item, sources: &Sources) -> Option<u32> {
    scalar(item, sources)?.parse().ok()
}

/// A finite number from zero.
pub(super) fn number(item: &Item, sources: &Sources) -> Option<f64> {
    let number: f64 = scalar(item, sources)?.parse().ok()?;
    (number.is_finite() && number >= 0.0).then_some(number)
}

/// Bytes: `1.5g`, `512M`, `384MiB`, `1024`; all units are powers of 1024 (go-units, `RAMInBytes`).
pub(super) fn size(item: &Item, sources: &Sources) -> Option<f64> {
    size_of(&scalar(item, sources)?)
}

/// [`size`] for a text.
pub(crate) fn size_of(text: &str) -> Option<f64> {
    let (number, power) = size_parts(text)?;
    Some((number * 1024_f64.powi(power as i32)).floor())
}

/// The unit of a size, and its bytes.
pub(crate) fn size_unit(text: &str) -> Option<(&'static str, f64)> {
    let (_, power) = size_parts(text)?;
    let name = ["", "K", "M", "G", "T", "P"][power];
    Some((name, 1024_f64.powi(power as i32)))
}

/// The number of a size, and the power of 1024 of its unit.
fn size_parts(text: &str) -> Option<(f64, usize)> {
    let end = text.find(|c: char| !c.is_ascii_digit() && c != '.').unwrap_or(text.len());
    let (number, unit) = text.split_at(end);
    let number: f64 = number.parse().ok()?;
    let unit = unit.trim().to_ascii_lowercase();
    let unit = unit.strip_suffix('b').unwrap_or(&unit);
    let unit = if unit.len() == 2 { unit.strip_suffix('i')? } else { unit };
    let power = ["", "k", "m", "g", "t", "p"].iter().position(|known| *known == unit)?;
    Some((number, power))
}

/// Nanoseconds, as Go parses durations: `1h2m3.5s`, `300ms`, `0`.
pub(super) fn duration(item: &Item, sources: &Sources) -> Option<f64> {
    duration_of(&scalar(item, sources)?)
}

/// [`size`] for a text.
pub(crate) fn duration_of(text: &str) -> Option<f64> {
    let text = text.strip_prefix('+').unwrap_or(text);
    if text == "0" {
        return Some(0.0);
    }
    let (mut rest, mut sum) = (text, 0.0);
    while !rest.is_empty() {
        let end = rest.find(|c: char| !c.is_ascii_digit() && c != '.')?;
        let number: f64 = rest[..end].parse().ok()?;
        rest = &rest[end..];
        let end = rest.find(|c: char| c.is_ascii_digit() || c == '.').unwrap_or(rest.len());
        let unit = match &rest[..end] {
            "ns" => 1.0,
            "us" | "µs" | "μs" => 1e3,
            "ms" => 1e6,
            "s" => 1e9,
            "m" => 6e10,
            "h" => 3.6e12,
            _ => return None,
        };
        sum += number * unit;
        rest = &rest[end..];
    }
    (!text.is_empty()).then_some(sum)
}

/// A text, or several.
pub(crate) fn texts(item: &Item, sources: &Sources) -> Option<Vec<String>> {
    match &item.value {
        Value::Array(items) => items.iter().map(|item| scalar(item, sources)).collect(),
        _ => scalar(item, sources).map(|text| vec![text]),
    }
}

/// Names with texts: from a table, or from a list of `name=text`.
pub(crate) fn pairs(item: &Item, sources: &Sources) -> Option<Vec<(String, String)>> {
    match &item.value {
        Value::Table(table) => table
            .iter()
            .map(|(name, entry)| {
                let nothing = entry.item.table().is_some_and(std::collections::BTreeMap::is_empty);
                let text = if nothing { Some(String::new()) } else { scalar(&entry.item, sources) };
                Some((name.clone(), text?))
            })
            .collect(),
        Value::Array(items) => items
            .iter()
            .map(|item| {
                let text = scalar(item, sources)?;
                let (name, value) = text.split_once('=').unwrap_or((&text, ""));
                Some((name.trim().to_owned(), value.to_owned()))
            })
            .collect(),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sizes_are_powers_of_1024_in_any_spelling() {
        for (text, bytes) in [
            ("1024", 1024.0),
            ("512M", 536_870_912.0),
            ("512mb", 536_870_912.0),
            ("384MiB", 402_653_184.0),
            ("1.5g", 1_610_612_736.0),
            ("8 GB", 8_589_934_592.0),
            ("1kib", 1024.0),
            ("10b", 10.0),
        ] {
            assert_eq!(size_of(text), Some(bytes), "{text}");
        }
        for wrong in ["", "M", "1x", "1ib", "-1", "1.2.3m", "1mm"] {
            assert_eq!(size_of(wrong), None, "{wrong}");
        }
    }

    #[test]
    fn durations_are_those_of_go() {
        for (text, seconds) in [
            ("1m30s", 90.0),
            ("0", 0.0),
            ("500ms", 0.5),
            ("1h", 3600.0),
            ("1.5s", 1.5),
            ("2µs", 2e-6),
            (".5s", 0.5),
            ("+1.m.5s", 60.5),
        ] {
            assert_eq!(duration_of(text), Some(seconds * 1e9), "{text}");
        }
        for wrong in ["", "10", "s", "1d", "1s2", "-1s"] {
            assert_eq!(duration_of(wrong), None, "{wrong}");
        }
    }
}
