//! RAM that containers ask for: entries of caches, heaps with collections, cold pages that are parked.

use super::world::{Shown, mean, replicate};
use crate::text::{closed, poisson, world};
use wssim_stats::mean_interval;
use wssim_stats::theory::caches::{lru_hit_ratio, zipf};

const PAGE: f64 = 4096.0;

/// Requests that look up one of `items` in a store with room for `room` entries of 2 pages each.
fn store(items: u32, room: u32, more: &str, replication: u32, lead: f64, long: f64) -> Shown {
    let hit = format!("hit = 'zipf(items={items}, alpha=0.9)'");
    let memory = format!("base = '1 MiB', entry = '8 KiB', maxmemory = '{} KiB'", 8 * room);
    let world = world()
        .node("host", 4)
        .with("memory = '1 GiB'")
        .service("web", "")
        .endpoint("get", format!("{{ cache = 'redis', {hit}, cost = '10us'{more} }}"))
        .service("redis", format!("memory = {{ {memory} }}"))
        .traffic("all", "web.get", poisson(100))
        .blueprint();
    replicate(&world, 84, replication, lead, long)
}

/// Containers are in the order of names: `redis` is the first.
fn of_redis(shown: &Shown) -> wssim_model::ContainerAverages {
    shown.averages.containers[0]
}

/// `maxmemory` over `entry` is the capacity, under `allkeys-lru`: exact hit ratio (King's formula).
#[test]
fn maxmemory_is_the_capacity_of_a_store() {
    for room in [5, 20] {
        let due = lru_hit_ratio(&zipf(60, 0.9), room);
        let ratio = |n: u32| {
            let shown = store(60, room as u32, "", n, 0.0, 300.0);
            let held = of_redis(&shown).demand - 1_048_576.0;
            assert!((held - room as f64 * 8192.0).abs() < 1.0, "{room} entries take {held} B");
            let [missed, found] = shown.look_ups.map(|n| n as f64);
            found / (found + missed)
        };
        let ratios: Vec<f64> = (0..10).map(ratio).collect();
        let estimate = mean_interval(&ratios, 0.999).unwrap();
        assert!(estimate.covers(due), "{room}: {due} is not in {estimate:?}");
        assert!(estimate.half_width() < 0.02, "{estimate:?}");
    }
}

/// A store that starts empty and evicts nothing holds item i at time t with probability 1 −
/// exp(−λ·pᵢ·t). Far from all limits memory is updated once a second.
#[test]
fn a_store_fills_entry_by_entry() {
    let (items, seconds) = (2_000, 20_u32);
    let p = zipf(items as usize, 0.9);
    let held = |t: f64| p.iter().map(|p| 1.0 - (-100.0 * p * t).exp()).sum::<f64>();
    let due = (0..seconds).map(|second| held(f64::from(second))).sum::<f64>() / f64::from(seconds);
    let filled = |n: u32| {
        let shown = store(items, items, ", warm = false", n, 0.0, f64::from(seconds));
        (of_redis(&shown).demand - 1_048_576.0) / 8192.0
    };
    let means: Vec<f64> = (0..20).map(filled).collect();
    let estimate = mean_interval(&means, 0.999).unwrap();
    assert!(estimate.covers(due) && estimate.half_width() < 0.05 * due, "{due}: {estimate:?}");
}

/// Always three requests, of four branches each: an event loop has all three begun, though up to eleven
/// steps wait for its thread; a pool of one thread has begun one.
#[test]
fn who_waits_for_a_thread_of_a_pool_takes_no_ram() {
    for (hold, begun) in [("cpu", 3.0), ("request", 1.0)] {
        let step = "[ { cpu = '5ms' } ]";
        let world = world()
            .node("host", 1)
            .with("memory = '1 GiB'")
            .service("app", format!("workers = 1\nhold = '{hold}'"))
            .with("memory = { base = '4 MiB', per_request = '1 MiB' }")
            .endpoint("go", format!("{{ parallel = [ {step}, {step}, {step}, {step} ] }}"))
            .traffic("all", "app.go", closed(3))
            .blueprint();
        let shown = replicate(&world, 84, 0, 5.0, 60.0);
        let demand = shown.averages.containers[0].demand / 1_048_576.0;
        assert!((demand - 4.0 - begun).abs() < 1e-6, "{hold}: {demand}");
        assert!(shown.kills.is_empty());
    }
}

