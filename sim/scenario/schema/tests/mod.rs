//! The schema against the readers, in both directions, and against every file. The validator is an
//! independent one (the crate `jsonschema`).

#![allow(clippy::format_collect)]

mod files;
mod page;
mod places;
mod walk;

use super::shape::{Key, KeyCase, Shape, ValueKind};
use super::{ROOT, json};
use crate::diagnostic::Diagnostic;
use crate::document;
use crate::document::fields::{Reader, Texts};
use crate::files::{Files, Location};
use crate::load;
use crate::source::{SourceText, Sources};
use crate::tree::{self, Item, Table};
use jsonschema::Validator;
use places::{Place, places, samples};
use serde_json::{Value, json};

fn validator() -> Validator {
    jsonschema::draft202012::new(&json::schema()).expect("it is a schema")
}

/// The tree of one file, and its mistakes.
fn read(text: &str) -> (Table, Vec<Diagnostic>) {
    let Found { written, mistakes, .. } = find(text);
    (written, mistakes)
}

/// The result of one file.
struct Found {
    written: Table,
    mistakes: Vec<Diagnostic>,
    /// Defaults of omitted values, by path.
    defaults: Vec<(String, String)>,
}

fn find(text: &str) -> Found {
    let (mut sources, mut mistakes) = (Sources::default(), Vec::new());
    let source = SourceText::of_file(&Location::on_disk("a"), text);
    let item = tree::parse(&mut sources, source, &mut mistakes);
    let mut table = item.table().expect("a file is a table").clone();
    let written = table.clone();
    load::prune(&mut table, &sources, &mut mistakes);
    let files = Files::default();
    let mut reader = Reader::new(Texts { sources: &sources, files: &files });
    document::read(&mut reader, None, &table);
    mistakes.extend(reader.mistakes);
    Found { written, mistakes, defaults: reader.defaults }
}

fn as_json(table: &Table) -> Value {
    fn one(item: &Item) -> Value {
        match &item.value {
            tree::Value::Text(text) => json!(text),
            tree::Value::Integer(number) => json!(number),
            tree::Value::Float(number) => json!(number),
            tree::Value::Boolean(truth) => json!(truth),
            tree::Value::Array(items) => items.iter().map(one).collect(),
            tree::Value::Table(table) => as_json(table),
        }
    }
    table.iter().map(|(key, entry)| (key.clone(), one(&entry.item))).collect()
}

fn as_toml(file: &Value) -> String {
    let root = file.as_object().expect("a file is a table");
    root.iter().map(|(key, value)| format!("{key:?} = {}\n", as_inline_toml(value))).collect()
}

fn as_inline_toml(value: &Value) -> String {
    match value {
        Value::Object(table) => {
            let pair = |(key, value)| format!("{key:?} = {}", as_inline_toml(value));
            format!("{{ {} }}", table.iter().map(pair).collect::<Vec<_>>().join(", "))
        }
        Value::Array(items) => {
            format!("[{}]", items.iter().map(as_inline_toml).collect::<Vec<_>>().join(", "))
        }
        other => other.to_string(),
    }
}

/// Mistakes of name, type, unit and word, which a schema can express.
const OF_SHAPE: [&str; 12] = [
    "bad-metric",
    "bad-port",
    "bad-range",
    "missing-unit",
    "no-profile",
    "unknown-failure",
    "unknown-key",
    "unknown-path",
    "unknown-step",
    "unknown-value",
    "wrong-type",
    "wrong-unit",
];

/// Whether `load/` or `stack/` reads it before the document; see `files.rs`.
fn is_read_elsewhere(place: &Place) -> bool {
    ["extends", "stacks", "overlay"].contains(&place.key)
        || place.table.starts_with("/scenario/stacks")
}

/// The readers' verdict on a file.
#[derive(Debug, PartialEq)]
enum Verdict {
    /// No mistake, or only something missing: it may be a partial scenario.
    Right,
    /// Its shape is wrong.
    Misshapen,
    /// It is wrong for a reason other than shape.
    Wrong,
}

fn verdict(text: &str) -> (Verdict, String) {
    let (_, mistakes) = read(text);
    let shown = mistakes.iter().map(|one| format!("{}: {}; ", one.code, one.message)).collect();
    let is_right = |one: &Diagnostic| one.code == "missing-key" && !one.message.contains("`id`");
    let verdict = if mistakes.iter().any(|one| OF_SHAPE.contains(&one.code)) {
        Verdict::Misshapen
    } else if mistakes.iter().all(is_right) {
        Verdict::Right
    } else {
        Verdict::Wrong
    };
    (verdict, shown)
}

/// Asserts that the schema accepts what the reader accepts, and refuses what it refuses for its shape.
#[track_caller]
fn agree(validator: &Validator, file: &Value) -> Verdict {
    let text = as_toml(file);
    let (verdict, why) = verdict(&text);
    match (validator.is_valid(file), &verdict) {
        (false, Verdict::Right) => {
            let errors: Vec<String> =
                validator.iter_errors(file).map(|error| error.to_string()).collect();
            panic!(
                "the readers take this, and sim/scenario/schema refuses it: let the row of that \
                 key take what its reader takes\n{text}{}",
                errors.join("\n")
            );
        }
        (true, Verdict::Misshapen) => {
            panic!(
                "the readers refuse this, and sim/scenario/schema takes it: a key that no code \
                 reads, or a row that takes too much\n{text}{why}"
            );
        }
        _ => verdict,
    }
}

#[test]
fn it_is_a_schema() {
    let schema = json::schema();
    assert!(jsonschema::meta::is_valid(&schema));
    assert_eq!(serde_json::from_str::<Value>(&super::text()).expect("it is JSON"), schema);
    assert!(!schema.to_string().contains("null"), "every definition is made");
}

