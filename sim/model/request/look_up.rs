//! Look-ups in the world: calls whose callee says whether an item was found.

use super::frame::FrameId;
use crate::blueprint::Hits;
use crate::ids::{CacheId, InstructionId};
use crate::probe::Probe;
use crate::world::World;
use wssim_kernel::Time;

impl<P: Probe> World<'_, P> {
    /// The visit `id` looks an item up; its caller, if it still listens, learns the outcome when the answer
    /// arrives.
    #[inline(never)]
    pub(crate) fn look_up(&mut self, id: FrameId, cache: CacheId, draw: u32) {
        let visit = &self.frames[id];
        let (to, epoch) = (visit.parent(), visit.parent_epoch);
        let mut draw = self.draws.draw(visit.key, draw);
        let cache_of = &self.blueprint.caches[cache.index()];
        let found = match &cache_of.hits {
            Hits::Drawn(share) => draw.open01() < *share,
            Hits::Lru { popularity, .. } => {
                let store = self.blueprint.replica(cache_of.service, visit.container());
                self.memory.mark(visit.container());
                self.stores.refer(cache, store, popularity.sample(&mut draw))
            }
        };
        let caller = &mut self.frames[to];
        if caller.epoch == epoch {
            caller.found = found;
        }
    }

    /// The caller `id` has finished its look-up and goes on at `to` if the item was found.
    pub(crate) fn after_look_up(
        &mut self,
        now: Time,
        id: FrameId,
        cache: CacheId,
        to: InstructionId,
    ) {
        let frame = &mut self.frames[id];
        if frame.found {
            frame.pc = to;
        }
        if frame.measured {
            let service = self.blueprint.caches[cache.index()].service;
            self.probe.looked_up(now, service, frame.found);
        }
    }
}
