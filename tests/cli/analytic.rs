//! `wssim run --analytic`: only formulas; no verdicts, no files.

use super::{Folder, claiming, status, stderr, stdout, wssim};
use serde_json::Value;

#[test]
fn it_says_first_what_a_planner_should_know() {
    let folder = Folder::new();
    // The claim is wrong, but it is not judged.
    folder.write("claim.toml", &claiming("30ms", "40ms"));
    let output = wssim(folder.path(), &["run", "claim.toml", "--analytic"]);
    assert_eq!(status(&output), 0, "{}{}", stdout(&output), stderr(&output));
    let text = stdout(&output);
    let first: Vec<&str> = text.lines().take(3).collect();
    assert!(first[1].starts_with("first to saturate: workers of "), "{text}");
    assert!(first[1].contains("at 2 × this traffic"), "{text}");
    assert!(first[2].contains("nothing simulated") && first[2].contains("20 ms"), "{text}");
    assert!(!text.contains("refuted"), "{text}");
    assert!(!folder.path().join("out").exists());
    let brief = wssim(folder.path(), &["run", "claim.toml", "--analytic", "--quiet"]);
    assert_eq!(stdout(&brief).lines().count(), 3);
}

#[test]
fn programs_get_all_of_it() {
    let folder = Folder::new();
    folder.write("claim.toml", &claiming("30ms", "40ms"));
    let output = wssim(folder.path(), &["run", "claim.toml", "--analytic", "--format", "json"]);
    let told: Value = serde_json::from_str(&stdout(&output)).unwrap();
    assert_eq!(told["is_stable"], true);
    let mean = told["entries"][0]["response_time_seconds"].as_f64().unwrap();
    assert!((mean - 0.02).abs() < 1e-9, "M/M/1 at half load answers after 20 ms, not {mean} s");
    assert_eq!(told["demands"][0]["resource"], "workers");
    assert_eq!(told["demands"][0]["factor"], 2.0);
    let markdown =
        wssim(folder.path(), &["run", "claim.toml", "--analytic", "--format", "markdown"]);
    assert!(stdout(&markdown).starts_with("## claim"), "{}", stdout(&markdown));
}

#[test]
fn what_only_a_simulation_needs_does_not_go_with_it() {
    let folder = Folder::new();
    folder.write("claim.toml", &claiming("30ms", "40ms"));
    let output = wssim(folder.path(), &["run", "claim.toml", "--analytic", "--replications", "5"]);
    assert_eq!(status(&output), 2);
    assert!(stderr(&output).contains("--replications"), "{}", stderr(&output));
}
