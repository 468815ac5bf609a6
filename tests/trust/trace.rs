//! `trace` in real worlds: spans tile a request to the nanosecond, and following changes nothing.

use super::random_worlds::random_scenario;
use super::steady;
use crate::text::{periodic_from, scenario, world};
use wssim_experiment::question::Worlds;
use wssim_experiment::trace::{
    RequestPick, RequestTrace, Stay, StayKind, StretchKind, StretchPlace, TraceError, TraceOptions,
    trace,
};
use wssim_experiment::watch::Unwatched;
use wssim_kernel::{Nanos, Time};
use wssim_model::ids::SourceId;
use wssim_model::probe::{Failure, Probe};
use wssim_model::{Run, simulate};
use wssim_scenario::Scenario;

const MS: u64 = 1_000_000;
const FREE_LAN: &str = "[lan]\nlocal_rtt = '0s'\npacket_cpu = '0s'";

/// Everything is constant, so every span has a known length. `web` waits for the worker
/// that `robot`, 2 ms before it, holds; computes, queries twice, sleeps, and asks at last for
/// something that answers too late, twice.
fn serial() -> Scenario {
    let slow = "timeout = '10ms', retries = { attempts = 1, backoff = '4ms' }";
    world()
        .with("[lan]\nrtt = '2ms'\nlocal_rtt = '0s'\npacket_cpu = '0s'")
        .node("a", 4)
        .node("b", 1)
        .with("speed = 0.5")
        .service("shop", "workers = 1\npool.database = { size = 1 }")
        .on("a")
        .with("endpoint.page.steps = [")
        .with("{ cpu = '3ms' },")
        .with("{ repeat = 2, steps = [ { call = 'database.query' } ] },")
        .with("{ sleep = '5ms' },")
        .with(format!("{{ call = 'database.slow', {slow} }} ]"))
        .cpu("hold", "6ms")
        .service("database", "")
        .on("b")
        .cpu("query", "2ms")
        .cpu("slow", "20ms")
        .traffic("web", "shop.page", periodic_from("1s", "102ms"))
        .with("client_rtt = '1ms'")
        .traffic("robot", "shop.hold", periodic_from("1s", "100ms"))
        .scenario()
}

fn options(entry: Option<&str>, pick: RequestPick) -> TraceOptions {
    let entry = entry.map(str::to_owned);
    TraceOptions { seed: 84, replication: 0, threads: Some(1), entry, pick }
}

/// The place written as `a`, `a – b` (a way) or `a → b` (a pool).
fn place(text: &str) -> StretchPlace {
    if let Some((first, second)) = text.split_once(" – ") {
        return StretchPlace::Between(first.to_owned(), second.to_owned());
    }
    match text.split_once(" → ") {
        Some((service, pool)) => {
            StretchPlace::Pool { service: service.to_owned(), pool: pool.to_owned() }
        }
        None => StretchPlace::At(text.to_owned()),
    }
}

fn of(trace: &RequestTrace, kind: StretchKind, at: &str) -> u64 {
    let at = place(at);
    let fits = trace.components.iter().filter(|c| c.kind == kind && c.place == at);
    fits.map(|component| component.ns).sum()
}

/// The time of a stay without `components`: hops, own parts, and its calls, until its caller stopped
/// waiting.
fn leaves(stays: &[Stay], place: usize, until: u64, found: &mut Vec<(u64, u64)>) {
    let stay = &stays[place];
    let mut add = |from: u64, to: u64| {
        if from < to.min(until) {
            found.push((from, to.min(until)));
        }
    };
    add(stay.sent_ns, stay.start_ns);
    for part in &stay.parts {
        match part.callee {
            Some(callee) => leaves(stays, callee, part.end_ns.min(until), found),
            None if part.start_ns < part.end_ns.min(until) => {
                found.push((part.start_ns, part.end_ns.min(until)));
            }
            None => {}
        }
    }
    if stay.end_ns < stay.until_ns.min(until) {
        found.push((stay.end_ns, stay.until_ns.min(until)));
    }
}

