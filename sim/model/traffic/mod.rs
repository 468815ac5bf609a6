//! Sources of requests: open, closed and replayed ones, and background load.
//!
//! Request n of a source stays request n in any world: its arrival is drawn from the source's own stream,
//! and its later draws are addressed by a key made of source and n.

mod background;
mod closed;
pub(crate) mod mmpp;
mod open;
pub(crate) mod profile;
mod replay;

pub(crate) use background::Bursts;

use crate::blueprint::{Arrivals, Policy, Source};
use crate::event::Event;
use crate::ids::{ContainerId, EndpointId, ServiceId, SourceId, TimeoutId};
use crate::law::Law;
use crate::network::connection::ConnectionStage;
use crate::network::constant_half;
use crate::network::reach::Lost;
use crate::probe::{Failure, Probe};
use crate::request::frame::{Frame, FrameId, FrameKind, NONE, Running, Waits};
use crate::request::ties::Tie;
use crate::routing::{self, Scene};
use crate::world::World;
use mmpp::MmppPhase;
use profile::Cursor;
use wssim_kernel::stream::{StreamKey, mix};
use wssim_kernel::{Calendar, Nanos, Time};

/// Draws of a root frame.
const DRAW_ENTRY: u32 = 0xFFFF_FF21;
const DRAW_PATIENCE: u32 = 0xFFFF_FF22;
const DRAW_REPLICA: u32 = 0xFFFF_FF24;
const DRAW_PATIENCE_IN_QUEUE: u32 = 0xFFFF_FF23;
/// Draws of a source's stream of arrivals.
const DRAW_GAP: u32 = 0;
const DRAW_PHASE: u32 = 1;
const DRAW_COPIES: u32 = 2;

/// The state of a source.
#[derive(Debug)]
pub(crate) struct SourceState {
    /// Stream of its arrivals.
    arrivals: StreamKey,
    /// The root of its requests' keys.
    root: u64,
    /// Number of the next request; closed: see `asked`.
    next: u64,
    /// Gap before the next request but one, drawn ahead so that the calendar need not wait for it.
    gap: f64,
    /// Trace: the row of the next request, and how often it must still be used.
    row: usize,
    copies: u32,
    /// Shaped: the position of arrivals in the profile.
    cursor: Cursor,
    /// MMPP: the state of the chain.
    modulation: Option<MmppPhase>,
    /// Closed: how many requests each user has made.
    asked: Vec<u64>,
    /// The class of time-outs of a constant patience.
    patience: Option<TimeoutId>,
    patience_in_queue: Option<TimeoutId>,
    /// Calls sent for measured requests.
    pub(crate) attempts: u64,
    /// Half the round trip to its users, if constant.
    pub(crate) half_client_rtt: Option<Nanos>,
    /// Good answers to its users, since time zero.
    pub(crate) answered: u64,
}

impl SourceState {
    /// The state at time zero; `class` finds or makes the class of a constant time-out.
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
        let modulation = match &source.arrivals {
            Arrivals::Mmpp(process) => {
                Some(process.start(StreamKey::new(seed, replication, "states", &source.name)))
            }
            _ => None,
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
            cursor: Cursor::default(),
            modulation,
            asked: vec![0; users],
            patience: constant(&source.patience),
            patience_in_queue: constant(&source.patience_in_queue),
            attempts: 0,
            half_client_rtt: constant_half(&source.client_rtt),
            answered: 0,
        }
    }
}

