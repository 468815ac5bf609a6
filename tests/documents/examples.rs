//! Examples in documents that are run as written. The test beside the schema checks the shape of every
//! example scenario (`sim/scenario/schema/tests/files.rs`).

use super::{Scratch, blocks_in, read};
use std::fs;
use std::process::Command;

/// The first scenario of the README holds as written.
#[test]
fn the_readmes_first_scenario_runs() {
    let example = blocks_in(&read("README.md"), "toml").remove(0);
    let scratch = Scratch::new("readme");
    fs::write(scratch.0.join("shop.toml"), example).unwrap();
    let run = |arguments: &[&str]| {
        let mut wssim = Command::new(env!("CARGO_BIN_EXE_wssim"));
        let output = wssim.args(arguments).current_dir(&scratch.0).output().unwrap();
        (output.status.code(), String::from_utf8_lossy(&output.stdout).into_owned())
    };
    let (status, text) = run(&["run", "shop.toml"]);
    assert!(status == Some(0) && text.contains("holds"), "{text}");
}
