//! The walk: every key of the format has an effect.
//!
//! For each key one of these holds:
//! - two scenarios that differ only in it give different numbers. The scenarios are those of
//!   `sim/scenario/tests/walk/`; the other value is made from the one that is written there
//!   (`changes.rs`), and the numbers are those that a study finds (`worlds.rs`);
//! - it is listed as *known, not simulated* where it is written;
//! - it concerns only the text: [`OF_THE_TEXT`] names its reader.
//!
//! A new key only needs a line in one of these scenarios, where it matters.

mod changes;
mod idle;
mod worlds;

use super::places::{Place, places};
use super::{ValueKind, as_json, read};
use changes::changes;
use serde_json::Value;
use std::collections::BTreeSet;
use worlds::{World, bases};

/// Keys that must not change a number, and their readers. Keys that do change one have no row here.
const OF_THE_TEXT: &[(&str, &str)] = &[
    ("scenario.title", "reports show it"),
    ("scenario.description", "it is for readers of the file"),
    ("scenario.allow", "it silences lints"),
    ("lan.subnet", "the lint `address-pool` reads it"),
    ("orchestrator.address_pool", "the lint `address-pool` reads it"),
    ("service.*.volumes.name", "it is for readers: a volume is its service's own"),
    ("service.*.volumes.target", "it is for readers: what lies where is of no interest"),
    ("rollout.image.name", "it is for readers: each service gets an image of its own"),
    ("claim.id", "it names the claim"),
    ("variant.*.title", "reports show it"),
    ("phase.title", "reports show it"),
    ("phase.steps.text", "reports show it"),
    ("node.*.disk.free", "checks read it: what does not fit is a mistake"),
    ("claim.text", "reports show it"),
    ("claim.source", "reports show it"),
];

/// Keys that `--set` does not reach, or with a single word: the text in a scenario, and its replacement.
const REWRITTEN: &[(&str, &str, &str)] = &[
    ("scenario.extends", "extends = [\"base.toml\"]", "extends = [\"other.toml\"]"),
    ("service.edge.proxy.kind", "proxy = { kind = \"traefik\", refresh = \"3s\" }", ""),
    ("service.orders.endpoint.go.steps[0].with", "with = \"rows\"", "with = \"called\""),
    ("service.spread.preferences", "node.labels.zone\"\nmax", "node.labels.tier\"\nmax"),
    ("service.pooled.pool.more.kind", "{ kind = \"hikari\", size = 4 }", "{ size = 4 }"),
    ("phase[1].after", "after = [\"first\"]", "after = []"),
    ("phase[1].overlay", "overlay = {", "overlay = { node.b.speed = 0.25, "),
    ("phase[1].steps[1].after", "id = \"dump\", after = [\"stop\"]", "id = \"dump\", after = []"),
    ("variant.more.extends", "[\"other.toml\"]", "[\"base.toml\"]"),
    ("scenario.stacks", ", \"bills.yml\" ]", " ]"),
    ("scenario.stacks[0].file", "file = \"shop.yml\"", "file = \"market.yml\""),
    ("claim[0].metric", "stat=\"mean\"}'\nexpect = { min", "stat=\"p95\"}'\nexpect = { min"),
];

/// A key of the format: its path, with names chosen by the author as `*` and without places in lists,
/// and the `kind` of its table if it depends on one.
struct Row {
    path: Vec<&'static str>,
    case: Option<String>,
    words: BTreeSet<&'static str>,
}

impl Row {
    fn shown(&self) -> String {
        let path = self.path.join(".");
        self.case.as_ref().map_or(path.clone(), |word| format!("{path} (kind = \"{word}\")"))
    }
}

/// All keys except those that only contain others.
fn rows() -> Vec<Row> {
    let mut rows: Vec<Row> = Vec::new();
    for place in places().into_iter().filter(|place| !only_holds(&place.kind)) {
        let (path, case) = (path_of(&place), case_of(&place));
        let mut words = BTreeSet::new();
        gather(&place.kind, &mut words);
        match rows.iter_mut().find(|row| row.path == path && row.case == case) {
            Some(row) => row.words.extend(words),
            None => rows.push(Row { path, case, words }),
        }
    }
    rows
}

fn path_of(place: &Place) -> Vec<&'static str> {
    let segment = |text: &str| -> Option<&'static str> {
        match text {
            "" | "0" => None,
            "some-name" => Some("*"),
            text => Some(String::leak(text.to_owned())),
        }
    };
    place.table.split('/').filter_map(segment).chain([place.key]).collect()
}

fn case_of(place: &Place) -> Option<String> {
    let table = place.without().pointer(&place.table)?;
    let kind = table.get("kind").filter(|_| place.key != "kind" && !place.strangers.is_empty());
    kind?.as_str().map(ToOwned::to_owned)
}

