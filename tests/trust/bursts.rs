//! Background bursts without waits against their slow twin: the same world, in which each burst has its
//! own events because its container has a limit, too high to bind.

use super::scenario;
use wssim_experiment::question::Worlds;
use wssim_kernel::{Nanos, Time};
use wssim_model::ids::{NodeId, SourceId};
use wssim_model::probe::{Failure, NodeMemoryState, Probe};
use wssim_model::{Averages, Outcome, Run, simulate};

/// Three nodes: with enough threads for all, with one and SMT, and one without requests; on it bursts
/// meet bursts. `limit` is added to the services with bursts.
fn world(limit: &str, more: &str) -> String {
    let service = |name: &str, node: &str, every: &str, cpu: &str, more: &str| {
        format!(
            r#"
[service.{name}]
constraints = ["node.hostname == {node}"]
background = {{ every = "{every}", cpu = "{cpu}" }}
memory = {{ base = "100 MB", hot = 0.9, touch = "10us" }}
{limit}
{more}
"#
        )
    };
    let front = "workers = 8\nendpoint.page.steps = [ { cpu = \"exp(4ms)\" }, \
                 { call = \"back.get\", repeat = 3, timeout = \"80ms\", retries = 1 } ]";
    let back = "workers = 4\nhold = \"request\"\nstartup = \"300ms\"\n\
                endpoint.get.steps = [ { cpu = \"exp(6ms)\" }, { sleep = \"exp(1ms)\", probability = 0.5 } ]";
    [
        r#"
[scenario]
title = "Bursts"
kind = "window"
duration = "60s"
[orchestrator]
kind = "swarm"
[node.wide]
cores = 8
[node.narrow]
cores = 2
threads = 4
speed = 0.5
capacity = [[1, 1.0], [2, 1.6], [4, 1.8]]
disk = { read = "exp(0.3ms)" }
[node.idle]
cores = 1
[traffic.all]
entry = "front.page"
arrivals = { kind = "poisson", rate = "9/s" }
"#
        .to_owned(),
        service("front", "wide", "exp(50ms)", "exp(20ms)", front),
        service("batch", "wide", "exp(30ms)", "exp(60ms)", ""),
        service("back", "narrow", "exp(200ms)", "exp(9ms)", back),
        service("agent", "narrow", "exp(100ms)", "lognormal(4ms, cv=2)", ""),
        service("tick", "narrow", "700ms", "3ms", ""),
        service("a", "idle", "exp(100ms)", "exp(30ms)", ""),
        service("b", "idle", "exp(100ms)", "exp(30ms)", ""),
        more.to_owned(),
    ]
    .concat()
}

/// The results of one replication.
#[derive(Default)]
struct Shown {
    requests: Vec<(u64, u64, bool)>,
    swapped_in: u64,
    averages: Averages,
    events: u64,
}

impl Probe for Shown {
    fn request_done(
        &mut self,
        _: SourceId,
        arrived: Time,
        response: Nanos,
        outcome: Result<(), Failure>,
    ) {
        self.requests.push((arrived.0, response.0, outcome.is_ok()));
    }

    fn node_memory(&mut self, _: NodeId, _: Time, _: Time, state: &NodeMemoryState) {
        self.swapped_in += state.swapped_in;
    }
}

fn show(name: &str, text: &str, seed: u64) -> Shown {
    let blueprint = scenario(name, text).blueprint(None, &[]).unwrap();
    let seconds = |s| Nanos::from_seconds(s);
    let run = Run { seed, replication: 0, lead: seconds(10.0), measured: seconds(60.0) };
    let (outcome, shown): (Outcome, Shown) =
        simulate(&blueprint, run, Shown::default(), &|| false).unwrap();
    Shown { averages: outcome.averages, events: outcome.events, ..shown }
}

/// Asserts that both are equal, requests to 100 ns (each moment is rounded to one), means to rounding.
/// Returns the events of both.
#[track_caller]
fn agree(quick: &Shown, slow: &Shown) -> [u64; 2] {
    assert_eq!(quick.requests.len(), slow.requests.len());
    for (quick, slow) in quick.requests.iter().zip(&slow.requests) {
        assert_eq!((quick.0, quick.2), (slow.0, slow.2));
        assert!(quick.1.abs_diff(slow.1) <= 100, "{quick:?} against {slow:?}");
    }
    let close = |quick: f64, slow: f64, what: &str| {
        let off = (quick - slow).abs();
        assert!(off <= 1e-6 * slow.abs().max(1e-3), "{what}: {quick} against {slow}");
    };
    assert_eq!(quick.swapped_in, slow.swapped_in);
    for (quick, slow) in quick.averages.nodes.iter().zip(&slow.averages.nodes) {
        close(quick.threads, slow.threads, "threads");
        close(quick.load.unwrap(), slow.load.unwrap(), "load");
    }
    for (quick, slow) in quick.averages.containers.iter().zip(&slow.averages.containers) {
        close(quick.bursting, slow.bursting, "bursting");
        close(quick.computing, slow.computing, "computing");
        close(quick.in_system, slow.in_system, "in the system");
        close(quick.resident, slow.resident, "resident");
        close(quick.touches[0] as f64, slow.touches[0] as f64, "touches");
    }
    assert!(slow.averages.containers.iter().all(|container| container.throttled == 0.0));
    [quick.events, slow.events]
}

const LIMIT: &str = "cpus = { limit = 1000, quota = \"fluid\" }";

/// Compares both worlds with `more`.
fn compare(name: &str, more: &str) {
    for seed in 0..6 {
        let quick = show(&format!("{name}-quick"), &world("", more), seed);
        let slow = show(&format!("{name}-slow"), &world(LIMIT, more), seed);
        let [events, twice] = agree(&quick, &slow);
        assert!(quick.requests.len() > 300 && quick.averages.containers[0].bursting > 0.0);
        // Bursts come 66 times a second, each with two events; a request with some 40.
        assert!(events < twice, "{events} against {twice}");
    }
}

#[test]
fn bursts_without_events_are_bursts() {
    compare("bursts", "");
}

/// Containers are killed during bursts, nodes crash and stand still.
#[test]
fn they_end_with_their_containers_and_nodes() {
    compare(
        "bursts-unrest",
        r#"
[[fault]]
id = "kill"
at = "15s"
kind = "kill-service"
service = "batch"
[[fault]]
id = "hang"
at = "25s"
kind = "hang"
node = "narrow"
repair = "2s"
[[fault]]
id = "crash"
at = "40s"
kind = "crash"
node = "idle"
repair = "5s"
[[fault]]
id = "loss"
at = "50s"
kind = "kill-service"
service = "back"
"#,
    );
}

/// With pages in swap, bursts wait for them at the disk, beside requests.
#[test]
fn they_wait_for_pages_as_any_step() {
    let ram = "\n[node.narrow.memory]\nvalue = \"250 MB\"\n[node.narrow.swap]\nvalue = \"1 GB\"\n";
    compare("bursts-pages", ram);
    let quick = show("bursts-swap", &world("", ram), 0);
    assert!(quick.swapped_in > 1000, "{}", quick.swapped_in);
}
