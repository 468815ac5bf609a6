//! What `check` knows: a value that the command line makes.

use serde::Serialize;
use wssim_experiment::offered::OfferedLoad;

/// The answer of `check`.
#[derive(Clone, Debug, Default)]
pub struct CheckAnswer {
    /// Bare name of the scenario.
    pub name: String,
    /// Its title.
    pub title: String,
    /// Errors and warnings, in the order of the texts.
    pub diagnostics: Vec<Mistake>,
    /// Which containers each node runs.
    pub placements: Vec<PlacementShown>,
    /// Which requests go where, as labels tell the proxy.
    pub routes: Vec<RouteShown>,
    /// What is asked of nodes and services.
    pub offered_load: OfferedLoad,
    /// What the scenario says and the model does not simulate yet.
    pub not_simulated: Vec<String>,
}

/// An error or a warning.
#[derive(Clone, Debug, Serialize)]
pub struct Mistake {
    /// `error` or `warning`.
    pub severity: &'static str,
    /// What kind of mistake, such as `unknown-service`.
    pub code: String,
    /// What is wrong.
    pub message: String,
    /// The file.
    pub file: Option<String>,
    /// From 1.
    pub line: Option<usize>,
    /// From 1.
    pub column: Option<usize>,
    /// What would be right.
    pub help: Option<String>,
}

/// The containers of one node.
#[derive(Clone, Debug, Serialize)]
pub struct PlacementShown {
    /// The node; `None`: they find none.
    pub node: Option<String>,
    /// Its containers.
    pub containers: Vec<String>,
}

/// Which requests go where, and through what.
#[derive(Clone, Debug, Serialize)]
pub struct RouteShown {
    /// The router.
    pub router: String,
    /// Which requests it takes.
    pub rule: String,
    /// Where they come in; empty: at every entry point that is a default.
    pub entry_points: Vec<String>,
    /// The service that answers, with its port.
    pub target: String,
    /// In the order in which a request meets them.
    pub middlewares: Vec<String>,
}
