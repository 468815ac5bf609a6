//! The stores of all caches of a world.

use super::lru::Lru;
use crate::blueprint::{Blueprint, Hits};
use crate::ids::{CacheId, ServiceId};
use wssim_kernel::stream::StreamKey;

/// By cache, then by container of its service; empty where hits are drawn.
#[derive(Debug)]
pub(crate) struct Stores(Vec<Vec<Lru>>);

impl Stores {
    /// All stores at time zero.
    pub(crate) fn open(blueprint: &Blueprint, seed: u64, replication: u32) -> Self {
        let of_cache = |place: usize| {
            let cache = &blueprint.caches[place];
            let Hits::Lru { popularity, capacity, warm, .. } = &cache.hits else {
                return Vec::new();
            };
            let service = &blueprint.services[cache.service.index()];
            let open = |replica: usize| {
                let name = format!("{}/{replica}", blueprint.cache_name(CacheId::from(place)));
                let key = StreamKey::new(seed, replication, "cache", &name);
                let mut lru = Lru::new(popularity.items(), *capacity);
                // A place without a container begins with an empty store.
                if *warm && replica < service.replicas() as usize {
                    lru.fill(&popularity.last_referred(*capacity, key));
                }
                lru
            };
            (0..service.containers.len()).map(open).collect()
        };
        Self((0..blueprint.caches.len()).map(of_cache).collect())
    }

    /// Refers to `item` in the store of `cache` at a replica of its service. Returns whether it was there.
    pub(crate) fn refer(&mut self, cache: CacheId, replica: u32, item: u32) -> bool {
        self.0[cache.index()][replica as usize].refer(item)
    }

    /// Entries that the stores at a replica of `service` hold.
    pub(crate) fn held(&self, blueprint: &Blueprint, service: ServiceId, replica: u32) -> u64 {
        let caches = blueprint.caches.iter().zip(&self.0);
        caches
            .filter(|(cache, _)| cache.service == service)
            .filter_map(|(_, stores)| stores.get(replica as usize))
            .map(|store| u64::from(store.held()))
            .sum()
    }

    /// The process of a replica of `service` has ended: its stores are empty.
    pub(crate) fn forget(&mut self, blueprint: &Blueprint, service: ServiceId, replica: u32) {
        for (cache, stores) in blueprint.caches.iter().zip(&mut self.0) {
            if let (true, Hits::Lru { popularity, capacity, .. }) =
                (cache.service == service, &cache.hits)
            {
                stores[replica as usize] = Lru::new(popularity.items(), *capacity);
            }
        }
    }
}
