//! Refuses scenarios that are too large to simulate, before anything is made of them.

use super::DURATION;
use super::checking::Checking;
use crate::diagnostic::Diagnostic;
use crate::document::Document;
use crate::length::shown;
use crate::places::{self, RoomForContainers};
use crate::renewal;
use crate::source::{Origin, Sources};
use crate::tree::{LONGEST_NAME, Table, Value};
use wssim_kernel::Nanos;

/// Most nodes: every pair has a link.
const MOST_NODES: usize = 1000;
/// Most services.
const MOST_SERVICES: usize = 2000;
/// Most wanted containers of all services together.
const MOST_CONTAINERS: u64 = 200_000;
/// Most node checks in the placement of all containers.
const MOST_LOOKS: u64 = 20_000_000;
/// Most services renewed by rollouts, counted once for each rollout: each has an image of its own.
const MOST_RENEWALS: usize = 10_000;
/// Most places for containers, including those for replacements and renewals.
const MOST_PLACES: u64 = 1_000_000;
/// Most connections that pools open at the start, of all containers together.
const MOST_CONNECTIONS: u64 = 1_000_000;
/// The longest stretch of one replication: a year.
pub(super) const LONGEST: Nanos = Nanos(366 * 86_400_000_000_000);
/// Most slots of series over time: a day has 86 400 seconds.
const MOST_SLOTS: u64 = 100_000;

/// Most items of a kind: tables by name, or lists of tables.
const MOST: [(&str, usize); 11] = [
    ("node", MOST_NODES),
    ("service", MOST_SERVICES),
    ("traffic", 1000),
    ("network", 1000),
    ("site", 1000),
    ("stack", 1000),
    ("group", 1000),
    ("claim", 2000),
    ("fault", 10_000),
    ("rollout", 1000),
    ("variant", 100),
];

/// Reports too many items to read, and names that are too long.
pub(crate) fn of_tree(tree: &Table, sources: &Sources) -> Vec<Diagnostic> {
    let mut out = Vec::new();
    let mut refuse = |message: String, origin: Origin| {
        out.push(Diagnostic::error("too-large", message).at(sources, origin));
    };
    for (kind, most) in MOST {
        let Some(entry) = tree.get(kind) else { continue };
        let count = match &entry.item.value {
            Value::Table(things) => {
                if let Some((_, entry)) = things.iter().find(|(name, _)| name.len() > LONGEST_NAME)
                {
                    refuse(format!("a name has more than {LONGEST_NAME} bytes"), entry.key);
                }
                things.len()
            }
            Value::Array(things) => things.len(),
            _ => continue,
        };
        if count > most {
            refuse(format!("{count} tables `{kind}`: at most {most} can be simulated"), entry.key);
        }
    }
    out
}

/// Refuses a document that is too large for further checks.
pub(crate) fn check(document: &Document, sources: &Sources) -> Vec<Diagnostic> {
    let mut check = Checking::new(document, sources);
    check.lengths();
    if check.out.is_empty() {
        check.containers();
    }
    if check.out.is_empty() {
        check.opened();
        check.spares();
        check.renewals();
    }
    check.out
}

impl Checking<'_> {
    fn too_large(&mut self, message: String, origin: Origin) {
        self.error("too-large", message, origin);
    }

    /// Lengths of a replication, and its number of slots.
    fn lengths(&mut self) {
        let header = &self.document.header;
        let duration = header.duration.unwrap_or(DURATION);
        let origin = header.duration_origin;
        let lengths = [
            ("duration", header.duration),
            ("warmup", header.warm_up),
            ("lead_in", header.lead_in),
        ];
        for (key, length) in lengths {
            if length.is_some_and(|length| length > LONGEST) {
                let most = shown(LONGEST);
                self.too_large(
                    format!("`{key}` is longer than {most}, the most that is simulated"),
                    origin,
                );
            }
        }
        let slots = header.slot.map_or(0, |slot| duration.0 / slot.0.max(1));
        if slots > MOST_SLOTS {
            let message =
                format!("`duration` has {slots} slots: at most {MOST_SLOTS} can be told apart");
            self.too_large(message, origin);
        }
    }

    /// Wanted containers, before placement.
    fn containers(&mut self) {
        let nodes = self.document.nodes.len() as u64;
        let most = MOST_CONTAINERS.min(MOST_LOOKS / nodes.max(1));
        let mut wanted = 0;
        for service in self.document.services.values() {
            wanted += self.document.containers_of(service);
            if wanted > most {
                let message = format!(
                    "more than {most} containers on {nodes} nodes, in all, cannot be simulated"
                );
                return self.too_large(message, service.origin);
            }
        }
    }

    /// Connections that pools open at the start.
    fn opened(&mut self) {
        let mut opened = 0;
        for service in self.document.services.values() {
            let containers = self.document.containers_of(service);
            for pool in service.pools.values() {
                opened += containers * u64::from(pool.minimum);
                if opened > MOST_CONNECTIONS {
                    let message = format!(
                        "pools open more than {MOST_CONNECTIONS} connections at the start, in all"
                    );
                    return self.too_large(message, pool.origin);
                }
            }
        }
    }

    /// Places for replacements of lost or renewed containers.
    fn spares(&mut self) {
        let room = RoomForContainers::of(self.document);
        let machines = places::machines(self.document);
        let added = self.document.growth.as_ref().map_or(0, |growth| growth.to);
        let mut places = 0;
        for (at, service) in self.document.services.values().enumerate() {
            places += places::room(&machines, service, added, room.times(at));
            if places > MOST_PLACES {
                let message = format!(
                    "containers may be put in more than {MOST_PLACES} places when others are lost or rolled out, in all"
                );
                let help = "`max_replicas_per_node` and `constraints` say where they may not";
                let diagnostic = Diagnostic::error("too-large", message).help(help);
                self.out.push(diagnostic.at(self.sources, service.origin));
                return;
            }
        }
    }

    /// Services that rollouts renew.
    fn renewals(&mut self) {
        let mut renewals = 0;
        for rollout in &self.document.rollouts {
            renewals += renewal::services(self.document, rollout).len();
            if renewals > MOST_RENEWALS {
                let message = format!("rollouts renew more than {MOST_RENEWALS} services, in all");
                return self.too_large(message, rollout.origin);
            }
        }
    }
}
