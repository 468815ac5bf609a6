//! Baselines: regressions fail, other results pass, chance alone hardly ever fails, and incomparable
//! results are refused.

use super::{Folder, QUEUE, status, stderr, stdout, wssim};
use serde_json::Value;
use std::fs;

/// Short runs of a queue with one server: M/M/1 at half load answers after 20 ms.
const FLAGS: [&str; 4] = ["--replications", "8", "--ranges", "off"];

fn run(folder: &Folder, more: &[&str]) -> std::process::Output {
    let short = ["--set", "scenario.duration=20s"];
    let arguments = [&["run", "queue.toml"][..], &FLAGS, &short, more].concat();
    wssim(folder.path(), &arguments)
}

/// A folder with a scenario, and its baseline.
fn with_baseline(name: &str) -> Folder {
    let folder = Folder::new(name);
    folder.write("queue.toml", QUEUE);
    let made = run(&folder, &["--write-baseline", "kept/base.json"]);
    assert_eq!(status(&made), 0, "{}", stderr(&made));
    folder
}

const GUARD: [&str; 3] = ["--baseline", "kept/base.json", "--fail-on-regression"];

fn guarded(folder: &Folder, more: &[&str]) -> std::process::Output {
    run(folder, &[&GUARD[..], more].concat())
}

#[test]
fn the_same_scenario_passes_and_changes_by_nothing() {
    let folder = with_baseline("baseline-same");
    let output = guarded(&folder, &["--format", "json"]);
    assert_eq!(status(&output), 0, "{}{}", stdout(&output), stderr(&output));
    let results: Value = serde_json::from_str(&stdout(&output)).unwrap();
    let rows = results["baseline"]["rows"].as_array().unwrap();
    assert!(rows.len() > 5 && rows.iter().all(|row| row["standing"] == "within"), "{rows:?}");
    assert!(rows.iter().all(|row| row["change"]["mean"] == 0.0), "{rows:?}");
    assert_eq!(results["baseline"]["pairing"], "paired");
}

/// Service times 40 % longer: M/M/1 at a load of 0.7 answers after 14/0.3 = 46.7 ms, which is 26.7 ms more.
#[test]
fn a_slower_service_fails_with_its_name_and_the_numbers() {
    let folder = with_baseline("baseline-slower");
    let slower = "service.shop.endpoint.buy.steps=[{ cpu = \"exp(14ms)\" }]";
    let output = guarded(&folder, &["--set", slower]);
    assert_eq!(status(&output), 1, "{}{}", stdout(&output), stderr(&output));
    let text = stdout(&output);
    assert!(text.contains("Regressed") && text.contains("shop +"), "{text}");
    let results: Value = serde_json::from_str(
        &fs::read_to_string(folder.path().join("out/queue/results.json")).unwrap(),
    )
    .unwrap();
    let rows = results["baseline"]["rows"].as_array().unwrap();
    let is_mean =
        |row: &&Value| row["name"] == "response_time_seconds" && row["labels"]["stat"] == "mean";
    let change = &rows.iter().find(is_mean).unwrap()["change"];
    let (low, high) = (change["ci_low"].as_f64().unwrap(), change["ci_high"].as_f64().unwrap());
    assert!(low <= 0.0267 && 0.0267 <= high, "{change}");
    let junit = fs::read_to_string(folder.path().join("out/queue/junit.xml")).unwrap();
    assert!(junit.contains("type=\"regression\""), "{junit}");
    // Without the flag it is reported, but does not fail.
    let told = run(&folder, &["--baseline", "kept/base.json", "--set", slower]);
    assert_eq!(status(&told), 0, "{}", stdout(&told));
    // `diff` reports the same for the two files.
    let diff = ["diff", "kept/base.json", "out/queue/results.json", "--format", "json"];
    let diff = wssim(folder.path(), &diff);
    assert_eq!(status(&diff), 1);
    let diff: Value = serde_json::from_str(&stdout(&diff)).unwrap();
    assert_eq!(diff["baseline"], results["baseline"]);
}

