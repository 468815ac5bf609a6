//! `[traffic.*]`: who asks for what, when, and how long they wait.

use super::fields::{self, Fields, Name, Reader};
use super::service;
use crate::quantity::Dimension;
use crate::tree::{Item, Value};
use wssim_kernel::Nanos;
use wssim_model::law::Law;

/// A source of requests.
#[derive(Clone, Debug)]
pub(crate) struct Traffic {
    /// Endpoints with weights, by name.
    pub entries: Vec<(Name, f64)>,
    pub arrivals: Option<ArrivalsText>,
    pub has_profile: bool,
    pub client_rtt: Law,
    pub send: Law,
    pub receive: Law,
    pub patience: Option<Law>,
    pub patience_in_queue: Option<Law>,
    /// Keys that are written and that the model does not simulate yet.
    pub unsimulated: Vec<&'static str>,
}

/// When requests come.
#[derive(Clone, Debug)]
pub(crate) enum ArrivalsText {
    /// In 1/s.
    Poisson(f64),
    Renewal(Law),
    Periodic {
        period: Nanos,
        phase: Option<Nanos>,
    },
    /// Mean rate in 1/s.
    Mmpp(f64),
    Closed {
        users: u32,
        think: Law,
    },
    Trace {
        file: Name,
        rate: f64,
        speed: f64,
    },
}

pub(super) fn read(reader: &mut Reader<'_>, mut fields: Fields<'_>) -> Traffic {
    let entries = entries(reader, &mut fields);
    if !fields.has("arrivals") {
        let help = "such as `arrivals = { kind = \"poisson\", rate = \"4/s\" }`";
        fields.missing(reader, "arrivals", help);
    }
    let (arrivals, has_profile) = match fields.inner(reader, "arrivals") {
        Some(inner) => arrivals(reader, inner),
        None => (None, false),
    };
    let mut unsimulated = Vec::new();
    for key in ["client", "resolver"] {
        if fields.has(key) {
            unsimulated.push(key);
        }
    }
    service::resolver(reader, &mut fields);
    if let Some(inner) = fields.inner(reader, "client") {
        service::connections(reader, inner);
    }
    let _ = fields.value(reader, "critical", fields::truth);
    objective(reader, &mut fields);
    let client_rtt =
        fields.value_or(reader, "client_rtt", fields::law(Dimension::Duration), Law::ZERO, "0s");
    let traffic = Traffic {
        entries,
        arrivals,
        has_profile,
        client_rtt,
        send: fields.law(reader, "send", Dimension::Size).unwrap_or(Law::ZERO),
        receive: fields.law(reader, "receive", Dimension::Size).unwrap_or(Law::ZERO),
        patience: fields.law(reader, "patience", Dimension::Duration),
        patience_in_queue: fields.law(reader, "patience_in_queue", Dimension::Duration),
        unsimulated,
    };
    fields.finish(reader);
    traffic
}

/// `entry = "traefik.web"`, or a table of weights, under either name.
fn entries(reader: &mut Reader<'_>, fields: &mut Fields<'_>) -> Vec<(Name, f64)> {
    let mut out = Vec::new();
    for key in ["entry", "entries"] {
        let path = fields.at(key);
        let Some(item) = fields.item(key) else {
            continue;
        };
        match &item.value {
            Value::Text(text) => out.push((Name { text: text.clone(), origin: item.origin }, 1.0)),
            Value::Table(table) => {
                for (name, entry) in table {
                    // An unquoted `traefik.web = 3` is a table within a table to TOML.
                    if let Some(inner) =
                        entry.item.table().filter(|inner| !inner.contains_key("value"))
                    {
                        for (endpoint, entry) in inner {
                            let full = format!("{name}.{endpoint}");
                            let path = fields::join(&fields::join(&path, name), endpoint);
                            let origin = entry.key;
                            if let Some(weight) =
                                reader.ranged(&entry.item, &path, fields::positive)
                            {
                                out.push((Name { text: full, origin }, weight));
                            }
                        }
                        continue;
                    }
                    let path = fields::join(&path, name);
                    if let Some(weight) = reader.ranged(&entry.item, &path, fields::positive) {
                        out.push((Name { text: name.clone(), origin: entry.key }, weight));
                    }
                }
            }
            _ => {
                let help = Some("expected \"service.endpoint\", or a table of weights".to_owned());
                reader.mistake(
                    item.origin,
                    "wrong-type",
                    format!("`{path}` is {}", item.kind()),
                    help,
                );
                return out;
            }
        }
    }
    if out.is_empty() && !fields.has("entry") && !fields.has("entries") {
        fields.missing(reader, "entry", "such as `entry = \"traefik.web\"`");
    }
    out.sort_by(|a, b| a.0.text.cmp(&b.0.text));
    out
}

