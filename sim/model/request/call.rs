//! Calls: a connection where one is needed, a hop there, a hop back, time-outs and retries.
//!
//! After its caller has given up, a callee continues unless the call has `cancel = true`; its answer is late
//! and ignored.

use super::frame::{Frame, FrameId, FrameKind, Running, Waits};
use crate::blueprint::{Call, Retry, Tenure};
use crate::event::Event;
use crate::ids::{CallId, ContainerId, InstructionId, NodeId, PoolId, SourceId};
use crate::maybe::Maybe;
use crate::network::Message;
use crate::network::connection::ConnectionStage;
use crate::network::parting::Parting;
use crate::network::reach::Lost;
use crate::network::travel::{AttemptLink, Fate};
use crate::probe::{Doing, Failure, Probe};
use crate::world::World;
use wssim_kernel::stream::mix;
use wssim_kernel::{Calendar, Nanos, Time};

/// Draws of a call's frame that no step of a program uses.
const DRAW_SEND: u32 = 0xFFFF_FF01;
const DRAW_JITTER: u32 = 0xFFFF_FF03;
const DRAW_RTT: u32 = 0xFFFF_FF04;

/// Largest depth of nested handovers of connections.
const DEEP: u32 = 64;

/// What a callee's frame copies from its caller's.
#[derive(Clone, Copy)]
struct Caller {
    container: ContainerId,
    epoch: u32,
    outgoing: CallId,
    source: SourceId,
    trace_row: Maybe<u32>,
    measured: bool,
}

