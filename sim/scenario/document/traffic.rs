//! `[traffic.*]`: sources of requests: their entries, arrivals and time-outs.

use super::arrivals::{self, ArrivalsText};
use super::fields::{self, Fields, Name, Reader};
use super::profile::ProfileText;
use super::routing;
use crate::diagnostic::Diagnostic;
use crate::schema::MOST_USERS;
use crate::source::Origin;
use crate::tree::{Entry, Item, Value};
use std::collections::BTreeMap;
use wssim_experiment::cluster::ResponseLimit;
use wssim_experiment::question::ScaledUsers;
use wssim_model::law::Law;
use wssim_text::quantity::Dimension;

/// A source of requests.
#[derive(Clone, Debug)]
pub(crate) struct Traffic {
    /// Endpoints with weights, by name.
    pub entries: Vec<(Name, f64)>,
    pub arrivals: Option<ArrivalsText>,
    /// Place of `arrivals`.
    pub origin: Origin,
    pub profile: Option<ProfileText>,
    pub client_rtt: Law,
    pub send: Law,
    pub receive: Law,
    pub patience: Option<Law>,
    pub patience_in_queue: Option<Law>,
    pub cancel: bool,
    /// Whether it counts for survival, and its objectives.
    pub critical: bool,
    pub objective: ObjectiveText,
    /// Nodes whose published port users connect to.
    pub ingress: Vec<Name>,
    /// Ports of the mesh to one replica, if each request uses one.
    pub ports: Option<u32>,
    /// Keys that the model does not simulate yet.
    pub unsimulated: Vec<&'static str>,
}

/// The objective of a source.
#[derive(Clone, Debug, Default)]
pub(crate) struct ObjectiveText {
    /// Limits of response times.
    pub limits: Vec<ResponseLimit>,
    /// The largest share of requests that may fail.
    pub errors: Option<f64>,
}

/// Keys of limits of the response time, and the quantile of each; `None` for the mean.
const RESPONSE_LIMITS: [(&str, Option<f64>); 6] = [
    ("mean", None),
    ("p50", Some(0.5)),
    ("p90", Some(0.9)),
    ("p95", Some(0.95)),
    ("p99", Some(0.99)),
    ("p999", Some(0.999)),
];

/// Sources by name.
type Sources = BTreeMap<String, Traffic>;

/// All sources, and the factor on all of them.
pub(super) fn sources(reader: &mut Reader<'_>, root: &mut Fields<'_>) -> (Sources, Option<f64>) {
    let Some(mut outer) = root.inner(reader, "traffic") else { return (Sources::new(), None) };
    let (mut sources, mut factor) = (Sources::new(), None);
    let named = outer.table.get(SCALE).filter(|entry| is_source(&entry.item));
    if let Some(entry) = named {
        let message = "a source may not be named `scale`: that is the factor on all traffic";
        let help = Some("such as `[traffic] scale = 2.0`".to_owned());
        reader.mistake(entry.key, "wrong-type", message, help);
        outer.accept(&[SCALE]);
    } else {
        let scale = outer.value_or(reader, SCALE, fields::positive, 1.0, "1");
        factor = Some(scale);
    }
    for (name, entry) in outer.table.iter().filter(|(name, _)| *name != SCALE) {
        let shape = outer.shape.of_others();
        if let Some(fields) = reader.table(&entry.item, &outer.at(name), shape) {
            sources.insert(name.clone(), read(reader, fields));
        }
    }
    if let (Some(entry), Some(factor)) = (outer.table.get(SCALE), factor) {
        look_at_crowds(reader, &sources, factor, entry);
    }
    (sources, factor)
}

/// The key of the factor on all traffic, which no source can use as a name.
const SCALE: &str = "scale";

fn is_source(item: &Item) -> bool {
    item.table().is_some_and(|table| !table.contains_key("value"))
}

/// Closed sources by name, with their users before the factor on all traffic.
pub(super) fn closed_users(sources: &Sources) -> Vec<(String, u32)> {
    let of = |(name, traffic): (&String, &Traffic)| match traffic.arrivals {
        Some(ArrivalsText::Closed { users, .. }) => Some((name.clone(), users)),
        _ => None,
    };
    sources.iter().filter_map(of).collect()
}

