//! Reads `arrivals` of a source.

use super::fields::{self, Fields, Name, Reader};
use super::profile::{self, ProfileText};
use crate::schema::MOST_USERS;
use crate::tree::{Item, Value};
use wssim_kernel::Nanos;
use wssim_model::blueprint::Mmpp;
use wssim_model::law::Law;
use wssim_text::quantity::Dimension;

/// The arrival process.
#[derive(Clone, Debug)]
pub(crate) enum ArrivalsText {
    /// In 1/s.
    Poisson(f64),
    Renewal(Law),
    Periodic {
        period: Nanos,
        phase: Option<Nanos>,
    },
    /// Rates of the states and of the transitions between them, in 1/s.
    Mmpp {
        rates: Vec<f64>,
        changes: Vec<Vec<f64>>,
    },
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

/// Kinds of arrivals and their keys.
const KINDS: [(&str, &[&str]); 6] = [
    ("poisson", &["rate", "profile"]),
    ("renewal", &["interarrival", "profile"]),
    ("periodic", &["period", "rate", "phase", "profile"]),
    ("mmpp", &["rates", "switch"]),
    ("closed", &["users", "think"]),
    ("trace", &["file", "rate", "speed", "scale"]),
];

/// The arrival process, and the change of its rate over time.
pub(super) fn read(
    reader: &mut Reader<'_>,
    mut fields: Fields<'_>,
) -> (Option<ArrivalsText>, Option<ProfileText>) {
    if !fields.has("kind") {
        fields.missing(reader, "kind", "poisson, renewal, periodic, mmpp, closed or trace");
        // The key may be misspelt.
        fields.accept(&["kind"]);
        for (_, keys) in KINDS {
            fields.accept(keys);
        }
        fields.finish(reader);
        return (None, None);
    }
    let kind = fields.word(reader, "kind", &KINDS.map(|(kind, _)| kind));
    let Some(kind) = kind else {
        return (None, None);
    };
    accept_inherited(&mut fields, reader, kind);
    let profile = if SHAPED.contains(&kind) {
        profile::read(reader, &mut fields)
    } else {
        refuse_profile(reader, &mut fields, kind);
        None
    };
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
            let users = fields.value(reader, "users", fields::count_to(1, MOST_USERS));
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
    (arrivals, profile)
}

/// Keys of another kind inherited from a lower file are not the author's mistake.
fn accept_inherited(fields: &mut Fields<'_>, reader: &Reader<'_>, kind: &str) {
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
}

/// Kinds whose rate can follow a profile.
const SHAPED: [&str; 3] = ["poisson", "renewal", "periodic"];

fn refuse_profile(reader: &mut Reader<'_>, fields: &mut Fields<'_>, kind: &str) {
    let Some(entry) = fields.table.get("profile").filter(|_| !fields.knows("profile")) else {
        return;
    };
    let message = format!("arrivals of kind `{kind}` have no profile");
    let help = match kind {
        "closed" => "the rate of a closed source follows from its users",
        "trace" => "a trace has its own times; `rate` and `speed` scale it",
        _ => "`rates` and `switch` say how the rate changes",
    };
    reader.mistake(entry.key, "no-profile", message, Some(help.to_owned()));
    fields.accept(&["profile"]);
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

/// Rates of the states, and their transitions: the rates of leaving them, in a cycle, or for each state
/// a row with the rates of changing to each other one.
fn mmpp(reader: &mut Reader<'_>, fields: &mut Fields<'_>) -> Option<ArrivalsText> {
    let help = "such as `rates = [\"2/s\", \"20/s\"], switch = [\"1/min\", \"6/min\"]`";
    for key in ["rates", "switch"] {
        need(reader, fields, key, help);
    }
    let (path, switch_path) = (fields.at("rates"), fields.at("switch"));
    let rates = fields.item("rates").map(|item| list(reader, item, &path));
    let switch = fields.item("switch")?;
    let is_matrix = matches!(&switch.value, Value::Array(rows)
        if rows.iter().any(|row| matches!(row.value, Value::Array(_))));
    let changes = if let (true, Value::Array(rows)) = (is_matrix, &switch.value) {
        let row = |(at, row)| list(reader, row, &format!("{switch_path}[{at}]"));
        rows.iter().enumerate().map(row).collect::<Option<Vec<Vec<f64>>>>()
    } else {
        list(reader, switch, &switch_path).map(|leave| Mmpp::circle(&leave))
    };
    let (rates, changes) = (rates??, changes?);
    let Some(process) = Mmpp::new(&rates, &changes, true) else {
        let message = "`rates` and `switch` have one entry for each of two states or more, each \
                       state is reached from every other, and in some of them requests come";
        reader.mistake(fields.origin, "bad-value", message, None);
        return None;
    };
    if process.changes_per_request() > MOST_CHANGES {
        let message = "the state changes more than a million times from one request to the next";
        reader.mistake(fields.origin, "out-of-range", message, None);
        return None;
    }
    Some(ArrivalsText::Mmpp { rates, changes })
}

/// Most changes of state between two requests: more are a typing error, and would take for ever.
const MOST_CHANGES: f64 = 1e6;

/// A list of rates.
fn list(reader: &mut Reader<'_>, item: &Item, path: &str) -> Option<Vec<f64>> {
    let Value::Array(items) = &item.value else {
        reader.mistake(item.origin, "wrong-type", format!("`{path}` is a list of rates"), None);
        return None;
    };
    let rate = |(at, item)| {
        reader.ranged(item, &format!("{path}[{at}]"), fields::quantity(Dimension::Rate))
    };
    items.iter().enumerate().map(rate).collect()
}