#[test]
fn a_serial_request_is_tiled_by_its_spans() {
    let world = serial();
    let web =
        trace(&world, &steady(0.0, 10.0), &options(Some("web"), RequestPick::Failed), &Unwatched);
    let web = web.unwrap();
    // Arrives at 102.5 ms at a worker that is held until 106 ms. A query is 1 ms there, 2 ms of
    // CPU at half speed, 1 ms back; the last call is given up after 10 ms, and again 4 ms later.
    assert_eq!(of(&web, StretchKind::Worker, "shop"), 7 * MS / 2);
    assert_eq!(of(&web, StretchKind::Cpu, "shop"), 3 * MS);
    assert_eq!(of(&web, StretchKind::Sleep, "shop"), 5 * MS);
    assert_eq!(of(&web, StretchKind::Backoff, "shop"), 4 * MS);
    assert_eq!(of(&web, StretchKind::Network, "user – a"), MS);
    assert_eq!(of(&web, StretchKind::Network, "a – b"), 2 * 2 * MS + 2 * MS);
    // Two queries of 4 ms; 9 ms of each attempt before it times out.
    let database =
        of(&web, StretchKind::Cpu, "database") + of(&web, StretchKind::Sharing, "database");
    assert_eq!(database, 2 * 4 * MS + 2 * 9 * MS);
    let response = MS + 7 * MS / 2 + 3 * MS + 2 * 6 * MS + 5 * MS + 10 * MS + 4 * MS + 10 * MS;
    assert_eq!((web.response_ns, web.failed), (response, Some("timeout")));

    let mut found = Vec::new();
    leaves(&web.stays, 0, web.response_ns, &mut found);
    let mut at = 0;
    for (from, to) in found {
        assert_eq!(from, at, "a gap or an overlap at {at} ns");
        at = to;
    }
    assert_eq!(at, web.response_ns);

    let slow: Vec<&Stay> =
        web.stays.iter().filter(|stay| stay.endpoint.as_deref() == Some("slow")).collect();
    assert_eq!(slow.iter().map(|stay| stay.attempt).collect::<Vec<_>>(), [0, 1]);
    for stay in slow {
        assert!(stay.late && stay.failed == Some("timeout"), "{stay:?}");
        assert!(stay.end_ns > stay.until_ns, "its work goes on unheard: {stay:?}");
    }
}

/// Two jobs on one core from the same moment: each takes twice as long, half of it for the other. A
/// quota of a tenth of a core: 10 ms run, 90 ms stopped, repeatedly.
#[test]
fn cpu_time_is_told_from_sharing_and_throttling() {
    let world = world()
        .with(FREE_LAN)
        .node("one", 1)
        .node("two", 1)
        .service("shared", "")
        .on("one")
        .cpu("go", "10ms")
        .service("limited", "cpus = { limit = 0.1, quota = 'cfs' }")
        .on("two")
        .cpu("go", "25ms")
        .traffic("first", "shared.go", periodic_from("1s", "50ms"))
        .traffic("second", "shared.go", periodic_from("1s", "50ms"))
        .traffic("third", "limited.go", periodic_from("1s", "100ms"))
        .scenario();
    let follow = |entry| {
        trace(&world, &steady(0.0, 10.0), &options(Some(entry), RequestPick::Number(3)), &Unwatched)
            .unwrap()
    };
    for entry in ["first", "second"] {
        let told = follow(entry);
        assert_eq!(of(&told, StretchKind::Cpu, "shared"), 10 * MS);
        assert_eq!(of(&told, StretchKind::Sharing, "shared"), 10 * MS);
    }
    let told = follow("third");
    assert_eq!(of(&told, StretchKind::Cpu, "limited"), 25 * MS);
    assert_eq!(of(&told, StretchKind::Throttled, "limited"), 180 * MS);
    assert_eq!(told.response_ns, 205 * MS);
}

/// The slower branch determines the parallel step.
#[test]
fn the_critical_path_goes_through_the_branch_that_is_waited_for() {
    let slow = "{ sleep = '1ms' }, { call = 'slow.go' }";
    let world = world()
        .with(FREE_LAN)
        .node("one", 8)
        .service("page", "")
        .endpoint("go", format!("{{ parallel = [ [ {{ call = 'quick.go' }} ], [ {slow} ] ] }}"))
        .service("quick", "")
        .cpu("go", "3ms")
        .service("slow", "")
        .cpu("go", "7ms")
        .traffic("web", "page.go", periodic_from("1s", "50ms"))
        .scenario();
    let told =
        trace(&world, &steady(0.0, 5.0), &options(None, RequestPick::Slowest), &Unwatched).unwrap();
    assert_eq!(told.response_ns, 8 * MS);
    assert_eq!(of(&told, StretchKind::Sleep, "page"), MS);
    assert_eq!(of(&told, StretchKind::Cpu, "slow"), 7 * MS);
    assert_eq!(of(&told, StretchKind::Cpu, "quick"), 0);
    let branches = told.stays.iter().filter(|stay| stay.kind == StayKind::Branch).count();
    assert_eq!(branches, 2);
}

/// A branch that cannot get a connection fails the step: its time counts, not that of the one still
/// working.
#[test]
fn the_critical_path_of_a_failure_is_the_branch_that_failed() {
    let branch = "[ { call = 'slow.go' } ]";
    let world = world()
        .with(FREE_LAN)
        .node("one", 8)
        .service("page", "pool.slow = { size = 1, timeout = '5ms' }")
        .endpoint("go", format!("{{ parallel = [ {branch}, {branch} ] }}"))
        .service("slow", "")
        .cpu("go", "7ms")
        .traffic("web", "page.go", periodic_from("1s", "50ms"))
        .scenario();
    let told =
        trace(&world, &steady(0.0, 5.0), &options(None, RequestPick::Failed), &Unwatched).unwrap();
    assert_eq!((told.response_ns, told.failed), (5 * MS, Some("timeout")));
    assert_eq!(of(&told, StretchKind::Connection, "page → slow"), 5 * MS);
}

