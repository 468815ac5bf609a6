//! Numbers in files: in base units, rounded to twelve significant digits, more than any simulated
//! interval has.

use serde::ser::{Serialize, Serializer};

/// `value` rounded to twelve significant digits; `None` if not finite.
pub(crate) fn twelve_digits(value: f64) -> Option<f64> {
    let rounded: f64 = format!("{value:.11e}").parse().ok()?;
    // Removes the sign of zero.
    rounded.is_finite().then_some(rounded + 0.0)
}

/// A number of the file.
pub(crate) struct Number(pub(crate) f64);

impl Serialize for Number {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        twelve_digits(self.0).serialize(serializer)
    }
}

/// A number as written in a file.
pub(crate) fn written(value: f64) -> String {
    twelve_digits(value).map_or_else(|| "null".to_owned(), |value| format!("{value:?}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_have_twelve_digits_and_no_more() {
        for (value, text) in [
            (1.0 / 3.0, "0.333333333333"),
            (0.1 + 0.2, "0.3"),
            (600.0, "600.0"),
            (-0.0, "0.0"),
            (1.5e-9, "1.5e-9"),
            (f64::NAN, "null"),
            (f64::INFINITY, "null"),
        ] {
            assert_eq!(serde_json::to_string(&Number(value)).unwrap(), text);
        }
    }
}
