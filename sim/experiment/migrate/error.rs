//! Errors of `migrate`.

use crate::question::WorldError;

/// Why there is no answer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum MigrationError {
    /// A world cannot be made.
    World(WorldError),
    /// The scenario has no phases.
    NoPhases,
}

impl From<WorldError> for MigrationError {
    fn from(error: WorldError) -> Self {
        Self::World(error)
    }
}
