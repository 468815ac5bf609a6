//! Values that a file lays over equal ones.

use super::note;
use crate::diagnostic::Diagnostic;
use crate::load;
use crate::source::{Origin, Sources};
use crate::tree::{Item, Table, Value};

/// What is said of a value over an equal one.
const SAME: &str = "this is what stood there";

/// Notes on what `own` says over `base` and that stood there.
pub(crate) fn notes(base: &Table, own: &Table, sources: &Sources) -> Vec<Diagnostic> {
    let mut found = Vec::new();
    repeated(base, own, "", sources, &mut found);
    found.into_iter().map(|(why, origin)| note(why, sources, origin)).collect()
}

/// A note where `path=value` is laid over an equal value, before it is.
pub(crate) fn of_set(below: &Item, set: &Item, sources: &Sources) -> Option<Diagnostic> {
    is_same(below, set).then(|| note(SAME, sources, set.origin))
}

fn is_in_braces(item: &Item, sources: &Sources) -> bool {
    sources.text(item.origin).starts_with('{')
}

fn repeated(
    base: &Table,
    own: &Table,
    owner: &str,
    sources: &Sources,
    found: &mut Vec<(&'static str, Origin)>,
) {
    for (key, entry) in own {
        let Some(below) = base.get(key) else {
            let is_none = entry.item.text() == Some("none") && load::takes_back(owner, key);
            if is_none && !base.is_empty() {
                found.push(("nothing stood there that could be taken back", entry.item.origin));
            }
            continue;
        };
        match (&below.item.value, &entry.item.value) {
            // A table in braces is one value to its author: its `kind` goes with the rest of it.
            (Value::Table(_), Value::Table(own)) if is_in_braces(&entry.item, sources) => {
                let is_same = !own.is_empty() && is_within(&below.item, &entry.item);
                found.extend(is_same.then_some((SAME, entry.item.origin)));
            }
            (Value::Table(below), Value::Table(own)) => {
                repeated(below, own, key, sources, found);
            }
            (Value::Array(below), Value::Array(own)) if owner.is_empty() && load::is_by_id(key) => {
                for item in own {
                    let same = below.iter().find(|other| load::id_of(other) == load::id_of(item));
                    if let (Some(Value::Table(below)), Value::Table(own)) =
                        (same.map(|item| &item.value), &item.value)
                    {
                        let mut rest = own.clone();
                        rest.remove("id");
                        repeated(below, &rest, key, sources, found);
                    }
                }
            }
            _ if is_same(&below.item, &entry.item) => found.push((SAME, entry.item.origin)),
            _ => {}
        }
    }
}

/// Whether laying `own` over `below` leaves `below`.
fn is_within(below: &Item, own: &Item) -> bool {
    match (&below.value, &own.value) {
        (Value::Table(below), Value::Table(own)) => own.iter().all(|(key, entry)| {
            below.get(key).is_some_and(|below| is_within(&below.item, &entry.item))
        }),
        _ => is_same(below, own),
    }
}

/// Whether both say the same, wherever they stand.
fn is_same(a: &Item, b: &Item) -> bool {
    match (&a.value, &b.value) {
        (Value::Array(a), Value::Array(b)) => {
            a.len() == b.len() && a.iter().zip(b).all(|(a, b)| is_same(a, b))
        }
        (Value::Table(a), Value::Table(b)) => {
            a.len() == b.len()
                && a.iter()
                    .zip(b)
                    .all(|((key, a), (other, b))| key == other && is_same(&a.item, &b.item))
        }
        (Value::Integer(a), Value::Float(b)) | (Value::Float(b), Value::Integer(a)) => {
            *a as f64 == *b
        }
        (a, b) => a == b,
    }
}
