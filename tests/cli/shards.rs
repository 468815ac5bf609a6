//! `--shard` and `wssim merge`: parts of a study give the same result as one machine, and interrupted
//! ones are continued.

use super::{Folder, QUEUE, begun, claiming, status, stderr, stdout, until, wssim};
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::Duration;

/// The queue on two nodes, one of which fails; a range, over which claims must be checked.
fn plan() -> String {
    let queue = claiming("15ms", "30ms").replace("[node.host]\ncores = 8", NODES);
    assert!(queue.contains("node.left"));
    queue.replace("arrivals = {", "critical = true\narrivals = {")
}

const NODES: &str = r#"[node.left]
cores = 4
mtbf = "90d"
mttr = "exp(4h)"

[node.right]
cores = { value = 4, range = [3, 6], source = "a guess of the plan" }"#;

fn files(folder: &Path) -> Vec<(String, Vec<u8>)> {
    let entries = std::fs::read_dir(folder).unwrap().map(Result::unwrap);
    let mut files: Vec<(String, Vec<u8>)> = entries
        .filter(|entry| entry.path().is_file())
        .map(|entry| {
            let name = entry.file_name().to_string_lossy().into_owned();
            (name, std::fs::read(entry.path()).unwrap())
        })
        .collect();
    files.sort();
    files
}

/// Runs `call` at once and in `of` shards that are joined; both must give the same files and output.
fn assert_shards_come_to_the_same(name: &str, call: &[&str], of: u32) {
    let folder = Folder::new(&format!("shards-{name}"));
    folder.write("plan.toml", &plan());
    folder.write("fast.toml", &plan().replace("exp(10ms)", "exp(5ms)"));
    let whole = wssim(folder.path(), &[call, &["--out", "whole", "--format", "json"]].concat());
    assert!([0, 1, 3].contains(&status(&whole)), "{}", stderr(&whole));
    for shard in 1..=of {
        let shard = format!("{shard}/{of}");
        let output = wssim(folder.path(), &[call, &["--out", "parts", "--shard", &shard]].concat());
        assert_eq!(status(&output), 0, "{}", stderr(&output));
        assert!(stdout(&output).contains("wssim merge parts"), "{}", stdout(&output));
    }
    let merge = ["merge", "parts", "--out", "joined", "--format", "json"];
    let joined = wssim(folder.path(), &merge);
    assert_eq!(status(&joined), status(&whole), "{}", stderr(&joined));
    assert!(joined.stdout == whole.stdout, "{name}: other results");
    let [whole, joined] = ["whole", "joined"].map(|place| files(&folder.path().join(place)));
    assert!(whole.len() >= 2 && whole == joined, "{name}: other files");
    // Each did its share and no more: as many records as jobs.
    let parts = files(&folder.path().join("parts"));
    assert_eq!(parts.len(), of as usize);
    let sizes: Vec<usize> = parts.iter().map(|(_, bytes)| bytes.len()).collect();
    let (least, most) = (sizes.iter().min().unwrap(), sizes.iter().max().unwrap());
    assert!(most < &(2 * least), "{name}: {sizes:?}");
}

#[test]
fn four_shards_of_a_run_are_one_run() {
    assert_shards_come_to_the_same("run", &["run", "plan.toml", "--replications", "10"], 4);
}

#[test]
fn four_shards_of_a_comparison_are_one_comparison() {
    let call = ["compare", "plan.toml", "fast.toml", "--replications", "8", "--with", "failures"];
    assert_shards_come_to_the_same("compare", &call, 4);
}

/// The baseline is used twice, and so is a world without faults that two plans share.
#[test]
fn shards_of_three_plans_are_one_comparison() {
    let call = ["compare", "plan.toml", "fast.toml", "plan.toml", "--replications", "4"];
    let more = ["--with", "failures", "--ranges", "off"];
    assert_shards_come_to_the_same("three", &[&call[..], &more].concat(), 2);
}

#[test]
fn four_shards_of_a_sweep_are_one_sweep_refined_points_included() {
    let grid = ["--param", "traffic.scale=0.5..1.5/3", "--param", "service.shop.workers=1,2"];
    let call =
        [&["sweep", "plan.toml"][..], &grid, &["--replications", "6", "--refine", "2"]].concat();
    assert_shards_come_to_the_same("sweep", &call, 4);
}

