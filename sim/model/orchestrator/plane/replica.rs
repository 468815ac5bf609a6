//! The state of each replica, and of each place where one can be.

use crate::orchestrator::Exit;
use crate::orchestrator::placement::Why;
use wssim_kernel::Time;

/// The stage of a replica; `tasks.rs` has the picture.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum ReplicaState {
    /// It starts later without an order.
    ToCome,
    Runs,
    /// It has ended; the manager learns it at this time.
    Ends(Time),
    /// It is scheduled at the first time; it starts at the second or later.
    New(Time, Time),
    /// It fits on no node.
    Pending(Time, Why),
    /// Its node pulls its image; it starts at this time or later.
    Pulls(Time),
    /// Its image was not available: its node tries again at the first time; it starts at the second or later.
    PullsAgain(Time, Time),
    /// It waits for the end of the task before it, at most until this time.
    Waits(Time),
    Starts(Time),
    /// No further task follows.
    Over,
}

impl ReplicaState {
    /// When its next step is due, if a time decides that.
    pub(super) fn due(self) -> Option<Time> {
        match self {
            Self::Ends(at)
            | Self::New(at, _)
            | Self::PullsAgain(at, _)
            | Self::Waits(at)
            | Self::Starts(at) => Some(at),
            Self::ToCome | Self::Runs | Self::Pulls(_) | Self::Pending(..) | Self::Over => None,
        }
    }

    /// Whether the node's agent takes the next step and reports it.
    pub(super) fn is_of_agent(self) -> bool {
        matches!(self, Self::Starts(_) | Self::PullsAgain(..))
    }
}

/// A wanted container: a slot of a service, and during an update one more beside it.
#[derive(Clone, Copy, Debug)]
pub(super) struct Replica {
    pub(super) service: usize,
    /// Key of its random draws.
    pub(super) key: u64,
    /// The node of a global service's replica, where it must stay.
    pub(super) bound: Option<usize>,
    /// Its place, present or future.
    pub(super) at: Option<usize>,
    pub(super) state: ReplicaState,
    pub(super) image: Option<usize>,
    /// The first replica of its slot, and the one that an update has put in its place.
    pub(super) slot: usize,
    pub(super) heir: Option<usize>,
    /// The replica before it, if an update stops that first.
    pub(super) waits_for: Option<usize>,
    /// Whether it is to end without a replacement.
    pub(super) leaves: bool,
    /// Since when it counts as running.
    pub(super) runs_since: Option<Time>,
    /// The update that its failure would count for.
    pub(super) update: Option<usize>,
    /// When its node last gave it up, and the seconds that it then waited for another node.
    pub(super) moved: (Time, f64),
    /// The node that gave it up: it returns there only when no other node can have it.
    pub(super) given_up_by: Option<usize>,
    /// The last pause of its node before a new try to pull the image, in seconds.
    pub(super) pull_pause: f64,
}

impl Replica {
    pub(super) fn new(service: usize, slot: usize, key: u64, image: Option<usize>) -> Self {
        Self {
            service,
            key,
            bound: None,
            at: None,
            state: ReplicaState::Over,
            image,
            slot,
            heir: None,
            waits_for: None,
            leaves: false,
            runs_since: None,
            update: None,
            moved: (Time::ZERO, 0.0),
            given_up_by: None,
            pull_pause: 0.0,
        }
    }
}

/// Whether a node has an image.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Presence {
    Absent,
    Comes,
    Here,
}

#[derive(Clone, Copy, Debug, Default)]
pub(super) struct PlaceState {
    /// Whether it has a container that has not ended, and whether that listens.
    pub(super) alive: bool,
    /// Whether its node restarts the ended container by itself.
    pub(super) comes_again: bool,
    pub(super) serves: bool,
    /// How the last container ended.
    pub(super) exit: Exit,
    /// The replica that is or will be there.
    pub(super) tenant: Option<usize>,
}
