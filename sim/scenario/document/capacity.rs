//! Capacities of caches that no step says: they follow from the memory of the cache's service.

use super::cache::{CacheStep, MOST_ITEMS};
use super::fields::Reader;
use super::service::ServiceText;
use super::step::{self, StepKind};
use crate::source::Origin;
use std::collections::BTreeMap;
use wssim_model::blueprint::Hits;
use wssim_model::cache::Popularity;

/// Sets the capacity of every cache without one from the memory of its service.
pub(super) fn size(services: &mut BTreeMap<String, ServiceText>, reader: &mut Reader<'_>) {
    let entries: BTreeMap<String, Option<f64>> =
        services.iter().map(|(name, service)| (name.clone(), service.memory.entries())).collect();
    let mut spaces: BTreeMap<String, (Popularity, bool)> = BTreeMap::new();
    let endpoints = services.values_mut().flat_map(|service| service.endpoints.values_mut());
    for endpoint in endpoints {
        step::each(&mut endpoint.steps, &mut |step| {
            if let StepKind::Cache(look_up, _) = &mut step.kind
                && let Some(due) = look_up.unsized_hits.clone()
                && let Some(entries) = entries.get(&look_up.cache.text)
            {
                let space = (due.popularity.clone(), due.warm);
                let first = spaces.entry(look_up.cache.text.clone()).or_insert(space.clone());
                if *first != space {
                    several(reader, look_up, due.origin);
                } else if let Some(entries) = entries {
                    let capacity = entries.min(f64::from(MOST_ITEMS)) as u32;
                    look_up.hits = Hits::lru(due.popularity, capacity, due.warm);
                    look_up.unsized_hits = None;
                } else {
                    unknown(reader, look_up, due.origin);
                }
            }
        });
    }
}

fn several(reader: &mut Reader<'_>, look_up: &CacheStep, origin: Origin) {
    let name = &look_up.cache.text;
    let message = format!("`{name}` has another key space that leaves its capacity out");
    let help = "say the `capacity` of each: they share `memory.maxmemory`".to_owned();
    reader.mistake(origin, "contradiction", message, Some(help));
}

fn unknown(reader: &mut Reader<'_>, look_up: &CacheStep, origin: Origin) {
    let name = &look_up.cache.text;
    let message = format!("how much `{name}` holds is not said");
    let help = format!(
        "write `capacity=` here, or `memory.maxmemory` and `memory.entry` of service `{name}`"
    );
    reader.mistake(origin, "no-capacity", message, Some(help));
}
