//! A folder of results belongs to one study: others wait, and partial files are removed.

use super::{Folder, QUEUE, status, stderr, wssim};
#[cfg(target_os = "linux")]
use super::{begun, until};

/// [`QUEUE`] with an endless run.
#[cfg(target_os = "linux")]
fn endless() -> String {
    QUEUE.replace("2min", "1000h")
}

/// The second process is refused at once; files left by a killed one hinder none.
#[cfg(target_os = "linux")]
#[test]
fn two_studies_into_one_folder_do_not_mix() {
    let folder = Folder::new("folder-two");
    folder.write("queue.toml", QUEUE);
    folder.write("endless.toml", &endless());
    let mut first = begun(&folder, &["run", "endless.toml", "--threads", "1", "--out", "a"]);
    until(|| folder.path().join("a").exists());
    std::thread::sleep(std::time::Duration::from_millis(300));
    let others: [&[&str]; 5] = [
        &["run", "queue.toml", "--replications", "5"],
        &["failures", "queue.toml"],
        &["sweep", "queue.toml", "--param", "traffic.scale=0.5,1"],
        &["capacity", "queue.toml", "--until", "error_ratio{entry=\"web\"} < 1%"],
        &["trace", "queue.toml"],
    ];
    for call in others {
        let other = wssim(folder.path(), &[call, &["--out", "a"]].concat());
        assert_eq!(status(&other), 4, "{call:?}: {}", stderr(&other));
        assert!(stderr(&other).contains("another process is writing `a`"), "{}", stderr(&other));
    }
    first.kill().unwrap();
    first.wait().unwrap();
    let call = ["run", "queue.toml", "--replications", "5", "--out", "a"];
    assert_eq!(status(&wssim(folder.path(), &call)), 0);
}

#[cfg(target_os = "linux")]
#[test]
fn what_a_killed_process_had_begun_is_removed_and_what_is_of_others_stays() {
    let folder = Folder::new("folder-left");
    folder.write("queue.toml", QUEUE);
    std::fs::create_dir_all(folder.path().join("a/figures")).unwrap();
    let begun =
        ["a/.results.json.4711-0.tmp", "a/.report.html.1-3.tmp", "a/figures/.x.svg.1-0.tmp"];
    let others = ["a/.notes.txt.4711-0.tmp", "a/.results.json.tmp", "a/figures/.x.4711-0.tmp"];
    for name in begun.iter().chain(&others) {
        folder.write(name, "half");
    }
    let call = ["run", "queue.toml", "--replications", "5", "--out", "a"];
    assert_eq!(status(&wssim(folder.path(), &call)), 0);
    assert_eq!(begun.map(|name| folder.path().join(name).exists()), [false; 3]);
    assert_eq!(others.map(|name| folder.path().join(name).exists()), [true; 3]);
}

#[test]
fn a_folder_to_which_nothing_came_is_not_left_behind() {
    let folder = Folder::new("folder-nothing");
    folder.write("queue.toml", QUEUE);
    let none = wssim(folder.path(), &["trace", "queue.toml", "--pick", "failed"]);
    assert_eq!(status(&none), 2, "{}", stderr(&none));
    assert!(!folder.path().join("out").exists());
    std::fs::create_dir(folder.path().join("a")).unwrap();
    let none = wssim(folder.path(), &["trace", "queue.toml", "--pick", "failed", "--out", "a"]);
    assert_eq!(status(&none), 2, "{}", stderr(&none));
    assert!(folder.path().join("a").exists(), "it was there before");
}
