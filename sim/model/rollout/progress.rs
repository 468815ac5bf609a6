//! How far a rollout has come.

use crate::orchestrator::Ending;

/// The progress of one rollout.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct RolloutProgress {
    /// Images whose build has begun.
    pub(super) begun: usize,
    /// Images that are built and in their registries.
    pub(super) there: usize,
    pub(super) updated: usize,
    /// The worst ending of these updates.
    pub(super) outcome: Option<Ending>,
    pub(super) is_over: bool,
}
