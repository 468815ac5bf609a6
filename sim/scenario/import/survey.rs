//! What stack files show of a world: services, the roles that their images suggest, who names whom,
//! and the nodes that constraints speak of.

use crate::source::Sources;
use crate::stack::{self, values};
use crate::tree::{Entry, Item, Table};
use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};
use wssim_model::orchestrator::placement::{Attribute, Constraint};

/// What a service seems to be.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Role {
    /// Keeps data and is asked for it.
    Database,
    /// Keeps data in memory.
    Cache,
    /// Passes requests on.
    Proxy,
    /// Anything else.
    Application,
}

/// A service as it is seen from outside.
#[allow(clippy::struct_excessive_bools)] // each is one thing that can be seen, or not
#[derive(Clone, Debug)]
pub(super) struct Seen {
    pub(super) role: Role,
    pub(super) is_published: bool,
    /// Whether a proxy is told of it by labels.
    pub(super) is_routed: bool,
    pub(super) many: bool,
    /// Whether the file itself says what memory it takes.
    pub(super) has_memory: bool,
    networks: BTreeSet<String>,
    mentions: BTreeSet<String>,
    /// Whom it calls; never in a circle.
    pub(super) calls: BTreeSet<String>,
}

/// All that can be seen.
#[derive(Clone, Debug, Default)]
pub(super) struct Survey {
    pub(super) files: Vec<PathBuf>,
    /// By name, `stack/name` where two stacks have one of that name.
    pub(super) services: BTreeMap<String, Seen>,
    /// Host names that constraints want.
    pub(super) hosts: BTreeSet<String>,
    /// Labels of nodes that constraints want.
    pub(super) labels: BTreeMap<String, String>,
}

/// Images that keep data, by a part of their name, and those that do so in memory.
const DATABASES: [&str; 14] = [
    "cassandra",
    "clickhouse",
    "cockroach",
    "couchdb",
    "elasticsearch",
    "influxdb",
    "mariadb",
    "mongo",
    "mssql",
    "mysql",
    "opensearch",
    "percona",
    "postgis",
    "postgres",
];
const CACHES: [&str; 5] = ["dragonfly", "keydb", "memcached", "redis", "valkey"];
const PROXIES: [&str; 5] = ["caddy", "envoy", "haproxy", "nginx", "traefik"];

fn role(image: &str) -> Role {
    let path = image.split(['@', ':']).next().unwrap_or(image);
    let name = path.rsplit('/').next().unwrap_or(path).to_ascii_lowercase();
    let is_one_of = |names: &[&str]| {
        // An exporter or a console of a database is none.
        let beside = ["exporter", "admin", "ui", "express", "commander", "operator", "proxy"];
        !beside.iter().any(|word| name.contains(word)) && names.iter().any(|n| name.contains(n))
    };
    if is_one_of(&DATABASES) {
        Role::Database
    } else if is_one_of(&CACHES) {
        Role::Cache
    } else if is_one_of(&PROXIES) {
        Role::Proxy
    } else {
        Role::Application
    }
}

fn inner<'t>(table: &'t Table, key: &str) -> Option<&'t Table> {
    table.get(key)?.item.table()
}

impl Survey {
    /// Adds the stack `stack` with the content `root`.
    pub(super) fn add(&mut self, stack: &str, path: &Path, root: &Table, sources: &Sources) {
        self.files.push(path.to_owned());
        let translated = stack::translate(stack, root, sources);
        for (name, entry) in &translated.services {
            let Some(table) = entry.item.table() else { continue };
            let written = inner(root, "services").and_then(|services| inner(services, name));
            let full = if self.services.contains_key(name) {
                format!("{stack}/{name}")
            } else {
                name.clone()
            };
            self.constraints(table);
            self.services.insert(full, seen(table, written, sources));
        }
    }

    fn constraints(&mut self, service: &Table) {
        let Some(entry) = service.get("constraints") else { return };
        let crate::tree::Value::Array(items) = &entry.item.value else { return };
        for constraint in items.iter().filter_map(Item::text).filter_map(Constraint::parse) {
            match constraint.attribute {
                Attribute::HostName if constraint.equal => {
                    self.hosts.insert(constraint.value);
                }
                Attribute::Label(key) if constraint.equal => {
                    self.labels.entry(key).or_insert(constraint.value);
                }
                _ => {}
            }
        }
    }

