//! `[migration]` and `[[phase]]`: the steps from one placement to another.

use super::bandwidth;
use super::fields::{self, Fields, Name, Reader};
use crate::load::overlay;
use crate::source::Origin;
use crate::tree::{Item, Value};
use wssim_kernel::Nanos;
use wssim_model::law::Law;
use wssim_text::quantity::Dimension;
use wssim_text::suggest;

/// Bytes per second of one thread that dumps a database: 635 MB in 4.9 s and 1,576 MB in 15.5 s
/// measured, 50 GB in 430 s reported (mckerlie.com).
pub(crate) const DUMPED: Law = Law::Uniform { low: 80e6, high: 130e6 };
/// Bytes per second of one that restores it: 635 MB in 21 s and 1,576 MB in 57 s measured, 50 GB in
/// 1,804 s reported there.
pub(crate) const RESTORED: Law = Law::Uniform { low: 20e6, high: 30e6 };

/// Phases as read.
#[derive(Clone, Debug, Default)]
pub(crate) struct MigrationText {
    pub phases: Vec<PhaseText>,
}

/// One phase.
#[derive(Clone, Debug)]
pub(crate) struct PhaseText {
    pub id: Name,
    pub title: String,
    /// `None` for the previous one.
    pub after: Option<Vec<Name>>,
    pub window: Option<Nanos>,
    pub steps: Vec<PhaseStep>,
}

/// One step of it.
#[derive(Clone, Debug)]
pub(crate) struct PhaseStep {
    /// Its name, or its number.
    pub id: String,
    /// `None` for the previous one.
    pub after: Option<Vec<Name>>,
    pub text: Option<String>,
    pub work: WorkText,
    pub origin: Origin,
}

/// The work of a step.
#[derive(Clone, Debug)]
pub(crate) enum WorkText {
    Stop(Vec<Name>),
    Start(Vec<Name>),
    Switch(Vec<Name>),
    /// Bytes of data, and bytes per second.
    Dump(Name, f64, Law),
    Restore(Name, f64, Law),
    Copy(Copy),
    /// Whether they only look, and for how long.
    People(bool, Law),
}

/// Bytes from one node to another.
#[derive(Clone, Debug)]
pub(crate) struct Copy {
    pub bytes: f64,
    pub from: Name,
    pub to: Name,
    pub rate: f64,
}

/// Kinds of steps: each step has one of these keys.
const KINDS: [&str; 8] = ["stop", "start", "switch", "dump", "copy", "restore", "verify", "manual"];

pub(super) fn read(reader: &mut Reader<'_>, root: &mut Fields<'_>) -> MigrationText {
    let window = root.inner(reader, "migration").and_then(|mut fields| {
        let window = fields.duration(reader, "window");
        fields.finish(reader);
        window
    });
    let phases = root.list(reader, "phase").into_iter();
    MigrationText { phases: phases.map(|fields| phase(reader, fields, window)).collect() }
}

fn phase(reader: &mut Reader<'_>, mut fields: Fields<'_>, window: Option<Nanos>) -> PhaseText {
    if !fields.has("id") {
        fields.missing(reader, "id", "a name of its own");
    }
    let origin = fields.origin;
    let id = fields.name(reader, "id").unwrap_or(Name { text: String::new(), origin });
    let title = fields.name(reader, "title").map_or_else(|| id.text.clone(), |name| name.text);
    let after = fields.names(reader, "after");
    let window = fields.duration(reader, "window").or(window);
    if let Some(item) = fields.item("overlay") {
        overlay(reader, item);
    }
    let steps = fields.list(reader, "steps").into_iter().zip(1..);
    let steps = steps.filter_map(|(fields, number)| step(reader, fields, number)).collect();
    fields.finish(reader);
    PhaseText { id, title, after, window, steps }
}

/// The overlay of a phase: its keys are read with the scenario.
fn overlay(reader: &mut Reader<'_>, item: &Item) {
    match &item.value {
        Value::Text(_) => {}
        Value::Table(table) => {
            for key in overlay::IGNORED {
                let Some(entry) = table.get(key) else { continue };
                let message = format!("`{key}` does not change from a phase on");
                let help = "write it outside of the overlay".to_owned();
                reader.mistake(entry.key, "misplaced-key", message, Some(help));
            }
        }
        _ => {
            let message =
                format!("keys of a scenario, or a file of them, are due here, not {}", item.kind());
            reader.mistake(item.origin, "wrong-type", message, None);
        }
    }
}

