//! Quantities as people write them: `2ms`, `1m30s`, `1.5 GB`, `200/s`, `1 Gbit/s`, `0.1%`, `0.8`.
//!
//! Powers of 1000 and, with an `i`, of 1024. Inside: nanoseconds, bytes, 1/s, bytes per second,
//! and shares of one.

use std::fmt;

/// What a quantity measures.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Dimension {
    /// In nanoseconds.
    Duration,
    /// In bytes.
    Size,
    /// In 1/s.
    Rate,
    /// In bytes per second.
    Bandwidth,
    /// A percentage, as a share of one.
    Percent,
    /// A number without a unit.
    Number,
}

impl Dimension {
    /// Its name in the schema.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Duration => "duration",
            Self::Size => "size",
            Self::Rate => "rate",
            Self::Bandwidth => "bandwidth",
            Self::Percent => "percentage",
            Self::Number => "number",
        }
    }

    /// What a message says was expected.
    #[must_use]
    pub fn expected(self) -> &'static str {
        match self {
            Self::Duration => "a duration such as `250ms`, `1m30s` or `10min`",
            Self::Size => "a size such as `300 B`, `8 kB` or `28 GiB`",
            Self::Rate => "a rate such as `4/s` or `200/min`",
            Self::Bandwidth => "a bandwidth such as `1 Gbit/s` or `110 MB/s`",
            Self::Percent => "a percentage such as `0.1%`",
            Self::Number => "a number without a unit",
        }
    }
}

/// A number with what it measures.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Quantity {
    /// In the unit of its dimension.
    pub value: f64,
    /// What it measures.
    pub dimension: Dimension,
}

/// An error in a text, and its place.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Flaw {
    /// The error.
    pub message: String,
    /// How to correct it.
    pub help: Option<String>,
    /// Byte offset of the error.
    pub start: usize,
    /// Length of the error in bytes.
    pub length: usize,
}

impl Flaw {
    /// An error in `length` bytes from `start`.
    #[must_use]
    pub fn new(message: impl Into<String>, start: usize, length: usize) -> Self {
        Self { message: message.into(), help: None, start, length }
    }

    /// Adds how to correct it.
    #[must_use]
    pub fn help(mut self, help: impl Into<String>) -> Self {
        self.help = Some(help.into());
        self
    }
}

/// Units: name, dimension, how many of the inner unit.
const UNITS: &[(&str, Dimension, f64)] = &[
    ("ns", Dimension::Duration, 1.0),
    ("us", Dimension::Duration, 1e3),
    ("\u{b5}s", Dimension::Duration, 1e3),
    ("\u{3bc}s", Dimension::Duration, 1e3),
    ("ms", Dimension::Duration, 1e6),
    ("s", Dimension::Duration, 1e9),
    ("m", Dimension::Duration, 60e9),
    ("min", Dimension::Duration, 60e9),
    ("h", Dimension::Duration, 3600e9),
    ("d", Dimension::Duration, 86_400e9),
    ("B", Dimension::Size, 1.0),
    ("kB", Dimension::Size, 1e3),
    ("KB", Dimension::Size, 1e3),
    ("MB", Dimension::Size, 1e6),
    ("GB", Dimension::Size, 1e9),
    ("TB", Dimension::Size, 1e12),
    ("KiB", Dimension::Size, 1024.0),
    ("MiB", Dimension::Size, 1_048_576.0),
    ("GiB", Dimension::Size, 1_073_741_824.0),
    ("TiB", Dimension::Size, 1_099_511_627_776.0),
    ("/s", Dimension::Rate, 1.0),
    ("/min", Dimension::Rate, 1.0 / 60.0),
    ("/h", Dimension::Rate, 1.0 / 3600.0),
    ("/d", Dimension::Rate, 1.0 / 86_400.0),
    ("bit/s", Dimension::Bandwidth, 1.0 / 8.0),
    ("kbit/s", Dimension::Bandwidth, 1e3 / 8.0),
    ("Mbit/s", Dimension::Bandwidth, 1e6 / 8.0),
    ("Gbit/s", Dimension::Bandwidth, 1e9 / 8.0),
    ("B/s", Dimension::Bandwidth, 1.0),
    ("kB/s", Dimension::Bandwidth, 1e3),
    ("MB/s", Dimension::Bandwidth, 1e6),
    ("GB/s", Dimension::Bandwidth, 1e9),
    ("KiB/s", Dimension::Bandwidth, 1024.0),
    ("MiB/s", Dimension::Bandwidth, 1_048_576.0),
    ("GiB/s", Dimension::Bandwidth, 1_073_741_824.0),
    ("%", Dimension::Percent, 0.01),
];