#[test]
fn four_shards_of_failures_are_one_study_of_failures() {
    let call = ["failures", "plan.toml", "--replications", "8", "--years", "2000"];
    assert_shards_come_to_the_same("failures", &call, 4);
}

/// Makes the parts `shards` (of two) of a run, with `more` flags.
fn make(folder: &Folder, shards: &[u32], place: &str, more: &[&str]) {
    for shard in shards {
        let shard = format!("{shard}/2");
        let call = ["run", "queue.toml", "--replications", "4", "--out", place, "--shard", &shard];
        let output = wssim(folder.path(), &[&call[..], more].concat());
        assert_eq!(status(&output), 0, "{}", stderr(&output));
    }
}

fn refused(folder: &Folder, parts: &[&str]) -> String {
    let output = wssim(folder.path(), &[&["merge"][..], parts].concat());
    assert_eq!(status(&output), 2, "{}", stdout(&output));
    assert!(stdout(&output).is_empty());
    stderr(&output).split_whitespace().collect::<Vec<_>>().join(" ")
}

#[test]
fn parts_that_do_not_belong_together_are_named() {
    let folder = Folder::new("shards-foreign");
    folder.write("queue.toml", QUEUE);
    make(&folder, &[1, 2], "here", &[]);
    make(&folder, &[2], "seed", &["--seed", "7"]);
    make(&folder, &[2], "flag", &["--set", "traffic.scale=1.5"]);
    let with = |other: &str| {
        let other = format!("{other}/part-2-of-2.wssim");
        refused(&folder, &["here", &other])
    };
    assert!(with("seed").contains("`seed/part-2-of-2.wssim` is of seed 7, not of seed 84"));
    assert!(with("flag").contains("`flag/part-2-of-2.wssim` is of another state of the scenario"));
    let alone = refused(&folder, &["here/part-2-of-2.wssim"]);
    assert!(alone.contains("shard 1 of 2 is missing"), "{alone}");
    // A part of another version, and a file that is not a part.
    let part = std::fs::read(folder.path().join("here/part-1-of-2.wssim")).unwrap();
    let line = part.iter().position(|byte| *byte == b'\n').unwrap();
    let header = String::from_utf8(part[..line].to_vec()).unwrap();
    let version = format!("\"version\":\"{}\"", env!("CARGO_PKG_VERSION"));
    let other = header.replace(&version, "\"version\":\"9.9.9\"");
    assert_ne!(other, header);
    folder.write("other.wssim", &format!("{other}\n"));
    assert!(
        refused(&folder, &["here", "other.wssim"]).contains("is of wssim 9.9.9, this is wssim")
    );
    assert!(refused(&folder, &["queue.toml"]).contains("is no part of a study"));
    assert!(refused(&folder, &["."]).contains("there is no part in"));
    let nothing = wssim(folder.path(), &["merge", "nothing"]);
    assert_eq!(status(&nothing), 4);
    // A part of another build, or with too many shards.
    let build = header.split("\"build\":\"").nth(1).unwrap().split('"').next().unwrap();
    let other = [header.replace(build, "0000").as_bytes(), &part[line..]].concat();
    std::fs::write(folder.path().join("built"), other).unwrap();
    let told = refused(&folder, &["here/part-2-of-2.wssim", "built"]);
    assert!(told.contains("is of another build of wssim"), "{told}");
    let many = header.replace("\"of\":2", "\"of\":4294967295");
    assert_ne!(many, header);
    folder.write("many", &format!("{many}\n"));
    assert!(refused(&folder, &["many"]).contains("is no part of a study"));
    // A duplicate does no harm, and is reported.
    std::fs::copy(folder.path().join("here/part-1-of-2.wssim"), folder.path().join("again"))
        .unwrap();
    let twice = wssim(folder.path(), &["merge", "again", "here"]);
    assert_eq!(status(&twice), 0);
    assert!(stderr(&twice).contains("shard 1 is there twice: again, here/part-1-of-2.wssim"));
    // The scenario has changed.
    folder.write("queue.toml", &QUEUE.replace("50/s", "60/s"));
    assert!(refused(&folder, &["here"]).contains("another state of `queue`"));
}

