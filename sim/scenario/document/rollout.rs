//! `[[rollout]]`: new images of services and their deployment; `update` and `rollback` of a service.

use super::bandwidth;
use super::fields::{self, Fields, Name, Read, Reader, Texts};
use crate::diagnostic::Diagnostic;
use crate::schema::MOST_AT_ONCE;
use crate::source::Origin;
use crate::tree::Item;
use wssim_kernel::Nanos;
use wssim_model::blueprint::{Cold, OnStop};
use wssim_model::law::Law;
use wssim_model::orchestrator::{Bad, OnFailure, UpdatePolicy};
use wssim_text::quantity::Dimension;

/// A rollout as read.
#[derive(Clone, Debug)]
pub(crate) struct RolloutText {
    pub id: String,
    /// Its time from the beginning of the measured stretch.
    pub at: Nanos,
    /// The stack whose services, all or those in `services`, get new images.
    pub stack: Option<Name>,
    pub services: Option<Vec<Name>>,
    pub image: NewImage,
    /// `None` if the images are in the registry.
    pub build: Option<BuildText>,
    pub origin: Origin,
}

/// Properties of the new images; the others stay as before.
#[derive(Clone, Debug, Default)]
pub(crate) struct NewImage {
    /// Compressed bytes.
    pub size: Option<f64>,
    /// The share of them that nodes already have.
    pub present: f64,
    pub registry: Option<Name>,
    /// Bytes per second.
    pub rate: Option<f64>,
    pub bad: Option<Bad>,
}

/// The builds of the images.
#[derive(Clone, Debug)]
pub(crate) struct BuildText {
    pub node: Option<Name>,
    /// CPU time of one build.
    pub cpu: Law,
    pub at_once: u32,
}

pub(super) fn read(reader: &mut Reader<'_>, mut fields: Fields<'_>) -> RolloutText {
    for (key, help) in [("id", "a name of its own"), ("at", "such as `at = \"2min\"`")] {
        if !fields.has(key) {
            fields.missing(reader, key, help);
        }
    }
    let rollout = RolloutText {
        id: fields.name(reader, "id").map(|name| name.text).unwrap_or_default(),
        at: fields.duration(reader, "at").unwrap_or(Nanos::ZERO),
        stack: fields.name(reader, "stack"),
        services: fields.names(reader, "service"),
        image: new_image(reader, &mut fields),
        build: build(reader, &mut fields),
        origin: fields.origin,
    };
    if !fields.has("stack") && !fields.has("service") {
        let help = "a stack, or services: `service = [\"api\", \"web\"]`";
        fields.missing(reader, "stack", help);
    }
    fields.finish(reader);
    rollout
}

fn new_image(reader: &mut Reader<'_>, outer: &mut Fields<'_>) -> NewImage {
    if outer.table.get("image").is_none_or(|entry| entry.item.table().is_none()) {
        // The name alone is for readers: each service gets an image of its own.
        let _ = outer.name(reader, "image");
        return NewImage::default();
    }
    let Some(mut fields) = outer.inner(reader, "image") else { return NewImage::default() };
    let _ = fields.name(reader, "name");
    let image = NewImage {
        size: fields.value(reader, "size", fields::quantity(Dimension::Size)),
        present: fields.value_or(reader, "present", fields::share, 0.0, "0"),
        registry: fields.name(reader, "registry"),
        rate: fields.value(reader, "rate", bandwidth::read),
        bad: match fields.word(reader, "bad", &["exits", "hangs"]) {
            Some("exits") => Some(Bad::Exits),
            Some(_) => Some(Bad::Hangs),
            None => None,
        },
    };
    fields.finish(reader);
    image
}

fn build(reader: &mut Reader<'_>, outer: &mut Fields<'_>) -> Option<BuildText> {
    let mut fields = outer.inner(reader, "build")?;
    let helps = [("node", "the node that builds"), ("cpu", "such as `cpu = \"exp(60s)\"`")];
    for (key, help) in helps {
        if !fields.has(key) {
            fields.missing(reader, key, help);
        }
    }
    let at_once = fields::count_to(1, MOST_AT_ONCE);
    let build = BuildText {
        node: fields.name(reader, "node"),
        cpu: fields.work(reader, "cpu").unwrap_or(Law::ZERO),
        at_once: fields.value_or(reader, "at_once", at_once, 1, "1"),
    };
    fields.finish(reader);
    Some(build)
}

/// Reads `update` or `rollback`; a rollback is not rolled back.
pub(super) fn policy(
    reader: &mut Reader<'_>,
    outer: &mut Fields<'_>,
    key: &'static str,
) -> Option<UpdatePolicy> {
    let mut fields = outer.inner(reader, key)?;
    let usual = UpdatePolicy::default();
    let actions: &[&str] =
        if key == "update" { &["pause", "continue", "rollback"] } else { &["pause", "continue"] };
    let policy = UpdatePolicy {
        parallelism: fields
            .value(reader, "parallelism", fields::count(0))
            .unwrap_or(usual.parallelism),
        surge: usual.surge,
        delay: fields.duration(reader, "delay").unwrap_or(usual.delay),
        monitor: monitor(fields.duration(reader, "monitor")),
        on_failure: match fields.word(reader, "failure_action", actions) {
            Some("continue") => OnFailure::Continue,
            Some("rollback") => OnFailure::Rollback,
            _ => OnFailure::Pause,
        },
        max_failure_ratio: fields
            .value(reader, "max_failure_ratio", fields::share)
            .unwrap_or(usual.max_failure_ratio),
        start_first: fields.word(reader, "order", &["stop-first", "start-first"])
            == Some("start-first"),
    };
    fields.finish(reader);
    Some(policy)
}

/// Zero means Swarm's default.
fn monitor(written: Option<Nanos>) -> Nanos {
    written.filter(|length| *length > Nanos::ZERO).unwrap_or(UpdatePolicy::MONITOR)
}

/// Reads `on_stop`.
pub(super) fn on_stop(reader: &mut Reader<'_>, fields: &mut Fields<'_>) -> OnStop {
    match fields.word(reader, "on_stop", &["drain", "exit", "ignore"]) {
        Some("exit") => OnStop::Exit,
        Some("ignore") => OnStop::Ignore,
        _ => OnStop::Drain,
    }
}

/// Largest factor on the CPU time of the first request.
const MOST_FACTOR: f64 = 1000.0;

/// Reads `cold`.
pub(super) fn cold(reader: &mut Reader<'_>, outer: &mut Fields<'_>) -> Option<Cold> {
    let mut fields = outer.inner(reader, "cold")?;
    let helps = [("factor", "such as `factor = 5.0`"), ("requests", "such as `requests = 50`")];
    for (key, help) in helps {
        if !fields.has(key) {
            fields.missing(reader, key, help);
        }
    }
    let factor = fields.value(reader, "factor", factor);
    let requests = fields.value(reader, "requests", fields::count(1));
    fields.finish(reader);
    factor.zip(requests).map(|(factor, requests)| Cold { factor, requests })
}

fn factor(texts: &Texts<'_>, item: &Item) -> Read<f64> {
    let value = fields::positive(texts, item)?;
    if (1.0..=MOST_FACTOR).contains(&value) {
        return Ok(value);
    }
    let message = format!("this lies between 1 and {MOST_FACTOR}");
    Err(Box::new(Diagnostic::error("out-of-range", message).at(texts.sources, item.origin)))
}
