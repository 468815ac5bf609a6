//! The input of the report of `check`, made by the command line.

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
    /// The containers on each node.
    pub placements: Vec<PlacementShown>,
    /// The routes of requests, from the labels for the proxy.
    pub routes: Vec<RouteShown>,
    /// Offered loads of nodes and services.
    pub offered_load: OfferedLoad,
    /// Features of the scenario that the model does not simulate yet.
    pub not_simulated: Vec<String>,
}

/// An error or a warning.
#[derive(Clone, Debug, Serialize)]
pub struct Mistake {
    /// `error` or `warning`.
    pub severity: &'static str,
    /// Its code, such as `unknown-service`.
    pub code: String,
    /// The error.
    pub message: String,
    /// The file.
    pub file: Option<String>,
    /// From 1.
    pub line: Option<usize>,
    /// From 1.
    pub column: Option<usize>,
    /// How to correct it.
    pub help: Option<String>,
}

/// The containers of one node.
#[derive(Clone, Debug, Serialize)]
pub struct PlacementShown {
    /// The node; `None` if they find no place.
    pub node: Option<String>,
    /// Its containers.
    pub containers: Vec<String>,
}

/// A route of requests, with its middlewares.
#[derive(Clone, Debug, Serialize)]
pub struct RouteShown {
    /// The router.
    pub router: String,
    /// The requests that it matches.
    pub rule: String,
    /// Where they enter; empty for every default entry point.
    pub entry_points: Vec<String>,
    /// The service that answers, with its port.
    pub target: String,
    /// In the order of application.
    pub middlewares: Vec<String>,
}
