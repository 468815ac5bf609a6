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
use crate::blueprint::{Blueprint, LimitPolicy};
use crate::event::Event;
use crate::ids::LimitId;
use crate::probe::{Failure, Probe};
use crate::world::World;
use wssim_kernel::{Calendar, Time};

/// One limit.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Limiter {
    policy: LimitPolicy,
    /// Tokens at the last look, or calls in flight.
    level: f64,
    looked_at: Time,
}

impl Limiter {
    /// A full bucket, or no call in flight.
    pub(crate) fn new(policy: LimitPolicy) -> Self {
        let level = match policy {
            LimitPolicy::Rate { burst, .. } => f64::from(burst),
            LimitPolicy::InFlight(_) => 0.0,
        };
        Self { policy, level, looked_at: Time::ZERO }
    }

    /// Lets a call pass if it may. Returns whether it did.
    pub(crate) fn enter(&mut self, now: Time) -> bool {
        match self.policy {
            LimitPolicy::Rate { tokens_per_second, burst } => {
                let came = now.since(self.looked_at).seconds() * tokens_per_second;
                self.looked_at = now;
                self.level = (self.level + came).min(f64::from(burst));
                // A sum of even increments may reach a whole token one rounding error late.
                let passes = self.level >= 1.0 - 1e-9;
                self.level -= if passes { 1.0 } else { 0.0 };
                passes
            }
            LimitPolicy::InFlight(most) => {
                let passes = self.level < f64::from(most);
                self.level += if passes { 1.0 } else { 0.0 };
                passes
            }
        }
    }

    /// A call that passed is over.
    pub(crate) fn leave(&mut self) {
        if let LimitPolicy::InFlight(_) = self.policy {
            self.level -= 1.0;
        }
    }
}

/// The instances of all limits, and where those of each limit begin.
pub(crate) fn set_limits(blueprint: &Blueprint) -> (Vec<Limiter>, Vec<u32>) {
    let (mut limiters, mut bases) = (Vec::new(), Vec::new());
    for limit in &blueprint.limits {
        bases.push(limiters.len() as u32);
        let containers = blueprint.services[limit.service.index()].containers.len();
        let sources = if limit.per_source { blueprint.sources.len() } else { 1 };
        let count = containers * sources;
        limiters.extend((0..count).map(|_| Limiter::new(limit.policy)));
    }
    (limiters, bases)
}

impl<P: Probe> World<'_, P> {
    /// Whether the outgoing call of `id` passes its limits; otherwise it has failed.
    #[inline(never)]
    pub(super) fn may_enter(
        &mut self,
        now: Time,
        id: FrameId,
        calendar: &mut Calendar<Event>,
    ) -> bool {
        let call = &self.blueprint.calls[self.frames[id].outgoing.index()];
        for (passed, &limit) in call.limits.iter().enumerate() {
            let place = self.limiter(limit, id);
            if !self.limiters[place].enter(now) {
                for &limit in &call.limits[..passed] {
                    let place = self.limiter(limit, id);
                    self.limiters[place].leave();
                }
                self.fail(now, id, Failure::Shed, calendar);
                return false;
            }
        }
        self.ties[id].has_entered = !call.limits.is_empty();
        true
    }

    /// The outgoing call of `id`, if any, is over: it leaves its limits.
    #[inline]
    pub(crate) fn leave_limits(&mut self, id: FrameId) {
        let calls = self.frames[id].kind.calls();
        if !calls || !self.ties.are_used() {
            return;
        }
        if std::mem::take(&mut self.ties[id].has_entered) {
            let call = &self.blueprint.calls[self.frames[id].outgoing.index()];
            for &limit in &call.limits {
                let place = self.limiter(limit, id);
                self.limiters[place].leave();
            }
        }
    }

    fn limiter(&self, limit: LimitId, caller: FrameId) -> usize {
        let frame = &self.frames[caller];
        let of = &self.blueprint.limits[limit.index()];
        let container = self.blueprint.replica(of.service, frame.container) as usize;
        let place = if of.per_source {
            container * self.blueprint.sources.len() + frame.source.index()
        } else {
            container
        };
        self.limiter_bases[limit.index()] as usize + place
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(milliseconds: u64) -> Time {
        Time(milliseconds * 1_000_000)
    }

    #[test]
    fn a_bucket_gives_its_burst_and_then_what_comes() {
        let mut bucket = Limiter::new(LimitPolicy::Rate { tokens_per_second: 100.0, burst: 3 });
        let passes: Vec<bool> = [0, 0, 0, 0, 5, 10, 11, 20, 1000, 1000, 1000, 1000]
            .into_iter()
            .map(|now| bucket.enter(at(now)))
            .collect();
        let expected = [true, true, true, false, false, true, false, true, true, true, true, false];
        assert_eq!(passes, expected);
    }

    /// The slow twin: whole tokens, in integer nanoseconds.
    #[test]
    fn agrees_with_the_virtual_schedule() {
        let stream = wssim_kernel::stream::StreamKey::new(1, 0, "test", "bucket");
        let (token, burst) = (7_000_000_i128, 4);
        let policy = LimitPolicy::Rate { tokens_per_second: 1e9 / 7e6, burst: burst as u32 };
        let (mut bucket, mut now, mut full_at) = (Limiter::new(policy), 0_i128, 0_i128);
        for n in 0..20_000 {
            now += (stream.draw(n, 0).open01() * 12e6) as i128;
            // GCRA: a call conforms when the bucket would be full soon enough.
            let conforms = full_at.max(now) - now <= (burst - 1) * token;
            assert_eq!(bucket.enter(Time(now as u64)), conforms, "at {now}");
            if conforms {
                full_at = full_at.max(now) + token;
            }
        }
    }

    #[test]
    fn places_come_back() {
        let mut limit = Limiter::new(LimitPolicy::InFlight(2));
        assert!(limit.enter(at(0)) && limit.enter(at(0)) && !limit.enter(at(1)));
        limit.leave();
        assert!(limit.enter(at(2)) && !limit.enter(at(3)));
    }
}
