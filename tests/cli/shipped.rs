//! The scenarios inside the program: the binary suffices in any folder.

use super::{Folder, QUEUE, status, stderr, stdout, wssim};
use std::fs;
use std::path::Path;

const REPOSITORY: &str = env!("CARGO_MANIFEST_DIR");
const NOTE: &str = "note: scenario `after` is the one that ships with wssim\n";

/// Bare names of the scenarios of the repository.
fn names() -> Vec<String> {
    let entries = fs::read_dir(Path::new(REPOSITORY).join("scenarios")).unwrap();
    let names = entries.map(|entry| entry.unwrap().file_name().into_string().unwrap());
    names.filter_map(|name| name.strip_suffix(".toml").map(str::to_owned)).collect()
}

#[test]
fn every_scenario_of_the_repository_loads_in_an_empty_folder() {
    let folder = Folder::new("shipped-all");
    let names = names();
    assert!(names.len() > 20, "{names:?}");
    for name in names {
        let checked = wssim(folder.path(), &["check", &name, "--format", "json"]);
        assert_eq!(status(&checked), 0, "{name}: {}", stdout(&checked));
        assert!(stderr(&checked).starts_with(&format!("note: scenario `{name}` is")), "{name}");
    }
    assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 0, "and nothing is left there");
}

/// `after` has changes from another scenario, and stack files.
#[test]
fn results_are_those_of_the_repository() {
    let (here, there) = (Folder::new("shipped-here"), Folder::new("shipped-there"));
    let out = there.path().join("out");
    let call = ["run", "after", "--replications", "2", "--no-fail", "--out"];
    let run = wssim(here.path(), &[&call[..], &["out"]].concat());
    assert_eq!((status(&run), stderr(&run).contains(NOTE)), (0, true), "{}", stderr(&run));
    let repository = wssim(Path::new(REPOSITORY), &[&call[..], &[out.to_str().unwrap()]].concat());
    let told = (status(&repository), stderr(&repository).contains(NOTE));
    assert_eq!(told, (0, false), "{}", stderr(&repository));
    for name in ["results.json", "metrics.csv"] {
        let [own, other] = [&here, &there].map(|one| fs::read(one.path().join("out").join(name)));
        assert_eq!(own.unwrap(), other.unwrap(), "{name}");
    }
}

#[test]
fn a_part_is_joined_in_an_empty_folder() {
    let folder = Folder::new("shipped-shard");
    let few = ["run", "recommended", "--replications", "2", "--ranges", "off"];
    let shard = wssim(folder.path(), &[&few[..], &["--shard", "1/1", "--out", "p"]].concat());
    assert_eq!(status(&shard), 0, "{}", stderr(&shard));
    let merged = wssim(folder.path(), &["merge", "p", "--out", "merged"]);
    assert_eq!(status(&merged), 0, "{}", stderr(&merged));
    let whole = wssim(folder.path(), &[&few[..], &["--out", "whole"]].concat());
    assert_eq!(status(&whole), 0, "{}", stderr(&whole));
    let [merged, whole] = ["merged", "whole"]
        .map(|out| fs::read(folder.path().join(out).join("results.json")).unwrap());
    assert!(merged == whole);
}

#[test]
fn a_file_of_the_users_comes_first_and_a_path_is_always_one() {
    let folder = Folder::new("shipped-own");
    for path in ["after.toml", "./after", "scenarios/after.toml", "scenarios/after"] {
        let missing = wssim(folder.path(), &["check", path]);
        assert_eq!(status(&missing), 4, "{path}: {}", stdout(&missing));
    }
    fs::create_dir(folder.path().join("scenarios")).unwrap();
    folder.write("scenarios/after.toml", QUEUE);
    let own = wssim(folder.path(), &["check", "after"]);
    assert_eq!((status(&own), stderr(&own).as_str()), (0, ""));
    assert!(stdout(&own).contains("One queue"), "{}", stdout(&own));
    // Files named by an embedded file are embedded, too, even if a file here has the same name.
    folder.write("scenarios/estate.toml", "not TOML");
    let shipped = wssim(folder.path(), &["check", "recommended"]);
    assert_eq!(status(&shipped), 0, "{}", stdout(&shipped));
    // An unreadable file is not replaced by the shipped one.
    fs::create_dir(folder.path().join("scenarios/before.toml")).unwrap();
    assert_eq!(status(&wssim(folder.path(), &["check", "before"])), 4);
}