/// A comparison fails by chance in at most one of a hundred: of 60 with other seeds, each with its own
/// baseline, 3 or fewer, with a probability of 0.997.
#[test]
fn chance_alone_hardly_ever_fails() {
    let folder = with_baseline("baseline-chance");
    let failed = (1000..1060).filter(|seed: &u32| {
        let [one, other] = [seed * 2, seed * 2 + 1].map(|seed| seed.to_string());
        let made = run(&folder, &["--seed", &one, "--write-baseline", "kept/base.json", "--quiet"]);
        assert_eq!(status(&made), 0, "{}", stderr(&made));
        let output = guarded(&folder, &["--seed", &other, "--quiet"]);
        assert!([0, 1].contains(&status(&output)), "{}", stderr(&output));
        status(&output) == 1
    });
    let failed: Vec<u32> = failed.collect();
    assert!(failed.len() <= 3, "{failed:?}");
}

/// A run with more replications than its baseline is compared over the common ones, and nothing
/// unchanged is missing.
#[test]
fn unequal_numbers_of_replications_are_compared_pair_by_pair() {
    let folder = with_baseline("baseline-unequal");
    for replications in ["5", "31"] {
        let call = ["run", "queue.toml", "--ranges", "off", "--set", "scenario.duration=20s"];
        let more = ["--replications", replications, "--format", "json"];
        let output = wssim(folder.path(), &[&call[..], &GUARD, &more].concat());
        assert_eq!(status(&output), 0, "{}{}", stdout(&output), stderr(&output));
        let results: Value = serde_json::from_str(&stdout(&output)).unwrap();
        let rows = results["baseline"]["rows"].as_array().unwrap();
        assert!(rows.iter().all(|row| row["before"] == row["now"]), "{rows:?}");
    }
}

/// By default a baseline has enough replications to detect small changes, and so has the run compared
/// with it.
#[test]
fn a_baseline_has_replications_enough() {
    let folder = Folder::new("baseline-enough");
    folder.write("queue.toml", &super::claiming("15ms", "25ms"));
    let call = |more: &[&str]| {
        let short = ["run", "queue.toml", "--set", "scenario.duration=20s", "--format", "json"];
        let output = wssim(folder.path(), &[&short[..], more].concat());
        let results: Value = serde_json::from_str(&stdout(&output)).unwrap();
        results["replications"].as_u64().unwrap()
    };
    assert!(call(&[]) < 20, "the claim is decided at once");
    assert_eq!(call(&["--write-baseline", "base.json"]), 20);
    assert_eq!(call(&["--baseline", "base.json"]), 20);
}

/// A removed claim is reported, and fails unless that is allowed.
#[test]
fn what_is_allowed_to_be_missing_does_not_fail() {
    let folder = Folder::new("baseline-allowed");
    folder.write("queue.toml", &super::claiming("15ms", "25ms"));
    let made = run(&folder, &["--write-baseline", "kept/base.json"]);
    assert_eq!(status(&made), 0, "{}", stderr(&made));
    folder.write("queue.toml", QUEUE);
    assert_eq!(status(&guarded(&folder, &[])), 1);
    let allowed = guarded(&folder, &["--allow-missing"]);
    assert_eq!(status(&allowed), 0);
    assert!(stdout(&allowed).contains("1 missing"), "{}", stdout(&allowed));
}

#[test]
fn what_is_missing_fails() {
    let folder = with_baseline("baseline-missing");
    let path = folder.path().join("kept/base.json");
    let text = fs::read_to_string(&path).unwrap();
    fs::write(&path, text.replace("\"service\":\"shop\"", "\"service\":\"gone\"")).unwrap();
    let output = guarded(&folder, &[]);
    assert_eq!(status(&output), 1, "{}", stdout(&output));
    assert!(stdout(&output).contains("Missing"), "{}", stdout(&output));
}

#[test]
fn limits_are_the_users() {
    let folder = with_baseline("baseline-limits");
    let slower = ["--set", "service.shop.endpoint.buy.steps=[{ cpu = \"exp(10.5ms)\" }]"];
    assert_eq!(status(&guarded(&folder, &slower)), 1);
    let names = [
        "response_time_seconds=none",
        "node_cpu_utilization_ratio=20%",
        "service_utilization_ratio=50%",
        "waiting_time_seconds=50%,5ms",
    ];
    let limits: Vec<&str> = names.iter().flat_map(|name| ["--limit", name]).collect();
    let output = guarded(&folder, &[&slower[..], &limits].concat());
    assert_eq!(status(&output), 0, "{}", stdout(&output));
}

