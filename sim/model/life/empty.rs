//! What happens to the requests at a container that ends.
//!
//! Its visits vanish. The caller of a visit is reset when the process was killed (its kernel closes the
//! connections: half a round trip later). When the node is gone the caller waits on: until its own time-out, until
//! its node forgets the dead replica, or until the kernel gives the connection up.

use super::End;
use crate::blueprint::Hits;
use crate::cache::lru::Lru;
use crate::event::Event;
use crate::hardware::processor::Follows;
use crate::ids::{ContainerId, PoolId, ServiceId};
use crate::network::connection::ConnectionStage;
use crate::network::reach::Lost;
use crate::probe::{Failure, Probe};
use crate::request::Parting;
use crate::request::frame::{FrameId, FrameKind, Waits};
use crate::request::limit::Limiter;
use crate::world::{ContainerState, World};
use wssim_kernel::{Calendar, Time};

impl<P: Probe> World<'_, P> {
    /// Removes all frames and state of `id`.
    pub(super) fn empty_container(
        &mut self,
        now: Time,
        id: ContainerId,
        end: End,
        calendar: &mut Calendar<Event>,
    ) {
        self.empty_station(now, id);
        let mut scratch = std::mem::take(&mut self.scratch);
        scratch.clear();
        scratch.extend(self.frames.ids().filter(|&frame| self.runs_at(frame, id)));
        for &frame in &scratch {
            self.drop_frame(now, frame, end, calendar);
        }
        self.scratch = scratch;
        self.drop_bursts(now, id, calendar);
        self.drop_connections(id);
        self.forget(now, id);
    }

    /// Removes its bursts, for which no request waits.
    fn drop_bursts(&mut self, now: Time, id: ContainerId, calendar: &mut Calendar<Event>) {
        let ContainerState { node, local, .. } = self.containers[id.index()];
        let follows = self.nodes[node.index()].processor.evict_unattended(now, local);
        if let Follows::Divided(due) = follows {
            self.schedule_due(node, due, calendar);
        }
    }

    /// Whether `frame` runs at `id`; one on its way there does not.
    fn runs_at(&self, frame: FrameId, id: ContainerId) -> bool {
        let frame = &self.frames[frame];
        frame.container == id && !frame.kind.is_root() && !frame.waits.is_on_its_way()
    }

    /// Empties its queues, and frees its workers and connections.
    fn empty_station(&mut self, now: Time, id: ContainerId) {
        self.containers[id.index()].station.empty(now);
        self.at_doors[id.index()].queued.clear(now);
        for (place, pool) in self.blueprint.pools.iter().enumerate() {
            if self.blueprint.containers[id.index()].service == pool.service {
                let instance = self.pool_instance(PoolId::from(place), id);
                let instance = &mut self.pools[instance];
                instance.queue.clear(now);
                instance.free = pool.size;
                instance.leaked = 0;
                instance.trials.end();
            }
        }
    }

    fn drop_frame(&mut self, now: Time, id: FrameId, end: End, calendar: &mut Calendar<Event>) {
        let frame = self.frames[id];
        match frame.waits {
            Waits::DiskQueue { .. } | Waits::PageQueue { .. } => self.leave_queue(now, id),
            Waits::Processor => self.evict(now, id, calendar),
            // The disk finishes reads that it has begun.
            Waits::Pages => {}
            _ if matches!(frame.kind, FrameKind::Burst | FrameKind::Startup) => {
                self.evict(now, id, calendar);
            }
            _ => {}
        }
        let calls = frame.kind.calls();
        if self.ties.are_used() && calls {
            self.report(now, id, Some(Failure::Abandoned));
        }
        if self.ties.are_used() && calls {
            self.drop_held(id);
        }
        self.leave_limits(id);
        self.hang_up(now, id, Parting::GivenUp);
        if frame.kind == FrameKind::Visit {
            // The station has freed its worker already.
            self.frames[id].holds_worker = false;
            self.depart(now, id);
            if self.frames[frame.parent].epoch == frame.parent_epoch {
                self.tell_caller(now, id, end, calendar);
            }
        }
        if frame.kind != FrameKind::Burst && frame.kind != FrameKind::Startup {
            self.closes(now, id, Some(end.failure()));
        }
        self.frames.remove(id);
    }

    /// Resets the caller of the visit `id`, or leaves it waiting.
    fn tell_caller(&mut self, now: Time, id: FrameId, end: End, calendar: &mut Calendar<Event>) {
        match end {
            End::Loud | End::Done | End::Killed | End::LostWorker => {
                self.reset_caller(now, id, end.failure(), calendar);
            }
            End::Quiet => {
                let caller = self.frames[id].parent;
                self.lose(
                    caller,
                    Lost { stage: ConnectionStage::Established, sent: now },
                    calendar,
                );
            }
        }
    }

    /// Clears the memory of the process of `id`: its stores are empty, its breakers closed, its limits full.
    fn forget(&mut self, now: Time, id: ContainerId) {
        let blueprint = self.blueprint;
        let own = blueprint.containers[id.index()].service;
        let replica = blueprint.replica(own, id) as usize;
        let place = |service: ServiceId| (service == own).then_some(replica);
        for (cache, stores) in blueprint.caches.iter().zip(&mut self.stores) {
            if let (Some(place), Hits::Lru { popularity, capacity, .. }) =
                (place(cache.service), &cache.hits)
            {
                stores[place] = Lru::new(popularity.items(), *capacity);
            }
        }
        for (breaker, content) in blueprint.breakers.iter().enumerate() {
            if content.service == own {
                let place = self.breakers.place(breaker, id);
                self.breakers[place].restart(now);
            }
        }
        for (limit, &base) in blueprint.limits.iter().zip(&self.limiter_bases) {
            let each = if limit.per_source { blueprint.sources.len() } else { 1 };
            if let Some(place) = place(limit.service) {
                let first = base as usize + place * each;
                self.limiters[first..first + each].fill_with(|| Limiter::new(limit.policy));
            }
        }
    }

    /// Closes the connections of `id`, and clears the addresses that its runtime knew.
    fn drop_connections(&mut self, id: ContainerId) {
        for query in 0..self.blueprint.queries.len() {
            let caller = self.blueprint.queries[query].caller;
            if self.blueprint.services[caller.index()].containers.contains(&id.0) {
                let channel = self.channel_of(query, id);
                self.connections.close_idle(channel);
                self.resolvers[channel as u32].forget();
                self.ports.forget(query, self.blueprint.replica(caller, id));
            }
        }
    }
}