/// A part that ends anywhere, or is damaged anywhere, is never taken for a complete one, and is
/// continued.
#[test]
fn a_part_that_was_cut_off_is_told_and_finished_by_the_same_command() {
    let folder = Folder::new("shards-cut");
    folder.write("queue.toml", QUEUE);
    make(&folder, &[1, 2], "parts", &[]);
    let path = folder.path().join("parts/part-2-of-2.wssim");
    let whole = std::fs::read(&path).unwrap();
    let line = whole.iter().position(|byte| *byte == b'\n').unwrap() + 1;
    for cut in [line, line + 5, line + 200, whole.len() / 2, whole.len() - 1] {
        std::fs::write(&path, &whole[..cut]).unwrap();
        let told = refused(&folder, &["parts"]);
        assert!(told.contains("shard 2 is not finished"), "{cut}: {told}");
        make(&folder, &[2], "parts", &[]);
        assert!(sorted(&path) == sorted_bytes(&whole), "{cut}");
    }
    let mut damaged = whole.clone();
    damaged[whole.len() / 2] ^= 0x10;
    std::fs::write(&path, damaged).unwrap();
    assert!(refused(&folder, &["parts"]).contains("shard 2 is not finished"));
    make(&folder, &[2], "parts", &[]);
    assert_eq!(status(&wssim(folder.path(), &["merge", "parts"])), 0);
}

/// A complete part is not changed; one of another study, or barely begun, is distinguished.
#[test]
fn a_part_that_is_there_is_left_alone() {
    let folder = Folder::new("shards-there");
    folder.write("queue.toml", QUEUE);
    make(&folder, &[1, 2], "parts", &[]);
    let path = folder.path().join("parts/part-1-of-2.wssim");
    let whole = std::fs::read(&path).unwrap();
    let call = ["run", "queue.toml", "--replications", "4", "--out", "parts", "--shard", "1/2"];
    let again = wssim(folder.path(), &[&call[..], &["--budget", "1ms"]].concat());
    assert_eq!(status(&again), 0, "{}", stderr(&again));
    assert!(stdout(&again).contains("there already"), "{}", stdout(&again));
    let other = wssim(folder.path(), &[&call[..], &["--seed", "5"]].concat());
    assert_eq!(status(&other), 4);
    assert!(stderr(&other).contains("is of seed 84, not of seed 5; choose another `--out`"));
    assert_eq!(std::fs::read(&path).unwrap(), whole);
    // Killed before its first line was complete.
    for begun in ["", "{\"wssim_pa", "{\"wssim_part\":1,\"ver"] {
        std::fs::write(&path, begun).unwrap();
        assert!(refused(&folder, &["parts"]).contains("hardly begun"));
        make(&folder, &[1], "parts", &[]);
        assert_eq!(status(&wssim(folder.path(), &["merge", "parts"])), 0);
    }
    std::fs::write(&path, "mine").unwrap();
    assert_eq!(status(&wssim(folder.path(), &call)), 4);
    assert_eq!(std::fs::read(&path).unwrap(), b"mine");
}

/// A shard whose folder is removed meanwhile reports that its part is lost.
#[cfg(target_os = "linux")]
#[test]
fn a_part_that_is_removed_is_missed() {
    let folder = Folder::new("shards-removed");
    folder.write("queue.toml", QUEUE);
    let mut child =
        begun(&folder, &["run", "queue.toml", "--replications", "1000", "--shard", "1/2"]);
    let part = folder.path().join("out/queue/part-1-of-2.wssim");
    until(|| part.exists());
    std::fs::remove_dir_all(folder.path().join("out")).unwrap();
    assert_eq!(child.wait().unwrap().code(), Some(4));
}

/// Threads end in any order, and so are records.
fn sorted(path: &PathBuf) -> Vec<u8> {
    sorted_bytes(&std::fs::read(path).unwrap())
}

fn sorted_bytes(bytes: &[u8]) -> Vec<u8> {
    let mut bytes = bytes.to_vec();
    bytes.sort_unstable();
    bytes
}

