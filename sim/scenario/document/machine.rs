//! `[node.*]`, `[lan]`, `[network.*]` and `[orchestrator]`: the cluster itself.

use super::bandwidth;
use super::disk;
use super::fault::{self, Fails};
use super::fields::{self, Fields, Name, Read, Reader, Texts};
use super::firewall::{self, Firewall};
use crate::diagnostic::Diagnostic;
use crate::source::Origin;
use crate::tree::{Item, Value};
use std::collections::BTreeMap;
use std::ops::RangeInclusive;
use wssim_kernel::Nanos;
use wssim_model::blueprint::{self, Disk, Encapsulation, usual};
use wssim_model::law::Law;
use wssim_model::orchestrator::placement::Order;
use wssim_model::orchestrator::{Kind, Reads};
use wssim_text::quantity::Dimension;

/// A machine.
#[derive(Clone, Debug)]
pub(crate) struct MachineText {
    pub origin: Origin,
    pub labels: BTreeMap<String, String>,
    pub cores: f64,
    pub threads: f64,
    pub speed: f64,
    pub capacity: Vec<(f64, f64)>,
    pub memory: Option<f64>,
    /// Bytes.
    pub swap: f64,
    pub swappiness: f64,
    pub network: Option<f64>,
    /// Largest packet of its interface, in bytes.
    pub mtu: Option<f64>,
    pub disk: Option<Disk>,
    /// Free bytes on it; `None` if unlimited.
    pub free: Option<f64>,
    /// Whether the CPU has instructions for AES.
    pub aes: bool,
    /// As reported by Docker; `None` for x86-64.
    pub arch: Option<String>,
    pub site: Option<String>,
    /// How often it crashes randomly.
    pub fails: Option<Fails>,
    /// Its purchase price.
    pub price: Option<f64>,
}

/// Cores and threads of one machine.
const CORES: RangeInclusive<f64> = 0.001..=100_000.0;

/// Speeds of a thread, relative to the CPU of the scenario's CPU times: machines differ by less than a
/// thousand times.
const SPEEDS: RangeInclusive<f64> = 0.001..=1000.0;

/// Work of two threads on a core, relative to one: the mode of the SMT yield.
const SMT_YIELD: f64 = 1.25;

pub(super) fn read(reader: &mut Reader<'_>, origin: Origin, mut fields: Fields<'_>) -> MachineText {
    let fields = &mut fields;
    let mut labels = BTreeMap::new();
    if let Some(inner) = fields.inner(reader, "labels") {
        for (key, entry) in inner.table {
            let value = fields::text(&reader.texts, &entry.item);
            if let Some(value) = reader.keep(value) {
                labels.insert(key.clone(), value);
            }
        }
    }
    if !fields.has("cores") {
        fields.missing(reader, "cores", "such as `cores = 8`");
    }
    let cores = fields.value(reader, "cores", fields::positive).unwrap_or(1.0);
    let threads = fields.value_or(reader, "threads", fields::positive, cores, &cores.to_string());
    let speed = fields.value_or(reader, "speed", fields::positive, 1.0, "1.0");
    let usual = if threads > cores {
        vec![(cores, cores), (threads, cores * SMT_YIELD)]
    } else {
        vec![(threads, threads)]
    };
    let shown =
        usual.iter().map(|(n, work)| format!("[{n}, {work}]")).collect::<Vec<_>>().join(", ");
    let capacity = fields.value_or(reader, "capacity", points, usual, &format!("[{shown}]"));
    let (disk, free) = disk::of_node(reader, fields);
    let machine = MachineText {
        origin,
        labels,
        cores,
        threads,
        speed,
        capacity,
        memory: fields.value(reader, "memory", fields::quantity(Dimension::Size)),
        swap: fields.value(reader, "swap", fields::quantity(Dimension::Size)).unwrap_or(0.0),
        swappiness: swappiness(reader, fields),
        network: fields.value(reader, "network", bandwidth::read),
        mtu: fields.value(reader, "mtu", packet_size),
        disk,
        free,
        aes: fields.value_or(reader, "aes", fields::truth, true, "true"),
        arch: fields.name(reader, "arch").map(|name| name.text),
        site: fields.name(reader, "site").map(|name| name.text),
        fails: fault::fails(reader, fields),
        price: fields.value(reader, "price", fields::quantity(Dimension::Number)),
    };
    for (key, value, range) in
        [("cores", cores, CORES), ("threads", threads, CORES), ("speed", speed, SPEEDS)]
    {
        if !range.contains(&value) {
            let at = fields.table.get(key).map_or(origin, |entry| entry.item.origin);
            let message = format!("`{key}` lies between {} and {}", range.start(), range.end());
            reader.mistake(at, "out-of-range", message, None);
        }
    }
    if machine.threads < machine.cores {
        let message = "a node has at least as many threads as cores";
        let at = fields.table.get("threads").map_or(origin, |entry| entry.item.origin);
        reader.mistake(at, "out-of-range", message, None);
    }
    let rest = Fields::new(fields.table, String::new(), origin, fields.shape);
    std::mem::replace(fields, rest).finish(reader);
    machine
}

