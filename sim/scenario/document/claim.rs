//! `[[claim]]`: sentences of the plan.

use super::fields::{self, Fields, Name, Reader};
use super::part;
use crate::diagnostic::Diagnostic;
use crate::measured;
use crate::source::Origin;
use crate::tree::{Item, Value};
use wssim_experiment::part::{FROM, TO};
use wssim_experiment::question::{MetricRef, Study};
use wssim_text::quantity::{self, Dimension};

/// A claim as read.
#[derive(Clone, Debug)]
pub(crate) struct ClaimText {
    pub id: String,
    pub text: String,
    pub source: String,
    pub metric: Option<(MetricRef, Origin)>,
    /// Places of the keys `from` and `to` of its part of the measured stretch, if written as keys.
    pub ends: [Option<Origin>; 2],
    pub expect: Option<Expect>,
    pub relative_to: Option<Name>,
    pub study: Study,
    pub observed: bool,
    /// Paths that it needs besides its metric; `*` for any name.
    pub needs: Vec<Name>,
    /// Number of nodes that fail together.
    pub nodes_lost: Option<u32>,
    pub origin: Origin,
}

/// The plan's value.
#[derive(Clone, Debug)]
pub(crate) enum Expect {
    /// Bounds, at least one.
    Range(Option<Bound>, Option<Bound>),
    /// One value.
    Point(Bound),
}

/// A number and its place.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Bound {
    pub value: f64,
    pub dimension: Dimension,
    pub origin: Origin,
}

pub(super) fn read(reader: &mut Reader<'_>, mut fields: Fields<'_>) -> ClaimText {
    for (key, help) in [
        ("id", "a name of its own"),
        ("metric", "such as `metric = 'response_time_seconds{entry=\"web\", stat=\"p95\"}'`"),
        ("expect", "such as `expect = { min = \"55ms\", max = \"110ms\" }`"),
    ] {
        if !fields.has(key) {
            fields.missing(reader, key, help);
        }
    }
    let id = fields.name(reader, "id").map(|name| name.text).unwrap_or_default();
    let mut metric = fields.name(reader, "metric").and_then(|name| {
        let metric = parse_metric(reader, &name)?;
        Some((metric, name.origin))
    });
    let ends = [FROM, TO].map(|end| {
        let moment = part::key(reader, &mut fields, end)?;
        let labels = metric.as_mut().map(|(metric, _)| &mut metric.labels)?;
        if labels.insert(end.to_owned(), moment.text).is_some() {
            let message = format!("`{end}` is said here and in `metric`");
            reader.mistake(moment.origin, "contradiction", message, None);
        }
        Some(moment.origin)
    });
    let studies = ["run", "failures", "rollout", "migrate", "compare", "capacity"];
    let study = fields.word(reader, "study", &studies);
    // A metric of one study only needs no `needs` for it.
    let only = metric.as_ref().and_then(|(metric, _)| measured::only_study(metric));
    let study = study.or(only.map(Study::name));
    if fields.has("nodes_lost") && study != Some("failures") {
        let message = "`nodes_lost` has no meaning but for `study = \"failures\"`";
        reader.mistake(fields.origin, "contradiction", message, None);
    }
    let claim = ClaimText {
        text: fields.name(reader, "text").map_or_else(|| id.clone(), |name| name.text),
        id,
        source: fields.name(reader, "source").map(|name| name.text).unwrap_or_default(),
        metric,
        ends,
        expect: expect(reader, &mut fields),
        relative_to: fields.name(reader, "relative_to"),
        study: match study {
            Some("failures") => Study::Failures,
            Some("rollout") => Study::Rollout,
            Some("migrate") => Study::Migrate,
            Some("compare") => Study::Compare,
            Some("capacity") => Study::Capacity,
            _ => Study::Run,
        },
        observed: fields.value(reader, "observed", fields::truth).unwrap_or(false),
        needs: fields.names(reader, "needs").unwrap_or_default(),
        nodes_lost: fields.value(reader, "nodes_lost", fields::count(1)),
        origin: fields.origin,
    };
    fields.finish(reader);
    claim
}