#[test]
fn what_cannot_be_shared_out_is_refused_with_the_reason() {
    let folder = Folder::new("shards-refused");
    folder.write("queue.toml", QUEUE);
    let shard = ["queue.toml", "--shard", "1/2"];
    for (command, more, part) in [
        ("run", &[][..], "`--shard` needs `--replications N`"),
        ("compare", &["queue.toml"], "`--shard` needs `--replications N`"),
        ("failures", &[], "`--shard` needs `--replications N`"),
        ("capacity", &[], "each step of the search depends on the one before"),
        ("run", &["--replications", "4", "--format", "json"], "a shard has no results"),
        ("run", &["--analytic"], "cannot be used with"),
    ] {
        let output = wssim(folder.path(), &[&[command][..], &shard, more].concat());
        assert_eq!(status(&output), 2, "{command} {more:?}");
        let text = stderr(&output).split_whitespace().collect::<Vec<_>>().join(" ");
        assert!(text.contains(part), "{command} {more:?}: {text}");
    }
    assert!(!folder.path().join("out").exists(), "nothing was simulated");
}

/// Four tasks of one command, each numbered by its environment.
#[test]
fn a_scheduler_says_which_part_it_is() {
    let folder = Folder::new("shards-auto");
    folder.write("queue.toml", QUEUE);
    let run = |share: &str, variables: &[(&str, String)]| {
        let output = Command::new(env!("CARGO_BIN_EXE_wssim"))
            .args(["run", "queue.toml", "--replications", "4", "--shard", share, "--quiet"])
            .current_dir(folder.path())
            .envs(variables.iter().map(|(name, value)| (*name, value)))
            .output()
            .unwrap();
        assert_eq!(status(&output), 0, "{}", stderr(&output));
    };
    for task in 1..=2 {
        let of = [("COUNT", 4), ("MIN", 1), ("MAX", 4), ("STEP", 1), ("ID", task)];
        let names = of.map(|(name, value)| (format!("SLURM_ARRAY_TASK_{name}"), value.to_string()));
        run("auto", &names.each_ref().map(|(name, value)| (name.as_str(), value.clone())));
    }
    run("auto/4", &[("JOB_COMPLETION_INDEX", "2".to_owned())]);
    run("auto", &[("WSSIM_SHARD", "4/4".to_owned())]);
    let names: Vec<String> =
        files(&folder.path().join("out/queue")).into_iter().map(|(name, _)| name).collect();
    assert_eq!(names, [1, 2, 3, 4].map(|shard| format!("part-{shard}-of-4.wssim")));
    assert_eq!(status(&wssim(folder.path(), &["merge", "out/queue"])), 0);
}

/// A killed sweep loses no complete replication.
#[cfg(target_os = "linux")]
#[test]
fn a_killed_sweep_is_gone_on_with() {
    let folder = Folder::new("shards-killed");
    folder.write("queue.toml", QUEUE);
    let call =
        ["sweep", "queue.toml", "--param", "traffic.scale=0.5..1/4", "--replications", "100"];
    let whole = [&call[..], &["--out", "whole"]].concat();
    assert_eq!(status(&wssim(folder.path(), &whole)), 0);
    let mut child = begun(&folder, &call);
    let place = folder.path().join("out/queue/sweep");
    let kept = || {
        let files = if place.is_dir() { files(&place) } else { Vec::new() };
        files.first().map_or(0, |(_, bytes)| bytes.len())
    };
    until(|| kept() >= 20_000);
    child.kill().unwrap();
    child.wait().unwrap();
    assert!(kept() >= 20_000, "nothing was kept");
    let again = wssim(folder.path(), &call);
    assert_eq!(status(&again), 0, "{}", stderr(&again));
    assert!(stderr(&again).contains("going on from the "), "{}", stderr(&again));
    assert_eq!(
        files(&place),
        files(&folder.path().join("whole")),
        "the same files, and no journal"
    );
}

/// Two processes do not write one part.
#[cfg(target_os = "linux")]
#[test]
fn a_part_that_another_process_writes_is_left_alone() {
    let folder = Folder::new("shards-taken");
    folder.write("queue.toml", QUEUE);
    let call = ["run", "queue.toml", "--replications", "2000", "--shard", "1/2"];
    let mut child = begun(&folder, &call);
    let part = folder.path().join("out/queue/part-1-of-2.wssim");
    until(|| part.exists());
    std::thread::sleep(Duration::from_millis(200));
    let other = wssim(folder.path(), &call);
    assert!(child.try_wait().unwrap().is_none(), "it came to its end before");
    child.kill().unwrap();
    child.wait().unwrap();
    assert_eq!(status(&other), 4);
    assert!(stderr(&other).contains("another process is writing"), "{}", stderr(&other));
}
