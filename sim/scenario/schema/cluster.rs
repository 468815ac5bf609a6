//! `[node.*]`, `[lan]`, `[network.*]` and `[orchestrator]`.

use super::shape::{
    BANDWIDTH, DURATION, FROM_ONE, Key, NAMES, NUMBER, POSITIVE, SHARE, SIZE, Shape, TEXT, TIMES,
    TOUCH, TRUTH, ValueKind, key, shape,
};

const DISKS: &[&str] = &["nvme", "ssd", "hdd", "sd"];

pub(super) static NODE: Shape = shape(
    "node",
    "A machine",
    &[
        key("cores", POSITIVE, "physical cores").or("required"),
        key("threads", POSITIVE, "hardware threads").or("as many as cores"),
        key(
            "speed",
            POSITIVE,
            "speed of one busy thread, relative to the CPU on which the scenario's CPU times were measured",
        ).or("1.0"),
        key(
            "capacity",
            ValueKind::Ranged(&ValueKind::Array(&ValueKind::Pair(&[ValueKind::Positive, ValueKind::Positive]), 1)),
            "pairs of a number of busy threads and the work that they do, in units of one thread: `[[8, 8.0], [16, 10.2]]`",
        ).or("all threads in full; with two threads a core, 1.25 times one thread a core"),
        key("memory", SIZE, "its RAM").or("RAM of the node is not simulated"),
        key("swap", SIZE, "swap space").or("none"),
        key(
            "swappiness",
            ValueKind::Ranged(&ValueKind::Count(0, 200)),
            "how the kernel weighs pages of processes against the page cache (vm.swappiness)",
        ).or("60"),
        key("network", BANDWIDTH, "bandwidth of its network interface").or("infinite"),
        key(
            "mtu",
            POSITIVE,
            "the largest packet that its network interface takes, in bytes, from 576 to 65535: what is sent plainly keeps to it, what an overlay wraps and does not fit vanishes",
        ).or("no limit"),
        key("labels", ValueKind::Map(&ValueKind::Text), "labels that constraints and preferences speak of"),
        key(
            "disk",
            ValueKind::Either(&[ValueKind::Word(DISKS), ValueKind::Table(&DISK)]),
            "the kind of its disk, or a disk of its own",
        ).or("visits to the disk take no time"),
        key(
            "arch",
            TEXT,
            "architecture of its processor as Docker reports it, such as `aarch64`: constraints speak of it",
        ).or("x86_64"),
        key("aes", TRUTH, "whether its CPU has instructions for AES (AES-NI)").or("true"),
        key("site", TEXT, "the site where it stands: its nodes share power and switch"),
        key(
            "mtbf",
            TIMES,
            "the node crashes by itself: time from its start, or from a repair, to the next crash",
        ).or("never"),
        key("mttr", TIMES, "time to repair, before its containers start").or("for ever"),
        key("price", NUMBER, "what it is bought for, in a currency of your own: the metric `price_total` adds them up")
            .or("it is there already"),
    ],
);

/// `[site.*]`.
pub(super) static SITE: Shape = shape(
    "site",
    "What the nodes of one site have in common",
    &[
        key("power", ValueKind::Table(&CAUSE), "its power fails: all its nodes crash at once"),
        key(
            "switch",
            ValueKind::Table(&CAUSE),
            "its switch fails: its nodes stay up, reach no other node and no user, and are not reached",
        ),
    ],
);

static CAUSE: Shape = shape(
    "cause",
    "How often it fails, and for how long",
    &[
        key("mtbf", TIMES, "time from the start, or from a repair, to the next failure")
            .or("required"),
        key("mttr", TIMES, "time to repair").or("for ever"),
    ],
);

/// `[memory]`.
pub(super) static MEMORY: Shape = shape(
    "memory-common",
    "How services use their RAM unless they say otherwise, and what the system of each node takes",
    &[
        key("hot", SHARE, "share of a container's base that is touched at all").or("1.0"),
        key("alpha", NUMBER, "skew of touches over the hot pages (exponent of Zipf's law, 0 to 4)")
            .or("0.8"),
        key("touch", TOUCH, "CPU from one touch of a page to the next").or("10us"),
        key("kernel", SIZE, "what the kernel of a node takes").or("0 B"),
        key("engine", SIZE, "what the container engine of a node takes").or("0 B"),
        key("shim", SIZE, "what the engine takes for each container that runs").or("0 B"),
        key("agent", SIZE, "what the orchestrator takes on a node")
            .or("what its kind takes: K3s 275 MB, Nomad 150 MB, others 0 B"),
        key("manager", SIZE, "what it takes on a node that manages, too")
            .or("what its kind takes: K3s 1606 MB, Nomad 300 MB; at least `agent`"),
    ],
);

