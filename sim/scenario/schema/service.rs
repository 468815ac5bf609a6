//! `[service.*]`, which is also `x-wssim` below a service of a stack file.

use super::{
    CLOCK, Case, DURATION, FROM_ONE, FROM_ZERO, Key, Kind, NAMES, NUMBER, POSITIVE, SHARE, SIZE,
    Shape, TEXT, TIMES, TOUCH, TRUTH, key, shape,
};

pub(super) static SERVICE: Shape = shape(
    "service",
    "What runs: where it may run, what it takes and what it does",
    &[
        // What it does.
        key("endpoint", Kind::Map(&Kind::Table(&ENDPOINT)), "what can be asked of it, by name"),
        key("workers", FROM_ONE, "requests in service at once in each container; more wait"),
        key(
            "hold",
            Kind::Word(&["request", "cpu"]),
            "a worker is held to the end of its request (a thread pool), or only in its cpu steps (an event loop)",
        ),
        key("backlog", FROM_ZERO, "requests that wait at most; more are refused"),
        key("queue_timeout", DURATION, "a request waits so long at most"),
        key("pool", Kind::Map(&Kind::Table(&POOL)), "pools of connections, by the service called"),
        key(
            "background",
            Kind::Either(&[Kind::Table(&BACKGROUND), Kind::Array(&Kind::Table(&BACKGROUND), 0)]),
            "bursts of CPU that every container makes of itself",
        ),
        // What it takes.
        key(
            "memory",
            Kind::Either(&[SIZE, Kind::Table(&MEMORY)]),
            "RAM of a container when nobody asks for anything, or all about its RAM",
        ),
        key("data", Kind::Table(&DATA), "the files that it reads, by `read` steps"),
        key(
            "cpus",
            Kind::Either(&[POSITIVE, Kind::Table(&CPUS)]),
            "limit in threads, or all about its CPU",
        ),
        // Where it runs.
        key(
            "replicas",
            Kind::Ranged(&Kind::Count(0, 100_000)),
            "how many containers; 1 when left out",
        ),
        key(
            "mode",
            Kind::Word(&["replicated", "global", "replicated-job", "global-job"]),
            "so many containers, or one on each node; kept up, or run to their end",
        ),
        key("constraints", NAMES, "where it may run, such as `node.hostname == a`"),
        key(
            "preferences",
            NAMES,
            "labels of nodes over whose values it is spread: `node.labels.zone`",
        ),
        key("max_replicas_per_node", FROM_ONE, "containers on one node at most"),
        key("stack", TEXT, "the stack that it belongs to"),
        key("networks", NAMES, "networks that it is on"),
        key(
            "aliases",
            Kind::Map(&NAMES),
            "names beside its own by which others find it, by network",
        ),
        key(
            "endpoint_mode",
            Kind::Word(&["vip", "dnsrr"]),
            "a virtual address, or round robin by DNS",
        ),
        key(
            "ports",
            Kind::Either(&[Kind::Table(&PORT), Kind::Array(&Kind::Table(&PORT), 0)]),
            "published ports",
        ),
        key(
            "volumes",
            Kind::Either(&[
                Kind::Text,
                Kind::Table(&VOLUME),
                Kind::Array(&Kind::Either(&[Kind::Text, Kind::Table(&VOLUME)]), 0),
            ]),
            "volumes; a name alone is one on the node",
        ),
        // How it comes and goes.
        key("image", Kind::Either(&[Kind::Text, Kind::Table(&IMAGE)]), "its image"),
        key("mtbf", TIMES, "each of its containers crashes of itself so long after its start"),
        key(
            "mttr",
            TIMES,
            "until somebody starts it again, where it does not restart by itself; for ever when left out",
        ),
        key("startup", TIMES, "from the start of a container to its first answer"),
        key(
            "start_needs",
            NAMES,
            "services without which its application does not start: it tries again until of each a container listens",
        ),
        key("start_retry", DURATION, "how often it tries again; 5 s when left out"),
        key("healthcheck", Kind::Table(&HEALTH), "how its health is checked"),
        key("restart", Kind::Table(&RESTART), "what happens when a container ends"),
        key("update", Kind::Table(&UPDATE), "how a new version is rolled out"),
        key("rollback", Kind::Table(&UPDATE), "how it is rolled back"),
        key("stop_grace_period", DURATION, "from the request to stop to the end by force"),
        key("labels", Kind::Map(&Kind::Text), "labels of the service, such as a proxy's rules"),
        key(
            "container_labels",
            Kind::Map(&Kind::Text),
            "labels of its containers, which a proxy does not read in Swarm mode",
        ),
        // How it reaches others.
        key(
            "balance",
            Kind::Either(&[Kind::Word(BALANCES), Kind::Table(&BALANCE)]),
            "how requests to it are spread over its containers, whoever asks; the orchestrator's way when left out",
        ),
        key(
            "proxy",
            Kind::Either(&[Kind::Word(&["traefik"]), Kind::Table(&PROXY)]),
            "it is a reverse proxy, and reads labels; so is what runs the image `traefik`",
        ),
        key("keep_alive", DURATION, "its containers close an unused connection then"),
        key("resolver", RESOLVER, "how it looks up names"),
        key(
            "client",
            Kind::Table(&CLIENTS),
            "how it holds connections; in tables by the service called, how to each",
        ),
    ],
);

