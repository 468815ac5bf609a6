//! What is switched off or taken back leaves the tree.

use crate::diagnostic::Diagnostic;
use crate::source::Sources;
use crate::tree::{Item, Table, Value};

/// Texts in which the word "none" has no special meaning.
const FREE_TEXT: [&str; 6] = ["description", "id", "label", "source", "text", "title"];

/// Removes tables with `enabled = false`, and the key `enabled`.
pub(crate) fn prune(table: &mut Table, sources: &Sources, mistakes: &mut Vec<Diagnostic>) {
    prune_table(table, "", sources, mistakes);
}

/// Prunes the table `owner`.
fn prune_table(table: &mut Table, owner: &str, sources: &Sources, mistakes: &mut Vec<Diagnostic>) {
    table.retain(|key, entry| {
        if !prune_item(&mut entry.item, key, sources, mistakes) {
            return false;
        }
        entry.item.text() != Some("none") || !takes_back(owner, key)
    });
}

/// Whether the word "none" removes the value of `key` in the table `owner`.
pub(crate) fn takes_back(owner: &str, key: &str) -> bool {
    // Here "none" is a value: a cluster without an orchestrator, containers that are never restarted,
    // processes that touch no pages.
    let is_value = matches!(
        (owner, key),
        ("orchestrator", "kind") | ("restart", "condition") | ("memory", "touch")
    );
    !FREE_TEXT.contains(&key) && !is_value && owner != "labels"
}

/// Whether the item stays.
fn prune_item(
    item: &mut Item,
    key: &str,
    sources: &Sources,
    mistakes: &mut Vec<Diagnostic>,
) -> bool {
    match &mut item.value {
        Value::Table(table) => {
            match table.remove("enabled").map(|entry| entry.item) {
                None | Some(Item { value: Value::Boolean(true), .. }) => {}
                Some(Item { value: Value::Boolean(false), .. }) => return false,
                Some(other) => mistakes.push(
                    Diagnostic::error("wrong-type", "`enabled` is true or false")
                        .at(sources, other.origin),
                ),
            }
            prune_table(table, key, sources, mistakes);
        }
        Value::Array(items) => items.retain_mut(|item| prune_item(item, key, sources, mistakes)),
        _ => {}
    }
    true
}
