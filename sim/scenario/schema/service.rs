//! `[service.*]`, which is also `x-wssim` in a service of a stack file.

use super::rollout::{COLD, IMAGE, ROLLBACK, UPDATE};
use super::shape::{
    CLOCK, DURATION, FROM_ONE, FROM_ZERO, Key, KeyCase, NAMES, NUMBER, POSITIVE, SHARE, SIZE,
    Shape, TEXT, TIMES, TOUCH, TRUTH, ValueKind, key, shape,
};
use super::step::STEP;

pub(super) static SERVICE: Shape = shape(
    "service",
    "A service: what it does, what it takes, and where it runs. In a stack file the same keys stand below `x-wssim`",
    &[
        // Work.
        key("endpoint", ValueKind::Map(&ValueKind::Table(&ENDPOINT)), "the operations that others can call, by name"),
        key("workers", FROM_ONE, "requests that each container serves at once; more wait").or("no limit"),
        key(
            "hold",
            ValueKind::Word(&["request", "cpu"]),
            "`request`: a worker is held to the end of its request (a thread pool); `cpu`: only during cpu steps (an event loop)",
        ).or("request"),
        key("backlog", FROM_ZERO, "requests that wait for a worker at most; further ones are refused").or("no limit"),
        key("queue_timeout", DURATION, "how long a request waits for a worker at most").or("for ever"),
        key("pool", ValueKind::Map(&ValueKind::Table(&POOL)), "pools of connections, by the name of the service called"),
        key(
            "background",
            ValueKind::Either(&[ValueKind::Table(&BACKGROUND), ValueKind::Array(&ValueKind::Table(&BACKGROUND), 0)]),
            "bursts of CPU in every container, independent of requests",
        ),
        // Resources.
        key(
            "memory",
            ValueKind::Either(&[SIZE, ValueKind::Table(&MEMORY)]),
            "RAM of a container that serves no request, or a table with all about its RAM",
        ).or("0 B"),
        key("data", ValueKind::Table(&DATA), "the files that it reads, by `read` steps"),
        key(
            "cpus",
            ValueKind::Either(&[POSITIVE, ValueKind::Table(&CPUS)]),
            "limit of a container in threads, or a table with all about its CPU",
        ).or("no limit"),
        // Placement.
        key(
            "replicas",
            ValueKind::Ranged(&ValueKind::Count(0, 100_000)),
            "how many containers",
        ).or("1"),
        key(
            "mode",
            ValueKind::Word(&["replicated", "global", "replicated-job", "global-job"]),
            "`replicated`: `replicas` containers; `global`: one on each node; jobs do not end yet",
        ).or("replicated"),
        key("constraints", NAMES, "where it may run, such as `node.hostname == a`"),
        key(
            "preferences",
            NAMES,
            "labels of nodes over whose values it is spread: `node.labels.zone`",
        ),
        key("max_replicas_per_node", FROM_ONE, "containers on one node at most").or("no limit"),
        key("stack", TEXT, "the stack that it belongs to"),
        key("networks", NAMES, "networks that it is attached to; a call takes the first, by name, that caller and callee share").or("the hosts' own"),
        key(
            "aliases",
            ValueKind::Map(&NAMES),
            "further names of the service, by network; calls do not use them yet",
        ),
        key(
            "endpoint_mode",
            ValueKind::Word(&["vip", "dnsrr"]),
            "`vip`: a virtual address; `dnsrr`: DNS round robin",
        ).or("vip"),
        key(
            "ports",
            ValueKind::Either(&[ValueKind::Table(&PORT), ValueKind::Array(&ValueKind::Table(&PORT), 0)]),
            "published ports; `mode = \"host\"` counts in placement, users come in by `ingress` of their traffic",
        ),
        key(
            "volumes",
            ValueKind::Either(&[
                ValueKind::Text,
                ValueKind::Table(&VOLUME),
                ValueKind::Array(&ValueKind::Either(&[ValueKind::Text, ValueKind::Table(&VOLUME)]), 0),
            ]),
            "volumes; a name alone is a volume on the node, which its container needs there",
        ),
        // Lifecycle.
        key("image", ValueKind::Either(&[ValueKind::Text, ValueKind::Table(&IMAGE)]), "its image: a name, or a table"),
        key("mtbf", TIMES, "each of its containers crashes by itself, this long after its start").or("never"),
        key(
            "mttr",
            TIMES,
            "with `restart.condition = \"none\"`: how long until it is started again",
        ).or("for ever"),
        key("startup", TIMES, "CPU of starting a container, before it listens").or("0s"),
        key(
            "start_needs",
            NAMES,
            "services that a container needs to start: it tries again until of each a container listens, has its data and is in reach",
        ),
        key("start_retry", DURATION, "how often it tries again").or("5s"),
        key("healthcheck", ValueKind::Table(&HEALTH), "health checks: with Swarm a container gets no request before its first check has passed"),
        key("restart", ValueKind::Table(&RESTART), "whether and when a container that has ended is started again"),
        key(
            "update",
            ValueKind::Table(&UPDATE),
            "how its containers are replaced when a `[[rollout]]` renews it",
        ),
        key("rollback", ValueKind::Table(&ROLLBACK), "how they get their old image back"),
        key(
            "on_stop",
            ValueKind::Word(&["drain", "exit", "ignore"]),
            "what its process does when it is told to end (SIGTERM): `drain`: it takes nothing new on, answers what it has, and ends; `exit`: it ends at once, what it has is reset; `ignore`: it goes on until it is killed",
        ).or("drain"),
        key(
            "cold",
            ValueKind::Table(&COLD),
            "how slow a container is after its start, while its code is not compiled and its caches are empty",
        ).or("as fast as later"),
        key("stop_grace_period", DURATION, "from the request to end until the container is killed").or("10s"),
        key("labels", ValueKind::Map(&ValueKind::Text), "labels of the service; a proxy reads them in Swarm mode"),
        key(
            "container_labels",
            ValueKind::Map(&ValueKind::Text),
            "labels of its containers; a proxy reads them with Compose",
        ),
        // Connections to others.
        key(
            "balance",
            ValueKind::Either(&[ValueKind::Word(BALANCES), ValueKind::Table(&BALANCE)]),
            "how requests to it are spread over its containers, the same for every caller",
        ).or("the orchestrator's way"),
        key(
            "proxy",
            ValueKind::Either(&[ValueKind::Word(&["traefik"]), ValueKind::Table(&PROXY)]),
            "it is a reverse proxy and reads labels; so is every service with the image `traefik`",
        ),
        key(
            "keep_alive",
            DURATION,
            "its containers close a connection that was unused for this time; callers hear of it half a round trip later, and a request that crosses it is reset",
        ).or("never"),
        key(
            "max_connections",
            FROM_ONE,
            "connections of other services that each of its containers takes at most, unused ones included; further ones are refused",
        ).or("no limit"),
        key("resolver", RESOLVER, "how it looks up names, as its runtime does").or("no cache: DNS is asked for each connection"),
        key(
            "client",
            ValueKind::Table(&CLIENTS),
            "how it opens and keeps connections, to all services; in a table by a service's name, to that one",
        ).or("connections are open and cost nothing"),
    ],
);

