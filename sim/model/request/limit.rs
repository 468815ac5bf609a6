//! A limit before a call: a token bucket, or a number of calls in flight. A rejected call is not sent and
//! costs nothing.
//!
//! *Rate*: the bucket starts full, tokens arrive evenly up to its depth, a call takes one or is rejected
//! (Traefik's `rateLimit` is Go's `x/time/rate`, which may also let a request wait for half a token's time
//! if tokens arrive faster than one per second: not modelled). *In flight*: a call holds a place from its
//! first attempt to the end of its last, including pauses between.
//!
//! A limit acts once per call, before its first attempt and before the breaker: a retry takes no second
//! token. Each container of the caller has its own (Traefik's are not shared either).
//!
//! Closed form: under Poisson calls a bucket of depth b loses as many as M/D/1/b, with the time per token as
//! the service time.

use super::frame::FrameId;
use crate::event::Event;
use crate::ids::LimitId;
use crate::probe::{Failure, Probe};
use crate::world::World;
use wssim_kernel::{Calendar, Time};

impl<P: Probe> World<'_, P> {
    /// Whether the outgoing call of `id` passes its limits; otherwise it has failed.
    #[inline(never)]
    pub(super) fn may_enter(
        &mut self,
        now: Time,
        id: FrameId,
        calendar: &mut Calendar<Event>,
    ) -> bool {
        let call = &self.blueprint.calls[self.frames[id].outgoing().index()];
        for (passed, &limit) in call.limits.iter().enumerate() {
            let place = self.limiter(limit, id);
            if !self.requests.limiters.enter(now, place) {
                for &limit in &call.limits[..passed] {
                    let place = self.limiter(limit, id);
                    self.requests.limiters.leave(place);
                }
                self.fail(now, id, Failure::Shed, calendar);
                return false;
            }
        }
        self.requests.ties[id].has_entered = !call.limits.is_empty();
        true
    }

    /// The outgoing call of `id`, if any, is over: it leaves its limits.
    #[inline]
    pub(crate) fn leave_limits(&mut self, id: FrameId) {
        let calls = self.frames[id].kind.calls();
        if !calls || !self.requests.has_ties() {
            return;
        }
        if std::mem::take(&mut self.requests.ties[id].has_entered) {
            let call = &self.blueprint.calls[self.frames[id].outgoing().index()];
            for &limit in &call.limits {
                let place = self.limiter(limit, id);
                self.requests.limiters.leave(place);
            }
        }
    }

    fn limiter(&self, limit: LimitId, caller: FrameId) -> usize {
        let frame = &self.frames[caller];
        self.requests.limiters.place(self.blueprint, limit, (frame.container(), frame.source()))
    }
}
