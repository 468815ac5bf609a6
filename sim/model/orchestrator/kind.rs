//! In what kinds of orchestrators differ.

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
