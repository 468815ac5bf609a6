//! The caller's data about the scenarios: values, so that no report reads a scenario.

use crate::check::PlacementShown;
use wssim_experiment::input::Input;

/// Data about a command beside its findings.
#[derive(Clone, Debug, Default)]
pub struct CommandContext {
    /// The command that reproduces the numbers.
    pub call: String,
    /// The scenario; for several compared ones the baseline first.
    pub plans: Vec<PlanShown>,
}

/// A scenario.
#[derive(Clone, Debug, Default)]
pub struct PlanShown {
    /// Its bare name.
    pub name: String,
    /// Containers by node.
    pub placements: Vec<PlacementShown>,
    /// RAM and swap of each node, in bytes; infinite if not given.
    pub memory: Vec<(String, [f64; 2])>,
    /// Scripted faults and rollouts: the second of the measured stretch, and the name.
    pub scripted: Vec<(f64, String)>,
    /// Every input, in the order of paths.
    pub inputs: Vec<Input>,
    /// Lints and warnings.
    pub warnings: Vec<String>,
    /// Bases of its changes, and the number of measurements that constrain each.
    pub observed_in: Vec<(String, usize)>,
}
