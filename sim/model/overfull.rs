//! Limits on what a replication holds at once. They bound its memory: where more arrives than is served,
//! requests accumulate until the end.
//!
//! A replication that exceeds them within its measured stretch has no outcome. After it, while measured
//! requests are followed to their end, it is given up, as after the longest time for following them.

use crate::blueprint::{Arrivals, Blueprint};
use crate::event::Event;
use crate::probe::Probe;
use crate::world::World;
use wssim_kernel::Calendar;

/// Limit of requests and calls in flight, including background load; also of users of closed sources, each of
/// whom has a request in flight most of the time. An assumption: some 300 MB with their state.
pub const MOST_IN_FLIGHT: usize = 1 << 20;
/// Limit of pending events and time-outs. An assumption: those overtaken by an answer stay until their time,
/// so there are more of them than requests. Some 200 MB.
pub const MOST_PENDING: usize = 1 << 22;

/// Why a replication has no outcome.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Cut {
    /// It was stopped.
    Stopped,
    /// A limit was exceeded.
    Overfull(Overfull),
}

/// Which limit was exceeded.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Overfull {
    /// Requests and calls in flight: [`MOST_IN_FLIGHT`].
    InFlight,
    /// Users of closed sources: [`MOST_IN_FLIGHT`].
    Users,
    /// Pending events and time-outs: [`MOST_PENDING`].
    Pending,
}

/// Refuses more users of closed sources than the limit.
pub(crate) fn check_users(blueprint: &Blueprint) -> Result<(), Cut> {
    let users = blueprint.sources.iter().map(|source| match source.arrivals {
        Arrivals::Closed { users, .. } => u64::from(users),
        _ => 0,
    });
    let fits = users.sum::<u64>() <= MOST_IN_FLIGHT as u64;
    if fits { Ok(()) } else { Err(Cut::Overfull(Overfull::Users)) }
}

impl<P: Probe> World<'_, P> {
    /// The limit that is exceeded, if any.
    pub(crate) fn overfull(&self, calendar: &Calendar<Event>) -> Option<Overfull> {
        if self.frames.places() > MOST_IN_FLIGHT {
            return Some(Overfull::InFlight);
        }
        let timeouts = self.requests.pending_timeouts();
        let fits = calendar.len() <= MOST_PENDING && timeouts <= MOST_PENDING;
        (!fits).then_some(Overfull::Pending)
    }
}