/// A service that leaves 1 MiB of garbage in a heap with room for 64 beside the live 16 MiB: each
/// collection touches those, and takes 50 ms of CPU.
fn heap(rate: f64, ram: &str) -> Shown {
    let heap = "{ limit = '80 MiB', live = '16 MiB', garbage = '1 MiB', collection = '50ms' }";
    let world = world()
        .node("host", 4)
        .with(format!("memory = '{ram}'\nswap = '1 GiB'\nswappiness = 0"))
        .with("disk = { read = 'constant(100us)' }")
        .service("app", format!("memory = {{ base = '100 MiB', touch = 'none', heap = {heap} }}"))
        .cpu("go", "1ms")
        .traffic("all", "app.go", poisson(rate))
        .blueprint();
    replicate(&world, 84, 0, 60.0, 640.0)
}

/// Collections happen as often as garbage fills the room: visits · garbage / (limit − live). Each
/// touches all live pages (which nothing else of this service does) and takes its CPU. The heap keeps
/// its memory. Slow and fast: once in 32 s, three times a second.
#[test]
fn a_heap_is_collected_as_often_as_it_fills() {
    for rate in [2.0, 20.0, 192.0] {
        let shown = heap(rate, "1 GiB");
        let app = shown.averages.containers[0];
        let due = app.arrivals as f64 / 64.0;
        let collections = app.touches[0] as f64 / (16.0 * 256.0);
        assert!((collections - due).abs() <= 1.0, "{rate}: {collections} instead of {due}");
        let busy = collections * 0.05 / 640.0;
        assert!((app.bursting / busy - 1.0).abs() < 0.2, "{rate}: {} not {busy}", app.bursting);
        assert!((app.demand - 164.0 * 1_048_576.0).abs() < PAGE, "{rate}: {}", app.demand);
        assert_eq!(app.touches[1], 0);
    }
}

/// With a part in swap a collection brings all live pages back, eight with each read: at most a fault
/// for every live page, and disk time for an eighth of them.
#[test]
fn a_collection_touches_what_is_in_swap() {
    let shown = heap(20.0, "150 MiB");
    let app = shown.averages.containers[0];
    let collections = app.touches[0] as f64 / (16.0 * 256.0);
    assert!((collections - app.arrivals as f64 / 64.0).abs() <= 1.0, "{collections}");
    // 14 MiB of 164 are in swap.
    let faults = collections * 16.0 * 256.0 * (14.0 / 164.0);
    assert!((app.touches[1] as f64 / faults - 1.0).abs() < 0.1, "{:?} {faults}", app.touches);
    let paging = faults / 8.0 * 100e-6 / 640.0;
    assert!((app.paging / paging - 1.0).abs() < 0.1, "{} not {paging}", app.paging);
}

/// The share swappiness / 200 of cold pages is in swap after a long time. No request waits for them:
/// response times are those without swap, to the nanosecond.
#[test]
fn parked_pages_slow_no_request() {
    let parked = |swap: &str, swappiness: f64| {
        let world = world()
            .node("host", 1)
            .with(format!("memory = '1 GiB'\nswap = '{swap}'\nswappiness = {swappiness}"))
            .with("disk = 'hdd'")
            .service("app", "memory = { base = '400 MiB', hot = 0.5 }")
            .cpu("go", "exp(10ms)")
            .traffic("all", "app.go", poisson(50))
            .blueprint();
        replicate(&world, 84, 0, 10.0, 60.0)
    };
    let without = parked("0 B", 60.0);
    for swappiness in [0.0, 1.0, 60.0, 200.0] {
        let shown = parked("1 GiB", swappiness);
        let due = 200.0 * 1_048_576.0 * swappiness / 200.0;
        let app = shown.averages.containers[0];
        assert!((app.swapped - due).abs() <= PAGE, "{swappiness}: {} not {due}", app.swapped);
        assert_eq!((app.touches[1], app.paging), (0, 0.0));
        assert!(shown.memory.iter().all(|(_, _, state)| state.stalled.0 == 0));
        assert_eq!(shown.requests, without.requests, "{swappiness}");
    }
    assert!(mean(&without.responses()) > 0.01);
}
