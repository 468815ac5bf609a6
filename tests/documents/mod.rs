//! Documents are tested: every shown command is run, every example is a scenario, every link has a
//! target, and copies of program output are up to date.

mod commands;
mod examples;
mod links;
mod tables;

use std::fs;
use std::path::{Path, PathBuf};

/// Documents with commands, by their name in `.ci/commands`.
const DOCUMENTS: [(&str, &str); 10] = [
    ("readme", "README.md"),
    ("contributing", "CONTRIBUTING.md"),
    ("scenarios", "scenarios/README.md"),
    ("format", "scenarios/format.md"),
    ("plan", "scenarios/PLAN.md"),
    ("ci", "scenarios/ci/README.md"),
    ("clusters", "scenarios/clusters/README.md"),
    ("reports", "reports/README.md"),
    ("sim", "sim/README.md"),
    ("tests", "tests/README.md"),
];

fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

fn read(name: &str) -> String {
    fs::read_to_string(root().join(name)).unwrap_or_else(|error| panic!("{name}: {error}"))
}

/// Files of the repository with this ending, relative to its root.
fn files(folder: &str, ending: &str) -> Vec<String> {
    let mut found = Vec::new();
    let mut folders: Vec<PathBuf> = vec![root().join(folder)];
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            let name = path.strip_prefix(root()).unwrap().display().to_string();
            if path.is_dir() {
                let is_made = ["target", "out", ".git"].contains(&name.as_str());
                folders.extend((!is_made).then_some(path));
            } else if path.extension().is_some_and(|found| found == ending) {
                found.push(name);
            }
        }
    }
    found.sort();
    found
}

/// The blocks of a document in one language, as written, without their indentation.
fn blocks_in(text: &str, language: &str) -> Vec<String> {
    let mut blocks = Vec::new();
    let mut lines = text.lines();
    while let Some(line) = lines.next() {
        let Some(opening) = line.trim_start().strip_prefix("```") else { continue };
        let indent = line.len() - line.trim_start().len();
        let inside = lines.by_ref().take_while(|line| line.trim() != "```");
        let own = |line| [str::get(line, indent..).unwrap_or(""), "\n"];
        let block: String = inside.flat_map(own).collect();
        if opening == language {
            blocks.push(block);
        }
    }
    blocks
}

/// A document without its blocks.
fn prose(text: &str) -> String {
    text.split("```").step_by(2).collect::<Vec<_>>().join("\n")
}

/// A folder of this test, removed after it.
struct Scratch(PathBuf);

impl Scratch {
    fn new(name: &str) -> Self {
        let path = std::env::temp_dir().join(format!("wssim-{name}-{}", std::process::id()));
        fs::create_dir_all(&path).unwrap();
        Self(path)
    }
}

impl Drop for Scratch {
    fn drop(&mut self) {
        let _ = fs::remove_dir_all(&self.0);
    }
}
