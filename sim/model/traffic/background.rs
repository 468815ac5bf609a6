//! Background load: bursts of CPU that a container makes of itself.

use crate::event::Event;
use crate::ids::BackgroundId;
use crate::law::Law;
use crate::probe::Probe;
use crate::request::frame::Kind;
use crate::world::World;
use wssim_kernel::{Calendar, Nanos, Time};

/// Draws of a background's stream of bursts.
const DRAW_BURST_GAP: u32 = 0;
const DRAW_BURST_CPU: u32 = 1;
const DRAW_BURST_PHASE: u32 = 2;

impl<P: Probe> World<'_, P> {
    /// Puts the first burst of every background load on the calendar.
    pub(super) fn start_background(&mut self, calendar: &mut Calendar<Event>) {
        let blueprint = self.blueprint;
        for (place, background) in blueprint.background.iter().enumerate() {
            // A periodic burst starts at a phase of its own; any other law needs none.
            let phase = match background.every {
                Law::Constant(period) => {
                    let (stream, _) = self.bursts[place];
                    Nanos::from_f64(period * stream.draw(0, DRAW_BURST_PHASE).open01())
                }
                _ => self.burst_gap(BackgroundId::from(place)),
            };
            calendar.schedule(Time::ZERO + phase, Event::Burst(BackgroundId::from(place)));
        }
    }

    fn burst_gap(&self, id: BackgroundId) -> Nanos {
        let (stream, number) = self.bursts[id.index()];
        let every = &self.blueprint.background[id.index()].every;
        Nanos::from_f64(every.sample(&mut stream.draw(number, DRAW_BURST_GAP)))
    }

    /// A container's background load begins a burst.
    pub(crate) fn burst(&mut self, now: Time, id: BackgroundId, calendar: &mut Calendar<Event>) {
        let blueprint = self.blueprint;
        let background = &blueprint.background[id.index()];
        let (stream, number) = self.bursts[id.index()];
        let demand = background.cpu.sample(&mut stream.draw(number, DRAW_BURST_CPU));
        self.bursts[id.index()].1 += 1;
        let (id_of_burst, frame) = self.frames.open(Kind::Burst, stream.root());
        frame.container = background.container;
        self.start_job(now, id_of_burst, background.container, demand, calendar);
        let gap = self.burst_gap(id);
        calendar.schedule(now + gap, Event::Burst(id));
    }
}
