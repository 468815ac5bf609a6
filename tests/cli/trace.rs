//! `wssim trace`: the waterfall, the file, mistakes in the call.

use super::{Folder, QUEUE, status, stderr, stdout, wssim};
use serde_json::Value;

#[test]
fn the_waterfall_is_printed_and_the_file_written() {
    let folder = Folder::new();
    folder.write("queue.toml", QUEUE);
    let output = wssim(folder.path(), &["trace", "queue.toml"]);
    assert_eq!(status(&output), 0, "{}", stderr(&output));
    let text = stdout(&output);
    for part in ["the median", "shop.buy", "Where the time goes", "CPU", "100.0 %"] {
        assert!(text.contains(part), "{part} in\n{text}");
    }
    let file = folder.path().join("out/queue/trace/trace.json");
    let trace: Value = serde_json::from_slice(&std::fs::read(&file).unwrap()).unwrap();
    let events = trace["traceEvents"].as_array().unwrap();
    assert!(events.iter().any(|event| event["ph"] == "X" && event["name"] == "shop.buy"));
}

#[test]
fn the_same_seed_gives_the_same_bytes_and_replaces_its_own_file() {
    let folder = Folder::new();
    folder.write("queue.toml", QUEUE);
    let run = |seed: &str, threads: &str| {
        let call = ["trace", "queue.toml", "--seed", seed, "--threads", threads, "--out", "a"];
        assert_eq!(status(&wssim(folder.path(), &call)), 0);
        std::fs::read(folder.path().join("a/trace.json")).unwrap()
    };
    assert_eq!(run("7", "1"), run("7", "2"));
    assert_ne!(run("7", "1"), run("8", "1"));
    std::fs::write(folder.path().join("a/trace.json"), "{\"traceEvents\":[]}").unwrap();
    let foreign = wssim(folder.path(), &["trace", "queue.toml", "--out", "a"]);
    assert_eq!(status(&foreign), 4, "a trace of another program stays");
}

/// In an M/M/1 queue a request's time is its wait and its service.
#[test]
fn json_adds_up_and_quantiles_are_in_order() {
    let folder = Folder::new();
    folder.write("queue.toml", QUEUE);
    let trace = |pick: &str| -> Value {
        let call = ["trace", "queue.toml", "--pick", pick, "--format", "json", "--out", "a"];
        serde_json::from_slice(&wssim(folder.path(), &call).stdout).unwrap()
    };
    let response = |of: &Value| of["request"]["response_seconds"].as_f64().unwrap();
    let median = trace("p50");
    let sum: f64 = median["components"]
        .as_array()
        .unwrap()
        .iter()
        .map(|component| {
            assert!(["worker", "cpu", "network"].contains(&component["kind"].as_str().unwrap()));
            component["seconds"].as_f64().unwrap()
        })
        .sum();
    assert!((sum - response(&median)).abs() < 1e-12, "{median}");
    assert_eq!(median["distribution"]["p50_seconds"], median["request"]["response_seconds"]);
    assert!(response(&median) < response(&trace("p95")));
    assert!(response(&trace("p95")) < response(&trace("max")));
    assert_eq!(trace("17")["request"]["number"], 17);
}

#[test]
fn wrong_calls_are_told_and_write_nothing() {
    let folder = Folder::new();
    folder.write("queue.toml", QUEUE);
    for (flag, value, told) in [
        ("--entry", "wbe", "did you mean `web`?"),
        ("--pick", "median", "p50"),
        ("--pick", "0", "a number from 1"),
        ("--pick", "100000000", "there is no request 100000000"),
        ("--pick", "failed", "failed"),
    ] {
        let output = wssim(folder.path(), &["trace", "queue.toml", flag, value]);
        assert_eq!(status(&output), 2, "{flag} {value}");
        // In any line.
        let text = stderr(&output).split_whitespace().collect::<Vec<_>>().join(" ");
        assert!(text.contains(told), "{text}");
    }
    assert!(!folder.path().join("out").exists());
}

#[test]
fn the_help_has_an_example() {
    let folder = Folder::new();
    let help = stdout(&wssim(folder.path(), &["trace", "--help"]));
    assert!(help.contains("wssim trace after") && help.contains("--pick"), "{help}");
}

/// A user whose entry node is dead, cut off or behind a dead switch gets no answer before giving up: all
/// of that is silence, and no visit begins.
#[test]
fn a_user_without_an_answer_waits_in_silence() {
    let folder = Folder::new();
    let strike = |fault: &str| {
        let queue = QUEUE.replace("[node.host]", "[node.host]\nsite = \"office\"");
        let queue = queue.replace("warmup = \"10s\"", "kind = \"window\"").replace("2min", "10s");
        format!(
            "{queue}patience = \"3s\"\ningress = [\"host\"]\n[orchestrator]\nkind = \"swarm\"\n\
             [[fault]]\nid = \"f\"\nat = \"0s\"\n{fault}\n"
        )
    };
    for fault in [
        "kind = \"power\"\nsite = \"office\"",
        "kind = \"switch\"\nsite = \"office\"",
        "kind = \"partition\"\nnode = \"host\"",
        "kind = \"crash\"\nnode = \"host\"",
    ] {
        folder.write("struck.toml", &strike(fault));
        let call = ["trace", "struck.toml", "--pick", "failed", "--format", "json", "--out", "a"];
        let output = wssim(folder.path(), &call);
        assert_eq!(status(&output), 0, "{fault}: {}", stderr(&output));
        let told: Value = serde_json::from_slice(&output.stdout).unwrap();
        assert_eq!(told["request"]["response_seconds"], 3.0, "{fault}");
        let components = told["components"].as_array().unwrap();
        assert_eq!(components.len(), 1, "{fault}");
        assert_eq!(components[0]["kind"], "silence", "{fault}");
        assert_eq!(components[0]["seconds"], 3.0, "{fault}");
    }
}
