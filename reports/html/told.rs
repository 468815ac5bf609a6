//! What the caller knows of the scenarios beside what was found: values, so that no report reads a scenario.

use crate::check::PlacementShown;
use wssim_experiment::input::Input;

/// What is told of a command beside its findings.
#[derive(Clone, Debug, Default)]
pub struct CommandContext {
    /// The command that gives the same numbers again.
    pub call: String,
    /// The scenario; of several that are compared the baseline first.
    pub plans: Vec<PlanShown>,
}

/// A scenario.
#[derive(Clone, Debug, Default)]
pub struct PlanShown {
    /// Its bare name.
    pub name: String,
    /// Which containers are where.
    pub placements: Vec<PlacementShown>,
    /// RAM and swap of each node, in bytes; infinite: none is given.
    pub memory: Vec<(String, [f64; 2])>,
    /// What is scripted, faults and rollouts: the second of the measured stretch, and the name.
    pub scripted: Vec<(f64, String)>,
    /// Every input, in the order of paths.
    pub inputs: Vec<Input>,
    /// Lints and warnings.
    pub warnings: Vec<String>,
    /// Other scenarios that its changes are from, and how many measurements they are held to.
    pub observed_in: Vec<(String, usize)>,
}
