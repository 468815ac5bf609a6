//! `[scenario]`: title and measurement.

use super::fields::{self, Fields, Name, Read, Reader, Texts};
use crate::diagnostic::Diagnostic;
use crate::source::Origin;
use crate::tree::Item;
use wssim_kernel::Nanos;

/// Title and measurement of a scenario.
#[derive(Clone, Debug, Default)]
pub(crate) struct HeaderText {
    pub title: Option<String>,
    /// `steady` or `window`, if given.
    pub kind: Option<&'static str>,
    pub duration: Option<Nanos>,
    pub duration_origin: Origin,
    pub warm_up: Option<Nanos>,
    pub warm_up_origin: Option<Origin>,
    /// Time of day at the start of a window's measured stretch, since midnight.
    pub start: Option<Nanos>,
    pub start_origin: Origin,
    pub lead_in: Option<Nanos>,
    pub slot: Option<Nanos>,
    /// Disabled lints.
    pub allow: Vec<Name>,
    /// Whether random failures happen only in the long run of `failures`.
    pub spares_runs: bool,
}

pub(super) fn read(reader: &mut Reader<'_>, root: &mut Fields<'_>) -> HeaderText {
    let Some(mut fields) = root.inner(reader, "scenario") else {
        return HeaderText::default();
    };
    // Both were used when the files were put together.
    fields.accept(&["extends", "stacks"]);
    let title = fields.name(reader, "title").map(|name| name.text);
    let _ = fields.name(reader, "description");
    let kind = fields.word(reader, "kind", &["steady", "window"]);
    let auto = fields.table.get("warmup").is_none_or(|entry| entry.item.text() == Some("auto"));
    let warm_up_origin = fields.table.get("warmup").map(|entry| entry.key);
    let warm_up = if auto {
        fields.accept(&["warmup"]);
        None
    } else {
        fields.duration(reader, "warmup")
    };
    let duration_origin =
        fields.table.get("duration").map_or(fields.origin, |entry| entry.item.origin);
    let header = HeaderText {
        title,
        kind,
        duration: fields.duration(reader, "duration"),
        duration_origin,
        warm_up,
        warm_up_origin,
        start: fields.value(reader, "start", time_of_day),
        start_origin: fields.table.get("start").map_or(fields.origin, |entry| entry.item.origin),
        lead_in: fields.duration(reader, "lead_in"),
        slot: fields.duration(reader, "slot"),
        allow: fields.names(reader, "allow").unwrap_or_default(),
        spares_runs: fields.value(reader, "draw_faults", fields::truth) == Some(false),
    };
    for (key, length) in [("duration", header.duration), ("slot", header.slot)] {
        if length == Some(Nanos::ZERO) {
            let origin = fields.table.get(key).map_or(fields.origin, |entry| entry.item.origin);
            reader.mistake(origin, "out-of-range", format!("`{key}` must be above zero"), None);
        }
    }
    fields.finish(reader);
    header
}

/// A time of day such as `10:00` or `02:30:15`, since midnight.
pub(super) fn time_of_day(texts: &Texts<'_>, item: &Item) -> Read<Nanos> {
    let text = fields::text(texts, item)?;
    seconds_of_day(&text).map(|seconds| Nanos(u64::from(seconds) * 1_000_000_000)).ok_or_else(
        || {
            let message = format!("`{text}` is no time of day");
            let help = "expected a time of day such as `\"10:00\"`";
            Box::new(
                Diagnostic::error("bad-value", message).at(texts.sources, item.origin).help(help),
            )
        },
    )
}

fn seconds_of_day(text: &str) -> Option<u32> {
    let mut parts = text.split(':');
    let mut below = |limit: u32| {
        let part = parts.next()?;
        let short = (1..=2).contains(&part.len());
        part.parse::<u32>().ok().filter(|number| short && *number < limit)
    };
    let (hours, minutes) = (below(24)?, below(60)?);
    let seconds = match parts.next() {
        Some(part) => part.parse::<u32>().ok().filter(|second| *second < 60)?,
        None => 0,
    };
    parts.next().is_none().then_some(hours * 3600 + minutes * 60 + seconds)
}

#[cfg(test)]
mod tests {
    use super::seconds_of_day;

    #[test]
    fn times_of_day_are_read_as_clocks_show_them() {
        assert_eq!(seconds_of_day("10:00"), Some(36_000));
        assert_eq!(seconds_of_day("2:30:15"), Some(9015));
        assert_eq!(seconds_of_day("23:59:59"), Some(86_399));
        for wrong in ["", "10", "24:00", "10:60", "10:00:60", "10:00:00:00", "-1:00", "010:00"] {
            assert_eq!(seconds_of_day(wrong), None, "{wrong}");
        }
    }
}
