//! The built binary as seen by users: statuses, files, streams, mistakes.

mod analytic;
mod baseline;
mod bounds;
mod capacity;
mod compare;
mod failures;
mod files;
mod folder;
mod import;
mod init;
#[cfg(target_os = "linux")]
mod interrupts;
mod memory;
mod migrate;
mod mistakes;
mod overload;
mod ranges;
mod report;
mod run;
mod schema;
mod shards;
mod shell;
mod shipped;
mod situations;
mod sweep;
mod trace;
mod unanswered;
mod variants;
mod width;
mod years;

use std::path::{Path, PathBuf};
use std::process::{Child, Command, Output, Stdio};
use std::time::{Duration, Instant};

/// A separate folder for one test, removed at the end.
struct Folder(PathBuf);

impl Folder {
    fn new(name: &str) -> Self {
        let path = std::env::temp_dir().join(format!("wssim-{}-{name}", std::process::id()));
        let _ = std::fs::remove_dir_all(&path);
        std::fs::create_dir_all(&path).unwrap();
        Self(path)
    }

    fn write(&self, name: &str, text: &str) -> PathBuf {
        let path = self.0.join(name);
        std::fs::write(&path, text).unwrap();
        path
    }

    fn path(&self) -> &Path {
        &self.0
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        let _ = std::fs::remove_dir_all(&self.0);
    }
}

/// Runs the binary in `folder`.
fn wssim(folder: &Path, arguments: &[&str]) -> Output {
    Command::new(env!("CARGO_BIN_EXE_wssim"))
        .args(arguments)
        .current_dir(folder)
        .env("NO_COLOR", "1")
        .output()
        .unwrap()
}

/// A process that runs `call`, without output here.
fn begun(folder: &Folder, call: &[&str]) -> Child {
    Command::new(env!("CARGO_BIN_EXE_wssim"))
        .args(call)
        .current_dir(folder.path())
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .spawn()
        .unwrap()
}

/// Waits until `is_so`, at most a minute.
fn until(is_so: impl Fn() -> bool) {
    let started = Instant::now();
    while !is_so() && started.elapsed() < Duration::from_secs(60) {
        std::thread::sleep(Duration::from_millis(2));
    }
}

fn status(output: &Output) -> i32 {
    output.status.code().unwrap_or(-1)
}

fn stdout(output: &Output) -> String {
    String::from_utf8_lossy(&output.stdout).into_owned()
}

fn stderr(output: &Output) -> String {
    String::from_utf8_lossy(&output.stderr).into_owned()
}

/// One M/M/1 queue at ρ = 0.5: mean response time 20 ms.
const QUEUE: &str = r#"
[scenario]
title = "One queue"
duration = "2min"
warmup = "10s"

[node.host]
cores = 8

[service.shop]
workers = 1
endpoint.buy.steps = [ { cpu = "exp(10ms)" } ]

[traffic.web]
entry = "shop.buy"
arrivals = { kind = "poisson", rate = "50/s" }
"#;

/// [`QUEUE`] with one claim on the mean response time.
fn claiming(min: &str, max: &str) -> String {
    format!(
        r#"{QUEUE}
[[claim]]
id = "response"
text = "Customers wait {min} to {max}"
source = "the plan, row 1"
metric = 'response_time_seconds{{entry="web", stat="mean"}}'
expect = {{ min = "{min}", max = "{max}" }}
"#
    )
}
