//! The one table of metrics: name, unit, labels, meaning. Documents are tested against it.

use wssim_model::probe::Failure;

/// A kind of metric.
#[derive(Clone, Copy, Debug)]
pub struct MetricKind {
    /// After Prometheus' conventions: base units, unit last.
    pub name: &'static str,
    /// Base unit.
    pub unit: &'static str,
    /// Labels, in the order in which they are written.
    pub labels: &'static [&'static str],
    /// What is measured, in one line.
    pub meaning: &'static str,
}

/// Values of the label `stat`.
pub const STATS: [&str; 7] = ["mean", "p50", "p90", "p95", "p99", "p999", "max"];

/// The value of a label that stands for all of its values together.
pub const ALL: &str = "all";

/// The value of the label `reason` for requests that were not answered by the end.
pub const UNFINISHED: &str = "unfinished";

/// Values of the label `reason`: why a request failed, or that it was not answered by the end, or all
/// of that together.
pub fn reasons() -> impl Iterator<Item = &'static str> {
    Failure::ALL.map(Failure::name).into_iter().chain([UNFINISHED, ALL])
}

/// Metrics of nodes that are also given for all of them, as `node="all"`.
pub const OF_ALL_NODES: [&str; 2] = ["containers_at_pressure", "oom_kills_total"];

const fn kind(
    name: &'static str,
    unit: &'static str,
    labels: &'static [&'static str],
    meaning: &'static str,
) -> MetricKind {
    MetricKind { name, unit, labels, meaning }
}

