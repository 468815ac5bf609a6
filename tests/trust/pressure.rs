//! RAM pressure in shipped scenarios: it builds up, runs away and ends; limits confine it to its causes;
//! growth finds the node that is full first.

use crate::text::{poisson, world};
use wssim_experiment::findings::{Answer, Findings};
use wssim_experiment::note::Note;
use wssim_experiment::question::Worlds as _;
use wssim_experiment::watch::Unwatched;
use wssim_experiment::{Options, run};
use wssim_kernel::{Nanos, Time};
use wssim_model::ids::{ContainerId, NodeId, SourceId};
use wssim_model::probe::{Failure, NodeMemoryState, OutOfMemory, Probe};
use wssim_model::{Blueprint, Outcome, Run, simulate};
use wssim_scenario::Scenario;

fn shipped(name: &str, sets: &[&str]) -> Scenario {
    let sets: Vec<String> = sets.iter().map(|set| (*set).to_owned()).collect();
    Scenario::load(&format!("scenarios/{name}.toml"), &sets)
        .unwrap_or_else(|mistakes| panic!("{}", mistakes.render(false)))
}

/// The findings of `wssim run`, without claims.
fn found(scenario: &Scenario, replications: u32) -> Findings {
    let mut question = scenario.question();
    question.claims.clear();
    let options = Options {
        seed: 84,
        threads: None,
        replications: Some(replications),
        precision: 0.02,
        ranges: true,
    };
    run(scenario, &question, &options, &Unwatched).unwrap()
}

/// The means of a series: (start of the slot in minutes, mean), empty slots left out.
fn series(findings: &Findings, name: &str, label: &str) -> Vec<(f64, f64)> {
    let is = |series: &&wssim_experiment::findings::Series| {
        series.name == name && series.labels.iter().any(|(_, value)| value == label)
    };
    let Answer::Run(run) = &findings.answer else { panic!("these are findings of `run`") };
    let series = run.series.iter().find(is).unwrap_or_else(|| panic!("no series {name}"));
    let slots = series.t_seconds.iter().zip(&series.estimates);
    slots.filter_map(|(t, estimate)| Some((t / 60.0, estimate.as_ref()?.mean))).collect()
}

#[track_caller]
fn metric(findings: &Findings, name: &str, labels: &[&str]) -> f64 {
    let is = |metric: &&wssim_experiment::findings::Metric| {
        let values = metric.labels.iter().map(|(_, value)| value.as_str());
        metric.name == name && values.eq(labels.iter().copied())
    };
    let metric = findings.metrics.iter().find(is);
    let metric = metric.unwrap_or_else(|| panic!("no metric {name} {labels:?}"));
    metric.estimate.unwrap_or_else(|| panic!("no estimate of {name} {labels:?}")).mean
}

fn between(values: &[(f64, f64)], from: f64, to: f64) -> Vec<f64> {
    let within = values.iter().filter(|(t, _)| (from..to).contains(t));
    within.map(|(_, value)| *value).collect()
}

fn sum(values: &[f64]) -> f64 {
    values.iter().sum()
}

/// Calm at first; then requests wait for pages (a burst of users may cause that before the rate is
/// critical, from six minutes on: it passes); after seven minutes requests fail and containers are
/// killed; and when users leave all is calm again.
#[test]
fn thrashing_emerges_and_ends() {
    let findings = found(&shipped("thrashing", &[]), 5);
    let of = |name, label| series(&findings, name, label);
    let stall = of("node_memory_stall_ratio", "host");
    let errors = of("error_ratio", "web");
    let kills = of("oom_kills_total", "host");
    let response = of("response_time_seconds", "web");
    for (values, begins) in [(&stall, 5.5), (&errors, 7.0), (&kills, 7.0)] {
        assert_eq!(sum(&between(values, 0.0, begins)), 0.0, "calm before {begins} minutes");
        assert!(sum(&between(values, 7.0, 12.0)) > 0.0, "not calm between");
        assert_eq!(sum(&between(values, 12.0, 20.0)), 0.0, "calm after");
    }
    let first = |values: &[(f64, f64)]| values.iter().find(|(_, v)| *v > 0.0).unwrap().0;
    assert!(first(&stall) < first(&kills), "waiting comes before dying");
    assert!(first(&stall) <= first(&errors));
    let mean = |values: Vec<f64>| sum(&values) / values.len() as f64;
    let [before, after] = [(0.0, 5.0), (13.0, 20.0)].map(|(a, b)| mean(between(&response, a, b)));
    assert!((after / before - 1.0).abs() < 0.02, "{before} before and {after} after");
    assert!(between(&errors, 8.0, 11.0).iter().any(|errors| *errors > 0.3), "it collapses");
    assert!(metric(&findings, "oom_kills_total", &["host"]) >= 1.0);
    assert!(metric(&findings, "error_ratio", &["web", "oom"]) > 0.0);
    assert!(metric(&findings, "service_replicas_running", &["shop"]) < 1.0);
    assert!(metric(&findings, "page_fault_ratio", &["shop"]) > 0.0);
}

