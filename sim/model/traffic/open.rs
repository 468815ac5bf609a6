//! Open sources: requests arrive whatever the outcome of earlier ones.

use crate::blueprint::{Arrivals, FirstArrival};
use crate::event::Event;
use crate::ids::SourceId;
use crate::maybe::Maybe;
use crate::probe::Probe;
use crate::world::World;
use wssim_kernel::stream::mix;
use wssim_kernel::{Calendar, Nanos, Time};

impl<P: Probe> World<'_, P> {
    /// Schedules the first arrival of an open source.
    pub(super) fn start_open(&mut self, id: SourceId, calendar: &mut Calendar<Event>) {
        let blueprint = self.blueprint;
        let state = &mut self.traffic.sources[id.index()];
        let wait = match &blueprint.sources[id.index()].arrivals {
            Arrivals::Periodic { period, phase } => {
                Some(phase.unwrap_or_else(|| state.uniform_in(period.as_f64())))
            }
            Arrivals::Shaped { gap, first: FirstArrival::Uniform, profile } => {
                let phase = state.uniform_in(gap.mean()).as_f64();
                profile.advance(&mut state.cursor, phase)
            }
            Arrivals::Shaped { first: FirstArrival::At(phase), profile, .. } => {
                profile.advance(&mut state.cursor, phase.as_f64())
            }
            _ => return self.schedule_arrival(Time::ZERO, id, calendar),
        };
        if let Some(wait) = wait {
            calendar.schedule(Time::ZERO + wait, Event::Arrive(id));
        }
    }

    /// Schedules the next arrival of an open source.
    fn schedule_arrival(&mut self, now: Time, id: SourceId, calendar: &mut Calendar<Event>) {
        let blueprint = self.blueprint;
        let state = &mut self.traffic.sources[id.index()];
        let at = match &blueprint.sources[id.index()].arrivals {
            Arrivals::Poisson { rate_per_second } => {
                let gap = state.next_exponential_gap(1e9 / rate_per_second);
                Some(now + Nanos::from_f64(gap))
            }
            Arrivals::Renewal { gap } => Some(now + Nanos::from_f64(state.next_gap(gap))),
            Arrivals::Periodic { period, .. } => Some(now + *period),
            Arrivals::Shaped { gap, profile, .. } => {
                let gap = state.next_gap(gap);
                profile.advance(&mut state.cursor, gap).map(|wait| now + wait)
            }
            Arrivals::Mmpp(process) => {
                let need = state.next_exponential_gap(1.0);
                state.modulation.as_mut().map(|place| now + process.advance(place, need))
            }
            Arrivals::Trace(trace) => state.find_row(trace),
            Arrivals::Closed { .. } => None,
        };
        if let Some(at) = at {
            calendar.schedule(at, Event::Arrive(id));
        }
    }

    /// The next request of an open source arrives.
    pub(crate) fn arrive(&mut self, now: Time, id: SourceId, calendar: &mut Calendar<Event>) {
        let state = &mut self.traffic.sources[id.index()];
        let key = mix(state.root, state.next);
        state.next += 1;
        let mut row = Maybe::NONE;
        if matches!(self.blueprint.sources[id.index()].arrivals, Arrivals::Trace(_)) {
            row = Maybe::some(state.use_row());
        }
        self.schedule_arrival(now, id, calendar);
        self.request(now, id, key, 0, row, calendar);
    }
}