impl<P: Probe> World<'_, P> {
    /// Schedules the first event of every source.
    pub(crate) fn start_traffic(&mut self, calendar: &mut Calendar<Event>) {
        let blueprint = self.blueprint;
        for (place, source) in blueprint.sources.iter().enumerate() {
            let id = SourceId::from(place);
            match &source.arrivals {
                Arrivals::Closed { users, .. } => {
                    for user in 0..*users {
                        self.think(Time::ZERO, id, user, Nanos::ZERO, calendar);
                    }
                }
                _ => self.start_open(id, calendar),
            }
        }
        self.start_background(calendar);
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
            self.probe.request_arrived(now, id);
        }
        let (root, frame) = self.frames.open(FrameKind::of_user(user, false), key);
        let epoch = frame.epoch;
        frame.arrived = now;
        frame.source = id;
        frame.measured = measured;
        frame.waits = Waits::Answer;
        self.opens(now, root);
        self.limit_patience(now, root, calendar);
        let entry = self.entry_of(id, key, row);
        let service = blueprint.endpoints[entry.index()].service;
        let ingress = self.ingress_of(id, mix(key, 0));
        let found = match ingress {
            Some(ingress) => self.enter_by_mesh(ingress, service),
            None => self.enter(id, service, key),
        };
        let passes =
            ingress.map_or(Some(now), |at| self.passes(now, None, at, ConnectionStage::Opening));
        let Some(sets_out) = passes else {
            return self.lose(root, Lost { stage: ConnectionStage::Opening, sent: now }, calendar);
        };
        let Some(container) = found else {
            return self.finish_request(now, root, Err(Failure::NoReplica), calendar);
        };
        self.frames[root].last_replica = container.0 + 1;
        if let (Some(most), Some(ingress)) = (blueprint.sources[id.index()].ports, ingress) {
            let range = self.ports.of_mesh(ingress, container);
            if !self.ports.take(now, range, most) {
                return self.finish_request(now, root, Err(Failure::Refused), calendar);
            }
            self.frames[root].kind = FrameKind::of_user(user, true);
        }
        let start = blueprint.endpoints[entry.index()].start;
        let drawn = self.draw_ahead(mix(key, 0), start, row);
        let run = Running {
            pc: start,
            parent: root,
            parent_epoch: epoch,
            container,
            endpoint: entry,
            source: id,
            trace_row: row,
            measured,
        };
        let visit = Frame::running(FrameKind::Visit, mix(key, 0), run);
        let visit = self.frames.put(Frame { drawn, ..visit });
        if self.ties.are_used() {
            self.tie_entry(root, visit);
        }
        self.transmit_from_user(now, (visit, sets_out.since(now)), calendar);
        // The visit may be lost already.
        if self.frames[visit].parent == root {
            self.opens(now, visit);
        }
    }

    /// The user of `root` closes its connection through the mesh.
    #[cold]
    fn leave_mesh(&mut self, now: Time, root: FrameId) {
        let Frame { source, key, last_replica, .. } = self.frames[root];
        if let Some(ingress) = self.ingress_of(source, mix(key, 0)) {
            let range = self.ports.of_mesh(ingress, ContainerId(last_replica - 1));
            self.ports.give_back(now, range, true);
        }
    }

    /// The replica for the request `key` of a user.
    fn enter(&mut self, id: SourceId, service: ServiceId, key: u64) -> Option<ContainerId> {
        let observer = self.registry.outside();
        let policy = &self.blueprint.sources[id.index()].policy;
        if let Policy::InTurn = policy {
            return self.registry.views.rotate(observer, service);
        }
        let containers = &self.containers;
        let at = |who: ContainerId| {
            (containers[who.index()].node, containers[who.index()].station.in_system())
        };
        let draw = self.draws.draw(key, DRAW_REPLICA);
        let views = &mut self.registry.views;
        routing::choose(policy, Scene { views, observer, service, here: None, at, draw })
    }

    /// Ties the entry visit to its user's request.
    #[inline(never)]
    fn tie_entry(&mut self, root: FrameId, visit: FrameId) {
        self.ties.tie(visit, Tie::until(Time::NEVER));
        self.frames[root].next = visit;
    }

    /// The endpoint of request `key`.
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

    /// Limits how long a user waits for an answer.
    fn limit_patience(&mut self, now: Time, root: FrameId, calendar: &mut Calendar<Event>) {
        let id = self.frames[root].source;
        if let Some(class) = self.sources[id.index()].patience {
            self.set_timeout(now, class, root, calendar);
        } else if let Some(law) = &self.blueprint.sources[id.index()].patience {
            let key = self.frames[root].key;
            self.limit_by(now, root, key, law, DRAW_PATIENCE, calendar);
        }
    }

    /// Limits how long a user waits for a worker of the entry's service.
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
        let Frame { source, arrived, measured, kind, .. } = self.frames[root];
        let FrameKind::Root { user, has_port } = kind else {
            unreachable!("only requests of users are finished: {kind:?}")
        };
        if has_port {
            self.leave_mesh(now, root);
        }
        self.closes(now, root, outcome.err());
        self.frames.remove(root);
        match outcome {
            Ok(()) => self.sources[source.index()].answered += 1,
            Err(_) => self.counts.failed += 1,
        }
        if measured {
            self.counts.measured_in_flight -= 1;
            self.note_done();
            self.probe.request_done(source, arrived, now.since(arrived), outcome);
        }
        if !self.sources[source.index()].asked.is_empty() {
            let refused_at_once = outcome.is_err() && now == arrived;
            let least = if refused_at_once { closed::AFTER_REFUSAL } else { Nanos::ZERO };
            self.think(now, source, user.get(), least, calendar);
        }
    }
}
