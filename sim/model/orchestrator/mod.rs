//! Orchestrators: the input that they get, their decisions, and when they want to be woken.
//!
//! An orchestrator knows no requests and no world: time and events come in as arguments, decisions go out as
//! values, and random numbers come from streams by name. So the same code drives a world with traffic and can run
//! alone. Nothing is periodic: beats and ticks are not simulated; their effect is computed when a node or a
//! container is lost.
//!
//! ```text
//!  world ── Told: reach, what ended, what listens, it is time ──► Orchestrator
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
    /// The kind of orchestrator.
    pub kind: Kind,
    /// The nodes, by id.
    pub machines: Vec<Machine>,
    /// What is to be placed of each service, by id.
    pub wanted: Vec<Wanted>,
    /// Its restarts, image and updates, of each service, by id.
    pub services: Vec<Watched>,
    /// The places where containers can be, by container.
    pub places: Vec<Place>,
    /// Images that a node must have before a container starts there.
    pub images: Vec<Image>,
    /// From the loss of a node until it is marked down, instead of the orchestrator's own timing.
    pub detection: Option<Law>,
    /// The rollouts of the run.
    pub rollouts: Vec<Rollout>,
}

impl Cluster {
    /// Whether lost containers are replaced, perhaps elsewhere; otherwise each comes back where it was.
    #[must_use]
    pub fn replaces(&self) -> bool {
        self.kind.replaces()
    }
}

/// A service of the cluster, without its placement.
#[derive(Clone, Debug, PartialEq)]
pub struct Watched {
    /// Its name.
    pub name: String,
    /// When its containers are restarted.
    pub restart: RestartPolicy,
    /// Its image, if nodes must pull one.
    pub image: Option<usize>,
    /// How its tasks are replaced when it is updated, and when it is rolled back.
    pub update: UpdatePolicy,
    /// See `update`.
    pub rollback: UpdatePolicy,
}

/// Where a container can be.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Place {
    /// The service of the container.
    pub service: ServiceId,
    /// The node of the container.
    pub node: NodeId,
    /// What it holds at the beginning.
    pub first: First,
}

/// What a place holds at the beginning.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum First {
    /// A container that runs.
    Runs,
    /// A container that starts later without an order.
    Comes,
    /// Nothing: it takes containers that are lost elsewhere.
    Spare,
}

/// An image.
#[derive(Clone, Debug, PartialEq)]
pub struct Image {
    /// Where it is pulled from.
    pub from: ImageSource,
    /// Bytes of its layers that a node without it has to pull, compressed.
    pub bytes: f64,
    /// Highest rate at which the source sends it, in bytes per second; may be infinite.
    pub rate: f64,
    /// Its defect, if it has one.
    pub bad: Option<Bad>,
}

/// Where an image is pulled from.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ImageSource {
    /// A registry outside the cluster, which never fails.
    Outside,
    /// A registry that is a service of the cluster.
    Registry(ServiceId),
    /// The node that built it.
    Node(NodeId),
}

/// Bytes of a compressed image that a node of the reference CPU's speed unpacks per second: 30 to 60 MB/s on a
/// small server of 2024, 7 to 15 MB/s on machines of a quarter of its speed (an estimate; no primary source).
const UNPACKED: f64 = 45e6;

impl Image {
    /// Time to pull it over `wire` bytes per second and to unpack it meanwhile, on an idle node of this speed.
    #[must_use]
    pub fn time(&self, wire: f64, speed: f64) -> Nanos {
        Nanos::from_seconds(self.bytes / wire.min(self.rate).min(UNPACKED * speed))
    }

    /// CPU time to unpack it, in nanoseconds of the reference CPU.
    #[must_use]
    pub fn unpacking(&self) -> f64 {
        self.bytes / UNPACKED * 1e9
    }
}

/// An input of an orchestrator.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Told<'r> {
    /// Which node hears which, by pair; a node that is down or hangs does not hear itself.
    Reach(&'r [bool]),
    /// The node runs again after a crash.
    Rebooted(NodeId),
    /// A container that needs no order is at its start; whether its node is up, so that it runs.
    Begins(ContainerId, bool),
    /// A container listens.
    Serves(ContainerId),
    /// A container counts as running: found healthy, or, without a check, as soon as its process has started.
    Runs(ContainerId),
    /// The node has the image, by its place in [`Cluster::images`].
    Pulled(NodeId, usize),
    /// New images are to be deployed.
    Deploys(RolloutId),
    /// A container has ended, and how.
    Ended(ContainerId, Exit),
    /// The node gives up a container that has ended: it does not restart it.
    GivesUp(ContainerId),
    /// The time at which the orchestrator asked to be woken.
    Alarm,
}

/// A change in the control plane. The world acts on the last four.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Fact {
    /// This manager leads from now on.
    Leads(NodeId),
    /// No manager can decide from now on.
    Leaderless,
    /// The node takes part again.
    Ready(NodeId),
    /// A replacement gets this place.
    Assigned(ContainerId),
    /// A replacement of the service fits on no node.
    Pending(ServiceId, Why),
    /// The image of the replacement at this place cannot be pulled.
    Rejected(ContainerId),
    /// The node is marked down; the managers have not heard it since this time.
    Down(NodeId, Time),
    /// The update of a service is over.
    Updated(RolloutId, ServiceId, Ending),
    /// The node pulls the image, by its place in [`Cluster::images`].
    Pulls(NodeId, usize),
    /// The container starts.
    Starts(ContainerId),
    /// The container is stopped, or its node does not restart it: it is not wanted there any more.
    Stops(ContainerId),
}

/// An orchestrator of a cluster; [`KindProfile::open`] makes one.
pub trait Orchestrator: std::fmt::Debug {
    /// Takes one input and appends the consequences to `facts`.
    fn told(&mut self, now: Time, told: Told<'_>, facts: &mut Vec<Fact>);

    /// When it wants to be woken, unless it gets an input before.
    fn due(&mut self) -> Option<Time>;

    /// The leader, if one can decide.
    fn leader(&self) -> Option<NodeId>;

    /// Whether it can decide: always without managers.
    fn is_led(&self) -> bool;

    /// Whether a client on `node` gets an answer to the question which containers exist.
    fn answers(&self, node: NodeId) -> bool;

    /// Whether the container is wanted and its node is not marked down.
    fn wants(&self, container: ContainerId) -> bool;

    /// Whether it decides when the container, which has ended, is restarted; otherwise its node does.
    fn restarts(&self, container: ContainerId) -> bool;

    /// The present place of the replica that was at `first` in the beginning.
    fn place_of(&self, first: ContainerId) -> Option<ContainerId>;

    /// The image that the container runs or will run, by its place in [`Cluster::images`].
    fn image_at(&self, container: ContainerId) -> Option<usize>;
}
