//! `wssim run`: verdicts, exit statuses, JSON, determinism.

use super::{Folder, QUEUE, claiming, status, stderr, stdout, wssim};
use serde_json::Value;

pub(super) fn results(folder: &Folder, name: &str) -> Value {
    let text = std::fs::read_to_string(folder.path().join(name).join("results.json")).unwrap();
    serde_json::from_str(&text).unwrap()
}

pub(super) fn metric<'a>(results: &'a Value, name: &str, labels: &[(&str, &str)]) -> &'a Value {
    let fits = |metric: &&Value| {
        metric["name"] == name
            && labels.iter().all(|(label, value)| metric["labels"][label] == *value)
    };
    results["metrics"].as_array().unwrap().iter().find(fits).unwrap()
}

#[test]
fn exit_statuses_follow_the_verdicts() {
    let folder = Folder::new("statuses");
    for (min, max, expected) in [("15ms", "25ms", 0), ("30ms", "40ms", 1), ("1ms", "20ms", 3)] {
        let file = folder.write("claim.toml", &claiming(min, max));
        let output = wssim(folder.path(), &["run", file.to_str().unwrap(), "--precision", "20%"]);
        assert_eq!(status(&output), expected, "{}{}", stdout(&output), stderr(&output));
        let forgiven =
            wssim(folder.path(), &["run", "claim.toml", "--precision", "20%", "--no-fail"]);
        assert_eq!(status(&forgiven), 0);
    }
}

#[test]
fn the_table_says_what_the_files_say() {
    let folder = Folder::new("table");
    folder.write("claim.toml", &claiming("30ms", "40ms"));
    let output = wssim(folder.path(), &["run", "claim.toml", "--out", "a"]);
    let text = stdout(&output);
    assert!(text.contains("refuted") && text.contains("30–40 ms"), "{text}");
    let results = results(&folder, "a");
    assert_eq!(results["schema_version"], 1);
    assert_eq!(results["command"], "run");
    let claim = &results["claims"][0];
    assert_eq!(claim["verdict"], "refuted");
    assert_eq!(claim["judged_by"], "run");
    let mean = claim["simulated"]["mean"].as_f64().unwrap();
    assert!((mean - 0.02).abs() < 0.001, "M/M/1 at half load answers after 20 ms, not {mean} s");
}

/// Ten requests a second, all too late: after the third the breaker is open for 2 s of every 2.1, passes
/// one probe and turns 20 users away.
#[test]
fn a_breaker_is_measured_where_there_is_one() {
    let folder = Folder::new("breaker");
    let text = r#"
[scenario]
title = "Always late"
duration = "42s"
kind = "window"
lead_in = "7s"
[node.host]
cores = 8
[service.front]
endpoint.go.steps = [
  { call = "api.ask", timeout = "1ms", breaker = { failures = 3, open = "2s" } },
]
[service.api]
endpoint.ask.steps = [ { cpu = "5ms" } ]
[traffic.web]
entry = "front.go"
arrivals = { kind = "periodic", period = "100ms", phase = "500ms" }
"#;
    folder.write("late.toml", text);
    let output = wssim(folder.path(), &["run", "late.toml", "--replications", "5", "--out", "a"]);
    assert_eq!(status(&output), 0, "{}", stderr(&output));
    assert!(!stdout(&output).contains("not simulated"), "{}", stdout(&output));
    let late = results(&folder, "a");
    for (name, labels, exact) in [
        ("breaker_open_ratio", vec![("caller", "front"), ("service", "api")], 20.0 / 21.0),
        ("breaker_open_ratio", vec![("caller", "all"), ("service", "api")], 20.0 / 21.0),
        ("error_ratio", vec![("entry", "web"), ("reason", "shed")], 20.0 / 21.0),
        ("error_ratio", vec![("entry", "web"), ("reason", "timeout")], 1.0 / 21.0),
    ] {
        let found = metric(&late, name, &labels)["mean"].as_f64().unwrap();
        assert!((found - exact).abs() < 1e-9, "{name} {labels:?}: {found}, not {exact}");
    }
    folder.write("queue.toml", QUEUE);
    wssim(folder.path(), &["run", "queue.toml", "--replications", "5", "--out", "b"]);
    let names = results(&folder, "b")["metrics"].to_string();
    let is_new = names.contains("\"shed\"") || names.contains("breaker");
    assert!(!is_new, "nothing new without a breaker");
}

