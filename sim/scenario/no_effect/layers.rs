//! Notes on values that a file lays over equal ones.

use super::note::note;
use crate::diagnostic::Diagnostic;
use crate::load::merge::{id_of, is_by_id};
use crate::load::prune::takes_back;
use crate::source::{Origin, Sources};
use crate::tree::{Item, Table, Value};

/// The note on a value over an equal one.
const SAME: &str = "this is what stood there";

/// Notes on values of `own` that equal those of `base`.
pub(crate) fn notes(base: &Table, own: &Table, sources: &Sources) -> Vec<Diagnostic> {
    let stacks_follow = [base, own].into_iter().any(|table| {
        let scenario = table.get("scenario").and_then(|entry| entry.item.table());
        scenario.is_some_and(|scenario| scenario.contains_key("stacks"))
    });
    let mut layers = Layers { sources, stacks_follow, found: Vec::new() };
    layers.repeated(base, own, &[]);
    layers.found.into_iter().map(|(why, origin)| note(why, sources, origin)).collect()
}

/// A note if `path=value` equals the value below.
pub(crate) fn of_set(below: &Item, set: &Item, sources: &Sources) -> Option<Diagnostic> {
    is_same(below, set).then(|| note(SAME, sources, set.origin))
}

fn is_in_braces(item: &Item, sources: &Sources) -> bool {
    sources.text(item.origin).starts_with('{')
}

/// A file and those that it extends.
struct Layers<'a> {
    sources: &'a Sources,
    /// Whether stack files are laid beneath later: the final values are not known yet.
    stacks_follow: bool,
    found: Vec<(&'static str, Origin)>,
}

impl Layers<'_> {
    fn repeated(&mut self, base: &Table, own: &Table, path: &[&str]) {
        let owner = path.last().copied().unwrap_or_default();
        for (key, entry) in own {
            let Some(below) = base.get(key) else {
                let is_none = entry.item.text() == Some("none") && takes_back(owner, key);
                if is_none && !base.is_empty() && !self.may_come_from_stacks(path) {
                    self.found
                        .push(("nothing stood there that could be taken back", entry.item.origin));
                }
                continue;
            };
            self.over(&below.item, &entry.item, &[path, &[key.as_str()]].concat());
        }
    }

    fn may_come_from_stacks(&self, path: &[&str]) -> bool {
        self.stacks_follow && matches!(path.first(), Some(&("service" | "network")))
    }

    /// `own`, at `path`, over `below`.
    fn over(&mut self, below: &Item, own: &Item, path: &[&str]) {
        match (&below.value, &own.value) {
            // An inline table is a single value: its `kind` belongs to it.
            (Value::Table(_), Value::Table(inner)) if is_in_braces(own, self.sources) => {
                let is_same = !inner.is_empty() && is_within(below, own);
                self.found.extend(is_same.then_some((SAME, own.origin)));
            }
            (Value::Table(below), Value::Table(own)) => self.repeated(below, own, path),
            (Value::Array(below), Value::Array(own)) if matches!(path, [list] if is_by_id(list)) => {
                for item in own {
                    self.item(below, item, path);
                }
            }
            _ if is_same(below, own) => self.found.push((SAME, own.origin)),
            _ => {}
        }
    }

    /// An item of a list over the one with the same `id`.
    fn item(&mut self, below: &[Item], own: &Item, path: &[&str]) {
        let id = |item: &Item| id_of(item).map(|(id, _)| id.to_owned());
        let Some(own_id) = id(own) else { return };
        let same = below.iter().find(|other| id(other).as_ref() == Some(&own_id));
        if let (Some(Value::Table(below)), Value::Table(own)) =
            (same.map(|item| &item.value), &own.value)
        {
            let mut rest = own.clone();
            rest.remove("id");
            self.repeated(below, &rest, path);
        }
    }
}

/// Whether laying `own` over `below` changes nothing.
fn is_within(below: &Item, own: &Item) -> bool {
    match (&below.value, &own.value) {
        (Value::Table(below), Value::Table(own)) => own.iter().all(|(key, entry)| {
            below.get(key).is_some_and(|below| is_within(&below.item, &entry.item))
        }),
        _ => is_same(below, own),
    }
}

/// Whether both are equal, apart from their places.
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
