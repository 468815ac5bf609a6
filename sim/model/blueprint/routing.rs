//! Routing in a blueprint: how a replica is chosen, how a caller connects, how changes are detected.

use crate::law::Law;
use wssim_kernel::Nanos;

/// How a caller finds a replica of a service and connects to it.
#[derive(Clone, Debug, PartialEq)]
pub struct Route {
    /// How a replica is chosen.
    pub policy: Policy,
    /// Whether each connection or each request is balanced.
    pub balance: Balance,
    /// The caller's client.
    pub client: Client,
    /// Number of the caller's first container among the proxies, each of which has its own list of servers;
    /// `None`: it is no proxy, or not for this service.
    pub proxy: Option<u32>,
    /// CPU of the virtual address for a request and its answer, at the caller, in nanoseconds of the
    /// reference CPU.
    pub address_cpu: u32,
}

/// How a replica is chosen.
#[derive(Clone, Debug, PartialEq)]
pub enum Policy {
    /// In turn, for all callers together: one balancer in front of all replicas.
    InTurn,
    /// In turn, on each node separately: IPVS behind a virtual address.
    Vip,
    /// Addresses from DNS.
    Dns(Resolver),
    /// By a configured address: a replica on the caller's node, otherwise always the first.
    Fixed,
    /// At random, all alike.
    Random,
    /// At random by these weights, one per replica.
    Weighted(Vec<f64>),
    /// The replica with the fewest requests.
    LeastConnections,
    /// The one with the fewest requests among this many chosen at random.
    PowerOfD(u32),
    /// A replica on the caller's node, if any.
    LocalityFirst,
}

/// What is balanced.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Balance {
    /// Each connection when it is opened.
    Connections,
    /// Each request.
    Requests,
}

/// What a runtime does with an answer of DNS.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Resolver {
    /// How long it keeps an answer; `None`: until it restarts.
    pub ttl: Option<Nanos>,
    /// Which address of the answer a new connection uses.
    pub pick: Pick,
}

/// Which address of an answer a new connection uses.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Pick {
    /// The first.
    First,
    /// A random one.
    Shuffle,
    /// One after another.
    InTurn,
}

/// The connections of a caller.
#[derive(Clone, Debug, PartialEq)]
pub struct Client {
    /// Whether a connection is kept for further requests.
    pub keeps: bool,
    /// Connections to open, if each carries any number of requests at once.
    pub multiplex: Option<u32>,
    /// Round trips before the first request on a new connection.
    pub handshakes: u32,
    /// CPU of accepting a connection, at the callee, in nanoseconds of the reference CPU.
    pub accept_cpu: Law,
    /// The caller closes a connection that was idle for this long.
    pub idle: Option<Nanos>,
    /// The caller closes a connection at this age.
    pub max_lifetime: Option<Law>,
    /// Interval of keep-alive messages on an idle connection.
    pub keepalive: Option<Nanos>,
    /// A peer that has been silent for this long counts as dead; `None`: the kernel's rule.
    pub silence: Option<Nanos>,
    /// Ephemeral ports towards one destination, if each request has a connection of its own; otherwise
    /// `None`.
    pub ports: Option<u32>,
    /// A connection that was idle for longer is tested with a round trip before use.
    pub validate_after: Option<Nanos>,
    /// Longest such test, and longest opening of a connection.
    pub connect_timeout: Option<Nanos>,
    /// This many connections are never closed for being idle.
    pub minimum: u32,
}

impl Client {
    /// The default: connections are open, cost nothing, and are kept alive for ever.
    pub const OPEN: Self = Self {
        keeps: true,
        multiplex: None,
        handshakes: 0,
        accept_cpu: Law::ZERO,
        idle: None,
        max_lifetime: None,
        keepalive: Some(Nanos(60_000_000_000)),
        silence: None,
        ports: None,
        validate_after: None,
        connect_timeout: None,
        minimum: 0,
    };
}

/// How fast changes of containers become known. All laws in nanoseconds.
#[derive(Clone, Debug, PartialEq)]
pub struct Detection {
    /// From the end of a process on a living node until another node knows.
    pub killed: Law,
    /// From the end of a node until another node takes its containers for dead; `None`: never.
    pub dead: Option<Law>,
    /// The same when two or more nodes end together.
    pub dead_together: Option<Law>,
    /// From readiness until another node knows.
    pub ready: Law,
    /// From the end or readiness of a container on a living node until the manager knows.
    pub listed: Law,
}

impl Default for Detection {
    /// Nothing is detected.
    fn default() -> Self {
        Self {
            killed: Law::ZERO,
            dead: None,
            dead_together: None,
            ready: Law::ZERO,
            listed: Law::ZERO,
        }
    }
}
