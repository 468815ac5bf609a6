//! What an orchestrator's agent takes of CPU: bursts once a second, in no container's share.

use super::world::{Shown, replicate};
use crate::text::{self, periodic};
use wssim_model::Blueprint;
use wssim_stats::mean_interval;

/// Threads of the reference CPU that the agent takes, and the nodes that it takes them on: threads and
/// speed. A third node carries the one service.
const AGENT: f64 = 0.02;
const NODES: [(f64, f64); 2] = [(4.0, 0.5), (8.0, 2.0)];

fn world(orchestrator: &str, fault: &str) -> Blueprint {
    text::world()
        .with("[scenario]\nkind = 'window'")
        .with(format!("[orchestrator]\n{orchestrator}"))
        .node("a", 4)
        .with("speed = 0.5")
        .node("b", 8)
        .with("speed = 2.0")
        .node("c", 1)
        .service("web", "")
        .on("c")
        .cpu("page", "1ms")
        .traffic("all", "web.page", periodic("10s"))
        .with(fault)
        .blueprint()
}

/// Replications of ten minutes.
fn replications(blueprint: &Blueprint, count: u32) -> Vec<Shown> {
    (0..count).map(|number| replicate(blueprint, 84, number, 0.0, 600.0)).collect()
}

/// Asserts that an interval of 99.9 % covers `exact` and is narrow.
#[track_caller]
fn covers(values: &[f64], exact: f64, what: &str) {
    let interval = mean_interval(values, 0.999).unwrap();
    assert!(interval.low <= exact && exact <= interval.high, "{what}: {exact}, {interval:?}");
    assert!(interval.half_width() < 0.1 * exact, "{what}: {interval:?}");
}

/// An idle node is busy for value / speed of one thread, whatever the law of the bursts (Little). Bursts
/// of 40 ms at most hardly meet: each has a thread of its own.
#[test]
fn an_idle_node_is_as_busy_as_its_agent() {
    let orchestrator = format!("kind = \"swarm\"\nagent_cpu = {AGENT}");
    let shown = replications(&world(&orchestrator, ""), 30);
    for (node, (threads, speed)) in NODES.into_iter().enumerate() {
        let utilization = |one: &Shown| one.averages.nodes[node].threads / threads;
        let values: Vec<f64> = shown.iter().map(utilization).collect();
        covers(&values, AGENT / (threads * speed), "utilization");
    }
    // 1 ms each 10 s beside it on the third; the service has that alone.
    let third: Vec<f64> = shown.iter().map(|one| one.averages.nodes[2].threads).collect();
    covers(&third, AGENT + 1e-4, "the third node");
    for one in &shown {
        assert!(one.averages.containers.iter().all(|container| container.bursting == 0.0));
        assert!(one.averages.nodes.iter().all(|node| node.network_cpu == 0.0));
    }
}

/// The kernel's samples see a burst as they see any runnable thread: a node of speed 0.5 with 0.2 threads
/// of the reference CPU has 0.4 runnable on average. The average is a weighted mean of samples, the
/// weights sum to one from the first sample on, and so it is 0.4 in expectation.
#[test]
fn the_load_average_counts_it() {
    let shown = replications(&world("kind = \"swarm\"\nagent_cpu = 0.2", ""), 600);
    let load: Vec<f64> = shown.iter().filter_map(|one| one.averages.nodes[0].load).collect();
    covers(&load, 0.4, "load average");
}

/// Where there is none, or nothing is said of it, nothing runs.
#[test]
fn without_agents_an_idle_node_is_idle() {
    for orchestrator in [
        "kind = \"swarm\"",
        "kind = \"swarm\"\nagent_cpu = 0",
        "kind = \"compose\"\nagent_cpu = 0.02",
        "kind = \"none\"\nagent_cpu = 0.02",
    ] {
        let shown = replicate(&world(orchestrator, ""), 84, 0, 0.0, 60.0);
        let idle = |node: usize| shown.averages.nodes[node].threads == 0.0;
        assert!(idle(0) && idle(1), "{orchestrator}");
    }
}

/// A node that is down from 300 s on, and one that stands still from there on, do nothing any more.
#[test]
fn a_node_that_does_not_run_has_no_agent() {
    for kind in ["crash", "hang"] {
        let fault =
            format!("[[fault]]\nid = \"f\"\nkind = \"{kind}\"\nnode = \"a\"\nat = \"300s\"");
        let orchestrator = format!("kind = \"swarm\"\nagent_cpu = {AGENT}");
        let shown = replications(&world(&orchestrator, &fault), 30);
        let values: Vec<f64> = shown.iter().map(|one| one.averages.nodes[0].threads).collect();
        covers(&values, AGENT / 0.5 / 2.0, kind);
    }
}
