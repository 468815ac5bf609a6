//! What `migrate` finds: phase by phase how long it takes, who waits meanwhile, and what can go wrong.

use wssim_stats::Estimate;

/// The answer.
#[derive(Clone, Debug, Default)]
pub struct Migration {
    /// In the order of the scenario.
    pub phases: Vec<PhaseFinding>,
    /// The longest chain of phases, in seconds.
    pub seconds: Option<Estimate>,
    /// Time of people in all phases, in seconds.
    pub effort: Option<Estimate>,
    /// By entry, over all phases, in seconds.
    pub downtime: Vec<(String, Option<Estimate>)>,
}

/// A phase.
#[derive(Clone, Debug)]
pub struct PhaseFinding {
    /// Its name.
    pub id: String,
    /// What it is called.
    pub title: String,
    /// The phases that come before it.
    pub after: Vec<String>,
    /// How long it may take from the first step that changes anything, in seconds.
    pub window_seconds: Option<f64>,
    /// When it begins on average, in seconds from the beginning of the first.
    pub begins: f64,
    /// How long it takes on average, in seconds; of what is never done as long as it was looked at.
    pub mean_seconds: f64,
    /// How long it takes.
    pub seconds: Option<Estimate>,
    /// Share of replications that keep within the window, where it has one.
    pub within: Option<Estimate>,
    /// Replications in which not all of it was done.
    pub unfinished: u32,
    /// Its steps.
    pub steps: Vec<StepFinding>,
    /// By entry, in seconds.
    pub downtime: Vec<(String, Option<Estimate>)>,
    /// By node.
    pub nodes: Vec<Peak>,
    /// What a rollback takes after each step that changes something.
    pub rollbacks: Vec<RollbackFinding>,
    /// What the loss of each node does.
    pub losses: Vec<LossFinding>,
}

/// A step.
#[derive(Clone, Debug)]
pub struct StepFinding {
    /// Its name.
    pub id: String,
    /// What it does.
    pub text: String,
    /// Whether people do it.
    pub is_of_people: bool,
    /// When it begins on average, in seconds from the beginning of its phase; `None`: it never did.
    pub begins: Option<f64>,
    /// How long it takes on average, in seconds.
    pub seconds: Option<f64>,
}

/// The most of a node.
#[derive(Clone, Debug)]
pub struct Peak {
    /// Its name.
    pub name: String,
    /// Bytes of RAM in use.
    pub memory: Option<Estimate>,
    /// Mean share of its threads that run, over ten seconds.
    pub cpu: Option<Estimate>,
}

/// What it takes to go back.
#[derive(Clone, Debug)]
pub struct RollbackFinding {
    /// The last step that was done.
    pub step: String,
    /// How long it takes, in seconds.
    pub seconds: Option<Estimate>,
    /// By entry, there and back, on average, in seconds.
    pub downtime: Vec<(String, f64)>,
}

/// What happens when a node crashes at some moment of a phase, for good.
#[derive(Clone, Debug)]
pub struct LossFinding {
    /// The node.
    pub node: String,
    /// Replications in which all steps were done all the same, of how many.
    pub complete: [u32; 2],
    /// By entry: seconds down on average, and replications in which it is down at the end.
    pub entries: Vec<(String, f64, u32)>,
}
