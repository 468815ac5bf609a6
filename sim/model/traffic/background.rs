//! Background load: bursts of CPU that a container makes of itself, or the system of a node.

use crate::blueprint::Maker;
use crate::event::Event;
use crate::ids::BackgroundId;
use crate::law::Law;
use crate::probe::Probe;
use crate::request::frame::Kind;
use crate::world::World;
use wssim_kernel::stream::mix;
use wssim_kernel::{Calendar, Nanos, Time};

/// Draws of a background's stream of bursts.
const DRAW_BURST_GAP: u32 = 0;
const DRAW_BURST_CPU: u32 = 1;
const DRAW_BURST_PHASE: u32 = 2;
/// CPU of the second job of a burst; further jobs follow.
const DRAW_BURST_MORE: u32 = 3;

impl<P: Probe> World<'_, P> {
    /// Puts the first burst of every background load on the calendar.
    pub(super) fn start_background(&mut self, calendar: &mut Calendar<Event>) {
        let blueprint = self.blueprint;
        for (place, background) in blueprint.background.iter().enumerate() {
            let id = BackgroundId::from(place);
            let first = match (background.first, &background.every) {
                (Some(first), _) => first,
                // A periodic burst starts at a phase of its own; any other law needs none.
                (None, Law::Constant(period)) => {
                    let (stream, _) = self.bursts[place];
                    Nanos::from_f64(period * stream.draw(0, DRAW_BURST_PHASE).open01())
                }
                (None, _) => self.burst_gap(id),
            };
            self.schedule_burst(Time::ZERO + first, id, calendar);
        }
    }

    fn schedule_burst(&mut self, at: Time, id: BackgroundId, calendar: &mut Calendar<Event>) {
        let background = &self.blueprint.background[id.index()];
        if at < background.until && self.bursts[id.index()].1 < background.count {
            calendar.schedule(at, Event::Burst(id));
        }
    }

    fn burst_gap(&self, id: BackgroundId) -> Nanos {
        let (stream, number) = self.bursts[id.index()];
        let every = &self.blueprint.background[id.index()].every;
        Nanos::from_f64(every.sample(&mut stream.draw(number, DRAW_BURST_GAP)))
    }

    /// A background load begins a burst.
    pub(crate) fn burst(&mut self, now: Time, id: BackgroundId, calendar: &mut Calendar<Event>) {
        let background = &self.blueprint.background[id.index()];
        for job in 0..if self.makes_load(now, background.maker) { background.jobs } else { 0 } {
            self.burst_job(now, id, job, calendar);
        }
        self.bursts[id.index()].1 += 1;
        let gap = self.burst_gap(id);
        self.schedule_burst(now + gap, id, calendar);
    }

    /// Whether `maker` runs; what a system misses while it stands still it does not make up for.
    fn makes_load(&self, now: Time, maker: Maker) -> bool {
        match maker {
            Maker::Container(container) => self.containers[container.index()].life.listens(),
            Maker::System(node) => self.is_joined(now, node, node),
        }
    }

    /// Job number `job` of the burst that begins now.
    fn burst_job(&mut self, now: Time, id: BackgroundId, job: u32, calendar: &mut Calendar<Event>) {
        let background = &self.blueprint.background[id.index()];
        let (stream, number) = self.bursts[id.index()];
        let draw = if job == 0 { DRAW_BURST_CPU } else { DRAW_BURST_MORE + job - 1 };
        let demand = background.cpu.sample(&mut stream.draw(number, draw));
        let container = match background.maker {
            Maker::Container(container) => container,
            Maker::System(node) => return self.work_in_kernel(now, node, demand, calendar),
        };
        let (id_of_burst, frame) = self.frames.open(Kind::Burst, mix(stream.root(), number));
        frame.container = container;
        if self.containers[container.index()].is_watched
            && self.touch_pages(now, id_of_burst, [demand, 0.0], job, calendar)
        {
            return;
        }
        self.start_job(now, id_of_burst, container, demand, calendar);
    }
}
