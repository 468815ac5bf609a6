//! Steps of an endpoint: what a request does, one after the other.

use super::fields::{self, Fields, Name, Reader};
use crate::quantity::Dimension;
use crate::schema::STEP;
use crate::suggest;
use crate::tree::{Item, Value};
use wssim_kernel::Nanos;
use wssim_model::blueprint::Retry;
use wssim_model::law::Law;
use wssim_model::probe::Failure;

/// A step.
#[derive(Clone, Debug)]
pub(crate) struct Step {
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
    /// Waits for something outside the cluster.
    Sleep(Law),
    /// Reads or writes a disk.
    Disk,
    /// Calls another service.
    Call(Box<CallStep>),
    /// Runs branches at once.
    Parallel { branches: Vec<Vec<Step>>, need: u32 },
    /// Asks a cache.
    Cache(Box<CacheStep>),
    /// Runs steps one after the other.
    Group(Vec<Step>),
}

/// A call.
#[derive(Clone, Debug)]
pub(crate) struct CallStep {
    pub target: Name,
    pub send: Law,
    pub receive: Law,
    pub timeout: Option<Nanos>,
    pub retry: Retry,
    /// Keys that are written and that the model does not simulate yet.
    pub unsimulated: Vec<&'static str>,
}

/// A look-up in a cache.
#[derive(Clone, Debug)]
pub(crate) struct CacheStep {
    pub cache: Name,
    /// The share of hits; `None`: a cache of so many entries.
    pub hit: Option<f64>,
    pub cost: Law,
    pub miss: Vec<Step>,
}

/// The kinds of steps: each step has one of these keys.
const KINDS: [&str; 7] = ["cpu", "call", "parallel", "cache", "disk", "sleep", "steps"];

/// Reads a list of steps.
pub(super) fn read_list(reader: &mut Reader<'_>, item: &Item, path: &str) -> Vec<Step> {
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

fn read(reader: &mut Reader<'_>, mut fields: Fields<'_>) -> Option<Step> {
    let kinds: Vec<&'static str> = KINDS.into_iter().filter(|kind| fields.has(kind)).collect();
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
        "cpu" => fields.law(reader, "cpu", Dimension::Duration).map(StepKind::Cpu),
        "sleep" => fields.law(reader, "sleep", Dimension::Duration).map(StepKind::Sleep),
        "disk" => disk(reader, &mut fields),
        "call" => call(reader, &mut fields),
        "parallel" => parallel(reader, &mut fields),
        "cache" => cache(reader, &mut fields),
        _ => {
            let path = fields.at("steps");
            fields.item("steps").map(|item| StepKind::Group(read_list(reader, item, &path)))
        }
    };
    let path = fields.path.clone();
    fields.finish(reader);
    read.map(|kind| Step { kind, probability, repeat, label, path })
}

/// `disk = "16 kB"`, read unless `write = true`.
fn disk(reader: &mut Reader<'_>, fields: &mut Fields<'_>) -> Option<StepKind> {
    let _ = fields.value(reader, "write", fields::truth);
    fields.law(reader, "disk", Dimension::Size).map(|_| StepKind::Disk)
}

fn call(reader: &mut Reader<'_>, fields: &mut Fields<'_>) -> Option<StepKind> {
    let target = fields.name(reader, "call");
    let send = fields.law(reader, "send", Dimension::Size).unwrap_or(Law::ZERO);
    let receive = fields.law(reader, "receive", Dimension::Size).unwrap_or(Law::ZERO);
    let timeout = fields.timer(reader, "timeout");
    let mut unsimulated = Vec::new();
    if fields.duration(reader, "connect_timeout").is_some() {
        unsimulated.push("connect_timeout");
    }
    let retry = retries(reader, fields);
    if fields.has("breaker") {
        unsimulated.push("breaker");
    }
    breaker(reader, fields);
    if fields.has("deadline") {
        if fields.table["deadline"].item.text() == Some("propagate") {
            fields.accept(&["deadline"]);
        } else {
            let _ = fields.duration(reader, "deadline");
        }
        unsimulated.push("deadline");
    } else {
        fields.accept(&["deadline"]);
    }
    if fields.value(reader, "cancel", fields::truth) == Some(true) {
        unsimulated.push("cancel");
    }
    let target = target?;
    Some(StepKind::Call(Box::new(CallStep { target, send, receive, timeout, retry, unsimulated })))
}