/// Linux's default (Documentation/admin-guide/sysctl/vm.rst, swappiness).
const SWAPPINESS: u32 = 60;

/// Up to 200 since Linux 5.8; needs swap.
fn swappiness(reader: &mut Reader<'_>, fields: &mut Fields<'_>) -> f64 {
    if fields.has("swap") && !fields.has("swappiness") {
        reader.defaults.push((fields.at("swappiness"), SWAPPINESS.to_string()));
    }
    let given = fields.value(reader, "swappiness", fields::count_to(0, 200));
    f64::from(given.unwrap_or(SWAPPINESS))
}

/// Points (n, work), both increasing from zero, work never faster than n.
fn points(texts: &Texts<'_>, item: &Item) -> Read<Vec<(f64, f64)>> {
    let due = "a list of points such as `[[8, 8.0], [16, 10.2]]`";
    let Value::Array(items) = &item.value else {
        return fields::wrong(texts, item, due);
    };
    let mut out: Vec<(f64, f64)> = Vec::new();
    for point in items {
        let Value::Array(pair) = &point.value else {
            return fields::wrong(texts, point, due);
        };
        let [threads, work] = pair.as_slice() else {
            return fields::wrong(texts, point, due);
        };
        let threads = fields::positive(texts, threads)?;
        let work = fields::positive(texts, work)?;
        let (before, done) = out.last().copied().unwrap_or((0.0, 0.0));
        if threads <= before || work < done || work > threads * (1.0 + 1e-9) {
            let message =
                "threads must increase, work must not decrease, and work cannot exceed threads";
            return Err(Box::new(
                Diagnostic::error("bad-value", message).at(texts.sources, point.origin),
            ));
        }
        out.push((threads, work));
    }
    if out.is_empty() { fields::wrong(texts, item, due) } else { Ok(out) }
}

/// The costs of a hop.
#[derive(Clone, Debug)]
pub(crate) struct Lan {
    pub rtt: Law,
    pub local_rtt: Law,
    pub packet_cpu: Nanos,
    pub cpu: OverlayCpu,
    /// Addresses of the nodes, such as `10.0.0.0/24`.
    pub subnet: Option<Name>,
    pub firewall: Option<Firewall>,
    /// Properties of the way between any two nodes.
    pub path: Path,
    pub pairs: Vec<Pair>,
}

/// Given properties of the way between two nodes.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Path {
    /// Bytes of a packet.
    pub mtu: Option<f64>,
    /// Bytes per second of one transfer.
    pub goodput: Option<f64>,
    /// Share of lost packets.
    pub loss: Option<f64>,
}

impl Path {
    /// Keys with properties of the way.
    const KEYS: [&str; 3] = ["mtu", "goodput", "loss"];

    fn read(reader: &mut Reader<'_>, fields: &mut Fields<'_>) -> Self {
        Self {
            mtu: fields.value(reader, "mtu", packet_size),
            goodput: fields.value(reader, "goodput", bandwidth::read),
            loss: fields.value(reader, "loss", loss),
        }
    }

    /// The values given here, with those of `other` as defaults.
    pub(crate) fn or(self, other: Self) -> Self {
        Self {
            mtu: self.mtu.or(other.mtu),
            goodput: self.goodput.or(other.goodput),
            loss: self.loss.or(other.loss),
        }
    }
}

/// At most half of all packets: beyond that Mathis' formula and TCP itself do not apply.
fn loss(texts: &Texts<'_>, item: &Item) -> Read<f64> {
    let value = fields::share(texts, item)?;
    if value <= 0.5 {
        return Ok(value);
    }
    let message = "more than half of all packets lost: no connection works like that";
    Err(Box::new(
        Diagnostic::error("out-of-range", message)
            .at(texts.sources, item.origin)
            .help("a fault of kind `partition` cuts a path"),
    ))
}

/// CPU costs of overlays, in nanoseconds of the reference CPU at each end.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct OverlayCpu {
    /// A batch through VXLAN.
    pub vxlan: f64,
    /// A packet through ESP.
    pub esp: f64,
    /// A byte through AES with instructions for it, and without.
    pub aes: f64,
    pub aes_software: f64,
    /// A batch through IPVS.
    pub ipvs: f64,
}

