//! `[service.*]`: what runs, where it may run, what it takes and what it does.

use super::background::{self, BackgroundText};
use super::deploy::{self, Deploy, Mode};
use super::fields::{self, Fields, Name, Reader};
use super::step::{self, Step};
use crate::quantity::Dimension;
use crate::schema::CONNECTIONS;
use crate::source::Origin;
use std::collections::BTreeMap;
use wssim_kernel::Nanos;
use wssim_model::blueprint::{CpuLimit, Hold, Quota};

/// A service.
#[derive(Clone, Debug)]
pub(crate) struct Service {
    pub origin: Origin,
    /// Ignored by global modes.
    pub replicas: u32,
    pub deploy: Deploy,
    pub constraints: Vec<Name>,
    pub max_replicas_per_node: Option<u32>,
    pub networks: Vec<Name>,
    pub memory_base: f64,
    pub memory_per_request: f64,
    pub memory_reservation: f64,
    pub memory_origin: Origin,
    /// Whether its memory is limited.
    pub memory_limit: Option<f64>,
    pub cpu_limit: Option<CpuLimit>,
    pub cpu_reservation: f64,
    pub workers: Option<u32>,
    pub hold: Hold,
    pub backlog: Option<u32>,
    pub queue_timeout: Option<Nanos>,
    pub background: Vec<BackgroundText>,
    pub pools: BTreeMap<String, Pool>,
    pub endpoints: BTreeMap<String, Endpoint>,
    /// Services with connection settings of their own.
    pub clients: Vec<Name>,
    /// Keys that are written and that the model does not simulate yet.
    pub unsimulated: Vec<String>,
}

impl Service {
    /// Whether it runs once on each node.
    pub(crate) fn is_global(&self) -> bool {
        matches!(self.deploy.mode, Mode::Global | Mode::GlobalJob)
    }

    /// How many containers are wanted when `placed` found a node; a global service wants no more.
    pub(crate) fn wanted(&self, placed: u32) -> u32 {
        if self.is_global() { placed } else { self.replicas }
    }

    /// The labels that placement preferences speak of: `node.labels.zone` is `zone`.
    pub(crate) fn spread_labels(&self) -> Vec<String> {
        let label = |name: &Name| name.text.strip_prefix("node.labels.").map(str::to_owned);
        self.deploy.preferences.iter().filter_map(label).collect()
    }
}

/// A connection pool.
#[derive(Clone, Debug)]
pub(crate) struct Pool {
    pub origin: Origin,
    pub size: u32,
    pub timeout: Option<Nanos>,
}

/// An operation.
#[derive(Clone, Debug)]
pub(crate) struct Endpoint {
    pub steps: Vec<Step>,
}

pub(super) fn read(reader: &mut Reader<'_>, origin: Origin, fields: Fields<'_>) -> Service {
    let mut fields = fields;
    let mut service = Service {
        origin,
        replicas: fields.value_or(reader, "replicas", fields::count_to(0, 100_000), 1, "1"),
        deploy: Deploy::default(),
        constraints: fields.names(reader, "constraints").unwrap_or_default(),
        max_replicas_per_node: fields.value(reader, "max_replicas_per_node", fields::count(1)),
        networks: fields.names(reader, "networks").unwrap_or_default(),
        memory_base: 0.0,
        memory_per_request: 0.0,
        memory_reservation: 0.0,
        memory_origin: origin,
        memory_limit: None,
        cpu_limit: None,
        cpu_reservation: 0.0,
        workers: fields.value(reader, "workers", fields::count(1)),
        hold: Hold::Request,
        backlog: fields.value(reader, "backlog", fields::count(0)),
        queue_timeout: fields.timer(reader, "queue_timeout"),
        background: background::read(reader, &mut fields),
        pools: BTreeMap::new(),
        endpoints: BTreeMap::new(),
        clients: Vec::new(),
        unsimulated: Vec::new(),
    };
    if !fields.has("hold") {
        reader.defaults.push((fields.at("hold"), "request".to_owned()));
    }
    if fields.word(reader, "hold", &["request", "cpu"]) == Some("cpu") {
        service.hold = Hold::Cpu;
    }
    memory(reader, &mut fields, &mut service);
    cpus(reader, &mut fields, &mut service);
    for (name, mut pool) in fields.things(reader, "pool") {
        if !pool.has("size") {
            pool.missing(reader, "size", "such as `size = 10`");
        }
        let size = pool.value(reader, "size", fields::count(1)).unwrap_or(1);
        let timeout = pool.timer(reader, "timeout");
        if pool.law(reader, "max_lifetime", Dimension::Duration).is_some() {
            service.unsimulated.push(format!("pool.{}.max_lifetime", name.text));
        }
        service.pools.insert(name.text, Pool { origin: name.origin, size, timeout });
        pool.finish(reader);
    }
    for (name, mut endpoint) in fields.things(reader, "endpoint") {
        let path = endpoint.at("steps");
        let steps = match endpoint.item("steps") {
            Some(item) => step::read_list(reader, item, &path),
            None => Vec::new(),
        };
        service.endpoints.insert(name.text, Endpoint { steps });
        endpoint.finish(reader);
    }
    unsimulated(reader, &mut fields, &mut service);
    fields.finish(reader);
    service
}