/// With a tenth more of RAM none of it happens.
#[test]
fn a_tenth_more_of_ram_is_calm() {
    let findings = found(&shipped("thrashing", &["node.host.memory=4.4 GB"]), 5);
    for (name, label) in [
        ("node_memory_stall_ratio", "host"),
        ("error_ratio", "web"),
        ("oom_kills_total", "host"),
        ("node_swap_in_pages_per_second", "host"),
    ] {
        let values = series(&findings, name, label);
        assert_eq!(sum(&between(&values, 0.0, 20.0)), 0.0, "{name}");
    }
    assert_eq!(metric(&findings, "service_replicas_running", &["shop"]), 1.0);
    // Cold pages are swapped out all the same, without harm.
    assert!(metric(&findings, "node_swap_used_bytes", &["host"]) > 0.0);
}

/// The memory of one replication.
#[derive(Default)]
struct Told {
    /// Source and reason of each failure, of all complete requests.
    failed: Vec<(SourceId, Option<Failure>)>,
    kills: Vec<ContainerId>,
    memory: Vec<(NodeId, Time, NodeMemoryState)>,
}

impl Probe for Told {
    fn request_done(&mut self, source: SourceId, _: Time, _: Nanos, outcome: Result<(), Failure>) {
        self.failed.push((source, outcome.err()));
    }

    fn node_memory(&mut self, node: NodeId, _: Time, to: Time, state: &NodeMemoryState) {
        self.memory.push((node, to, *state));
    }

    fn oom_kill(&mut self, _: Time, container: ContainerId, _: OutOfMemory) {
        self.kills.push(container);
    }
}

fn told(blueprint: &Blueprint, lead: f64, seconds: f64) -> (Outcome, Told) {
    let (lead, measured) = (Nanos::from_seconds(lead), Nanos::from_seconds(seconds));
    let run = Run { seed: 84, replication: 0, lead, measured };
    simulate(blueprint, run, Told::default(), &|| false).unwrap()
}

/// Analyses that need more RAM than the server has. Without a limit others lose their pages and wait for
/// them. With one, only the analyses pay: no other service misses a page.
#[test]
fn a_limit_keeps_a_neighbours_noise_to_itself() {
    let neighbour = "quant-flow-api";
    for (name, limited) in [("noisy-neighbour", false), ("noisy-neighbour-limited", true)] {
        let blueprint = shipped(name, &[]).blueprint(None, &[]).unwrap();
        let (outcome, told) = told(&blueprint, 5.0, 360.0);
        let service = |place: usize| {
            let service = blueprint.containers[place].service;
            blueprint.services[service.index()].name.as_str()
        };
        let containers = outcome.averages.containers.iter().enumerate();
        let suffer: Vec<&str> = containers
            .filter(|(_, container)| container.touches[1] > 0)
            .map(|(place, _)| service(place))
            .collect();
        let others = suffer.iter().filter(|name| **name != neighbour).count();
        assert_eq!(others > 0, !limited, "{name}: {suffer:?} miss pages");
        assert!(!told.kills.is_empty(), "{name}: a process is killed");
        assert!(told.kills.iter().all(|id| service(id.index()) == neighbour), "{name}");
        let web = blueprint.sources.iter().position(|source| source.name == "web").unwrap();
        let of_web = told.failed.iter().filter(|(source, _)| source.index() == web);
        let (all, failed) = of_web
            .fold((0, 0), |(all, failed), (_, why)| (all + 1, failed + u32::from(why.is_some())));
        assert!(all > 300, "{name}: {all} requests");
        assert!(!limited || failed == 0, "{name}: {failed} of {all} failed");
        // Swap filled by others: pages in swap without any demand are parked.
        let most = told.memory.iter().map(|(_, _, state)| state.swap).fold(0.0, f64::max);
        assert!(limited || most > 4e9, "{name}: {most}");
    }
}

