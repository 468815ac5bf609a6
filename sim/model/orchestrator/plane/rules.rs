//! What differs between control planes of the same build: one table a kind.

use wssim_kernel::Nanos;
use wssim_kernel::stream::Draw;

/// How managers, agents and tasks of a kind behave.
#[derive(Debug)]
pub(in crate::orchestrator) struct Rules {
    pub(in crate::orchestrator) election: Election,
    /// A leader that hears no quorum for so long does not lead any more.
    pub(in crate::orchestrator) steps_down: Nanos,
    pub(in crate::orchestrator) beats: Beats,
    pub(in crate::orchestrator) lost: LossRule,
    pub(in crate::orchestrator) batches: Batches,
    pub(in crate::orchestrator) ends: Ends,
    pub(in crate::orchestrator) unpulled: Unpulled,
    pub(in crate::orchestrator) updates: Updates,
}

/// Who follows a leader that is lost.
#[derive(Clone, Copy, Debug)]
pub(in crate::orchestrator) enum Election {
    /// Raft counts ticks of a second; see `election.rs`.
    Ticks,
    /// The leader has renewed a lease some time before, which then runs out; each of the others looks for that
    /// now and then, and the first to do so leads. All in seconds.
    Lease {
        /// For so long the lease holds.
        lasts: f64,
        /// The time since its last renewal is uniform from zero to this.
        renewed: f64,
        /// The wait of each of the others is uniform from zero to this.
        tried: f64,
    },
}

/// How the leader finds that a node is lost, and that it is back.
#[derive(Clone, Copy, Debug)]
pub(in crate::orchestrator) struct Beats {
    /// A node that is away for less keeps its session.
    pub(in crate::orchestrator) session: Nanos,
    /// From the loss of a node until it is marked down, in seconds.
    pub(in crate::orchestrator) after_loss: fn(&mut Draw<'_>) -> f64,
    /// From the beginning of a leader's rule until a node that is not heard is marked down, in seconds.
    pub(in crate::orchestrator) after_election: fn(&mut Draw<'_>) -> f64,
    /// From the return of a node until it takes part, in seconds: by the seconds that it was away, and whether it
    /// has been started anew.
    pub(in crate::orchestrator) back: fn(&mut Draw<'_>, f64, bool) -> f64,
    /// Whether a new leader takes no node for ready until it is heard.
    pub(in crate::orchestrator) new_leader_knows_none: bool,
}

/// What becomes of the containers of a node that is marked down.
#[derive(Clone, Copy, Debug)]
pub(in crate::orchestrator) enum LossRule {
    /// They are replaced as any that have ended.
    AsEnded,
    /// They are replaced at once.
    AtOnce,
    /// They are replaced after so long, unless the node is back; none as long as so large a share of all nodes,
    /// and at least that number, is down.
    Tolerated {
        /// How long.
        after: Nanos,
        /// The share of all nodes that stops it.
        share: f64,
        /// The least number of nodes that stops it.
        nodes: usize,
    },
}

/// How long the parts of a control plane gather changes before they pass them on.
#[derive(Clone, Copy, Debug)]
pub(in crate::orchestrator) struct Batches {
    /// From a new task until it gets a node.
    pub(in crate::orchestrator) schedule: Nanos,
    /// From the order to start a container until it starts, uniform in seconds.
    pub(in crate::orchestrator) start: [f64; 2],
    /// Until the managers know what has become of a container, uniform from zero to this number of seconds.
    pub(in crate::orchestrator) status: f64,
    /// Until an agent hears that an old container is to end, when its new one runs, in seconds.
    pub(in crate::orchestrator) stop: f64,
}

/// What becomes of a container that has ended.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(in crate::orchestrator) enum Ends {
    /// Managers put a new task in its place.
    NewTask,
    /// Its node starts it again. When that gives up, managers put it elsewhere after a pause that doubles, in
    /// seconds: the first, and the longest; `None`: a node never gives up.
    InPlace { elsewhere: Option<[f64; 2]> },
}

/// What becomes of a container whose image cannot be pulled.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(in crate::orchestrator) enum Unpulled {
    /// It has ended.
    Ended,
    /// Its node tries again after a pause that doubles, in seconds: the first, and the longest.
    TriedAgain([f64; 2]),
    /// Its node gives it up.
    GivenUp,
}

/// How updates differ.
#[derive(Clone, Copy, Debug)]
pub(in crate::orchestrator) struct Updates {
    /// Whether a new container waits for the end of the old one in whose place it comes.
    pub(in crate::orchestrator) waits_for_old: bool,
    /// Whether the whole is watched when the last new container runs.
    pub(in crate::orchestrator) monitors: bool,
    /// An update in which nothing has come to run for so long is given up.
    pub(in crate::orchestrator) deadline: Option<Nanos>,
}