/// A `--set` is written by the user: files named in it are on the disk.
#[test]
fn flags_name_files_of_the_user() {
    let folder = Folder::new("shipped-set");
    let set = ["check", "thrashing", "--set", "faults.file=outages.csv"];
    assert_eq!(status(&wssim(folder.path(), &set)), 4);
    folder.write("outages.csv", "time,target,kind,duration\n1min,nowhere,crash,1min\n");
    let read = wssim(folder.path(), &set);
    assert_eq!(status(&read), 2, "{}", stdout(&read));
    assert!(stdout(&read).contains("outages.csv:2"), "{}", stdout(&read));
}

#[test]
fn quotes_say_that_the_file_is_embedded() {
    let folder = Folder::new("shipped-quotes");
    let config = wssim(folder.path(), &["run", "after", "--print-config"]);
    assert!(stdout(&config).contains("# scenarios/after.toml (embedded):"), "{}", stdout(&config));
    let quiet = wssim(folder.path(), &["check", "after", "--quiet"]);
    assert_eq!((status(&quiet), stderr(&quiet).as_str()), (0, ""));
}

#[test]
fn a_name_that_there_is_nowhere_has_near_ones() {
    let folder = Folder::new("shipped-near");
    fs::create_dir(folder.path().join("scenarios")).unwrap();
    folder.write("scenarios/after-vap.toml", QUEUE);
    let unknown = wssim(folder.path(), &["run", "after-vop"]);
    assert_eq!(status(&unknown), 4, "{}", stderr(&unknown));
    let told = stderr(&unknown).replace('\n', " ");
    for name in ["`after-vap`", "`after-vip`", "`scenarios/after-vop.toml`"] {
        assert!(told.contains(name), "{name} in {told}");
    }
    let escaped = wssim(folder.path(), &["run", "a\u{1b}[31mb"]);
    assert_eq!(status(&escaped), 4);
    assert!(!stderr(&escaped).contains('\u{1b}'), "{}", stderr(&escaped));
}

#[test]
fn the_plan_is_written_out_once_and_is_then_what_is_run() {
    let folder = Folder::new("shipped-plan");
    let made = wssim(folder.path(), &["init", "--plan"]);
    assert_eq!(status(&made), 0, "{}", stderr(&made));
    assert!(stdout(&made).contains("wssim run after "), "{}", stdout(&made));
    let repository = Path::new(REPOSITORY).join("scenarios");
    for name in names().iter().map(|name| format!("{name}.toml")) {
        let [own, other] = [&folder.path().join("scenarios"), &repository];
        let [own, other] = [own, other].map(|at| fs::read_to_string(at.join(&name)).unwrap());
        assert_eq!(own, other, "{name}");
    }
    let checked = wssim(folder.path(), &["check", "after"]);
    assert_eq!((status(&checked), stderr(&checked).as_str()), (0, ""));
    for clutter in ["PLAN.md", "clusters", "bench"] {
        assert!(!folder.path().join("scenarios").join(clutter).exists(), "{clutter}");
    }
    // One of them exists: the others are not written either.
    folder.write("scenarios/after.toml", "# mine now\n");
    fs::remove_file(folder.path().join("scenarios/before.toml")).unwrap();
    let refused = wssim(folder.path(), &["init", "--plan"]);
    assert_eq!(status(&refused), 2, "{}", stderr(&refused));
    assert!(stderr(&refused).contains("is there already"), "{}", stderr(&refused));
    assert!(!folder.path().join("scenarios/before.toml").exists());
    let text = fs::read_to_string(folder.path().join("scenarios/after.toml")).unwrap();
    assert_eq!(text, "# mine now\n");
}

#[test]
fn the_plan_goes_to_any_folder() {
    let folder = Folder::new("shipped-plan-dir");
    let made = wssim(folder.path(), &["init", "--plan", "my plan"]);
    assert_eq!(status(&made), 0, "{}", stderr(&made));
    assert!(stdout(&made).contains("wssim run 'my plan/after.toml'"), "{}", stdout(&made));
    assert_eq!(status(&wssim(folder.path(), &["check", "my plan/after.toml"])), 0);
    let both = wssim(folder.path(), &["init", "--plan", "--from-stack", "a.yml"]);
    assert_eq!(status(&both), 2);
}