/// So every described key is read, and takes the values of its row.
#[test]
fn every_key_that_is_described_is_read() {
    let validator = validator();
    let mut count = 0;
    for place in places() {
        for sample in samples(&place.kind) {
            let file = place.with(sample);
            let verdict = agree(&validator, &file);
            assert_ne!(verdict, Verdict::Misshapen, "{file}: {}", self::verdict(&as_toml(&file)).1);
            count += 1;
        }
    }
    assert!(count > 900, "{count}");
}

/// Values of every kind at every key.
#[test]
fn readers_and_schema_agree_on_every_value() {
    let validator = validator();
    let (mut right, mut misshapen) = (0, 0);
    for place in places().iter().filter(|place| !is_read_elsewhere(place)) {
        for probe in probes() {
            // A step needs its deciding key, and the word has no other effect there.
            if probe == json!("none") && place.decides {
                continue;
            }
            match agree(&validator, &place.with(probe)) {
                Verdict::Right => right += 1,
                Verdict::Misshapen => misshapen += 1,
                Verdict::Wrong => {}
            }
        }
    }
    assert!(right > 1_000 && misshapen > 5_000, "{right} right, {misshapen} misshapen");
}

fn probes() -> Vec<Value> {
    let texts = [
        "",
        "word",
        "none",
        "auto",
        "propagate",
        "2ms",
        "1m30s",
        "0s",
        "-5ms",
        "+5 ms",
        "1 GB",
        "16kB",
        "4/s",
        "30 /min",
        "1 Gbit/s",
        "10%",
        "0.5",
        "-1",
        "10:00",
        "9:5:1",
        "25:00",
        "exp(1ms)",
        "exp( 1 kB )",
        "exp(5)",
        "exp()",
        "exp(1ms",
        "lognormal(3ms, cv=1.2)",
        "lognormal(median=3, p99=20)",
        "lognormal(median=2kB, p99=20kB)",
        "erlang(k=2, 2ms)",
        "hyperexp(p=10%, 1ms, 2ms)",
        "mixture(0.5: 1ms, 50%: exp(2ms))",
        "pareto(min=1ms, alpha=2)",
        "zipf(items=10, capacity=5, alpha=0.9)",
        "zipf(items=10)",
        "m{a=\"b\", c=\"d\"}",
        "m{a}",
        "5 parsecs",
        "1e3ns",
        "7us",
        "7\u{b5}s",
        "nvme",
    ];
    let mut out: Vec<Value> = texts.map(Value::from).into();
    out.extend([json!(true), json!(0), json!(1), json!(5), json!(-1), json!(0.5), json!(1.5)]);
    out.extend([json!([]), json!(["a"]), json!([5]), json!(["1/s", "2/s"]), json!([true])]);
    out.extend([json!([["0s", 1.0]]), json!([[1, 1.0]]), json!([["1/s"], ["2/s"]]), json!([{}])]);
    out.extend([json!({}), json!({ "value": 5 }), json!({ "value": "2ms" }), json!({ "a": "b" })]);
    out.extend([json!({ "a": { "b": 1 } }), json!([{ "qwertz": 1 }]), json!({ "qwertz": 1 })]);
    let ranged = |range: Value| json!({ "value": "2ms", "range": range, "source": "x" });
    out.extend([ranged(json!(["1ms", "3ms"])), ranged(json!(["1ms"])), ranged(json!("1ms"))]);
    out.extend([json!({ "value": 5, "rnge": [4, 6] }), json!({ "value": 5, "range": [4, 6] })]);
    out.extend([json!({ "value": true }), json!({ "value": 5, "source": 5 })]);
    out
}

/// Keys of another kind of arrivals or step are refused; but steps with a held connection are steps.
#[test]
fn keys_of_other_cases_are_refused_by_both() {
    let validator = validator();
    let mut refused = 0;
    for place in places() {
        for (key, kind) in &place.strangers {
            let Some(sample) = samples(kind).into_iter().next() else { continue };
            if (place.key, *key) == ("steps", "with") {
                continue;
            }
            let mut file = place.with(samples(&place.kind).remove(0));
            let table = file.pointer_mut(&place.table).and_then(Value::as_object_mut);
            table.expect("the place has a table").insert((*key).to_owned(), sample);
            assert_eq!(agree(&validator, &file), Verdict::Misshapen, "{file}");
            refused += 1;
        }
    }
    assert!(refused > 100, "{refused}");
}

/// `enabled` and an unknown key, in every table.
#[test]
fn every_table_can_be_switched_off_and_knows_its_keys() {
    let validator = validator();
    for place in places().iter().filter(|place| !is_read_elsewhere(place)) {
        let mut file = place.with(samples(&place.kind).remove(0));
        let is_root = place.table.is_empty();
        for (key, value, takes) in [
            ("enabled", json!(false), Some(!is_root)),
            ("enabled", json!("no"), Some(false)),
            ("enabled", json!(true), None),
            ("qwertz", json!(1), Some(false)),
        ] {
            let table = file.pointer_mut(&place.table).and_then(Value::as_object_mut);
            table.expect("the place has a table").insert(key.to_owned(), value);
            let verdict = agree(&validator, &file);
            if let Some(takes) = takes {
                assert_eq!(verdict != Verdict::Misshapen, takes, "{file}");
            }
        }
    }
}

#[test]
#[should_panic(expected = "give the table `node` in sim/scenario/schema/ a row")]
fn a_key_that_is_not_described_stops_its_author() {
    ROOT.below("node").assert_has("colour");
}

#[test]
#[should_panic(expected = "add it to the row of `disk` in the table `node`")]
fn a_word_that_is_not_described_stops_its_author() {
    ROOT.below("node").assert_words("disk", &["nvme", "tape"]);
}
