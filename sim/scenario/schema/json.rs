//! The table as JSON Schema, draft 2020-12.
//!
//! Mistakes are shown at their place: a table or list that the word "none" may replace is one schema
//! with two types, not two alternatives, whose errors would be those of the whole table. Only values
//! have alternatives.

use super::shape::{Key, KeyCase, REQUIRED, Shape, ValueKind};
use super::{ROOT, STEP, patterns};
use serde_json::{Map, Value, json};
use std::collections::BTreeMap;
use wssim_text::quantity::Dimension;

/// The schema of the scenario format, as text.
#[must_use]
pub fn text() -> String {
    format!("{:#}\n", schema())
}

pub(super) fn schema() -> Value {
    let mut definitions = Definitions::default();
    let mut root = definitions.object(&ROOT);
    // A whole file cannot be disabled.
    if let Some(properties) = root.get_mut("properties").and_then(Value::as_object_mut) {
        properties.remove("enabled");
    }
    root.insert("type".into(), json!("object"));
    root.insert("$schema".into(), json!("https://json-schema.org/draft/2020-12/schema"));
    root.insert("title".into(), json!("wssim scenario"));
    root.insert("$defs".into(), json!(definitions.0));
    Value::Object(root)
}

/// Keys that need another key: each with the key, or one of the keys, it needs.
fn needs(cases: &[&KeyCase], object: &mut Map<String, Value>) {
    let (mut one, mut any) = (Map::new(), Map::new());
    for key in cases.iter().flat_map(|case| case.keys) {
        let has = |case: &&&KeyCase| case.keys.iter().any(|other| other.name == key.name);
        let by: Vec<&str> = cases.iter().filter(has).map(|case| case.by).collect();
        match by.as_slice() {
            [by] if *by == key.name => {}
            [by] => {
                one.insert(key.name.to_owned(), json!([by]));
            }
            several => {
                let required: Vec<Value> =
                    several.iter().map(|by| json!({ "required": [by] })).collect();
                any.insert(key.name.to_owned(), json!({ "anyOf": required }));
            }
        }
    }
    object.insert("dependentRequired".into(), Value::Object(one));
    if !any.is_empty() {
        object.insert("dependentSchemas".into(), Value::Object(any));
    }
}

/// The condition that the deciding key of `case` is present, and none that it belongs to in another of
/// `all`.
fn presence(case: &KeyCase, all: &[&KeyCase]) -> Value {
    let has =
        |other: &&&KeyCase| other.by != case.by && other.keys.iter().any(|key| key.name == case.by);
    let owners: Vec<Value> =
        all.iter().filter(has).map(|other| json!({ "required": [other.by] })).collect();
    let mut value = json!({ "required": [case.by] });
    if !owners.is_empty() {
        value["not"] = json!({ "anyOf": owners });
    }
    value
}

/// Definitions that are referred to by name.
#[derive(Default)]
struct Definitions(BTreeMap<String, Value>);

impl Definitions {
    /// A reference to the definition `name`, which is made if missing.
    fn refer(&mut self, name: &str, make: impl FnOnce(&mut Self) -> Value) -> Value {
        if !self.0.contains_key(name) {
            // Reserved first, since a step contains steps.
            self.0.insert(name.to_owned(), Value::Null);
            let made = make(self);
            self.0.insert(name.to_owned(), made);
        }
        json!({ "$ref": format!("#/$defs/{name}") })
    }

    fn object(&mut self, shape: &'static Shape) -> Map<String, Value> {
        let mut properties = Map::new();
        for key in shape.all() {
            let either = shape.others.filter(|_| shape.shares_names);
            let kinds: Vec<ValueKind> =
                kinds_of(shape, key.name).into_iter().chain(either).collect();
            let meaning = meaning_of(shape, key.name);
            properties.insert(key.name.to_owned(), self.member(&kinds, &meaning));
        }
        properties.insert("enabled".to_owned(), enabled());
        let others = shape.others.map_or(json!(false), |kind| self.other(&kind));
        let mut object = Map::new();
        object.insert("description".into(), json!(shape.meaning));
        object.insert("properties".into(), Value::Object(properties));
        object.insert("additionalProperties".into(), others);
        if !shape.required.is_empty() {
            object.insert("required".into(), json!(shape.required));
        }
        self.cases(shape, &mut object);
        object
    }

    /// Adds the dependencies between keys.
    fn cases(&mut self, shape: &'static Shape, object: &mut Map<String, Value>) {
        let (by_word, by_presence): (Vec<&KeyCase>, Vec<&KeyCase>) =
            shape.cases.iter().partition(|case| case.is.is_some());
        if !by_presence.is_empty() {
            let one: Vec<Value> =
                by_presence.iter().map(|case| presence(case, &by_presence)).collect();
            object.insert("oneOf".into(), Value::Array(one));
            needs(&by_presence, object);
        }
        // A chain of `else`: with `allOf` editors would lose the keys of the table itself.
        let chain = by_word.into_iter().rev().fold(Map::new(), |rest, case| {
            let mut when = self.when(shape, case);
            if !rest.is_empty() {
                when.insert("else".into(), Value::Object(rest));
            }
            when
        });
        object.extend(chain);
    }

