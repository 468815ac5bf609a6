//! `[group.*]` and `[repair]`: groups with a common availability, and repair crews.

use super::fields::{self, Fields, Name, Reader};
use crate::source::Origin;
use std::num::NonZeroU32;

/// A group of which a number of members must work.
#[derive(Clone, Debug)]
pub(crate) struct GroupText {
    /// Members by kind and name.
    pub members: Vec<Name>,
    /// How many must work; `None` for all.
    pub need: Option<u32>,
    pub origin: Origin,
}

impl GroupText {
    pub(super) fn read(reader: &mut Reader<'_>, origin: Origin, mut fields: Fields<'_>) -> Self {
        if !fields.has("members") {
            let help = "what belongs to it, such as `members = [\"service.api\", \"node.a\"]`";
            fields.missing(reader, "members", help);
        }
        let members = fields.names(reader, "members").unwrap_or_default();
        let need = fields.value(reader, "need", fields::count(1));
        fields.finish(reader);
        Self { members, need, origin }
    }
}

/// Repairs at the same time; `None` for all.
pub(super) fn crews(reader: &mut Reader<'_>, root: &mut Fields<'_>) -> Option<NonZeroU32> {
    let mut fields = root.inner(reader, "repair")?;
    let crews = fields.value(reader, "crews", fields::count(1)).and_then(NonZeroU32::new);
    fields.finish(reader);
    crews
}