/// Policies of spreading requests over containers.
pub(crate) const BALANCES: &[&str] =
    &["round-robin", "random", "least-connections", "power-of-d", "locality-first"];

static BALANCE: Shape = Shape {
    cases: &[
        KeyCase {
            by: "kind",
            is: Some("random"),
            keys: &[key(
                "weights",
                ValueKind::Ranged(&ValueKind::Array(&ValueKind::Positive, 1)),
                "the share of each container, in the order of replicas",
            )
            .or("equal shares")],
        },
        KeyCase {
            by: "kind",
            is: Some("power-of-d"),
            keys: &[key(
                "choices",
                ValueKind::Ranged(&ValueKind::Count(1, 8)),
                "how many containers are looked at",
            )
            .or("2")],
        },
    ],
    ..shape(
        "balance",
        "How requests are spread over containers",
        &[key("kind", ValueKind::Word(BALANCES), "which container gets the next request")
            .or("required")],
    )
};

static PROXY: Shape = shape(
    "proxy",
    "A reverse proxy",
    &[
        key("kind", ValueKind::Word(&["traefik"]), "whose labels it reads").or("required"),
        key("refresh", DURATION, "how often it asks a Swarm manager").or("15s"),
    ],
);

static ENDPOINT: Shape = shape(
    "endpoint",
    "An operation that can be called: `service.endpoint`",
    &[key("steps", ValueKind::Steps(&STEP), "what a request does, one after the other")],
);

static POOL: Shape = shape(
    "pool",
    "A pool of connections to another service",
    &[
        key("kind", ValueKind::Word(&["hikari"]), "whose defaults hold for the other keys"),
        key("size", FROM_ONE, "connections of each container").or("required; with `hikari` 10"),
        key("minimum", FROM_ZERO, "connections that are open from the start")
            .or("0; with `hikari` as `size`"),
        key("timeout", DURATION, "how long a request waits for a connection")
            .or("for ever; with `hikari` 30s"),
        key(
            "idle",
            DURATION,
            "an unused connection is closed after this time, where there are more than `minimum`",
        )
        .or("never; with `hikari` 10min"),
        key("max_lifetime", TIMES, "age at which a connection is renewed")
            .or("never; with `hikari` 29 to 30 min"),
        key("keepalive", DURATION, "how often something is sent on an unused connection")
            .or("never"),
        key(
            "validation",
            DURATION,
            "a connection that was unused for 0.5 s is tried first, for this time at most",
        )
        .or("not tried; with `hikari` 5s"),
        key("accept", TIMES, "CPU of accepting a connection, at the service called").or("0s"),
    ],
);

