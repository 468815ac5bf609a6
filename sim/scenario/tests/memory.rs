//! RAM and growth, in files and blueprints.

#![allow(clippy::unwrap_used)]

use wssim_experiment::question::{MeasureKind, Worlds};
use wssim_kernel::Nanos;
use wssim_model::Blueprint;
use wssim_model::blueprint::{Hits, Instruction, Memory, NodeMemory};
use wssim_model::law::Law;
use wssim_scenario::Scenario;

const MB: f64 = 1e6;
const MIB: f64 = 1_048_576.0;

fn load(name: &str, sets: &[&str]) -> Scenario {
    let sets: Vec<String> = sets.iter().map(ToString::to_string).collect();
    let path = format!("tests/scenarios/{name}.toml");
    Scenario::load(&path, &sets).unwrap_or_else(|mistakes| panic!("{mistakes}"))
}

fn world(name: &str, sets: &[&str]) -> Blueprint {
    load(name, sets).blueprint(None, &[]).unwrap()
}

fn memory<'b>(blueprint: &'b Blueprint, name: &str) -> &'b Memory {
    &blueprint.services.iter().find(|service| service.name == name).unwrap().memory
}

fn told(name: &str, sets: &[&str]) -> String {
    let sets: Vec<String> = sets.iter().map(ToString::to_string).collect();
    match Scenario::load(&format!("tests/scenarios/{name}.toml"), &sets) {
        Ok(scenario) => wssim_scenario::render(scenario.warnings(), 100, false),
        Err(mistakes) => mistakes.render(false),
    }
}

#[test]
fn nodes_have_swap_and_a_system() {
    let blueprint = world("estate", &[]);
    let system = NodeMemory {
        ram: 8192.0 * MIB,
        swap: 0.0,
        swappiness: 60.0,
        kernel: 300.0 * MB,
        engine: 150.0 * MB,
        agent: 50.0 * MB,
        shim: 10.0 * MB,
    };
    let due =
        NodeMemory { ram: 28.0 * 1024.0 * MIB, swap: 8192.0 * MIB, swappiness: 10.0, ..system };
    assert_eq!((blueprint.nodes[0].memory, blueprint.nodes[1].memory), (due, system));
}

#[test]
fn services_say_how_they_use_their_ram_or_memory_does() {
    let blueprint = world("estate", &[]);
    let company = memory(&blueprint, "ws-company");
    assert_eq!((company.base, company.per_request), (360.0 * MIB, MIB));
    assert_eq!((company.hot, company.touch_ns, company.processes), (0.6, 2e4, 2));
    assert_eq!((company.limit, company.reservation), (Some(2048.0 * MIB), 0.0));
    let heap = company.heap.as_ref().unwrap();
    assert_eq!((heap.limit, heap.live, heap.garbage), (256.0 * MIB, 120.0 * MIB, 2.0 * MIB));
    assert!((heap.collection.mean() - 1e8).abs() < 1e-3);
    // 360 MiB are 92 160 pages, 55 296 of them hot, nearest to 2^16.
    assert_eq!((company.curve.pages(), company.curve.alpha()), (65_536.0, 0.7));
    let free = world("estate", &["service.ws-company.memory.limit=0 B"]);
    assert_eq!(memory(&free, "ws-company").limit, None);
    let redis = memory(&blueprint, "redis-cache");
    assert!((redis.hot - 0.9).abs() < 1e-12 && redis.touch_ns.is_infinite());
    // 23 040 pages: between 2^14 and 2^15 the middle is 23 170.
    assert_eq!(redis.curve.pages(), 16_384.0);
    let traefik = memory(&blueprint, "traefik");
    assert_eq!((traefik.base, traefik.curve.pages(), traefik.entry), (0.0, 1.0, 0.0));
    assert_eq!((traefik.processes, traefik.limit), (1, None));
    assert!(traefik.heap.is_none() && traefik.data.is_none());
}

#[test]
fn what_is_left_out_is_usual() {
    let sets = ["memory.enabled=false", "service.ws-company.memory={ base = \"1 GB\" }"];
    let blueprint = world("estate", &sets);
    let company = memory(&blueprint, "ws-company");
    assert_eq!((company.hot, company.touch_ns, company.curve.alpha()), (1.0, 1e4, 0.8));
    let node = blueprint.nodes[1].memory;
    assert_eq!((node.kernel, node.engine, node.agent, node.shim), (0.0, 0.0, 0.0, 0.0));
    let config = load("estate", &sets).print_config();
    for line in [
        "memory.hot = 1.0  # default",
        "memory.touch = \"10us\"  # default",
        "memory.shim = \"0 B\"  # default",
        "service.gibd-postgres.data.page = \"8 KiB\"  # default",
    ] {
        assert!(config.lines().any(|other| other == line), "{line}\n{config}");
    }
}

#[test]
fn data_is_read_by_steps_with_draws_of_their_own() {
    let blueprint = world("estate", &[]);
    let data = memory(&blueprint, "gibd-postgres").data.as_ref().unwrap();
    assert_eq!((data.size, data.buffers, data.page), (1536.0 * MIB, 128.0 * MIB, 8192.0));
    // 196 608 pages: nearer to 2^18 than to 2^17, which are 1.5 times and a third apart.
    assert_eq!((data.curve.pages(), data.curve.alpha()), (262_144.0, 0.8));
    let reads: Vec<(&Law, [u32; 3])> = (blueprint.program.iter())
        .filter_map(|step| match step {
            Instruction::Read { pages, draws } => Some((pages, *draws)),
            _ => None,
        })
        .collect();
    let [(pages, [many, misses, disk])] = reads.as_slice() else { panic!("one read") };
    assert!((pages.mean() - 20.0).abs() < 1e-9);
    assert!(many != misses && misses != disk && many != disk);
    let draws = |sets: &[&str]| {
        let of = |step: &Instruction| match step {
            Instruction::Cpu { draw, .. } => Some(*draw),
            _ => None,
        };
        world("estate", sets).program.iter().filter_map(of).collect::<Vec<u32>>()
    };
    let without = "service.gibd-postgres.endpoint.query.steps[1].probability=0.5";
    assert_eq!(draws(&[]), draws(&[without]));
}

