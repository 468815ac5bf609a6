//! What orchestrators decide: what they are told, what they answer, and when they want to be woken.
//!
//! An orchestrator knows nothing of requests or of the world: time and whatever happens come in as
//! arguments, decisions go out as values, and random numbers come from streams by name. So the same code
//! drives a world with traffic and can be run alone. Nothing of it is periodic: beats and ticks are not
//! simulated, what becomes of them is computed when something is lost.
//!
//! ```text
//!  world ── Told: who hears whom, what ended, what serves, it is time ──► Orchestrator
//!        ◄── Fact: down, ready, leads, assigned, pending, starts, stops ──
//! ```

pub mod compose;
mod gossip;
pub mod k3s;
mod kind;
pub mod nomad;
pub mod none;
pub mod placement;
mod plane;
mod restart;
mod rollout;
pub mod swarm;

pub use kind::{Care, Kind, KindProfile, Missing, Reads, Routing, Takes, Watch};
pub(crate) use restart::Restarts;
pub use restart::{BackOff, Condition, Exit, RestartPolicy};
pub use rollout::{Bad, Build, Ending, OnFailure, Renewal, Rollout, UpdatePolicy};

use crate::ids::{ContainerId, NodeId, RolloutId, ServiceId};
use crate::law::Law;
use placement::{Machine, Wanted, Why};
use wssim_kernel::{Nanos, Time};

/// What an orchestrator knows of the cluster that it watches over.
#[derive(Clone, Debug, PartialEq)]
pub struct Cluster {
    /// Which one watches.
    pub kind: Kind,
    /// The nodes, by id.
    pub machines: Vec<Machine>,
    /// What is wanted of each service, by id.
    pub wanted: Vec<Wanted>,
    /// What else matters of each service, by id.
    pub services: Vec<Watched>,
    /// Where a container can be, by container.
    pub places: Vec<Place>,
    /// Images that have to be on a node before a container starts there.
    pub images: Vec<Image>,
    /// From the loss of a node until it is marked down, instead of the orchestrator's own timing.
    pub detection: Option<Law>,
    /// What is brought out while it watches.
    pub rollouts: Vec<Rollout>,
}

impl Cluster {
    /// Whether what is lost is replaced, perhaps elsewhere; otherwise each container comes back where it was.
    #[must_use]
    pub fn replaces(&self) -> bool {
        self.kind.replaces()
    }
}

/// A service that is watched over.
#[derive(Clone, Debug, PartialEq)]
pub struct Watched {
    /// Its name.
    pub name: String,
    /// When a container of it is replaced.
    pub restart: RestartPolicy,
    /// Its image, if that matters.
    pub image: Option<usize>,
    /// How its tasks are replaced when it is updated, and when it is rolled back.
    pub update: UpdatePolicy,
    /// See `update`.
    pub rollback: UpdatePolicy,
}

/// Where a container can be.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Place {
    /// Of which service.
    pub service: ServiceId,
    /// On which node.
    pub node: NodeId,
    /// Whose it is at the beginning.
    pub first: First,
}

/// What is at a place at the beginning.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum First {
    /// A container that runs.
    Runs,
    /// One that comes by itself later.
    Comes,
    /// Nothing: it is for one that is lost elsewhere.
    Spare,
}

/// An image.
#[derive(Clone, Debug, PartialEq)]
pub struct Image {
    /// Where it is pulled from.
    pub from: ImageSource,
    /// Bytes of its layers that a node without it has to pull, compressed.
    pub bytes: f64,
    /// Bytes a second at which it is sent at most; may be infinite.
    pub rate: f64,
    /// What is wrong with it, if anything is.
    pub bad: Option<Bad>,
}

/// Where an image is pulled from.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ImageSource {
    /// Something outside that never fails.
    Outside,
    /// A registry that runs here.
    Registry(ServiceId),
    /// The node that built it.
    Node(NodeId),
}

/// Bytes a second that a node of the reference CPU's speed unpacks of a compressed image: 30 to 60 MB/s
/// on a small server of 2024, 7 to 15 MB/s on machines of a quarter of its speed (an estimate; no
/// primary source).
const UNPACKED: f64 = 45e6;

impl Image {
    /// How long it takes to pull it over `wire` bytes a second and to unpack it as it comes, on an idle node
    /// of this speed.
    #[must_use]
    pub fn time(&self, wire: f64, speed: f64) -> Nanos {
        Nanos::from_seconds(self.bytes / wire.min(self.rate).min(UNPACKED * speed))
    }

    /// CPU of unpacking it, in nanoseconds of the reference CPU.
    #[must_use]
    pub fn unpacking(&self) -> f64 {
        self.bytes / UNPACKED * 1e9
    }
}

/// What an orchestrator is told.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Told<'r> {
    /// Who hears whom, by pair of nodes; one that is down or stands still does not hear itself.
    Reach(&'r [bool]),
    /// The node runs again after a crash.
    Rebooted(NodeId),
    /// A container begins by itself, if its node is up.
    Begins(ContainerId, bool),
    /// A container listens.
    Serves(ContainerId),
    /// A container counts as running: found healthy, or, without a check, as soon as its process has started.
    Runs(ContainerId),
    /// The node has the image, by its place in [`Cluster::images`].
    Pulled(NodeId, usize),
    /// New images are there to be brought out.
    Deploys(RolloutId),
    /// A container has ended, and how.
    Ended(ContainerId, Exit),
    /// The node of a container, which has ended, does not start it again.
    GivesUp(ContainerId),
    /// It is as late as it asked for.
    Alarm,
}

/// What happens in the control plane. The world acts on the last four.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Fact {
    /// This manager leads from now on.
    Leads(NodeId),
    /// Nobody can decide anything from now on.
    Leaderless,
    /// The node takes part again.
    Ready(NodeId),
    /// A replacement is to run there.
    Assigned(ContainerId),
    /// A replacement of the service fits nowhere.
    Pending(ServiceId, Why),
    /// The image of a replacement cannot be pulled there.
    Rejected(ContainerId),
    /// The node is marked down; it has not been heard since then.
    Down(NodeId, Time),
    /// The update of a service is over.
    Updated(RolloutId, ServiceId, Ending),
    /// The node pulls the image, by its place in [`Cluster::images`].
    Pulls(NodeId, usize),
    /// The container starts.
    Starts(ContainerId),
    /// The container is stopped, or not started again by its node: it is not wanted there any more.
    Stops(ContainerId),
}

/// What watches over a cluster; [`KindProfile::open`] makes one.
pub trait Orchestrator: std::fmt::Debug {
    /// Something has happened; adds what comes of it to `facts`.
    fn told(&mut self, now: Time, told: Told<'_>, facts: &mut Vec<Fact>);

    /// When it wants to be woken, if nothing happens before.
    fn due(&mut self) -> Option<Time>;

    /// Who leads, if anybody can decide.
    fn leader(&self) -> Option<NodeId>;

    /// Whether it can decide anything.
    fn is_led(&self) -> bool;

    /// Whether it answers one who asks from `node` which containers there are.
    fn answers(&self, node: NodeId) -> bool;

    /// Whether the container is one that is wanted, on a node that is not marked down.
    fn wants(&self, container: ContainerId) -> bool;

    /// Whether it decides when the container, which has ended, starts again; otherwise its node does.
    fn restarts(&self, container: ContainerId) -> bool;

    /// Where the replica is now that was at `first` in the beginning.
    fn place_of(&self, first: ContainerId) -> Option<ContainerId>;

    /// The image that the container runs, or is to run, by its place in [`Cluster::images`].
    fn image_at(&self, container: ContainerId) -> Option<usize>;
}
