//! A stage: how a point becomes a world, and what one replication of it leaves behind.

use crate::question::WorldError;
use crate::stored::Stored;
use std::fmt::Debug;
use wssim_model::Cut;

/// Where points become worlds, and what is measured there.
pub trait Stage: Sync {
    /// What a study names: an arm of the scenario, with overrides.
    type Point: Clone + Ord;
    /// The world of a point, and what its replications have shown.
    type Arm: Send + Sync;
    /// What one replication leaves behind.
    type One: Send + Stored;

    /// The world of `point`, without replications.
    ///
    /// # Errors
    /// When the world cannot be made.
    fn open(&self, point: &Self::Point) -> Result<Self::Arm, WorldError>;

    /// Whether both have the same world, so that one can stand for the other.
    fn is_same(&self, a: &Self::Arm, b: &Self::Arm) -> bool;

    /// Everything that decides what replications of `arm` leave behind, for its name in an archive.
    fn identity(&self, arm: &Self::Arm) -> impl Debug;

    /// Replication `number` of `arm`.
    ///
    /// # Errors
    /// When `stop` says so before its end, or it would hold more at once than fits.
    fn replicate(
        &self,
        arm: &Self::Arm,
        number: u32,
        stop: &dyn Fn() -> bool,
    ) -> Result<Self::One, Cut>;

    /// Events of one replication, for the progress.
    fn events(&self, one: &Self::One) -> u64;

    /// Takes the next replication of `arm`; they come in the order of their numbers.
    fn keep(&self, arm: &mut Self::Arm, one: Self::One);

    /// Replications that `arm` has.
    fn replications(&self, arm: &Self::Arm) -> u32;

    /// Replications that `arm` has room for.
    fn most(&self, _arm: &Self::Arm) -> u32 {
        u32::MAX
    }
}
