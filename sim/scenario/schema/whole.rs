//! Where whole numbers are taken.

use super::ROOT;
use super::shape::ValueKind;
use crate::path::Segment;

/// Whether the value at `path` is a whole number, or not a number.
pub(crate) fn takes_whole(path: &[Segment]) -> bool {
    let mut kind = ValueKind::Table(&ROOT);
    for step in path {
        let next = match step {
            Segment::Key(key) => kind.within(key).or_else(|| kind.item()),
            Segment::Index(_) | Segment::Id(_) => kind.item(),
        };
        let Some(next) = next else { return false };
        kind = next;
    }
    kind.counts()
}
