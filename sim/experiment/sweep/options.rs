//! Options and errors of `sweep`.

use crate::question::{MetricRef, Override, WorldError};

/// Replications of a point by default.
pub const USUAL_REPLICATIONS: u32 = 10;

/// Most points of a grid.
pub const MOST_POINTS: usize = 10_000;

/// Options of the study.
#[derive(Clone, Debug)]
pub struct SweepOptions {
    /// The seed.
    pub seed: u64,
    /// Threads; `None` for all cores.
    pub threads: Option<usize>,
    /// Replications of each point.
    pub replications: u32,
    /// The varied keys; the points are all combinations.
    pub parameters: Vec<Parameter>,
    /// Metrics to report for each point; empty for the default ones.
    pub metrics: Vec<MetricRef>,
    /// Points to add, one by one, where the answer changes most.
    pub refine: u32,
}

/// A varied key of the scenario, with its values.
#[derive(Clone, Debug)]
pub struct Parameter {
    /// A path such as `traffic.scale`.
    pub path: String,
    /// At least one; numbers ascend.
    pub values: Vec<ParameterValue>,
    /// Facts about the values if all are numbers of one unit.
    pub numbers: Option<Numbers>,
}

/// A value of a parameter.
#[derive(Clone, Debug, PartialEq)]
pub struct ParameterValue {
    /// As the scenario writes it.
    pub text: String,
    /// In the base unit of the parameter, if it is a number.
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
    /// Base unit, as of metrics; `1` without a unit.
    pub unit: &'static str,
    /// Whether equal steps are equal ratios.
    pub is_log: bool,
    /// Whether only whole numbers are valid.
    pub is_whole: bool,
    /// How the scenario writes them.
    pub written: WrittenUnit,
}

/// A unit in which numbers are written.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct WrittenUnit {
    /// Its name after a number; empty without one.
    pub unit: &'static str,
    /// Its size in the base unit.
    pub size: f64,
}

/// Digits of a written number, relative to the distance between numbers.
const DIGITS: i32 = 3;

impl Numbers {
    /// A number of the base unit as the scenario writes it, with only the digits that distinguish it
    /// from others about `step` away: rounding moves it by less than a hundredth of `step`. A whole
    /// number is rounded to the nearest one.
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

/// `value` rounded to three digits of `step`.
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
        /// The reason.
        why: WorldError,
    },
    /// No world has such a metric.
    NoMetric(MetricRef),
    /// The system provides no threads, or no world can be made at any point.
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
