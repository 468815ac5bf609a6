//! Parts that make up the stretch count everything once.

use super::{estimate, of, scenario, shown};
use wssim_experiment::findings::{Findings, Metric};
use wssim_experiment::part::is_of_part;

/// A node that crashes and returns under two kinds of traffic; callers give up after a second and retry.
/// `greedy` collects garbage above its limit, so that it is killed. Memory and queues are recorded.
const WORLD: &str = r#"
[scenario]
kind = "window"
duration = "60s"
lead_in = "5s"
[node.a]
cores = 2
memory = "8 GB"
network = "1 Gbit/s"
[node.b]
cores = 2
memory = "8 GB"
network = "1 Gbit/s"
[lan]
rtt = "0.3ms"
[orchestrator]
kind = "swarm"
managers = ["a"]
[service.front]
constraints = ["node.hostname == a"]
workers = 20
backlog = 50
pool.back = { size = 4, timeout = "2s" }
endpoint.get.steps = [ { cpu = "exp(4ms)" }, { call = "back.query", timeout = "1s", retries = 1 } ]
[service.back]
replicas = 2
workers = 4
memory = { base = "300 MB" }
endpoint.query.steps = [ { cpu = "exp(20ms)" }, { sleep = "5ms" } ]
[service.greedy]
constraints = ["node.hostname == a"]
memory = { base = "100 MB", limit = "400 MB", heap = { limit = "900 MB", live = "20 MB", garbage = "1 MB" } }
endpoint.get.steps = [ { cpu = "1ms" } ]
[traffic.users]
entry = "front.get"
arrivals = { kind = "poisson", rate = "30/s" }
[traffic.more]
entry = "greedy.get"
arrivals = { kind = "poisson", rate = "20/s" }
patience = "500ms"
[[fault]]
id = "crash"
kind = "crash"
node = "b"
at = "20s"
repair = "15s"
"#;

/// Start, end and length of the parts.
const PARTS: [(&str, &str, f64); 4] = [
    ("0s", "fault crash", 20.0),
    ("fault crash", "fault crash + 7s", 7.0),
    ("fault crash + 7s", "repair crash", 8.0),
    ("repair crash", "1min", 25.0),
];

/// Counts, and means over time: those of parts add up, weighted by their lengths.
const COUNTS: [&str; 2] = ["requests_total", "oom_kills_total"];
const OVER_TIME: [&str; 15] = [
    "containers",
    "in_service",
    "node_cpu_utilization_ratio",
    "node_disk_visits",
    "node_memory_demand_bytes",
    "node_memory_page_cache_bytes",
    "node_memory_used_bytes",
    "node_network_cpu_ratio",
    "node_network_utilization_ratio",
    "node_runnable_jobs",
    "queue_length",
    "service_replicas_running",
    "service_utilization_ratio",
    "throttled_ratio",
    "throughput_per_second",
];
/// Shares of requests, and means per request: they add up when weighted by the requests.
const OF_REQUESTS: [&str; 3] = ["attempts_per_request", "error_ratio", "request_time_seconds"];

fn asked(metric: &Metric, from: &str, to: &str) -> String {
    let labels = metric.labels.iter().map(|(name, value)| format!("{name}=\"{value}\""));
    let labels = labels.collect::<Vec<_>>().join(",");
    format!("{}{{{labels}}} from {from} to {to}", metric.name)
}

fn mean(findings: &Findings, name: &str, labels: &[&str]) -> f64 {
    estimate(findings, name, labels).mean
}