#[test]
fn what_cannot_be_compared_is_refused_before_time_is_spent() {
    let folder = with_baseline("baseline-refused");
    let text = fs::read_to_string(folder.path().join("kept/base.json")).unwrap();
    for (from, to, said) in [
        ("\"name\":\"queue\",\"title\"", "\"name\":\"other\",\"title\"", "of scenario `other`"),
        ("\"command\": \"run\"", "\"command\": \"failures\"", "of `failures`"),
        ("\"measured_seconds\":20.0", "\"measured_seconds\":30.0", "measures 30 s"),
        ("\"stopped_by\": \"replications\"", "\"stopped_by\": \"budget\"", "partial"),
        ("\"replications\": 8", "\"replications\": 4", "4 of the 5 replications"),
        ("\"schema_version\": 1", "\"schema_version\": 9", "the shape 9"),
        ("{", "[", "no results.json"),
    ] {
        assert!(text.contains(from), "{from}");
        folder.write("wrong.json", &text.replacen(from, to, 1));
        let output = run(&folder, &["--baseline", "wrong.json"]);
        assert_eq!(status(&output), 2, "{said}: {}", stderr(&output));
        assert!(stderr(&output).replace('\n', " ").contains(said), "{said}: {}", stderr(&output));
        assert!(stdout(&output).is_empty());
    }
    assert_eq!(status(&run(&folder, &["--baseline", "nothing.json"])), 4);
    let limited = run(&folder, &["--limit", "response_time_seconds=1%"]);
    assert_eq!(status(&limited), 2, "a limit without a baseline");
    let limit = ["--limit", "oom_kills_total{node=\"moon\"}=1%"];
    assert_eq!(status(&guarded(&folder, &limit)), 2, "{limit:?}");
    assert_eq!(status(&run(&folder, &["--baseline", "/dev/zero"])), 4);
}

/// A baseline is written on request, whole, and never replaced by the run compared with it.
#[test]
fn a_baseline_stays_as_it_is() {
    let folder = with_baseline("baseline-stays");
    let path = folder.path().join("out/queue/results.json");
    let before = fs::read_to_string(&path).unwrap();
    let usual = ["--baseline", "out/queue/results.json", "--set", "traffic.web.arrivals.rate=70/s"];
    let output = run(&folder, &usual);
    assert_eq!(fs::read_to_string(&path).unwrap(), before);
    assert!(stderr(&output).contains("results-new.json"), "{}", stderr(&output));
    assert!(path.with_file_name("results-new.json").exists());
    let few = wssim(
        folder.path(),
        &["run", "queue.toml", "--replications", "2", "--write-baseline", "few.json"],
    );
    assert_eq!(status(&few), 2, "{}", stderr(&few));
    let own = run(&folder, &["--out", "o", "--write-baseline", "o/report.html"]);
    assert_eq!(status(&own), 2, "{}", stderr(&own));
    assert!(!folder.path().join("few.json").exists());
    folder.write("mine.json", "{}");
    let foreign = run(&folder, &["--write-baseline", "mine.json"]);
    assert_eq!(
        (status(&foreign), fs::read_to_string(folder.path().join("mine.json")).unwrap()),
        (4, "{}".to_owned())
    );
}

/// `failures` stores no values of replications: its results are compared by their intervals. Two nodes
/// of which either may crash are survived; one is not.
#[test]
fn results_of_failures_are_compared_by_their_intervals() {
    let folder = Folder::new("baseline-failures");
    let two = QUEUE.replace(
        "[service.shop]",
        "[node.other]\ncores = 8\n\n[service.shop]\nreplicas = 2\nmax_replicas_per_node = 1",
    );
    for (name, text) in [("two", two.as_str()), ("one", QUEUE)] {
        folder.write("queue.toml", text);
        let call = ["failures", "queue.toml", "--replications", "5", "--years", "0", "--no-fail"];
        let output = wssim(folder.path(), &[&call[..], &["--out", name]].concat());
        assert_eq!(status(&output), 0, "{}", stderr(&output));
    }
    let diff = |baseline: &str, now: &str| {
        let files = [baseline, now].map(|name| format!("{name}/results.json"));
        let output = wssim(folder.path(), &["diff", &files[0], &files[1], "--format", "json"]);
        let answer: Value = serde_json::from_str(&stdout(&output)).unwrap();
        assert_eq!(answer["baseline"]["pairing"], "independent");
        (status(&output), answer["baseline"]["regressions"].as_u64().unwrap())
    };
    assert_eq!(diff("two", "two"), (0, 0));
    let (status, regressions) = diff("two", "one");
    assert!(status == 1 && regressions > 0, "{regressions}");
}