    fn when(&mut self, shape: &'static Shape, case: &'static KeyCase) -> Map<String, Value> {
        let common = shape.keys.iter().map(|key| key.name);
        let names: Vec<&str> =
            common.chain(case.keys.iter().map(|key| key.name)).chain(["enabled"]).collect();
        let mut then = json!({ "propertyNames": { "enum": names } });
        let mut narrower = Map::new();
        for key in case.keys {
            if kinds_of(shape, key.name).len() > 1 {
                narrower.insert(key.name.to_owned(), self.member(&[key.kind], &explained(key)));
            }
        }
        if !narrower.is_empty() {
            then["properties"] = Value::Object(narrower);
        }
        let is = json!({ case.by: { "const": case.is } });
        let condition = json!({ "properties": is, "required": [case.by] });
        Map::from_iter([("if".to_owned(), condition), ("then".to_owned(), then)])
    }

    /// The schema of a key's value, with its meaning.
    fn member(&mut self, kinds: &[ValueKind], meaning: &str) -> Value {
        let mut all = Vec::new();
        for kind in kinds {
            self.alternatives(kind, &mut all);
        }
        let mut value = with_none(all);
        value.insert("description".into(), json!(meaning));
        Value::Object(value)
    }

    /// The schema for keys chosen by the author.
    fn other(&mut self, kind: &ValueKind) -> Value {
        let mut all = Vec::new();
        self.alternatives(kind, &mut all);
        Value::Object(with_none(all))
    }

    /// The schema of a list's item.
    fn item(&mut self, kind: &ValueKind) -> Value {
        let mut all = Vec::new();
        self.alternatives(kind, &mut all);
        if all.len() == 1 { all.remove(0) } else { json!({ "anyOf": all }) }
    }

    fn alternatives(&mut self, kind: &ValueKind, all: &mut Vec<Value>) {
        let value = match kind {
            ValueKind::Either(kinds) => {
                return kinds.iter().for_each(|kind| self.alternatives(kind, all));
            }
            ValueKind::Ranged(inner) => {
                self.alternatives(inner, all);
                self.ranged(inner)
            }
            ValueKind::Text => json!({ "type": "string" }),
            ValueKind::Word(words) => json!({ "enum": words }),
            ValueKind::Truth => json!({ "type": "boolean" }),
            ValueKind::Count(least, most) => {
                json!({ "type": "integer", "minimum": least, "maximum": most })
            }
            ValueKind::Array(inner, least) => {
                let items = self.item(inner);
                if *least == 0 {
                    json!({ "type": "array", "items": items })
                } else {
                    json!({ "type": "array", "items": items, "minItems": least })
                }
            }
            ValueKind::Piece => json!({ "$ref": "#" }),
            ValueKind::Steps(_) => {
                let step = self.item(&ValueKind::Table(&STEP));
                json!({ "type": "array", "items": step })
            }
            ValueKind::Pair(inner) => {
                let pair: Vec<Value> = inner.iter().map(|kind| self.item(kind)).collect();
                json!({ "type": "array", "prefixItems": pair, "minItems": 2, "maxItems": 2 })
            }
            ValueKind::Table(shape) => {
                let mut table = self.refer(shape.name, |own| Value::Object(own.object(shape)));
                table["type"] = json!("object");
                table
            }
            ValueKind::Map(inner) => {
                let others = self.other(inner);
                json!({
                    "type": "object",
                    "properties": { "enabled": enabled() },
                    "additionalProperties": others,
                })
            }
            _ => match scalar(kind) {
                Some((name, value)) => self.refer(name, |_| value),
                None => return,
            },
        };
        all.push(value);
    }

    /// `{ value, range, source }`. A partial scenario may have only some of them.
    fn ranged(&mut self, inner: &ValueKind) -> Value {
        let make = |own: &mut Self| {
            let value = own.item(inner);
            json!({
                "type": "object",
                "description": "A value with the range that it lies in, and where it comes from",
                "properties": {
                    "value": { "anyOf": [value], "description": "what is taken" },
                    "range": {
                        "anyOf": [
                            { "type": "array", "items": value, "minItems": 2, "maxItems": 2 },
                            { "const": "none" },
                        ],
                        "description": "its lowest and highest honest value: verdicts must survive both",
                    },
                    "source": { "type": "string", "description": "where it comes from" },
                    "enabled": enabled(),
                },
                "additionalProperties": false,
                "minProperties": 1,
            })
        };
        match scalar(inner) {
            Some((name, _)) => self.refer(&format!("{name}-range"), make),
            None => make(self),
        }
    }
}

fn enabled() -> Value {
    json!({ "type": "boolean", "description": "false: as if all of this were not written" })
}

