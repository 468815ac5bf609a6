//! What is known of each replica and of each place where one can be.

use crate::orchestrator::Exit;
use crate::orchestrator::placement::Why;
use wssim_kernel::Time;

/// Where a replica is on its way; `tasks.rs` has the picture.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum ReplicaState {
    /// It begins by itself later.
    ToCome,
    Runs,
    /// It has ended; the manager hears of it then.
    Ends(Time),
    /// Scheduled then; to start at the second time or later.
    New(Time, Time),
    /// It fits nowhere.
    Pending(Time, Why),
    /// Its node pulls its image; to start at that time or later.
    Pulls(Time),
    /// Its image could not be had: its node tries again then; to start at the second time or later.
    PullsAgain(Time, Time),
    /// It waits for the end of the task before it, at most until then.
    Waits(Time),
    Starts(Time),
    /// There is no next one.
    Over,
}

impl ReplicaState {
    /// When something comes of it, if that is a matter of time.
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

    /// Whether its node's agent does what is due, and says how it went.
    pub(super) fn is_of_agent(self) -> bool {
        matches!(self, Self::Starts(_) | Self::PullsAgain(..))
    }
}

/// A container that is wanted: a slot of a service, and during an update one more beside it.
#[derive(Clone, Copy, Debug)]
pub(super) struct Replica {
    pub(super) service: usize,
    /// Where its draws are addressed.
    pub(super) key: u64,
    /// Where it has to be: a global service's.
    pub(super) bound: Option<usize>,
    /// Where it is, or is to be.
    pub(super) at: Option<usize>,
    pub(super) state: ReplicaState,
    pub(super) image: Option<usize>,
    /// The first replica of its slot, and the one that an update has put in its place.
    pub(super) slot: usize,
    pub(super) heir: Option<usize>,
    /// The one before it, if an update stops that first.
    pub(super) waits_for: Option<usize>,
    /// Whether it is to end and not to be replaced.
    pub(super) leaves: bool,
    /// Since when it counts as running.
    pub(super) runs_since: Option<Time>,
    /// The update whose task it is, as long as its failure counts there.
    pub(super) update: Option<usize>,
    /// When its node last gave it up, and for how many seconds it then waited to be put elsewhere.
    pub(super) moved: (Time, f64),
    /// The node that gave it up: it is put there again only when no other can have it.
    pub(super) given_up_by: Option<usize>,
    /// For how long its node last waited before it asked for the image again, in seconds.
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

/// A place for a container.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct PlaceState {
    /// Whether a container is there that has not ended, and whether it listens.
    pub(super) alive: bool,
    /// Whether its node starts again by itself what has ended there.
    pub(super) comes_again: bool,
    pub(super) serves: bool,
    /// How the last one ended.
    pub(super) exit: Exit,
    /// Whose it is.
    pub(super) tenant: Option<usize>,
}
