//! What is asked of `capacity`, and why there may be no answer.

use crate::objective::Objective;
use crate::question::WorldError;
use crate::sweep::Parameter;

/// How the study is to be done.
#[derive(Clone, Debug)]
pub struct CapacityOptions {
    /// The seed.
    pub seed: u64,
    /// Threads; `None`: all cores.
    pub threads: Option<usize>,
    /// The exact number of replications of each value, without a stopping rule.
    pub replications: Option<u32>,
    /// The width of the bracket, as a share of its upper end.
    pub precision: f64,
    /// What must hold; none: the objectives of the entries.
    pub conditions: Vec<Objective>,
    /// The key whose least or largest value is looked for, with the ends of its range; `None`: the traffic.
    pub find: Option<Parameter>,
    /// The service of whose containers it is told how many fit.
    pub template: Option<String>,
}

/// Why there is no answer.
#[derive(Clone, Debug, PartialEq)]
pub enum CapacityError {
    /// A world cannot be made.
    World(WorldError),
    /// No source sends requests, so that there is nothing to hold.
    NoTraffic,
    /// No service has the name of the template.
    NoTemplate(String),
    /// A condition cannot be measured: its metric is not there.
    NoMetric(String),
    /// A condition asks for at least so much of a metric as the traffic grows.
    AtLeast(String),
    /// A quantile needs so many times as many requests in a replication.
    TooFewRequests {
        /// The metric's name.
        metric: String,
        /// How many times as many.
        times: f64,
    },
}

impl From<WorldError> for CapacityError {
    fn from(error: WorldError) -> Self {
        Self::World(error)
    }
}
