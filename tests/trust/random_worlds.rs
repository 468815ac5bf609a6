//! Random scenarios run with every law asserted: requests in = answered + failed + in flight, ∫N dt = Σ
//! time in system, work done = Σ demand served, the same at disks; pages in RAM + pages in swap =
//! demanded pages, within capacity; and those of `random_lives.rs`. The seed of each is printed.

use super::random_lives::Lives;
use super::random_memory::{Ram, Watch};
use super::random_unrest;
use crate::text::blueprint;
use std::fmt::Write as _;
use wssim_kernel::Nanos;
use wssim_kernel::stream::{Draw, StreamKey};
use wssim_model::{Run, simulate};

/// Random choices for one scenario.
pub(super) struct Dice(Draw<'static>);

impl Dice {
    /// The throws of `stream`, which stays for the rest of the tests.
    pub(super) fn of(stream: StreamKey) -> Self {
        Self(Box::leak(Box::new(stream)).draw(0, 0))
    }

    pub(super) fn below(&mut self, n: u32) -> u32 {
        (self.0.open01() * f64::from(n)) as u32
    }

    pub(super) fn chance(&mut self, p: f64) -> bool {
        self.0.open01() < p
    }

    pub(super) fn pick<'a>(&mut self, from: &[&'a str]) -> &'a str {
        from[self.below(from.len() as u32) as usize]
    }
}

fn step(dice: &mut Dice, ram: &Ram, service: u32, services: u32, depth: u32) -> String {
    let law =
        dice.pick(&["exp(2ms)", "lognormal(1ms, cv=2.0)", "uniform(0ms, 3ms)", "constant(1ms)"]);
    // Calls go only to services further down: no cycles.
    let may_call = service + 1 < services;
    match dice.below(if depth < 2 { 8 } else { 3 }) {
        0 if may_call => {
            let target = service + 1 + dice.below(services - service - 1);
            let timeout = if dice.chance(0.5) { ", timeout = \"15ms\"" } else { "" };
            let retries = if dice.chance(0.5) {
                ", retries = { attempts = 2, backoff = \"1ms\", factor = 2.0, jitter = 0.5, other_replica = true }"
            } else {
                ""
            };
            let more = giving_up(dice);
            // Sometimes a flow.
            let receive = dice.pick(&["\"20 kB\"", "\"200 kB\"", "\"3 MB\", probability = 0.05"]);
            format!(
                "{{ call = \"s{target}.go\", send = \"1 kB\", receive = {receive}{timeout}{retries}{more} }}"
            )
        }
        1 => format!("{{ sleep = \"{law}\", probability = 0.5 }}"),
        3 if may_call => {
            let branches = 1 + dice.below(3);
            let list: Vec<String> = (0..branches)
                .map(|_| format!("[ {} ]", step(dice, ram, service, services, depth + 1)))
                .collect();
            let need = 1 + dice.below(branches);
            format!("{{ parallel = [ {} ], need = {need} }}", list.join(", "))
        }
        4 => {
            let inner = step(dice, ram, service, services, depth + 1);
            format!("{{ repeat = {}, steps = [ {inner} ] }}", dice.below(4))
        }
        5 => {
            let size = dice.pick(&["0 B", "16 kB", "exp(100 kB)"]);
            let access = dice.pick(&["", ", write = true", ", flush = true"]);
            format!("{{ disk = \"{size}\"{access} }}")
        }
        6 if may_call => {
            let target = service + 1 + dice.below(services - service - 1);
            let hit = dice.pick(&[
                "0.7",
                "\"zipf(items=200, capacity=50, alpha=0.9)\"",
                "\"zipf(items=10, capacity=10, alpha=0)\", warm = false",
            ]);
            let room = if ram.has_store(target) { "" } else { ", capacity=50" };
            let hit = hit.replace(", capacity=50", room);
            let more = dice.pick(&["", ", cost = \"exp(0.3ms)\"", ", timeout = \"2ms\""]);
            let miss = step(dice, ram, service, services, depth + 1);
            format!("{{ cache = \"s{target}\", hit = {hit}{more}, miss = [ {miss} ] }}")
        }
        _ => format!("{{ cpu = \"{law}\" }}"),
    }
}

