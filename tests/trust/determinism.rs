//! The same scenario and seed give the same numbers, for any number of threads and order of the file.

use super::{scenario, steady};
use wssim_experiment::findings::{Answer, Findings, RunAnswer};
use wssim_experiment::question::{Override, Question, Worlds};
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
/// Faults everywhere, with repairs.
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
    let options = Options {
        seed: 7,
        threads: Some(threads),
        replications: Some(8),
        precision: 0.02,
        ranges: true,
    };
    run(worlds, &steady(1.0, 20.0), &options, &Unwatched).unwrap()
}

fn text(parts: &[&str]) -> String {
    parts.concat()
}

/// All findings, as text.
fn of_run(findings: &Findings) -> &RunAnswer {
    let Answer::Run(run) = &findings.answer else { panic!("these are findings of `run`") };
    run
}

fn shown(findings: &Findings) -> String {
    let run = of_run(findings);
    format!("{:?}", (&findings.metrics, &run.series, &run.distributions, findings.events))
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

/// RAM for half of the demand: pages are missed, containers are killed, and a service grows.
const PRESSURE: &str = r#"
[memory]
touch = "5us"
[node.small]
cores = 2
memory = "70 MB"
swap = "60 MB"
disk = "ssd"
[service.shop]
memory = { base = "40 MB", per_request = "2 MB", heap = { limit = "20 MB", live = "5 MB", garbage = "500 kB", collection = "exp(5ms)" } }
constraints = ["node.hostname == small"]
restart = { delay = "1s" }
startup = "exp(500ms)"
endpoint.page.steps = [
  { cpu = "exp(4ms)" },
  { cache = "redis", hit = "zipf(items=5000, alpha=0.9)", miss = [ { call = "database.query" } ] },
  { sleep = "exp(200ms)" },
]
[service.redis]
memory = { base = "2 MB", entry = "10 kB", maxmemory = "10 MB" }
constraints = ["node.hostname == small"]
[service.database]
memory = { base = "20 MB", limit = "25 MB" }
data = { size = "100 MB", buffers = "2 MB" }
constraints = ["node.hostname == small"]
endpoint.query.steps = [ { cpu = "exp(1ms)" }, { read = 5 } ]
[traffic.shop]
entry = "shop.page"
arrivals = { kind = "poisson", rate = "40/s", profile = { ramp = [["0s", 0.5], ["10s", 2.5], ["16s", 0.5]] } }
patience = "exp(3s)"
"#;

/// The mean of a metric.
fn mean_of(findings: &Findings, name: &str, label: &str) -> f64 {
    let is = |metric: &&wssim_experiment::findings::Metric| {
        metric.name == name && metric.labels.iter().any(|(_, value)| value == label)
    };
    findings.metrics.iter().find(is).unwrap().estimate.unwrap().mean
}

#[test]
fn threads_change_nothing_under_pressure() {
    let worlds = scenario("pressure", &text(&[HEAD, HOST, FRONT, BACK, WEB, PRESSURE]));
    let one = study(&worlds, 1);
    assert!(mean_of(&one, "page_fault_ratio", "shop") > 0.0);
    assert!(mean_of(&one, "data_miss_ratio", "database") > 0.0);
    assert!(mean_of(&one, "oom_kills_total", "small") > 0.0);
    assert_eq!(shown(&one), shown(&study(&worlds, 2)));
    assert_eq!(shown(&one), shown(&study(&worlds, 3)));
    let shuffled = scenario("pressure-2", &text(&[PRESSURE, WEB, BACK, HEAD, HOST, FRONT]));
    assert_eq!(shown(&one), shown(&study(&shuffled, 2)));
}

/// Lack of memory on another node moves no draw of unaffected services; and an affected one is not moved
/// by a stranger elsewhere.
#[test]
fn pressure_elsewhere_leaves_the_others_unmoved() {
    let alone = scenario("calm", &text(&[HEAD, HOST, FRONT, BACK, WEB]));
    let both = scenario("both", &text(&[HEAD, HOST, FRONT, BACK, WEB, PRESSURE]));
    assert_alike("web", &study(&alone, 2), &study(&both, 2));
    let pressed = scenario("pressed", &text(&[HEAD, PRESSURE]));
    assert_alike("shop", &study(&pressed, 2), &study(&both, 2));
}

#[test]
fn the_order_in_the_file_changes_nothing() {
    let straight = scenario("straight", &text(&[HEAD, HOST, FRONT, BACK, WEB, ROBOTS]));
    let shuffled = scenario("shuffled", &text(&[ROBOTS, BACK, WEB, HEAD, FRONT, HOST]));
    assert_eq!(shown(&study(&straight, 2)), shown(&study(&shuffled, 2)));
}

/// Claims are reported in the order of the file, which affects nothing else.
#[test]
fn the_order_of_claims_changes_the_order_of_claims_alone() {
    let claim = |id: &str, max: &str| {
        format!(
            "[[claim]]\nid = \"{id}\"\nmetric = 'response_time_seconds{{entry=\"web\"}}'\n\
             expect = {{ max = \"{max}\" }}\n"
        )
    };
    let claims = [claim("first", "10ms"), claim("second", "20ms")];
    let told = |claims: [&String; 2]| {
        let world = text(&[HEAD, HOST, FRONT, BACK, WEB, claims[0], claims[1]]);
        let worlds = scenario("claims", &world);
        let options = Options {
            seed: 7,
            threads: None,
            replications: Some(6),
            precision: 0.02,
            ranges: true,
        };
        let question = Question { claims: worlds.question().claims, ..steady(1.0, 20.0) };
        let mut findings = run(&worlds, &question, &options, &Unwatched).unwrap();
        let ids = [&findings.claims[0], &findings.claims[1]].map(|one| one.claim.id.clone());
        findings.claims.sort_by(|a, b| a.claim.id.cmp(&b.claim.id));
        (ids, wssim_reports::json::render(&findings))
    };
    let ((straight, one), (swapped, other)) =
        (told([&claims[0], &claims[1]]), told([&claims[1], &claims[0]]));
    assert_eq!((straight[0].as_str(), swapped[0].as_str()), ("first", "second"));
    assert_eq!(one, other);
}

/// A service and a source without connections leave the others' numbers unchanged, to the bit.
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
        assert_alike("web", &alone, &together);
    }
}

