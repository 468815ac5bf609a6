//! Options and errors of `capacity`.

use crate::objective::Objective;
use crate::question::WorldError;
use crate::sweep::Parameter;

/// Options of the study.
#[derive(Clone, Debug)]
pub struct CapacityOptions {
    /// The seed.
    pub seed: u64,
    /// Threads; `None` for all cores.
    pub threads: Option<usize>,
    /// The exact number of replications of each value, without a stopping rule.
    pub replications: Option<u32>,
    /// The width of the bracket, as a share of its upper end.
    pub precision: f64,
    /// The conditions; empty for the objectives of the entries.
    pub conditions: Vec<Objective>,
    /// The key to search, with the ends of its range; `None` for the traffic.
    pub find: Option<Parameter>,
    /// The service whose containers are fitted.
    pub template: Option<String>,
}

/// Why there is no answer.
#[derive(Clone, Debug, PartialEq)]
pub enum CapacityError {
    /// A world cannot be made.
    World(WorldError),
    /// No source sends requests, so there is no condition to check.
    NoTraffic,
    /// No service has the name of the template.
    NoTemplate(String),
    /// A condition cannot be measured: its metric does not exist.
    NoMetric(String),
    /// A condition sets a lower limit on a metric as traffic grows.
    AtLeast(String),
    /// A quantile needs more requests in a replication.
    TooFewRequests {
        /// The metric's name.
        metric: String,
        /// The factor on the number of requests.
        times: f64,
    },
}

impl From<WorldError> for CapacityError {
    fn from(error: WorldError) -> Self {
        Self::World(error)
    }
}
