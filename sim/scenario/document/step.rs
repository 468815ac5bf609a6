//! Reads the steps of an endpoint, which a request executes one after the other.

use super::cache::{self, CacheStep};
use super::call::{self, CallStep};
use super::disk::{self, DiskStep};
use super::fields::{self, Fields, Name, Reader};
use crate::schema::STEP;
use crate::source::Origin;
use crate::tree::{Item, Value};
use wssim_model::law::Law;
use wssim_text::quantity::Dimension;
use wssim_text::suggest;

/// A step.
#[derive(Clone, Debug)]
pub(crate) struct StepText {
    pub kind: StepKind,
    pub probability: f64,
    pub repeat: Option<Law>,
    pub label: Option<Name>,
    pub path: String,
}

/// What a step does.
#[derive(Clone, Debug)]
pub(crate) enum StepKind {
    /// Computes.
    Cpu(Law),
    /// Waits for a service outside the cluster.
    Sleep(Law),
    /// Reads or writes a disk.
    Disk(DiskStep),
    /// Reads a number of pages of the service's data; place of the key.
    Read(Law, Origin),
    /// Calls another service.
    Call(Box<CallStep>),
    /// Runs branches in parallel.
    Parallel { branches: Vec<Vec<StepText>>, need: u32 },
    /// Asks a cache; what is done about a miss.
    Cache(Box<CacheStep>, Vec<StepText>),
    /// Runs steps one after the other.
    Group(Vec<StepText>),
    /// Runs steps while it holds a connection.
    With(Box<WithStep>),
}

/// Steps during which a connection to a service is held.
#[derive(Clone, Debug)]
pub(crate) struct WithStep {
    pub service: Name,
    /// Probability that it is never returned.
    pub leak: f64,
    pub steps: Vec<StepText>,
}

/// The kinds of steps: each step has one of these keys.
const KINDS: [&str; 9] =
    ["cpu", "call", "parallel", "cache", "disk", "read", "sleep", "steps", "with"];

/// Reads a list of steps.
pub(super) fn read_list(reader: &mut Reader<'_>, item: &Item, path: &str) -> Vec<StepText> {
    let Value::Array(items) = &item.value else {
        let message = format!("`{path}` is a list of steps, not {}", item.kind());
        let help = Some("such as `[ { cpu = \"exp(1ms)\" } ]`".to_owned());
        reader.mistake(item.origin, "wrong-type", message, help);
        return Vec::new();
    };
    let mut steps = Vec::new();
    for (number, item) in items.iter().enumerate() {
        if let Some(fields) = reader.table(item, &format!("{path}[{number}]"), &STEP) {
            steps.extend(read(reader, fields));
        }
    }
    steps
}

fn read(reader: &mut Reader<'_>, mut fields: Fields<'_>) -> Option<StepText> {
    // The steps of `with` are its own.
    let is_other = |kind: &&str| *kind != "steps" || !fields.has("with");
    let kinds: Vec<&'static str> =
        KINDS.into_iter().filter(|kind| fields.has(kind)).filter(is_other).collect();
    fields.accept(&KINDS);
    let kind = match kinds.as_slice() {
        [kind] => *kind,
        [] => {
            let help = fields
                .table
                .iter()
                .find_map(|(key, entry)| {
                    let near = suggest::nearest(key, KINDS)?;
                    Some((entry.key, format!("did you mean `{near}`?")))
                })
                .unwrap_or((fields.origin, format!("a step has one of: {}", KINDS.join(", "))));
            reader.mistake(help.0, "unknown-step", "this is no step", Some(help.1));
            return None;
        }
        [first, second, ..] => {
            let message = format!("a step does one thing: `{first}` or `{second}`");
            let origin = fields.table.get(*second).map_or(fields.origin, |entry| entry.key);
            reader.mistake(origin, "unknown-step", message, Some("write two steps".to_owned()));
            return None;
        }
    };
    let probability = fields.value(reader, "probability", fields::share).unwrap_or(1.0);
    let repeat = fields.law(reader, "repeat", Dimension::Number);
    let label = fields.name(reader, "label");
    let read = match kind {
        "cpu" => fields.work(reader, "cpu").map(StepKind::Cpu),
        "sleep" => fields.law(reader, "sleep", Dimension::Duration).map(StepKind::Sleep),
        "disk" => disk::step(reader, &mut fields).map(StepKind::Disk),
        "read" => {
            let origin = fields.table.get("read").map_or(fields.origin, |entry| entry.key);
            let pages = fields.law(reader, "read", Dimension::Number);
            pages.map(|pages| StepKind::Read(pages, origin))
        }
        "call" => call::read(reader, &mut fields).map(|call| StepKind::Call(Box::new(call))),
        "parallel" => parallel(reader, &mut fields),
        "cache" => look_up(reader, &mut fields),
        "with" => with(reader, &mut fields).map(|with| StepKind::With(Box::new(with))),
        _ => {
            let path = fields.at("steps");
            fields.item("steps").map(|item| StepKind::Group(read_list(reader, item, &path)))
        }
    };
    let path = fields.path.clone();
    fields.finish(reader);
    read.map(|kind| StepText { kind, probability, repeat, label, path })
}

