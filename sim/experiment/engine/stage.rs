//! A stage: makes the world of a point, and simulates its replications.

use crate::question::WorldError;
use crate::stored::Stored;
use std::fmt::Debug;
use wssim_model::Cut;

/// Makes worlds of points, and measures them.
pub trait Stage: Sync {
    /// An arm of the scenario, with overrides.
    type Point: Clone + Ord;
    /// The world of a point, and the results of its replications.
    type Arm: Send + Sync;
    /// The result of one replication.
    type One: Send + Stored;

    /// The world of `point`, without replications.
    ///
    /// # Errors
    /// When the world cannot be made.
    fn open(&self, point: &Self::Point) -> Result<Self::Arm, WorldError>;

    /// Whether both have the same world, so that one can replace the other.
    fn is_same(&self, a: &Self::Arm, b: &Self::Arm) -> bool;

    /// All inputs that determine the results of `arm`, for its key in an archive.
    fn identity(&self, arm: &Self::Arm) -> impl Debug;

    /// Replication `number` of `arm`.
    ///
    /// # Errors
    /// When `stop` says so before its end, or it would need more memory than allowed.
    fn replicate(
        &self,
        arm: &Self::Arm,
        number: u32,
        stop: &dyn Fn() -> bool,
    ) -> Result<Self::One, Cut>;

    /// Events of one replication, for the progress.
    fn events(&self, one: &Self::One) -> u64;

    /// Adds the next replication to `arm`, in the order of their numbers.
    fn keep(&self, arm: &mut Self::Arm, one: Self::One);

    /// Replications that `arm` has.
    fn replications(&self, arm: &Self::Arm) -> u32;

    /// Most replications that `arm` can hold.
    fn most(&self, _arm: &Self::Arm) -> u32 {
        u32::MAX
    }
}
