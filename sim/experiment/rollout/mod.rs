//! Rollouts: what is heard of them in a replication (`record.rs`), and what is told of all (`findings.rs`).

pub(crate) mod findings;
pub(crate) mod record;

use wssim_model::Blueprint;

/// What is deployed, each once, in the order in which it is named.
pub(crate) fn stacks(blueprint: &Blueprint) -> Vec<&str> {
    let mut stacks: Vec<&str> = Vec::new();
    for rollout in blueprint.rollouts() {
        if !stacks.contains(&rollout.stack.as_str()) {
            stacks.push(&rollout.stack);
        }
    }
    stacks
}
