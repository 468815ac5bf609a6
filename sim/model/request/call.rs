//! Calls: a connection where one is needed, a hop there, a hop back, time-outs and retries.
//!
//! The callee of a caller that gave up works on, unless the call says `cancel = true`: its answer is
//! late and nobody hears it.

use super::frame::{Frame, FrameId, Kind, NONE, Waits};
use crate::blueprint::{Call, Retry};
use crate::event::Event;
use crate::ids::{CallId, ContainerId, PoolId, ServiceId};
use crate::network::Hop;
use crate::probe::{Doing, Failure, Probe};
use crate::world::World;
use wssim_kernel::stream::mix;
use wssim_kernel::{Calendar, Nanos, Time};

/// Draws of a call's frame that no step of a program shares.
const DRAW_SEND: u32 = 0xFFFF_FF01;
const DRAW_RECEIVE: u32 = 0xFFFF_FF02;
const DRAW_JITTER: u32 = 0xFFFF_FF03;
const DRAW_RTT: u32 = 0xFFFF_FF04;
const DRAW_RTT_BACK: u32 = 0xFFFF_FF05;

impl<P: Probe> World<'_, P> {
    /// `id` calls.
    pub(crate) fn call(
        &mut self,
        now: Time,
        id: FrameId,
        call: CallId,
        calendar: &mut Calendar<Event>,
    ) {
        let frame = &mut self.frames[id];
        frame.outgoing = call;
        frame.attempt = 0;
        frame.last_replica = 0;
        self.attempt(now, id, calendar);
    }

    /// One attempt of the outgoing call of `id`: with a connection of the pool where there is one.
    pub(crate) fn attempt(&mut self, now: Time, id: FrameId, calendar: &mut Calendar<Event>) {
        if self.ties.are_used() && !self.may_attempt(now, id, calendar) {
            return;
        }
        let call = self.frames[id].outgoing;
        if let Some(pool) = self.blueprint.calls[call.index()].pool
            && !self.connect(now, id, pool, calendar)
        {
            return;
        }
        self.send(now, id, calendar);
    }

    /// Takes a free connection of `pool` for `id`, or lets it wait. Returns whether it goes on.
    #[inline(always)]
    fn connect(
        &mut self,
        now: Time,
        id: FrameId,
        pool: PoolId,
        calendar: &mut Calendar<Event>,
    ) -> bool {
        let place = self.pool_instance(pool, self.frames[id].container);
        let frame = &mut self.frames[id];
        let instance = &mut self.pools[place as usize];
        frame.connection = place;
        if instance.free > 0 {
            instance.free -= 1;
            if frame.measured {
                self.probe.pool_wait(pool, Nanos::ZERO);
            }
            return true;
        }
        instance.advance(now);
        frame.waits = Waits::Connection;
        frame.since = now;
        instance.queue.push(&mut self.frames, id);
        self.does(now, id, Doing::Connects(pool));
        if let Some(class) = self.blueprint.pools[pool.index()].timeout {
            self.set_timeout(now, class, id, calendar);
        }
        false
    }

    fn pool_instance(&self, pool: PoolId, container: ContainerId) -> u32 {
        let service = self.blueprint.pools[pool.index()].service;
        let first = self.blueprint.services[service.index()].containers.start;
        self.pool_bases[pool.index()] + container.0 - first
    }

    /// Sends the request of the present attempt.
    #[inline(always)]
    fn send(&mut self, now: Time, id: FrameId, calendar: &mut Calendar<Event>) {
        let blueprint = self.blueprint;
        let frame = &self.frames[id];
        let call_id = frame.outgoing;
        let call = &blueprint.calls[call_id.index()];
        let target = &blueprint.endpoints[call.target.index()];
        let service = target.service;
        let Some(container) = self.choose_replica(service, call, frame.last_replica) else {
            return self.attempt_failed(now, id, Failure::NoReplica, calendar);
        };
        let frame = &mut self.frames[id];
        frame.waits = Waits::Answer;
        frame.since = now;
        frame.packets = frame.packets.saturating_add(1);
        frame.last_replica = container.0 + 1;
        let (from, epoch) = (frame.container, frame.epoch);
        let (source, trace_row, measured) = (frame.source, frame.trace_row, frame.measured);
        let key = mix(mix(frame.key, call.site), u64::from(frame.attempt));
        if measured {
            self.sources[source.index()].attempts += 1;
        }
        let drawn = self.draw_ahead(key, target.start, trace_row);
        let (callee, frame) = self.frames.open(Kind::Visit, key);
        frame.drawn = drawn;
        frame.pc = target.start;
        frame.parent = id;
        frame.parent_epoch = epoch;
        frame.container = container;
        frame.endpoint = call.target;
        frame.incoming = call_id;
        frame.source = source;
        frame.trace_row = trace_row;
        frame.measured = measured;
        let bytes = call.send.sample_lazily(|| self.draws.draw(key, DRAW_SEND));
        let hop = Hop { from, to: container, callee: container };
        let delay = self.hop(hop, bytes, key, DRAW_RTT);
        if self.ties.are_used() {
            self.send_tied(now, callee, call, delay, calendar);
        } else {
            calendar.schedule(now + delay, Event::Deliver(callee));
        }
        self.opens(now, callee);
        if let Some(class) = call.timeout {
            self.set_timeout(now, class, id, calendar);
        }
    }

    /// Round robin over the replicas of `service`, one request each; a retry that wants another
    /// replica passes over the one before where there is another.
    #[inline]
    fn choose_replica(
        &mut self,
        service: ServiceId,
        call: &Call,
        last_replica: u32,
    ) -> Option<ContainerId> {
        let chosen = self.next_replica(service)?;
        let again = call.retry.other_replica && chosen.0 + 1 == last_replica;
        if again { self.next_replica(service) } else { Some(chosen) }
    }

    /// The replica of `service` whose turn it is.
    #[inline]
    pub(crate) fn next_replica(&mut self, service: ServiceId) -> Option<ContainerId> {
        self.rotations[service.index()].next()
    }

    /// The answer of the visit `id` sets out; the visit is over.
    #[inline]
    pub(crate) fn answer(
        &mut self,
        now: Time,
        id: FrameId,
        failure: Option<Failure>,
        calendar: &mut Calendar<Event>,
    ) {
        let Frame { parent: to, parent_epoch: epoch, incoming, .. } = self.frames[id];
        let is_heard = self.frames[to].epoch == epoch;
        let delay = if incoming == CallId(NONE) {
            self.hop_to_client(id)
        } else if is_heard {
            self.hop_back(id, incoming, to)
        } else {
            // The place of a caller that is gone may have a new tenant: the bytes go nowhere.
            Nanos::ZERO
        };
        self.closes(now, id, failure);
        self.frames.remove(id);
        if is_heard {
            calendar.schedule(now + delay, Event::Answer { to, epoch, failure });
        }
    }

    #[inline]
    fn hop_back(&mut self, visit: FrameId, incoming: CallId, caller: FrameId) -> Nanos {
        let call = &self.blueprint.calls[incoming.index()];
        let Frame { key, container: from, .. } = self.frames[visit];
        let bytes = call.receive.sample_lazily(|| self.draws.draw(key, DRAW_RECEIVE));
        let to = self.frames[caller].container;
        let hop = Hop { from, to, callee: from };
        self.hop(hop, bytes, key, DRAW_RTT_BACK)
    }

    /// An answer reaches `id`, which still waits for it.
    #[inline]
    pub(crate) fn answered(
        &mut self,
        now: Time,
        id: FrameId,
        failure: Option<Failure>,
        calendar: &mut Calendar<Event>,
    ) {
        let frame = &mut self.frames[id];
        if frame.kind == Kind::Root {
            return self.finish_request(now, id, failure.map_or(Ok(()), Err), calendar);
        }
        frame.epoch = frame.epoch.wrapping_add(1);
        frame.waits = Waits::Nothing;
        frame.packets = frame.packets.saturating_add(1);
        if let Some(failure) = failure {
            return self.attempt_failed(now, id, failure, calendar);
        }
        if frame.measured {
            let query = self.blueprint.calls[frame.outgoing.index()].query;
            self.probe.query_done(query, now.since(frame.since));
        }
        if self.ties.are_used() {
            self.report(now, id, None);
        }
        self.release_connection(now, id, calendar);
        self.execute(now, id, calendar);
    }

    /// The present attempt of `id` has failed: another one, or `id` fails too.
    pub(crate) fn attempt_failed(
        &mut self,
        now: Time,
        id: FrameId,
        failure: Failure,
        calendar: &mut Calendar<Event>,
    ) {
        if self.ties.are_used() {
            self.report(now, id, Some(failure));
        }
        self.fails(now, id, failure);
        self.release_connection(now, id, calendar);
        if self.tries_again_at_once(now, id, failure, calendar) {
            self.attempt(now, id, calendar);
        }
    }

    /// What follows a failed attempt of `id`: another one at once (true), or after a pause, or `id`
    /// fails too.
    pub(super) fn tries_again_at_once(
        &mut self,
        now: Time,
        id: FrameId,
        failure: Failure,
        calendar: &mut Calendar<Event>,
    ) -> bool {
        let frame = &mut self.frames[id];
        let call = &self.blueprint.calls[frame.outgoing.index()];
        let retry = call.retry;
        let was_last = u32::from(frame.attempt) >= retry.attempts || frame.attempt == u16::MAX;
        if was_last || retry.on & failure.bit() == 0 {
            if call.optional {
                self.go_without(id);
            } else {
                self.fail(now, id, failure, calendar);
            }
            return false;
        }
        frame.attempt += 1;
        let (key, attempt) = (frame.key, frame.attempt);
        let pause = self.backoff(&retry, key, attempt);
        if pause == Nanos::ZERO {
            return true;
        }
        self.pause(now, id, Waits::Backoff, pause, calendar);
        false
    }

    /// `id` has got no answer and goes on as if nothing had been found, when what happens at present
    /// is over: look-ups that fail at once shall not run inside each other.
    #[cold]
    fn go_without(&mut self, id: FrameId) {
        self.frames[id].found = false;
        self.ready.push_back(id);
    }

    /// The pause before attempt number `attempt`.
    fn backoff(&self, retry: &Retry, key: u64, attempt: u16) -> Nanos {
        if retry.backoff == Nanos::ZERO {
            return Nanos::ZERO;
        }
        let mut pause = retry.backoff.as_f64() * libm::pow(retry.factor, f64::from(attempt - 1));
        if retry.jitter > 0.0 {
            let place = mix(key, u64::from(attempt));
            let unit = self.draws.draw(place, DRAW_JITTER).open01();
            pause *= 1.0 + retry.jitter * (2.0 * unit - 1.0);
        }
        Nanos::from_f64(pause)
    }

    /// Gives the connection of `id`, if it holds one, to the next in the queue.
    #[inline]
    pub(super) fn release_connection(
        &mut self,
        now: Time,
        id: FrameId,
        calendar: &mut Calendar<Event>,
    ) {
        let instance = std::mem::replace(&mut self.frames[id].connection, NONE);
        if instance == NONE {
            return;
        }
        let pool = &mut self.pools[instance as usize];
        if pool.queue.len == 0 {
            pool.free += 1;
        } else {
            self.hand_connection_over(now, instance, calendar);
        }
    }

    #[inline(never)]
    fn hand_connection_over(&mut self, now: Time, instance: u32, calendar: &mut Calendar<Event>) {
        let pool = &mut self.pools[instance as usize];
        pool.advance(now);
        let next = loop {
            let pool = &mut self.pools[instance as usize];
            let Some(next) = pool.queue.pop(&mut self.frames) else {
                pool.free += 1;
                return;
            };
            if !self.ties.are_used() || now < self.ties[next].deadline {
                break next;
            }
            self.frames[next].connection = NONE;
            self.fail_soon(next, Failure::Timeout);
        };
        let frame = &mut self.frames[next];
        frame.epoch = frame.epoch.wrapping_add(1);
        frame.waits = Waits::Nothing;
        if frame.measured
            && let Some(pool) = self.blueprint.calls[frame.outgoing.index()].pool
        {
            self.probe.pool_wait(pool, now.since(frame.since));
        }
        self.send(now, next, calendar);
    }
}