static BACKGROUND: Shape = shape(
    "background",
    "Bursts of CPU in every container, independent of requests",
    &[
        key("every", TIMES, "from one burst to the next").or("required; beside `at` a day"),
        key("cpu", TIMES, "CPU time of each job of a burst").or("required"),
        key(
            "jobs",
            ValueKind::Ranged(&ValueKind::Count(1, 10_000)),
            "jobs of a burst, all at once",
        )
        .or("1"),
        key(
            "start",
            DURATION,
            "window only: the first burst, counted from the beginning of the measured stretch",
        )
        .or("required where `count = 1` stands alone; a time of its own for each container"),
        key("at", CLOCK, "the first burst, by the clock"),
        key("count", FROM_ONE, "how many bursts there are").or("no end"),
        key("duration", DURATION, "no burst begins later than this after the first one may")
            .or("no end"),
    ],
);

static MEMORY: Shape = shape(
    "memory",
    "RAM of a container",
    &[
        key("base", SIZE, "RAM of a container that serves no request").or("0 B"),
        key("per_request", SIZE, "further RAM for each request in service").or("0 B"),
        key(
            "hot",
            SHARE,
            "share of the base that is touched at all",
        ).or("as `[memory]` has it"),
        key(
            "alpha",
            NUMBER,
            "skew of touches over the hot pages (exponent of Zipf's law, 0 to 4)",
        ).or("as `[memory]` has it"),
        key(
            "touch",
            TOUCH,
            "CPU from one touch of a page to the next",
        ).or("as `[memory]` has it"),
        key(
            "limit",
            SIZE,
            "limit of a container: beyond it swaps its own pages, as many again at most, before the kernel kills it",
        ).or("no limit"),
        key("reservation", SIZE, "RAM that must be free on a node when it is placed").or("0 B"),
        key(
            "processes",
            FROM_ONE,
            "over how many processes it is spread: of several the kernel kills one, and the container goes on",
        ).or("1"),
        key("heap", ValueKind::Table(&HEAP), "the heap of a runtime that collects garbage"),
        key("entry", SIZE, "what one entry of its caches takes").or("required with `maxmemory`"),
        key("maxmemory", SIZE, "what all entries of its caches take at most"),
    ],
);

static HEAP: Shape = shape(
    "heap",
    "A heap that is collected when it is full",
    &[
        key("limit", SIZE, "what it grows to before it is collected").or("required"),
        key("live", SIZE, "what is alive in it, part of the base").or("0 B"),
        key("garbage", SIZE, "what each request leaves in it").or("required"),
        key("collection", TIMES, "CPU of one collection").or("0s"),
    ],
);

static DATA: Shape = shape(
    "data",
    "The files that it reads, through its own buffers and the node's page cache",
    &[
        key("size", SIZE, "size of all files").or("required"),
        key("buffers", SIZE, "its own buffers in front of the page cache, on top of its base")
            .or("0 B"),
        key("page", SIZE, "bytes of one read").or("8 KiB"),
        key("alpha", NUMBER, "skew of reads over the pages (exponent of Zipf's law, 0 to 4)")
            .or("0.8"),
    ],
);

static CPUS: Shape = shape(
    "cpus",
    "CPU of a container",
    &[
        key("limit", POSITIVE, "threads at most").or("no limit"),
        key(
            "quota",
            ValueKind::Word(&["cfs", "grid", "fluid"]),
            "`cfs`: the limit is kept as the kernel keeps it, in periods of 100 ms, slices of 5 ms a CPU and ticks of 4 ms; `grid`: in periods alone; `fluid`: smoothly",
        )
        .or("cfs"),
        key("reservation", NUMBER, "threads that must be free on a node when it is placed").or("0"),
    ],
);