/// The alternatives, and the word that removes an inherited value.
fn with_none(mut all: Vec<Value>) -> Map<String, Value> {
    if let [Value::Object(only)] = all.as_mut_slice()
        && let Some(kind) = only.get("type").filter(|kind| *kind == "object" || *kind == "array")
    {
        only.insert("type".to_owned(), json!([kind, "string"]));
        only.insert("pattern".to_owned(), json!("^none$"));
        return std::mem::take(only);
    }
    let any_text = |value: &Value| value.get("type").is_some_and(|kind| kind == "string");
    if !all.iter().any(any_text) {
        let words = all.iter_mut().find_map(|value| value.get_mut("enum")?.as_array_mut());
        match words {
            Some(words) if words.contains(&json!("none")) => {}
            Some(words) => words.push(json!("none")),
            None => all.push(json!({ "const": "none" })),
        }
    }
    match (all.len(), all.pop()) {
        (1, Some(Value::Object(only))) => only,
        (_, last) => {
            all.extend(last);
            Map::from_iter([("anyOf".to_owned(), Value::Array(all))])
        }
    }
}

/// The kinds of all keys named `name`, each once.
fn kinds_of(shape: &'static Shape, name: &str) -> Vec<ValueKind> {
    let mut kinds: Vec<ValueKind> = Vec::new();
    for key in shape.all().filter(|key| key.name == name) {
        if !kinds.contains(&key.kind) {
            kinds.push(key.kind);
        }
    }
    kinds
}

/// The meanings of all keys named `name`, each once.
fn meaning_of(shape: &'static Shape, name: &str) -> String {
    let mut meanings: Vec<String> = Vec::new();
    for key in shape.all().filter(|key| key.name == name) {
        let meaning = explained(key);
        if !meanings.contains(&meaning) {
            meanings.push(meaning);
        }
    }
    meanings.join("; or: ")
}

/// The meaning of a key, and its default.
fn explained(key: &Key) -> String {
    match key.absent {
        "" => key.meaning.to_owned(),
        absent if absent.starts_with(REQUIRED) => format!("{}; {absent}", key.meaning),
        absent => format!("{}; when left out: {absent}", key.meaning),
    }
}

/// The name and schema of a kind with its own definition.
fn scalar(kind: &ValueKind) -> Option<(&'static str, Value)> {
    let text = |pattern: String| json!({ "type": "string", "pattern": pattern });
    let described = |mut value: Value, description: &str| {
        value["description"] = json!(description);
        value
    };
    let number = Dimension::Number;
    let found = match kind {
        ValueKind::Number => {
            let plain = json!({ "type": "number", "minimum": 0 });
            let value = json!({ "anyOf": [plain, text(patterns::quantity(number))] });
            ("number", described(value, "A number from zero"))
        }
        ValueKind::Positive => {
            let plain = json!({ "type": "number", "exclusiveMinimum": 0 });
            let value = json!({ "anyOf": [plain, text(patterns::quantity(number))] });
            ("positive", described(value, "A number above zero"))
        }
        ValueKind::Share => {
            let plain = json!({ "type": "number", "minimum": 0, "maximum": 1 });
            let value = json!({ "anyOf": [plain, text(patterns::share())] });
            ("share", described(value, "A number from 0 to 1, or a percentage such as `0.1%`"))
        }
        ValueKind::Quantity(dimension) => (
            dimension.name(),
            described(text(patterns::quantity(*dimension)), &sentence(dimension.expected())),
        ),
        ValueKind::Law(dimension) => {
            let mut value = text(patterns::law(*dimension));
            if *dimension == number {
                let plain = json!({ "type": "number", "minimum": 0 });
                value = json!({ "anyOf": [plain, value] });
            }
            let name = match dimension {
                Dimension::Duration => "duration-law",
                Dimension::Size => "size-law",
                Dimension::Bandwidth => "bandwidth-law",
                _ => "number-law",
            };
            (name, described(value, &law_meaning(*dimension)))
        }
        ValueKind::Clock => {
            ("clock", described(text(patterns::clock()), "A time of day such as `10:00`"))
        }
        ValueKind::Value => {
            let value = json!({ "anyOf": [{ "type": "number" }, text(patterns::value())] });
            ("value", described(value, "A number or quantity such as `55ms`, `-50%` or `18 GB`"))
        }
        ValueKind::Metric => {
            let description =
                "A metric such as `response_time_seconds{entry=\"web\", stat=\"p95\"}`";
            ("metric", described(text(patterns::metric()), description))
        }
        ValueKind::Zipf => {
            let description = "A cache of `capacity` entries, asked for `items` keys by Zipf's law";
            ("zipf", described(text(patterns::zipf()), description))
        }
        _ => return None,
    };
    Some(found)
}

fn sentence(text: &str) -> String {
    let mut letters = text.chars();
    letters.next().map_or_else(String::new, |first| first.to_uppercase().chain(letters).collect())
}

fn law_meaning(dimension: Dimension) -> String {
    let forms: Vec<String> = crate::distribution::FORMS
        .iter()
        .map(|(_, usage)| format!("`{}`", usage.replace(" or ", "` or `")))
        .collect();
    format!("{}, or a distribution: {}", sentence(dimension.expected()), forms.join(", "))
}