/// A DNS look-up of 0.5 ms, four round trips of 2 ms, 2 ms of CPU for accepting: and a caller that gives
/// up before it is connected, or when server `b` is dead.
fn connecting(timeout: &str, fault: &str) -> RequestTrace {
    let world = world()
        .window("10s")
        .swarm("'a'")
        .with("[lan]\nrtt = '2ms'\nlocal_rtt = '0.5ms'\npacket_cpu = '0s'")
        .nodes(&["a", "b"], 4, "")
        .service("shop", "resolver = 'node'")
        .on("a")
        .with("client = { connections = 'per-request', round_trips = 4, accept = '2ms' }")
        .endpoint("page", format!("{{ call = 'database.query'{timeout} }}"))
        .service("database", "endpoint_mode = 'dnsrr'")
        .on("b")
        .cpu("query", "3ms")
        .traffic("web", "shop.page", periodic_from("1s", "50ms"))
        .with(fault)
        .scenario();
    let pick = if timeout.is_empty() { RequestPick::Slowest } else { RequestPick::Failed };
    trace(&world, &steady(0.0, 10.0), &options(None, pick), &Unwatched).unwrap()
}

#[test]
fn getting_a_connection_is_told_part_by_part() {
    let told = connecting("", "");
    assert_eq!(of(&told, StretchKind::Dns, "shop"), MS / 2);
    assert_eq!(of(&told, StretchKind::Handshake, "shop"), 8 * MS);
    assert_eq!(of(&told, StretchKind::Network, "a – b"), 2 * MS);
    // Accepting is CPU of networking.
    assert_eq!(of(&told, StretchKind::NetworkCpu, "database"), 2 * MS);
    assert_eq!(of(&told, StretchKind::Cpu, "database"), 3 * MS);
    assert_eq!(told.response_ns, MS / 2 + 15 * MS);
    told.stays.iter().for_each(is_tiled);
}

#[test]
fn what_is_given_up_before_it_is_sent_takes_no_longer() {
    let told = connecting(", timeout = \"5ms\"", "");
    assert_eq!(of(&told, StretchKind::Dns, "shop"), MS / 2);
    assert_eq!(of(&told, StretchKind::Handshake, "shop"), 9 * MS / 2);
    assert_eq!((told.response_ns, told.failed), (5 * MS, Some("timeout")));
}

/// The connection is never opened: the time is neither a handshake's nor the network's.
#[test]
fn waiting_for_a_dead_node_is_told() {
    let dead = "[[fault]]\nid = \"b\"\nkind = \"crash\"\nnode = \"b\"\nat = \"2s\"";
    let told = connecting(", timeout = \"30ms\"", dead);
    assert_eq!(of(&told, StretchKind::Dns, "shop"), MS / 2);
    assert_eq!(of(&told, StretchKind::Silence, "shop"), 30 * MS - MS / 2);
    assert_eq!((told.response_ns, told.failed), (30 * MS, Some("timeout")));
}

/// Requests as other events report them: arrival, response, whether it was answered.
#[derive(Default)]
struct Requests(Vec<(u64, u64, bool)>);

impl Probe for Requests {
    fn request_done(&mut self, _: SourceId, at: Time, took: Nanos, end: Result<(), Failure>) {
        self.0.push((at.0, took.0, end.is_ok()));
    }
}

/// In random worlds the parts of each stay tile it, the components add up (asserted by `trace` itself),
/// and the request exists without tracing.
#[test]
fn spans_tile_in_random_worlds() {
    let (lead, seconds) = (1.0, 4.0);
    let mut traced = 0;
    for seed in 0..60 {
        println!("random scenario {seed}");
        let world = scenario(&random_scenario(seed));
        let run = Run {
            seed: 84,
            replication: 0,
            lead: Nanos::from_seconds(lead),
            measured: Nanos::from_seconds(seconds),
        };
        let blueprint = world.blueprint(None, &[]).unwrap();
        let (_, all) = simulate(&blueprint, run, Requests::default(), &|| false).unwrap();
        for pick in [
            RequestPick::Percentile(50.0),
            RequestPick::Slowest,
            RequestPick::Failed,
            RequestPick::Number(1),
        ] {
            let found = trace(&world, &steady(lead, seconds), &options(None, pick), &Unwatched);
            let told = match found {
                Ok(told) => told,
                Err(TraceError::NoSuchRequest { .. }) => continue,
                Err(other) => panic!("{other:?}"),
            };
            if told.stays[0].unfinished {
                continue;
            }
            let arrived = run.lead.0 + told.arrived_ns;
            let same = (arrived, told.response_ns, told.failed.is_none());
            assert!(all.0.contains(&same), "{same:?} is no request of this world");
            told.stays.iter().for_each(is_tiled);
            traced += 1;
        }
    }
    assert!(traced > 150, "{traced} traces");
}

fn is_tiled(stay: &Stay) {
    let mut at = stay.start_ns;
    for part in &stay.parts {
        assert_eq!(part.start_ns, at, "{stay:?}");
        at = part.end_ns;
    }
    assert_eq!(at, stay.end_ns, "{stay:?}");
    assert!(stay.sent_ns <= stay.start_ns && stay.sent_ns <= stay.until_ns, "{stay:?}");
}