/// Kinds of arrivals and their keys.
const KINDS: [(&str, &[&str]); 6] = [
    ("poisson", &["rate", "profile"]),
    ("renewal", &["interarrival", "profile"]),
    ("periodic", &["period", "rate", "phase", "profile"]),
    ("mmpp", &["rates", "switch", "profile"]),
    ("closed", &["users", "think"]),
    ("trace", &["file", "rate", "speed", "scale"]),
];

fn arrivals(reader: &mut Reader<'_>, mut fields: Fields<'_>) -> (Option<ArrivalsText>, bool) {
    if !fields.has("kind") {
        fields.missing(reader, "kind", "poisson, renewal, periodic, mmpp, closed or trace");
        return (None, false);
    }
    let kind = fields.word(reader, "kind", &KINDS.map(|(kind, _)| kind));
    let Some(kind) = kind else {
        return (None, false);
    };
    // What another kind left behind in a file below is not the author's mistake.
    let kind_source = fields.table["kind"].item.origin.source;
    for (other, keys) in KINDS {
        for key in keys {
            let inherited =
                fields.table.get(*key).is_some_and(|entry| entry.key.source != kind_source);
            let known = KINDS.iter().any(|(name, keys)| *name == kind && keys.contains(key));
            if other != kind && inherited && !known {
                let set = fields
                    .table
                    .get(*key)
                    .is_some_and(|entry| reader.texts.sources.of(entry.key).is_set);
                if !set {
                    fields.accept(&[key]);
                }
            }
        }
    }
    let has_profile =
        if kind == "closed" || kind == "trace" { false } else { profile(reader, &mut fields) };
    let arrivals = match kind {
        "poisson" => {
            need(reader, &fields, "rate", "such as `rate = \"4/s\"`");
            fields
                .value(reader, "rate", fields::quantity(Dimension::Rate))
                .map(ArrivalsText::Poisson)
        }
        "renewal" => {
            need(
                reader,
                &fields,
                "interarrival",
                "such as `interarrival = \"erlang(250ms, k=4)\"`",
            );
            let gap = fields.law(reader, "interarrival", Dimension::Duration);
            if gap.as_ref().is_some_and(|gap| gap.mean() <= 0.0) {
                let origin = fields.table["interarrival"].item.origin;
                reader.mistake(origin, "out-of-range", "arrivals without gaps have no end", None);
            }
            gap.map(ArrivalsText::Renewal)
        }
        "periodic" => periodic(reader, &mut fields),
        "mmpp" => mmpp(reader, &mut fields),
        "closed" => {
            need(reader, &fields, "users", "such as `users = 50`");
            let users = fields.value(reader, "users", fields::count_to(1, 10_000_000));
            let think =
                fields.value_or(reader, "think", fields::law(Dimension::Duration), Law::ZERO, "0s");
            users.map(|users| ArrivalsText::Closed { users, think })
        }
        _ => {
            need(reader, &fields, "file", "such as `file = \"day.csv\"`");
            let file = fields.name(reader, "file");
            let scale = fields.value(reader, "scale", fields::positive);
            let rate = fields.value(reader, "rate", fields::positive).or(scale).unwrap_or(1.0);
            let speed = fields.value(reader, "speed", fields::positive).unwrap_or(1.0);
            file.map(|file| ArrivalsText::Trace { file, rate, speed })
        }
    };
    fields.finish(reader);
    (arrivals, has_profile)
}

fn need(reader: &mut Reader<'_>, fields: &Fields<'_>, key: &str, help: &str) {
    if !fields.has(key) {
        fields.missing(reader, key, help);
    }
}

fn periodic(reader: &mut Reader<'_>, fields: &mut Fields<'_>) -> Option<ArrivalsText> {
    let period = fields.value(reader, "period", fields::quantity(Dimension::Duration));
    let rate = fields.value(reader, "rate", fields::quantity(Dimension::Rate));
    let phase = fields.duration(reader, "phase");
    let written = |key: &str| fields.table.get(key).map(|entry| entry.item.origin);
    let nanoseconds = match (period, rate) {
        (Some(_), Some(_)) => {
            let origin = written("rate").unwrap_or(fields.origin);
            reader.mistake(origin, "contradiction", "`period` and `rate` say the same thing", None);
            return None;
        }
        (Some(period), None) => period,
        (None, Some(rate)) if rate > 0.0 => 1e9 / rate,
        (None, Some(_)) => 0.0,
        (None, None) => {
            if written("period").or(written("rate")).is_none() {
                fields.missing(reader, "period", "such as `period = \"1s\"`");
            }
            return None;
        }
    };
    let period = Nanos::from_f64(nanoseconds);
    if period == Nanos::ZERO {
        let origin = written("period").or(written("rate")).unwrap_or(fields.origin);
        reader.mistake(origin, "out-of-range", "arrivals without gaps have no end", None);
        return None;
    }
    Some(ArrivalsText::Periodic { period, phase })
}

