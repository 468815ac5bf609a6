//! The state of limits before calls: token buckets and counts of calls in flight; `limit.rs` says what they do.

use crate::blueprint::{Blueprint, LimitPolicy};
use crate::ids::{ContainerId, LimitId, SourceId};
use wssim_kernel::Time;

/// One limit.
#[derive(Clone, Copy, Debug)]
struct Limiter {
    policy: LimitPolicy,
    /// Tokens at the last look, or calls in flight.
    level: f64,
    looked_at: Time,
}

impl Limiter {
    /// A full bucket, or no call in flight.
    fn new(policy: LimitPolicy) -> Self {
        let level = match policy {
            LimitPolicy::Rate { burst, .. } => f64::from(burst),
            LimitPolicy::InFlight(_) => 0.0,
        };
        Self { policy, level, looked_at: Time::ZERO }
    }

    /// Lets a call pass if it may. Returns whether it did.
    fn enter(&mut self, now: Time) -> bool {
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
    fn leave(&mut self) {
        if let LimitPolicy::InFlight(_) = self.policy {
            self.level -= 1.0;
        }
    }
}

/// All limits, container by container; some have one for each source.
#[derive(Debug)]
pub(crate) struct Limiters {
    all: Vec<Limiter>,
    /// By limit: where its instances begin.
    bases: Vec<u32>,
}

impl Limiters {
    /// Full buckets, and no call in flight.
    pub(crate) fn new(blueprint: &Blueprint) -> Self {
        let (mut all, mut bases) = (Vec::new(), Vec::new());
        for limit in &blueprint.limits {
            bases.push(all.len() as u32);
            let containers = blueprint.services[limit.service.index()].containers.len();
            let sources = if limit.per_source { blueprint.sources.len() } else { 1 };
            let count = containers * sources;
            all.extend((0..count).map(|_| Limiter::new(limit.policy)));
        }
        Self { all, bases }
    }

    /// The instance of `limit` at `container` for requests of `source`.
    pub(super) fn place(
        &self,
        blueprint: &Blueprint,
        limit: LimitId,
        (container, source): (ContainerId, SourceId),
    ) -> usize {
        let of = &blueprint.limits[limit.index()];
        let replica = blueprint.replica(of.service, container) as usize;
        let place = if of.per_source {
            replica * blueprint.sources.len() + source.index()
        } else {
            replica
        };
        self.bases[limit.index()] as usize + place
    }

    /// Lets a call pass the instance at `place` if it may. Returns whether it did.
    pub(super) fn enter(&mut self, now: Time, place: usize) -> bool {
        self.all[place].enter(now)
    }

    /// A call that passed the instance at `place` is over.
    pub(super) fn leave(&mut self, place: usize) {
        self.all[place].leave();
    }

    /// The process of `container` has ended: its limits are full again.
    pub(super) fn forget(&mut self, blueprint: &Blueprint, container: ContainerId) {
        let own = blueprint.containers[container.index()].service;
        let replica = blueprint.replica(own, container) as usize;
        for (limit, &base) in blueprint.limits.iter().zip(&self.bases) {
            if limit.service == own {
                let each = if limit.per_source { blueprint.sources.len() } else { 1 };
                let first = base as usize + replica * each;
                self.all[first..first + each].fill_with(|| Limiter::new(limit.policy));
            }
        }
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