#[test]
fn the_parts_have_what_the_whole_has() {
    let scenario = scenario(WORLD);
    let whole = shown(&scenario, 2, &[]);
    let is_told = |name: &str| {
        COUNTS.contains(&name) || OVER_TIME.contains(&name) || OF_REQUESTS.contains(&name)
    };
    let metrics: Vec<&Metric> = whole.metrics.iter().filter(|one| is_told(one.name)).collect();
    let all = metrics.iter().flat_map(|one| PARTS.map(|(from, to, _)| asked(one, from, to)));
    let parts = shown(&scenario, 2, &all.collect::<Vec<_>>());
    let mut told = Vec::new();
    for metric in metrics {
        let labels: Vec<&str> = metric.labels.iter().map(|(_, value)| value.as_str()).collect();
        let entry = metric.labels.iter().find(|(name, _)| *name == "entry");
        let entry = entry.map_or("all", |(_, value)| value);
        let Some(due) = metric.estimate.map(|estimate| estimate.mean) else { continue };
        let weight = |ends: &[&str], seconds: f64| match metric.name {
            name if COUNTS.contains(&name) => 1.0,
            name if OVER_TIME.contains(&name) => seconds,
            _ => mean(&parts, "requests_total", &[&[entry], ends].concat()),
        };
        let part = |(from, to, seconds): (&str, &str, f64)| {
            let ends = [from, to];
            let found = of(&parts, metric.name, &[labels.as_slice(), &ends].concat());
            found.estimate.map_or(0.0, |found| found.mean) * weight(&ends, seconds)
        };
        let sum: f64 = PARTS.map(part).iter().sum();
        let due = due * weight(&[], 60.0);
        let off = (sum - due).abs();
        assert!(
            off <= 1e-9 * due.abs().max(1e-6),
            "{} of {labels:?}: {sum}, not {due}",
            metric.name
        );
        if due > 0.0 {
            told.push(metric.name);
        }
    }
    told.dedup();
    let silent = ["node_disk_visits", "throttled_ratio"];
    let named = COUNTS.iter().chain(&OVER_TIME).chain(&OF_REQUESTS);
    let missing: Vec<&&str> =
        named.filter(|name| !told.contains(name) && !silent.contains(name)).collect();
    assert!(missing.is_empty(), "nothing is told of {missing:?}");
}

/// Metrics of the whole are the same with any parts: recording changes no event. Sums of doubles are
/// split elsewhere, so means over time may be off by a rounding. The state of a container's memory up to
/// the loss of its node is recorded, whether or not a part ends then.
#[test]
fn asking_for_a_part_changes_nothing() {
    let scenario = scenario(WORLD);
    let plain = shown(&scenario, 2, &[]);
    let part = ["error_ratio from fault crash to repair crash".to_owned()];
    let asked = shown(&scenario, 2, &part);
    let whole: Vec<&Metric> =
        asked.metrics.iter().filter(|metric| !is_of_part(&metric.labels)).collect();
    assert_eq!(asked.metrics.len(), whole.len() + 1);
    assert_eq!(whole.len(), plain.metrics.len());
    for (one, other) in whole.iter().zip(&plain.metrics) {
        assert_eq!((one.name, &one.labels), (other.name, &other.labels));
        let mean = |metric: &Metric| metric.estimate.map(|estimate| estimate.mean);
        match (mean(one), mean(other)) {
            (Some(a), Some(b)) => assert!((a - b).abs() <= 1e-12 * a.abs(), "{}", one.name),
            (a, b) => assert_eq!(a, b, "{}", one.name),
        }
    }
    assert_eq!(asked.events, plain.events + 4, "two edges in each of two replications");
}

/// Containers on all nodes add up to those of the services.
#[test]
fn containers_of_all_nodes_are_those_that_run() {
    let scenario = scenario(WORLD);
    let parts = ["from 0s to fault crash", "from repair crash to 1min"];
    let ask = |part: &str| {
        let nodes =
            ["a", "b"].map(|node| format!("containers{{node=\"{node}\",service=\"back\"}} {part}"));
        [nodes.to_vec(), vec![format!("service_replicas_running{{service=\"back\"}} {part}")]]
            .concat()
    };
    let findings = shown(&scenario, 2, &parts.map(ask).concat());
    for ends in [&[][..], &["0s", "fault crash"], &["repair crash", "1min"]] {
        let number = |name: &str, labels: &[&str]| mean(&findings, name, &[labels, ends].concat());
        let nodes: f64 = ["a", "b"].map(|node| number("containers", &[node, "back"])).iter().sum();
        let all = number("service_replicas_running", &["back"]);
        assert!((nodes - all).abs() < 1e-9, "{ends:?}: {nodes} on nodes, {all} run");
    }
}

/// Kills on nodes add up to those of the services, by either cause.
#[test]
fn kills_of_services_are_those_of_nodes() {
    let findings = shown(&scenario(WORLD), 2, &[]);
    let kills = |labels: &[&str]| mean(&findings, "oom_kills_total", labels);
    let [limit, node, all] = ["limit", "node", "all"].map(|by| kills(&["greedy", by]));
    assert!(limit > 0.0, "it is killed at its limit");
    assert_eq!((node, all), (0.0, limit), "8 GB hold 400 MB");
    assert_eq!(kills(&["all"]), kills(&["greedy", "all"]) + kills(&["back", "all"]));
}
