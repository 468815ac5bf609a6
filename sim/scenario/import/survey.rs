//! Information in stack files about a world: services, the roles suggested by their images, their calls,
//! and their demands on nodes.

use super::hosts::{self, Hosts};
use crate::source::Sources;
use crate::stack::{self, Variables};
use crate::traefik;
use crate::tree::{Item, Table, Value};
use std::collections::{BTreeMap, BTreeSet};
use std::path::PathBuf;
use wssim_model::orchestrator::placement::{Constraint, Wanted};
use wssim_text::quantity;

/// The likely role of a service.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Role {
    /// Stores data and answers queries.
    Database,
    /// Stores data in memory.
    Cache,
    /// Forwards requests.
    Proxy,
    /// Anything else.
    Application,
}

/// A service as seen from outside.
#[derive(Clone, Debug)]
pub(super) struct SurveyedService {
    /// Its stack, and its name there.
    stack: String,
    own_name: String,
    pub(super) role: Role,
    pub(super) is_published: bool,
    /// Whether labels make a proxy forward requests to it.
    pub(super) is_routed: bool,
    /// Whether the file gives its memory.
    pub(super) has_memory: bool,
    /// Its demands on nodes.
    pub(super) wanted: Wanted,
    /// Limits of each container, in bytes and threads.
    pub(super) memory_limit: Option<f64>,
    pub(super) cpu_limit: Option<f64>,
    /// Aliases beside its own name, by network.
    networks: BTreeMap<String, BTreeSet<String>>,
    /// Host names in its environment and command.
    hosts: Hosts,
    /// The services that it calls, without cycles.
    pub(super) calls: BTreeSet<String>,
}

/// A stack: a name, and files, each laid over those before it.
#[derive(Clone, Debug)]
pub(super) struct Stack {
    pub(super) name: String,
    pub(super) files: Vec<PathBuf>,
}

/// All information.
#[derive(Clone, Debug, Default)]
pub(super) struct Survey {
    pub(super) stacks: Vec<Stack>,
    /// By name, or `stack/name` if two stacks have the same name.
    pub(super) services: BTreeMap<String, SurveyedService>,
}

/// Images that store data, by a part of their name, and those that do so in memory.
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
        // An exporter or a console of a database is not a database.
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

/// The contents of a stack, and its environment.
pub(super) struct WrittenStack<'a> {
    pub(super) stack: Stack,
    pub(super) root: Table,
    pub(super) variables: &'a Variables,
    /// The texts of the `env_file`s, by service.
    pub(super) env_files: BTreeMap<String, Vec<String>>,
}

impl Survey {
    /// The information in `stacks`.
    pub(super) fn of(stacks: Vec<WrittenStack<'_>>, sources: &Sources) -> Self {
        let mut seen: Vec<SurveyedService> = Vec::new();
        let mut survey = Self::default();
        for WrittenStack { stack, root, variables, env_files } in stacks {
            let translated = stack::translate(&stack.name, &root, sources);
            for (name, entry) in &translated.services {
                let Some(table) = entry.item.table() else { continue };
                let written = inner(&root, "services").and_then(|services| inner(services, name));
                let empty = Vec::new();
                let more = env_files.get(name).unwrap_or(&empty);
                let hosts = written.map(|it| hosts::of(it, more, variables, sources));
                let mut one = look(table, hosts.unwrap_or_default());
                one.stack.clone_from(&stack.name);
                one.own_name.clone_from(name);
                seen.push(one);
            }
            survey.stacks.push(stack);
        }
        let names: Vec<String> = seen.iter().map(|one| one.own_name.clone()).collect();
        for one in seen {
            let alone = names.iter().filter(|name| **name == one.own_name).count() < 2;
            let (stack, name) = (&one.stack, &one.own_name);
            let full = if alone { name.clone() } else { format!("{stack}/{name}") };
            survey.services.insert(full, one);
        }
        survey.connect();
        survey
    }

