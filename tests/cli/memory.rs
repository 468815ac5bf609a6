//! Memory in `wssim run`: the ledger adds up, and agrees with metrics and series.

use super::{Folder, status, stderr, stdout, wssim};
use serde_json::Value;

/// A node with RAM given and one without; a service on each, and one that asks for no RAM.
const TWO_NODES: &str = r#"# Memory on two nodes.
[scenario]
kind = "window"
duration = "50s"
[memory]
kernel = "200 MB"
shim = "10 MB"
[node.small]
cores = 4
memory = "2 GB"
swap = "1 GB"
[node.endless]
cores = 4
[service.web]
constraints = ["node.hostname == small"]
replicas = 2
memory = { base = "300 MB", per_request = "10 MB", limit = "1 GB", reservation = "400 MB" }
[service.web.endpoint.get]
steps = [ { cpu = "exp(20ms)" }, { call = "db.query" } ]
[service.side]
constraints = ["node.hostname == small"]
memory = { base = "200 MB" }
[service.idle]
constraints = ["node.hostname == small"]
[service.db]
constraints = ["node.hostname == endless"]
memory = { base = "500 MB" }
[service.db.endpoint.query]
steps = [ { cpu = "exp(5ms)" } ]
[traffic.users]
entry = "web.get"
arrivals = { kind = "poisson", rate = "40/s" }
"#;

fn run(name: &str, text: &str) -> (Value, String) {
    let folder = Folder::new(name);
    folder.write("world.toml", text);
    let output =
        wssim(folder.path(), &["run", "world.toml", "--replications", "5", "--out", "o", "--all"]);
    assert_eq!(status(&output), 0, "{}{}", stdout(&output), stderr(&output));
    let text = std::fs::read_to_string(folder.path().join("o/results.json")).unwrap();
    (serde_json::from_str(&text).unwrap(), stdout(&output))
}

fn mean(of: &Value) -> f64 {
    of["mean"].as_f64().unwrap_or_else(|| panic!("no mean in {of}"))
}

fn named<'a>(list: &'a Value, name: &str, node: &str) -> Option<&'a Value> {
    let all = list.as_array().unwrap();
    all.iter().find(|item| item["name"] == name && item["labels"]["node"] == node)
}

#[track_caller]
fn close(a: f64, b: f64, within: f64) {
    assert!((a - b).abs() <= within, "{a} and {b} differ by more than {within}");
}

#[test]
fn the_ledger_adds_up() {
    let (results, text) = run("ledger", TWO_NODES);
    let nodes = results["memory"].as_array().unwrap();
    assert_eq!(nodes.len(), 1, "only `small` has RAM given");
    let node = &nodes[0];
    let page = 4096.0 * 8.0;
    let system: f64 = node["system"].as_object().unwrap().values().filter_map(Value::as_f64).sum();
    let of_services = |key: &str| -> f64 {
        node["services"].as_array().unwrap().iter().map(|service| mean(&service[key])).sum()
    };
    close(mean(&node["used"]) + mean(&node["page_cache"]), 2e9, page);
    close(of_services("demand") + system, mean(&node["demand"]), page);
    close(of_services("resident") + system, mean(&node["used"]), page);
    close(mean(&node["used"]) + mean(&node["swapped"]), mean(&node["demand"]), page);
    // Four containers run, including `idle`.
    close(system, 240e6, page);
    // By Little's law there are at least 40/s · 20 ms of CPU, and half as long at the database.
    assert!(mean(&node["demand"]) > 800e6 + 40.0 * 0.025 * 10e6, "{node}");
    assert_eq!(node["reserved_bytes"], 800e6);
    assert_eq!((&node["limit_bytes"], &node["without_limit"]), (&2e9.into(), &2.into()));
    let names: Vec<&str> = node["services"]
        .as_array()
        .unwrap()
        .iter()
        .map(|service| service["service"].as_str().unwrap())
        .collect();
    assert_eq!(names, ["web", "side"], "by demand; `idle` asks for none");
    assert!(text.contains("Memory: who holds what") && text.contains("all of 2 GB"), "{text}");
    assert!(text.lines().all(|line| line.chars().count() <= 100), "{text}");
}

