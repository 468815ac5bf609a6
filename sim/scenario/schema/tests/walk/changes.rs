//! Makes other values from a given one.

use serde_json::{Value, json};
use std::collections::BTreeSet;

/// Values for `--set`, those most likely to change a number first; some may not suit the key.
pub(super) fn changes(value: &Value, words: &BTreeSet<&str>, names: &[String]) -> Vec<String> {
    let mut out: Vec<String> = others(value, words, names).iter().map(inline).collect();
    // Removal.
    out.push("none".to_owned());
    out
}

fn others(value: &Value, words: &BTreeSet<&str>, names: &[String]) -> Vec<Value> {
    match value {
        Value::Bool(truth) => vec![json!(!truth)],
        Value::Number(number) => numbers(number),
        Value::String(text) => texts(text, words, names),
        Value::Array(items) => lists(items, words, names),
        _ => Vec::new(),
    }
}

fn numbers(number: &serde_json::Number) -> Vec<Value> {
    if let Some(n) = number.as_u64() {
        return vec![json!(2 * n), json!(n + 1), json!(n / 2), json!(n.saturating_sub(1))];
    }
    let x = number.as_f64().unwrap_or(1.0);
    vec![json!(2.0 * x), json!(0.5 * x), json!(0.9 * x)]
}

fn texts(text: &str, words: &BTreeSet<&str>, names: &[String]) -> Vec<Value> {
    if words.contains(text) {
        return words.iter().filter(|word| **word != text).map(|word| json!(word)).collect();
    }
    let mut out = Vec::new();
    if names.iter().all(|name| name != text) {
        out.extend([4.0, 0.25].iter().filter_map(|factor| scaled(text, *factor)));
        if text.contains(':') {
            out.extend([json!("08:00"), json!("10:00:30")]);
        }
    }
    out.extend(names.iter().filter(|name| *name != text).map(|name| json!(name)));
    out
}

/// The text with its first number multiplied by `factor`.
fn scaled(text: &str, factor: f64) -> Option<Value> {
    let start = text.find(|c: char| c.is_ascii_digit())?;
    let number = |c: char| c.is_ascii_digit() || c == '.';
    let end = text[start..].find(|c| !number(c)).map_or(text.len(), |length| start + length);
    let value: f64 = text[start..end].parse().ok()?;
    Some(json!(format!("{}{}{}", &text[..start], value * factor, &text[end..])))
}

/// The list with another item, or one less.
fn lists(items: &[Value], words: &BTreeSet<&str>, names: &[String]) -> Vec<Value> {
    let mut out = Vec::new();
    if items.len() > 1 {
        out.push(json!(items[..items.len() - 1]));
    }
    for (at, item) in items.iter().enumerate() {
        for other in others(item, words, names) {
            let mut items = items.to_vec();
            items[at] = other;
            out.push(json!(items));
        }
    }
    out
}

/// As a line of TOML has it.
fn inline(value: &Value) -> String {
    super::super::as_inline_toml(value)
}
