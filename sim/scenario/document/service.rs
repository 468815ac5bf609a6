//! `[service.*]`: what runs, where it may run, its resources and its work.

use super::background::{self, BackgroundText};
use super::deploy::{self, Deploy, Mode};
use super::fault::{self, Fails};
use super::fields::{self, Fields, Name, Reader};
use super::memory::{self, DataText, MemoryText};
use super::routing::{self, Clients, PoolText, ProxyText};
use super::step::{self, StepText};
use crate::source::Origin;
use std::collections::BTreeMap;
use wssim_kernel::Nanos;
use wssim_model::blueprint::{CpuLimit, Hold, Policy, Quota, Resolver};
use wssim_model::law::Law;
use wssim_text::quantity::Dimension;

/// A service.
#[derive(Clone, Debug)]
pub(crate) struct ServiceText {
    pub origin: Origin,
    /// Ignored in global modes.
    pub replicas: u32,
    pub deploy: Deploy,
    pub constraints: Vec<Name>,
    pub max_replicas_per_node: Option<u32>,
    pub networks: Vec<Name>,
    pub memory: MemoryText,
    /// Files that it reads.
    pub data: Option<DataText>,
    pub cpu_limit: Option<CpuLimit>,
    pub cpu_reservation: f64,
    pub workers: Option<u32>,
    pub hold: Hold,
    pub backlog: Option<u32>,
    pub queue_timeout: Option<Nanos>,
    pub background: Vec<BackgroundText>,
    pub pools: BTreeMap<String, PoolText>,
    pub endpoints: BTreeMap<String, EndpointText>,
    /// CPU time to start a container.
    pub startup: Option<Law>,
    /// Services that it waits for before it listens, and how often it checks.
    pub start_needs: Vec<Name>,
    pub start_retry: Nanos,
    /// Place of that setting, if given.
    pub start_retry_origin: Option<Origin>,
    /// How often each of its containers crashes randomly.
    pub fails: Option<Fails>,
    /// Time for which its containers keep an idle connection open.
    pub keep_alive: Option<Nanos>,
    /// Most connections to each of its containers.
    pub max_connections: Option<CountLimit>,
    /// How requests from all callers are spread over its replicas.
    pub balance: Option<Policy>,
    /// How it uses DNS answers.
    pub resolver: Option<Resolver>,
    /// Proxy settings, if it is declared a proxy.
    pub proxy: Option<ProxyText>,
    /// Its connections to others.
    pub clients: Clients,
    /// Keys that the model does not simulate yet.
    pub unsimulated: Vec<String>,
}

impl ServiceText {
    /// RAM of a container at rest, in bytes.
    pub(crate) fn at_rest(&self) -> f64 {
        self.memory.base + self.data.as_ref().map_or(0.0, |data| data.buffers)
    }

    /// Whether it runs once on each node.
    pub(crate) fn is_global(&self) -> bool {
        matches!(self.deploy.mode, Mode::Global | Mode::GlobalJob)
    }

    /// The number of wanted containers, given that `placed` found a node; a global service wants no
    /// more.
    pub(crate) fn wanted(&self, placed: u32) -> u32 {
        if self.is_global() { placed } else { self.replicas }
    }

    /// The labels of placement preferences: `node.labels.zone` is `zone`.
    pub(crate) fn spread_labels(&self) -> Vec<String> {
        let label = |name: &Name| name.text.strip_prefix("node.labels.").map(str::to_owned);
        self.deploy.preferences.iter().filter_map(label).collect()
    }
}

/// A limit and its place.
#[derive(Clone, Copy, Debug)]
pub(crate) struct CountLimit {
    pub most: u32,
    pub origin: Origin,
}

/// Retry interval of an application that cannot connect: an assumption.
const START_RETRY: Nanos = Nanos(5_000_000_000);

/// An endpoint.
#[derive(Clone, Debug)]
pub(crate) struct EndpointText {
    pub steps: Vec<StepText>,
}