/// Reports closed sources that the factor makes too large, or fractional.
fn look_at_crowds(reader: &mut Reader<'_>, sources: &Sources, factor: f64, entry: &Entry) {
    for (name, users) in closed_users(sources) {
        if f64::from(users) * factor > f64::from(MOST_USERS) {
            let most = MOST_USERS;
            let message = format!("`{name}` would have more than {most} users");
            reader.mistake(entry.item.origin, "out-of-range", message, None);
        } else {
            warn_of_rounding(reader, (&name, users), factor, entry);
        }
    }
}

/// Users are whole: the factor may give a fraction.
fn warn_of_rounding(reader: &mut Reader<'_>, of: (&str, u32), factor: f64, scale: &Entry) {
    let (name, users) = of;
    let scaled = ScaledUsers::of(users, factor);
    if scaled.is_rounded() {
        let ScaledUsers { exact, simulated } = scaled;
        let message = format!("users are whole: `{name}` has {simulated}, not {exact}");
        let warning = Diagnostic::warning("users-rounded", message);
        reader.mistakes.push(warning.at(reader.texts.sources, scale.item.origin));
    }
}

fn read(reader: &mut Reader<'_>, mut fields: Fields<'_>) -> Traffic {
    let entries = entries(reader, &mut fields);
    if !fields.has("arrivals") {
        let help = "such as `arrivals = { kind = \"poisson\", rate = \"4/s\" }`";
        fields.missing(reader, "arrivals", help);
    }
    let origin = fields.table.get("arrivals").map_or(fields.origin, |entry| entry.item.origin);
    let (arrivals, profile) = match fields.inner(reader, "arrivals") {
        Some(inner) => arrivals::read(reader, inner),
        None => (None, None),
    };
    let mut unsimulated = Vec::new();
    for key in ["client", "resolver"] {
        if fields.has(key) {
            unsimulated.push(key);
        }
    }
    let _ = routing::resolver(reader, &mut fields);
    let client = fields.inner(reader, "client").map(|inner| routing::client(reader, inner));
    let ports = client.and_then(|client| client.ports_of_requests());
    if ports.is_some() && fields.has("ingress") {
        unsimulated.retain(|key| *key != "client");
    }
    let critical = fields.value(reader, "critical", fields::truth).unwrap_or(false);
    let objective = objective(reader, &mut fields);
    let client_rtt =
        fields.value_or(reader, "client_rtt", fields::law(Dimension::Duration), Law::ZERO, "0s");
    let traffic = Traffic {
        entries,
        arrivals,
        origin,
        profile,
        client_rtt,
        send: fields.law(reader, "send", Dimension::Size).unwrap_or(Law::ZERO),
        receive: fields.law(reader, "receive", Dimension::Size).unwrap_or(Law::ZERO),
        patience: fields.law(reader, "patience", Dimension::Duration),
        ingress: fields.names(reader, "ingress").unwrap_or_default(),
        patience_in_queue: fields.law(reader, "patience_in_queue", Dimension::Duration),
        cancel: fields.value(reader, "cancel", fields::truth).unwrap_or(false),
        critical,
        objective,
        ports,
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
                    // For TOML an unquoted `traefik.web = 3` is a nested table.
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
    let written = ["entry", "entries"].into_iter().find_map(|key| fields.table.get(key));
    let is_empty = |item: &Item| item.table().is_some_and(BTreeMap::is_empty);
    match written {
        None => fields.missing(reader, "entry", "such as `entry = \"traefik.web\"`"),
        Some(entry) if out.is_empty() && is_empty(&entry.item) => {
            let help = Some("such as `entry = \"traefik.web\"`".to_owned());
            reader.mistake(entry.item.origin, "bad-value", "no endpoint is named here", help);
        }
        _ => {}
    }
    out.sort_by(|a, b| a.0.text.cmp(&b.0.text));
    out
}

fn objective(reader: &mut Reader<'_>, outer: &mut Fields<'_>) -> ObjectiveText {
    let Some(mut fields) = outer.inner(reader, "objective") else {
        return ObjectiveText::default();
    };
    let mut objective = ObjectiveText::default();
    for (key, probability) in RESPONSE_LIMITS {
        let length = fields.duration(reader, key);
        let limit = length.map(|length| ResponseLimit { probability, seconds: length.seconds() });
        objective.limits.extend(limit);
    }
    objective.errors = fields.value(reader, "errors", fields::share);
    fields.finish(reader);
    objective
}
