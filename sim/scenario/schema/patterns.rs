//! Texts as regular expressions, in the common subset of editors (ECMA-262, Python, Rust). They follow
//! `wssim_text::quantity`, `distribution.rs` and similar parsers; texts refused for reasons that a
//! pattern cannot express (`1s1m`, `uniform(9ms, 1ms)`) pass.

use crate::distribution::FORMS;
use wssim_text::quantity::{Dimension, units};

const NUMBER: &str = "[0-9]+(?:\\.[0-9]+)?(?:[eE][+-]?[0-9]+)?";

fn whole(inside: &str) -> String {
    format!("^\\s*(?:{inside})\\s*$")
}

/// A quantity without its sign.
fn unsigned(dimension: Dimension) -> String {
    let units = units(dimension).collect::<Vec<_>>().join("|");
    match dimension {
        Dimension::Number => NUMBER.to_owned(),
        Dimension::Duration => format!("(?:{NUMBER}\\s*(?:{units})\\s*)+"),
        _ => format!("{NUMBER}\\s*(?:{units})"),
    }
}

/// A quantity from zero.
pub(super) fn quantity(dimension: Dimension) -> String {
    whole(&format!("\\+?\\s*{}", unsigned(dimension)))
}

/// A quantity of any dimension and sign.
pub(super) fn value() -> String {
    use Dimension::{Bandwidth, Duration, Number, Percent, Rate, Size};
    let any = [Duration, Size, Rate, Bandwidth, Percent, Number].map(unsigned).join("|");
    whole(&format!("[-+\u{2212}]?\\s*(?:{any})"))
}

/// A number, or a percentage, from zero.
pub(super) fn share() -> String {
    whole(&format!("\\+?\\s*{NUMBER}\\s*%?"))
}

/// A distribution, or a quantity. An argument by place has the law's own dimension; one by name
/// may be a plain number.
pub(super) fn law(dimension: Dimension) -> String {
    let quantity = format!("\\+?\\s*{}", unsigned(dimension));
    let argument =
        format!("\\s*(?:[a-z0-9]+\\s*=\\s*(?:{quantity}|{NUMBER}\\s*%?)|{quantity})\\s*");
    let (nested, plain): (Vec<&str>, Vec<&str>) = FORMS
        .iter()
        .map(|(name, _)| *name)
        .partition(|name| ["mixture", "empirical"].contains(name));
    whole(&format!(
        "{quantity}|(?:{})\\s*\\({argument}(?:,{argument})*\\)|(?:{})\\s*\\(.*\\)",
        plain.join("|"),
        nested.join("|")
    ))
}

/// A time of day.
pub(super) fn clock() -> String {
    "^(?:[01]?[0-9]|2[0-3]):[0-5]?[0-9](?::[0-5]?[0-9])?$".to_owned()
}

/// A name with labels, optionally with the part of the measured stretch.
pub(super) fn metric() -> String {
    let label = "\\s*[A-Za-z0-9_]+\\s*=\\s*\"[^\"]*\"\\s*";
    let labels = format!("\\{{(?:{label}(?:,{label})*,?)?\\s*\\}}");
    let part = "(?:from|to) \\s*\\S.*";
    whole(&format!("[A-Za-z0-9_]+(?:\\s*{labels}(?:\\s*{part})?|\\s+{part})?"))
}

/// The hit ratio of a cache with a given capacity, or the capacity that its service has room for.
pub(super) fn zipf() -> String {
    let argument = format!("\\s*(?:items|capacity|alpha)\\s*=\\s*\\+?\\s*{NUMBER}\\s*");
    whole(&format!("zipf\\s*\\({argument},{argument}(?:,{argument})?\\)"))
}