/// ρ, L and the answered rate of M/M/1, read from the files like in a script.
#[test]
fn metrics_agree_with_theory_and_between_files() {
    let folder = Folder::new("metrics");
    folder.write("queue.toml", QUEUE);
    let output = wssim(folder.path(), &["run", "queue.toml", "--replications", "40", "--out", "a"]);
    assert_eq!(status(&output), 0, "{}", stderr(&output));
    let results = results(&folder, "a");
    assert_eq!(results["replications"], 40);
    assert_eq!(results["stopped_by"], "replications");
    for (name, labels, exact) in [
        ("service_utilization_ratio", vec![("service", "shop")], 0.5),
        ("queue_length", vec![("service", "shop"), ("queue", "workers")], 0.5),
        ("throughput_per_second", vec![("entry", "web")], 50.0),
        ("waiting_time_seconds", vec![("service", "shop"), ("stat", "mean")], 0.01),
        ("node_cpu_utilization_ratio", vec![("node", "host")], 0.5 / 8.0),
    ] {
        let metric = metric(&results, name, &labels);
        let (low, high) = (metric["ci_low"].as_f64().unwrap(), metric["ci_high"].as_f64().unwrap());
        // Plain 95 % intervals, twice as wide: by chance outside once in 15 000.
        let half = (high - low) / 2.0;
        assert!(low - half <= exact && exact <= high + half, "{name}: {metric}");
    }
    let rows = std::fs::read_to_string(folder.path().join("a/metrics.csv")).unwrap();
    assert_eq!(rows.lines().count(), results["metrics"].as_array().unwrap().len() + 1);
}

#[test]
fn results_are_the_same_bytes_on_any_number_of_threads() {
    let folder = Folder::new("threads");
    folder.write("claim.toml", &claiming("19ms", "21ms"));
    let run = |threads: &str, seed: &str| {
        let out = format!("out-{threads}-{seed}");
        wssim(
            folder.path(),
            &["run", "claim.toml", "--seed", seed, "--threads", threads, "--out", &out],
        );
        std::fs::read(folder.path().join(out).join("results.json")).unwrap()
    };
    assert_eq!(run("1", "7"), run("2", "7"));
    assert_eq!(run("1", "7"), run("5", "7"));
    assert_ne!(run("1", "7"), run("1", "8"), "another seed is another experiment");
}

#[test]
fn json_goes_to_standard_output_alone() {
    let folder = Folder::new("json");
    folder.write("queue.toml", QUEUE);
    let output = wssim(
        folder.path(),
        &["run", "queue.toml", "--format", "json", "--replications", "5", "--out", "a"],
    );
    let printed: Value = serde_json::from_slice(&output.stdout).unwrap();
    assert_eq!(printed, results(&folder, "a"));
}

#[test]
fn set_changes_any_key_and_refuses_unknown_ones() {
    let folder = Folder::new("set");
    folder.write("queue.toml", QUEUE);
    let run = |set: &str| {
        wssim(
            folder.path(),
            &["run", "queue.toml", "--set", set, "--replications", "5", "--out", "a"],
        )
    };
    assert_eq!(status(&run("traffic.web.arrivals.rate=80/s")), 0);
    let rate = metric(&results(&folder, "a"), "throughput_per_second", &[("entry", "web")])["mean"]
        .as_f64()
        .unwrap();
    assert!((rate - 80.0).abs() < 3.0, "{rate}");
    let refused = run("traffic.web.arrivals.rat=80/s");
    assert_eq!(status(&refused), 2);
    assert!(stderr(&refused).contains("rate"), "{}", stderr(&refused));
}

#[test]
fn what_is_in_force_can_be_printed() {
    let folder = Folder::new("config");
    folder.write("queue.toml", QUEUE);
    let output = wssim(
        folder.path(),
        &["run", "queue.toml", "--set", "node.host.cores=4", "--print-config"],
    );
    let text = stdout(&output);
    assert_eq!(status(&output), 0);
    assert!(text.contains("node.host.cores = 4") && text.contains("--set"), "{text}");
    assert!(text.contains("queue.toml:"), "{text}");
}

/// Both arms get the same requests: a change against itself is exactly zero.
#[test]
fn a_change_against_itself_is_nought() {
    let folder = Folder::new("itself");
    folder.write("queue.toml", QUEUE);
    let claim = r#"
[[claim]]
id = "change"
text = "Nothing changes"
source = "the plan"
metric = 'response_time_seconds{entry="web", stat="mean"}'
relative_to = "queue.toml"
expect = { min = "-1us", max = "+1us" }
"#;
    folder.write("same.toml", &format!("{QUEUE}{claim}"));
    let output = wssim(folder.path(), &["run", "same.toml", "--out", "a"]);
    assert_eq!(status(&output), 0, "{}", stdout(&output));
    let simulated = &results(&folder, "a")["claims"][0]["simulated"];
    assert_eq!(simulated["mean"].as_f64(), Some(0.0));
    assert_eq!(simulated["ci_high"].as_f64(), Some(0.0));
}

/// Four replications decide nothing, however far their interval is from the limits.
#[test]
fn too_few_replications_are_a_reason_of_their_own() {
    let folder = Folder::new("few");
    folder.write("few.toml", &claiming("1us", "1h"));
    let output = wssim(folder.path(), &["run", "few.toml", "--replications", "4", "--out", "a"]);
    assert_eq!(status(&output), 3, "{}", stdout(&output));
    let claim = results(&folder, "a")["claims"][0].clone();
    assert_eq!(claim["why"], "fewer than 5 replications", "{claim}");
    let simulated = &claim["simulated"];
    let ends = ["ci_low", "ci_high"].map(|end| simulated[end].as_f64().unwrap());
    assert!(1e-6 < ends[0] && ends[1] < 3600.0, "{simulated}");
}

