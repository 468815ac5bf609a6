//! Rollouts: new images of services, how they are deployed, and how an update ends.

use crate::ids::{NodeId, ServiceId};
use crate::law::Law;
use wssim_kernel::Nanos;

/// New images of some services, deployed together.
#[derive(Clone, Debug, PartialEq)]
pub struct Rollout {
    /// Its name, and that of its stream.
    pub name: String,
    /// The stack or single service that is deployed, for labels of metrics.
    pub stack: String,
    /// When it begins, from the start of the measured stretch.
    pub at: Nanos,
    /// How the images are built; `None`: the registry has them.
    pub build: Option<Build>,
    /// The services, by id.
    pub renewals: Vec<Renewal>,
}

/// How images are built, one job a service.
#[derive(Clone, Debug, PartialEq)]
pub struct Build {
    /// The node that builds; it has each image as soon as it is built.
    pub node: NodeId,
    /// CPU time of one image, in nanoseconds of the reference CPU, on one thread.
    pub cpu: Law,
    /// Most images that are built at the same time.
    pub at_once: u32,
}

/// One service and its new image.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Renewal {
    /// The service.
    pub service: ServiceId,
    /// Place of the image in [`Cluster::images`](super::Cluster::images).
    pub image: usize,
}

/// The defect of an image.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Bad {
    /// Its process ends when the CPU time of its start is used up.
    Exits,
    /// Its process never listens.
    Hangs,
}

/// How the tasks of a service are replaced when it is updated, or rolled back.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct UpdatePolicy {
    /// Tasks that are replaced at the same time; zero: all.
    pub parallelism: u32,
    /// Further tasks that are replaced at the same time, each new one before its old one is stopped.
    pub surge: u32,
    /// Pause after each.
    pub delay: Nanos,
    /// Time after its start in which the failure of a task counts; the update is watched for the same time after
    /// its last task.
    pub monitor: Nanos,
    /// What happens when too many tasks fail.
    pub on_failure: OnFailure,
    /// Share of the tasks that may fail before that.
    pub max_failure_ratio: f64,
    /// Whether the new task runs before the old one is stopped.
    pub start_first: bool,
}

impl Default for UpdatePolicy {
    /// Swarm's (swarmkit, api/defaults/service.go).
    fn default() -> Self {
        Self {
            parallelism: 1,
            surge: 0,
            delay: Nanos::ZERO,
            monitor: Self::MONITOR,
            on_failure: OnFailure::Pause,
            max_failure_ratio: 0.0,
            start_first: false,
        }
    }
}

impl UpdatePolicy {
    /// Swarm's monitor period (swarmkit, api/defaults/service.go).
    pub const MONITOR: Nanos = Nanos(5_000_000_000);
}

/// What happens when tasks of an update fail.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum OnFailure {
    /// No further task is replaced.
    Pause,
    /// Nothing: failures do not count.
    Continue,
    /// The tasks get their old image back.
    Rollback,
}

/// How the update of a service has ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Ending {
    /// Every task has the new image, and was watched long enough.
    Completed,
    /// Every task has its old image again.
    RolledBack,
    /// It stopped midway: new containers failed or did not get their image.
    Paused,
    /// A later update of the same service replaced it.
    Overtaken,
    /// It never began: the node that builds its images was lost, or no manager led.
    NotBegun,
}

impl Ending {
    /// All endings, in the order of their numbers.
    pub const ALL: [Self; 5] =
        [Self::Completed, Self::RolledBack, Self::Paused, Self::Overtaken, Self::NotBegun];

    /// Its name in results.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Completed => "completed",
            Self::RolledBack => "rolled-back",
            Self::Paused => "paused",
            Self::Overtaken => "overtaken",
            Self::NotBegun => "not-begun",
        }
    }
}
