//! Ctrl-C, SIGTERM and `--budget` end every command at once, even in the middle of a replication.

use super::{Folder, QUEUE, begun, status, stdout, until, wssim};
use serde_json::Value;
use std::process::{Child, Command};
use std::time::{Duration, Instant};

/// [`QUEUE`] over a thousand hours, with a warm-up of the same length: minutes of computing for one
/// replication.
fn endless() -> String {
    QUEUE.replace("2min", "1000h").replace("warmup = \"10s\"\n", "")
}

/// Well before a replication would end, even on a busy machine.
const SOON: Duration = Duration::from_secs(10);

fn results(folder: &Folder, out: &str) -> Value {
    let text = std::fs::read_to_string(folder.path().join(out).join("results.json")).unwrap();
    serde_json::from_str(&text).unwrap()
}

#[test]
fn a_budget_ends_within_a_replication() {
    let folder = Folder::new("interrupts-budget");
    folder.write("endless.toml", &endless());
    for (out, more) in [("pilot", "scenario.slot=10h"), ("replication", "scenario.warmup=1s")] {
        let call = ["run", "endless.toml", "--replications", "5", "--budget", "200ms"];
        let started = Instant::now();
        let output = wssim(folder.path(), &[&call[..], &["--set", more, "--out", out]].concat());
        assert!(started.elapsed() < SOON, "{out}: {:?}", started.elapsed());
        assert_eq!(status(&output), 0, "{out}");
        let text = stdout(&output).split_whitespace().collect::<Vec<_>>().join(" ");
        assert!(text.contains("time budget before the first replication was complete"), "{text}");
        let results = results(&folder, out);
        assert_eq!(results["stopped_by"], "budget");
        assert_eq!(results["replications"], 0);
    }
}

/// In parallel, so that they take the time of one.
#[test]
fn signals_end_every_command_within_a_replication() {
    let folder = Folder::new("interrupts-signals");
    folder.write("endless.toml", &endless());
    folder.write("other.toml", &endless().replace("50/s", "40/s"));
    let calls = [
        ("run endless.toml", "-TERM"),
        ("run endless.toml --set scenario.warmup=1s", "-INT"),
        ("compare endless.toml other.toml", "-TERM"),
        ("failures endless.toml", "-INT"),
        ("capacity endless.toml --until error_ratio{entry=\"web\"}<1%", "-TERM"),
        ("sweep endless.toml --param traffic.scale=0.5,1", "-TERM"),
        ("trace endless.toml --set scenario.warmup=1s", "-TERM"),
        ("run endless.toml --replications 4 --ranges off --shard 1/2", "-TERM"),
    ];
    let begin = |(number, (call, _)): (usize, &(&str, &str))| -> Child {
        let out = number.to_string();
        let mut words: Vec<&str> = call.split(' ').collect();
        words.extend(["--threads", "1", "--out", &out]);
        begun(&folder, &words)
    };
    let children: Vec<Child> = calls.iter().enumerate().map(begin).collect();
    until(|| (0..calls.len()).all(|number| folder.path().join(number.to_string()).exists()));
    // The study begins after its folder is made.
    std::thread::sleep(Duration::from_millis(500));
    let started = Instant::now();
    for (child, (_, signal)) in children.iter().zip(calls) {
        let sent = Command::new("kill").args([signal, &child.id().to_string()]).status().unwrap();
        assert!(sent.success());
    }
    for (mut child, (call, signal)) in children.into_iter().zip(calls) {
        assert_eq!(child.wait().unwrap().code(), Some(130), "{call} {signal}");
        assert!(started.elapsed() < SOON, "{call} {signal}: {:?}", started.elapsed());
    }
    // There were no results yet, so earlier results are not overwritten.
    for number in 0..calls.len() {
        assert!(!folder.path().join(number.to_string()).join("results.json").exists(), "{number}");
    }
}