/// How requests can be spread over containers.
pub(crate) const BALANCES: &[&str] =
    &["round-robin", "random", "least-connections", "power-of-d", "locality-first"];

static BALANCE: Shape = Shape {
    cases: &[
        Case {
            by: "kind",
            is: Some("random"),
            keys: &[key(
                "weights",
                Kind::Ranged(&Kind::Array(&Kind::Positive, 1)),
                "the share of each container, in the order of replicas",
            )],
        },
        Case {
            by: "kind",
            is: Some("power-of-d"),
            keys: &[key(
                "choices",
                Kind::Ranged(&Kind::Count(1, 8)),
                "how many containers are looked at; 2 when left out",
            )],
        },
    ],
    ..shape(
        "balance",
        "How requests are spread over containers",
        &[key("kind", Kind::Word(BALANCES), "who gets the next request")],
    )
};

static PROXY: Shape = shape(
    "proxy",
    "A reverse proxy",
    &[
        key("kind", Kind::Word(&["traefik"]), "whose labels it reads"),
        key("refresh", DURATION, "it asks a Swarm manager this often; 15 s when left out"),
    ],
);

static ENDPOINT: Shape = shape(
    "endpoint",
    "An operation",
    &[key("steps", Kind::Steps, "what a request does, one after the other")],
);

static POOL: Shape = shape(
    "pool",
    "A pool of connections to another service",
    &[
        key("kind", Kind::Word(&["hikari"]), "whose defaults hold for what is left out"),
        key("size", FROM_ONE, "connections of each container"),
        key("minimum", FROM_ZERO, "connections that are open from the start"),
        key("timeout", DURATION, "a request waits so long for one"),
        key("idle", DURATION, "an unused one is closed then, where there are more than `minimum`"),
        key("max_lifetime", TIMES, "age at which one is renewed"),
        key("keepalive", DURATION, "something is sent on an unused one this often"),
        key(
            "validation",
            DURATION,
            "one that was unused for 0.5 s is tried first, for so long at most",
        ),
        key("accept", TIMES, "CPU of accepting one, at the service called"),
    ],
);

static BACKGROUND: Shape = shape(
    "background",
    "Bursts of CPU, whoever asks",
    &[
        key("every", TIMES, "from one burst to the next; a day when left out beside `at`"),
        key("cpu", TIMES, "CPU time of each job of a burst"),
        key(
            "jobs",
            Kind::Ranged(&Kind::Count(1, 10_000)),
            "jobs of a burst, all at once; 1 when left out",
        ),
        key(
            "start",
            DURATION,
            "the first burst, from the beginning of a window's measured stretch",
        ),
        key("at", CLOCK, "the first burst, by the clock"),
        key("count", FROM_ONE, "how many bursts"),
        key("duration", DURATION, "no burst begins so long after the first one may"),
    ],
);

static MEMORY: Shape = shape(
    "memory",
    "RAM of a container",
    &[
        key("base", SIZE, "when nobody asks for anything"),
        key("per_request", SIZE, "more for each request in service"),
        key(
            "hot",
            SHARE,
            "share of the base that is touched at all; as `[memory]` has it when left out",
        ),
        key(
            "alpha",
            NUMBER,
            "skew of touches over the hot pages (exponent of Zipf's law, 0 to 4); as `[memory]` has it when left out",
        ),
        key(
            "touch",
            TOUCH,
            "CPU from one touch of a page to the next; as `[memory]` has it when left out",
        ),
        key(
            "limit",
            SIZE,
            "limit, beyond which it swaps its own pages, as many again at most, before the kernel ends it",
        ),
        key("reservation", SIZE, "what a node must have free"),
        key(
            "processes",
            FROM_ONE,
            "over which it is spread: of several the kernel ends one, and the container goes on; 1 when left out",
        ),
        key("heap", Kind::Table(&HEAP), "the heap of a runtime that collects garbage"),
        key("entry", SIZE, "what one entry of its caches takes"),
        key("maxmemory", SIZE, "what all entries take at most"),
    ],
);

static HEAP: Shape = shape(
    "heap",
    "A heap that is collected when it is full",
    &[
        key("limit", SIZE, "what it grows to before it is collected"),
        key("live", SIZE, "what is alive in it, part of the base; nothing when left out"),
        key("garbage", SIZE, "what each request leaves in it"),
        key("collection", TIMES, "CPU of one collection; none when left out"),
    ],
);

static DATA: Shape = shape(
    "data",
    "The files that it reads, through its own buffers and the node's page cache",
    &[
        key("size", SIZE, "all of them"),
        key(
            "buffers",
            SIZE,
            "its own buffers in front of the page cache, on top of its base; none when left out",
        ),
        key("page", SIZE, "bytes of one read; 8 KiB when left out"),
        key(
            "alpha",
            NUMBER,
            "skew of reads over the pages (exponent of Zipf's law, 0 to 4); 0.8 when left out",
        ),
    ],
);