/// Cancellation and deadlines between callers and callees: in half the calls none.
fn giving_up(dice: &mut Dice) -> String {
    let mut text = String::new();
    if dice.chance(0.5) {
        return text;
    }
    if dice.chance(0.5) {
        text.push_str(", cancel = true");
    }
    if dice.chance(0.5) {
        let deadline = dice.pick(&["propagate", "8ms", "40ms"]);
        write!(text, ", deadline = \"{deadline}\"").unwrap();
    }
    if dice.chance(0.5) {
        let breaker = dice.pick(&[
            "{ failures = 5, window = \"1s\", open = \"200ms\", half_open = 3 }",
            "{ ratio = 0.3, min_calls = 10, open = \"0.1s\" }",
            "{ }",
        ]);
        write!(text, ", breaker = {breaker}").unwrap();
    }
    text
}

fn service(dice: &mut Dice, ram: &Ram, n: u32, services: u32, replicas: u32) -> String {
    let mut text = format!("[service.s{n}]\nreplicas = {replicas}\n");
    writeln!(text, "networks = [\"{}\"]", dice.pick(&["clear", "secret"])).unwrap();
    if dice.chance(0.7) {
        writeln!(text, "workers = {}", 1 + dice.below(4)).unwrap();
        writeln!(text, "hold = \"{}\"", dice.pick(&["request", "cpu"])).unwrap();
        if dice.chance(0.5) {
            writeln!(text, "backlog = {}", dice.below(10)).unwrap();
        }
        if dice.chance(0.5) {
            text.push_str("queue_timeout = \"20ms\"\n");
        }
    }
    if dice.chance(0.4) {
        let quota = dice.pick(&["cfs", "grid", "fluid"]);
        let limit = dice.pick(&["0.3", "1.0", "1.7"]);
        writeln!(text, "cpus = {{ limit = {limit}, quota = \"{quota}\" }}").unwrap();
    }
    if dice.chance(0.3) {
        let background = dice.pick(&[
            "{ every = \"exp(50ms)\", cpu = \"exp(3ms)\" }",
            "[ { every = \"100ms\", cpu = \"exp(3ms)\", jobs = 3 }, { start = \"2s\", count = 1, cpu = \"1s\" } ]",
        ]);
        writeln!(text, "background = {background}").unwrap();
    }
    text.push_str(&random_unrest::reach(dice, n, services, replicas));
    text.push_str(ram.service(n));
    let mut steps: Vec<String> =
        (0..=dice.below(4)).map(|_| step(dice, ram, n, services, 0)).collect();
    steps.extend(random_unrest::holds(dice, &text));
    if ram.has_files(n) {
        steps.push("{ read = \"uniform(0, 20)\" }".to_owned());
    }
    writeln!(text, "endpoint.go.steps = [ {} ]", steps.join(", ")).unwrap();
    text
}

