//! `[node.*]`, `[lan]`, `[network.*]` and `[orchestrator]`.

use super::{
    BANDWIDTH, DURATION, FROM_ONE, Kind, NAMES, NUMBER, POSITIVE, SHARE, SIZE, Shape, TEXT, TIMES,
    TOUCH, TRUTH, key, shape,
};

const DISKS: &[&str] = &["nvme", "ssd", "hdd", "sd"];

pub(super) static NODE: Shape = shape(
    "node",
    "A machine",
    &[
        key("cores", POSITIVE, "physical cores"),
        key("threads", POSITIVE, "hardware threads; as many as cores when left out"),
        key(
            "speed",
            POSITIVE,
            "of one busy thread, relative to the CPU that demands were measured on; 1.0 when left out",
        ),
        key(
            "capacity",
            Kind::Ranged(&Kind::Array(&Kind::Pair(&[Kind::Positive, Kind::Positive]), 1)),
            "work done by so many busy threads, in units of one: `[[8, 8.0], [16, 10.2]]`",
        ),
        key("memory", SIZE, "its RAM"),
        key("swap", SIZE, "swap space; none when left out"),
        key(
            "swappiness",
            Kind::Ranged(&Kind::Count(0, 200)),
            "how the kernel weighs pages of processes against the page cache (vm.swappiness); 60 when left out",
        ),
        key("network", BANDWIDTH, "bandwidth of its network interface; infinite when left out"),
        key("labels", Kind::Map(&Kind::Text), "labels that constraints and preferences speak of"),
        key(
            "disk",
            Kind::Either(&[Kind::Word(DISKS), Kind::Table(&DISK)]),
            "the kind of its disk, or a disk of its own",
        ),
        key("aes", TRUTH, "whether its CPU encrypts by itself (AES-NI)"),
        key("site", TEXT, "where it stands: it shares power and switch with the others there"),
        key(
            "mtbf",
            TIMES,
            "it crashes of itself: time from its start, or repair, to the next crash",
        ),
        key("mttr", TIMES, "time to repair, before its containers start; for ever when left out"),
    ],
);

/// `[site.*]`.
pub(super) static SITE: Shape = shape(
    "site",
    "What the nodes of one site have in common",
    &[
        key("power", Kind::Table(&CAUSE), "its power goes: all its nodes crash at once"),
        key(
            "switch",
            Kind::Table(&CAUSE),
            "its switch goes: its nodes, which stay up, reach nobody and nobody them",
        ),
    ],
);

static CAUSE: Shape = shape(
    "cause",
    "How often something goes, and for how long",
    &[
        key("mtbf", TIMES, "time from the start, or from a repair, to the next failure"),
        key("mttr", TIMES, "time to repair; for ever when left out"),
    ],
);

/// `[memory]`.
pub(super) static MEMORY: Shape = shape(
    "memory-common",
    "What nodes and services have in common of RAM, unless they say otherwise",
    &[
        key("hot", SHARE, "share of a container's base that is touched at all; 1 when left out"),
        key(
            "alpha",
            NUMBER,
            "skew of touches over the hot pages (exponent of Zipf's law, 0 to 4); 0.8 when left out",
        ),
        key("touch", TOUCH, "CPU from one touch of a page to the next; 10us when left out"),
        key("kernel", SIZE, "what the kernel of a node takes"),
        key("engine", SIZE, "what the container engine of a node takes"),
        key("shim", SIZE, "what the engine takes for each container that runs"),
        key("agent", SIZE, "what the orchestrator takes of each node"),
    ],
);

static DISK: Shape = shape(
    "disk",
    "A disk of its own",
    &[
        key("kind", Kind::Word(DISKS), "the kind that the rest is taken from"),
        key("read", TIMES, "one read"),
        key("write", TIMES, "one write"),
        key("flush", TIMES, "one flush"),
        key("bandwidth", BANDWIDTH, "bytes a second"),
        key("queues", FROM_ONE, "operations at once"),
    ],
);

pub(super) static LAN: Shape = shape(
    "lan",
    "What a message costs; all of it left out: nothing",
    &[
        key("rtt", TIMES, "round trip between nodes"),
        key("local_rtt", TIMES, "round trip between containers of one node"),
        key("packet_cpu", DURATION, "CPU time of one batch of packets at each end"),
        key("ipvs_cpu", DURATION, "CPU of a virtual address for each batch; 10us when left out"),
        key("vxlan_cpu", DURATION, "what an overlay network adds to it; 1.75us when left out"),
        key(
            "esp_cpu",
            DURATION,
            "what encryption takes for each packet at each end; 0.3us when left out",
        ),
        key("aes_cpu", DURATION, "and for each byte, with AES instructions; 0.73ns when left out"),
        key("aes_software_cpu", DURATION, "and without them; 4.57ns when left out"),
        key("subnet", TEXT, "addresses of the nodes, such as `10.0.0.0/24`"),
        key(
            "firewall",
            Kind::Table(&FIREWALL),
            "what the firewall of every node lets in; none when left out",
        ),
        key(
            "pair",
            Kind::Array(&Kind::Table(&PAIR), 0),
            "pairs of nodes with a round trip of their own, or whose link fails of itself",
        ),
    ],
);

static FIREWALL: Shape = shape(
    "firewall",
    "What a node lets in from the others",
    &[key("open", NAMES, "ports such as `4789/udp`, and `esp`")],
);

static PAIR: Shape = shape(
    "lan-pair",
    "Two nodes with a round trip of their own, or whose link fails of itself",
    &[
        key("between", NAMES, "the two nodes"),
        key("rtt", TIMES, "round trip between them"),
        key("mtbf", TIMES, "time from the start, or from a repair, to the next cut of their link"),
        key("mttr", TIMES, "time to repair; for ever when left out"),
    ],
);

pub(super) static NETWORK: Shape = shape(
    "network",
    "A network of containers",
    &[
        key("driver", Kind::Word(&["overlay", "bridge", "host"]), "what carries it"),
        key("encrypted", TRUTH, "whether what goes between nodes is encrypted"),
        key(
            "mtu",
            POSITIVE,
            "bytes of a packet inside; 1500, in an overlay 1450, encrypted 1424 when left out",
        ),
    ],
);

pub(super) static ORCHESTRATOR: Shape = shape(
    "orchestrator",
    "Who places containers and watches over them",
    &[
        key(
            "kind",
            Kind::Word(&["swarm", "k3s", "nomad", "compose", "none"]),
            "which one; swarm when left out",
        ),
        key("managers", NAMES, "nodes that manage"),
        key(
            "address_pool",
            TEXT,
            "addresses of overlay networks, where it is not Docker's own pool",
        ),
        key(
            "removal",
            TIMES,
            "from the loss of a node until nobody is sent there; the orchestrator's own timing when left out",
        ),
        key(
            "detection",
            TIMES,
            "from the loss of a node until it is marked down; the orchestrator's own timing when left out",
        ),
        key(
            "agent_cpu",
            NUMBER,
            "threads of the reference CPU that its own work takes on each node; none when left out",
        ),
    ],
);
