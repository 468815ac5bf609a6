//! A folder of one test, with the files of its scenario, which goes with it.

#![allow(dead_code)] // no program of tests uses all of it

use std::path::Path;
use tempfile::TempDir;
use wssim_scenario::{Diagnostics, Scenario};

pub(crate) struct Folder(TempDir);

impl Folder {
    pub(crate) fn new() -> Self {
        Self(tempfile::tempdir().unwrap())
    }

    pub(crate) fn here(&self) -> &Path {
        self.0.path()
    }

    /// The path of a file in it.
    pub(crate) fn path(&self, name: &str) -> String {
        self.here().join(name).to_str().unwrap().to_owned()
    }

    pub(crate) fn write(&self, name: &str, content: impl AsRef<[u8]>) {
        let path = self.here().join(name);
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(path, content).unwrap();
    }

    pub(crate) fn load(&self, name: &str, sets: &[&str]) -> Result<Scenario, Diagnostics> {
        let sets: Vec<String> = sets.iter().map(ToString::to_string).collect();
        Scenario::load(&self.path(name), &sets)
    }

    /// Loads one file with this content.
    pub(crate) fn one(&self, content: &str) -> Result<Scenario, Diagnostics> {
        self.write("one.toml", content);
        self.load("one.toml", &[])
    }
}
