//! Where requests come from: open sources, closed ones, replayed ones, and background load.
//!
//! Request n of a source stays request n whatever else happens: its arrival is drawn from the
//! source's own stream, and what it draws later is addressed by a key made of source and n.

use crate::blueprint::{Arrivals, Source, Trace};
use crate::event::Event;
use crate::ids::{BackgroundId, EndpointId, SourceId, TimeoutId};
use crate::law::Law;
use crate::probe::{Failure, Probe};
use crate::request::frame::{Frame, FrameId, Kind, NONE, Waits};
use crate::world::World;
use wssim_kernel::stream::{StreamKey, mix};
use wssim_kernel::{Calendar, Nanos, Time};

/// Draws of a root's frame.
const DRAW_ENTRY: u32 = 0xFFFF_FF21;
const DRAW_PATIENCE: u32 = 0xFFFF_FF22;
const DRAW_PATIENCE_IN_QUEUE: u32 = 0xFFFF_FF23;
/// Draws of a source's stream of arrivals.
const DRAW_GAP: u32 = 0;
const DRAW_PHASE: u32 = 1;
const DRAW_COPIES: u32 = 2;

/// Draws of a background's stream of bursts.
const DRAW_BURST_GAP: u32 = 0;
const DRAW_BURST_CPU: u32 = 1;
const DRAW_BURST_PHASE: u32 = 2;

/// What a source remembers.
#[derive(Debug)]
pub(crate) struct SourceState {
    /// Stream of its arrivals.
    arrivals: StreamKey,
    /// What its requests' keys derive from.
    root: u64,
    /// Number of the next request; closed: see `asked`.
    next: u64,
    /// Gap before the next request but one, drawn ahead: the calendar need not wait for it.
    gap: f64,
    /// Trace: the row of the next request, and how often it is still to be used.
    row: usize,
    copies: u32,
    /// Closed: how many requests each user has made.
    asked: Vec<u64>,
    /// Constant patience is a class of time-outs.
    patience: Option<TimeoutId>,
    patience_in_queue: Option<TimeoutId>,
    /// Calls sent for measured requests.
    pub(crate) attempts: u64,
}

impl SourceState {
    /// At time zero; `class` finds or makes the class of a constant time-out.
    pub(crate) fn new(
        source: &Source,
        seed: u64,
        replication: u32,
        mut class: impl FnMut(Nanos) -> TimeoutId,
    ) -> Self {
        let users = match source.arrivals {
            Arrivals::Closed { users, .. } => users as usize,
            _ => 0,
        };
        let mut constant = |law: &Option<Law>| match law {
            Some(Law::Constant(after)) => Some(class(Nanos::from_f64(*after))),
            _ => None,
        };
        Self {
            arrivals: StreamKey::new(seed, replication, "arrivals", &source.name),
            root: StreamKey::new(seed, replication, "requests", &source.name).root(),
            next: 0,
            gap: -1.0,
            row: 0,
            copies: 0,
            asked: vec![0; users],
            patience: constant(&source.patience),
            patience_in_queue: constant(&source.patience_in_queue),
            attempts: 0,
        }
    }

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

    /// Finds the next row of `trace` that is used at all; returns its time.
    fn find_row(&mut self, trace: &Trace) -> Option<Time> {
        while self.copies == 0 {
            let place = self.row as u64;
            let unit = self.arrivals.draw(place, DRAW_COPIES).open01();
            trace.rows.get(self.row)?;
            self.copies = (trace.rate + unit).floor() as u32;
            if self.copies == 0 {
                self.row += 1;
            }
        }
        trace.rows.get(self.row).map(|row| Time(row.at.0))
    }
}

