//! What an orchestrator knows of its cluster, and what is typical of its kind.
//!
//! A new kind is a folder beside this file with its profile, and one line in `all.rs`. No other code asks for the
//! kind: each difference is a field here.

use super::image::Image;
use super::kind::{Care, Missing, Reads, Routing, Takes};
use super::messages::Orchestrator;
use super::placement::{Machine, Order, Wanted};
use super::restart::RestartPolicy;
use super::rollout::{Rollout, UpdatePolicy};
use crate::blueprint::Detection;
use crate::ids::{NodeId, ServiceId};
use crate::law::Law;
use std::fmt;
use wssim_kernel::Nanos;
use wssim_kernel::stream::StreamKey;

/// A kind of orchestrator: its [`KindProfile`].
#[derive(Clone, Copy)]
pub struct Kind(&'static KindProfile);

/// What is typical of a kind of orchestrator.
pub struct KindProfile {
    /// Its name in scenarios.
    pub name: &'static str,
    /// Who restarts containers that have ended, and what happens to the containers of a lost node.
    pub care: Care,
    /// From leaving the views of callers until a container is told to end.
    pub leaving: Nanos,
    /// Who tells callers that a node is lost.
    pub missing: Missing,
    /// When callers learn that containers are gone or back.
    pub detection: fn() -> Detection,
    /// How often reverse proxies ask it for the servers of their routers; zero: they learn changes at once; `None`:
    /// they keep no lists of their own.
    pub lists: Option<Nanos>,
    /// How callers choose a replica, unless service or client says otherwise.
    pub routing: Routing,
    /// Which node gets a container.
    pub order: Order,
    /// Whether a limit counts as the reservation of the same resource, where the file writes none.
    pub limits_reserve: bool,
    /// The update policy of a service, from the file's policy and the number of replicas.
    pub update: fn(UpdatePolicy, u32) -> UpdatePolicy,
    /// When a node restarts its containers that have ended, from the file's policy.
    pub restart: fn(RestartPolicy) -> RestartPolicy,
    /// Which keys of stack files are read.
    pub reads: Reads,
    /// Whether Docker's overlay networks, virtual addresses and routing mesh carry the traffic between nodes.
    pub mesh: bool,
    /// What it takes on each node, unless the scenario says otherwise.
    pub takes: Takes,
    /// Makes an orchestrator of this kind for a cluster.
    pub open: for<'a> fn(&'a Cluster, StreamKey) -> Watch<'a>,
}

/// An orchestrator that watches over a cluster. It is called when a node is lost, a container ends or a rollout
/// begins, never on the path of a request.
pub type Watch<'a> = Box<dyn Orchestrator + 'a>;

impl Kind {
    /// The kind of this profile.
    #[must_use]
    pub const fn of(profile: &'static KindProfile) -> Self {
        Self(profile)
    }
}

impl std::ops::Deref for Kind {
    type Target = KindProfile;

    fn deref(&self) -> &KindProfile {
        self.0
    }
}

impl PartialEq for Kind {
    fn eq(&self, other: &Self) -> bool {
        self.name == other.name
    }
}

impl fmt::Debug for Kind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name)
    }
}

impl KindProfile {
    /// Whether it replaces the containers of a lost node elsewhere.
    #[must_use]
    pub fn replaces(&self) -> bool {
        self.care != Care::Restarts
    }

    /// Whether a node restarts its ended containers by itself.
    #[must_use]
    pub fn restarts(&self) -> bool {
        self.care != Care::Replaces
    }
}

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