/// Every metric that is measured, by name.
pub const TABLE: &[MetricKind] = &[
    kind(
        "attempts_per_request",
        "1",
        &["entry"],
        "calls of all kinds, retries included, per request",
    ),
    kind(
        "availability_ratio",
        "ratio",
        &["entry", "group", "service"],
        "by `failures`, in the long run: share of the time in which it works; the group \"managers\" is \
         that of whoever can decide",
    ),
    kind(
        "breaker_open_ratio",
        "ratio",
        &["caller", "service"],
        "share of time for which a caller's circuit breaker let nothing through",
    ),
    kind(
        "cache_hit_ratio",
        "ratio",
        &["service"],
        "look-ups that found something over all look-ups of the cache, failed ones included",
    ),
    kind(
        "containers_at_pressure",
        "containers",
        &["node"],
        "containers that ran, on all nodes, when the node first came under pressure: somebody was \
         killed for want of memory, or its stalls over 10 s (PSI's avg10) passed 10 %; \"all\" is the \
         first node",
    ),
    kind("containers_running", "containers", &[], "containers that run, on all nodes"),
    kind(
        "data_miss_ratio",
        "ratio",
        &["service"],
        "reads of a service's data that came from the disk over all reads",
    ),
    kind(
        "downtime_seconds_per_year",
        "seconds",
        &["entry", "group", "service"],
        "by `failures`, in the long run: time of a year in which it does not work",
    ),
    kind(
        "error_ratio",
        "ratio",
        &["entry", "reason"],
        "requests without a good answer over all requests; reason \"unfinished\": not answered by the end; \"all\" \
         is every reason together",
    ),
    kind(
        "in_service",
        "requests",
        &["service"],
        "requests that it has taken in and not answered; those that wait before apart",
    ),
    kind(
        "node_cpu_utilization_ratio",
        "ratio",
        &["node"],
        "running thread-seconds over thread-seconds",
    ),
    kind(
        "node_disk_utilization_ratio",
        "ratio",
        &["node"],
        "visits that the disk serves over those that it can serve at once",
    ),
    kind(
        "node_disk_visits",
        "jobs",
        &["node", "service"],
        "visits of a service that wait for the node's disk or are served by it, those for pages in swap included",
    ),
    kind(
        "node_load_average",
        "1",
        &["node"],
        "the kernel's 1-minute average of runnable and uninterruptible jobs, as `uptime` prints it",
    ),
    kind(
        "node_memory_demand_bytes",
        "bytes",
        &["node"],
        "RAM that the node's containers and its system ask for, in RAM or in swap",
    ),
    kind(
        "node_memory_hot_bytes",
        "bytes",
        &["node"],
        "pages that the node's containers touch, in RAM or in swap",
    ),
    kind("node_memory_page_cache_bytes", "bytes", &["node"], "RAM that is left for the page cache"),
    kind("node_memory_resident_bytes", "bytes", &["node"], "RAM that the node's containers have"),
    kind(
        "node_memory_stall_ratio",
        "ratio",
        &["node"],
        "share of time in which some task waits for pages, as PSI's `some`",
    ),
    kind(
        "node_memory_used_bytes",
        "bytes",
        &["node"],
        "RAM in use by containers, kernel, engine, shims and agent, as `free` prints it; without RAM \
         given, what containers ask for",
    ),
    kind("node_network_cpu_ratio", "ratio", &["node"], "CPU of networking over thread-seconds"),
    kind(
        "node_network_utilization_ratio",
        "ratio",
        &["node", "direction"],
        "bytes sent (tx) or received (rx) over what the network interface could carry",
    ),
    kind(
        "node_runnable_jobs",
        "jobs",
        &["node", "service"],
        "CPU steps and bursts of a service that run or wait for a thread of the node",
    ),
    kind(
        "node_swap_in_pages_per_second",
        "1/s",
        &["node"],
        "pages brought back from swap, as pswpin of `/proc/vmstat`",
    ),
    kind("node_swap_used_bytes", "bytes", &["node"], "swap in use"),
    kind(
        "oom_kills_total",
        "1",
        &["node"],
        "processes killed for want of memory, per replication; \"all\" is every node",
    ),
    kind(
        "outage_seconds",
        "seconds",
        &["entry", "group", "service", "stat"],
        "by `failures`, in the long run: how long an outage lasts; all of them pooled, without an interval",
    ),
    kind(
        "outages_per_year",
        "1/year",
        &["entry", "group", "service"],
        "by `failures`, in the long run: outages that begin in a year; of nothing seen, up to the rule of \
         three",
    ),
    kind(
        "page_fault_ratio",
        "ratio",
        &["service"],
        "touches of pages that found their page in swap over all touches",
    ),
    kind(
        "query_time_seconds",
        "seconds",
        &["caller", "service", "stat"],
        "a call, from sent to last byte received; waiting for a pool's connection apart",
    ),
    kind(
        "queue_length",
        "requests",
        &["service", "queue"],
        "requests waiting, those at a node that stands still included; at an event loop, steps",
    ),
    kind(
        "recovery_seconds",
        "seconds",
        &["entry", "nodes_lost", "service"],
        "by `failures`: from the crash of the nodes until the entry answers, or a container of the \
         service does, in the worst set of so many nodes",
    ),
    kind(
        "replica_share_ratio",
        "ratio",
        &["service", "replica"],
        "share of the service's visits that a replica got",
    ),
    kind(
        "request_time_seconds",
        "seconds",
        &["component"],
        "where the time of a request goes, all its parallel parts added up",
    ),
    kind(
        "requests_total",
        "requests",
        &["entry"],
        "requests that arrived in the measured stretch, per replication",
    ),
    kind(
        "response_time_seconds",
        "seconds",
        &["entry", "stat"],
        "from the user's first byte sent to the last received; failed requests apart, those not answered by \
         the end take longer than they had",
    ),
    kind(
        "service_memory_demand_bytes",
        "bytes",
        &["node", "service"],
        "RAM that the service's containers on the node ask for, in RAM or in swap",
    ),
    kind(
        "service_memory_resident_bytes",
        "bytes",
        &["node", "service"],
        "RAM that the service's containers on the node have",
    ),
    kind("service_replicas_running", "containers", &["service"], "containers that run"),
    kind(
        "service_response_seconds",
        "seconds",
        &["service", "endpoint", "stat"],
        "one visit to a service, from arrival there to its end",
    ),
    kind(
        "service_swap_used_bytes",
        "bytes",
        &["node", "service"],
        "swap that the service's containers on the node use",
    ),
    kind("service_utilization_ratio", "ratio", &["service"], "held workers over workers"),
    kind(
        "survival_ratio",
        "ratio",
        &["nodes_lost"],
        "by `failures`: sets of so many nodes whose loss is survived, over all such sets",
    ),
    kind("throttled_ratio", "ratio", &["service"], "time with a job and no quota, over all time"),
    kind(
        "throughput_per_second",
        "1/s",
        &["entry"],
        "good answers that come within the measured stretch, whenever they were asked for, per second of it",
    ),
    kind(
        "waiting_time_seconds",
        "seconds",
        &["service", "queue", "stat"],
        "wait of those served, zeros included: for a worker, a pool's connection, or the disk",
    ),
];

/// Metrics that a claim may name and that nothing measures yet.
pub const PLANNED: &[MetricKind] = &[
    kind("deploy_seconds", "seconds", &["stack"], "from the first to the last container ready"),
    kind(
        "recovery_seconds",
        "seconds",
        &["group", "node"],
        "from the fault until it answers again",
    ),
];

/// The kind named `name`, among those that are measured.
#[must_use]
pub fn kind_of(name: &str) -> Option<&'static MetricKind> {
    TABLE.iter().find(|kind| kind.name == name)
}

/// The base unit of the metric named `name`, measured or planned.
#[must_use]
pub fn unit_of(name: &str) -> &'static str {
    TABLE.iter().chain(PLANNED).find(|kind| kind.name == name).map_or("", |kind| kind.unit)
}
