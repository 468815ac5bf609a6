//! Checked with results of every study by an independent validator, which must refuse every deviation.

use super::RESULTS;
use crate::{capacity, compare, failures, json, migrate, regression, sample, shape, sweep};
use jsonschema::Validator;
use serde_json::{Map, Value, json};
use std::collections::{BTreeMap, BTreeSet};
use wssim_experiment::metric;
use wssim_experiment::part::{FROM, TO};

/// Optional keys.
const OPTIONAL: [&str; 13] = [
    "baseline",
    "demands",
    "first",
    "fits",
    "long_run",
    "memory",
    "missing",
    "needed",
    "nodes",
    "note",
    "ranges_not_looked_at",
    "values",
    "without",
];

fn schema() -> Value {
    serde_json::from_str(RESULTS).unwrap()
}

/// Results of every study, with all their optional keys.
fn results() -> Vec<Value> {
    let findings = [
        sample::findings(),
        sample::hostile(),
        regression::tests::with_baseline(),
        compare::tests::findings(),
        compare::tests::with_trials(),
        failures::tests::usual(),
        capacity::tests::of_traffic(),
        sweep::tests::usual(),
        migrate::tests::usual(),
    ];
    findings.iter().map(|one| serde_json::from_str(&json::render(one)).unwrap()).collect()
}

#[test]
fn results_of_every_study_are_as_described() {
    let schema = schema();
    assert!(jsonschema::meta::is_valid(&schema));
    let validator = Validator::new(&schema).unwrap();
    let mut commands = BTreeSet::new();
    for results in results() {
        let wrong: Vec<String> = validator
            .iter_errors(&results)
            .map(|error| format!("{}: {error}", error.instance_path()))
            .collect();
        assert!(wrong.is_empty(), "{}: {wrong:#?}", results["command"]);
        commands.insert(results["command"].as_str().unwrap().to_owned());
    }
    let described = schema["properties"]["command"]["enum"].as_array().unwrap();
    let described: BTreeSet<String> =
        described.iter().map(|one| one.as_str().unwrap().to_owned()).collect();
    assert_eq!(commands, described);
}

/// A value with a defect at one place.
struct Planted {
    what: String,
    results: Value,
}

/// A value with each possible defect, once for each kind of place: an unknown key in each object, each
/// key left out, each value of another type.
fn planted(whole: &Value) -> Vec<Planted> {
    let mut places = BTreeMap::new();
    collect(whole, String::new(), &mut places);
    let mut all = Vec::new();
    for (kind, place) in &places {
        let mut plant = |what: String, defect: &dyn Fn(&mut Value)| {
            let mut results = whole.clone();
            defect(results.pointer_mut(place).unwrap());
            all.push(Planted { what, results });
        };
        plant(format!("{kind} of another type"), &|value| *value = other_type(value));
        let Value::Object(map) = whole.pointer(place).unwrap() else { continue };
        plant(format!("{kind} has an unknown key"), &|value| {
            value["unheard-of"] = json!({ "unheard-of": 1 });
        });
        if is_of_names(kind) {
            continue;
        }
        for key in map.keys().filter(|key| !OPTIONAL.contains(&key.as_str())) {
            plant(format!("{kind} without {key}"), &|value| {
                value.as_object_mut().map(|map| map.remove(key));
            });
        }
    }
    all
}

/// A value of a type that no place of this value accepts.
fn other_type(value: &Value) -> Value {
    match value {
        Value::Object(_) => json!("text"),
        _ => json!({ "unheard-of": 1 }),
    }
}

/// Whether the keys of the object are names given by users, or the labels of its metric. A claim about
/// the whole comparison names no scenario.
fn is_of_names(kind: &str) -> bool {
    ["/labels", "/params", "/entries", "/services", "/survivors", "/calm", "/downtime_seconds"]
        .iter()
        .any(|end| kind.ends_with(end))
}

/// Pointers to every value, one for each kind of place: places in lists count as one.
fn collect(value: &Value, at: String, places: &mut BTreeMap<String, String>) {
    let kind: Vec<&str> =
        at.split('/')
            .map(|part| {
                if part.bytes().all(|b| b.is_ascii_digit()) && !part.is_empty() {
                    "#"
                } else {
                    part
                }
            })
            .collect();
    match value {
        Value::Object(map) => {
            for (key, inner) in map {
                let key = key.replace('~', "~0").replace('/', "~1");
                collect(inner, format!("{at}/{key}"), places);
            }
        }
        Value::Array(items) => {
            for (number, inner) in items.iter().enumerate() {
                collect(inner, format!("{at}/{number}"), places);
            }
        }
        _ => {}
    }
    places.entry(kind.join("/")).or_insert(at);
}

