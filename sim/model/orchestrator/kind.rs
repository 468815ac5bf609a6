//! What kinds of orchestrators there are, and what is typical of each: one profile a kind.
//!
//! A kind more is a folder beside this file with its profile, and one line in [`ALL`]. Nothing else asks which
//! kind it is: what differs is a field here.

use super::placement::Order;
use super::{Cluster, Orchestrator, RestartPolicy, UpdatePolicy};
use crate::blueprint::Detection;
use std::fmt;
use wssim_kernel::Nanos;
use wssim_kernel::stream::StreamKey;

/// All kinds, in the order in which scenarios are told of them.
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
    /// Who starts again what has ended, and what becomes of what a lost node ran.
    pub care: Care,
    /// From leaving the views of callers until a container is told to end.
    pub leaving: Nanos,
    /// Who tells callers that a node is lost.
    pub missing: Missing,
    /// When callers learn that containers are gone, or there.
    pub detection: fn() -> Detection,
    /// How often reverse proxies ask it for the servers of their routers; zero: they are told at once; `None`: they
    /// keep no lists of their own.
    pub lists: Option<Nanos>,
    /// How callers choose a replica, where neither service nor client says otherwise.
    pub routing: Routing,
    /// Which node gets a container.
    pub order: Order,
    /// Whether a reservation that is not written is the limit of the same resource.
    pub limits_reserve: bool,
    /// How a service is updated that has as many replicas, and whose file says so much of it.
    pub update: fn(UpdatePolicy, u32) -> UpdatePolicy,
    /// When what has ended is started again on its node, where the file says so.
    pub restart: fn(RestartPolicy) -> RestartPolicy,
    /// Which keys of stack files are read.
    pub reads: Reads,
    /// Whether Docker's overlay networks, virtual addresses and routing mesh carry what goes between nodes.
    pub mesh: bool,
    /// What it takes on each node, where the scenario says nothing.
    pub takes: Takes,
    /// One that watches over a cluster.
    pub open: for<'a> fn(&'a Cluster, StreamKey) -> Watch<'a>,
}

/// One that watches over a cluster; it is called when something is lost, ends or is brought out, never on the way of
/// a request.
pub type Watch<'a> = Box<dyn Orchestrator + 'a>;

/// Who starts again what has ended, and what becomes of what a lost node ran.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Care {
    /// Managers put a new container in the place of each that has ended or is lost, perhaps elsewhere.
    Replaces,
    /// The node starts again what has ended there; managers put elsewhere what is lost.
    RestartsAndReplaces,
    /// The node starts again what has ended there. Nothing is put elsewhere.
    Restarts,
}

/// Who tells callers that a node is lost.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Missing {
    /// Nodes find it by themselves.
    Nodes,
    /// The managers, when they mark it down.
    Managers,
}

/// How callers choose a replica.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Routing {
    /// By a virtual address: each connection goes to the next one; by DNS where the service asks for that.
    Vip,
    /// Each connection goes to one at random.
    Random,
    /// By DNS, whose answers runtimes keep as they do, on the caller's host; to other hosts by fixed addresses.
    HostDns,
    /// By DNS whose answers nothing keeps.
    FreshDns,
    /// Each request goes to the next one.
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
    /// Nothing that is known.
    pub(super) const NOTHING: Self =
        Self { agent_bytes: 0.0, manager_bytes: 0.0, agent_threads: 0.0, manager_threads: 0.0 };
}

impl Kind {
    /// How many there are.
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

    /// The one that scenarios call `name`.
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
    /// Whether what a lost node ran is put elsewhere.
    #[must_use]
    pub fn replaces(&self) -> bool {
        self.care != Care::Restarts
    }

    /// Whether a node starts again by itself what has ended there.
    #[must_use]
    pub fn restarts(&self) -> bool {
        self.care != Care::Replaces
    }
}
