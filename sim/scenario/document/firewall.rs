//! `[lan] firewall`: what the nodes accept from each other; by default everything.
//!
//! ```toml
//! [lan]
//! firewall = { open = ["2377/tcp", "7946/tcp", "7946/udp", "4789/udp", "esp"] }
//! ```

use super::fields::{self, Fields, Read, Reader, Texts};
use crate::diagnostic::Diagnostic;
use crate::source::Origin;
use crate::tree::{Item, Value};

/// What the nodes accept from each other; the rest is dropped.
#[derive(Clone, Debug)]
pub(crate) struct Firewall {
    pub origin: Origin,
    pub open: Vec<PortOpening>,
}

/// Accepted packets.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum PortOpening {
    /// IP protocol 50, without ports.
    Esp,
    Tcp(u16),
    Udp(u16),
}

impl Firewall {
    pub(crate) fn lets_in(&self, what: PortOpening) -> bool {
        self.open.contains(&what)
    }
}

pub(super) fn read(reader: &mut Reader<'_>, outer: &mut Fields<'_>) -> Option<Firewall> {
    let mut fields = outer.inner(reader, "firewall")?;
    let origin = outer.table.get("firewall").map_or(fields.origin, |entry| entry.key);
    if !fields.has("open") {
        fields.missing(reader, "open", "such as `open = [\"7946/tcp\", \"7946/udp\", \"esp\"]`");
    }
    let items = match fields.item("open") {
        Some(Item { value: Value::Array(items), .. }) => items.as_slice(),
        Some(item) => std::slice::from_ref(item),
        None => &[],
    };
    let mut open = Vec::new();
    for item in items {
        let read = opening(&reader.texts, item);
        open.extend(reader.keep(read));
    }
    fields.finish(reader);
    Some(Firewall { origin, open })
}

fn opening(texts: &Texts<'_>, item: &Item) -> Read<PortOpening> {
    let text = fields::text(texts, item)?;
    let parsed = match text.split_once('/') {
        None if text == "esp" => Some(PortOpening::Esp),
        Some((port, protocol)) => match (port.parse().ok().filter(|port| *port > 0), protocol) {
            (Some(port), "tcp") => Some(PortOpening::Tcp(port)),
            (Some(port), "udp") => Some(PortOpening::Udp(port)),
            _ => None,
        },
        None => None,
    };
    parsed.ok_or_else(|| {
        let message = format!("`{text}` is nothing that a firewall lets in");
        let help = "expected a port such as `4789/udp`, or `esp`";
        Box::new(Diagnostic::error("bad-value", message).at(texts.sources, item.origin).help(help))
    })
}
