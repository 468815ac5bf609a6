//! Output fits the terminal, for every command.

use super::{Folder, claiming, status, stderr, stdout};
use std::path::Path;
use std::process::{Command, Output};
use wssim_text::width;

/// Runs the binary in `folder` for a terminal of `columns`, in colour or not.
fn wssim(folder: &Path, columns: usize, colours: bool, arguments: &[&str]) -> Output {
    let mut command = Command::new(env!("CARGO_BIN_EXE_wssim"));
    if colours {
        command.env_remove("NO_COLOR").env("CLICOLOR_FORCE", "1");
    } else {
        command.env("NO_COLOR", "1");
    }
    command.args(arguments).current_dir(folder).env("COLUMNS", columns.to_string());
    command.output().unwrap()
}

#[track_caller]
fn fits(folder: &Folder, arguments: &[&str], statuses: &[i32]) {
    for columns in [40, 60, 80, 120] {
        for colours in [false, true] {
            let output = wssim(folder.path(), columns, colours, arguments);
            let text = stdout(&output) + &stderr(&output);
            assert!(statuses.contains(&status(&output)), "{arguments:?}: {text}");
            assert!(!text.is_empty());
            for line in text.lines() {
                assert!(width::of(line) <= columns, "{arguments:?} at {columns}: {line}");
            }
        }
    }
}

/// A cluster that can lose a node, with a claim and a line longer than any terminal.
fn shop(folder: &Folder) {
    let text = claiming("1ms", "30ms").replace(
        "[node.host]\ncores = 8\n",
        "[orchestrator]\nkind = \"swarm\"\nmanagers = [\"host\", \"a-second-server-with-a-long-name\", \"third\"]\n\n\
         [node.host]\ncores = 8\n\n[node.a-second-server-with-a-long-name]\ncores = 8\n\n[node.third]\ncores = 8\n",
    );
    folder.write("shop.toml", &text);
}

#[test]
fn reports_fit() {
    let folder = Folder::new("width-reports");
    shop(&folder);
    let few = ["--replications", "2", "--out", "out"];
    fits(&folder, &[&["run", "shop.toml"], &few[..]].concat(), &[0, 1, 3]);
    let full = ["run", "shop.toml", "--set", "traffic.web.arrivals.rate=150/s"];
    fits(&folder, &[&full[..], &few[..]].concat(), &[0, 1, 3]);
    let failures = ["failures", "shop.toml", "--depth", "1", "--years", "20", "--no-fail"];
    fits(&folder, &[&failures[..], &few[..]].concat(), &[0]);
    fits(&folder, &["check", "shop.toml", "--set", "traffic.web.arrivals.rate=150/s"], &[0]);
    fits(&folder, &["trace", "shop.toml", "--out", "out"], &[0]);
}

#[test]
fn help_and_mistakes_in_the_call_fit() {
    let folder = Folder::new("width-help");
    let commands =
        ["run", "failures", "check", "trace", "init", "import", "schema", "completions", "man"];
    fits(&folder, &["--help"], &[0]);
    fits(&folder, &["help", "import", "compose"], &[0]);
    for command in commands {
        fits(&folder, &[command, "--help"], &[0]);
        fits(&folder, &[command, "-h"], &[0]);
    }
    fits(&folder, &["run", "shop.toml", "--budget", "90 sconds"], &[2]);
    fits(&folder, &["run", "shop.toml", "--replication", "5"], &[2]);
    fits(&folder, &["failures"], &[2]);
    fits(&folder, &[], &[2]);
}

#[test]
fn mistakes_in_a_scenario_fit() {
    let folder = Folder::new("width-mistakes");
    let steps = "{ cpu = \"exp(1ms)\" }, ".repeat(20);
    let text = super::QUEUE.replace(
        "endpoint.buy.steps = [ ",
        &format!("endpoint.buy.steps = [ {steps}{{ call = \"stock.take-it-from-there\" }}, "),
    );
    folder.write("long.toml", &text);
    fits(&folder, &["check", "long.toml"], &[2]);
    fits(&folder, &["run", "long.toml"], &[2]);
    fits(&folder, &["run", "a-scenario-with-a-long-name-that-is-not-there-at-all.toml"], &[4]);
}
