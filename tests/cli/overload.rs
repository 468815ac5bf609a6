//! Overload is simulated, and reported above all numbers: a part of the answer, so not on standard
//! error.

use super::{Folder, QUEUE, claiming, status, stderr, stdout, wssim};
use serde_json::Value;

/// 150 requests a second of 10 ms each, for one worker.
const SENTENCE: &str =
    "service `shop` is offered 1.5 requests at once for 1 worker: there is no steady state";

/// The queue with that traffic, and a claim on it.
fn full(name: &str) -> Folder {
    let folder = Folder::new(name);
    folder.write("full.toml", &claiming("1ms", "30ms").replace("50/s", "150/s"));
    folder
}

/// The output of `arguments`, with three replications each, none of it on standard error.
#[track_caller]
fn told(folder: &Folder, arguments: &[&str]) -> String {
    let few = ["--replications", "3", "--no-fail", "--out", "out"];
    let output = wssim(folder.path(), &[arguments, &few[..]].concat());
    assert_eq!(status(&output), 0, "{}", stderr(&output));
    let aside = stderr(&output);
    assert!(!aside.to_lowercase().contains("overload") && !aside.contains("warning"), "{aside}");
    stdout(&output)
}

fn notes(text: &str) -> Vec<String> {
    let json: Value = serde_json::from_str(text).unwrap();
    let notes = json["notes"].as_array().unwrap().iter();
    notes.map(|note| note.as_str().unwrap().to_owned()).collect()
}

fn results(folder: &Folder) -> Vec<String> {
    notes(&std::fs::read_to_string(folder.path().join("out/results.json")).unwrap())
}

#[test]
fn a_banner_stands_above_the_verdicts() {
    let folder = full("overload-banner");
    let banner = format!("Overload: {SENTENCE}");
    for flags in [&["run", "full.toml"][..], &["run", "full.toml", "--quiet"]] {
        let text = told(&folder, flags);
        let above = text.split("Claim ").next().unwrap();
        assert!(above.lines().any(|line| line == banner), "{flags:?}: {text}");
        assert_eq!(text.matches("verload").count(), 1, "it is told once: {text}");
    }
    let years = ["failures", "full.toml", "--depth", "1", "--years", "0"];
    let text = told(&folder, &years);
    let above = text.split("Failures").next().unwrap();
    assert!(above.lines().any(|line| line == banner), "{text}");
    let text = told(&folder, &["run", "full.toml", "--format", "markdown"]);
    let above = text.split("| Claim").next().unwrap();
    let quoted =
        |line: &str| line.starts_with("> **Overload: service ") && line.ends_with("state**");
    assert_eq!(above.lines().filter(|line| quoted(line)).count(), 1, "{text}");
}

#[test]
fn results_have_a_note() {
    let folder = full("overload-note");
    let note = format!("overload: {SENTENCE}");
    let json = told(&folder, &["run", "full.toml", "--format", "json"]);
    for notes in [notes(&json), results(&folder)] {
        assert_eq!(notes.first(), Some(&note), "{notes:?}");
    }
    told(&folder, &["failures", "full.toml", "--depth", "1", "--years", "0"]);
    assert_eq!(results(&folder).first(), Some(&note));
}

#[test]
fn a_trace_tells_it_too() {
    let folder = full("overload-trace");
    let tell = |format: &str| {
        let output =
            wssim(folder.path(), &["trace", "full.toml", "--out", "out", "--format", format]);
        assert_eq!(status(&output), 0, "{}", stderr(&output));
        assert!(!stderr(&output).contains("verload"), "{}", stderr(&output));
        stdout(&output)
    };
    assert!(tell("text").contains(&format!("\nOverload: {SENTENCE}\n")), "{}", tell("text"));
    assert!(tell("markdown").contains("\n> **Overload: service "), "{}", tell("markdown"));
    assert_eq!(notes(&tell("json")), [format!("overload: {SENTENCE}")]);
}

/// Overloaded at the peak, but not on average.
#[test]
fn a_peak_is_told_apart() {
    let folder = Folder::new("overload-peak");
    let profile = "\"50/s\", profile = { slot = \"1min\", values = [0.4, 3.0, 0.2] }";
    let busy = QUEUE.replace("warmup = \"10s\"", "kind = \"window\"").replace("\"50/s\"", profile);
    folder.write("busy.toml", &busy);
    let text = told(&folder, &["run", "busy.toml"]);
    let due = "Overload: service `shop` is offered up to 1.5 requests at once for 1 worker: at the peak of \
               its traffic a queue builds up";
    assert!(text.replace('\n', " ").contains(due), "{text}");
}

/// Below capacity there is no message.
#[test]
fn without_an_overload_there_is_neither() {
    let folder = Folder::new("overload-none");
    folder.write("queue.toml", QUEUE);
    assert!(!told(&folder, &["run", "queue.toml"]).contains("verload"));
    assert_eq!(results(&folder), [""; 0]);
}

/// For `check` it is a normal warning, part of its answer.
#[test]
fn check_warns_of_it() {
    let folder = full("overload-check");
    let output = wssim(folder.path(), &["check", "full.toml"]);
    assert_eq!(status(&output), 0, "{}", stderr(&output));
    let text = stdout(&output).replace("\n  ", " ");
    assert!(text.contains(&format!("warning[overload]: {SENTENCE}")), "{text}");
    assert_eq!(stderr(&output), "");
}
