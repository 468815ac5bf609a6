//! Lays the overlays of phases: each contains the differences from that phase on.

use super::join::file;
use super::merge::merge;
use crate::diagnostic::Diagnostic;
use crate::files::Files;
use crate::source::{Origin, Sources};
use crate::tree::{Table, Value};

/// Keys of an overlay file that are ignored, since they cannot change with a phase.
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
            // Mistakes are reported by the reader of phases.
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

/// The overlays of the first `phases` phases, with places.
fn overlays(merged: &Table, phases: usize) -> Vec<(Value, Origin)> {
    let Some(Value::Array(items)) = merged.get("phase").map(|entry| &entry.item.value) else {
        return Vec::new();
    };
    let items = items.iter().take(phases).filter_map(|item| item.table()?.get("overlay"));
    items.map(|entry| (entry.item.value.clone(), entry.item.origin)).collect()
}
