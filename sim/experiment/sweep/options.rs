//! What is asked of a sweep, and why there may be no answer.

use crate::question::{MetricRef, Override, WorldError};

/// Replications of a point unless told otherwise.
pub const USUAL_REPLICATIONS: u32 = 10;

/// Points of a grid at most.
pub const MOST_POINTS: usize = 10_000;

/// How the study is to be done.
#[derive(Clone, Debug)]
pub struct Options {
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
    pub values: Vec<Value>,
    /// What is known of them where all are numbers of one unit.
    pub numbers: Option<Numbers>,
}

/// A value of a parameter.
#[derive(Clone, Debug, PartialEq)]
pub struct Value {
    /// As the scenario writes it.
    pub text: String,
    /// In the base unit of the parameter, where it is a number.
    pub number: Option<f64>,
}

impl Value {
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
    /// How the scenario writes a number of about this size, in the base unit: with a few digits.
    pub write: fn(f64) -> Value,
}

/// Why there is no answer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Error {
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

impl From<WorldError> for Error {
    fn from(error: WorldError) -> Self {
        Self::World(error)
    }
}

#[cfg(test)]
pub(super) mod tests {
    use super::Value;

    /// A number as it is.
    pub(in crate::sweep) fn plain(number: f64) -> Value {
        Value { text: number.to_string(), number: Some(number) }
    }
}
