//! Which metrics a blueprint has: every kind of the table, once for each entry, service, node…

use crate::memory::{self, OfMemory};
use crate::metric::{ALL, MetricKind, STATS, UNFINISHED, kind_of};
use crate::question::MetricRef;
use wssim_model::Blueprint;
use wssim_model::blueprint::{Container, DataAt, FaultKind, Policy, Service, Source};
use wssim_model::ids::{QueryId, ServiceId};
use wssim_model::probe::Failure;

/// Entry or entries.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Entry {
    All,
    Source(usize),
}

/// Calls of one pair, or of everybody to one service.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Calls {
    Pair(usize),
    Service(usize),
}

impl Calls {
    /// Whether the calls of `query` are among these.
    pub(crate) fn has(self, blueprint: &Blueprint, query: QueryId) -> bool {
        match self {
            Self::Pair(place) => query.index() == place,
            Self::Service(place) => blueprint.queries[query.index()].service.index() == place,
        }
    }
}

/// Why requests have no good answer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Reason {
    /// Any of them.
    All,
    Failed(Failure),
    /// They were not answered by the end.
    Unfinished,
}

impl Reason {
    /// Its value of the label `reason`.
    fn name(self) -> &'static str {
        match self {
            Self::All => ALL,
            Self::Failed(failure) => failure.name(),
            Self::Unfinished => UNFINISHED,
        }
    }
}

/// Place in [`STATS`].
pub(crate) type Stat = usize;

/// What is measured; places are those of the blueprint's tables.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Quantity {
    Response(Entry, Stat),
    Errors(Entry, Reason),
    Throughput(Entry),
    Requests(Entry),
    Attempts(Entry),
    QueryTime(Calls, Stat),
    /// Of one endpoint.
    Visit(usize, Stat),
    /// Of all endpoints of a service.
    Visits(usize, Stat),
    WorkerWait(usize, Stat),
    PoolWait(usize, Stat),
    DiskWait(usize, Stat),
    WorkerQueue(usize),
    PoolQueue(usize),
    DiskQueue(usize),
    CacheHits(usize),
    InService(usize),
    Utilization(usize),
    Throttled(usize),
    BreakerOpen(Calls),
    Share(usize, usize),
    Replicas(usize),
    Cpu(usize),
    Load(usize),
    Memory(OfMemory),
    Network(usize, usize),
    NetworkCpu(usize),
    DiskUtilization(usize),
    /// Of a service on a node.
    DiskVisits(usize, usize),
    Component(Component),
    Runnable(usize, usize),
}

/// Where the time of a request goes; by service or pool.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Component {
    Cpu(usize),
    Worker(usize),
    Pool(usize),
    Disk(usize),
    Pages(usize),
    Network,
    Connecting,
}

/// One metric of a blueprint.
#[derive(Clone, Debug)]
pub(crate) struct Key {
    pub(crate) kind: &'static MetricKind,
    pub(crate) labels: Vec<(&'static str, String)>,
    pub(crate) quantity: Quantity,
}

/// All metrics of a blueprint, in the order of names and labels.
#[derive(Clone, Debug)]
pub(crate) struct Catalogue {
    pub(crate) keys: Vec<Key>,
}

/// Reasons that the model can give for a failed request in every world.
const REASONS: [Failure; 4] =
    [Failure::Refused, Failure::Timeout, Failure::NoReplica, Failure::Abandoned];
/// Values of the label `direction`, in the order of a node's byte counts.
const DIRECTIONS: [&str; 2] = ["tx", "rx"];

/// Connections break where something fails, and where a virtual address forgets them.
fn can_reset(blueprint: &Blueprint) -> Option<Failure> {
    let forgets = blueprint.routes.iter().any(|route| route.policy == Policy::Vip);
    (forgets || !blueprint.faults.is_empty()).then_some(Failure::Reset)
}

/// Disks are full where a fault fills them.
fn can_fill(blueprint: &Blueprint) -> Option<Failure> {
    let fills = blueprint.faults.iter().any(|fault| fault.kind == FaultKind::DiskFull);
    fills.then_some(Failure::DiskFull)
}

/// A container can be put where its data is not, or be cut off from it.
fn can_lack_data(blueprint: &Blueprint) -> Option<Failure> {
    let fails = !blueprint.faults.is_empty();
    let far = blueprint.containers.iter().any(|container| container.data != DataAt::Here);
    (fails && far).then_some(Failure::NoData)
}

/// Whether a request can fail at all: something goes wrong, somebody gives up or is turned away. What is
/// not answered by the end is another matter.
pub(crate) fn can_fail(blueprint: &Blueprint) -> bool {
    let Blueprint { services, containers, calls, sources, .. } = blueprint;
    let refuses = |service: &Service| service.backlog.is_some() || service.replicas() == 0;
    let comes_late =
        |one: &Container| one.begins.is_some() || one.spare || one.data != DataAt::Here;
    let gives_up = |one: &Source| one.patience.is_some() || one.patience_in_queue.is_some();
    can_reset(blueprint).is_some()
        || memory::can_kill(blueprint).is_some()
        || can_shed(blueprint).is_some()
        || !blueprint.timeouts.is_empty()
        || services.iter().any(refuses)
        || containers.iter().any(comes_late)
        || calls.iter().any(|call| call.deadline.is_some() || call.network.blocked)
        || sources.iter().any(gives_up)
}

/// Breakers and limits turn requests away.
fn can_shed(blueprint: &Blueprint) -> Option<Failure> {
    let sheds = !blueprint.breakers.is_empty() || !blueprint.limits.is_empty();
    sheds.then_some(Failure::Shed)
}

impl Catalogue {
    pub(crate) fn of(blueprint: &Blueprint) -> Self {
        let mut catalogue = Self { keys: Vec::new() };
        catalogue.add_entries(blueprint);
        catalogue.add_calls(blueprint);
        for place in 0..blueprint.services.len() {
            catalogue.add_service(blueprint, place);
        }
        for place in 0..blueprint.pools.len() {
            catalogue.add_pool(blueprint, place);
        }
        for place in 0..blueprint.nodes.len() {
            catalogue.add_node(blueprint, place);
        }
        catalogue.add_memory(blueprint);
        catalogue.add(
            "request_time_seconds",
            &["connecting"],
            Quantity::Component(Component::Connecting),
        );
        catalogue.add(
            "request_time_seconds",
            &["network"],
            Quantity::Component(Component::Network),
        );
        // Statistics keep their own order; everything else is in order of names.
        let rank = |key: &Key| {
            let label = |(name, value): &(&str, String)| {
                let stat = STATS.iter().position(|stat| *name == "stat" && stat == value);
                (stat.unwrap_or(0), value.clone())
            };
            (key.kind.name, key.labels.iter().map(label).collect::<Vec<_>>())
        };
        catalogue.keys.sort_by_cached_key(rank);
        catalogue
    }

