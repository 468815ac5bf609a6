//! CPU of an orchestrator's agent: bursts once a second, outside the containers' shares.

use super::world::{Shown, blueprint, replicate};
use wssim_model::Blueprint;
use wssim_stats::mean_interval;

/// Threads of the reference CPU that the agent uses, and its nodes with threads and speed. A third node
/// runs the only service.
const AGENT: f64 = 0.02;
const NODES: [(f64, f64); 2] = [(4.0, 0.5), (8.0, 2.0)];

fn world(orchestrator: &str, fault: &str) -> Blueprint {
    blueprint(&format!(
        r#"
[scenario]
title = "Agents"
kind = "window"
[orchestrator]
{orchestrator}
[node.a]
cores = 4
speed = 0.5
[node.b]
cores = 8
speed = 2.0
[node.c]
cores = 1
[service.web]
constraints = ["node.hostname == c"]
endpoint.page.steps = [ {{ cpu = "1ms" }} ]
[traffic.all]
entry = "web.page"
arrivals = {{ kind = "periodic", period = "10s" }}
{fault}
"#
    ))
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

/// An idle node is busy for value / speed of one thread, for any law of the bursts (Little). Bursts of
/// at most 40 ms hardly overlap: each has a thread of its own.
#[test]
fn an_idle_node_is_as_busy_as_its_agent() {
    let orchestrator = format!("kind = \"swarm\"\nagent_cpu = {AGENT}");
    let shown = replications(&world(&orchestrator, ""), 30);
    for (node, (threads, speed)) in NODES.into_iter().enumerate() {
        let utilization = |one: &Shown| one.averages.nodes[node].threads / threads;
        let values: Vec<f64> = shown.iter().map(utilization).collect();
        covers(&values, AGENT / (threads * speed), "utilization");
    }
    // 1 ms each 10 s beside it on the third; the service has only that.
    let third: Vec<f64> = shown.iter().map(|one| one.averages.nodes[2].threads).collect();
    covers(&third, AGENT + 1e-4, "the third node");
    for one in &shown {
        assert!(one.averages.containers.iter().all(|container| container.bursting == 0.0));
        assert!(one.averages.nodes.iter().all(|node| node.network_cpu == 0.0));
    }
}

/// The kernel's samples count a burst like any runnable thread: a node of speed 0.5 with 0.2 threads of
/// the reference CPU has 0.4 runnable on average. The average is a weighted mean of samples, the weights
/// sum to one from the first sample on, so its expectation is 0.4.
#[test]
fn the_load_average_counts_it() {
    let shown = replications(&world("kind = \"swarm\"\nagent_cpu = 0.2", ""), 600);
    let load: Vec<f64> = shown.iter().filter_map(|one| one.averages.nodes[0].load).collect();
    covers(&load, 0.4, "load average");
}

/// Without agents, or without a setting for them, nothing runs.
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

/// A node that is down, or stands still, from 300 s on does no more work.
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