pub(super) fn random_scenario(seed: u64) -> String {
    let mut dice = Dice::of(StreamKey::new(seed, 0, "test", "random scenario"));
    let mut text = "[scenario]\ntitle = \"Random\"\n".to_owned();
    let nodes = 1 + dice.below(4);
    let most_services = 5;
    let mut ram = Ram::new(seed, most_services);
    for node in 0..nodes {
        let cores = 1 + dice.below(4);
        let threads = cores * (1 + dice.below(2));
        let speed = dice.pick(&["0.3", "1.0", "1.5"]);
        write!(text, "[node.n{node}]\ncores = {cores}\nthreads = {threads}\nspeed = {speed}\n")
            .unwrap();
        text.push_str("network = \"1 Gbit/s\"\n");
        if dice.chance(0.6) {
            let disk = dice.pick(&["\"nvme\"", "\"hdd\"", "{ kind = \"ssd\", queues = 2 }"]);
            writeln!(text, "disk = {disk}").unwrap();
        }
        writeln!(text, "aes = {}", dice.pick(&["true", "false"])).unwrap();
        text.push_str(&ram.node());
    }
    text.push_str("[network.clear]\ndriver = \"overlay\"\n");
    text.push_str("[network.secret]\ndriver = \"overlay\"\nencrypted = true\n");
    text.push_str("[lan]\nrtt = \"lognormal(median=0.25ms, p99=0.8ms)\"\nlocal_rtt = \"0.02ms\"\n");
    text.push_str("packet_cpu = \"7us\"\n");
    text.push_str(random_unrest::path(&mut dice));
    let services = 2 + dice.below(most_services - 1);
    let mut replicas = Vec::new();
    for n in 0..services {
        replicas.push(1 + dice.below(3));
        text.push_str(&service(&mut dice, &ram, n, services, replicas[n as usize]));
    }
    let have_weights = text.contains("weights");
    text.push_str(&ram.world(replicas.iter().sum(), have_weights));
    let arrivals = dice.pick(&[
        "{ kind = \"poisson\", rate = \"80/s\" }",
        "{ kind = \"closed\", users = 20, think = \"exp(100ms)\" }",
        "{ kind = \"periodic\", period = \"10ms\" }",
        "{ kind = \"poisson\", rate = \"80/s\", profile = { ramp = [[\"2s\", 0.1], [\"9s\", 2.0]] } }",
        "{ kind = \"periodic\", period = \"10ms\", profile = { slot = \"1s\", values = [0, 2.5] } }",
        "{ kind = \"mmpp\", rates = [\"0/s\", \"50/s\", \"300/s\"], switch = [\"2/s\", \"1/s\", \"9/s\"] }",
        "{ kind = \"renewal\", interarrival = \"gamma(10ms, cv=2.0)\" }",
    ]);
    write!(text, "[traffic.web]\nentry = \"s0.go\"\narrivals = {arrivals}\n").unwrap();
    if dice.chance(0.5) {
        let patience = dice.pick(&["100ms", "exp(200ms)"]);
        writeln!(text, "patience = \"{patience}\"").unwrap();
        writeln!(text, "cancel = {}", dice.chance(0.5)).unwrap();
    }
    if dice.chance(0.3) {
        text.push_str("patience_in_queue = \"exp(30ms)\"\n");
    }
    text.push_str(&random_unrest::unrest(&mut dice, nodes, &replicas));
    text
}

/// `WSSIM_WORLDS=300-6000` runs others.
fn seeds() -> std::ops::Range<u64> {
    let asked = std::env::var("WSSIM_WORLDS").ok();
    let asked = asked.as_ref().and_then(|text| text.split_once('-'));
    asked.map_or(0..300, |(from, to)| from.parse().unwrap()..to.parse().unwrap())
}

#[test]
fn random_worlds_keep_every_law() {
    let mut requests = 0;
    let (mut seen_in, mut reborn) = ([0; 4], [0; 2]);
    let seeds = seeds();
    let worlds = seeds.end - seeds.start;
    for seed in seeds {
        println!("random scenario {seed}");
        let text = random_scenario(seed);
        let world = blueprint(&text);
        let run = Run {
            seed,
            replication: 0,
            lead: Nanos::from_seconds(1.0),
            measured: Nanos::from_seconds(10.0),
        };
        let (outcome, watch) =
            simulate(&world, run, Watch::new(&world), &|| false).expect("it is not stopped");
        watch.assert_laws(&outcome);
        for (worlds, seen) in seen_in.iter_mut().zip(watch.seen) {
            *worlds += u64::from(seen > 0);
        }
        let (again, lives) =
            simulate(&world, run, Lives::new(&world), &|| false).expect("it is not stopped");
        assert_eq!(outcome.events, again.events, "{text}");
        lives.assert_laws(&again);
        for (all, seen) in reborn.iter_mut().zip(lives.seen) {
            *all += seen;
        }
        requests += outcome.requests;
    }
    assert!(requests > 300 * worlds, "{requests} requests");
    println!("{reborn:?} lives after the first, and things done in them");
    assert!(reborn[0] > worlds / 10 && reborn[1] > worlds / 10, "{reborn:?}");
    // In at least one of ten a container is killed, in one of ten pages come back, and are waited for;
    // in one of five some are in swap.
    println!("kills, faults, stalls, swap in {seen_in:?} of {worlds} worlds");
    let least = [10, 10, 10, 5].map(|of| worlds / of);
    assert!(seen_in.iter().zip(least).all(|(seen, least)| *seen >= least), "{seen_in:?}");
}
