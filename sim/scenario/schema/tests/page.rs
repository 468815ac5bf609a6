//! The page of all keys: it equals the shipped file, and its defaults are those of the readers.

use super::places::{Place, places, samples};
use super::{Found, Key, ROOT, ValueKind, as_toml, find, is_read_elsewhere};
use crate::path;
use crate::schema::markdown;
use crate::schema::shape::REQUIRED;
use std::collections::BTreeSet;

#[test]
fn the_page_that_ships_is_the_one_that_is_printed() {
    let path = "../../scenarios/format.md";
    let page = markdown::text();
    if std::env::var_os("UPDATE_GOLDEN").is_some() {
        std::fs::write(path, &page).expect("it can be written");
    }
    let file = std::fs::read_to_string(path).expect("scenarios/format.md");
    assert!(file == page, "scenarios/format.md is another: renew it with UPDATE_GOLDEN=1");
}

/// The rows of the key at `path`, such as `service.some-name.memory.base`: several if several cases have
/// it.
fn rows_at(path: &str) -> Vec<&'static Key> {
    let (mut kind, mut rows) = (ValueKind::Table(&ROOT), Vec::new());
    for segment in path::segments(path).expect("readers say paths") {
        let next = match segment {
            path::Segment::Key(name) => {
                rows = rows_of(&kind, &name);
                kind.within(&name)
            }
            _ => kind.item(),
        };
        let Some(next) = next else { return Vec::new() };
        kind = next;
    }
    rows
}

fn rows_of(kind: &ValueKind, name: &str) -> Vec<&'static Key> {
    match kind {
        ValueKind::Table(shape) => shape.all().filter(|key| key.name == name).collect(),
        ValueKind::Ranged(inner) => rows_of(inner, name),
        ValueKind::Either(kinds) => kinds.iter().flat_map(|kind| rows_of(kind, name)).collect(),
        _ => Vec::new(),
    }
}

/// The result of every minimal file, with and without each key.
fn all_found() -> impl Iterator<Item = Found> {
    places().into_iter().flat_map(|place| {
        let with = samples(&place.kind).into_iter().next().map(|sample| place.with(sample));
        let files = [Some(place.without().clone()), with];
        files.into_iter().flatten().map(|file| find(&as_toml(&file)))
    })
}

/// Defaults that depend on another key.
const DERIVED: [&str; 4] = ["threads", "capacity", "agent", "manager"];

#[test]
fn what_readers_take_for_a_key_that_is_left_out_is_what_its_row_says() {
    let mut seen = BTreeSet::new();
    for (path, taken) in all_found().flat_map(|found| found.defaults) {
        // Steps of several kinds may share the name of a key; each row has the default of its kind.
        let rows = rows_at(&path);
        let rows: Vec<_> = rows.iter().filter(|key| !DERIVED.contains(&key.name)).collect();
        let says =
            |key: &&&&Key| key.absent == taken || key.absent.starts_with(&format!("{taken} "));
        let said: Vec<&str> = rows.iter().map(|key| key.absent).collect();
        let is_said = rows.is_empty() || rows.iter().any(|key| says(&key));
        assert!(is_said, "`{path}` is {taken} when left out; its rows say {said:?}");
        seen.extend(rows.iter().map(|key| key.name));
    }
    assert!(seen.len() > 25, "{seen:?}");
}

#[test]
fn rows_say_which_keys_are_required() {
    let says_so = |key: &&Key| key.absent.starts_with(REQUIRED);
    let (mut missed, mut silent): (Vec<*const Key>, BTreeSet<String>) = Default::default();
    for mistake in all_found().flat_map(|found| found.mistakes) {
        let path = mistake.message.split_once("` lacks `").map(|(table, key)| {
            format!("{}.{}", table.trim_start_matches('`'), key.trim_end_matches('`'))
        });
        let Some(path) = path.filter(|_| mistake.code == "missing-key") else { continue };
        let said = missed.len();
        missed.extend(rows_at(&path).into_iter().filter(says_so).map(|key| &raw const *key));
        if missed.len() == said {
            silent.insert(path);
        }
    }
    assert!(silent.is_empty(), "missed, and their rows do not say `required`: {silent:?}");
    // Keys required even in a partial scenario are in every minimal file.
    let is_left_out = |place: &Place| {
        place.without().pointer(&place.table).is_some_and(|table| table.get(place.key).is_none())
    };
    let unmissed: Vec<String> = places()
        .iter()
        .filter(|place| says_so(&place.row) && is_left_out(place) && !is_read_elsewhere(place))
        .filter(|place| !missed.contains(&(&raw const *place.row)))
        .map(|place| format!("{}/{}", place.table, place.key))
        .collect();
    assert!(
        unmissed.is_empty(),
        "their rows say `required`, and no reader misses them: {unmissed:?}"
    );
}
