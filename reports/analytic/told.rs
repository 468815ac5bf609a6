//! What is told: a value that the command line makes.

use wssim_experiment::analytic::Analytic;

/// The answer, with the scenario that it is of.
#[derive(Clone, Debug, Default)]
pub struct AnalyticReport {
    /// Bare name of the scenario.
    pub name: String,
    /// Its title.
    pub title: String,
    /// What formulas say.
    pub analytic: Analytic,
}
