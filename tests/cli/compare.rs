//! `wssim compare`: the same queue at two speeds, whose difference theory gives; stack files; mistakes.

use super::{Folder, QUEUE, status, stderr, stdout, wssim};
use serde_json::Value;
use std::path::Path;

/// Service times half as long: the mean response time is 1/(200 − 50) s instead of 1/(100 − 50) s.
const CHANGE: f64 = 1.0 / 150.0 - 1.0 / 50.0;

fn faster() -> String {
    let text = QUEUE.replace("exp(10ms)", "exp(5ms)");
    assert_ne!(text, QUEUE);
    text.replace("One queue", "A faster server")
}

fn results(folder: &Path, place: &str) -> Value {
    let text =
        std::fs::read_to_string(folder.join("out").join(place).join("results.json")).unwrap();
    serde_json::from_str(&text).unwrap()
}

/// The row of the mean response time of `web`.
fn mean_response(results: &Value) -> &Value {
    let is_meant = |row: &&Value| {
        row["name"] == "response_time_seconds"
            && row["labels"]["entry"] == "web"
            && row["labels"]["stat"] == "mean"
    };
    results["comparison"].as_array().unwrap().iter().find(is_meant).unwrap()
}

#[test]
fn a_change_covers_what_theory_says_and_pairing_narrows_it() {
    let folder = Folder::new("compare-theory");
    folder.write("slow.toml", QUEUE);
    folder.write("fast.toml", &faster());
    let arguments = ["compare", "slow.toml", "fast.toml", "--replications", "40"];
    let output = wssim(folder.path(), &arguments);
    assert_eq!(status(&output), 0, "{}", stderr(&output));
    let text = stdout(&output);
    assert!(text.contains("fast against slow: web responds 13 ms faster"), "{text}");
    let results = results(folder.path(), "slow-vs-fast");
    assert_eq!(results["command"], "compare");
    let beside = &mean_response(&results)["others"][0];
    let [low, high] = ["ci_low", "ci_high"].map(|end| beside["change"][end].as_f64().unwrap());
    assert!(
        low < CHANGE && CHANGE < high,
        "{low} to {high}: a chance of 1 in 20, at this seed not"
    );
    let reduction = beside["variance_reduction"].as_f64().unwrap();
    assert!(reduction > 0.2, "{reduction}: the same requests meet both");
    let carried = &beside["carried_by"][0];
    // The wait falls from 10 ms to 1.67 ms, the service by 5 ms.
    assert_eq!(carried["component"], "worker shop");
    let csv = std::fs::read_to_string(folder.path().join("out/slow-vs-fast/compare.csv")).unwrap();
    let rows = results["comparison"].as_array().unwrap().len();
    assert_eq!(csv.lines().count(), rows + 1);
}

#[test]
fn a_scenario_differs_from_itself_in_exactly_nothing() {
    let folder = Folder::new("compare-itself");
    folder.write("one.toml", QUEUE);
    folder.write("copy.toml", QUEUE);
    let output = wssim(
        folder.path(),
        &["compare", "one.toml", "copy.toml", "one.toml", "--replications", "5"],
    );
    assert_eq!(status(&output), 0, "{}", stderr(&output));
    let results = results(folder.path(), "one-vs-copy-vs-one");
    let mut seen = 0;
    for row in results["comparison"].as_array().unwrap() {
        for other in row["others"].as_array().unwrap() {
            for end in ["mean", "ci_low", "ci_high"] {
                if let Some(change) = other["change"].get(end) {
                    assert_eq!(change.as_f64(), Some(0.0), "{row}");
                    seen += 1;
                }
            }
        }
    }
    assert!(seen > 20, "{seen}");
    assert!(stdout(&output).contains("copy and one are the same in every number"));
}

/// Claims of the two files: an observation, a limit, two changes, one of them from another file.
#[test]
fn claims_about_both_and_about_the_change_are_judged() {
    let folder = Folder::new("compare-claims");
    let claim = |id: &str, more: &str| {
        format!(
            "\n[[claim]]\nid = \"{id}\"\nsource = \"test\"\n\
             metric = 'response_time_seconds{{entry=\"web\", stat=\"mean\"}}'\n{more}\n"
        )
    };
    let seen = claim("seen", "expect = { min = \"15ms\", max = \"25ms\" }\nobserved = true");
    folder.write("slow.toml", &(QUEUE.to_owned() + &seen));
    folder.write("other.toml", &QUEUE.replace("exp(10ms)", "exp(9ms)"));
    let text = faster()
        + &claim("limit", "expect = { max = \"5ms\" }")
        + &claim("gain", "expect = { max = \"-10ms\" }\nrelative_to = \"slow.toml\"")
        + &claim("half", "expect = \"-67%\"\nrelative_to = \"slow.toml\"\nstudy = \"compare\"")
        + &claim("aside", "expect = { max = \"-1ms\" }\nrelative_to = \"other.toml\"");
    folder.write("fast.toml", &text);
    let output = wssim(folder.path(), &["compare", "slow.toml", "fast.toml"]);
    assert_eq!(status(&output), 1, "{}", stdout(&output));
    let results = results(folder.path(), "slow-vs-fast");
    let verdicts: Vec<(&str, &str)> = (results["claims"].as_array().unwrap().iter())
        .map(|claim| (claim["id"].as_str().unwrap(), claim["verdict"].as_str().unwrap()))
        .collect();
    let expected =
        [("seen", "reproduced"), ("limit", "refuted"), ("gain", "holds"), ("half", "holds")];
    assert_eq!(verdicts, expected);
    let said = mean_response(&results)["said"].as_array().unwrap();
    let of: Vec<&str> = said.iter().map(|said| said["of"].as_str().unwrap()).collect();
    assert_eq!(of, ["before", "after", "change", "change"]);
    // `run` leaves claims that name `compare` to it.
    let run = wssim(folder.path(), &["run", "fast.toml", "--no-fail", "--all"]);
    assert!(stdout(&run).contains("judged by compare"), "{}", stdout(&run));
}