/// The units of a dimension.
pub fn units(dimension: Dimension) -> impl Iterator<Item = &'static str> {
    UNITS.iter().filter(move |(_, of, _)| *of == dimension).map(|(name, ..)| *name)
}

/// Largest value of a quantity: the model's clock and counters can hold it.
pub const LARGEST: f64 = 9e18;

/// Parses a whole text as one quantity.
///
/// # Errors
///
/// When the text is no quantity, its unit is unknown, or its value exceeds 9e18 in the inner unit.
pub fn parse(text: &str) -> Result<Quantity, Flaw> {
    let mut rest = text.trim_start();
    let start = text.len() - rest.len();
    let whole = || text.trim().len();
    if rest.is_empty() {
        return Err(Flaw::new("nothing is written here", 0, text.len()));
    }
    let negative = ["-", "\u{2212}"].iter().find_map(|sign| rest.strip_prefix(sign));
    let sign = if negative.is_some() { -1.0 } else { 1.0 };
    rest = negative.or_else(|| rest.strip_prefix('+')).unwrap_or(rest).trim_start();
    let mut total: Option<Quantity> = None;
    let mut last_unit = f64::INFINITY;
    while !rest.is_empty() {
        let at = text.len() - rest.len();
        let (number, after) = leading_number(rest).ok_or_else(|| {
            Flaw::new(format!("`{}` is not a quantity", text.trim()), start, whole())
        })?;
        let unit_text = after.trim_start();
        let length = unit_text
            .char_indices()
            .find(|(_, character)| character.is_ascii_digit() || character.is_whitespace())
            .map_or(unit_text.len(), |(at, _)| at);
        let (unit, next) = unit_text.split_at(length);
        let part = if unit.is_empty() {
            Quantity { value: number, dimension: Dimension::Number }
        } else {
            let known = UNITS.iter().find(|(name, ..)| *name == unit);
            let Some((_, dimension, size)) = known else {
                let place = text.len() - unit_text.len();
                let mut flaw = Flaw::new(format!("`{unit}` is not a unit"), place, unit.len());
                flaw.help = unit_hint(unit);
                return Err(flaw);
            };
            let compound = *dimension == Dimension::Duration && *size < last_unit;
            if total.is_some() && !compound {
                return Err(Flaw::new(
                    format!("`{}` is not a quantity", text.trim()),
                    start,
                    whole(),
                ));
            }
            last_unit = *size;
            Quantity { value: number * size, dimension: *dimension }
        };
        total = match total {
            None => Some(part),
            Some(sum)
                if sum.dimension == part.dimension && part.dimension == Dimension::Duration =>
            {
                Some(Quantity { value: sum.value + part.value, ..sum })
            }
            Some(_) => {
                return Err(Flaw::new(
                    format!("`{}` is not a quantity", text.trim()),
                    at,
                    rest.len(),
                ));
            }
        };
        rest = next.trim_start();
    }
    let mut quantity = total
        .ok_or_else(|| Flaw::new(format!("`{}` is not a quantity", text.trim()), start, whole()))?;
    if quantity.value > LARGEST {
        return Err(Flaw::new("this is too large to be simulated", start, whole()));
    }
    // Avoids `-0.0`, which would be printed.
    quantity.value = if quantity.value == 0.0 { 0.0 } else { sign * quantity.value };
    Ok(quantity)
}