    /// Decides who calls whom: those that an environment or a command names, on a shared network;
    /// a proxy calls those that are routed. A call that would close a circle is left out.
    pub(super) fn connect(&mut self) {
        let names: Vec<String> = self.services.keys().cloned().collect();
        for from in &names {
            let own = &self.services[from];
            let wanted: BTreeSet<String> = names
                .iter()
                .filter(|to| *to != from)
                .filter(|to| {
                    let other = &self.services[*to];
                    let bare = to.rsplit('/').next().unwrap_or(to);
                    let routed = own.role == Role::Proxy && own.is_published && other.is_routed;
                    let meet = own.networks.intersection(&other.networks).next().is_some();
                    meet && (routed || own.mentions.contains(bare))
                })
                .cloned()
                .collect();
            let keeps = matches!(own.role, Role::Database | Role::Cache);
            for to in wanted {
                if !keeps
                    && !self.reaches(&to, from)
                    && let Some(own) = self.services.get_mut(from)
                {
                    own.calls.insert(to);
                }
            }
        }
    }

    fn reaches(&self, from: &str, to: &str) -> bool {
        let mut open = vec![from.to_owned()];
        let mut done = BTreeSet::new();
        while let Some(name) = open.pop() {
            if name == to {
                return true;
            }
            if let Some(service) = self.services.get(&name)
                && done.insert(name)
            {
                open.extend(service.calls.iter().cloned());
            }
        }
        false
    }

    /// Where users come in: published proxies that call somebody, otherwise published or routed
    /// applications.
    pub(super) fn entries(&self) -> Vec<&String> {
        let proxies: Vec<&String> = (self.services.iter())
            .filter(|(_, s)| s.role == Role::Proxy && s.is_published && !s.calls.is_empty())
            .map(|(name, _)| name)
            .collect();
        if !proxies.is_empty() {
            return proxies;
        }
        let open = |s: &Seen| {
            (s.is_published || s.is_routed) && !matches!(s.role, Role::Database | Role::Cache)
        };
        self.services.iter().filter(|(_, s)| open(s)).map(|(name, _)| name).collect()
    }
}

fn seen(table: &Table, written: Option<&Table>, sources: &Sources) -> Seen {
    let text = |key: &str| -> Option<&str> { table.get(key)?.item.text() };
    let image = inner(table, "image").and_then(|image| image.get("name")?.item.text());
    let list = |key: &str| match table.get(key).map(|entry| &entry.item.value) {
        Some(crate::tree::Value::Array(items)) => items.as_slice(),
        _ => &[],
    };
    let labels = inner(table, "labels");
    let is_routed = labels.is_some_and(|labels| {
        let enable = labels.get("traefik.enable").and_then(|entry| entry.item.text());
        let has_router = labels.keys().any(|key| key.starts_with("traefik.http.routers."));
        enable == Some("true") || (has_router && enable != Some("false"))
    });
    let replicas = table.get("replicas").map(|entry| &entry.item.value);
    Seen {
        has_memory: inner(table, "memory").is_some_and(|memory| memory.contains_key("base")),
        role: role(image.unwrap_or("")),
        is_published: list("ports")
            .iter()
            .any(|port| port.table().is_some_and(|port| port.contains_key("published"))),
        is_routed,
        many: text("mode").is_some_and(|mode| mode.starts_with("global"))
            || matches!(replicas, Some(crate::tree::Value::Integer(n)) if *n > 1),
        networks: list("networks").iter().filter_map(Item::text).map(str::to_owned).collect(),
        mentions: written.map(|written| mentions(written, sources)).unwrap_or_default(),
        calls: BTreeSet::new(),
    }
}

/// Every word of a service's environment and command that could be a host name.
fn mentions(written: &Table, sources: &Sources) -> BTreeSet<String> {
    let texts = |entry: &Entry| -> Vec<String> {
        values::pairs(&entry.item, sources)
            .map(|pairs| {
                pairs
                    .into_iter()
                    .map(|(name, value)| if value.is_empty() { name } else { value })
                    .collect()
            })
            .or_else(|| values::texts(&entry.item, sources))
            .unwrap_or_default()
    };
    let is_part = |c: char| c.is_ascii_alphanumeric() || matches!(c, '-' | '_' | '.');
    ["environment", "command", "entrypoint"]
        .iter()
        .filter_map(|key| written.get(*key))
        .flat_map(texts)
        .flat_map(|text| text.split(|c| !is_part(c)).map(str::to_owned).collect::<Vec<_>>())
        .filter(|word| !word.is_empty())
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn images_suggest_roles() {
        for (image, expected) in [
            ("postgres:16", Role::Database),
            ("bitnami/mongodb@sha256:0", Role::Database),
            ("redis:7-alpine", Role::Cache),
            ("traefik:v3", Role::Proxy),
            ("registry.example.com:5000/shop/orders:1", Role::Application),
            ("oliver006/redis_exporter:v1", Role::Application),
            ("dpage/pgadmin4", Role::Application),
            ("", Role::Application),
        ] {
            assert_eq!(role(image), expected, "{image}");
        }
    }
}
