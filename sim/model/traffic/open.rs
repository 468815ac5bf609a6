//! Open sources: requests come whatever became of those before.

use super::{DRAW_GAP, SourceState};
use crate::blueprint::Arrivals;
use crate::event::Event;
use crate::ids::SourceId;
use crate::law::Law;
use crate::probe::Probe;
use crate::request::frame::NONE;
use crate::world::World;
use wssim_kernel::stream::mix;
use wssim_kernel::{Calendar, Nanos, Time};

impl SourceState {
    /// The gap before the next request, by `law`.
    #[inline]
    fn next_gap(&mut self, law: &Law) -> Nanos {
        let gap = if self.gap < 0.0 { self.sample_gap(law, self.next) } else { self.gap };
        self.gap = self.sample_gap(law, self.next + 1);
        Nanos::from_f64(gap)
    }

    #[inline]
    fn sample_gap(&self, law: &Law, number: u64) -> f64 {
        law.sample(&mut self.arrivals.draw(number, DRAW_GAP))
    }
}

impl<P: Probe> World<'_, P> {
    /// Schedules the next arrival of an open source.
    pub(super) fn schedule_arrival(
        &mut self,
        now: Time,
        id: SourceId,
        calendar: &mut Calendar<Event>,
    ) {
        let blueprint = self.blueprint;
        let state = &mut self.sources[id.index()];
        let at = match &blueprint.sources[id.index()].arrivals {
            Arrivals::Poisson { rate_per_second } => {
                let gap = Law::Exponential { mean: 1e9 / rate_per_second };
                Some(now + state.next_gap(&gap))
            }
            Arrivals::Renewal { gap } => Some(now + state.next_gap(gap)),
            Arrivals::Periodic { period, .. } => Some(now + *period),
            Arrivals::Trace(trace) => state.find_row(trace),
            Arrivals::Closed { .. } => None,
        };
        if let Some(at) = at {
            calendar.schedule(at, Event::Arrive(id));
        }
    }

    /// The next request of an open source arrives.
    pub(crate) fn arrive(&mut self, now: Time, id: SourceId, calendar: &mut Calendar<Event>) {
        let state = &mut self.sources[id.index()];
        let key = mix(state.root, state.next);
        state.next += 1;
        let mut row = NONE;
        if matches!(self.blueprint.sources[id.index()].arrivals, Arrivals::Trace(_)) {
            row = state.use_row();
        }
        self.schedule_arrival(now, id, calendar);
        self.request(now, id, key, 0, row, calendar);
    }
}