#[test]
fn ledger_metrics_and_series_agree() {
    let (results, _) = run("agree", TWO_NODES);
    let node = &results["memory"][0];
    for (name, key) in [
        ("node_memory_used_bytes", "used"),
        ("node_swap_used_bytes", "swapped"),
        ("node_memory_stall_ratio", "stall"),
    ] {
        let metric = mean(named(&results["metrics"], name, "small").unwrap());
        close(metric, mean(&node[key]), 1e-9 * metric);
        let series = named(&results["series"], name, "small").unwrap();
        let slots = series["mean"].as_array().unwrap();
        assert_eq!(slots.len(), 100);
        let over_time = slots.iter().map(|slot| slot.as_f64().unwrap()).sum::<f64>() / 100.0;
        close(over_time, metric, 1e-9 * metric);
    }
    assert!(mean(named(&results["metrics"], "oom_kills_total", "all").unwrap()) < 0.5);
}

/// Without RAM given only the demand of containers is known and reported.
#[test]
fn without_ram_given_there_is_no_ledger() {
    let text = TWO_NODES.replace("memory = \"2 GB\"\n", "").replace("limit = \"1 GB\", ", "");
    let (results, text) = run("no-ram", &text);
    assert!(results.get("memory").is_none() && !text.contains("who holds what"), "{text}");
    let about_memory: Vec<&Value> = (results["metrics"].as_array().unwrap().iter())
        .filter(|metric| {
            let name = metric["name"].as_str().unwrap();
            ["memory", "swap", "oom", "containers_"].iter().any(|part| name.contains(part))
        })
        .collect();
    assert!(about_memory.iter().all(|metric| metric["name"] == "node_memory_used_bytes"));
    let database = named(&results["metrics"], "node_memory_used_bytes", "endless").unwrap();
    assert_eq!(database["mean"], 500e6);
}

/// A service that touches 1.8 GB on 2 GB beside a kernel of 400 MB, and one that is added until RAM and
/// swap are full.
#[test]
fn pressure_is_told_with_its_reasons() {
    let text = r#"# Too much for one node.
[scenario]
kind = "window"
duration = "60s"
[memory]
kernel = "400 MB"
[node.tight]
cores = 4
memory = "2 GB"
swap = "1 GB"
disk = "ssd"
[service.web]
memory = { base = "1.8 GB" }
[service.web.endpoint.get]
steps = [ { cpu = "exp(20ms)" } ]
[service.more]
memory = { base = "100 MB" }
[growth]
to = 20
every = "2s"
services = ["more"]
[traffic.users]
entry = "web.get"
arrivals = { kind = "poisson", rate = "40/s" }
[[claim]]
id = "swap"
text = "no swap"
source = "test"
metric = 'node_swap_used_bytes{node="tight"}'
expect = { max = "0 B" }
[[claim]]
id = "fast"
text = "fast"
source = "test"
metric = 'response_time_seconds{entry="users"}'
expect = { max = "1ms" }
[[claim]]
id = "kills"
text = "nobody is killed"
source = "test"
metric = "oom_kills_total"
expect = { max = 0 }
"#;
    let folder = Folder::new("pressure");
    folder.write("world.toml", text);
    let output =
        wssim(folder.path(), &["run", "world.toml", "--replications", "5", "--out", "o", "--all"]);
    assert_eq!(status(&output), 1, "{}{}", stdout(&output), stderr(&output));
    let text = std::fs::read_to_string(folder.path().join("o/results.json")).unwrap();
    let results: Value = serde_json::from_str(&text).unwrap();
    let text = stdout(&output);
    assert!(text.contains("`tight` stalls") && text.contains("kills a replication"), "{text}");
    let why = |claim: usize| results["claims"][claim]["why"].as_str().unwrap();
    // Untouched pages go first.
    assert!(why(0).starts_with("most of the node's swap is held by more ("), "{}", why(0));
    assert!(why(1).contains("pages web ("), "{}", why(1));
    let note = results["notes"].as_array().unwrap().last().unwrap().as_str().unwrap();
    assert!(note.starts_with("as containers are added, `tight` gives first, at "), "{note}");
    let first = mean(named(&results["metrics"], "containers_at_pressure", "all").unwrap());
    // 1.8 GB and the kernel leave no free RAM at the start, and 1.1 GB in total for eleven more.
    assert!((2.0..=13.0).contains(&first), "{first}");
}
