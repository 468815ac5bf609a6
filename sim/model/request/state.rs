//! What requests keep besides their frames: ties, time-outs, pools, breakers, limits, and turns to go on.

use super::breaker::BreakerInstance;
use super::frame::FrameId;
use super::limiter::Limiters;
use super::pool::PoolInstance;
use super::ties::{Held, Ties};
use super::timeout::TimeoutClass;
use crate::blueprint::Blueprint;
use crate::ids::{ContainerId, PoolId, TimeoutId};
use crate::instances::Instances;
use std::collections::VecDeque;
use std::ops::Range;
use wssim_kernel::{Nanos, Time};

/// The state of requests besides their frames.
#[derive(Debug)]
pub(crate) struct RequestsState {
    pub(super) ties: Ties,
    /// Frames that continue or fail after the present event.
    pub(super) ready: VecDeque<FrameId>,
    /// Depth of nested handovers of connections.
    pub(super) handing: u32,
    pub(super) timeouts: Vec<TimeoutClass>,
    pub(super) pools: Instances<PoolInstance>,
    pub(super) breakers: Instances<BreakerInstance>,
    pub(super) limiters: Limiters,
}

impl RequestsState {
    /// The state without a request.
    pub(crate) fn new(blueprint: &Blueprint) -> Self {
        Self {
            ties: Ties::new(blueprint.ties_frames()),
            ready: VecDeque::new(),
            handing: 0,
            timeouts: blueprint.timeouts.iter().map(|&after| TimeoutClass::new(after)).collect(),
            pools: pools(blueprint),
            breakers: breakers(blueprint),
            limiters: Limiters::new(blueprint),
        }
    }

    /// A new class of time-outs, all of the length `after`.
    pub(crate) fn class_of(&mut self, after: Nanos) -> TimeoutId {
        self.timeouts.push(TimeoutClass::new(after));
        TimeoutId::from(self.timeouts.len() - 1)
    }

    /// Whether a frame goes on, or fails, after the present event.
    #[inline(always)]
    pub(crate) fn some_go_on(&self) -> bool {
        !self.ready.is_empty()
    }

    /// Whether frames have ties to their callers.
    #[inline(always)]
    pub(crate) fn has_ties(&self) -> bool {
        self.ties.are_used()
    }

    /// Connections that parts of visits hold for several calls.
    pub(crate) fn held(&self) -> impl Iterator<Item = &Held> {
        self.ties.held()
    }

    /// Time-outs set, including those that an answer overtook.
    pub(crate) fn pending_timeouts(&self) -> usize {
        self.timeouts.iter().map(TimeoutClass::pending).sum()
    }

    /// ∫ requests dt that wait for a connection, by pool instance, in nanoseconds.
    pub(crate) fn pool_areas(&self, now: Time) -> Vec<u128> {
        self.pools.iter().map(|pool| pool.queue.area(now)).collect()
    }

    /// The instances of pool number `pool`.
    pub(crate) fn pool_places(&self, pool: usize) -> Range<usize> {
        self.pools.places(pool)
    }

    /// Time for which each breaker instance was open, in nanoseconds.
    pub(crate) fn breaker_times(&self, now: Time) -> Vec<u64> {
        self.breakers.iter().map(|breaker| breaker.open_ns(now)).collect()
    }

    /// The instances of breaker number `breaker`.
    pub(crate) fn breaker_places(&self, breaker: usize) -> Range<usize> {
        self.breakers.places(breaker)
    }

    /// The instance of `pool` at `container`.
    #[inline(always)]
    pub(super) fn pool_instance(&self, pool: PoolId, container: ContainerId) -> u32 {
        self.pools.place(pool.index(), container)
    }

    /// Places of pools = free + held + leaked, where `held` counts by instance; and no place is free while a request waits.
    ///
    /// # Panics
    /// When the law is broken: a bug.
    pub(crate) fn assert_pools(&self, blueprint: &Blueprint, held: &[u32]) {
        for (place, pool) in blueprint.pools.iter().enumerate() {
            for instance in self.pools.places(place) {
                let PoolInstance { free, leaked, ref queue, ref trials, .. } =
                    self.pools[instance as u32];
                let places = free + held[instance] + leaked;
                let is_stuck = free > 0 && queue.len() > 0 && !trials.is_due();
                assert!(!is_stuck, "pool {place}: who waits beside a free place is tried for");
                assert_eq!(pool.size, places, "pool {place}: size = free + held + leaked");
            }
        }
    }

    /// The number of pool instances.
    pub(crate) fn pool_instances(&self) -> usize {
        self.pools.len()
    }

    /// The process of `id` has ended: its pools have all their places, its breakers are closed, its limits full.
    pub(super) fn forget(&mut self, now: Time, blueprint: &Blueprint, id: ContainerId) {
        let own = blueprint.containers[id.index()].service;
        for (breaker, content) in blueprint.breakers.iter().enumerate() {
            if content.service == own {
                let place = self.breakers.place(breaker, id);
                self.breakers[place].restart(now);
            }
        }
        self.limiters.forget(blueprint, id);
    }

    /// The process of `id` is about to end: its pools have all their places again.
    pub(super) fn empty_pools(&mut self, now: Time, blueprint: &Blueprint, id: ContainerId) {
        for (place, pool) in blueprint.pools.iter().enumerate() {
            if blueprint.containers[id.index()].service == pool.service {
                let instance = self.pool_instance(PoolId::from(place), id);
                let instance = &mut self.pools[instance];
                instance.queue.clear(now);
                instance.free = pool.size;
                instance.leaked = 0;
                instance.trials.end();
            }
        }
    }
}

/// The instances of all breakers.
fn breakers(blueprint: &Blueprint) -> Instances<BreakerInstance> {
    let all = blueprint.breakers.iter();
    let all = all.map(|breaker| (breaker, blueprint.containers_of(breaker.service)));
    Instances::of(all, |breaker| BreakerInstance::new(breaker.policy))
}

/// The instances of all pools.
fn pools(blueprint: &Blueprint) -> Instances<PoolInstance> {
    let all = blueprint.pools.iter().map(|pool| (pool, blueprint.containers_of(pool.service)));
    Instances::of(all, |pool| PoolInstance::new(pool))
}
