//! The RAM that a container asks for at present.
//!
//! ```text
//!  base · hot ─┐                        ┌─ grows with garbage up to its limit, and is then collected
//!  buffers ────┤                        │
//!  requests ───┼─► hot pages ◄── heap ──┘        base · (1 − hot) ──► cold pages
//!  caches ─────┘
//! ```
//! A runtime keeps the heap that it has grown to; a collection frees the garbage in it. Collections run
//! beside requests: they touch all live data, read ahead, and take CPU.

use super::heap::pages;
use super::ledger::Demand;
use crate::ids::ContainerId;
use crate::life::Phase;
use crate::probe::Probe;
use crate::world::World;

impl<P: Probe> World<'_, P> {
    /// What `id` asks for now, and how often its heap must be collected.
    pub(super) fn memory_demand(&mut self, id: ContainerId) -> (Demand, u64) {
        let container = &self.containers[id];
        if self.upkeep.life(id).phase == Phase::Dead {
            return (Demand::default(), 0);
        }
        let memory = &self.blueprint.service_of(id).memory;
        let station = container.station();
        let in_service = f64::from(container.requests_held());
        let account = &mut self.memory.accounts[id.index()];
        let visits = station.arrivals();
        let collects = memory.heap.as_ref().map_or(0, |heap| account.heap.note(heap, visits));
        let grown = account.heap.grown;
        let buffers = memory.data.as_ref().map_or(0.0, |data| data.buffers);
        let entries = if memory.entry > 0.0 { self.entries_of(id) as f64 } else { 0.0 };
        let touched = memory.base * memory.hot
            + memory.per_request * in_service
            + memory.entry * entries
            + grown
            + buffers;
        let cold = memory.base * (1.0 - memory.hot);
        (Demand { hot: pages(touched), cold: pages(cold) }, collects)
    }

    /// Entries that the caches at `id` hold.
    fn entries_of(&self, id: ContainerId) -> u64 {
        let service = self.service_id(id);
        let replica = self.blueprint.replica(service, id);
        self.stores.held(self.blueprint, service, replica)
    }
}