/// A pair of nodes with its own round-trip time or partitions.
#[derive(Clone, Debug)]
pub(crate) struct Pair {
    pub between: Vec<Name>,
    pub rtt: Option<Law>,
    pub path: Path,
    /// How often it is cut randomly.
    pub fails: Option<Fails>,
    pub origin: Origin,
}

impl Lan {
    /// Whether the network is free of costs.
    pub(crate) fn is_free(&self) -> bool {
        self.packet_cpu == Nanos::ZERO
            && self.rtt.is_zero()
            && self.local_rtt.is_zero()
            && self.pairs.iter().all(|pair| pair.rtt.is_none())
    }
}

pub(super) fn lan(reader: &mut Reader<'_>, mut fields: Fields<'_>) -> Lan {
    let rtt = fields.value_or(reader, "rtt", fields::law(Dimension::Duration), Law::ZERO, "0s");
    let local_rtt =
        fields.value_or(reader, "local_rtt", fields::law(Dimension::Duration), Law::ZERO, "0s");
    let packet_cpu =
        fields.value_or(reader, "packet_cpu", fields::quantity(Dimension::Duration), 0.0, "0s");
    let mut pairs = Vec::new();
    for mut pair in fields.list(reader, "pair") {
        let between = pair.names(reader, "between").unwrap_or_default();
        if between.len() != 2 {
            let help = "such as `between = [\"a\", \"b\"]`";
            pair.missing(reader, "between", help);
        }
        if !["rtt", "mtbf", "mttr"].iter().chain(&Path::KEYS).any(|key| pair.has(key)) {
            pair.missing(reader, "rtt", "such as `rtt = \"5ms\"`");
        }
        let rtt = pair.law(reader, "rtt", Dimension::Duration);
        let path = Path::read(reader, &mut pair);
        let fails = fault::fails(reader, &mut pair);
        pairs.push(Pair { between, rtt, path, fails, origin: pair.origin });
        pair.finish(reader);
    }
    let cpu = overlay_cpu(reader, &mut fields);
    let subnet = fields.name(reader, "subnet");
    let firewall = firewall::read(reader, &mut fields);
    let path = Path::read(reader, &mut fields);
    fields.finish(reader);
    let packet_cpu = Nanos::from_f64(packet_cpu);
    Lan { rtt, local_rtt, packet_cpu, cpu, subnet, firewall, path, pairs }
}

fn overlay_cpu(reader: &mut Reader<'_>, fields: &mut Fields<'_>) -> OverlayCpu {
    let duration = fields::quantity(Dimension::Duration);
    let vxlan = fields.value_or(reader, "vxlan_cpu", &duration, usual::VXLAN_CPU_NS, "1.75us");
    let esp = fields.value_or(reader, "esp_cpu", &duration, usual::ESP_CPU_NS, "0.3us");
    let aes = fields.value_or(reader, "aes_cpu", &duration, usual::AES_NI_NS, "0.73ns");
    let aes_software =
        fields.value_or(reader, "aes_software_cpu", &duration, usual::AES_SOFTWARE_NS, "4.57ns");
    let ipvs = fields.value_or(reader, "ipvs_cpu", &duration, usual::IPVS_CPU_NS, "10us");
    OverlayCpu { vxlan, esp, aes, aes_software, ipvs }
}

/// A network of containers.
#[derive(Clone, Debug)]
pub(crate) struct NetworkText {
    pub origin: Origin,
    pub overlay: bool,
    pub encrypted: bool,
    /// Bytes of a packet inside.
    pub mtu: Option<f64>,
    /// Bytes per second of one transfer.
    pub goodput: Option<f64>,
}

impl NetworkText {
    /// The overhead of packets between nodes. The sizes of packets are Docker's: 1500 bytes less 50 for
    /// VXLAN, less 26 for ESP and the remainder modulo four (moby, overlay/encryption.go). As with
    /// Docker, only an overlay encrypts.
    pub(crate) fn seen_by_packets(&self) -> blueprint::Network {
        let (encapsulation, mtu) = match (self.overlay, self.encrypted) {
            (false, _) => (Encapsulation::Plain, 1500.0),
            (true, false) => (Encapsulation::Vxlan, 1450.0),
            (true, true) => (Encapsulation::Encrypted, 1424.0),
        };
        blueprint::Network {
            encapsulation,
            mtu: self.mtu.unwrap_or(mtu),
            blocked: false,
            goodput: self.goodput.unwrap_or(f64::INFINITY),
        }
    }
}

