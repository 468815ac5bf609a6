//! Rollouts: the records of a replication (`record.rs`), and the findings (`findings.rs`).

pub(crate) mod findings;
pub(crate) mod record;

use wssim_model::Blueprint;

/// The deployed stacks, each once, in the order of the blueprint.
pub(crate) fn stacks(blueprint: &Blueprint) -> Vec<&str> {
    let mut stacks: Vec<&str> = Vec::new();
    for rollout in blueprint.rollouts() {
        if !stacks.contains(&rollout.stack.as_str()) {
            stacks.push(&rollout.stack);
        }
    }
    stacks
}
