//! Stack files as people write them: the scenarios made from them, and Docker's verdict.

mod guesses;
mod verdicts;

use crate::folder::Folder;
use std::path::PathBuf;
use wssim_scenario::import::{Imported, compose};
use wssim_scenario::{Diagnostic, Scenario, Severity};

/// Files in a folder of their own.
struct Files(Folder);

impl Files {
    fn new(files: &[(&str, &str)]) -> Self {
        let folder = Folder::new();
        for (name, text) in files {
            folder.write(name, text);
        }
        Self(folder)
    }

    fn import(&self, names: &[&str]) -> Result<Imported, Vec<Diagnostic>> {
        let paths: Vec<PathBuf> = names.iter().map(|name| self.0.here().join(name)).collect();
        compose(&paths, self.0.here()).map_err(|diagnostics| diagnostics.items)
    }

    /// The import, written to a file and loaded.
    #[track_caller]
    fn made(&self, names: &[&str]) -> (Imported, Scenario) {
        let imported = self.import(names).unwrap_or_else(|items| panic!("{items:?}"));
        let loaded = self.0.one(&imported.text);
        (
            imported.clone(),
            loaded.unwrap_or_else(|e| panic!("{}\n{}", e.render(false), imported.text)),
        )
    }
}

/// One stack file: what is made of it.
#[track_caller]
fn made(text: &str) -> (Imported, Scenario) {
    Files::new(&[("stack.yml", text)]).made(&["stack.yml"])
}

/// The number of placed containers of each service; none may be pending.
#[track_caller]
fn placed(scenario: &Scenario) -> Vec<(String, usize)> {
    let placements = scenario.placements();
    assert!(placements.iter().all(|placement| placement.pending == 0), "{placements:?}");
    placements.into_iter().map(|it| (it.service, it.nodes.len())).collect()
}

/// The messages of an import about a stack file: severity, code, message, help.
fn told(text: &str) -> Vec<(Severity, &'static str, String)> {
    let files = Files::new(&[("stack.yml", text)]);
    let items = match files.import(&["stack.yml"]) {
        Ok(imported) => imported.warnings,
        Err(items) => items,
    };
    let whole = |item: Diagnostic| {
        (item.severity, item.code, format!("{} · {}", item.message, item.help.unwrap_or_default()))
    };
    items.into_iter().map(whole).collect()
}
