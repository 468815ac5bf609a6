//! Background bursts without waits against their slow twin: the same world, in which each burst has its
//! own events because its container has a limit, too high to bind.

use crate::text::{self, Text, poisson};
use wssim_kernel::{Nanos, Time};
use wssim_model::ids::{NodeId, SourceId};
use wssim_model::probe::{Failure, NodeMemoryState, Probe};
use wssim_model::{Averages, Outcome, Run, simulate};

/// Three nodes: one with a thread for each job, one with one thread and SMT, and one without requests, on which
/// bursts meet bursts. `limit` is the line of the services that burst about theirs.
fn world(limit: &str, more: &str) -> Text {
    let service = |text: Text, name: &str, node: &str, [every, cpu]: [&str; 2]| {
        text.service(name, "memory = { base = '100 MB', hot = 0.9, touch = '10us' }")
            .on(node)
            .with(format!("background = {{ every = '{every}', cpu = '{cpu}' }}\n{limit}"))
    };
    let text = text::world()
        .window("60s")
        .with("[orchestrator]\nkind = 'swarm'")
        .node("wide", 8)
        .node("narrow", 2)
        .with("threads = 4\nspeed = 0.5\ncapacity = [[1, 1.0], [2, 1.6], [4, 1.8]]")
        .with("disk = { read = 'exp(0.3ms)' }")
        .node("idle", 1)
        .traffic("all", "front.page", poisson(9));
    let call = "{ call = 'back.get', repeat = 3, timeout = '80ms', retries = 1 }";
    let text = service(text, "front", "wide", ["exp(50ms)", "exp(20ms)"])
        .with("workers = 8")
        .endpoint("page", format!("{{ cpu = 'exp(4ms)' }}, {call}"));
    let text = service(text, "batch", "wide", ["exp(30ms)", "exp(60ms)"]);
    let text = service(text, "back", "narrow", ["exp(200ms)", "exp(9ms)"])
        .with("workers = 4\nhold = 'request'\nstartup = '300ms'")
        .endpoint("get", "{ cpu = 'exp(6ms)' }, { sleep = 'exp(1ms)', probability = 0.5 }");
    let text = service(text, "agent", "narrow", ["exp(100ms)", "lognormal(4ms, cv=2)"]);
    let text = service(text, "tick", "narrow", ["700ms", "3ms"]);
    let text = service(text, "a", "idle", ["exp(100ms)", "exp(30ms)"]);
    service(text, "b", "idle", ["exp(100ms)", "exp(30ms)"]).with(more)
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

fn show(world: &Text, seed: u64) -> Shown {
    let blueprint = world.blueprint();
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

/// `more` lies on the world.
fn compare(more: &str) {
    for seed in 0..6 {
        let quick = show(&world("", more), seed);
        let slow = show(&world(LIMIT, more), seed);
        let [events, twice] = agree(&quick, &slow);
        assert!(quick.requests.len() > 300 && quick.averages.containers[0].bursting > 0.0);
        // Bursts come 66 times a second, each with two events; a request with some 40.
        assert!(events < twice, "{events} against {twice}");
    }
}

#[test]
fn bursts_without_events_are_bursts() {
    compare("");
}

/// Containers are killed during bursts, nodes crash and stand still.
#[test]
fn they_end_with_their_containers_and_nodes() {
    let unrest = text::world()
        .fault("kill", "kill-service", "service = 'batch'\nat = '15s'")
        .fault("hang", "hang", "node = 'narrow'\nat = '25s'\nrepair = '2s'")
        .fault("crash", "crash", "node = 'idle'\nat = '40s'\nrepair = '5s'")
        .fault("loss", "kill-service", "service = 'back'\nat = '50s'");
    compare(unrest.as_ref());
}

/// With pages in swap, bursts wait for them at the disk, beside requests.
#[test]
fn they_wait_for_pages_as_any_step() {
    let ram = "\n[node.narrow.memory]\nvalue = \"250 MB\"\n[node.narrow.swap]\nvalue = \"1 GB\"\n";
    compare(ram);
    let quick = show(&world("", ram), 0);
    assert!(quick.swapped_in > 1000, "{}", quick.swapped_in);
}
