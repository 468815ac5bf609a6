//! Open sources: requests arrive whatever the outcome of earlier ones.

use super::{DRAW_GAP, DRAW_PHASE, SourceState};
use crate::blueprint::{Arrivals, FirstArrival};
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
    fn next_gap(&mut self, law: &Law) -> f64 {
        let gap = if self.gap < 0.0 { self.sample_gap(law, self.next) } else { self.gap };
        self.gap = self.sample_gap(law, self.next + 1);
        gap
    }

    /// A phase within `period`, the source's own.
    fn uniform_in(&self, period: f64) -> Nanos {
        Nanos::from_f64(period * self.arrivals.draw(0, DRAW_PHASE).open01())
    }

    #[inline]
    fn sample_gap(&self, law: &Law, number: u64) -> f64 {
        law.sample(&mut self.arrivals.draw(number, DRAW_GAP))
    }
}

impl<P: Probe> World<'_, P> {
    /// Schedules the first arrival of an open source.
    pub(super) fn start_open(&mut self, id: SourceId, calendar: &mut Calendar<Event>) {
        let blueprint = self.blueprint;
        let state = &mut self.sources[id.index()];
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
        let state = &mut self.sources[id.index()];
        let at = match &blueprint.sources[id.index()].arrivals {
            Arrivals::Poisson { rate_per_second } => {
                let gap = Law::Exponential { mean: 1e9 / rate_per_second };
                Some(now + Nanos::from_f64(state.next_gap(&gap)))
            }
            Arrivals::Renewal { gap } => Some(now + Nanos::from_f64(state.next_gap(gap))),
            Arrivals::Periodic { period, .. } => Some(now + *period),
            Arrivals::Shaped { gap, profile, .. } => {
                let gap = state.next_gap(gap);
                profile.advance(&mut state.cursor, gap).map(|wait| now + wait)
            }
            Arrivals::Mmpp(process) => {
                let need = state.next_gap(&Law::Exponential { mean: 1.0 });
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
