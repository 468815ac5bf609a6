//! Closed sources: users who think, send a request, wait for the answer, and think again.

use super::source::DRAW_GAP;
use crate::blueprint::Arrivals;
use crate::event::Event;
use crate::ids::SourceId;
use crate::maybe::Maybe;
use crate::probe::Probe;
use crate::world::World;
use wssim_kernel::stream::mix;
use wssim_kernel::{Calendar, Nanos, Time};

/// A user without think time whose request fails at the instant of sending sends the next one after this
/// pause: an assumption, the time a client takes to see the failure. Otherwise time would stand still.
pub(super) const AFTER_REFUSAL: Nanos = Nanos(1_000_000);

/// A shorter pause counts as none: an assumption, far below what any client takes.
const NO_PAUSE: Nanos = Nanos(1_000);

impl<P: Probe> World<'_, P> {
    /// A user of a closed source begins to think; a pause that counts as none becomes `least`.
    pub(super) fn think(
        &mut self,
        now: Time,
        id: SourceId,
        user: u32,
        least: Nanos,
        calendar: &mut Calendar<Event>,
    ) {
        let Arrivals::Closed { think, .. } = &self.blueprint.sources[id.index()].arrivals else {
            return;
        };
        let state = &self.traffic.sources[id.index()];
        let place = mix(u64::from(user), state.asked[user as usize]);
        let pause = Nanos::from_f64(think.sample(&mut state.arrivals.draw(place, DRAW_GAP)));
        let pause = if pause < NO_PAUSE { pause.max(least) } else { pause };
        calendar.schedule(now + pause, Event::Ask { source: id, user });
    }

    /// A user of a closed source sends a request.
    #[inline(never)]
    pub(crate) fn ask(
        &mut self,
        now: Time,
        id: SourceId,
        user: u32,
        calendar: &mut Calendar<Event>,
    ) {
        let state = &mut self.traffic.sources[id.index()];
        let asked = &mut state.asked[user as usize];
        let key = mix(mix(state.root, u64::from(user)), *asked);
        *asked += 1;
        self.request(now, id, key, user, Maybe::NONE, calendar);
    }
}
