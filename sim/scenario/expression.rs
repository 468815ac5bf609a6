//! The language of values: a quantity, or a name with arguments.
//!
//! ```text
//! value    = quantity | text in quotes | name "(" [argument { "," argument }] ")"
//! argument = [ name "=" | weight ":" ] value
//! ```

use std::fmt;
use wssim_text::quantity::{self, Flaw, Quantity};

/// A parsed value with places in the text.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Expression {
    /// A number with or without a unit.
    Quantity(Quantity),
    /// Text in quotes: the name of a file.
    Text(String),
    /// A name with arguments.
    Call {
        /// Such as `lognormal`.
        name: String,
        /// In order.
        arguments: Vec<Argument>,
    },
}

/// One argument.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Argument {
    /// Its name, if it has one.
    pub key: Option<String>,
    /// Its weight, if it has one.
    pub weight: Option<f64>,
    /// Its value.
    pub value: Expression,
    /// Byte offset of the start.
    pub start: usize,
    /// Length in bytes.
    pub length: usize,
}

/// Deepest nesting of a distribution.
const DEEPEST: usize = 8;

/// Parses a whole text.
pub(crate) fn parse(text: &str) -> Result<Expression, Flaw> {
    parse_part(text, 0, text, 0)
}

/// Parses `part`, which begins at byte `at` of the whole text.
fn parse_part(part: &str, at: usize, whole: &str, depth: usize) -> Result<Expression, Flaw> {
    let trimmed = part.trim();
    let at = at + (part.len() - part.trim_start().len());
    if depth > DEEPEST {
        return Err(Flaw::new("this is nested too deeply", at, trimmed.len()));
    }
    for quote in ['"', '\''] {
        let inside = trimmed.strip_prefix(quote).and_then(|text| text.strip_suffix(quote));
        if let Some(inside) = inside {
            return Ok(Expression::Text(inside.to_owned()));
        }
    }
    let begins_a_name = trimmed.starts_with(|first: char| first.is_ascii_alphabetic());
    let Some(open) = trimmed.find('(').filter(|_| begins_a_name) else {
        return quantity::parse(trimmed)
            .map(Expression::Quantity)
            .map_err(|flaw| Flaw { start: at + flaw.start, ..flaw });
    };
    let name = trimmed[..open].trim_end().to_owned();
    let Some(inside) = trimmed[open + 1..].strip_suffix(')') else {
        return Err(Flaw::new("a closing parenthesis is missing", at, trimmed.len()));
    };
    let mut arguments = Vec::new();
    let pieces = split(inside, ',')
        .ok_or_else(|| Flaw::new("parentheses or quotes do not match", at, trimmed.len()))?;
    for (start, piece) in pieces {
        let start = at + open + 1 + start;
        if piece.trim().is_empty() {
            if inside.trim().is_empty() {
                break;
            }
            return Err(Flaw::new("an argument is missing", start, piece.len().max(1)));
        }
        arguments.push(argument(piece, start, whole, depth)?);
    }
    Ok(Expression::Call { name, arguments })
}

fn argument(piece: &str, start: usize, whole: &str, depth: usize) -> Result<Argument, Flaw> {
    let outside = |mark: char| split(piece, mark).and_then(|parts| parts.get(1).map(|part| part.0));
    let (mut key, mut weight, mut from) = (None, None, 0);
    if let Some(after) = outside('=') {
        key = Some(piece[..after - 1].trim().to_owned());
        from = after;
    } else if let Some(after) = outside(':') {
        let text = piece[..after - 1].trim();
        let number = quantity::parse(text)
            .ok()
            .filter(|weight| {
                matches!(
                    weight.dimension,
                    quantity::Dimension::Number | quantity::Dimension::Percent
                )
            })
            .ok_or_else(|| Flaw::new(format!("`{text}` is not a weight"), start, after))?;
        weight = Some(number.value);
        from = after;
    }
    let value = parse_part(&piece[from..], start + from, whole, depth + 1)?;
    let lead = piece.len() - piece.trim_start().len();
    Ok(Argument { key, weight, value, start: start + lead, length: piece.trim().len() })
}

