//! Checks before an attempt: whether its answer is still wanted, its deadline has not passed, and its circuit
//! breaker lets it pass. A rejected attempt is not sent and costs nothing.
//!
//! A deadline is passed on with a call that says so and limits what the callee may begin, like gRPC's: a visit
//! that reaches its container, or the head of the queue for a worker, after its deadline is dropped there
//! without CPU; an attempt after the deadline of its caller fails at once. A waiting visit keeps its place
//! until its turn: servers do not search the queue before their thread pool, they check a call when they take
//! it out (gRPC Java, Tomcat). Work that has begun continues, and the caller's own limit is its time-out, not
//! the deadline.
//!
//! Closed form: one worker that begins no request after its deadline is the queue with impatience until
//! service of Barrer (1957).
//!
//! Each container of the caller has its own breaker, before the queue for a connection, so that rejected
//! attempts do not wait.

use super::breaker::AttemptOutcome;
use super::frame::{FrameId, Waits};
use super::ties::Tie;
use crate::blueprint::Call;
use crate::event::Event;
use crate::ids::{BreakerId, ContainerId};
use crate::maybe::Maybe;
use crate::probe::{Failure, Probe};
use crate::world::World;
use wssim_kernel::{Calendar, Time};

impl<P: Probe> World<'_, P> {
    /// Whether the next attempt of `id` may be made. If a breaker rejects it, further ones are tried as its retries
    /// allow; when none is left, or none is useful, `id` has failed.
    #[inline(never)]
    pub(super) fn may_attempt(
        &mut self,
        now: Time,
        id: FrameId,
        calendar: &mut Calendar<Event>,
    ) -> bool {
        let call = &self.blueprint.calls[self.frames[id].outgoing().index()];
        if call.cancel && !self.is_wanted(id) {
            self.leave_limits(id);
            self.fail(now, id, Failure::Abandoned, calendar);
            return false;
        }
        if now >= self.requests.ties[id].deadline {
            self.leave_limits(id);
            self.fail(now, id, Failure::Timeout, calendar);
            return false;
        }
        let Some(breaker) = call.breaker else {
            return true;
        };
        let place = self.breaker_instance(breaker, self.frames[id].container());
        loop {
            let permit = self.requests.breakers[place].permit(now);
            self.requests.ties[id].permit = permit;
            if permit.is_some() {
                return true;
            }
            if !self.tries_again_at_once(now, id, Failure::Shed, calendar) {
                return false;
            }
        }
    }

    /// Reports the outcome of the outgoing call of `id` to the breaker that let it pass, if any.
    #[inline(never)]
    pub(crate) fn report(&mut self, now: Time, id: FrameId, failure: Option<Failure>) {
        let Some(permit) = self.requests.ties[id].permit.take() else {
            return;
        };
        let frame = &self.frames[id];
        if let Some(breaker) = self.blueprint.calls[frame.outgoing().index()].breaker {
            let place = self.breaker_instance(breaker, frame.container());
            self.requests.breakers[place].report(now, permit, AttemptOutcome::of(failure));
        }
    }

    fn breaker_instance(&self, breaker: BreakerId, container: ContainerId) -> u32 {
        self.requests.breakers.place(breaker.index(), container)
    }

    /// Ties `callee`, which is about to be sent, to its caller.
    #[inline(never)]
    pub(super) fn tie_callee(&mut self, now: Time, callee: FrameId, call: &Call) {
        let caller = self.frames[callee].parent();
        self.frames[caller].next = Maybe::some(callee);
        let own = self.requests.ties[caller].deadline;
        let deadline = call.deadline.map_or(Time::NEVER, |after| own.min(now + after));
        self.requests.ties.tie(callee, Tie::until(deadline));
    }

    /// `visit`, still on its way, is no longer wanted: it will be late.
    pub(super) fn stop_on_arrival(&mut self, visit: FrameId) {
        self.requests.ties[visit].deadline = Time::ZERO;
    }

    /// A request, at its node since `since`, reaches its container after its deadline.
    pub(crate) fn deliver_late(
        &mut self,
        now: Time,
        id: FrameId,
        since: Time,
        calendar: &mut Calendar<Event>,
    ) {
        self.arrives(now, id);
        self.frames[id].arrived = since;
        self.fail(now, id, Failure::Timeout, calendar);
    }

    /// Whether `id` is a visit that has not begun and whose deadline has passed.
    #[inline(never)]
    pub(crate) fn is_late(&self, now: Time, id: FrameId) -> bool {
        !self.frames[id].admitted && now >= self.requests.ties[id].deadline
    }

    /// Fails `id`, which has just left its queue, after the present event, so that many late requests in a queue
    /// are handled one after another instead of nested.
    pub(super) fn fail_soon(&mut self, id: FrameId, failure: Failure) {
        let frame = &mut self.frames[id];
        frame.epoch = frame.epoch.wrapping_add(1);
        frame.waits = Waits::Failing(failure);
        self.requests.ready.push_back(id);
    }

    /// Fails `id`, which [`Self::fail_soon`] marked.
    pub(crate) fn fail_now(
        &mut self,
        now: Time,
        id: FrameId,
        failure: Failure,
        calendar: &mut Calendar<Event>,
    ) {
        self.frames[id].waits = Waits::Nothing;
        self.report(now, id, Some(failure));
        self.leave_limits(id);
        self.release_connection(now, id, calendar);
        self.fail(now, id, failure, calendar);
    }

    /// Whether the visit of `id` still waits for it, if it is a part.
    fn is_wanted(&self, mut id: FrameId) -> bool {
        while self.frames[id].kind.is_part() {
            if !self.is_heard(id) {
                return false;
            }
            id = self.frames[id].parent();
        }
        true
    }
}
