//! `background`: bursts of CPU that every container of a service makes without requests; one table, or a
//! list of them.
//!
//! ```toml
//! background = [
//!   { every = "15s", cpu = "exp(30ms)" },                            # scrapes, each container with its own phase
//!   { start = "2min", count = 1, cpu = "90s", jobs = 4 },            # a build, once
//!   { at = "02:30", cpu = "lognormal(10min, cv=0.3)" },              # a backup, every night
//! ]
//! ```

use super::fields::{self, Fields, Reader};
use super::header;
use crate::source::Origin;
use crate::tree::Value;
use wssim_kernel::Nanos;
use wssim_model::law::Law;
use wssim_text::quantity::Dimension;

/// Period of a burst at a time of day without `every`: daily.
const DAY: Law = Law::Constant(86_400e9);

/// Bursts of one kind.
#[derive(Clone, Debug)]
pub(crate) struct BackgroundText {
    pub every: Law,
    /// CPU time of each job of a burst.
    pub cpu: Law,
    /// Jobs of a burst, all at once.
    pub jobs: u32,
    /// Time of the first burst.
    pub start: Option<Nanos>,
    /// Time of day of the first burst.
    pub at: Option<(Nanos, Origin)>,
    /// Number of bursts.
    pub count: Option<u32>,
    /// No burst begins later than this after the first one may.
    pub duration: Option<Nanos>,
    pub origin: Origin,
}

/// All bursts of a service.
pub(super) fn read(reader: &mut Reader<'_>, fields: &mut Fields<'_>) -> Vec<BackgroundText> {
    let is_list = (fields.table.get("background"))
        .is_some_and(|entry| matches!(entry.item.value, Value::Array(_)));
    let tables = if is_list {
        fields.list(reader, "background")
    } else {
        fields.inner(reader, "background").into_iter().collect()
    };
    tables.into_iter().filter_map(|table| one(reader, table)).collect()
}

fn one(reader: &mut Reader<'_>, mut fields: Fields<'_>) -> Option<BackgroundText> {
    let help = "such as `background = { every = \"exp(10s)\", cpu = \"exp(20ms)\" }`";
    let every = fields.law(reader, "every", Dimension::Duration);
    let cpu = fields.work(reader, "cpu");
    let jobs = fields.value(reader, "jobs", fields::count_to(1, 10_000)).unwrap_or(1);
    let start = fields.duration(reader, "start");
    let whole = fields.origin;
    let origin = fields.table.get("at").map_or(whole, |entry| entry.item.origin);
    let at = fields.value(reader, "at", header::time_of_day).map(|at| (at, origin));
    let count = fields.value(reader, "count", fields::count(1));
    let duration = fields.duration(reader, "duration");
    if !fields.has("every") && !fields.has("at") && count != Some(1) {
        fields.missing(reader, "every", help);
    }
    if !fields.has("cpu") {
        fields.missing(reader, "cpu", help);
    }
    if every.as_ref().is_some_and(|every| every.mean() <= 0.0) {
        let origin = fields.table["every"].item.origin;
        reader.mistake(origin, "out-of-range", "bursts without a pause have no end", None);
    }
    if start.is_some() && at.is_some() {
        let message = "`start` and `at` both say when the first burst comes";
        reader.mistake(origin, "contradiction", message, None);
    }
    let once_anywhere = !fields.has("every") && start.is_none() && at.is_none();
    if count == Some(1) && once_anywhere {
        fields.missing(reader, "start", "when the one burst comes: `start = \"2min\"`, or `at`");
    }
    fields.finish(reader);
    Some(BackgroundText {
        every: every.unwrap_or(DAY),
        cpu: cpu?,
        jobs,
        start,
        at,
        count,
        duration,
        origin: whole,
    })
}