static CPUS: Shape = shape(
    "cpus",
    "CPU of a container",
    &[
        key("limit", POSITIVE, "threads at most"),
        key(
            "quota",
            Kind::Word(&["cfs", "fluid"]),
            "how the limit is kept: in periods of 100 ms as the kernel does, or smoothly",
        ),
        key("reservation", NUMBER, "threads that a node must have free"),
    ],
);

static IMAGE: Shape = shape(
    "image",
    "An image",
    &[
        key("name", TEXT, "its reference"),
        key("size", SIZE, "what is pulled"),
        key(
            "registry",
            TEXT,
            "the service that it is pulled from; something that never fails when left out",
        ),
    ],
);

static HEALTH: Shape = shape(
    "healthcheck",
    "How health is checked, as Compose has it",
    &[
        key("interval", DURATION, "from one check to the next; 30 s when left out"),
        key("timeout", DURATION, "a check that takes longer has failed"),
        key("retries", FROM_ZERO, "failures one after the other that make it unhealthy"),
        key("start_period", DURATION, "failures do not count so long after the start"),
        key(
            "start_interval",
            DURATION,
            "from one check to the next in that time; 5 s when left out",
        ),
        key("disable", TRUTH, "no checks"),
    ],
);

static RESTART: Shape = shape(
    "restart",
    "What happens when a container ends, as Compose has it",
    &[
        key(
            "condition",
            Kind::Word(&["none", "on-failure", "any"]),
            "after which end it is started again",
        ),
        key("delay", DURATION, "wait before"),
        key("max_attempts", FROM_ZERO, "how often"),
        key("window", DURATION, "how long it must run to have been started"),
    ],
);

static UPDATE: Shape = shape(
    "update",
    "How a new version is rolled out, as Compose has it",
    &[
        key("parallelism", FROM_ZERO, "containers at once; 0: all"),
        key("delay", DURATION, "wait from one to the next"),
        key("monitor", DURATION, "how long a new container is watched"),
        key(
            "failure_action",
            Kind::Word(&["pause", "continue", "rollback"]),
            "what happens when one fails",
        ),
        key("max_failure_ratio", SHARE, "share of failures that is borne"),
        key(
            "order",
            Kind::Word(&["stop-first", "start-first"]),
            "which of the old and the new container comes first",
        ),
    ],
);

/// A published port.
pub(crate) static PORT: Shape = shape(
    "port",
    "A port",
    &[
        key("target", Kind::Ranged(&Kind::Count(1, 65_535)), "in the container"),
        key("published", Kind::Ranged(&Kind::Count(1, 65_535)), "outside"),
        key("protocol", Kind::Word(&["tcp", "udp", "sctp"]), "tcp when left out"),
        key(
            "mode",
            Kind::Word(&["ingress", "host"]),
            "on every node, or on the node of each container",
        ),
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
            Kind::Word(&["local", "nfs", "bind", "tmpfs", "npipe", "cluster"]),
            "where the data lies",
        ),
        key("nfs", TEXT, "the service or node that serves it; it is always there when left out"),
    ],
);

pub(super) const RESOLVER: Kind = Kind::Either(&[
    Kind::Word(&["jvm", "netty", "node", "go", "glibc", "nginx"]),
    Kind::Table(&RESOLVER_TABLE),
]);

static RESOLVER_TABLE: Shape = shape(
    "resolver",
    "How names are looked up",
    &[
        key("ttl", DURATION, "how long an answer is kept"),
        key(
            "pick",
            Kind::Word(&["first", "shuffle", "in-turn"]),
            "which of several addresses is taken",
        ),
    ],
);

const CONNECTION_KEYS: &[Key] = &[
    key(
        "connections",
        Kind::Word(&["per-request", "keep-alive"]),
        "one for each request, or kept open",
    ),
    key("max", FROM_ONE, "connections at most"),
    key("idle", DURATION, "an unused one is closed then"),
    key("max_lifetime", TIMES, "age at which one is renewed"),
    key("multiplex", TRUTH, "several requests share one"),
    key("keepalive", DURATION, "something is sent on an unused one this often"),
    key("connect_timeout", DURATION, "opening one is given up then"),
    key("tls", TRUTH, "whether it is encrypted: opening takes a second round trip"),
    key(
        "round_trips",
        Kind::Ranged(&Kind::Count(1, 16)),
        "that opening one takes; 1, with tls 2, when left out",
    ),
    key("accept", TIMES, "CPU of accepting one, at the service called"),
];

/// How connections are held.
pub(crate) static CONNECTIONS: Shape =
    shape("connections", "How connections are held", CONNECTION_KEYS);

static CLIENTS: Shape = Shape {
    others: Some(Kind::Table(&CONNECTIONS)),
    shares_names: true,
    ..shape("clients", "How connections are held; to a service by its name", CONNECTION_KEYS)
};
