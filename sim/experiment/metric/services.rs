//! Metrics of services: their visits, queues, workers and containers.

use super::labels::{ALL, STATS, Stat};
use super::quantity::{MeasuredQuantity, OfService};
use super::row::{FoundKeys, Keys, Row, Worse, run};
use wssim_model::Blueprint;
use wssim_model::ids::ServiceId;

pub(super) const ROWS: &[Row] = &[
    run(
        "cache_hit_ratio",
        "ratio",
        &["service"],
        "look-ups that found something over all look-ups of the cache, failed ones included",
        &Keys(|world| of_services(world, is_cache, OfService::CacheHits)),
    ),
    run(
        "in_service",
        "requests",
        &["service"],
        "requests that it has taken in and not answered; those that wait before apart",
        &Keys(|world| of_services(world, any, OfService::InService)),
    ),
    run(
        "queue_length",
        "requests",
        &["service", "queue"],
        "requests waiting, those at a node that stands still included; at an event loop, steps",
        &Keys(queues),
    ),
    run(
        "replica_share_ratio",
        "ratio",
        &["service", "replica"],
        "share of the service's visits that a replica got",
        &Keys(replicas),
    ),
    run(
        "service_replicas_running",
        "containers",
        &["service"],
        "containers that run",
        &Keys(|world| of_services(world, any, OfService::Replicas)),
    )
    .limited(Worse::Lower, 0.01, 0.01),
    run(
        "service_response_seconds",
        "seconds",
        &["service", "endpoint", "stat"],
        "one visit to a service, from arrival there to its end",
        &Keys(visits),
    ),
    run(
        "service_utilization_ratio",
        "ratio",
        &["service"],
        "held workers over workers",
        &Keys(|world| of_services(world, has_workers, OfService::Utilization)),
    )
    .limited(Worse::Higher, 0.1, 0.05),
    run(
        "throttled_ratio",
        "ratio",
        &["service"],
        "time in which a job stands still for want of quota, over all time",
        &Keys(|world| of_services(world, any, OfService::Throttled)),
    )
    .limited(Worse::Higher, 0.1, 0.02),
    run(
        "waiting_ratio",
        "ratio",
        &["service", "queue"],
        "those who wait at all for a worker, a pool's connection, or the disk, over all who want one",
        &Keys(waiters),
    ),
    run(
        "waiting_time_seconds",
        "seconds",
        &["service", "queue", "stat"],
        "wait of those served, zeros included: for a worker, a pool's connection, or the disk",
        &Keys(waits),
    )
    .limited(Worse::Higher, 0.2, 5e-3),
];

type Which = fn(&Blueprint, usize) -> bool;

fn any(_: &Blueprint, _: usize) -> bool {
    true
}

fn has_workers(world: &Blueprint, place: usize) -> bool {
    world.services[place].workers.is_some()
}

fn uses_disk(world: &Blueprint, place: usize) -> bool {
    world.uses_disk(ServiceId::from(place))
}

fn is_cache(world: &Blueprint, place: usize) -> bool {
    world.caches.iter().any(|cache| cache.service.index() == place)
}

/// Places and names of the selected services.
fn services(world: &Blueprint, which: Which) -> impl Iterator<Item = (usize, String)> {
    let all = world.services.iter().enumerate();
    let meant = all.filter(move |(place, _)| which(world, *place));
    meant.map(|(place, service)| (place, service.name.clone()))
}

fn of_services(world: &Blueprint, which: Which, what: OfService) -> FoundKeys<1> {
    let all = services(world, which);
    all.map(|(place, name)| ([name], MeasuredQuantity::Service(place, what))).collect()
}

/// A queue: its owner's kind, name and place, and its metrics.
struct Queue {
    labels: [String; 2],
    place: usize,
    length: fn(usize) -> MeasuredQuantity,
    wait: fn(usize, Stat) -> MeasuredQuantity,
    waited: fn(usize) -> MeasuredQuantity,
}

/// Queues for workers, for the disk, and for connections of pools.
fn all_queues(world: &Blueprint) -> Vec<Queue> {
    let mut queues = Vec::new();
    for (place, name) in services(world, has_workers) {
        queues.push(Queue {
            labels: [name, "workers".to_owned()],
            place,
            length: |place| MeasuredQuantity::Service(place, OfService::WorkerQueue),
            wait: |place, stat| MeasuredQuantity::Service(place, OfService::WorkerWait(stat)),
            waited: |place| MeasuredQuantity::Service(place, OfService::WorkersWaited),
        });
    }
    for (place, name) in services(world, uses_disk) {
        queues.push(Queue {
            labels: [name, "disk".to_owned()],
            place,
            length: |place| MeasuredQuantity::Service(place, OfService::DiskQueue),
            wait: |place, stat| MeasuredQuantity::Service(place, OfService::DiskWait(stat)),
            waited: |place| MeasuredQuantity::Service(place, OfService::DiskWaited),
        });
    }
    for (place, pool) in world.pools.iter().enumerate() {
        let name = world.services[pool.service.index()].name.clone();
        queues.push(Queue {
            labels: [name, pool.name.clone()],
            place,
            length: MeasuredQuantity::PoolQueue,
            wait: MeasuredQuantity::PoolWait,
            waited: MeasuredQuantity::PoolWaited,
        });
    }
    queues
}

fn queues(world: &Blueprint) -> FoundKeys<2> {
    let all = all_queues(world).into_iter();
    all.map(|Queue { labels, place, length, .. }| (labels, length(place))).collect()
}

fn waiters(world: &Blueprint) -> FoundKeys<2> {
    let all = all_queues(world).into_iter();
    all.map(|Queue { labels, place, waited, .. }| (labels, waited(place))).collect()
}

fn waits(world: &Blueprint) -> FoundKeys<3> {
    let mut found = Vec::new();
    for Queue { labels: [service, queue], place, wait, .. } in all_queues(world) {
        for (stat, label) in STATS.iter().enumerate() {
            let labels = [service.clone(), queue.clone(), (*label).to_owned()];
            found.push((labels, wait(place, stat)));
        }
    }
    found
}

fn replicas(world: &Blueprint) -> FoundKeys<2> {
    let mut found = Vec::new();
    for (place, name) in services(world, any) {
        for number in 0..world.services[place].replicas() as usize {
            let labels = [name.clone(), (number + 1).to_string()];
            found.push((labels, MeasuredQuantity::Service(place, OfService::Share(number))));
        }
    }
    found
}

fn visits(world: &Blueprint) -> FoundKeys<3> {
    let mut found = Vec::new();
    for (place, name) in services(world, any) {
        for (stat, label) in STATS.iter().enumerate() {
            let labels = [name.clone(), ALL.to_owned(), (*label).to_owned()];
            found.push((labels, MeasuredQuantity::Service(place, OfService::Visits(stat))));
        }
        for (number, endpoint) in world.endpoints.iter().enumerate() {
            if endpoint.service.index() != place {
                continue;
            }
            for (stat, label) in STATS.iter().enumerate() {
                let labels = [name.clone(), endpoint.name.clone(), (*label).to_owned()];
                found.push((labels, MeasuredQuantity::Visit(number, stat)));
            }
        }
    }
    found
}
