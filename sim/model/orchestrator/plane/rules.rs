//! The differences between the control planes: one table a kind.

use wssim_kernel::Nanos;
use wssim_kernel::stream::Draw;

/// How managers, agents and tasks of a kind behave.
#[derive(Debug)]
pub(in crate::orchestrator) struct Rules {
    pub(in crate::orchestrator) election: Election,
    /// A leader that hears no quorum for this time steps down.
    pub(in crate::orchestrator) steps_down: Nanos,
    pub(in crate::orchestrator) beats: Beats,
    pub(in crate::orchestrator) lost: LossRule,
    pub(in crate::orchestrator) batches: Batches,
    pub(in crate::orchestrator) ends: Ends,
    pub(in crate::orchestrator) unpulled: Unpulled,
    pub(in crate::orchestrator) updates: Updates,
}

/// How a lost leader is followed by a new one.
#[derive(Clone, Copy, Debug)]
pub(in crate::orchestrator) enum Election {
    /// Raft counts ticks of a second; see `election.rs`.
    Ticks,
    /// The leader renewed a lease some time before its loss, and the lease runs out; the others check it now and
    /// then, and the first to find it free leads. All in seconds.
    Lease {
        /// Time for which a renewal holds.
        lasts: f64,
        /// The time since the last renewal is uniform from zero to this.
        renewed: f64,
        /// The wait of each other manager is uniform from zero to this.
        tried: f64,
    },
}

/// How the leader finds that a node is lost and that it is back.
#[derive(Clone, Copy, Debug)]
pub(in crate::orchestrator) struct Beats {
    /// A node that is away for less time keeps its session.
    pub(in crate::orchestrator) session: Nanos,
    /// From the loss of a node until it is marked down, in seconds.
    pub(in crate::orchestrator) after_loss: fn(&mut Draw<'_>) -> f64,
    /// From a leader's election until a node that it does not hear is marked down, in seconds.
    pub(in crate::orchestrator) after_election: fn(&mut Draw<'_>) -> f64,
    /// From the return of a node until it takes part, in seconds, from its absence in seconds and whether it has
    /// rebooted.
    pub(in crate::orchestrator) back: fn(&mut Draw<'_>, f64, bool) -> f64,
    /// Whether a new leader counts no node as ready before it hears it.
    pub(in crate::orchestrator) new_leader_knows_none: bool,
}

/// What happens to the containers of a node that is marked down.
#[derive(Clone, Copy, Debug)]
pub(in crate::orchestrator) enum LossRule {
    /// They are replaced like containers that have ended.
    AsEnded,
    /// They are replaced at once.
    AtOnce,
    /// They are replaced after a time, unless the node is back; none while at least this share and this number of
    /// nodes are down.
    Tolerated {
        /// The time until they are replaced.
        after: Nanos,
        /// The share of all nodes that stops it.
        share: f64,
        /// The least number of nodes that stops it.
        nodes: usize,
    },
}

/// How long the parts of a control plane collect changes before they pass them on.
#[derive(Clone, Copy, Debug)]
pub(in crate::orchestrator) struct Batches {
    /// From a new task until it gets a node.
    pub(in crate::orchestrator) schedule: Nanos,
    /// From the order to start a container until it starts, uniform in seconds.
    pub(in crate::orchestrator) start: [f64; 2],
    /// Until the managers learn the state of a container, uniform from zero to this number of seconds.
    pub(in crate::orchestrator) status: f64,
    /// From the report that the new container runs until the agent of an old one is told to stop it, in seconds.
    pub(in crate::orchestrator) stop: f64,
}

/// What happens to a container that has ended.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(in crate::orchestrator) enum Ends {
    /// Managers put a new task in its place.
    NewTask,
    /// Its node restarts it. When the node gives it up, managers put it elsewhere after a pause that doubles, in
    /// seconds: the first, and the longest; `None`: a node never gives up.
    InPlace { elsewhere: Option<[f64; 2]> },
}

/// What happens to a container whose image cannot be pulled.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(in crate::orchestrator) enum Unpulled {
    /// It counts as ended.
    Ended,
    /// Its node tries again after a pause that doubles, in seconds: the first, and the longest.
    TriedAgain([f64; 2]),
    /// Its node gives it up.
    GivenUp,
}

/// How updates differ between kinds.
#[derive(Clone, Copy, Debug)]
pub(in crate::orchestrator) struct Updates {
    /// Whether a new container waits for the end of the old one in its place.
    pub(in crate::orchestrator) waits_for_old: bool,
    /// Whether the update is watched for the monitor period after its last new container runs.
    pub(in crate::orchestrator) monitors: bool,
    /// An update is paused after this time without a new container that runs.
    pub(in crate::orchestrator) deadline: Option<Nanos>,
}