fn breaker(reader: &mut Reader<'_>, outer: &mut Fields<'_>) {
    let Some(mut fields) = outer.inner(reader, "breaker") else {
        return;
    };
    let _ = fields.value(reader, "failures", fields::count(1));
    let _ = fields.value(reader, "ratio", fields::share);
    let _ = fields.duration(reader, "window");
    let _ = fields.duration(reader, "open");
    let _ = fields.value(reader, "half_open", fields::count(1));
    fields.finish(reader);
}

fn retries(reader: &mut Reader<'_>, outer: &mut Fields<'_>) -> Retry {
    let Some(entry) = outer.table.get("retries") else {
        outer.accept(&["retries"]);
        return Retry::NEVER;
    };
    if entry.item.table().is_none_or(|table| table.contains_key("value")) {
        let attempts = outer.value(reader, "retries", fields::count(0)).unwrap_or(0);
        return Retry { attempts, ..Retry::NEVER };
    }
    let Some(mut fields) = outer.inner(reader, "retries") else {
        return Retry::NEVER;
    };
    if !fields.has("attempts") {
        fields.missing(reader, "attempts", "such as `attempts = 2`");
    }
    let mut retry = Retry {
        attempts: fields.value(reader, "attempts", fields::count(0)).unwrap_or(0),
        backoff: fields.duration(reader, "backoff").unwrap_or(Nanos::ZERO),
        factor: fields.value(reader, "factor", fields::positive).unwrap_or(1.0),
        jitter: fields.value(reader, "jitter", fields::share).unwrap_or(0.0),
        other_replica: fields.value(reader, "other_replica", fields::truth).unwrap_or(false),
        on: u16::MAX,
    };
    if let Some(reasons) = fields.names(reader, "on") {
        retry.on = 0;
        for reason in reasons {
            let names = Failure::ALL.map(Failure::name);
            let known = Failure::ALL.into_iter().find(|failure| failure.name() == reason.text);
            if let Some(failure) = known {
                retry.on |= failure.bit();
            } else {
                let message = format!("no failure is named `{}`", reason.text);
                let hint = suggest::hint(&reason.text, names);
                reader.mistake(reason.origin, "unknown-failure", message, hint);
            }
        }
    }
    fields.finish(reader);
    retry
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

fn cache(reader: &mut Reader<'_>, fields: &mut Fields<'_>) -> Option<StepKind> {
    let cache = fields.name(reader, "cache");
    if !fields.has("hit") {
        fields.missing(reader, "hit", "such as `hit = 0.8`");
    }
    let is_real = fields
        .table
        .get("hit")
        .and_then(|entry| entry.item.text())
        .is_some_and(|text| text.contains('('));
    let hit = if is_real {
        zipf(reader, fields);
        None
    } else {
        Some(fields.value(reader, "hit", fields::share).unwrap_or(0.0))
    };
    let cost = fields.law(reader, "cost", Dimension::Duration).unwrap_or(Law::ZERO);
    let path = fields.at("miss");
    let miss = match fields.item("miss") {
        Some(item) => read_list(reader, item, &path),
        None => Vec::new(),
    };
    Some(StepKind::Cache(Box::new(CacheStep { cache: cache?, hit, cost, miss })))
}

/// `zipf(items=100000, capacity=20000, alpha=0.9)`.
fn zipf(reader: &mut Reader<'_>, fields: &mut Fields<'_>) {
    use crate::expression::{Expression, parse};
    const KEYS: [&str; 3] = ["items", "capacity", "alpha"];
    let Some(item) = fields.item("hit") else {
        return;
    };
    let Some(text) = item.text() else { return };
    let good = match parse(text) {
        Ok(Expression::Call { name, arguments }) => {
            name == "zipf"
                && arguments.len() == KEYS.len()
                && KEYS.iter().all(|key| {
                    arguments.iter().any(|argument| {
                        argument.key.as_deref() == Some(key)
                            && matches!(&argument.value, Expression::Quantity(quantity)
                                if quantity.dimension == Dimension::Number && quantity.value > 0.0)
                    })
                })
        }
        _ => false,
    };
    if !good {
        let help =
            Some("expected a share such as 0.8, or `zipf(items=, capacity=, alpha=)`".to_owned());
        reader.mistake(item.origin, "bad-value", format!("`{text}` is no hit ratio"), help);
    }
}