/// Whether all its values are tables of the format, whose keys are walked.
fn only_holds(kind: &ValueKind) -> bool {
    match kind {
        ValueKind::Table(_) | ValueKind::Steps(_) => true,
        ValueKind::Map(inner) | ValueKind::Array(inner, _) => only_holds(inner),
        ValueKind::Either(kinds) => kinds.iter().all(only_holds),
        _ => false,
    }
}

/// Collects its words.
fn gather(kind: &ValueKind, words: &mut BTreeSet<&'static str>) {
    match kind {
        ValueKind::Word(some) => words.extend(*some),
        ValueKind::Ranged(inner) | ValueKind::Array(inner, _) | ValueKind::Map(inner) => {
            gather(inner, words);
        }
        ValueKind::Either(kinds) => kinds.iter().for_each(|kind| gather(kind, words)),
        _ => {}
    }
}

/// An occurrence of a key: its path for `--set`, and its value.
struct Written {
    path: String,
    value: Value,
}

/// All occurrences of `row` in `file`.
fn written(file: &Value, row: &Row) -> Vec<Written> {
    let mut out = Vec::new();
    descend(file, &row.path, row.case.as_deref(), String::new(), &mut out);
    out
}

fn descend(at: &Value, rest: &[&str], case: Option<&str>, path: String, out: &mut Vec<Written>) {
    let Some((next, rest)) = rest.split_first() else {
        out.push(Written { path, value: at.clone() });
        return;
    };
    if let Value::Array(items) = at {
        for (number, item) in items.iter().enumerate() {
            let rest: Vec<&str> = std::iter::once(*next).chain(rest.iter().copied()).collect();
            descend(item, &rest, case, format!("{path}[{number}]"), out);
        }
    }
    let Value::Object(table) = at else { return };
    let kind = table.get("kind").and_then(Value::as_str);
    if rest.is_empty() && case.is_some() && case != kind {
        return;
    }
    for (key, item) in table.iter().filter(|(key, _)| *next == "*" || key == next) {
        let key = if key.contains('.') { format!("\"{key}\"") } else { key.clone() };
        let path = if path.is_empty() { key } else { format!("{path}.{key}") };
        descend(item, rest, case, path, out);
    }
}

/// The proof that a key has an effect.
enum Proof {
    /// This change changes a number.
    Moves(String),
    /// It is listed as not simulated.
    Listed,
    /// None: the number of tried changes.
    None(usize),
}

fn proof(row: &Row, bases: &[World], files: &[Value], names: &[String]) -> Proof {
    let mut tried = 0;
    let mut is_listed = false;
    for (base, file) in bases.iter().zip(files) {
        for place in written(file, row) {
            let rewritten = REWRITTEN.iter().find(|(path, ..)| *path == place.path);
            if let Some((_, from, to)) = rewritten
                && base.with(&[], &[(*from, *to)]).is_some_and(|other| other.tells_other(base))
            {
                return Proof::Moves(format!("{}: {to}", base.name));
            }
            for change in changes(&place.value, &row.words, names) {
                let set = format!("{}={change}", place.path);
                let Some(other) = base.with(std::slice::from_ref(&set), &[]) else { continue };
                tried += 1;
                if other.tells_other(base) {
                    return Proof::Moves(format!("{}: {set}", base.name));
                }
            }
            is_listed |= base.lists(&place.path);
        }
    }
    if is_listed { Proof::Listed } else { Proof::None(tried) }
}

#[test]
fn every_key_moves_a_number_or_is_listed() {
    let bases = bases();
    let files: Vec<Value> = bases.iter().map(|base| as_json(&read(&base.text).0)).collect();
    let names = worlds::names(&files);
    let (mut idle, mut stale) = (Vec::new(), Vec::new());
    for row in rows() {
        let shown = row.shown();
        let text = OF_THE_TEXT.iter().find(|(path, _)| *path == shown);
        let places: usize = files.iter().map(|file| written(file, &row).len()).sum();
        if places == 0 && text.is_none() {
            idle.push(format!("{shown}: no scenario of sim/scenario/tests/walk has it"));
            continue;
        }
        // Fewer changes are tried for keys that must not change a number.
        let names = if text.is_some() { &names[..3] } else { &names[..] };
        match (proof(&row, &bases, &files, names), text) {
            (Proof::Moves(by), Some(_)) => stale.push(format!("{shown} (by {by})")),
            (Proof::None(tried), None) => {
                idle.push(format!("{shown}: {tried} changes at {places} places"));
            }
            (Proof::Moves(by), None) => println!("{shown} moves by {by}"),
            (Proof::Listed, _) => println!("{shown} is listed"),
            (Proof::None(_), Some((_, why))) => println!("{shown}: {why}"),
        }
    }
    assert!(
        idle.is_empty(),
        "these keys move no number and are not listed as not simulated; write each where it matters into a \
         scenario of sim/scenario/tests/walk, or make it act, or refuse it:\n{}",
        idle.join("\n")
    );
    assert!(stale.is_empty(), "these move numbers, and need no row:\n{}", stale.join("\n"));
}
