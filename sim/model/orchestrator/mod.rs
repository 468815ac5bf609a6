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

pub mod placement;
mod restart;
pub mod swarm;

pub(crate) use restart::Restarts;
pub use restart::{Condition, Exit, RestartPolicy};

use crate::ids::{ContainerId, NodeId, ServiceId};
use crate::law::Law;
use placement::{Machine, Wanted, Why};
use swarm::Swarm;
use wssim_kernel::stream::StreamKey;
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
}

/// Orchestrators.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// Docker Swarm.
    Swarm,
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
    /// The service that it is pulled from; `None`: something outside that never fails.
    pub registry: Option<ServiceId>,
    /// How long that takes, by node.
    pub pull: Vec<Nanos>,
}

/// Bytes a second that a node of the reference CPU's speed unpacks of a compressed image: 30 to 60 MB/s
/// on a small server of 2024, 7 to 15 MB/s on machines of a quarter of its speed (an estimate; no
/// primary source).
const UNPACKED: f64 = 45e6;

impl Image {
    /// How long it takes to pull `bytes` over `wire` bytes a second and to unpack them as they come, on
    /// a node of this speed.
    #[must_use]
    pub fn time(bytes: f64, wire: f64, speed: f64) -> Nanos {
        Nanos::from_seconds(bytes / wire.min(UNPACKED * speed))
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
    /// A container has ended, and how.
    Ended(ContainerId, Exit),
    /// It is as late as it asked for.
    Alarm,
}

/// What happens in the control plane. The world acts on the last three.
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
    /// The container starts.
    Starts(ContainerId),
    /// The container is stopped: nobody wants it there any more.
    Stops(ContainerId),
}

/// Whoever watches over a cluster.
#[derive(Debug)]
pub enum Orchestrator<'a> {
    /// Docker Swarm.
    Swarm(Swarm<'a>),
}

impl<'a> Orchestrator<'a> {
    /// In a cluster where everything runs.
    #[must_use]
    pub fn new(cluster: &'a Cluster, stream: StreamKey) -> Self {
        match cluster.kind {
            Kind::Swarm => Self::Swarm(Swarm::new(cluster, stream)),
        }
    }

    /// Something has happened; adds what comes of it to `facts`.
    pub fn told(&mut self, now: Time, told: Told<'_>, facts: &mut Vec<Fact>) {
        match self {
            Self::Swarm(swarm) => swarm.told(now, told, facts),
        }
    }

    /// When it wants to be woken, if nothing happens before.
    #[must_use]
    pub fn due(&mut self) -> Option<Time> {
        match self {
            Self::Swarm(swarm) => swarm.due(),
        }
    }

    /// Who leads, if anybody can decide.
    #[must_use]
    pub fn leader(&self) -> Option<NodeId> {
        match self {
            Self::Swarm(swarm) => swarm.leader(),
        }
    }

    /// Whether whoever asks from `node` who is there is answered.
    #[must_use]
    pub fn answers(&self, node: NodeId) -> bool {
        match self {
            Self::Swarm(swarm) => swarm.answers(node),
        }
    }

    /// Whether the container is one that is wanted, on a node that is not marked down.
    #[must_use]
    pub fn wants(&self, container: ContainerId) -> bool {
        match self {
            Self::Swarm(swarm) => swarm.wants(container),
        }
    }

    /// Where the replica is now that was at `first` in the beginning.
    #[must_use]
    pub fn place_of(&self, first: ContainerId) -> Option<ContainerId> {
        match self {
            Self::Swarm(swarm) => swarm.place_of(first),
        }
    }
}
