//! The kinds of orchestrators: one profile a kind.
//!
//! A new kind is a folder beside this file with its profile, and one line in [`ALL`]. No other code asks for the
//! kind: each difference is a field here.

use super::placement::Order;
use super::{Cluster, Orchestrator, RestartPolicy, UpdatePolicy};
use crate::blueprint::Detection;
use std::fmt;
use wssim_kernel::Nanos;
use wssim_kernel::stream::StreamKey;

/// All kinds, in the order in which messages list them.
const ALL: [&KindProfile; 5] = [
    &super::swarm::PROFILE,
    &super::k3s::PROFILE,
    &super::nomad::PROFILE,
    &super::compose::PROFILE,
    &super::none::PROFILE,
];

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

/// Who restarts containers that have ended, and what happens to the containers of a lost node.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Care {
    /// Managers put a new container in the place of each that has ended or is lost, perhaps on another node.
    Replaces,
    /// The node restarts its containers that have ended; managers replace those of a lost node elsewhere.
    RestartsAndReplaces,
    /// The node restarts its containers that have ended. No container moves.
    Restarts,
}

/// Who tells callers that a node is lost.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Missing {
    /// The nodes find it themselves.
    Nodes,
    /// The managers, when they mark it down.
    Managers,
}

/// How callers choose a replica.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Routing {
    /// By a virtual address: each connection goes to the next replica; by DNS where the service asks for that.
    Vip,
    /// Each connection goes to a random replica.
    Random,
    /// By DNS on the caller's host, with the caches of the runtimes; to other hosts by fixed addresses.
    HostDns,
    /// By DNS whose answers are not cached.
    FreshDns,
    /// Each request goes to the next replica.
    InTurn,
}

/// Which keys of stack files are read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Reads {
    /// Those that `docker stack deploy` reads.
    Deploy,
    /// Those that `docker compose up` reads.
    Compose,
}

/// What an orchestrator takes on each node.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Takes {
    /// RAM of a node that only runs containers, in bytes.
    pub agent_bytes: f64,
    /// RAM of a node that manages, in bytes.
    pub manager_bytes: f64,
    /// Threads of the reference CPU on a node that only runs containers.
    pub agent_threads: f64,
    /// The same on a node that manages.
    pub manager_threads: f64,
}

impl Takes {
    /// No known amount.
    pub(super) const NOTHING: Self =
        Self { agent_bytes: 0.0, manager_bytes: 0.0, agent_threads: 0.0, manager_threads: 0.0 };
}

impl Kind {
    /// The number of kinds.
    pub const COUNT: usize = ALL.len();

    /// Their names.
    pub const NAMES: [&str; Self::COUNT] = {
        let mut names = [""; Self::COUNT];
        let mut at = 0;
        while at < Self::COUNT {
            names[at] = ALL[at].name;
            at += 1;
        }
        names
    };

    /// Docker Swarm.
    pub const SWARM: Self = Self(&super::swarm::PROFILE);

    /// Docker Compose.
    pub const COMPOSE: Self = Self(&super::compose::PROFILE);

    /// The kind of this profile.
    #[must_use]
    pub const fn of(profile: &'static KindProfile) -> Self {
        Self(profile)
    }

    /// The kind with this name in scenarios.
    #[must_use]
    pub fn named(name: &str) -> Option<Self> {
        ALL.into_iter().find(|profile| profile.name == name).map(Self)
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
