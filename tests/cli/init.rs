//! `wssim init`: its scenario runs, has no warnings, and overwrites nothing.

use super::{Folder, status, stderr, stdout, wssim};
use std::path::{Path, PathBuf};

fn files(folder: &Path) -> Vec<String> {
    let entries = std::fs::read_dir(folder).unwrap();
    let mut names: Vec<String> =
        entries.map(|entry| entry.unwrap().file_name().into_string().unwrap()).collect();
    names.sort();
    names
}

#[test]
fn the_first_scenario_runs_and_nothing_is_remarked() {
    let folder = Folder::new("init");
    let made = wssim(folder.path(), &["init", "my shop"]);
    assert_eq!(status(&made), 0, "{}", stderr(&made));
    assert!(stdout(&made).contains("wssim run 'my shop/scenario.toml'"), "{}", stdout(&made));
    assert_eq!(files(&folder.path().join("my shop")), ["scenario.toml"], "and nothing else");
    let check = ["check", "my shop/scenario.toml", "--format", "json"];
    let checked = wssim(folder.path(), &check);
    assert_eq!(status(&checked), 0, "{}", stdout(&checked));
    let report: serde_json::Value = serde_json::from_slice(&checked.stdout).unwrap();
    assert_eq!(report["diagnostics"], serde_json::json!([]));
    assert_eq!(report["not_simulated"], serde_json::json!([]));
    let run = wssim(folder.path(), &["run", "my shop/scenario.toml", "--replications", "5"]);
    assert_eq!(status(&run), 0, "{}{}", stdout(&run), stderr(&run));
    assert!(stdout(&run).contains("2 hold"), "{}", stdout(&run));
}

#[test]
fn without_a_directory_it_is_here_and_only_once() {
    let folder = Folder::new("init-twice");
    let made = wssim(folder.path(), &["init"]);
    assert_eq!(status(&made), 0, "{}", stderr(&made));
    assert!(stdout(&made).contains("wssim run scenario.toml"), "{}", stdout(&made));
    folder.write("scenario.toml", "# mine now\n");
    for again in [&["init"][..], &["init", "."], &["init", "--from-stack", "nowhere.yml"]] {
        let refused = wssim(folder.path(), again);
        assert_eq!(status(&refused), 2, "{}", stderr(&refused));
        assert!(stderr(&refused).contains("is there already"), "{}", stderr(&refused));
    }
    let text = std::fs::read_to_string(folder.path().join("scenario.toml")).unwrap();
    assert_eq!(text, "# mine now\n");
    assert_eq!(files(folder.path()), ["scenario.toml"]);
    let quiet = wssim(folder.path(), &["init", "b/c", "--quiet"]);
    assert_eq!((status(&quiet), stdout(&quiet).as_str()), (0, ""));
}

#[test]
fn what_cannot_be_written_is_a_status_of_its_own() {
    let folder = Folder::new("init-file");
    folder.write("file", "");
    assert_eq!(status(&wssim(folder.path(), &["init", "file/below"])), 4);
    assert_eq!(status(&wssim(folder.path(), &["init", "--from-stack", "nowhere.yml"])), 4);
    assert_eq!(files(folder.path()), ["file"]);
}

/// The importer's sample, with its `.env`.
fn sample(folder: &Folder) {
    let samples = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("sim/scenario/tests/stacks");
    std::fs::create_dir(folder.path().join("stacks")).unwrap();
    for name in ["shop.yml", ".env"] {
        std::fs::copy(samples.join(name), folder.path().join("stacks").join(name)).unwrap();
    }
}

#[test]
fn from_stack_files_it_lies_beside_them() {
    let folder = Folder::new("init-stack");
    sample(&folder);
    let made = wssim(folder.path(), &["init", "--from-stack", "stacks/shop.yml"]);
    assert_eq!(status(&made), 0, "{}", stderr(&made));
    let text = std::fs::read_to_string(folder.path().join("stacks/scenario.toml")).unwrap();
    assert!(text.contains("stacks = [\"shop.yml\"]"), "{text}");
    let elsewhere = wssim(folder.path(), &["init", "plans/new", "--from-stack", "stacks/shop.yml"]);
    assert_eq!(status(&elsewhere), 0, "{}", stderr(&elsewhere));
    let text = std::fs::read_to_string(folder.path().join("plans/new/scenario.toml")).unwrap();
    assert!(text.contains("stacks = [\"../../stacks/shop.yml\"]"), "{text}");
    for scenario in ["stacks/scenario.toml", "plans/new/scenario.toml"] {
        let run = wssim(folder.path(), &["run", scenario, "--replications", "5"]);
        assert_eq!(status(&run), 0, "{scenario}: {}", stderr(&run));
    }
}