impl<P: Probe> World<'_, P> {
    /// `id` makes its outgoing call, `call`.
    pub(super) fn call(
        &mut self,
        now: Time,
        id: FrameId,
        call: CallId,
        calendar: &mut Calendar<Event>,
    ) {
        if self.requests.has_ties() && !self.may_enter(now, id, calendar) {
            return;
        }
        self.attempt_call(now, id, call, calendar);
    }

    /// One attempt of the outgoing call of `id`.
    pub(crate) fn attempt(&mut self, now: Time, id: FrameId, calendar: &mut Calendar<Event>) {
        self.attempt_call(now, id, self.frames[id].outgoing(), calendar);
    }

    /// The same for the given call: over a connection of its pool, if it has one.
    #[inline(never)]
    fn attempt_call(
        &mut self,
        now: Time,
        id: FrameId,
        call_id: CallId,
        calendar: &mut Calendar<Event>,
    ) {
        if self.requests.has_ties() && !self.may_attempt(now, id, calendar) {
            return;
        }
        let blueprint = self.blueprint;
        let call = &blueprint.calls[call_id.index()];
        if let Some(pool) = call.pool
            && !self.connect(now, id, (pool, call), calendar)
        {
            return;
        }
        self.send(now, id, (call_id, call), calendar);
    }

    /// Takes a free connection of `pool` for `id`, or queues it. Returns whether `id` continues.
    #[inline(always)]
    fn connect(
        &mut self,
        now: Time,
        id: FrameId,
        (pool, call): (PoolId, &Call),
        calendar: &mut Calendar<Event>,
    ) -> bool {
        let frame = &mut self.frames[id];
        let place = self.requests.pools.place(pool.index(), frame.container());
        let instance = &mut self.requests.pools[place];
        frame.connection = Maybe::some(place);
        if instance.free == 0 || instance.outwaits {
            return self.connect_slowly(now, id, (pool, call), calendar);
        }
        instance.free -= 1;
        if frame.measured {
            self.probe.pool_wait(pool, now, Nanos::ZERO);
        }
        true
    }

    /// The same where no connection is free, or none that `id` may take.
    #[inline(never)]
    fn connect_slowly(
        &mut self,
        now: Time,
        id: FrameId,
        (pool, call): (PoolId, &Call),
        calendar: &mut Calendar<Event>,
    ) -> bool {
        let frame = &self.frames[id];
        let (container, place) = (frame.container(), frame.connection.known());
        let measured = frame.measured;
        let content = &self.blueprint.pools[pool.index()];
        let has_one = self.requests.pools[place].free > 0
            && !self.has_to_outwait(now, (pool, content), (call, container), calendar);
        let instance = &mut self.requests.pools[place];
        if has_one {
            instance.free -= 1;
            if measured {
                self.probe.pool_wait(pool, now, Nanos::ZERO);
            }
            return true;
        }
        let frame = &mut self.frames[id];
        frame.connection = Maybe::some(place);
        frame.waits = Waits::Connection;
        frame.since = now;
        instance.queue.push(now, &mut self.frames, id);
        self.does(now, id, Doing::Connects(pool));
        if let Some(class) = content.timeout {
            self.set_timeout(now, class, id, calendar);
        }
        false
    }

    pub(crate) fn pool_instance(&self, pool: PoolId, container: ContainerId) -> u32 {
        self.requests.pools.place(pool.index(), container)
    }

    /// Sends the request of the present attempt.
    #[inline(always)]
    fn send(
        &mut self,
        now: Time,
        id: FrameId,
        (call_id, call): (CallId, &Call),
        calendar: &mut Calendar<Event>,
    ) {
        let blueprint = self.blueprint;
        let frame = &self.frames[id];
        let key = mix(mix(frame.key, call.site), u64::from(frame.attempt));
        if self.may_be_hindered(call) {
            return self.send_in_doubt(now, id, (call_id, call), key, calendar);
        }
        let target = &blueprint.endpoints[call.target.index()];
        let link = self.choose_replica(id, call, target.service, key).map(AttemptLink::plain);
        self.send_over(now, id, (call_id, call, target.start), (link, key), calendar);
    }

    /// The same where the request travels on a connection, or where a fault may affect it.
    #[inline(never)]
    fn send_in_doubt(
        &mut self,
        now: Time,
        id: FrameId,
        (call_id, call): (CallId, &Call),
        key: u64,
        calendar: &mut Calendar<Event>,
    ) {
        if let Tenure::Takes { .. } = call.tenure {
            return self.take_hold(id, call_id);
        }
        let target = &self.blueprint.endpoints[call.target.index()];
        let mut link = self.link(now, id, call, target.service, key);
        if let (true, Some(link)) = (self.network.is_narrow(), &mut link) {
            self.narrow(id, call, key, link);
        }
        self.send_over(now, id, (call_id, call, target.start), (link, key), calendar);
    }

    /// A request too large for the path of `link` is lost.
    #[inline(never)]
    fn narrow(&mut self, id: FrameId, call: &Call, key: u64, link: &mut AttemptLink) {
        let ends = [self.frame_node(id), self.node_of(link.peer)];
        let bytes = call.send.sample_lazily(|| self.draws.draw(key, DRAW_SEND));
        if link.fate == Fate::Sent && !self.fits(ends, &call.network, bytes) {
            link.fate = Fate::Lost(ConnectionStage::Established);
            if let Some(connection) = link.connection.get() {
                self.gets_stuck(connection);
            }
        }
    }

    /// Sends the request of the present attempt over `link`, to run the program at `start`; or fails because no
    /// replica is there.
    #[inline(always)]
    fn send_over(
        &mut self,
        now: Time,
        id: FrameId,
        (call_id, call, start): (CallId, &Call, InstructionId),
        (link, key): (Option<AttemptLink>, u64),
        calendar: &mut Calendar<Event>,
    ) {
        let frame = &mut self.frames[id];
        if frame.measured {
            self.traffic.note_attempt(frame.source());
        }
        let Some(link) = link else {
            return self.attempt_failed(now, id, Failure::NoReplica, calendar);
        };
        let setup = link.setup.takes();
        self.network.note_setup(setup);
        frame.waits = Waits::Answer;
        frame.since = now + setup;
        frame.link = link.connection;
        frame.next = Maybe::NONE;
        frame.lost = None;
        frame.last_replica = Maybe::some(link.peer);
        let caller = Caller {
            container: frame.container(),
            epoch: frame.epoch,
            outgoing: call_id,
            source: frame.source(),
            trace_row: frame.trace_row,
            measured: frame.measured,
        };
        self.sets_up(now, id, &link);
        match link.fate {
            Fate::Sent => {
                self.set_out(now, (id, caller), (call, start), &link, key, calendar);
            }
            Fate::Turned(after, failure) => {
                let (to, epoch, failure) = (id, caller.epoch, Some(failure));
                calendar.schedule(now + setup + after, Event::Answer { to, epoch, failure });
            }
            Fate::Lost(stage) => {
                let lost = Lost { stage, sent: now + setup };
                self.lose(id, lost, calendar);
                self.limit_opening(id, lost, call, calendar);
            }
        }
        if let Some(class) = call.timeout {
            self.set_timeout(now, class, id, calendar);
        }
    }

    /// A client with a time-out of opening gives up a connection that is `lost` before the kernel does.
    #[inline(never)]
    fn limit_opening(&self, to: FrameId, lost: Lost, call: &Call, calendar: &mut Calendar<Event>) {
        let limit = self.blueprint.routes[call.query.index()].client.connect_timeout;
        if let (ConnectionStage::Opening, Some(limit)) = (lost.stage, limit) {
            let (epoch, failure) = (self.frames[to].epoch, Some(Failure::Timeout));
            calendar.schedule(lost.sent + limit, Event::Answer { to, epoch, failure });
        }
    }

    /// Sends the request of the present attempt of `id` over `link`.
    #[inline(always)]
    fn set_out(
        &mut self,
        now: Time,
        (id, caller): (FrameId, Caller),
        (call, start): (&Call, InstructionId),
        link: &AttemptLink,
        key: u64,
        calendar: &mut Calendar<Event>,
    ) {
        let drawn = self.draw_ahead(key, start, caller.trace_row);
        let run = Running {
            pc: start,
            parent: id,
            parent_epoch: caller.epoch,
            container: link.peer,
            endpoint: call.target,
            source: caller.source,
            trace_row: caller.trace_row,
            measured: caller.measured,
        };
        let visit = Frame::running(FrameKind::Visit, key, run);
        let callee =
            self.frames.put(Frame { drawn, incoming: Maybe::some(caller.outgoing), ..visit });
        if self.requests.has_ties() {
            self.tie_callee(now, callee, call);
        }
        let (from, to) = (self.node_of(caller.container), self.node_of(link.peer));
        let (after, accept) = (link.setup.takes(), link.setup.accept);
        let (draw, event) = ((key, DRAW_RTT), Event::Deliver(callee));
        if accept == 0 && self.network.is_free(from, to) {
            self.hop(now + after, from, draw, event, calendar);
        } else {
            let bytes = if self.network.is_free(from, to) {
                0.0
            } else {
                call.send.sample_lazily(|| self.draws.draw(key, DRAW_SEND))
            };
            self.pay_ahead([id, callee], (call, accept), from, to);
            let payers = [Some(id), Some(callee)];
            let message = Message { from, to, network: &call.network, bytes, payers, after };
            self.transmit(now, message, draw, event, calendar);
        }
        self.opens(now + after, callee);
    }

    /// CPU that `caller` and `callee` pay before the request of `call` is sent, besides the message: the look-up of
    /// the address, the answer, and `accept`, for accepting its connection.
    #[inline(always)]
    fn pay_ahead(
        &mut self,
        [caller, callee]: [FrameId; 2],
        (call, accept): (&Call, u32),
        from: NodeId,
        to: NodeId,
    ) {
        if self.network.costs_cpu() {
            let address = self.blueprint.routes[call.query.index()].address_cpu;
            let owed = &mut self.frames[caller].network_cpu;
            *owed = owed.saturating_add(address);
            self.pay_for_answer(callee, call, from, to);
        }
        if accept > 0 {
            let owed = &mut self.frames[callee].network_cpu;
            *owed = owed.saturating_add(accept);
        }
    }

    /// The present attempt of `id` has failed: it is retried, or `id` fails too.
    pub(crate) fn attempt_failed(
        &mut self,
        now: Time,
        id: FrameId,
        failure: Failure,
        calendar: &mut Calendar<Event>,
    ) {
        if self.requests.has_ties() {
            self.report(now, id, Some(failure));
        }
        self.fails(now, id, failure);
        self.release_connection(now, id, calendar);
        if self.tries_again_at_once(now, id, failure, calendar) {
            self.attempt(now, id, calendar);
        }
    }

    /// What follows a failed attempt of `id`: a retry at once (true), a retry after a pause, or `id` fails too.
    pub(super) fn tries_again_at_once(
        &mut self,
        now: Time,
        id: FrameId,
        failure: Failure,
        calendar: &mut Calendar<Event>,
    ) -> bool {
        let frame = &mut self.frames[id];
        let call = &self.blueprint.calls[frame.outgoing().index()];
        let retry = call.retry;
        let was_last = u32::from(frame.attempt) >= retry.attempts || frame.attempt == u16::MAX;
        if was_last || retry.on & failure.as_heard().bit() == 0 {
            self.leave_limits(id);
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

    /// `id` has no answer and continues as after a miss, once the present event is over: look-ups that fail at
    /// once must not nest.
    #[cold]
    fn go_without(&mut self, id: FrameId) {
        self.frames[id].found = false;
        self.requests.ready.push_back(id);
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

    /// Frees what the present attempt of `id` holds: its connection closes unless it was kept before, its place in
    /// a pool goes to the next in the queue.
    #[inline(always)]
    pub(super) fn release_connection(
        &mut self,
        now: Time,
        id: FrameId,
        calendar: &mut Calendar<Event>,
    ) {
        if self.frames[id].link.is_some() {
            self.hang_up(now, id, Parting::GivenUp);
        }
        self.leave_pool(now, id, calendar);
    }

    /// Passes the place of `id` in a pool, if any, to the next in the queue.
    #[inline(always)]
    pub(super) fn leave_pool(&mut self, now: Time, id: FrameId, calendar: &mut Calendar<Event>) {
        if let Some(instance) = self.frames[id].connection.take() {
            self.free_place(now, instance, calendar);
        }
    }

    /// Passes a place of the pool `instance` to the next in the queue.
    #[inline(always)]
    pub(super) fn free_place(&mut self, now: Time, instance: u32, calendar: &mut Calendar<Event>) {
        let pool = &mut self.requests.pools[instance];
        if pool.queue.len() == 0 {
            pool.free += 1;
        } else {
            self.hand_connection_over(now, instance, calendar);
        }
    }

    #[inline(never)]
    pub(super) fn hand_connection_over(
        &mut self,
        now: Time,
        instance: u32,
        calendar: &mut Calendar<Event>,
    ) {
        if self.is_in_vain(now, instance, calendar) {
            self.requests.pools[instance].free += 1;
            return;
        }
        let next = loop {
            let pool = &mut self.requests.pools[instance];
            let Some(next) = pool.queue.pop(now, &mut self.frames) else {
                pool.free += 1;
                return;
            };
            if !self.requests.has_ties() || now < self.requests.ties[next].deadline {
                break next;
            }
            self.frames[next].connection = Maybe::NONE;
            self.fail_soon(next, Failure::Timeout);
        };
        let frame = &mut self.frames[next];
        frame.epoch = frame.epoch.wrapping_add(1);
        frame.waits = Waits::Nothing;
        let blueprint = self.blueprint;
        let outgoing = frame.outgoing();
        let call = &blueprint.calls[outgoing.index()];
        if let Some(pool) = call.pool
            && frame.measured
        {
            self.probe.pool_wait(pool, frame.since, now.since(frame.since));
        }
        // Each of many requests in the queue may fail at once and hand over to the next.
        if self.requests.handing >= DEEP {
            self.frames[next].waits = Waits::Sending;
            return self.requests.ready.push_back(next);
        }
        self.requests.handing += 1;
        self.send(now, next, (outgoing, call), calendar);
        self.requests.handing -= 1;
    }

    /// `id` has got its connection and sends.
    #[cold]
    pub(crate) fn send_at_last(&mut self, now: Time, id: FrameId, calendar: &mut Calendar<Event>) {
        let frame = &mut self.frames[id];
        frame.waits = Waits::Nothing;
        let outgoing = frame.outgoing();
        let call = &self.blueprint.calls[outgoing.index()];
        self.send(now, id, (outgoing, call), calendar);
    }
}