    /// The place of the metric that `wanted` names. Labels that are left out take the value that
    /// is meant without them: mean, every reason, all entries, all callers, all nodes.
    pub(crate) fn find(&self, wanted: &MetricRef) -> Option<usize> {
        let default = |label: &str| match label {
            "stat" => Some("mean"),
            "reason" | "entry" | "caller" | "endpoint" | "node" => Some("all"),
            "queue" => Some("workers"),
            _ => None,
        };
        let matches = |key: &Key| {
            let label = |(name, value): &(&'static str, String)| {
                let asked = wanted.labels.get(*name).map(String::as_str).or_else(|| default(name));
                asked == Some(value.as_str())
            };
            key.kind.name == wanted.name
                && key.labels.iter().all(label)
                && wanted.labels.keys().all(|name| key.kind.labels.contains(&name.as_str()))
        };
        self.keys.iter().position(matches)
    }

    /// Leaves out what none of `metrics` names.
    pub(crate) fn keep_only(&mut self, metrics: &[MetricRef]) {
        let mut places: Vec<usize> =
            metrics.iter().filter_map(|metric| self.find(metric)).collect();
        places.sort_unstable();
        places.dedup();
        self.keys = places.into_iter().map(|place| self.keys[place].clone()).collect();
    }

    pub(crate) fn add(&mut self, name: &str, values: &[&str], quantity: Quantity) {
        let Some(kind) = kind_of(name) else { unreachable!("{name} is in the table") };
        assert_eq!(kind.labels.len(), values.len(), "{name} has its labels");
        let labels = kind.labels.iter().copied().zip(values.iter().map(|v| (*v).to_owned()));
        self.keys.push(Key { kind, labels: labels.collect(), quantity });
    }

    fn add_stats(&mut self, name: &str, values: &[&str], quantity: impl Fn(Stat) -> Quantity) {
        for (place, stat) in STATS.iter().enumerate() {
            self.add(name, &[values, &[*stat]].concat(), quantity(place));
        }
    }

    fn add_entries(&mut self, blueprint: &Blueprint) {
        let all = std::iter::once(("all", Entry::All));
        let each = blueprint.sources.iter().enumerate();
        let each = each.map(|(place, source)| (source.name.as_str(), Entry::Source(place)));
        for (name, entry) in all.chain(each) {
            self.add_stats("response_time_seconds", &[name], |s| Quantity::Response(entry, s));
            let shed = can_shed(blueprint);
            let others = can_reset(blueprint).into_iter().chain(can_fill(blueprint));
            let others = others.chain(memory::can_kill(blueprint));
            let others = others.chain(can_lack_data(blueprint));
            let failures = REASONS.into_iter().chain(shed).chain(others).map(Reason::Failed);
            for reason in failures.chain([Reason::All, Reason::Unfinished]) {
                let quantity = Quantity::Errors(entry, reason);
                self.add("error_ratio", &[name, reason.name()], quantity);
            }
            self.add("throughput_per_second", &[name], Quantity::Throughput(entry));
            self.add("requests_total", &[name], Quantity::Requests(entry));
            self.add("attempts_per_request", &[name], Quantity::Attempts(entry));
        }
    }