const STACK: &str = "\
services:
  shop:
    image: shop:1
    ports: ['80:80']
    deploy: { replicas: 1 }
";

#[test]
fn stack_files_alone_compare() {
    let folder = Folder::new("compare-stacks");
    folder.write("old.yml", STACK);
    folder.write("new.yml", &STACK.replace("replicas: 1", "replicas: 3"));
    folder.write("nodes.toml", "[node.only]\ncores = 2\nmemory = \"4 GB\"\n");
    let arguments =
        ["compare", "old.yml", "new.yml", "--nodes", "nodes.toml", "--replications", "5"];
    let output = wssim(folder.path(), &arguments);
    assert_eq!(status(&output), 0, "{}", stderr(&output));
    let results = results(folder.path(), "old-vs-new");
    let ram = (results["comparison"].as_array().unwrap().iter())
        .find(|row| row["name"] == "node_memory_used_bytes" && row["labels"]["node"] == "only")
        .unwrap();
    let change = ram["others"][0]["change"]["mean"].as_f64().unwrap();
    // Two containers more: 200 MB each is assumed, and the engine's overhead for a container.
    assert!((399e6..450e6).contains(&change), "{change}");
    let here: Vec<_> = std::fs::read_dir(folder.path()).unwrap().collect();
    assert_eq!(here.len(), 4, "nothing but the results is written: {here:?}");
}

#[test]
fn one_replication_shows_nothing() {
    let folder = Folder::new("compare-one");
    folder.write("slow.toml", QUEUE);
    folder.write("fast.toml", &faster());
    let arguments = ["compare", "slow.toml", "fast.toml", "--replications", "1"];
    let text = stdout(&wssim(folder.path(), &arguments));
    assert!(text.contains("fast against slow: nothing is known yet."), "{text}");
}

#[test]
fn scenarios_of_one_name_are_told_apart() {
    let folder = Folder::new("compare-names");
    for version in ["old", "new"] {
        std::fs::create_dir(folder.path().join(version)).unwrap();
        folder.write(&format!("{version}/stack.yml"), STACK);
    }
    let arguments = ["compare", "old/stack.yml", "new/stack.yml", "--replications", "5"];
    let output = wssim(folder.path(), &arguments);
    assert_eq!(status(&output), 0, "{}", stderr(&output));
    let results = results(folder.path(), "old-stack-vs-new-stack");
    let names: Vec<&Value> =
        results["scenarios"].as_array().unwrap().iter().map(|one| &one["name"]).collect();
    assert_eq!(names, ["old-stack", "new-stack"]);
}

#[test]
fn mistakes_are_told() {
    let folder = Folder::new("compare-mistakes");
    folder.write("one.toml", QUEUE);
    folder.write("nodes.toml", "[node.only]\ncores = 2\n");
    for (arguments, wanted, message) in [
        (&["compare", "one.toml"][..], 2, "SCENARIO"),
        (&["compare", "one.toml", "two.toml"], 4, "two.toml"),
        (&["compare", "one.toml", "one.toml", "--nodes", "nodes.toml"], 2, "its own nodes"),
        (&["compare", "one.yml", "one.toml"], 4, "one.yml"),
    ] {
        let output = wssim(folder.path(), arguments);
        assert_eq!(status(&output), wanted, "{arguments:?}");
        assert!(stderr(&output).contains(message), "{}", stderr(&output));
    }
}

/// Replications continue until the observations in the baseline are decided, too, whatever the other
/// claims.
#[test]
fn what_was_observed_in_the_baseline_is_decided_too() {
    let folder = Folder::new("compare-observed");
    // A mean of 20 ms: ±3 % of it takes more looks than a difference of 67 %.
    let observed = r#"
[[claim]]
id = "seen"
text = "Customers waited 19.4 ms to 20.7 ms"
source = "the log"
metric = 'response_time_seconds{entry="web", stat="mean"}'
expect = { min = "19.4ms", max = "20.7ms" }
observed = true
"#;
    folder.write("slow.toml", &format!("{QUEUE}{observed}"));
    folder.write("fast.toml", &faster());
    let precise = ["--precision", "0.02", "--format", "json"];
    let call = [&["compare", "slow.toml", "fast.toml"][..], &precise].concat();
    let output = wssim(folder.path(), &call);
    let results: Value = serde_json::from_slice(&output.stdout).unwrap();
    let claim = &results["claims"][0];
    assert_eq!(claim["verdict"], "reproduced", "{claim}");
}

#[test]
fn what_carries_the_changes_of_several_names_each() {
    let folder = Folder::new("compare-carried");
    folder.write("slow.toml", QUEUE);
    folder.write("fast.toml", &faster());
    folder.write("faster.toml", &QUEUE.replace("exp(10ms)", "exp(2ms)"));
    let few = ["--replications", "5"];
    let call = [&["compare", "slow.toml", "fast.toml", "faster.toml"][..], &few].concat();
    let text = stdout(&wssim(folder.path(), &call));
    let carried = text.split("What carries the changes").nth(1).unwrap();
    assert!(!carried.contains("What carries the changes"), "{text}");
    let begins =
        |name: &str| carried.lines().any(|line| line.split_whitespace().next() == Some(name));
    assert!(begins("fast") && begins("faster"), "{text}");
    assert!(carried.contains("faster: common random numbers"), "{text}");
}
