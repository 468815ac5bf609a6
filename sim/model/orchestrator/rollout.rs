//! Rollouts: new images of services, how they are brought out, and what may become of that.

use crate::ids::{NodeId, ServiceId};
use crate::law::Law;
use wssim_kernel::Nanos;

/// New images of some services, brought out together.
#[derive(Clone, Debug, PartialEq)]
pub struct Rollout {
    /// Its name, and that of its stream.
    pub name: String,
    /// What is deployed, as metrics name it: a stack, or a service alone.
    pub stack: String,
    /// When, from the beginning of the measured stretch.
    pub at: Nanos,
    /// How the images are built; `None`: they are in the registry.
    pub build: Option<Build>,
    /// The services, by id.
    pub renewals: Vec<Renewal>,
}

/// How images are built, one job a service.
#[derive(Clone, Debug, PartialEq)]
pub struct Build {
    /// Where. What is built is there at once.
    pub node: NodeId,
    /// CPU of one image, in nanoseconds of the reference CPU, on one thread.
    pub cpu: Law,
    /// Images that are built at once.
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

/// What is wrong with an image.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Bad {
    /// Its process ends as soon as its start-up CPU is over.
    Exits,
    /// Its process never listens.
    Hangs,
}

/// How the tasks of a service are replaced when it is updated, or rolled back.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct UpdatePolicy {
    /// Tasks that are replaced at once; zero: all.
    pub parallelism: u32,
    /// Tasks beside these that are replaced at once, each new one before the old one is stopped.
    pub surge: u32,
    /// Pause after each.
    pub delay: Nanos,
    /// For so long after a task runs its failure counts; the update is watched for as long after its last task.
    pub monitor: Nanos,
    /// What follows from failures.
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
    /// Swarm's time of watching (swarmkit, api/defaults/service.go).
    pub const MONITOR: Nanos = Nanos(5_000_000_000);
}

/// What follows from failures of an update.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum OnFailure {
    /// No further task is replaced.
    Pause,
    /// Nothing: they are not looked at.
    Continue,
    /// The tasks get their old image back.
    Rollback,
}

/// What has become of the update of a service.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Ending {
    /// Every task has the new image, and was watched long enough.
    Completed,
    /// Every task has its old image again.
    RolledBack,
    /// It stopped on the way: new containers failed, or could not get their image.
    Paused,
    /// A later one of the same service took its place.
    Overtaken,
    /// It never began: the node that builds its images was lost, or no manager led.
    NotBegun,
}

impl Ending {
    /// All, in the order of their numbers.
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
