//! Overlays of phases: what differs from a phase on is laid over what was there before it.

use super::join::file;
use super::merge::merge;
use crate::diagnostic::Diagnostic;
use crate::files::Files;
use crate::source::{Origin, Sources};
use crate::tree::{Table, Value};

/// What a file may have that is an overlay, and does not change from a phase on.
pub(crate) const IGNORED: [&str; 6] =
    ["claim", "fault", "phase", "rollout", "migration", "variant"];

/// Lays the overlays of the first `phases` phases over the tree, one after the other.
pub(crate) fn phases(
    merged: &mut Table,
    phases: usize,
    files: &Files,
    sources: &mut Sources,
    mistakes: &mut Vec<Diagnostic>,
) {
    for (value, origin) in overlays(merged, phases) {
        let overlay = match value {
            Value::Table(table) => Some(table),
            Value::Text(name) => {
                let location = sources.beside(origin, &name);
                let before = mistakes.len();
                let table = file(&location, files, sources, mistakes);
                for mistake in &mut mistakes[before..] {
                    if mistake.span.is_none() {
                        *mistake = mistake.clone().at(sources, origin);
                    }
                }
                table
            }
            // The reader of phases says what is wrong.
            _ => None,
        };
        if let Some(mut overlay) = overlay {
            for key in IGNORED {
                overlay.remove(key);
            }
            merge(merged, overlay, true);
        }
    }
}

/// What the first `phases` phases say, and where.
fn overlays(merged: &Table, phases: usize) -> Vec<(Value, Origin)> {
    let Some(Value::Array(items)) = merged.get("phase").map(|entry| &entry.item.value) else {
        return Vec::new();
    };
    let items = items.iter().take(phases).filter_map(|item| item.table()?.get("overlay"));
    items.map(|entry| (entry.item.value.clone(), entry.item.origin)).collect()
}
