//! Interpolates between the ends of a range.

use crate::expression;

/// The value at `fraction` of the way; whole numbers remain whole.
pub(super) fn between(from: &str, to: &str, fraction: f64) -> Option<String> {
    if fraction <= 0.0 {
        return Some(from.to_owned());
    }
    if fraction >= 1.0 {
        return Some(to.to_owned());
    }
    if let (Ok(a), Ok(b)) = (from.parse::<i64>(), to.parse::<i64>()) {
        return Some((a as f64 + (b as f64 - a as f64) * fraction).round().to_string());
    }
    let (a, b) = (expression::parse(from).ok()?, expression::parse(to).ok()?);
    expression::between(&a, &b, fraction).map(|value| value.to_string())
}

#[cfg(test)]
mod tests {
    use super::between;

    #[test]
    fn whole_numbers_stay_whole_between_two() {
        assert_eq!(between("100", "201", 0.5).as_deref(), Some("151"));
        assert_eq!(between("1.0", "2", 0.5).as_deref(), Some("1.5"));
        assert_eq!(between("4/s", "0.5/s", 1.0).as_deref(), Some("0.5/s"));
        assert_eq!(between("none", "4/s", 0.5), None);
    }
}
