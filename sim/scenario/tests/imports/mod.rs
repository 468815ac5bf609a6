//! Stack files as people write them: the scenarios made from them, and Docker's verdict.

mod guesses;
mod verdicts;

use std::path::PathBuf;
use wssim_scenario::import::{Imported, compose};
use wssim_scenario::{Diagnostic, Scenario, Severity};

/// Files in a separate folder.
struct Files(PathBuf);

impl Files {
    fn new(name: &str, files: &[(&str, &str)]) -> Self {
        let folder =
            std::env::temp_dir().join(format!("wssim-imports-{}-{name}", std::process::id()));
        let files_of = Self(folder);
        for (name, text) in files {
            files_of.write(name, text.as_bytes());
        }
        files_of
    }

    fn write(&self, name: &str, bytes: &[u8]) {
        let path = self.0.join(name);
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(path, bytes).unwrap();
    }

    fn import(&self, names: &[&str]) -> Result<Imported, Vec<Diagnostic>> {
        let paths: Vec<PathBuf> = names.iter().map(|name| self.0.join(name)).collect();
        compose(&paths, &self.0).map_err(|diagnostics| diagnostics.items)
    }

    /// The import, written to a file and loaded.
    #[track_caller]
    fn made(&self, names: &[&str]) -> (Imported, Scenario) {
        let imported = self.import(names).unwrap_or_else(|items| panic!("{items:?}"));
        let path = self.0.join("made.toml");
        std::fs::write(&path, &imported.text).unwrap();
        let loaded = Scenario::load(path.to_str().unwrap(), &[]);
        (
            imported.clone(),
            loaded.unwrap_or_else(|e| panic!("{}\n{}", e.render(false), imported.text)),
        )
    }
}

impl Drop for Files {
    fn drop(&mut self) {
        let _ = std::fs::remove_dir_all(&self.0);
    }
}

/// The import of one stack file.
#[track_caller]
fn made(name: &str, text: &str) -> (Imported, Scenario) {
    Files::new(name, &[("stack.yml", text)]).made(&["stack.yml"])
}

/// The number of placed containers of each service; none may be pending.
#[track_caller]
fn placed(scenario: &Scenario) -> Vec<(String, usize)> {
    let placements = scenario.placements();
    assert!(placements.iter().all(|placement| placement.pending == 0), "{placements:?}");
    placements.into_iter().map(|it| (it.service, it.nodes.len())).collect()
}

/// The messages of an import about a stack file: severity, code, message, help.
fn told(name: &str, text: &str) -> Vec<(Severity, &'static str, String)> {
    let files = Files::new(name, &[("stack.yml", text)]);
    let items = match files.import(&["stack.yml"]) {
        Ok(imported) => imported.warnings,
        Err(items) => items,
    };
    let whole = |item: Diagnostic| {
        (item.severity, item.code, format!("{} · {}", item.message, item.help.unwrap_or_default()))
    };
    items.into_iter().map(whole).collect()
}