/// One more every two seconds instead of five: the smallest server is full first.
#[test]
fn of_two_hundred_containers_the_least_server_is_full_first() {
    let sets = ["growth.every=2s", "scenario.duration=200s", "scenario.lead_in=10s"];
    let findings = found(&shipped("containers-200", &sets), 2);
    let first = metric(&findings, "containers_at_pressure", &["all"]);
    assert_eq!(first, metric(&findings, "containers_at_pressure", &["hpr"]));
    assert!((130.0..175.0).contains(&first), "at {first} containers");
    let told = findings.notes.iter().find_map(|note| match note {
        Note::FirstToGive(told) => Some(told),
        _ => None,
    });
    let told = told.unwrap();
    assert_eq!((told.node.as_str(), told.containers), ("hpr", first));
    for node in ["gmktec", "hppavilion", "wsasus"] {
        assert_eq!(metric(&findings, "oom_kills_total", &[node]), 0.0, "{node}");
        assert_eq!(metric(&findings, "node_memory_stall_ratio", &[node]), 0.0, "{node}");
    }
}

/// Metrics equal the model's counts, under the names that claims use.
#[test]
fn metrics_of_memory_are_those_of_the_model() {
    let steps = "{ cpu = 'exp(10ms)' }, \
                 { cache = 'redis', hit = 'zipf(items=100, alpha=0)', cost = '1ms' }, \
                 { call = 'database.query' }";
    let world = world()
        .window("60s")
        .node("host", 4)
        .with("memory = '200 MiB'\nswap = '100 MiB'\nswappiness = 0")
        .with("disk = { read = 'constant(100us)' }")
        .service("app", "memory = { base = '240 MiB', alpha = 0, limit = '180 MiB' }")
        .endpoint("get", steps)
        .service("redis", "memory = { base = '1 MiB', entry = '4 KiB', maxmemory = '100 KiB' }")
        .service("database", "memory = { base = '4 MiB' }")
        .with("data = { size = '64 MiB', buffers = '8 MiB', page = '4 KiB', alpha = 0 }")
        .endpoint("query", "{ cpu = 'exp(1ms)' }, { read = 5 }")
        .traffic("web", "app.get", poisson(10))
        .scenario();
    let findings = found(&world, 5);
    let of = |name, labels: &[&str]| metric(&findings, name, labels);
    let mib = 1_048_576.0;
    let close = |found: f64, due: f64, within: f64| {
        assert!((found - due).abs() <= within * due, "{found} instead of {due}");
    };
    close(of("page_fault_ratio", &["app"]), 0.25, 0.05);
    close(of("service_memory_demand_bytes", &["host", "app"]), 240.0 * mib, 1e-3);
    close(of("service_memory_resident_bytes", &["host", "app"]), 180.0 * mib, 5e-3);
    close(of("service_swap_used_bytes", &["host", "app"]), 60.0 * mib, 1e-2);
    close(of("service_memory_demand_bytes", &["host", "redis"]), mib + 25.0 * 4096.0, 1e-3);
    close(of("cache_hit_ratio", &["redis"]), 0.25, 0.15);
    let held = 180.0 + 1.1 + 12.0;
    close(of("node_memory_used_bytes", &["host"]), held * mib, 0.01);
    // 8 MiB of buffers and some 7 of page cache hold the data.
    close(of("data_miss_ratio", &["database"]), 1.0 - (208.0 - held) / 64.0, 0.02);
    assert!(of("node_memory_stall_ratio", &["host"]) > 0.1);
    assert!(of("node_swap_in_pages_per_second", &["host"]) > 1_000.0);
    assert!(of("request_time_seconds", &["pages app"]) > 0.02);
    assert_eq!(of("oom_kills_total", &["all"]), 0.0);
}
