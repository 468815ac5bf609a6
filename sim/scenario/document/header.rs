//! `[scenario]`: what it is called and how it is measured.

use super::fields::{Fields, Name, Reader};
use crate::source::Origin;
use wssim_kernel::Nanos;

/// What it is called and how it is measured.
#[derive(Clone, Debug, Default)]
pub(crate) struct Header {
    pub title: Option<String>,
    /// `steady` or `window`, where it is said.
    pub kind: Option<&'static str>,
    pub duration: Option<Nanos>,
    pub duration_origin: Origin,
    pub warm_up: Option<Nanos>,
    pub warm_up_origin: Option<Origin>,
    pub start: Option<Name>,
    pub lead_in: Option<Nanos>,
    pub slot: Option<Nanos>,
    /// Lints that are silenced.
    pub allow: Vec<Name>,
}

pub(super) fn read(reader: &mut Reader<'_>, root: &mut Fields<'_>) -> Header {
    let Some(mut fields) = root.inner(reader, "scenario") else {
        return Header::default();
    };
    // Both have done their work when the files were put together.
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
    let header = Header {
        title,
        kind,
        duration: fields.duration(reader, "duration"),
        duration_origin,
        warm_up,
        warm_up_origin,
        start: fields.name(reader, "start"),
        lead_in: fields.duration(reader, "lead_in"),
        slot: fields.duration(reader, "slot"),
        allow: fields.names(reader, "allow").unwrap_or_default(),
    };
    for (key, length) in [("duration", header.duration), ("slot", header.slot)] {
        if length == Some(Nanos::ZERO) {
            let origin = fields.table.get(key).map_or(fields.origin, |entry| entry.item.origin);
            reader.mistake(origin, "out-of-range", format!("`{key}` must be above zero"), None);
        }
    }
    if let (Some(start), Some(name)) = (header.start.as_ref(), fields.table.get("start"))
        && !is_time_of_day(&start.text)
    {
        let help = Some("expected a time of day such as `\"10:00\"`".to_owned());
        reader.mistake(
            name.item.origin,
            "bad-value",
            format!("`{}` is no time of day", start.text),
            help,
        );
    }
    fields.finish(reader);
    header
}

fn is_time_of_day(text: &str) -> bool {
    let mut parts = text.split(':');
    let mut below = |limit: u32| {
        parts.next().is_some_and(|part| {
            (1..=2).contains(&part.len()) && part.parse::<u32>().is_ok_and(|number| number < limit)
        })
    };
    below(24)
        && below(60)
        && parts.next().is_none_or(|part| part.parse::<u32>().is_ok_and(|second| second < 60))
}