impl<P: Probe> World<'_, P> {
    /// Puts the first event of every source on the calendar.
    pub(crate) fn start_traffic(&mut self, calendar: &mut Calendar<Event>) {
        let blueprint = self.blueprint;
        for (place, source) in blueprint.sources.iter().enumerate() {
            let id = SourceId::from(place);
            match &source.arrivals {
                Arrivals::Closed { users, .. } => {
                    for user in 0..*users {
                        self.think(Time::ZERO, id, user, calendar);
                    }
                }
                Arrivals::Periodic { period, phase } => {
                    let drawn = self.sources[place].arrivals.draw(0, DRAW_PHASE).open01();
                    let phase = phase.unwrap_or(Nanos::from_f64(period.as_f64() * drawn));
                    calendar.schedule(Time::ZERO + phase, Event::Arrive(id));
                }
                _ => self.schedule_arrival(Time::ZERO, id, calendar),
            }
        }
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

    /// Schedules the next arrival of an open source.
    fn schedule_arrival(&mut self, now: Time, id: SourceId, calendar: &mut Calendar<Event>) {
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
            row = state.row as u32;
            state.copies -= 1;
            if state.copies == 0 {
                state.row += 1;
            }
        }
        self.schedule_arrival(now, id, calendar);
        self.request(now, id, key, 0, row, calendar);
    }

    /// A user of a closed source begins to think.
    fn think(&mut self, now: Time, id: SourceId, user: u32, calendar: &mut Calendar<Event>) {
        let Arrivals::Closed { think, .. } = &self.blueprint.sources[id.index()].arrivals else {
            return;
        };
        let state = &self.sources[id.index()];
        let place = mix(u64::from(user), state.asked[user as usize]);
        let pause = think.sample(&mut state.arrivals.draw(place, DRAW_GAP));
        calendar.schedule(now + Nanos::from_f64(pause), Event::Ask { source: id, user });
    }

    /// A user of a closed source asks.
    pub(crate) fn ask(
        &mut self,
        now: Time,
        id: SourceId,
        user: u32,
        calendar: &mut Calendar<Event>,
    ) {
        let state = &mut self.sources[id.index()];
        let asked = &mut state.asked[user as usize];
        let key = mix(mix(state.root, u64::from(user)), *asked);
        *asked += 1;
        self.request(now, id, key, user, NONE, calendar);
    }

    /// A request sets out.
    fn request(
        &mut self,
        now: Time,
        id: SourceId,
        key: u64,
        user: u32,
        row: u32,
        calendar: &mut Calendar<Event>,
    ) {
        let blueprint = self.blueprint;
        let measured = self.measuring;
        self.counts.arrivals += 1;
        if measured {
            self.counts.measured += 1;
            self.counts.measured_in_flight += 1;
        }
        let (root, frame) = self.frames.open(Kind::Root, key);
        let epoch = frame.epoch;
        frame.arrived = now;
        frame.source = id;
        frame.number = user;
        frame.measured = measured;
        frame.waits = Waits::Answer;
        self.limit_patience(now, root, calendar);
        let entry = self.entry_of(id, key, row);
        let service = blueprint.endpoints[entry.index()].service;
        let Some(container) = self.next_replica(service) else {
            return self.finish_request(now, root, Err(Failure::NoReplica), calendar);
        };
        let start = blueprint.endpoints[entry.index()].start;
        let drawn = self.draw_ahead(mix(key, 0), start, row);
        let (visit, frame) = self.frames.open(Kind::Visit, mix(key, 0));
        frame.pc = start;
        frame.drawn = drawn;
        frame.parent = root;
        frame.parent_epoch = epoch;
        frame.container = container;
        frame.endpoint = entry;
        frame.source = id;
        frame.trace_row = row;
        frame.measured = measured;
        let delay = self.hop_from_client(visit);
        calendar.schedule(now + delay, Event::Deliver(visit));
    }

    /// What request `key` asks for.
    fn entry_of(&self, id: SourceId, key: u64, row: u32) -> EndpointId {
        let source = &self.blueprint.sources[id.index()];
        if let (Arrivals::Trace(trace), true) = (&source.arrivals, row != NONE)
            && let Some(entry) = trace.rows.get(row as usize).and_then(|row| row.entry)
        {
            return entry;
        }
        let (_, last) = source.entries[source.entries.len() - 1];
        if source.entries.len() == 1 {
            return last;
        }
        let mut left = self.draws.draw(key, DRAW_ENTRY).open01();
        for (weight, entry) in &source.entries {
            left -= weight;
            if left < 0.0 {
                return *entry;
            }
        }
        last
    }

    /// Limits the wait of a user for an answer.
    fn limit_patience(&mut self, now: Time, root: FrameId, calendar: &mut Calendar<Event>) {
        let id = self.frames[root].source;
        if let Some(class) = self.sources[id.index()].patience {
            self.set_timeout(now, class, root, calendar);
        } else if let Some(law) = &self.blueprint.sources[id.index()].patience {
            let key = self.frames[root].key;
            self.limit_by(now, root, key, law, DRAW_PATIENCE, calendar);
        }
    }

    /// Limits the wait of a user for a worker of the entry's service.
    pub(crate) fn limit_patience_in_queue(
        &mut self,
        now: Time,
        visit: FrameId,
        calendar: &mut Calendar<Event>,
    ) {
        let id = self.frames[visit].source;
        if let Some(class) = self.sources[id.index()].patience_in_queue {
            self.set_timeout(now, class, visit, calendar);
        } else if let Some(law) = &self.blueprint.sources[id.index()].patience_in_queue {
            let key = self.frames[visit].key;
            self.limit_by(now, visit, key, law, DRAW_PATIENCE_IN_QUEUE, calendar);
        }
    }

    fn limit_by(
        &mut self,
        now: Time,
        frame: FrameId,
        key: u64,
        law: &Law,
        draw: u32,
        calendar: &mut Calendar<Event>,
    ) {
        let after = Nanos::from_f64(law.sample(&mut self.draws.draw(key, draw)));
        let epoch = self.frames[frame].epoch;
        calendar.schedule(now + after, Event::Impatient { frame, epoch });
    }

    /// A request is answered, or has failed.
    pub(crate) fn finish_request(
        &mut self,
        now: Time,
        root: FrameId,
        outcome: Result<(), Failure>,
        calendar: &mut Calendar<Event>,
    ) {
        let Frame { source, arrived, measured, number, .. } = self.frames[root];
        self.frames.remove(root);
        match outcome {
            Ok(()) => self.counts.answered += 1,
            Err(_) => self.counts.failed += 1,
        }
        if measured {
            self.counts.measured_in_flight -= 1;
            self.probe.request_done(source, arrived, now.since(arrived), outcome);
        }
        if !self.sources[source.index()].asked.is_empty() {
            self.think(now, source, number, calendar);
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