/// The help for an unknown unit that is nearly a known one.
fn unit_hint(unit: &str) -> Option<String> {
    let usual = [("sec", "s"), ("secs", "s"), ("seconds", "s"), ("hour", "h"), ("hours", "h")];
    let usual_more = [("day", "d"), ("days", "d"), ("minutes", "min"), ("mins", "min"), ("b", "B")];
    usual
        .iter()
        .chain(&usual_more)
        .find(|(wrong, _)| *wrong == unit)
        .map(|(_, right)| *right)
        .or_else(|| {
            let same =
                |(name, ..): &&(&'static str, Dimension, f64)| name.eq_ignore_ascii_case(unit);
            UNITS.iter().find(same).map(|(name, ..)| *name)
        })
        .or_else(|| {
            let rate = |(name, ..): &&(&'static str, Dimension, f64)| {
                name.strip_suffix("/s") == Some(unit)
            };
            UNITS.iter().find(rate).map(|(name, ..)| *name)
        })
        .or_else(|| crate::suggest::nearest(unit, UNITS.iter().map(|(name, ..)| *name)))
        .map(|name| format!("did you mean `{name}`?"))
}

/// A decimal number without sign at the beginning of `text`, and what follows it.
fn leading_number(text: &str) -> Option<(f64, &str)> {
    let bytes = text.as_bytes();
    let digits =
        |from: usize| bytes[from..].iter().take_while(|byte| byte.is_ascii_digit()).count();
    let mut end = digits(0);
    if end == 0 {
        return None;
    }
    if bytes.get(end) == Some(&b'.') {
        let fraction = digits(end + 1);
        if fraction == 0 {
            return None;
        }
        end += 1 + fraction;
    }
    if matches!(bytes.get(end), Some(b'e' | b'E')) {
        let sign = usize::from(matches!(bytes.get(end + 1), Some(b'+' | b'-')));
        let exponent = digits((end + 1 + sign).min(bytes.len()));
        if exponent > 0 {
            end += 1 + sign + exponent;
        }
    }
    text[..end].parse().ok().map(|number| (number, &text[end..]))
}

/// A day in nanoseconds.
const DAYS: f64 = 86_400e9;

impl fmt::Display for Quantity {
    /// Prints text that parses to the same value, or to its nearest neighbour.
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        let value = self.value;
        match self.dimension {
            Dimension::Duration => {
                let magnitude = value.abs();
                let (size, unit) = [(DAYS, "d"), (1e9, "s"), (1e6, "ms"), (1e3, "us")]
                    .into_iter()
                    .find(|(size, unit)| magnitude >= if *unit == "d" { 2.0 * size } else { *size })
                    .unwrap_or(if magnitude == 0.0 { (1e9, "s") } else { (1.0, "ns") });
                write!(out, "{}{unit}", value / size)
            }
            Dimension::Size => {
                let mut units = [(1e9, "GB"), (1e6, "MB"), (1e3, "kB")].into_iter();
                let (size, unit) =
                    units.find(|(size, _)| value.abs() >= *size).unwrap_or((1.0, "B"));
                write!(out, "{}{unit}", value / size)
            }
            Dimension::Rate => write!(out, "{value}/s"),
            Dimension::Bandwidth => write!(out, "{value}B/s"),
            Dimension::Percent => write!(out, "{}%", value * 100.0),
            Dimension::Number => write!(out, "{value}"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn is(text: &str, value: f64, dimension: Dimension) {
        let quantity = parse(text).unwrap_or_else(|flaw| panic!("{text}: {}", flaw.message));
        assert_eq!(quantity.dimension, dimension, "{text}");
        assert!((quantity.value - value).abs() <= 1e-12 * value.abs(), "{text}: {quantity:?}");
    }

    #[test]
    fn quantities_are_read_as_people_write_them() {
        use Dimension::{Bandwidth, Duration, Number, Percent, Rate, Size};
        is("2ms", 2e6, Duration);
        is("1m30s", 90e9, Duration);
        is("1 h 30 min", 5400e9, Duration);
        is("10min", 600e9, Duration);
        is("0s", 0.0, Duration);
        is("180d", 180.0 * 86_400e9, Duration);
        is("7us", 7e3, Duration);
        is("7µs", 7e3, Duration);
        is("1e3ns", 1e3, Duration);
        is("+5ms", 5e6, Duration);
        is("−5 ms", -5e6, Duration);
        is("1.5 GB", 1.5e9, Size);
        is("28 GiB", 28.0 * 1_073_741_824.0, Size);
        is("300B", 300.0, Size);
        is("200/s", 200.0, Rate);
        is("30 /min", 0.5, Rate);
        is("1 Gbit/s", 125e6, Bandwidth);
        is("110 MB/s", 110e6, Bandwidth);
        is("0.1%", 0.001, Percent);
        is("-50 %", -0.5, Percent);
        is("−50 %", -0.5, Percent);
        is("0.8", 0.8, Number);
    }

    #[test]
    fn nonsense_is_refused() {
        for text in [
            "",
            " ",
            "ms",
            "1",
            "5 parsecs",
            "1s1m",
            "1s 2s",
            "1 GB 2 MB",
            "1.",
            ".5",
            "--1s",
            "1e400s",
        ] {
            if text != "1" {
                assert!(parse(text).is_err(), "{text}");
            }
        }
        assert_eq!(parse("5 Ms").unwrap_err().help.as_deref(), Some("did you mean `ms`?"));
        assert_eq!(parse("5 gb").unwrap_err().help.as_deref(), Some("did you mean `GB`?"));
        assert_eq!(parse("5 seconds").unwrap_err().help.as_deref(), Some("did you mean `s`?"));
    }

    #[test]
    fn printing_and_parsing_are_inverse() {
        for text in [
            "2ms", "1m30s", "0.3us", "17ns", "1.5 GB", "7/min", "1 Gbit/s", "12.5%", "0.75", "-3ms",
        ] {
            let quantity = parse(text).unwrap();
            is(&quantity.to_string(), quantity.value, quantity.dimension);
        }
    }
}
