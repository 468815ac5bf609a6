//! Zero downtime: what users see for each update order, number of replicas, kind of discovery, and way
//! of ending.

use super::{ROLLOUT, run, world};
use crate::text::{self, periodic};

const CHECKED: &str = "healthcheck = { interval = \"1s\" }\n";

fn failed(more: &str, seed: u64) -> usize {
    let text = world("swarm", more, "image = { size = \"1 MB\" }");
    run(&text, 120, seed).failed()
}

/// With a check and a graceful stop no request fails, except with a single container that is stopped
/// first.
#[test]
fn downtime_is_zero_where_one_is_always_there() {
    for (replicas, order, zero) in [
        (1, "stop-first", false),
        (1, "start-first", true),
        (2, "stop-first", true),
        (2, "start-first", true),
    ] {
        let more = format!("replicas = {replicas}\n{CHECKED}update = {{ order = \"{order}\" }}\n");
        for seed in 0..5 {
            let failed = failed(&more, seed);
            assert_eq!(failed == 0, zero, "{replicas} {order}: {failed}");
        }
    }
}

/// The old one is withdrawn only when all nodes can know the new one: no news of the end overtakes that
/// of the start.
#[test]
fn no_end_is_heard_before_its_beginning() {
    let more =
        format!("replicas = 2\n{CHECKED}update = {{ order = \"start-first\", parallelism = 0 }}\n");
    let text = world("swarm", &more, "image = { size = '1 MB' }")
        .node("b", 8)
        .with("network = '1 Gbit/s'");
    for seed in 0..30 {
        assert_eq!(run(&text, 60, seed).failed(), 0, "seed {seed}");
    }
}

/// Without a check a task counts as running as soon as its process has started: users are sent to it for
/// the 3 s of its start. For 0.4 s at most, until all nodes know that the old one leaves, half of the
/// requests fail.
#[test]
fn without_a_check_users_meet_a_process_that_starts() {
    for seed in 0..5 {
        let failed = failed("update = { order = \"start-first\" }\n", seed);
        assert!((140..=150).contains(&failed), "{failed} of 150");
    }
}

/// A process that ends at once, or is killed after its grace, drops its requests; one that answers them
/// first does not. Requests last 500 ms here.
#[test]
fn what_is_under_way_is_lost_unless_the_process_answers_it() {
    for (on_stop, lost) in [("drain", false), ("exit", true), ("ignore", true)] {
        // Connections are kept: callers go on asking the old one until it closes them.
        let text = text::world()
            .window("2min")
            .node("a", 8)
            .with("[orchestrator]\nkind = 'swarm'")
            .service("door", "client = { max = 20, idle = '60s' }")
            .endpoint("e", "{ call = 'web.e' }")
            .service("web", format!("startup = '1s'\non_stop = '{on_stop}'"))
            .with("healthcheck = { interval = '1s' }\nupdate = { order = 'start-first' }")
            .endpoint("e", "{ sleep = '500ms' }")
            .traffic("users", "door.e", periodic("50ms"))
            .with(ROLLOUT)
            .with("service = 'web'");
        for seed in 0..5 {
            let heard = run(&text, 60, seed);
            assert!(heard.lasted().is_some());
            assert_eq!(heard.failed() > 0, lost, "{on_stop}: {}", heard.failed());
        }
    }
}

/// A DNS answer cached for ten minutes leads to a removed container; a virtual address does not.
#[test]
fn callers_that_keep_addresses_miss_the_new_container() {
    for (mode, resolver, lost) in
        [("vip", "netty", false), ("dnsrr", "netty", true), ("dnsrr", "go", false)]
    {
        let text = text::world()
            .window("2min")
            .node("a", 8)
            .with("[orchestrator]\nkind = 'swarm'")
            .service("door", format!("resolver = '{resolver}'"))
            .with("client = { connections = 'per-request', connect_timeout = '1s' }")
            .endpoint("e", "{ call = 'web.e' }")
            .service("web", format!("endpoint_mode = '{mode}'"))
            .with("healthcheck = { interval = '1s' }\nupdate = { order = 'start-first' }")
            .cpu("e", "5ms")
            .traffic("users", "door.e", periodic("50ms"))
            .with(ROLLOUT)
            .with("service = 'web'");
        let heard = run(&text, 60, 1);
        let failed = heard.failed();
        assert_eq!(failed > 300, lost, "{mode} {resolver}: {failed}");
        assert!(lost || failed == 0, "{mode} {resolver}: {failed}");
    }
}

/// The first requests of a new container take five times the CPU, falling to once over 20 requests: 5 ms · (5 − 0.2 n).
#[test]
fn the_first_requests_are_slow() {
    let more = "cold = { factor = 5.0, requests = 20 }\n";
    let text = world("compose", more, "image = { size = \"1 MB\" }");
    let heard = run(&text, 60, 1);
    let back = heard.answers.iter().find(|(_, _, answers)| *answers).unwrap().0;
    let mut after: Vec<(f64, f64)> = heard
        .requests
        .iter()
        .filter(|(at, _, why)| *at >= back && why.is_none())
        .map(|one| (one.0, one.1))
        .collect();
    after.sort_by(|a, b| a.0.total_cmp(&b.0));
    for (n, (_, response)) in after.iter().take(25).enumerate() {
        let expected = 0.005 * (5.0 - 0.2 * n as f64).max(1.0);
        assert!((response - expected).abs() < 1e-5, "request {n}: {response} s, {expected} s");
    }
}