pub(super) fn network(reader: &mut Reader<'_>, mut fields: Fields<'_>) -> NetworkText {
    let driver = fields.word(reader, "driver", &["overlay", "bridge", "host"]);
    let encrypted = fields.value(reader, "encrypted", fields::truth).unwrap_or(false);
    let mtu = fields.value(reader, "mtu", packet_size);
    let goodput = fields.value(reader, "goodput", bandwidth::read);
    let origin = fields.table.get("mtu").map_or(fields.origin, |entry| entry.item.origin);
    fields.finish(reader);
    // Without a driver, an encrypted network is an overlay.
    let overlay = driver.map_or(encrypted, |driver| driver == "overlay");
    NetworkText { origin, overlay, encrypted, mtu, goodput }
}

/// Bytes of a packet: at least what every Internet host accepts (RFC 791), at most what its header can
/// express.
fn packet_size(texts: &Texts<'_>, item: &Item) -> Read<f64> {
    let value = fields::positive(texts, item)?;
    if (576.0..=65_535.0).contains(&value) && value.fract() == 0.0 {
        return Ok(value);
    }
    let message = "this must be a whole number of bytes from 576 to 65535";
    Err(Box::new(Diagnostic::error("out-of-range", message).at(texts.sources, item.origin)))
}

/// The orchestrator.
#[derive(Clone, Debug, Default)]
pub(crate) struct OrchestratorText {
    pub kind: Option<Kind>,
    pub managers: Vec<Name>,
    /// Whether overlay networks have addresses outside of Docker's default pool.
    pub address_pool: bool,
    /// Time from the end of a node until its containers count as dead.
    pub removal: Option<Law>,
    /// Time from the loss of a node until it is marked down.
    pub detection: Option<Law>,
    pub managers_given: bool,
    /// Threads of the reference CPU that it uses on a node, and on a manager.
    pub agent_cpu: Option<f64>,
    pub manager_cpu: Option<f64>,
    pub agent_cpu_origin: Origin,
}

impl OrchestratorText {
    /// The kind whose rules apply to the files: Docker Swarm by default.
    pub(crate) fn kind_of_files(&self) -> Kind {
        self.kind.unwrap_or(Kind::SWARM)
    }

    /// Whether stack files are read as `docker stack deploy` reads them.
    pub(crate) fn reads_deploy(&self) -> bool {
        self.kind_of_files().reads == Reads::Deploy
    }

    /// Whether managers replace lost containers on other nodes.
    pub(crate) fn replaces(&self) -> bool {
        self.kind.is_some_and(|kind| kind.replaces())
    }

    /// Whether the node is a manager: by default all are.
    pub(crate) fn manages(&self, node: &str) -> bool {
        !self.managers_given || self.managers.iter().any(|manager| manager.text == node)
    }

    /// Threads of the reference CPU that it uses on a node.
    pub(crate) fn cpu_on(&self, node: &str) -> f64 {
        let takes = self.kind_of_files().takes;
        let agent = self.agent_cpu.unwrap_or(takes.agent_threads);
        let threads = if self.manages(node) {
            self.manager_cpu.unwrap_or(takes.manager_threads.max(agent))
        } else {
            agent
        };
        if self.has_agents() { threads } else { 0.0 }
    }

    /// Whether it has an agent on each node: Compose is a command, which ends.
    pub(crate) fn has_agents(&self) -> bool {
        self.kind.is_none_or(|kind| kind.replaces())
    }

    /// How containers are placed.
    pub(crate) fn order(&self) -> Order {
        self.kind_of_files().order
    }
}

pub(super) fn orchestrator(reader: &mut Reader<'_>, mut fields: Fields<'_>) -> OrchestratorText {
    let kind = fields.word(reader, "kind", &Kind::NAMES).and_then(Kind::named);
    let address_pool = fields.name(reader, "address_pool").is_some();
    let managers = fields.names(reader, "managers");
    let removal = fields.law(reader, "removal", Dimension::Duration);
    let detection = fields.law(reader, "detection", Dimension::Duration);
    let agent_cpu = fields.value(reader, "agent_cpu", fields::quantity(Dimension::Number));
    let manager_cpu = fields.value(reader, "manager_cpu", fields::quantity(Dimension::Number));
    let written = fields.table.get("agent_cpu");
    let agent_cpu_origin = written.map_or(fields.origin, |entry| entry.item.origin);
    fields.finish(reader);
    OrchestratorText {
        kind,
        address_pool,
        removal,
        detection,
        managers_given: managers.is_some(),
        agent_cpu,
        manager_cpu,
        agent_cpu_origin,
        managers: managers.unwrap_or_default(),
    }
}
