//! The input of the report, made by the command line.

use wssim_experiment::analytic::Analytic;

/// The answer and its scenario.
#[derive(Clone, Debug, Default)]
pub struct AnalyticReport {
    /// Bare name of the scenario.
    pub name: String,
    /// Its title.
    pub title: String,
    /// The results of formulas.
    pub analytic: Analytic,
}