fn memory(reader: &mut Reader<'_>, outer: &mut Fields<'_>, service: &mut Service) {
    let size = || fields::quantity(Dimension::Size);
    let Some(entry) = outer.table.get("memory") else {
        outer.accept(&["memory"]);
        return;
    };
    service.memory_origin = entry.item.origin;
    let is_short = entry.item.table().is_none_or(|table| table.contains_key("value"));
    if is_short {
        // `memory = "360 MiB"` says what it takes when it does nothing.
        service.memory_base = outer.value(reader, "memory", size()).unwrap_or(0.0);
        return;
    }
    let Some(mut fields) = outer.inner(reader, "memory") else {
        return;
    };
    service.memory_base = fields.value(reader, "base", size()).unwrap_or(0.0);
    service.memory_per_request = fields.value(reader, "per_request", size()).unwrap_or(0.0);
    service.memory_reservation = fields.value(reader, "reservation", size()).unwrap_or(0.0);
    if fields.value(reader, "hot", fields::share).is_some() {
        service.unsimulated.push("memory.hot".to_owned());
    }
    service.memory_limit = fields.value(reader, "limit", size());
    if service.memory_limit.is_some() {
        service.unsimulated.push("memory.limit".to_owned());
    }
    fields.finish(reader);
}

fn cpus(reader: &mut Reader<'_>, outer: &mut Fields<'_>, service: &mut Service) {
    let Some(entry) = outer.table.get("cpus") else {
        outer.accept(&["cpus"]);
        return;
    };
    let is_short = entry.item.table().is_none_or(|table| table.contains_key("value"));
    if is_short {
        // As in Compose: `cpus = 0.5` is the limit.
        service.cpu_limit = outer
            .value(reader, "cpus", fields::positive)
            .map(|cpus| CpuLimit { cpus, quota: Quota::Cfs });
        return;
    }
    let Some(mut fields) = outer.inner(reader, "cpus") else {
        return;
    };
    let limit = fields.value(reader, "limit", fields::positive);
    if limit.is_some() && !fields.has("quota") {
        reader.defaults.push((fields.at("quota"), "cfs".to_owned()));
    }
    let quota = match fields.word(reader, "quota", &["cfs", "fluid"]) {
        Some("fluid") => Quota::Fluid,
        _ => Quota::Cfs,
    };
    service.cpu_limit = limit.map(|cpus| CpuLimit { cpus, quota });
    service.cpu_reservation =
        fields.value(reader, "reservation", fields::quantity(Dimension::Number)).unwrap_or(0.0);
    fields.finish(reader);
}

fn unsimulated(reader: &mut Reader<'_>, fields: &mut Fields<'_>, service: &mut Service) {
    service.deploy = deploy::read(reader, fields, &mut service.unsimulated);
    let mut note = |key: &str| service.unsimulated.push(key.to_owned());
    if fields.law(reader, "startup", Dimension::Duration).is_some() {
        note("startup");
    }
    for key in ["resolver", "client"] {
        if fields.has(key) {
            note(key);
        }
    }
    resolver(reader, fields);
    if let Some(mut inner) = fields.inner(reader, "client") {
        // The settings of one kind of client, or of several by the name of the service called.
        for (name, entry) in inner.table {
            if entry.item.table().is_some_and(|table| !table.contains_key("value"))
                && let Some(one) = reader.table(&entry.item, &inner.at(name), &CONNECTIONS)
            {
                service.clients.push(Name { text: name.clone(), origin: entry.key });
                connections(reader, one);
            }
        }
        let plain = inner
            .table
            .iter()
            .filter(|(_, entry)| entry.item.table().is_none_or(|table| table.contains_key("value")))
            .map(|(key, entry)| (key.clone(), entry.clone()))
            .collect();
        let path = std::mem::take(&mut inner.path);
        connections(reader, Fields::new(&plain, path, inner.origin, &CONNECTIONS));
    }
}

/// `resolver = "jvm"`, or `{ ttl = "30s", pick = "first" | "shuffle" }`.
pub(super) fn resolver(reader: &mut Reader<'_>, outer: &mut Fields<'_>) {
    const KINDS: [&str; 5] = ["jvm", "netty", "node", "go", "nginx"];
    if outer.table.get("resolver").is_none_or(|entry| entry.item.table().is_none()) {
        let _ = outer.word(reader, "resolver", &KINDS);
        return;
    }
    let Some(mut fields) = outer.inner(reader, "resolver") else {
        return;
    };
    let _ = fields.duration(reader, "ttl");
    let _ = fields.word(reader, "pick", &["first", "shuffle"]);
    fields.finish(reader);
}

/// `{ connections = "per-request" }`, or `{ max, idle, max_lifetime, multiplex }`.
pub(super) fn connections(reader: &mut Reader<'_>, mut fields: Fields<'_>) {
    let _ = fields.word(reader, "connections", &["per-request", "keep-alive"]);
    let _ = fields.value(reader, "max", fields::count(1));
    let _ = fields.timer(reader, "idle");
    let _ = fields.law(reader, "max_lifetime", Dimension::Duration);
    let _ = fields.value(reader, "multiplex", fields::truth);
    fields.finish(reader);
}