    fn add_calls(&mut self, blueprint: &Blueprint) {
        let name = |place: usize| blueprint.services[place].name.as_str();
        for (place, query) in blueprint.queries.iter().enumerate() {
            let labels = [name(query.caller.index()), name(query.service.index())];
            let calls = Calls::Pair(place);
            self.add_stats("query_time_seconds", &labels, |s| Quantity::QueryTime(calls, s));
            if blueprint.breakers.iter().any(|breaker| calls.has(blueprint, breaker.query)) {
                self.add("breaker_open_ratio", &labels, Quantity::BreakerOpen(calls));
            }
        }
        for place in 0..blueprint.services.len() {
            if blueprint.queries.iter().any(|query| query.service.index() == place) {
                let labels = ["all", name(place)];
                let calls = Calls::Service(place);
                self.add_stats("query_time_seconds", &labels, |s| Quantity::QueryTime(calls, s));
                if blueprint.breakers.iter().any(|breaker| calls.has(blueprint, breaker.query)) {
                    self.add("breaker_open_ratio", &labels, Quantity::BreakerOpen(calls));
                }
            }
        }
    }

    fn add_service(&mut self, blueprint: &Blueprint, place: usize) {
        let service = &blueprint.services[place];
        let name = service.name.as_str();
        self.add("in_service", &[name], Quantity::InService(place));
        self.add("service_replicas_running", &[name], Quantity::Replicas(place));
        self.add("throttled_ratio", &[name], Quantity::Throttled(place));
        let cpu = Quantity::Component(Component::Cpu(place));
        self.add("request_time_seconds", &[&format!("cpu {name}")], cpu);
        if service.workers.is_some() {
            self.add("service_utilization_ratio", &[name], Quantity::Utilization(place));
            self.add("queue_length", &[name, "workers"], Quantity::WorkerQueue(place));
            self.add_stats("waiting_time_seconds", &[name, "workers"], |s| {
                Quantity::WorkerWait(place, s)
            });
            let wait = Quantity::Component(Component::Worker(place));
            self.add("request_time_seconds", &[&format!("worker {name}")], wait);
        }
        if blueprint.uses_disk(ServiceId::from(place)) {
            self.add("queue_length", &[name, "disk"], Quantity::DiskQueue(place));
            self.add_stats("waiting_time_seconds", &[name, "disk"], |s| {
                Quantity::DiskWait(place, s)
            });
            let time = Quantity::Component(Component::Disk(place));
            self.add("request_time_seconds", &[&format!("disk {name}")], time);
        }
        if blueprint.caches.iter().any(|cache| cache.service.index() == place) {
            self.add("cache_hit_ratio", &[name], Quantity::CacheHits(place));
        }
        for number in 0..service.replicas() as usize {
            let labels = [name, &(number + 1).to_string()];
            self.add("replica_share_ratio", &labels, Quantity::Share(place, number));
        }
        self.add_stats("service_response_seconds", &[name, "all"], |s| Quantity::Visits(place, s));
        for (number, endpoint) in blueprint.endpoints.iter().enumerate() {
            if endpoint.service.index() == place {
                let labels = [name, endpoint.name.as_str()];
                self.add_stats("service_response_seconds", &labels, |s| Quantity::Visit(number, s));
            }
        }
    }

    fn add_pool(&mut self, blueprint: &Blueprint, place: usize) {
        let pool = &blueprint.pools[place];
        let name = blueprint.services[pool.service.index()].name.as_str();
        let labels = [name, pool.name.as_str()];
        self.add("queue_length", &labels, Quantity::PoolQueue(place));
        self.add_stats("waiting_time_seconds", &labels, |s| Quantity::PoolWait(place, s));
        let label = format!("connection {name} to {}", pool.name);
        let wait = Quantity::Component(Component::Pool(place));
        self.add("request_time_seconds", &[&label], wait);
    }

    fn add_node(&mut self, blueprint: &Blueprint, place: usize) {
        let node = &blueprint.nodes[place];
        let name = node.name.as_str();
        self.add("node_cpu_utilization_ratio", &[name], Quantity::Cpu(place));
        self.add("node_load_average", &[name], Quantity::Load(place));
        self.add("node_network_cpu_ratio", &[name], Quantity::NetworkCpu(place));
        if node.bandwidth.is_finite() {
            for (number, direction) in DIRECTIONS.iter().enumerate() {
                let quantity = Quantity::Network(place, number);
                self.add("node_network_utilization_ratio", &[name, direction], quantity);
            }
        }
        let mut uses_disk = false;
        for (number, service) in blueprint.services.iter().enumerate() {
            let lies_here = |c: u32| blueprint.containers[c as usize].node.index() == place;
            if service.containers.clone().any(lies_here) {
                let labels = [name, service.name.as_str()];
                self.add("node_runnable_jobs", &labels, Quantity::Runnable(place, number));
                let id = ServiceId::from(number);
                let works = node.disk.is_some() && blueprint.uses_disk(id);
                if works || memory::pages_on(blueprint, id, place) {
                    uses_disk = true;
                    self.add("node_disk_visits", &labels, Quantity::DiskVisits(place, number));
                }
            }
        }
        if uses_disk {
            let utilization = Quantity::DiskUtilization(place);
            self.add("node_disk_utilization_ratio", &[name], utilization);
        }
    }
}
