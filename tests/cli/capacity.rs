//! `wssim capacity`: brackets, the first bottleneck, missing nodes, and mistakes.

use super::{Folder, QUEUE, status, stderr, stdout, wssim};
use serde_json::Value;
use std::path::Path;

/// p95 of M/M/1 is ln 20 / (μ − λ): at most 100 ms up to λ = 100 − 29.96, which is 1.4009 times 50.
const LIMIT: f64 = (100.0 - 29.957_322_735_539_91) / 50.0;

fn with_objective(p95: &str) -> String {
    format!("{QUEUE}objective = {{ p95 = \"{p95}\" }}\n")
}

fn results(folder: &Path, scenario: &str) -> Value {
    let path = folder.join("out").join(scenario).join("capacity/results.json");
    serde_json::from_str(&std::fs::read_to_string(path).unwrap()).unwrap()
}

#[test]
fn the_largest_traffic_is_a_bracket_around_the_exact_limit() {
    let folder = Folder::new("capacity-limit");
    folder.write("queue.toml", &with_objective("100ms"));
    let output = wssim(folder.path(), &["capacity", "queue.toml", "--precision", "2%"]);
    assert_eq!(status(&output), 0, "{}", stderr(&output));
    let results = results(folder.path(), "queue");
    let search = &results["capacity"]["search"];
    let [kept, missed] = ["kept", "missed"].map(|side| search[side].as_f64().unwrap());
    assert!(kept <= LIMIT && LIMIT <= missed && missed < 1.1 * kept, "{kept} {missed}");
    let text = stdout(&output);
    let lines: Vec<&str> = text.lines().take(3).collect();
    assert!(lines[1].starts_with(&format!("Carries {kept} times")), "{text}");
    assert!(lines[2].starts_with("First to give: Response time, web, p95"), "{text}");
    // The service has one worker on eight cores: it is exhausted at twice the traffic.
    let first = &results["capacity"]["demands"][0];
    assert_eq!(first["resource"], "the workers of shop");
    assert!((first["used_up_at"].as_f64().unwrap() - 2.0).abs() < 1e-9, "{first}");
    let csv = folder.path().join("out/queue/capacity/capacity.csv");
    assert!(std::fs::read_to_string(csv).unwrap().lines().count() > 4);
    // Twice into the same folder, with different numbers of threads: the same bytes.
    let before = std::fs::read(folder.path().join("out/queue/capacity/results.json")).unwrap();
    wssim(folder.path(), &["capacity", "queue.toml", "--precision", "2%", "--threads", "1"]);
    let after = std::fs::read(folder.path().join("out/queue/capacity/results.json")).unwrap();
    assert_eq!(before, after);
}

/// Today's traffic is the one in force: a quarter more leaves room for a factor of four fifths.
#[test]
fn the_traffic_of_today_is_what_is_in_force() {
    let folder = Folder::new("capacity-scaled");
    folder.write("queue.toml", &with_objective("100ms"));
    let arguments = ["capacity", "queue.toml", "--set", "traffic.scale=1.25", "--precision", "2%"];
    assert_eq!(status(&wssim(folder.path(), &arguments)), 0);
    let search = &results(folder.path(), "queue")["capacity"]["search"];
    let [kept, missed] = ["kept", "missed"].map(|side| search[side].as_f64().unwrap());
    assert!(kept <= LIMIT / 1.25 && LIMIT / 1.25 <= missed && missed < 1.1 * kept, "{search}");
}

#[test]
fn too_much_today_is_told_with_what_can_be_carried() {
    let folder = Folder::new("capacity-today");
    folder.write("late.toml", &with_objective("50ms"));
    let output = wssim(folder.path(), &["capacity", "late.toml", "--precision", "5%"]);
    assert_eq!(status(&output), 1, "{}", stdout(&output));
    assert!(stdout(&output).contains("The traffic of today is already too much. Carries 0."));
    // ln 20 / (100 − λ) = 50 ms at λ = 40.1.
    let search = &results(folder.path(), "late")["capacity"]["search"];
    let [kept, missed] = ["kept", "missed"].map(|side| search[side].as_f64().unwrap());
    assert!(kept <= 0.8017 && 0.8017 <= missed, "{kept} {missed}");
    folder.write("unstable.toml", &with_objective("100ms").replace("50/s", "200/s"));
    let output = wssim(folder.path(), &["capacity", "unstable.toml", "--precision", "5%"]);
    assert_eq!(status(&output), 1);
    assert!(stdout(&output).contains("no steady state"), "{}", stdout(&output));
}