/// Splits at every `mark` outside parentheses and quotes: (byte offset, piece). `None` for unbalanced
/// parentheses or quotes.
fn split(text: &str, mark: char) -> Option<Vec<(usize, &str)>> {
    let (mut depth, mut quote, mut begin) = (0usize, None, 0);
    let mut pieces = Vec::new();
    for (at, character) in text.char_indices() {
        match (quote, character) {
            (Some(open), _) if open == character => quote = None,
            (None, '"' | '\'') => quote = Some(character),
            (None, '(') => depth += 1,
            (None, ')') => depth = depth.checked_sub(1)?,
            (None, _) if depth == 0 && character == mark => {
                pieces.push((begin, &text[begin..at]));
                begin = at + character.len_utf8();
            }
            _ => {}
        }
    }
    pieces.push((begin, &text[begin..]));
    (depth == 0 && quote.is_none()).then_some(pieces)
}

/// Rounds to four significant digits, which suffice for an intermediate value.
fn four_digits(value: f64) -> f64 {
    format!("{value:.3e}").parse().unwrap_or(value)
}

/// The value at `fraction` of the way from one expression to another of the same form, number by number;
/// `None` if their forms differ.
pub(crate) fn between(from: &Expression, to: &Expression, fraction: f64) -> Option<Expression> {
    let mix = |a: f64, b: f64| four_digits(a + (b - a) * fraction);
    match (from, to) {
        (Expression::Quantity(a), Expression::Quantity(b)) if a.dimension == b.dimension => {
            Some(Expression::Quantity(Quantity { value: mix(a.value, b.value), ..*a }))
        }
        (Expression::Text(a), Expression::Text(b)) if a == b => Some(from.clone()),
        (
            Expression::Call { name, arguments },
            Expression::Call { name: other_name, arguments: others },
        ) if name == other_name && arguments.len() == others.len() => {
            let arguments = arguments
                .iter()
                .zip(others)
                .map(|(a, b)| {
                    let weight = match (a.weight, b.weight) {
                        (Some(a), Some(b)) => Some(mix(a, b)),
                        (None, None) => None,
                        _ => return None,
                    };
                    let value = between(&a.value, &b.value, fraction)?;
                    (a.key == b.key).then(|| Argument { weight, value, ..a.clone() })
                })
                .collect::<Option<Vec<_>>>()?;
            Some(Expression::Call { name: name.clone(), arguments })
        }
        _ => None,
    }
}

impl fmt::Display for Expression {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Quantity(quantity) => quantity.fmt(out),
            Self::Text(text) => write!(out, "\"{text}\""),
            Self::Call { name, arguments } => {
                write!(out, "{name}(")?;
                for (number, argument) in arguments.iter().enumerate() {
                    let comma = if number > 0 { ", " } else { "" };
                    write!(out, "{comma}")?;
                    if let Some(key) = &argument.key {
                        write!(out, "{key}=")?;
                    }
                    if let Some(weight) = argument.weight {
                        write!(out, "{weight}: ")?;
                    }
                    argument.value.fmt(out)?;
                }
                write!(out, ")")
            }
        }
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    fn half(a: &str, b: &str) -> Option<String> {
        between(&parse(a).unwrap(), &parse(b).unwrap(), 0.5).map(|value| value.to_string())
    }

    #[test]
    fn half_way_between_values_of_one_form() {
        assert_eq!(half("4/s", "20/s").as_deref(), Some("12/s"));
        assert_eq!(half("100ms", "2s").as_deref(), Some("1.05s"));
        assert_eq!(half("exp(1ms)", "exp(3ms)").as_deref(), Some("exp(2ms)"));
        assert_eq!(
            half("lognormal(2ms, cv=1)", "lognormal(4ms, cv=2)").as_deref(),
            Some("lognormal(3ms, cv=1.5)")
        );
        assert_eq!(
            half(
                "mixture(0.9: exp(2ms), 0.1: constant(40ms))",
                "mixture(0.7: exp(2ms), 0.3: constant(40ms))"
            )
            .as_deref(),
            Some("mixture(0.8: exp(2ms), 0.2: constant(40ms))")
        );
        assert_eq!(half("exp(1ms)", "3ms"), None);
        assert_eq!(half("1ms", "3/s"), None);
    }

    #[test]
    fn places_are_kept() {
        let flaw = parse("uniform(1ms, 5 parsecs)").unwrap_err();
        assert_eq!((flaw.start, flaw.length), (15, 7));
        for text in
            ["exp(", "exp)", "exp(1ms,)", "exp((1ms)", "empirical(\"a)", "(", "f(,)", "x(1:)"]
        {
            assert!(parse(text).is_err(), "{text}");
        }
    }
}
