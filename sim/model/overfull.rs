//! How much a replication holds at once. It bounds its memory: where more arrives than is served, requests
//! gather for as long as it goes on.
//!
//! A replication that holds more within its measured stretch has no outcome. Behind it, while measured requests
//! are followed to their end, it is given up there, as after the longest time for which they are followed.

use crate::blueprint::{Arrivals, Blueprint};
use crate::event::Event;
use crate::probe::Probe;
use crate::request::TimeoutClass;
use crate::world::World;
use wssim_kernel::Calendar;

/// Requests and calls in flight, background load included, at most; and users of closed sources, each of whom
/// has a request in flight at most times. An assumption: some 300 MB with what belongs to them.
pub const MOST_IN_FLIGHT: usize = 1 << 20;
/// Events and time-outs pending at most. An assumption: those that an answer overtook stay until they are due,
/// so there are more of them than requests. Some 200 MB.
pub const MOST_PENDING: usize = 1 << 22;

/// Why a replication has no outcome.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Cut {
    /// It was stopped.
    Stopped,
    /// It would have held more than fits.
    Overfull(Overfull),
}

/// Of what there is more than fits.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Overfull {
    /// Requests and calls in flight: [`MOST_IN_FLIGHT`].
    InFlight,
    /// Users of closed sources: [`MOST_IN_FLIGHT`].
    Users,
    /// Events and time-outs to come: [`MOST_PENDING`].
    Pending,
}

/// Whether there is room for all users of closed sources.
pub(crate) fn check_users(blueprint: &Blueprint) -> Result<(), Cut> {
    let users = blueprint.sources.iter().map(|source| match source.arrivals {
        Arrivals::Closed { users, .. } => u64::from(users),
        _ => 0,
    });
    let fits = users.sum::<u64>() <= MOST_IN_FLIGHT as u64;
    if fits { Ok(()) } else { Err(Cut::Overfull(Overfull::Users)) }
}

impl<P: Probe> World<'_, P> {
    /// Of what there is more than fits, if of anything.
    pub(crate) fn overfull(&self, calendar: &Calendar<Event>) -> Option<Overfull> {
        if self.frames.places() > MOST_IN_FLIGHT {
            return Some(Overfull::InFlight);
        }
        let timeouts: usize = self.timeouts.iter().map(TimeoutClass::pending).sum();
        let fits = calendar.len() <= MOST_PENDING && timeouts <= MOST_PENDING;
        (!fits).then_some(Overfull::Pending)
    }
}
