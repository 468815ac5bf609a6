//! The findings of `migrate`: for each phase its duration, downtime, and risks.

use wssim_stats::Estimate;

/// The answer.
#[derive(Clone, Debug, Default)]
pub struct Migration {
    /// In the order of the scenario.
    pub phases: Vec<PhaseFinding>,
    /// The longest chain of phases, in seconds.
    pub seconds: Option<Estimate>,
    /// Working time of people in all phases, in seconds.
    pub effort: Option<Estimate>,
    /// By entry, over all phases, in seconds.
    pub downtime: Vec<(String, Option<Estimate>)>,
}

/// A phase.
#[derive(Clone, Debug)]
pub struct PhaseFinding {
    /// Its name.
    pub id: String,
    /// Its title.
    pub title: String,
    /// The phases that come before it.
    pub after: Vec<String>,
    /// The longest time it may take from the first step that changes something, in seconds.
    pub window_seconds: Option<f64>,
    /// Its mean start, in seconds from the beginning of the first phase.
    pub begins: f64,
    /// Its mean duration, in seconds; the observed time for a phase that never ends.
    pub mean_seconds: f64,
    /// Its duration in seconds.
    pub seconds: Option<Estimate>,
    /// Share of replications within the window, if it has one.
    pub within: Option<Estimate>,
    /// Replications in which it was not complete.
    pub unfinished: u32,
    /// Its steps.
    pub steps: Vec<StepFinding>,
    /// By entry, in seconds.
    pub downtime: Vec<(String, Option<Estimate>)>,
    /// By node.
    pub nodes: Vec<Peak>,
    /// Rollback after each step that changes something.
    pub rollbacks: Vec<RollbackFinding>,
    /// Effects of the loss of each node.
    pub losses: Vec<LossFinding>,
}

/// A step.
#[derive(Clone, Debug)]
pub struct StepFinding {
    /// Its name.
    pub id: String,
    /// A short description.
    pub text: String,
    /// Whether people do it.
    pub is_of_people: bool,
    /// Its mean start, in seconds from the beginning of its phase; `None` if it never began.
    pub begins: Option<f64>,
    /// Its mean duration, in seconds.
    pub seconds: Option<f64>,
}

/// The peak use of a node.
#[derive(Clone, Debug)]
pub struct Peak {
    /// Its name.
    pub name: String,
    /// Bytes of RAM in use.
    pub memory: Option<Estimate>,
    /// Mean share of its threads that run, over ten seconds.
    pub cpu: Option<Estimate>,
}

/// A rollback.
#[derive(Clone, Debug)]
pub struct RollbackFinding {
    /// The last step done before it.
    pub step: String,
    /// Its duration, in seconds.
    pub seconds: Option<Estimate>,
    /// By entry, forward and back, mean, in seconds.
    pub downtime: Vec<(String, f64)>,
}

/// The outcome if a node crashes at a random moment of a phase, for good.
#[derive(Clone, Debug)]
pub struct LossFinding {
    /// The node.
    pub node: String,
    /// Replications in which all steps were done anyway, and the number of replications.
    pub complete: [u32; 2],
    /// By entry: seconds down on average, and replications in which it is down at the end.
    pub entries: Vec<(String, f64, u32)>,
}