/// Calls `settle` for every step, nested ones too, to resolve what depends on all services.
pub(super) fn each(steps: &mut [StepText], settle: &mut impl FnMut(&mut StepText)) {
    for step in steps {
        settle(step);
        match &mut step.kind {
            StepKind::Parallel { branches, .. } => {
                for branch in branches {
                    each(branch, settle);
                }
            }
            StepKind::Cache(_, miss) => each(miss, settle),
            StepKind::Group(steps) => each(steps, settle),
            StepKind::With(with) => each(&mut with.steps, settle),
            _ => {}
        }
    }
}

fn look_up(reader: &mut Reader<'_>, fields: &mut Fields<'_>) -> Option<StepKind> {
    let look_up = cache::read(reader, fields);
    let path = fields.at("miss");
    let miss = match fields.item("miss") {
        Some(item) => read_list(reader, item, &path),
        None => Vec::new(),
    };
    look_up.map(|look_up| StepKind::Cache(Box::new(look_up), miss))
}

/// `{ with = "database", steps = [ … ], leak = "0.1%" }`.
fn with(reader: &mut Reader<'_>, fields: &mut Fields<'_>) -> Option<WithStep> {
    let service = fields.name(reader, "with");
    let leak = fields.value(reader, "leak", fields::share).unwrap_or(0.0);
    let path = fields.at("steps");
    let Some(item) = fields.item("steps") else {
        fields.missing(reader, "steps", "such as `steps = [ { call = \"database.query\" } ]`");
        return None;
    };
    let steps = read_list(reader, item, &path);
    service.map(|service| WithStep { service, leak, steps })
}

fn parallel(reader: &mut Reader<'_>, fields: &mut Fields<'_>) -> Option<StepKind> {
    let path = fields.at("parallel");
    let item = fields.item("parallel")?;
    let mut branches = Vec::new();
    if let Value::Array(items) = &item.value
        && !items.is_empty()
    {
        for (number, branch) in items.iter().enumerate() {
            branches.push(read_list(reader, branch, &format!("{path}[{number}]")));
        }
    } else {
        let help = Some("a list of branches, each a list of steps".to_owned());
        reader.mistake(item.origin, "wrong-type", format!("`{path}` has no branches"), help);
    }
    let all = branches.len() as u32;
    let need = fields.value(reader, "need", fields::count(1)).unwrap_or(all);
    if need > all && !branches.is_empty() {
        let origin = fields.table.get("need").map_or(fields.origin, |entry| entry.item.origin);
        let message = format!("{need} of {all} branches cannot succeed");
        reader.mistake(origin, "out-of-range", message, Some(format!("at most {all}")));
    }
    Some(StepKind::Parallel { branches, need })
}