pub(super) fn read(reader: &mut Reader<'_>, origin: Origin, fields: Fields<'_>) -> ServiceText {
    let mut fields = fields;
    let mut service = ServiceText {
        origin,
        replicas: fields.value_or(reader, "replicas", fields::count_to(0, 100_000), 1, "1"),
        deploy: Deploy::default(),
        constraints: fields.names(reader, "constraints").unwrap_or_default(),
        max_replicas_per_node: fields.value(reader, "max_replicas_per_node", fields::count(1)),
        networks: fields.names(reader, "networks").unwrap_or_default(),
        memory: MemoryText::default(),
        data: None,
        cpu_limit: None,
        cpu_reservation: 0.0,
        workers: fields.value(reader, "workers", fields::count(1)),
        hold: Hold::Request,
        backlog: fields.value(reader, "backlog", fields::count(0)),
        queue_timeout: fields.timer(reader, "queue_timeout"),
        background: background::read(reader, &mut fields),
        pools: BTreeMap::new(),
        endpoints: BTreeMap::new(),
        startup: None,
        start_needs: Vec::new(),
        start_retry: START_RETRY,
        start_retry_origin: None,
        fails: None,
        keep_alive: None,
        max_connections: None,
        balance: None,
        resolver: None,
        proxy: None,
        clients: Clients::default(),
        unsimulated: Vec::new(),
    };
    if !fields.has("hold") {
        reader.defaults.push((fields.at("hold"), "request".to_owned()));
    }
    if fields.word(reader, "hold", &["request", "cpu"]) == Some("cpu") {
        service.hold = Hold::Cpu;
    }
    (service.memory, service.data) = memory::of_service(reader, &mut fields, origin);
    cpus(reader, &mut fields, &mut service);
    for (name, pool) in fields.things(reader, "pool") {
        service.pools.insert(name.text, routing::pool(reader, pool, name.origin));
    }
    for (name, mut endpoint) in fields.things(reader, "endpoint") {
        let path = endpoint.at("steps");
        let steps = match endpoint.item("steps") {
            Some(item) => step::read_list(reader, item, &path),
            None => Vec::new(),
        };
        service.endpoints.insert(name.text, EndpointText { steps });
        endpoint.finish(reader);
    }
    deployment(reader, &mut fields, &mut service);
    fields.finish(reader);
    service
}

fn cpus(reader: &mut Reader<'_>, outer: &mut Fields<'_>, service: &mut ServiceText) {
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
    let quota = match fields.word(reader, "quota", &["cfs", "grid", "fluid"]) {
        Some("fluid") => Quota::Fluid,
        Some("grid") => Quota::Grid,
        _ => Quota::Cfs,
    };
    service.cpu_limit = limit.map(|cpus| CpuLimit { cpus, quota });
    service.cpu_reservation =
        fields.value(reader, "reservation", fields::quantity(Dimension::Number)).unwrap_or(0.0);
    fields.finish(reader);
}

fn deployment(reader: &mut Reader<'_>, fields: &mut Fields<'_>, service: &mut ServiceText) {
    service.deploy = deploy::read(reader, fields, &mut service.unsimulated);
    service.startup = fields.work(reader, "startup");
    start_needs(reader, fields, service);
    service.fails = fault::fails(reader, fields);
    service.keep_alive = fields.duration(reader, "keep_alive");
    let written = fields.table.get("max_connections").map(|entry| entry.key);
    let most = fields.value(reader, "max_connections", fields::count(1));
    service.max_connections = most.zip(written).map(|(most, origin)| CountLimit { most, origin });
    service.balance = routing::balance(reader, fields);
    service.resolver = routing::resolver(reader, fields);
    service.proxy = routing::proxy(reader, fields);
    service.clients = routing::clients(reader, fields);
}

/// The interval needs a service to wait for.
fn start_needs(reader: &mut Reader<'_>, fields: &mut Fields<'_>, service: &mut ServiceText) {
    if fields.has("start_needs") && !fields.has("start_retry") {
        reader.defaults.push((fields.at("start_retry"), "5s".to_owned()));
    }
    service.start_needs = fields.names(reader, "start_needs").unwrap_or_default();
    let written = fields.table.get("start_retry");
    service.start_retry_origin = written.map(|entry| entry.item.origin);
    service.start_retry = fields.duration(reader, "start_retry").unwrap_or(START_RETRY);
}
