//! A label of a service or container.

use crate::document::fields::Name;

/// A label.
#[derive(Clone, Debug)]
pub(crate) struct Label {
    pub key: Name,
    pub value: Name,
}

impl Label {
    /// Whether it is for Traefik.
    pub(crate) fn is_of_traefik(&self) -> bool {
        let key = self.key.text.as_bytes();
        key.get(..8).is_some_and(|start| start.eq_ignore_ascii_case(b"traefik."))
    }
}