/// A verdict that changes inside an input's range is undecided, with the place of the change.
#[test]
fn a_verdict_must_survive_the_ranges_of_its_inputs() {
    let folder = Folder::new("ranges");
    let text = claiming("15ms", "25ms").replace(
        "rate = \"50/s\"",
        "rate = { value = \"50/s\", range = [\"40/s\", \"80/s\"], source = \"a guess\" }",
    );
    folder.write("ranged.toml", &text);
    let output = wssim(folder.path(), &["run", "ranged.toml", "--out", "a"]);
    assert_eq!(status(&output), 3, "{}", stdout(&output));
    let claim = results(&folder, "a")["claims"][0].clone();
    let why = claim["why"].as_str().unwrap();
    assert!(why.contains("traffic.web.arrivals.rate") && why.contains("flips near"), "{why}");
    // 1/(100 − λ) = 25 ms at λ = 60: the reported value lies on the right side of the true one.
    let near: f64 = why.rsplit("near ").next().unwrap().trim_end_matches("/s").parse().unwrap();
    assert!((55.0..=68.0).contains(&near), "{why}");
}

/// A range of the plan's agent does not apply to the base: at 20 MB the agent takes less than the
/// claimed 40 MB.
#[test]
fn a_range_of_the_plan_alone_leaves_the_base_alone() {
    let folder = Folder::new("ranged-apart");
    let base = "[scenario]\nduration = \"20s\"\n[node.a]\ncores = 2\nmemory = \"4 GB\"\n\
                [service.s]\nmemory = \"1 GB\"\nendpoint.e.steps = [ { cpu = \"1ms\" } ]\n\
                [traffic.t]\nentry = \"s.e\"\narrivals = { kind = \"poisson\", rate = \"5/s\" }\n";
    folder.write("base.toml", base);
    let plan = "[scenario]\nextends = [\"base.toml\"]\n[memory.agent]\nvalue = \"50 MB\"\n\
                range = [\"20 MB\", \"60 MB\"]\nsource = \"a guess\"\n[[claim]]\nid = \"agent\"\n\
                metric = 'node_memory_used_bytes{node=\"a\"}'\nrelative_to = \"base.toml\"\n\
                expect = { min = \"+40 MB\" }\n";
    folder.write("plan.toml", plan);
    let output = wssim(folder.path(), &["run", "plan.toml", "--out", "a"]);
    assert_eq!(status(&output), 3, "{}{}", stdout(&output), stderr(&output));
    let claim = results(&folder, "a")["claims"][0].clone();
    assert!(claim["why"].as_str().unwrap().contains("memory.agent"), "{claim}");
}

/// Every shipped scenario runs, shortened, and checks without unexpected warnings.
#[test]
fn every_scenario_that_ships_runs_and_warns_of_nothing_new() {
    // Known warnings of the plan, and the overload that one scenario is about.
    const EXPECTED: [&str; 3] = ["ignored-key", "no-memory-limit", "slow-registration"];
    let folder = Folder::new("shipped");
    let root = std::path::Path::new(env!("CARGO_MANIFEST_DIR"));
    let mut names: Vec<String> = std::fs::read_dir(root.join("scenarios"))
        .unwrap()
        .filter_map(|entry| {
            entry.unwrap().file_name().into_string().ok()?.strip_suffix(".toml").map(str::to_owned)
        })
        .collect();
    names.sort();
    assert!(names.len() > 10, "{names:?}");
    for name in names {
        let checked = wssim(root, &["check", &name, "--format", "json"]);
        assert_eq!(status(&checked), 0, "{name}: {}", stdout(&checked));
        let told: Value = serde_json::from_slice(&checked.stdout).unwrap();
        for diagnostic in told["diagnostics"].as_array().unwrap() {
            let code = diagnostic["code"].as_str().unwrap();
            let is_expected = match code {
                "overload" => name == "after-greedy",
                // Swarm counts tasks, not RAM.
                "memory-overcommit" => {
                    ["after-unpinned", "containers-200"].contains(&name.as_str())
                }
                // The machine's properties are written although no plan uses them yet.
                "no-effect" => name == "estate",
                "even-managers" => name == "after-four-managers",
                // It refutes "zero downtime".
                "unchecked-rollout" => name.starts_with("rollout-"),
                code => EXPECTED.contains(&code),
            };
            assert!(is_expected, "{name}: {diagnostic}");
        }
        let out = folder.path().join(&name);
        // Its claims are about parts of its full length.
        let length = if name.starts_with("everyday-") { "20min" } else { "20s" };
        let length = format!("scenario.duration={length}");
        let call = [
            "run",
            &name,
            "--replications",
            "5",
            "--set",
            &length,
            "--no-fail",
            "--quiet",
            "--out",
            out.to_str().unwrap(),
        ];
        let ran = wssim(root, &call);
        assert_eq!(status(&ran), 0, "{name}: {}{}", stdout(&ran), stderr(&ran));
        assert!(out.join("results.json").is_file(), "{name}");
    }
}