fn step(reader: &mut Reader<'_>, mut fields: Fields<'_>, number: usize) -> Option<PhaseStep> {
    let kinds: Vec<&'static str> = KINDS.into_iter().filter(|kind| fields.has(kind)).collect();
    fields.accept(&KINDS);
    let kind = match kinds.as_slice() {
        [kind] => *kind,
        [] => {
            let near = |(key, entry): (&String, &crate::tree::Entry)| {
                let near = suggest::nearest(key, KINDS)?;
                Some((entry.key, format!("did you mean `{near}`?")))
            };
            let usual = (fields.origin, format!("a step has one of: {}", KINDS.join(", ")));
            let (at, help) = fields.table.iter().find_map(near).unwrap_or(usual);
            reader.mistake(at, "unknown-step", "this is no step", Some(help));
            return None;
        }
        [first, second, ..] => {
            let message = format!("a step does one thing: `{first}` or `{second}`");
            let origin = fields.table.get(*second).map_or(fields.origin, |entry| entry.key);
            reader.mistake(origin, "unknown-step", message, Some("write two steps".to_owned()));
            return None;
        }
    };
    let id = fields.name(reader, "id").map_or_else(|| number.to_string(), |name| name.text);
    let after = fields.names(reader, "after");
    let text = fields.name(reader, "text").map(|name| name.text);
    let work = work(reader, &mut fields, kind);
    let origin = fields.origin;
    fields.finish(reader);
    work.map(|work| PhaseStep { id, after, text, work, origin })
}

fn work(reader: &mut Reader<'_>, fields: &mut Fields<'_>, kind: &'static str) -> Option<WorkText> {
    match kind {
        "stop" => services(reader, fields, kind).map(WorkText::Stop),
        "start" => services(reader, fields, kind).map(WorkText::Start),
        "switch" => services(reader, fields, kind).map(WorkText::Switch),
        "dump" | "restore" => {
            let (usual, shown) = if kind == "dump" {
                (DUMPED, "uniform(80 MB/s, 130 MB/s)")
            } else {
                (RESTORED, "uniform(20 MB/s, 30 MB/s)")
            };
            let service = fields.name(reader, kind);
            let size = needed(reader, fields, "size", "such as `size = \"2 GB\"`");
            let rate = fields.value_or(reader, "rate", rates, usual, shown);
            let (service, size) = (service?, size?);
            Some(if kind == "dump" {
                WorkText::Dump(service, size, rate)
            } else {
                WorkText::Restore(service, size, rate)
            })
        }
        "copy" => {
            let bytes = fields.value(reader, kind, fields::quantity(Dimension::Size));
            for (key, help) in
                [("from", "the node where they are"), ("to", "the node where they are to be")]
            {
                if !fields.has(key) {
                    fields.missing(reader, key, help);
                }
            }
            let (from, to) = (fields.name(reader, "from"), fields.name(reader, "to"));
            let rate = fields.value(reader, "rate", bandwidth::read).unwrap_or(f64::INFINITY);
            Some(WorkText::Copy(Copy { bytes: bytes?, from: from?, to: to?, rate }))
        }
        _ => {
            let law = fields.law(reader, kind, Dimension::Duration);
            law.map(|law| WorkText::People(kind == "verify", law))
        }
    }
}

/// The services of a step, at least one.
fn services(
    reader: &mut Reader<'_>,
    fields: &mut Fields<'_>,
    kind: &'static str,
) -> Option<Vec<Name>> {
    let is_empty = |item: &Item| matches!(&item.value, Value::Array(items) if items.is_empty());
    let names = fields.names(reader, kind)?;
    if let Some(entry) = fields.table.get(kind).filter(|entry| is_empty(&entry.item)) {
        let message = format!("there is nothing to {kind}");
        let help = "name services, or `stack.NAME` for all of a stack".to_owned();
        reader.mistake(entry.item.origin, "nothing-there", message, Some(help));
    }
    Some(names)
}

fn needed(
    reader: &mut Reader<'_>,
    fields: &mut Fields<'_>,
    key: &'static str,
    help: &str,
) -> Option<f64> {
    if !fields.has(key) {
        fields.missing(reader, key, help);
    }
    fields.value(reader, key, fields::quantity(Dimension::Size))
}

/// A law of positive bandwidths.
fn rates(texts: &fields::Texts<'_>, item: &Item) -> fields::Read<Law> {
    let law = fields::law(Dimension::Bandwidth)(texts, item)?;
    if law.mean() > 0.0 {
        return Ok(law);
    }
    let message = "this must be above zero";
    let diagnostic = crate::diagnostic::Diagnostic::error("out-of-range", message);
    Err(Box::new(diagnostic.at(texts.sources, item.origin)))
}

impl PhaseStep {
    /// The services that it names.
    pub(crate) fn services(&self) -> &[Name] {
        match &self.work {
            WorkText::Stop(names) | WorkText::Start(names) | WorkText::Switch(names) => names,
            WorkText::Dump(name, ..) | WorkText::Restore(name, ..) => std::slice::from_ref(name),
            WorkText::Copy(_) | WorkText::People(..) => &[],
        }
    }
}