    /// Determines the calls: to services named by an environment or a command, on a shared network; a
    /// proxy calls the routed ones. A call that would close a cycle is left out.
    fn connect(&mut self) {
        let names: Vec<String> = self.services.keys().cloned().collect();
        for from in &names {
            let own = &self.services[from];
            let routed = |to: &&String| {
                own.role == Role::Proxy && own.is_published && self.services[*to].is_routed
            };
            let is_there = |to: &SurveyedService| to.runs() && own.meets(to);
            let others = || names.iter().filter(|to| *to != from && is_there(&self.services[*to]));
            let named = own.hosts.iter().filter_map(|host| {
                // Of two services with the same name that of the same stack is used.
                let rank = |to: &&String| self.services[*to].stack != own.stack;
                others().filter(|to| own.finds(host, &self.services[*to])).min_by_key(rank)
            });
            let wanted: BTreeSet<String> = others().filter(routed).chain(named).cloned().collect();
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

    /// The entries: published proxies that call another service, and applications that are published or
    /// routed and not behind such a proxy.
    pub(super) fn entries(&self) -> Vec<&String> {
        let is_gate = |s: &SurveyedService| {
            s.runs() && s.role == Role::Proxy && s.is_published && !s.calls.is_empty()
        };
        let gates: Vec<&String> =
            self.services.iter().filter(|(_, s)| is_gate(s)).map(|(name, _)| name).collect();
        let is_open = |s: &SurveyedService| {
            s.runs()
                && (s.is_published || s.is_routed)
                && !matches!(s.role, Role::Database | Role::Cache)
        };
        let is_behind = |name: &String| gates.iter().any(|gate| self.reaches(gate, name));
        let open = self.services.iter().filter(|(name, s)| is_open(s) && !is_behind(name));
        let mut entries: Vec<&String> = open.map(|(name, _)| name).collect();
        // A proxy behind another is no entry, unless all are.
        entries.extend(
            gates.iter().filter(|gate| {
                !gates.iter().any(|other| other != *gate && self.reaches(other, gate))
            }),
        );
        entries.sort();
        entries.dedup();
        entries
    }
}

impl SurveyedService {
    /// Whether it has containers.
    fn runs(&self) -> bool {
        self.wanted.replicas != Some(0)
    }

    /// Whether both are on one network.
    fn meets(&self, other: &Self) -> bool {
        self.networks.keys().any(|network| other.networks.contains_key(network))
    }

    /// Whether `host` is the other service: by its name, alone or with its stack's, by the name of its
    /// tasks, or by an alias on a shared network (moby, `daemon/libnetwork`: service discovery).
    fn finds(&self, host: &str, other: &Self) -> bool {
        let host = host.strip_prefix("tasks.").unwrap_or(host);
        let name = other.own_name.to_lowercase();
        let is_alias = |(network, aliases): (&String, &BTreeSet<String>)| {
            self.networks.contains_key(network) && aliases.contains(host)
        };
        host == name
            || host == format!("{}_{name}", other.stack.to_lowercase())
            || other.networks.iter().any(is_alias)
    }
}

fn look(table: &Table, hosts: Hosts) -> SurveyedService {
    let image = inner(table, "image").and_then(|image| image.get("name")?.item.text());
    let list = |key: &str| match table.get(key).map(|entry| &entry.item.value) {
        Some(Value::Array(items)) => items.as_slice(),
        _ => &[],
    };
    let labels = inner(table, "labels");
    SurveyedService {
        stack: String::new(),
        own_name: String::new(),
        has_memory: inner(table, "memory").is_some_and(|memory| memory.contains_key("base")),
        role: role(image.unwrap_or("")),
        is_published: list("ports")
            .iter()
            .any(|port| port.table().is_some_and(|port| port.contains_key("published"))),
        is_routed: labels.is_some_and(traefik::asks_for_http),
        wanted: wanted(table),
        memory_limit: number(table, "memory", "limit"),
        cpu_limit: number(table, "cpus", "limit"),
        networks: networks(table),
        hosts,
        calls: BTreeSet::new(),
    }
}

/// A number or size of the service, such as `memory.limit`, in bytes or threads.
fn number(table: &Table, what: &str, key: &str) -> Option<f64> {
    match &inner(table, what)?.get(key)?.item.value {
        Value::Text(text) => quantity::parse(text).ok().map(|quantity| quantity.value),
        Value::Float(number) => Some(*number),
        Value::Integer(number) => Some(*number as f64),
        _ => None,
    }
}

/// The demands on the scheduler.
fn wanted(table: &Table) -> Wanted {
    let count = |key: &str| match table.get(key).map(|entry| &entry.item.value) {
        Some(Value::Integer(number)) => u32::try_from(*number).ok(),
        _ => None,
    };
    let items = |key: &str| match table.get(key).map(|entry| &entry.item.value) {
        Some(Value::Array(items)) => items.as_slice(),
        _ => &[],
    };
    let mode = table.get("mode").and_then(|entry| entry.item.text()).unwrap_or("replicated");
    let host_port = |item: &Item| {
        let port = item
            .table()
            .filter(|port| port.get("mode").is_some_and(|mode| mode.item.text() == Some("host")))?;
        match port.get("published")?.item.value {
            Value::Integer(number) => u16::try_from(number).ok(),
            _ => None,
        }
    };
    Wanted {
        replicas: (!mode.starts_with("global")).then(|| count("replicas").unwrap_or(1)),
        spread: Vec::new(),
        constraints: items("constraints")
            .iter()
            .filter_map(Item::text)
            .filter_map(Constraint::parse)
            .collect(),
        cpus: number(table, "cpus", "reservation").unwrap_or(0.0),
        memory_bytes: number(table, "memory", "reservation").unwrap_or(0.0),
        max_per_node: count("max_replicas_per_node"),
        host_ports: items("ports").iter().filter_map(host_port).collect(),
    }
}

fn networks(table: &Table) -> BTreeMap<String, BTreeSet<String>> {
    let Some(Value::Array(items)) = table.get("networks").map(|entry| &entry.item.value) else {
        return BTreeMap::new();
    };
    let aliases = |network: &str| match &inner(table, "aliases")?.get(network)?.item.value {
        Value::Array(items) => {
            Some(items.iter().filter_map(Item::text).map(str::to_lowercase).collect())
        }
        _ => None,
    };
    let of = |network: &str| (network.to_owned(), aliases(network).unwrap_or_default());
    items.iter().filter_map(Item::text).map(of).collect()
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
