//! Sources of requests: open, closed and replayed ones, and background load.
//!
//! Request n of a source stays request n in any world: its arrival is drawn from the source's own stream,
//! and its later draws are addressed by a key made of source and n.

mod background;
mod bursts;
mod closed;
pub(crate) mod mmpp;
mod open;
pub(crate) mod profile;
mod source;
pub(crate) mod state;

use crate::blueprint::{Arrivals, Endpoint, Policy};
use crate::event::Event;
use crate::ids::{ContainerId, EndpointId, ServiceId, SourceId};
use crate::law::Law;
use crate::maybe::Maybe;
use crate::network::connection::ConnectionStage;
use crate::network::reach::Lost;
use crate::probe::{Failure, Probe};
use crate::request::frame::{FrameId, FrameKind, Running};
use crate::routing::{self, Scene};
use crate::world::World;
use wssim_kernel::stream::mix;
use wssim_kernel::{Calendar, Nanos, Time};

/// Draws of a root frame.
const DRAW_ENTRY: u32 = 0xFFFF_FF21;
const DRAW_PATIENCE: u32 = 0xFFFF_FF22;
const DRAW_REPLICA: u32 = 0xFFFF_FF24;
const DRAW_PATIENCE_IN_QUEUE: u32 = 0xFFFF_FF23;
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
        row: Maybe<u32>,
        calendar: &mut Calendar<Event>,
    ) {
        let blueprint = self.blueprint;
        let measured = self.ledger.is_open();
        self.traffic.counts.arrivals += 1;
        if measured {
            self.traffic.counts.measured += 1;
            self.traffic.counts.measured_in_flight += 1;
            self.probe.request_arrived(now, id);
        }
        let root = self.frames.open_request(now, (id, user), key, measured);
        let epoch = self.frames[root].epoch();
        self.opens(now, root);
        if self.traffic.sources[id.index()].gives_up {
            self.limit_patience(now, root, calendar);
        }
        let entry = self.entry_of(id, key, row);
        let Endpoint { service, start, .. } = blueprint.endpoints[entry.index()];
        let visit_key = mix(key, 0);
        let ingress = self.ingress_of(id, visit_key);
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
        self.frames[root].sets_out_for(container);
        if let Some(ingress) = ingress
            && let Some(most) = blueprint.sources[id.index()].ports
        {
            if !self.takes_mesh_port(now, ingress, container, most) {
                return self.finish_request(now, root, Err(Failure::Refused), calendar);
            }
            self.frames[root].gets_port();
        }
        let drawn = self.draw_ahead(visit_key, start, row);
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
        let visit = self.frames.open_entry(visit_key, drawn, run);
        if self.requests.has_ties() {
            self.tie_entry(root, visit);
        }
        match ingress {
            Some(ingress) => {
                let held = sets_out.since(now);
                self.transmit_through_mesh(now, (visit, held), ingress, calendar);
            }
            None => self.transmit_from_user(now, visit, calendar),
        }
        // The visit may be lost already.
        if self.frames[visit].answers_to(root) {
            self.opens(now, visit);
        }
    }

    /// The user of `root` closes its connection through the mesh.
    #[cold]
    fn leave_mesh(&mut self, now: Time, root: FrameId) {
        let frame = &self.frames[root];
        let (source, key, container) = (frame.source(), frame.key(), frame.last_replica());
        if let (Some(ingress), Some(container)) = (self.ingress_of(source, mix(key, 0)), container)
        {
            self.gives_mesh_port_back(now, ingress, container);
        }
    }

    /// The replica for the request `key` of a user.
    fn enter(&mut self, id: SourceId, service: ServiceId, key: u64) -> Option<ContainerId> {
        let observer = self.registry.outside();
        let policy = &self.blueprint.sources[id.index()].policy;
        if let Policy::InTurn = policy {
            return self.registry.rotate(observer, service);
        }
        let containers = &self.containers;
        let at = |who: ContainerId| (containers[who].node(), containers[who].station().in_system());
        let draw = self.draws.draw(key, DRAW_REPLICA);
        let views = self.registry.views();
        routing::choose(policy, Scene { views, observer, service, here: None, at, draw })
    }

    /// The endpoint of request `key`.
    fn entry_of(&self, id: SourceId, key: u64, row: Maybe<u32>) -> EndpointId {
        let source = &self.blueprint.sources[id.index()];
        if let (Arrivals::Trace(trace), Some(row)) = (&source.arrivals, row.get())
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
    #[inline(never)]
    fn limit_patience(&mut self, now: Time, root: FrameId, calendar: &mut Calendar<Event>) {
        let id = self.frames[root].source();
        if let Some(class) = self.traffic.sources[id.index()].patience {
            self.set_timeout(now, class, root, calendar);
        } else if let Some(law) = &self.blueprint.sources[id.index()].patience {
            let key = self.frames[root].key();
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
        let id = self.frames[visit].source();
        if let Some(class) = self.traffic.sources[id.index()].patience_in_queue {
            self.set_timeout(now, class, visit, calendar);
        } else if let Some(law) = &self.blueprint.sources[id.index()].patience_in_queue {
            let key = self.frames[visit].key();
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
        let epoch = self.frames[frame].epoch();
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
        let frame = &self.frames[root];
        let (source, arrived, measured) = (frame.source(), frame.arrived(), frame.is_measured());
        let FrameKind::Root { user, has_port } = frame.kind() else {
            unreachable!("only requests of users are finished: {:?}", frame.kind())
        };
        if has_port {
            self.leave_mesh(now, root);
        }
        self.closes(now, root, outcome.err());
        self.frames.remove(root);
        match outcome {
            Ok(()) => self.traffic.sources[source.index()].answered += 1,
            Err(_) => self.traffic.counts.failed += 1,
        }
        if measured {
            self.traffic.counts.measured_in_flight -= 1;
            self.note_done(calendar);
            self.probe.request_done(source, arrived, now.since(arrived), outcome);
        }
        if !self.traffic.sources[source.index()].asked.is_empty() {
            let refused_at_once = outcome.is_err() && now == arrived;
            let least = if refused_at_once { closed::AFTER_REFUSAL } else { Nanos::ZERO };
            self.think(now, source, user.get(), least, calendar);
        }
    }
}
