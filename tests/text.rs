//! Scenarios from texts, for tests.

use std::sync::atomic::{AtomicU32, Ordering};
use wssim_experiment::question::Worlds;
use wssim_model::Blueprint;
use wssim_scenario::Scenario;

/// Makes file names unique.
static NUMBER: AtomicU32 = AtomicU32::new(0);

/// The scenario of a text, or its mistakes.
pub(crate) fn load(text: &str) -> Result<Scenario, String> {
    load_with(text, &[])
}

/// The same with the overrides `sets`.
pub(crate) fn load_with(text: &str, sets: &[String]) -> Result<Scenario, String> {
    let number = NUMBER.fetch_add(1, Ordering::Relaxed);
    let name = format!("wssim-text-{}-{number}.toml", std::process::id());
    let path = std::env::temp_dir().join(name);
    std::fs::write(&path, text).unwrap();
    let loaded = Scenario::load(path.to_str().unwrap(), sets);
    std::fs::remove_file(&path).unwrap();
    loaded.map_err(|mistakes| mistakes.render(false))
}

/// The scenario of a valid text.
pub(crate) fn scenario(text: &str) -> Scenario {
    load(text).unwrap_or_else(|mistakes| panic!("{mistakes}\n{text}"))
}

/// Its world.
pub(crate) fn blueprint(text: &str) -> Blueprint {
    scenario(text).blueprint(None, &[]).unwrap()
}
