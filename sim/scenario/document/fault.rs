//! Reads `[[fault]]`, and `mtbf` and `mttr` of random failures.

use super::fields::{self, Fields, Name, Reader};
use crate::schema::FAULTS;
use crate::source::Origin;
use wssim_kernel::Nanos;
use wssim_model::law::Law;
use wssim_text::quantity::Dimension;

/// Default factor of a slow disk or network: an assumption, between a failing disk or a link fallen from
/// 1 Gbit/s to 100 Mbit/s, and worse.
pub(crate) const FACTOR: f64 = 10.0;

/// A fault as read.
#[derive(Clone, Debug)]
pub(crate) struct FaultText {
    pub id: String,
    /// Its target: a kind and names; `None` for the whole cluster.
    pub target: Option<(&'static str, Vec<Name>)>,
    /// Its time from the beginning of the measured stretch.
    pub at: Nanos,
    /// The law of times to failure, for recurring faults: from time zero, and after each repair.
    pub mtbf: Option<Law>,
    pub kind: Option<&'static str>,
    /// Its duration.
    pub repair: Option<Law>,
    /// The replica of a service that it strikes; `None` for all.
    pub replica: Option<u32>,
    /// Whether the stop is graceful.
    pub graceful: bool,
    /// The factor of slowness.
    pub factor: f64,
    /// Whether it comes from a file of outages, which was checked line by line.
    pub is_replayed: bool,
    pub origin: Origin,
}

pub(super) fn read(reader: &mut Reader<'_>, mut fields: Fields<'_>) -> FaultText {
    let id_help = ("id", "a name of its own");
    let at_help = ("at", "such as `at = \"3min\"`");
    let kind_help = ("kind", "such as `kind = \"crash\"`");
    let comes = fields.has("at") || fields.has("mtbf");
    for (key, help) in [id_help, at_help, kind_help] {
        let is_there = fields.has(key) || (key == "at" && comes);
        if !is_there {
            fields.missing(reader, key, help);
        }
    }
    let id = fields.name(reader, "id").map(|name| name.text).unwrap_or_default();
    let at = fields.duration(reader, "at").unwrap_or(Nanos::ZERO);
    let mtbf = up(reader, &mut fields);
    if fields.has("at") && fields.has("mtbf") {
        let message = "a fault comes once, `at` its time, or again and again, by its `mtbf`";
        reader.mistake(fields.origin, "contradiction", message, None);
    }
    let kind = fields.word(reader, "kind", FAULTS);
    let kills = kind.is_none_or(|kind| kind == "kill-service");
    let strikes_service = fields.has("service");
    let slows = kind.is_none_or(|kind| kind.starts_with("slow-"));
    for (key, fits) in [("graceful", kills), ("replica", strikes_service), ("factor", slows)] {
        if !fits && fields.has(key) {
            let message = format!("`{key}` has no meaning for a fault of this kind");
            reader.mistake(fields.origin, "contradiction", message, None);
        }
    }
    let repair = fields.law(reader, "repair", Dimension::Duration);
    let graceful = fields.value(reader, "graceful", fields::truth).unwrap_or(false);
    let replica = fields.value(reader, "replica", fields::count(1));
    if kind.is_some() && slows && !fields.has("factor") {
        reader.defaults.push((fields.at("factor"), FACTOR.to_string()));
    }
    let factor = fields.value(reader, "factor", fields::positive).unwrap_or(FACTOR);
    let mut targets = Vec::new();
    for key in ["node", "service", "link", "site"] {
        if let Some(names) = fields.names(reader, key) {
            targets.push((key, names));
        }
    }
    let origin = fields.origin;
    if targets.len() > 1 || (targets.is_empty() && kind != Some("switch")) {
        let message = format!("`{}` strikes one thing", fields.path);
        reader.mistake(
            origin,
            "missing-key",
            message,
            Some("`node`, `service`, `link` or `site`".to_owned()),
        );
    }
    fields.finish(reader);
    let (target, is_replayed) = (targets.pop(), false);
    FaultText { id, target, at, mtbf, kind, repair, replica, graceful, factor, is_replayed, origin }
}

/// Random failures: the laws of times up and down.
#[derive(Clone, Debug)]
pub(crate) struct Fails {
    pub mtbf: Law,
    /// `None` if it is never repaired.
    pub mttr: Option<Law>,
}

/// Reads `mtbf` and `mttr` among other keys.
pub(super) fn fails(reader: &mut Reader<'_>, fields: &mut Fields<'_>) -> Option<Fails> {
    let mtbf = up(reader, fields);
    let mttr = fields.law(reader, "mttr", Dimension::Duration);
    if mttr.is_some() && !fields.has("mtbf") {
        let at = fields.table.get("mttr").map_or(fields.origin, |entry| entry.item.origin);
        let message =
            "`mttr` says how long a failure lasts; `mtbf`, how often one comes, is missing";
        reader.mistake(at, "contradiction", message, None);
    }
    mtbf.map(|mtbf| Fails { mtbf, mttr })
}

/// Time to failure, with a positive mean.
fn up(reader: &mut Reader<'_>, fields: &mut Fields<'_>) -> Option<Law> {
    let law = fields.law(reader, "mtbf", Dimension::Duration)?;
    if law.mean() > 0.0 {
        return Some(law);
    }
    let at = fields.table.get("mtbf").map_or(fields.origin, |entry| entry.item.origin);
    reader.mistake(at, "out-of-range", "this must be above zero", None);
    None
}

/// Common causes of the nodes of one site.
#[derive(Clone, Debug)]
pub(crate) struct Site {
    pub power: Option<Fails>,
    pub switch: Option<Fails>,
    pub origin: Origin,
}

pub(super) fn site(reader: &mut Reader<'_>, origin: Origin, mut outer: Fields<'_>) -> Site {
    let mut cause = |key: &'static str| {
        let mut fields = outer.inner(reader, key)?;
        if !fields.has("mtbf") && !fields.has("mttr") {
            fields.missing(reader, "mtbf", "such as `mtbf = \"exp(30d)\"`");
        }
        let cause = fails(reader, &mut fields);
        fields.finish(reader);
        cause
    };
    let (power, switch) = (cause("power"), cause("switch"));
    outer.finish(reader);
    Site { power, switch, origin }
}