#[test]
fn a_cache_holds_what_its_service_has_room_for() {
    let capacity = |sets: &[&str]| {
        let blueprint = world("growing", sets);
        let [cache] = blueprint.caches.as_slice() else { panic!("one cache") };
        let Hits::Lru { capacity, popularity, .. } = &cache.hits else { panic!("a real one") };
        assert_eq!((popularity.items(), memory(&blueprint, "redis").entry), (20_000, 1e4));
        *capacity
    };
    assert_eq!(capacity(&[]), 6400);
    assert_eq!(capacity(&["service.redis.memory.maxmemory=12345 B"]), 1);
    assert_eq!(capacity(&["service.redis.memory.maxmemory=3 kB"]), 1);
    assert_eq!(capacity(&["service.redis.memory.maxmemory=39.9 kB"]), 3);
    let step = "service.web.endpoint.get.steps[1].hit=zipf(items=20000, capacity=50, alpha=0.9)";
    assert_eq!(capacity(&[step]), 50);
    let more = "service.web.endpoint.get.steps[1].miss=[{ cache = \"redis\", hit = \"zipf(items=20000, alpha=0.9)\", miss = [] }]";
    assert_eq!(capacity(&[more]), 6400);
    assert!(
        told("growing", &["service.redis.memory.maxmemory=none"])
            .contains("error[no-capacity]: how much `redis` holds is not said")
    );
}

/// (service, node, begin in seconds) of every container.
fn containers(blueprint: &Blueprint) -> Vec<(&str, &str, Option<u64>)> {
    let of = |container: &wssim_model::blueprint::Container| {
        let service = blueprint.services[container.service.index()].name.as_str();
        let node = blueprint.nodes[container.node.index()].name.as_str();
        (service, node, container.begins.map(|begin| begin.0 / 1_000_000_000))
    };
    blueprint.containers.iter().map(of).collect()
}

#[test]
fn growth_adds_containers_in_turn_and_moves_none() {
    let blueprint = world("growing", &[]);
    assert_eq!(
        containers(&blueprint),
        [
            ("agent", "a", None),
            ("agent", "b", None),
            ("job", "a", None),
            ("one-each", "b", None),
            ("one-each", "a", Some(5)),
            ("redis", "a", None),
            ("redis", "b", Some(10)),
            ("redis", "b", Some(20)),
            ("web", "b", None),
            ("web", "a", None),
            ("web", "b", None),
            ("web", "a", Some(15)),
        ]
    );
    let ranges: Vec<_> = blueprint.services.iter().map(|one| one.containers.clone()).collect();
    assert_eq!(ranges, [0..2, 2..3, 3..3, 3..5, 5..8, 8..12]);
    // Each has its own background.
    let names: Vec<&str> = blueprint.background.iter().map(|one| one.name.as_str()).collect();
    assert_eq!(names, ["web.0", "web.1", "web.2", "web.3"]);
    let still = world("growing", &["growth=none"]);
    let there: Vec<_> = containers(&blueprint).into_iter().filter(|one| one.2.is_none()).collect();
    assert_eq!(containers(&still), there);
    let only = world("growing", &["growth.services=[\"web\"]", "growth.to=10"]);
    let added: Vec<_> = containers(&only).into_iter().filter(|one| one.2.is_some()).collect();
    assert_eq!(added, [("web", "a", Some(5)), ("web", "b", Some(10))]);
}

#[test]
fn growth_is_of_a_window_and_ends_where_nothing_fits() {
    let scenario = load("growing", &[]);
    let window = MeasureKind::Window { lead_in: Nanos::ZERO };
    assert_eq!(scenario.question().measure.kind, window);
    let placements = scenario.placements();
    assert!(placements.iter().all(|one| one.pending == 0));
    assert_eq!(placements[4].nodes, ["a", "b", "b"]);
    assert_eq!(told("growing", &[]), "");
    assert_eq!(told("growing", &["growth.to=8"]), "");
    for (sets, due) in [
        (&["growth.to=7"][..], "error[out-of-range]: 8 containers run from the first, more than 7"),
        (&["growth.to=0"], "a whole number from 1 to 100000"),
        (&["growth.every=5"], "error[missing-unit]"),
        (&["growth.to=none"], "`growth` lacks `to`"),
        (&["growth.services=off"], "`off` does not grow: it has no containers"),
        (&["growth.services=job"], "`job` does not grow: it is a job"),
        // 16 GB of each node, of which 3 are reserved already.
        (&["growth.to=60", "growth.services=web"], "growth ends with 37 containers, of 60"),
        (&["growth.every=250s"], "2 of 4 containers are added in a stretch of 600s"),
        (
            &["service.web.balance={ kind = \"random\", weights = [1, 2, 3] }"],
            "3 weights for 3 replicas and 1 that are added",
        ),
    ] {
        let told = told("growing", sets);
        assert!(told.contains(due), "{sets:?}: {told}");
    }
    let claim = |replica: &str| {
        let metric = format!("replica_share_ratio{{service=\"web\", replica=\"{replica}\"}}");
        told("growing", &[&format!("claim=[{{ id = \"x\", metric = '{metric}', expect = 1 }}]")])
    };
    assert_eq!(claim("4"), "");
    assert!(claim("5").contains("no replica is named `5`"), "{}", claim("5"));
}