#[test]
fn a_defect_at_any_place_is_refused() {
    let validator = Validator::new(&schema()).unwrap();
    let mut count = 0;
    for results in results() {
        for Planted { what, results } in planted(&results) {
            assert!(!validator.is_valid(&results), "{}: {what}", results["command"]);
            count += 1;
        }
    }
    assert!(count > 1000, "only {count} defects");
}

#[test]
fn what_only_one_study_has_is_refused_in_another() {
    let validator = Validator::new(&schema()).unwrap();
    let all = results();
    for other in &all {
        for mut results in all.clone() {
            let own: Map<String, Value> = results.as_object().unwrap().clone();
            let foreign = other.as_object().unwrap().iter();
            for (key, value) in foreign.filter(|(key, _)| !own.contains_key(*key)) {
                let may = ["memory", "baseline"].contains(&key.as_str()) && own["command"] == "run";
                results[key] = value.clone();
                assert_eq!(validator.is_valid(&results), may, "{key} of {}", own["command"]);
                results = Value::Object(own.clone());
            }
        }
    }
}

/// Every schema below `value` that describes a key.
fn keys<'s>(value: &'s Value, found: &mut Vec<(&'s str, &'s Value)>) {
    match value {
        Value::Object(map) => {
            if let Some(Value::Object(properties)) = map.get("properties") {
                found.extend(properties.iter().map(|(key, schema)| (key.as_str(), schema)));
            }
            map.values().for_each(|inner| keys(inner, found));
        }
        Value::Array(items) => items.iter().for_each(|inner| keys(inner, found)),
        _ => {}
    }
}

/// Whether the schema describes, or contains, numbers.
fn is_of_numbers(schema: &Value) -> bool {
    let named = |of: &Value, names: &[&str]| match of {
        Value::String(name) => names.contains(&name.as_str()),
        Value::Array(all) => all.iter().any(|one| names.contains(&one.as_str().unwrap_or(""))),
        _ => false,
    };
    let estimates = ["#/$defs/estimate", "#/$defs/interval", "#/$defs/recovery"];
    let any = schema["anyOf"].as_array().into_iter().flatten();
    named(&schema["type"], &["number", "integer"])
        || named(&schema["$ref"], &estimates)
        || any.chain(schema.get("items")).any(is_of_numbers)
}

#[test]
fn every_key_says_what_it_means_and_every_number_its_unit() {
    let schema = schema();
    let mut all = Vec::new();
    keys(&schema, &mut all);
    assert!(all.len() > 200, "{}", all.len());
    for (key, schema) in all {
        if schema == &json!({ "const": schema["const"] }) {
            continue; // the condition of a command, whose key is described above
        }
        let meaning = schema["description"].as_str().unwrap_or("");
        assert!(meaning.len() > 8 || key == "mean" || key == "p50", "`{key}` says `{meaning}`");
        assert!(meaning.ends_with('.'), "`{key}` says `{meaning}`");
        let unit = schema["x-unit"].as_str();
        assert_eq!(unit.is_some(), is_of_numbers(schema), "`{key}`: {unit:?}");
    }
}

/// Every object is closed, or maps users' names to described values.
#[test]
fn no_shape_is_open() {
    fn walk(value: &Value) {
        if let Value::Object(map) = value {
            if map.get("type") == Some(&json!("object")) {
                let rest = map.get("additionalProperties").or(map.get("unevaluatedProperties"));
                let is_closed = rest == Some(&json!(false));
                assert!(is_closed || rest.is_some_and(Value::is_object), "{value}");
            }
            map.values().for_each(walk);
        } else if let Value::Array(items) = value {
            items.iter().for_each(walk);
        }
    }
    walk(&schema());
}

/// Labels are those of the table of metrics, of parts of the measured stretch, and of `compare`.
#[test]
fn labels_are_those_of_the_table() {
    let schema = schema();
    let described = schema["$defs"]["labels"]["properties"].as_object().unwrap();
    let described: BTreeSet<&str> = described.keys().map(String::as_str).collect();
    let rows = metric::table().flat_map(|row| row.kind.labels.iter().copied());
    assert_eq!(described, rows.chain([FROM, TO, "scenario"]).collect());
}

#[test]
fn the_version_is_that_of_results() {
    let schema = schema();
    assert_eq!(schema["properties"]["schema_version"]["const"], shape::SCHEMA_VERSION);
    assert_eq!(schema["$id"], format!("urn:wssim:results:{}", shape::SCHEMA_VERSION));
}
