//! Pools that wait until a service accepts connections again.
//!
//! ```text
//! a request finds no connection and no room ─► queues ─► 10 ms ─► is there room? ─► the first has a connection
//!                                                ▲                    │ no
//!                                                └─ twice the pause ◄─┘   (5 s at most)
//! ```
//! HikariCP adds connections in a thread of its own while more requests wait than connections are idle; one
//! that is refused is tried again (`PoolEntryCreator` in `HikariPool`). The tries of that thread to return to
//! the pool's minimum, without a request in the queue, are not modelled.

use crate::blueprint::{Call, Pool};
use crate::event::Event;
use crate::ids::{ContainerId, PoolId};
use crate::probe::Probe;
use crate::world::World;
use wssim_kernel::{Calendar, Time};

impl<P: Probe> World<'_, P> {
    /// Whether a request for `call` must wait for a connection of `pool` although not all are in use.
    #[inline(never)]
    pub(super) fn has_to_outwait(
        &mut self,
        now: Time,
        (pool, content): (PoolId, &Pool),
        (call, container): (&Call, ContainerId),
        calendar: &mut Calendar<Event>,
    ) -> bool {
        let instance = self.pool_instance(pool, container);
        if self.requests.pools[instance].queue.len() > 0 {
            return true;
        }
        let is_dry = self.is_dry(now, content, call, container);
        if is_dry {
            self.begin_trials(now, pool, container, calendar);
        }
        is_dry
    }

    /// Whether a free place of the pool `instance` is useless to the first in its queue: no connection is idle,
    /// and none would be accepted.
    pub(super) fn is_in_vain(
        &mut self,
        now: Time,
        instance: u32,
        calendar: &mut Calendar<Event>,
    ) -> bool {
        let Some(first) = self.requests.pools[instance].queue.first() else { return false };
        let (container, outgoing) = (self.frames[first].container(), self.frames[first].outgoing());
        let call = &self.blueprint.calls[outgoing.index()];
        let Some(pool) = call.pool else { return false };
        let content = &self.blueprint.pools[pool.index()];
        let is_in_vain = content.outwaits && self.is_dry(now, content, call, container);
        if is_in_vain {
            self.begin_trials(now, pool, container, calendar);
        }
        is_in_vain
    }

    /// Whether `container` has no idle connection for `call` of `pool`, and none would be accepted.
    fn is_dry(&mut self, now: Time, pool: &Pool, call: &Call, container: ContainerId) -> bool {
        let target = &self.blueprint.services[pool.target.index()];
        if target.max_connections.is_none() {
            return false;
        }
        if self.has_idle(call, container) {
            return false;
        }
        target
            .containers
            .clone()
            .map(ContainerId)
            .all(|peer| !self.upkeep.life(peer).listens() || !self.has_room(now, peer))
    }

    /// Starts the trials of `pool` at `container`, unless one is scheduled.
    fn begin_trials(
        &mut self,
        now: Time,
        pool: PoolId,
        container: ContainerId,
        calendar: &mut Calendar<Event>,
    ) {
        let instance = self.pool_instance(pool, container);
        let trials = &mut self.requests.pools[instance].trials;
        if !trials.is_due() {
            let (pause, trial) = trials.after_refusal();
            calendar.schedule(now + pause, Event::Refill { pool, container, trial });
        }
    }

    /// `pool` of `container` tries again to open a connection for the first in its queue; after a success it tries
    /// at once for the next.
    #[inline(never)]
    pub(crate) fn refill(
        &mut self,
        now: Time,
        (pool, container): (PoolId, ContainerId),
        trial: u32,
        calendar: &mut Calendar<Event>,
    ) {
        let instance = self.pool_instance(pool, container);
        let state = &mut self.requests.pools[instance];
        if !state.trials.is(trial) {
            return;
        }
        // If all places are taken, the next one given back goes to the first in the queue.
        let first = state.queue.first().filter(|_| state.free > 0);
        let Some(first) = first else { return state.trials.end() };
        let call = &self.blueprint.calls[self.frames[first].outgoing().index()];
        let is_dry = self.is_dry(now, &self.blueprint.pools[pool.index()], call, container);
        let trials = &mut self.requests.pools[instance].trials;
        let (pause, trial) = if is_dry { trials.after_refusal() } else { trials.at_once() };
        calendar.schedule(now + pause, Event::Refill { pool, container, trial });
        if !is_dry {
            self.requests.pools[instance].free -= 1;
            self.hand_connection_over(now, instance, calendar);
        }
    }
}
