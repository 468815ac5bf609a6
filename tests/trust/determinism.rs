//! The same scenario and seed give the same numbers, whatever the threads and the file's order.

use super::{scenario, steady};
use wssim_experiment::findings::Findings;
use wssim_experiment::question::{Override, Worlds};
use wssim_experiment::watch::Unwatched;
use wssim_experiment::{Options, run};
use wssim_scenario::Scenario;

const HEAD: &str = "[scenario]\ntitle = \"Two services\"\n";
const HOST: &str = "[node.host]\ncores = 2\n[node.other]\ncores = 1\nspeed = 0.5\n";
const FRONT: &str = r#"
[service.front]
workers = 4
constraints = ["node.hostname == host"]
pool.back = { size = 2, timeout = "50ms" }
background = { every = "exp(100ms)", cpu = "exp(5ms)" }
endpoint.page.steps = [
  { cpu = "lognormal(4ms, cv=1.0)" },
  { parallel = [ [ { call = "back.get", timeout = "40ms", retries = 1 } ], [ { call = "back.get", probability = 0.5 } ] ] },
]
"#;
const BACK: &str = r#"
[service.back]
replicas = 2
workers = 2
constraints = ["node.hostname == other"]
endpoint.get.steps = [ { cpu = "exp(2ms)" } ]
"#;
const WEB: &str = r#"
[traffic.web]
entry = "front.page"
arrivals = { kind = "poisson", rate = "60/s" }
patience = "exp(1s)"
"#;
const ROBOTS: &str = r#"
[traffic.robots]
entry = { "front.page" = 1, "back.get" = 3 }
arrivals = { kind = "closed", users = 5, think = "exp(100ms)" }
"#;
/// Something goes wrong everywhere, and is repaired.
const UNREST: &str = r#"
[orchestrator]
kind = "swarm"
[service.front.client]
tls = true
idle = "100ms"
[service.back.startup]
value = "exp(200ms)"
[service.back.healthcheck]
interval = "1s"
[[fault]]
id = "kill"
at = "3s"
kind = "kill-service"
service = "back"
replica = 1
[[fault]]
id = "crash"
at = "9s"
kind = "crash"
node = "other"
repair = "exp(7s)"
[[fault]]
id = "cut"
at = "1s"
kind = "partition"
node = "host"
repair = "uniform(0s, 1s)"
"#;

fn study(worlds: &Scenario, threads: usize) -> Findings {
    let options =
        Options { seed: 7, threads: Some(threads), replications: Some(8), precision: 0.02 };
    run(worlds, &steady(1.0, 20.0), &options, &Unwatched).unwrap()
}

fn text(parts: &[&str]) -> String {
    parts.concat()
}

/// Everything that was found, as text.
fn shown(findings: &Findings) -> String {
    format!("{:?}", (&findings.metrics, &findings.series, &findings.distributions, findings.events))
}

#[test]
fn threads_change_nothing() {
    let worlds = scenario("threads", &text(&[HEAD, HOST, FRONT, BACK, WEB, ROBOTS]));
    let one = shown(&study(&worlds, 1));
    assert_eq!(one, shown(&study(&worlds, 2)));
    assert_eq!(one, shown(&study(&worlds, 3)));
}

#[test]
fn neither_threads_nor_order_change_what_goes_wrong() {
    let straight = scenario("unrest", &text(&[HEAD, HOST, FRONT, BACK, WEB, ROBOTS, UNREST]));
    let shuffled = scenario("unrest-2", &text(&[ROBOTS, UNREST, BACK, WEB, HEAD, FRONT, HOST]));
    let one = shown(&study(&straight, 1));
    assert_eq!(one, shown(&study(&straight, 2)));
    assert_eq!(one, shown(&study(&shuffled, 2)));
}

#[test]
fn the_order_in_the_file_changes_nothing() {
    let straight = scenario("straight", &text(&[HEAD, HOST, FRONT, BACK, WEB, ROBOTS]));
    let shuffled = scenario("shuffled", &text(&[ROBOTS, BACK, WEB, HEAD, FRONT, HOST]));
    assert_eq!(shown(&study(&straight, 2)), shown(&study(&shuffled, 2)));
}

/// A service and a source that touch nobody leave the others' numbers unmoved, to the bit.
#[test]
fn a_stranger_leaves_the_others_unmoved() {
    const STRANGER: &str = r#"
[node.away]
cores = 1
[service.another]
constraints = ["node.hostname == away"]
endpoint.x.steps = [ { cpu = "exp(1ms)" } ]
[traffic.another]
entry = "another.x"
arrivals = { kind = "poisson", rate = "20/s" }
"#;
    for unrest in ["", UNREST] {
        let alone = scenario("alone", &text(&[HEAD, HOST, FRONT, BACK, WEB, unrest]));
        let together = [HEAD, HOST, FRONT, BACK, WEB, STRANGER, unrest];
        let together = scenario("together", &text(&together));
        let (alone, together) = (study(&alone, 2), study(&together, 2));
        assert_alike(&alone, &together);
    }
}

/// What was found of the traffic `web` is the same.
fn assert_alike(alone: &Findings, together: &Findings) {
    let of_web = |findings: &Findings| {
        let is_web = |labels: &[(&str, String)]| labels.iter().any(|(_, value)| value == "web");
        let metrics = findings.metrics.iter().filter(|metric| is_web(&metric.labels));
        metrics.map(|metric| format!("{metric:?}")).collect::<Vec<_>>()
    };
    assert!(!of_web(alone).is_empty());
    assert_eq!(of_web(alone), of_web(together));
}

/// A faster node serves the same requests with the same demands: with no queue anywhere each
/// response time is divided by the speed.
#[test]
fn another_world_meets_the_same_requests() {
    let plain = r#"
[node.host]
cores = 64
[service.api]
endpoint.get.steps = [ { cpu = "exp(5ms)" } ]
[traffic.web]
entry = "api.get"
arrivals = { kind = "poisson", rate = "50/s" }
"#;
    let worlds = scenario("same", &text(&[HEAD, plain]));
    let faster = Override { path: "node.host.speed".to_owned(), value: "2.0".to_owned() };
    let mean = |overrides: &[Override]| {
        let world = super::Fixed(worlds.blueprint(None, overrides).unwrap());
        let options = Options { seed: 3, threads: None, replications: Some(5), precision: 0.02 };
        let findings = run(&world, &steady(1.0, 20.0), &options, &Unwatched).unwrap();
        (findings.requests, findings.distributions[0].quantiles.clone())
    };
    let (slow, fast) = (mean(&[]), mean(&[faster]));
    assert_eq!(slow.0, fast.0, "the same requests");
    for ((_, slow), (_, fast)) in slow.1.iter().zip(&fast.1) {
        assert!((slow / fast - 2.0).abs() < 0.003, "{slow} and {fast}");
    }
}