static HEALTH: Shape = shape(
    "healthcheck",
    "How health is checked, as Compose has it; simulated with Swarm, K3s and Nomad: a container \
     gets requests from its first good check on, and one that is unhealthy is withdrawn, stopped and replaced",
    &[
        key(
            "interval",
            DURATION,
            "from the start of a container to its first check, and from the result of one to the next",
        )
        .or("30s"),
        key("timeout", DURATION, "a check of a process that hangs fails after so long").or("30s"),
        key("retries", FROM_ZERO, "failures in a row after which a container is unhealthy; 0: 3")
            .or("3"),
        key("start_period", DURATION, "for so long after the start failures do not count").or("0s"),
        key("start_interval", DURATION, "the interval in the `start_period`, until a check is good")
            .or("5s"),
        key("disable", TRUTH, "a container gets requests as soon as it listens").or("false"),
    ],
);

static RESTART: Shape = shape(
    "restart",
    "What happens when a container ends, as Compose has it",
    &[
        key(
            "condition",
            ValueKind::Word(&["none", "on-failure", "any"]),
            "after which ends it is started again; `on-failure`: unless it was stopped in good order",
        )
        .or("any"),
        key("delay", DURATION, "how long after its end it is started again").or("5s"),
        key("max_attempts", FROM_ZERO, "restarts of a container at most; 0: any number").or("0"),
        key("window", DURATION, "only restarts within so long count for `max_attempts`; 0s: all do")
            .or("0s"),
    ],
);

/// A published port.
pub(crate) static PORT: Shape = shape(
    "port",
    "A published port",
    &[
        key("target", ValueKind::Ranged(&ValueKind::Count(1, 65_535)), "in the container"),
        key("published", ValueKind::Ranged(&ValueKind::Count(1, 65_535)), "outside"),
        key("protocol", ValueKind::Word(&["tcp", "udp", "sctp"]), "the protocol").or("tcp"),
        key(
            "mode",
            ValueKind::Word(&["ingress", "host"]),
            "`ingress`: on every node; `host`: on the node of each container",
        )
        .or("ingress"),
    ],
);

/// A volume.
pub(crate) static VOLUME: Shape = shape(
    "volume",
    "A volume",
    &[
        key("name", TEXT, "its name, or the folder of the node"),
        key("target", TEXT, "where in the container"),
        key(
            "kind",
            ValueKind::Word(&["local", "nfs", "bind", "tmpfs", "npipe", "cluster"]),
            "where the data lies; `local`: on the node, and the container needs it there",
        )
        .or("local"),
        key("nfs", TEXT, "the service or node that serves it").or("always there"),
    ],
);

pub(super) const RESOLVER: ValueKind = ValueKind::Either(&[
    ValueKind::Word(&["jvm", "netty", "node", "go", "glibc", "nginx"]),
    ValueKind::Table(&RESOLVER_TABLE),
]);

static RESOLVER_TABLE: Shape = shape(
    "resolver",
    "How names are looked up",
    &[
        key("ttl", DURATION, "how long an answer is kept").or("0s"),
        key(
            "pick",
            ValueKind::Word(&["first", "shuffle", "in-turn"]),
            "which of several addresses is taken",
        )
        .or("first"),
    ],
);

const CONNECTION_KEYS: &[Key] = &[
    key(
        "connections",
        ValueKind::Word(&["per-request", "keep-alive"]),
        "one for each request, or kept open",
    )
    .or("keep-alive"),
    key("max", FROM_ONE, "connections of a container at most; further calls wait").or("no limit"),
    key("idle", DURATION, "an unused connection is closed after this time").or("never"),
    key("max_lifetime", TIMES, "age at which a connection is renewed").or("never"),
    key("multiplex", TRUTH, "whether several requests share one").or("false"),
    key(
        "keepalive",
        DURATION,
        "how often something is sent on an unused connection; after three times without an answer the peer is dead",
    )
    .or("never; a peer that is dead is found by the kernel, after 15 min"),
    key("connect_timeout", DURATION, "how long opening a connection is tried")
        .or("the kernel's 127 s"),
    key("tls", TRUTH, "whether it is encrypted: opening takes a second round trip").or("false"),
    key("round_trips", ValueKind::Ranged(&ValueKind::Count(1, 16)), "round trips that opening takes")
        .or("1; with `tls` 2"),
    key("accept", TIMES, "CPU of accepting a connection, at the service called").or("0s"),
    key(
        "ports",
        ValueKind::Ranged(&ValueKind::Count(1, 65_535)),
        "with `per-request`: ephemeral ports to one destination, each in use for the request and for 60 s more; further connections are refused",
    )
    .or("28232, as Linux has it"),
];

/// How connections are held.
pub(crate) static CONNECTIONS: Shape =
    shape("connections", "How connections are held", CONNECTION_KEYS);

static CLIENTS: Shape = Shape {
    others: Some(ValueKind::Table(&CONNECTIONS)),
    shares_names: true,
    ..shape("clients", "How connections are held; to a service by its name", CONNECTION_KEYS)
};