static DISK: Shape = shape(
    "disk",
    "A disk of its own",
    &[
        key("kind", ValueKind::Word(DISKS), "the kind that gives what is left out")
            .or("what is left out takes no time"),
        key("read", TIMES, "time of one read, bytes apart").or("as `kind` has it"),
        key("write", TIMES, "time of one write, bytes apart").or("as `kind` has it"),
        key("flush", TIMES, "time of one flush, bytes apart").or("as `kind` has it"),
        key("bandwidth", BANDWIDTH, "bytes a second").or("as `kind` has it"),
        key("free", SIZE, "bytes that are free: no phase may dump or copy more")
            .or("as many as are wanted"),
        key("queues", FROM_ONE, "visits that are served at once").or("as `kind` has it; 1"),
    ],
);

pub(super) static LAN: Shape = shape(
    "lan",
    "What a message between containers costs; without this table it costs nothing",
    &[
        key("rtt", TIMES, "round trip between nodes").or("0s"),
        key("local_rtt", TIMES, "round trip between containers of one node").or("0s"),
        key("packet_cpu", DURATION, "CPU of a batch of packets (up to 64 KiB) at each end")
            .or("0s"),
        key("ipvs_cpu", DURATION, "CPU that a virtual address takes for each batch, at the caller")
            .or("10us"),
        key("vxlan_cpu", DURATION, "CPU that an overlay network adds to a batch at each end")
            .or("1.75us"),
        key("esp_cpu", DURATION, "CPU that encryption takes for each packet at each end")
            .or("0.3us"),
        key(
            "aes_cpu",
            DURATION,
            "CPU that encryption takes for each byte, on a node with `aes = true`",
        )
        .or("0.73ns"),
        key(
            "aes_software_cpu",
            DURATION,
            "CPU that encryption takes for each byte, on a node with `aes = false`",
        )
        .or("4.57ns"),
        MTU,
        GOODPUT,
        LOSS,
        key("subnet", TEXT, "addresses of the nodes, such as `10.0.0.0/24`"),
        key("firewall", ValueKind::Table(&FIREWALL), "what the firewall of every node lets in")
            .or("everything is let in"),
        key(
            "pair",
            ValueKind::Array(&ValueKind::Table(&PAIR), 0),
            "pairs of nodes with a path of their own, or whose link fails by itself",
        ),
    ],
);

static FIREWALL: Shape = shape(
    "firewall",
    "What a node lets in from the others",
    &[key(
        "open",
        NAMES,
        "what is let in from the other nodes: ports such as `4789/udp`, and `esp`",
    )
    .or("required")],
);

const MTU: Key = key(
    "mtu",
    POSITIVE,
    "the largest packet that gets from node to node, in bytes, from 576 to 65535: larger ones vanish, and neither end is told",
)
.or("no limit");
const GOODPUT: Key =
    key("goodput", BANDWIDTH, "what one transfer gets of it at most").or("no limit");
const LOSS: Key = key(
    "loss",
    SHARE,
    "share of packets that are lost between nodes, up to a half: messages wait for them, and transfers get no more than TCP makes of it",
)
.or("0");

static PAIR: Shape = shape(
    "lan-pair",
    "Two nodes with a path of their own, or whose link fails by itself",
    &[
        key("between", NAMES, "the two nodes").or("required"),
        key("rtt", TIMES, "round trip between them")
            .or("required where nothing else is said; otherwise as `[lan]` has it"),
        MTU,
        GOODPUT,
        LOSS,
        key("mtbf", TIMES, "time from the start, or from a repair, to the next cut of their link")
            .or("never"),
        key("mttr", TIMES, "time to repair").or("for ever"),
    ],
);

pub(super) static NETWORK: Shape = shape(
    "network",
    "A network of containers",
    &[
        key(
            "driver",
            ValueKind::Word(&["overlay", "bridge", "host"]),
            "what carries it: `overlay` wraps packets between nodes in VXLAN",
        )
        .or("overlay where `encrypted`, otherwise plain"),
        key("encrypted", TRUTH, "whether what goes between nodes is encrypted").or("false"),
        key("mtu", POSITIVE, "bytes of a packet inside, from 576 to 65535")
            .or("1500, in an overlay 1450, encrypted 1424"),
        GOODPUT,
    ],
);

pub(super) static ORCHESTRATOR: Shape = shape(
    "orchestrator",
    "How containers are placed and watched",
    &[
        key(
            "kind",
            ValueKind::Word(&wssim_model::orchestrator::Kind::NAMES),
            "which one: it decides how callers find replicas, and what happens after a failure",
        )
        .or("containers are placed as by Swarm, and each request goes to the next replica"),
        key("managers", NAMES, "nodes that manage the swarm").or("all nodes"),
        key(
            "address_pool",
            TEXT,
            "addresses of overlay networks, where it is not Docker's own pool",
        ),
        key("removal", TIMES, "from the loss of a node until its containers get no more requests")
            .or("the orchestrator's own timing"),
        key("detection", TIMES, "from the loss of a node until it is marked down")
            .or("the orchestrator's own timing"),
        key(
            "agent_cpu",
            NUMBER,
            "threads of the reference CPU that the orchestrator's own work takes on each node",
        )
        .or("what its kind takes: K3s 0.03, Nomad 0.02, others 0"),
        key("manager_cpu", NUMBER, "threads that it takes on a node that manages, too")
            .or("what its kind takes: K3s 0.06, Nomad 0.05; at least `agent_cpu`"),
    ],
);
