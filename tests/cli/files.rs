//! The files that `run` writes: whole or not at all, and replacing only its own.

use super::{Folder, QUEUE, status, wssim};

#[test]
fn files_of_others_are_not_touched() {
    let folder = Folder::new("foreign");
    folder.write("queue.toml", QUEUE);
    std::fs::create_dir(folder.path().join("a")).unwrap();
    let foreign = folder.path().join("a/results.json");
    std::fs::write(&foreign, "{\"mine\": true}").unwrap();
    let call = ["run", "queue.toml", "--replications", "5", "--out", "a"];
    assert_eq!(status(&wssim(folder.path(), &call)), 4);
    assert_eq!(std::fs::read_to_string(&foreign).unwrap(), "{\"mine\": true}");
    assert!(!folder.path().join("a/metrics.csv").exists(), "nothing is written beside it");
}

#[test]
fn own_files_are_replaced() {
    let folder = Folder::new("own");
    folder.write("queue.toml", QUEUE);
    let call = ["run", "queue.toml", "--replications", "5", "--out", "a"];
    assert_eq!(status(&wssim(folder.path(), &call)), 0);
    assert_eq!(status(&wssim(folder.path(), &call)), 0);
}

#[cfg(unix)]
#[test]
fn symbolic_links_are_refused() {
    let folder = Folder::new("link");
    folder.write("queue.toml", QUEUE);
    let target = folder.write("target", "precious");
    std::fs::create_dir(folder.path().join("a")).unwrap();
    std::os::unix::fs::symlink(&target, folder.path().join("a/results.json")).unwrap();
    let call = ["run", "queue.toml", "--replications", "5", "--out", "a"];
    assert_eq!(status(&wssim(folder.path(), &call)), 4);
    assert_eq!(std::fs::read_to_string(&target).unwrap(), "precious");
}

#[cfg(target_os = "linux")]
#[test]
fn an_interrupt_reports_what_is_complete() {
    use std::process::{Command, Stdio};
    let folder = Folder::new("interrupt");
    folder.write("queue.toml", QUEUE);
    let child = Command::new(env!("CARGO_BIN_EXE_wssim"))
        .args(["run", "queue.toml", "--replications", "1000000", "--out", "a"])
        .current_dir(folder.path())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    std::thread::sleep(std::time::Duration::from_millis(1500));
    let interrupt = Command::new("kill").args(["-INT", &child.id().to_string()]).status().unwrap();
    assert!(interrupt.success());
    let output = child.wait_with_output().unwrap();
    assert_eq!(output.status.code(), Some(130));
    let text = std::fs::read_to_string(folder.path().join("a/results.json")).unwrap();
    let results: serde_json::Value = serde_json::from_str(&text).unwrap();
    assert_eq!(results["stopped_by"], "interrupt");
    assert!(results["replications"].as_u64().unwrap() >= 5, "{}", results["replications"]);
}