/// Rates of the states and of leaving them; states follow each other in a circle.
fn mmpp(reader: &mut Reader<'_>, fields: &mut Fields<'_>) -> Option<ArrivalsText> {
    let mut list = |key: &'static str| {
        let path = fields.at(key);
        let Some(item) = fields.item(key) else {
            fields.missing(
                reader,
                key,
                "such as `rates = [\"2/s\", \"20/s\"], switch = [\"1/min\", \"6/min\"]`",
            );
            return None;
        };
        let Value::Array(items) = &item.value else {
            reader.mistake(item.origin, "wrong-type", format!("`{path}` is a list of rates"), None);
            return None;
        };
        let mut out = Vec::new();
        for (number, item) in items.iter().enumerate() {
            let path = format!("{path}[{number}]");
            out.push(reader.ranged(item, &path, fields::quantity(Dimension::Rate))?);
        }
        Some(out)
    };
    let (rates, switch) = (list("rates"), list("switch"));
    let (rates, switch) = (rates?, switch?);
    if rates.len() != switch.len() || rates.is_empty() || switch.iter().any(|rate| *rate <= 0.0) {
        let message = "`rates` and `switch` have one entry for each state, and every state is left";
        reader.mistake(fields.origin, "bad-value", message, None);
        return None;
    }
    let weight: f64 = switch.iter().map(|leave| 1.0 / leave).sum();
    let mean = rates.iter().zip(&switch).map(|(rate, leave)| rate / leave).sum::<f64>() / weight;
    Some(ArrivalsText::Mmpp(mean))
}

/// Whether there is a profile.
fn profile(reader: &mut Reader<'_>, fields: &mut Fields<'_>) -> bool {
    let Some(entry) = fields.table.get("profile") else {
        fields.accept(&["profile"]);
        return false;
    };
    if entry.item.table().is_none() {
        let _ = fields.word(reader, "profile", &["diurnal"]);
        return true;
    }
    let Some(mut inner) = fields.inner(reader, "profile") else {
        return true;
    };
    let forms: Vec<&str> =
        ["values", "steps", "ramp"].into_iter().filter(|form| inner.has(form)).collect();
    if forms.len() != 1 {
        let message = format!("`{}` has one of `values`, `steps` and `ramp`", inner.path);
        reader.mistake(inner.origin, "bad-value", message, None);
    }
    if inner.has("values") {
        if !inner.has("slot") {
            inner.missing(reader, "slot", "such as `slot = \"1h\"`");
        }
        let _ = inner.duration(reader, "slot");
        if let Some(item) = inner.item("values") {
            factors(reader, item);
        }
    } else {
        inner.accept(&["values", "slot"]);
    }
    for key in ["steps", "ramp"] {
        if let Some(item) = inner.item(key) {
            points(reader, item);
        }
    }
    inner.finish(reader);
    true
}

fn factors(reader: &mut Reader<'_>, item: &Item) {
    let Value::Array(items) = &item.value else {
        reader.mistake(item.origin, "wrong-type", "a list of numbers is due here", None);
        return;
    };
    for item in items {
        let read = fields::quantity(Dimension::Number)(&reader.texts, item);
        let _ = reader.keep(read);
    }
}

fn points(reader: &mut Reader<'_>, item: &Item) {
    let help = || Some("such as `[[\"0s\", 1.0], [\"30s\", 1.7]]`".to_owned());
    let Value::Array(items) = &item.value else {
        reader.mistake(item.origin, "wrong-type", "a list of points is due here", help());
        return;
    };
    let mut last = -1.0;
    for item in items {
        let pair = if let Value::Array(pair) = &item.value { pair.as_slice() } else { &[] };
        let [at, factor] = pair else {
            reader.mistake(item.origin, "wrong-type", "a point is a time and a factor", help());
            continue;
        };
        let time = fields::quantity(Dimension::Duration)(&reader.texts, at);
        let factor = fields::quantity(Dimension::Number)(&reader.texts, factor);
        let _ = reader.keep(factor);
        if let Some(time) = reader.keep(time) {
            if time < last {
                reader.mistake(at.origin, "bad-value", "times must not decrease", None);
            }
            last = time;
        }
    }
}

fn objective(reader: &mut Reader<'_>, outer: &mut Fields<'_>) {
    let Some(mut fields) = outer.inner(reader, "objective") else {
        return;
    };
    for key in ["mean", "p50", "p90", "p95", "p99", "p999"] {
        let _ = fields.duration(reader, key);
    }
    let _ = fields.value(reader, "errors", fields::share);
    fields.finish(reader);
}
