//! `[growth]`: containers that are added one by one.

use super::fields::{self, Fields, Name, Reader};
use crate::source::Origin;
use wssim_kernel::Nanos;

/// Containers that are added one by one.
#[derive(Clone, Debug)]
pub(crate) struct Growth {
    /// Final total number of containers.
    pub to: u32,
    /// Time from the beginning of the measured stretch to the first, and from one to the next.
    pub every: Nanos,
    /// Services of the new containers; `None` for every service that can have more.
    pub services: Option<Vec<Name>>,
    pub origin: Origin,
}

/// Most containers: more are no cluster of a few nodes.
const MOST: u32 = 100_000;

pub(super) fn read(reader: &mut Reader<'_>, root: &mut Fields<'_>) -> Option<Growth> {
    let mut fields = root.inner(reader, "growth")?;
    if !fields.has("to") {
        fields.missing(reader, "to", "how many containers run in the end, such as `to = 200`");
    }
    if !fields.has("every") {
        fields.missing(reader, "every", "from one to the next, such as `every = \"5s\"`");
    }
    let every = fields.duration(reader, "every");
    if every == Some(Nanos::ZERO) {
        let origin = fields.table.get("every").map_or(fields.origin, |entry| entry.item.origin);
        let help = Some("`replicas` says how many there are from the first".to_owned());
        reader.mistake(origin, "out-of-range", "`every` must be above zero", help);
    }
    let growth = Growth {
        to: fields.value(reader, "to", fields::count_to(1, MOST)).unwrap_or(MOST),
        every: every.unwrap_or(Nanos::ZERO),
        services: fields.names(reader, "services"),
        origin: fields.table.get("to").map_or(fields.origin, |entry| entry.item.origin),
    };
    fields.finish(reader);
    Some(growth)
}
