//! What is asked of a sweep, and why there may be no answer.

use crate::question::{MetricRef, Override, WorldError};

/// Replications of a point unless told otherwise.
pub const USUAL_REPLICATIONS: u32 = 10;

/// Points of a grid at most.
pub const MOST_POINTS: usize = 10_000;

/// How the study is to be done.
#[derive(Clone, Debug)]
pub struct SweepOptions {
    /// The seed.
    pub seed: u64,
    /// Threads; `None`: all cores.
    pub threads: Option<usize>,
    /// Replications of each point.
    pub replications: u32,
    /// What has other values; the points are all combinations.
    pub parameters: Vec<Parameter>,
    /// What is told of each point; none: what is usual.
    pub metrics: Vec<MetricRef>,
    /// Points that are added, one by one, where the answer changes most.
    pub refine: u32,
}

/// A key of the scenario, and the values that it takes.
#[derive(Clone, Debug)]
pub struct Parameter {
    /// A path such as `traffic.scale`.
    pub path: String,
    /// At least one; numbers ascend.
    pub values: Vec<ParameterValue>,
    /// What is known of them where all are numbers of one unit.
    pub numbers: Option<Numbers>,
}

/// A value of a parameter.
#[derive(Clone, Debug, PartialEq)]
pub struct ParameterValue {
    /// As the scenario writes it.
    pub text: String,
    /// In the base unit of the parameter, where it is a number.
    pub number: Option<f64>,
}

impl ParameterValue {
    /// The override that puts it in force.
    pub(super) fn at(&self, parameter: &Parameter) -> Override {
        Override { path: parameter.path.clone(), value: self.text.clone() }
    }
}

/// Values that are numbers.
#[derive(Clone, Copy, Debug)]
pub struct Numbers {
    /// Base unit, as metrics have it; `1`: none.
    pub unit: &'static str,
    /// Whether equal steps are equal ratios.
    pub is_log: bool,
    /// Whether only whole numbers have a meaning.
    pub is_whole: bool,
    /// How the scenario writes them.
    pub written: WrittenUnit,
}

/// So many of a unit.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct WrittenUnit {
    /// Its name, as it stands behind a number; empty: none.
    pub unit: &'static str,
    /// How much of the base unit it is.
    pub size: f64,
}

/// Digits of what numbers are apart that one of them is written with.
const DIGITS: i32 = 3;

impl Numbers {
    /// A number of the base unit as the scenario writes it, with no more digits than tell it from others
    /// about `step` away: it is moved by less than a hundredth of that. A whole number is the nearest one.
    #[must_use]
    pub fn write(&self, number: f64, step: f64) -> ParameterValue {
        let WrittenUnit { unit, size } = self.written;
        let count = if self.is_whole {
            (number / size).round()
        } else {
            rounded(number / size, step / size)
        };
        ParameterValue { text: count.to_string() + unit, number: Some(count * size) }
    }
}

/// `value` with three digits of what is about `step` large.
pub(crate) fn rounded(value: f64, step: f64) -> f64 {
    let decimals = DIGITS - 1 - step.abs().log10().floor() as i32;
    // A whole number over a power of ten is the double nearest to that decimal number.
    let power = 10f64.powi(decimals.abs());
    let rounded = if decimals >= 0 {
        (value * power).round() / power
    } else {
        (value / power).round() * power
    };
    if rounded.is_finite() { rounded } else { value }
}

/// Why there is no answer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum SweepError {
    /// The world of a point cannot be made.
    Point {
        /// The values of the point.
        overrides: Vec<Override>,
        /// Why.
        why: WorldError,
    },
    /// No world has such a metric.
    NoMetric(MetricRef),
    /// The system gives no threads, or a world cannot be made whatever the point.
    World(WorldError),
}

impl From<WorldError> for SweepError {
    fn from(error: WorldError) -> Self {
        Self::World(error)
    }
}

#[cfg(test)]
pub(super) mod tests {
    use super::*;

    /// Numbers without a unit.
    pub(in crate::sweep) fn plain(is_log: bool, is_whole: bool) -> Numbers {
        Numbers { unit: "1", is_log, is_whole, written: WrittenUnit { unit: "", size: 1.0 } }
    }

    #[test]
    fn numbers_are_written_in_their_unit_with_the_digits_that_tell_them_apart() {
        let written = WrittenUnit { unit: "ms", size: 1e-3 };
        let times = Numbers { unit: "seconds", written, ..plain(false, false) };
        assert_eq!(times.write(0.012_345, 1e-3).text, "12.35ms");
        assert_eq!(times.write(1.5, 1.0).text, "1500ms");
        assert_eq!(plain(false, false).write(1_000.301_7, 0.1).text, "1000.302");
        assert_eq!(plain(false, false).write(123_456.0, 1e5).text, "123000");
        assert_eq!(plain(false, true).write(2.6, 1.0).text, "3");
        for (number, step) in [(1000.3, 0.1), (0.000_123_4, 1e-7), (7.77e12, 3e3), (-4.2, 0.7)] {
            let value = plain(false, false).write(number, step).number.unwrap_or(f64::NAN);
            assert!((value - number).abs() <= 0.01 * step, "{number} became {value}");
        }
    }
}