/// A proxy on one node, a pinned shop on another, and an unused node.
const CLUSTER: &str = r#"
[scenario]
title = "Three nodes"
duration = "2min"
warmup = "10s"
[orchestrator]
kind = "swarm"
managers = ["front", "back", "spare"]
[node]
front.cores = 4
back.cores = 1
spare.cores = 1
[service.proxy]
constraints = ["node.hostname == front"]
endpoint.shop.steps = [ { call = "shop.buy", timeout = "2s" } ]
[service.shop]
constraints = ["node.hostname == back"]
memory = { base = "100 MB" }
endpoint.buy.steps = [ { cpu = "exp(10ms)" } ]
[traffic.web]
entry = "proxy.shop"
arrivals = { kind = "poisson", rate = "20/s" }
objective = { p95 = "100ms" }
"#;

#[test]
fn nodes_are_missed_or_not() {
    let folder = Folder::new("capacity-without");
    let claim = |node: &str| {
        format!(
            "\n[[claim]]\nid = \"{node}\"\nsource = \"test\"\nexpect = {{ min = 1 }}\n\
             metric = 'capacity_traffic_ratio{{node=\"{node}\"}}'\n"
        )
    };
    folder.write("cluster.toml", &(CLUSTER.to_owned() + &claim("back") + &claim("spare")));
    let output = wssim(folder.path(), &["capacity", "cluster.toml", "--precision", "5%"]);
    assert_eq!(status(&output), 1, "{}", stderr(&output));
    let results = results(folder.path(), "cluster");
    let carries = |node: &str| {
        let all = results["capacity"]["without"].as_array().unwrap();
        all.iter().find(|one| one["node"] == node).unwrap()["carries"].clone()
    };
    assert_eq!(carries("front"), "not-today");
    assert_eq!(carries("back"), "not-today");
    assert_eq!(carries("spare"), "as-much");
    let verdicts: Vec<&Value> =
        results["claims"].as_array().unwrap().iter().map(|claim| &claim["verdict"]).collect();
    assert_eq!(verdicts, ["refuted", "holds"]);
    let text = stdout(&output);
    assert!(text.contains("Without back or front not even that of today"), "{text}");
    assert!(text.contains("the processor of back"), "{text}");
}

/// 1 GB for containers of 100 MB beside a running one: nine more; the ineligible node stays empty.
#[test]
fn containers_fit_by_ram() {
    let folder = Folder::new("capacity-fits");
    let text = CLUSTER.replace("back.cores = 1", "back = { cores = 1, memory = \"1 GB\" }")
        + "[memory]\nkernel = \"0 B\"\nengine = \"0 B\"\nagent = \"0 B\"\nshim = \"0 B\"\n";
    folder.write("cluster.toml", &text);
    let arguments = ["capacity", "cluster.toml", "--template", "shop", "--replications", "5"];
    let output = wssim(folder.path(), &arguments);
    assert_eq!(status(&output), 0, "{}", stderr(&output));
    let fits = &results(folder.path(), "cluster")["capacity"]["fits"];
    assert_eq!((fits["today"].as_u64(), fits["by_ram"]["more"].as_u64()), (Some(2), Some(9)));
    assert_eq!(fits["by_scheduler"]["more"].as_u64(), Some(9), "{fits}");
    assert_eq!(fits["by_scheduler"]["full"], "back");
}

#[test]
fn claims_name_the_command() {
    let folder = Folder::new("capacity-claims");
    let claim = |id: &str, metric: &str, expect: &str| {
        format!(
            "\n[[claim]]\nid = \"{id}\"\nsource = \"test\"\nmetric = '{metric}'\nexpect = {expect}\n"
        )
    };
    let text = with_objective("100ms")
        + &claim("grow", "capacity_traffic_ratio", "{ min = 1.2 }")
        + &claim("double", "capacity_traffic_ratio{node=\"all\"}", "{ min = 2 }");
    folder.write("queue.toml", &text);
    let output = wssim(folder.path(), &["capacity", "queue.toml", "--precision", "5%"]);
    assert_eq!(status(&output), 1, "{}", stdout(&output));
    let results = results(folder.path(), "queue");
    let verdicts: Vec<&str> = (results["claims"].as_array().unwrap().iter())
        .map(|claim| claim["verdict"].as_str().unwrap())
        .collect();
    assert_eq!(verdicts, ["holds", "refuted"]);
    let run = wssim(folder.path(), &["run", "queue.toml", "--replications", "5", "--all"]);
    assert!(stdout(&run).contains("judged by capacity"), "{}", stdout(&run));
}