/// The findings on `name`, a traffic or a service, are equal. If containers can be killed for lack of
/// memory, that reason of failures is reported for all.
fn assert_alike(name: &str, alone: &Findings, together: &Findings) {
    let of_it = |findings: &Findings| {
        let is_it = |labels: &[(&str, String)]| labels.iter().any(|(_, value)| value == name);
        let metrics = findings.metrics.iter().filter(|metric| is_it(&metric.labels));
        let metrics =
            metrics.filter(|metric| metric.labels.iter().all(|(_, value)| value != "oom"));
        metrics.map(|metric| format!("{metric:?}")).collect::<Vec<_>>()
    };
    assert!(!of_it(alone).is_empty());
    assert_eq!(of_it(alone), of_it(together));
}

/// A faster node serves the same requests with the same demands: without queues each response time is
/// divided by the speed.
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
        let options = Options {
            seed: 3,
            threads: None,
            replications: Some(5),
            precision: 0.02,
            ranges: true,
        };
        let findings = run(&world, &steady(1.0, 20.0), &options, &Unwatched).unwrap();
        (findings.requests, of_run(&findings).distributions[0].quantiles.clone())
    };
    let (slow, fast) = (mean(&[]), mean(&[faster]));
    assert_eq!(slow.0, fast.0, "the same requests");
    for ((_, slow), (_, fast)) in slow.1.iter().zip(&fast.1) {
        assert!((slow / fast - 2.0).abs() < 0.003, "{slow} and {fast}");
    }
}