fn expect(reader: &mut Reader<'_>, outer: &mut Fields<'_>) -> Option<Expect> {
    let entry = outer.table.get("expect")?;
    if entry.item.table().is_none() {
        let item = outer.item("expect")?;
        return bound(reader, item).map(Expect::Point);
    }
    let mut fields = outer.inner(reader, "expect")?;
    let mut one = |key: &'static str| fields.item(key).and_then(|item| bound(reader, item));
    let (min, max, value) = (one("min"), one("max"), one("value"));
    let origin = fields.origin;
    fields.finish(reader);
    match (min, max, value) {
        (None, None, Some(value)) => Some(Expect::Point(value)),
        (None, None, None) => {
            if !entry.item.table().is_some_and(|table| {
                ["min", "max", "value"].iter().any(|key| table.contains_key(*key))
            }) {
                reader.mistake(origin, "missing-key", "`expect` has `min`, `max` or `value`", None);
            }
            None
        }
        (min, max, None) => Some(Expect::Range(min, max)),
        _ => {
            let message = "`expect` has either bounds or one value";
            reader.mistake(origin, "contradiction", message, None);
            None
        }
    }
}

fn bound(reader: &mut Reader<'_>, item: &Item) -> Option<Bound> {
    let (value, dimension) = match &item.value {
        Value::Integer(number) => (*number as f64, Dimension::Number),
        Value::Float(number) => (*number, Dimension::Number),
        Value::Text(text) => match quantity::parse(text) {
            Ok(quantity) => (quantity.value, quantity.dimension),
            Err(flaw) => {
                let origin =
                    reader.texts.sources.inside(item.origin, text, flaw.start, flaw.length);
                reader.mistake(origin, "bad-value", flaw.message, flaw.help);
                return None;
            }
        },
        _ => {
            let read = fields::wrong::<()>(&reader.texts, item, "a value such as \"55ms\"");
            let _ = reader.keep(read);
            return None;
        }
    };
    Some(Bound { value, dimension, origin: item.origin })
}

/// Parses `name{label="value", …}`.
fn parse_metric(reader: &mut Reader<'_>, name: &Name) -> Option<MetricRef> {
    let text = name.text.as_str();
    let parsed = metric(text);
    if parsed.is_none() {
        let help = "expected a metric such as `response_time_seconds{entry=\"web\", stat=\"p95\"}`";
        reader.mistakes.push(
            Diagnostic::error("bad-metric", format!("`{text}` is not a metric"))
                .at(reader.texts.sources, name.origin)
                .help(help),
        );
    }
    parsed
}

/// Parses `name{label="value", …}`, optionally followed by `from … to …`; `None` for any other text.
pub(crate) fn metric(text: &str) -> Option<MetricRef> {
    let text = text.trim();
    let (name, labels, part) = match text.split_once('{') {
        None => {
            let (name, part) = text.split_once(char::is_whitespace).unwrap_or((text, ""));
            (name, "", part)
        }
        Some((name, rest)) => {
            let (labels, part) = rest.rsplit_once('}')?;
            (name.trim(), labels.trim(), part)
        }
    };
    let word = |text: &str| {
        !text.is_empty()
            && text.chars().all(|letter| letter.is_ascii_alphanumeric() || letter == '_')
    };
    if !word(name) {
        return None;
    }
    let mut out = MetricRef { name: name.to_owned(), ..MetricRef::default() };
    let mut rest = labels;
    while !rest.is_empty() {
        let (key, after) = rest.split_once('=')?;
        let (value, after) = after.trim_start().strip_prefix('"')?.split_once('"')?;
        let key = key.trim();
        if !word(key) || out.labels.insert(key.to_owned(), value.to_owned()).is_some() {
            return None;
        }
        rest = after.trim_start();
        if !rest.is_empty() {
            rest = rest.strip_prefix(',')?.trim_start();
        }
    }
    part::behind(&mut out, part)?;
    Some(out)
}