#[test]
fn another_key_has_a_least_value_that_will_do() {
    let folder = Folder::new("capacity-find");
    folder.write("queue.toml", &QUEUE.replace("50/s", "350/s"));
    let until = r#"response_time_seconds{entry="web", stat="mean"} < 15ms"#;
    let find = |key: &str| {
        let arguments = ["capacity", "queue.toml", "--find", key, "--until", until];
        let output = wssim(folder.path(), &arguments);
        (status(&output), stdout(&output) + &stderr(&output))
    };
    // M/M/5 at 350/s and 100/s each: 12.5 ms; M/M/4: 24.8 ms.
    let (found, text) = find("service.shop.workers=1..8");
    assert_eq!(found, 0, "{text}");
    assert!(
        text.contains("service.shop.workers = 5 is the least that will do, 4 will not"),
        "{text}"
    );
    let (nothing, text) = find("service.shop.workers=1..4");
    assert_eq!(nothing, 1, "{text}");
    assert!(text.contains("no value from 1 to 4 will do"), "{text}");
    let (any, text) = find("service.shop.workers=6..8");
    assert_eq!(any, 0, "{text}");
    assert!(text.contains("every value from 6 to 8 will do"), "{text}");
    let (largest, text) = find("traffic.web.arrivals.rate=10/s..90/s");
    assert_eq!(largest, 0, "{text}");
    assert!(text.contains("is the largest that will do"), "{text}");
}

/// Enough answers need more traffic, fast ones less: it holds only in the middle.
#[test]
fn what_holds_in_the_middle_alone_has_no_limit() {
    let folder = Folder::new("capacity-turns");
    folder.write("queue.toml", QUEUE);
    let arguments = [
        "capacity",
        "queue.toml",
        "--find",
        "traffic.scale=0.1..4",
        "--until",
        r#"throughput_per_second{entry="web"} > 30/s"#,
        "--until",
        r#"response_time_seconds{entry="web", stat="p95"} < 100ms"#,
    ];
    let output = wssim(folder.path(), &arguments);
    assert_eq!(status(&output), 3, "{}", stdout(&output));
    assert!(stdout(&output).contains("no single limit from 0.1 to 4"), "{}", stdout(&output));
}

#[test]
fn what_is_cut_short_says_so() {
    let folder = Folder::new("capacity-budget");
    folder.write("queue.toml", &with_objective("100ms"));
    let output = wssim(folder.path(), &["capacity", "queue.toml", "--budget", "1ms"]);
    assert_eq!(status(&output), 3, "{}", stdout(&output));
    let text = stdout(&output);
    assert!(text.contains("Cut short") && text.contains("Stopped by the time budget"), "{text}");
    assert_eq!(results(folder.path(), "queue")["stopped_by"], "budget");
}

#[test]
fn mistakes_have_their_own_messages() {
    let folder = Folder::new("capacity-mistakes");
    folder.write("queue.toml", QUEUE);
    let response = r#"response_time_seconds{entry="web"} < 1s"#;
    for (arguments, message) in [
        (&["--find", "service.shop.workers=1..", "--until", response][..], "two ends"),
        (&["--find", "service.shop.wokers=1..4", "--until", response], "wokers"),
        (&["--find", "service.shop.workers"], "--until"),
        (&["--find", "node.host.speed", "--until", response], "lo..hi"),
        (&["--until", "response_time_seconds{entry=\"web\"} 1s"], "is not a condition"),
        (&["--until", "response_time_seconds{entry=\"web\"} < 1 GB"], "is in seconds"),
        (&["--until", "response_time{entry=\"web\"} < 1s"], "no metric is named"),
        (&["--template", "shup"], "no service is named"),
        (&["--until", "response_time_seconds{entry=\"wbe\"} < 1s"], "no entry is named `wbe`"),
        (&["--until", "throughput_per_second{entry=\"web\"} > 100/s"], "is to be large enough"),
    ] {
        let output = wssim(folder.path(), &[&["capacity", "queue.toml"], arguments].concat());
        assert_eq!(status(&output), 2, "{arguments:?} {}", stdout(&output));
        assert!(stderr(&output).contains(message), "{arguments:?}: {}", stderr(&output));
    }
    let short = QUEUE.replace("2min", "5s") + "objective = { p999 = \"1s\" }\n";
    folder.write("short.toml", &short);
    let output = wssim(folder.path(), &["capacity", "short.toml"]);
    assert_eq!(status(&output), 2);
    assert!(stderr(&output).contains("replications are too short"), "{}", stderr(&output));
}
