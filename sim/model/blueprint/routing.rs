//! Routing in a blueprint: who chooses a replica, what a caller connects with, who watches.

use crate::law::Law;
use wssim_kernel::Nanos;

/// How a caller finds a replica of a service, and what it connects with.
#[derive(Clone, Debug, PartialEq)]
pub struct Route {
    /// Who chooses.
    pub policy: Policy,
    /// Whether each connection or each request is balanced.
    pub balance: Balance,
    /// What the caller connects with.
    pub client: Client,
    /// Number of the caller's first container among the proxies, each of which looks at its own
    /// list; `None`: it is no proxy, or not towards this service.
    pub proxy: Option<u32>,
    /// CPU of the virtual address for a request and its answer, at the caller, in nanoseconds of the
    /// reference CPU.
    pub address_cpu: u32,
}

/// Who chooses a replica, and how.
#[derive(Clone, Debug, PartialEq)]
pub enum Policy {
    /// In turn, everybody together: one balancer in front of all replicas.
    InTurn,
    /// In turn, each node for itself: IPVS behind a virtual address.
    Vip,
    /// Addresses from DNS.
    Dns(Resolver),
    /// By an address that is written down: a replica on the caller's node, or always the first one.
    Fixed,
    /// Each with equal chances.
    Random,
    /// At random by these weights, one a replica.
    Weighted(Vec<f64>),
    /// Who has the fewest requests.
    LeastConnections,
    /// Who has the fewest requests of so many chosen at random.
    PowerOfD(u32),
    /// Whoever is on the caller's node.
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

/// What a runtime makes of an answer of DNS.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Resolver {
    /// How long it keeps an answer; `None`: until it restarts.
    pub ttl: Option<Nanos>,
    /// Which address of it a new connection gets.
    pub pick: Pick,
}

/// Which address of an answer a new connection gets.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Pick {
    /// The first.
    First,
    /// Any.
    Shuffle,
    /// One after the other.
    InTurn,
}

/// What a caller connects with.
#[derive(Clone, Debug, PartialEq)]
pub struct Client {
    /// Whether a connection is kept for further requests.
    pub keeps: bool,
    /// Whether a connection carries any number of requests at once; then so many are opened.
    pub multiplex: Option<u32>,
    /// Round trips before the first request can be sent on a new connection.
    pub handshakes: u32,
    /// CPU of accepting a connection, in nanoseconds of the callee's reference CPU.
    pub accept_cpu: Law,
    /// An idle connection is closed by the caller after so long.
    pub idle: Option<Nanos>,
    /// A connection is closed by the caller at this age.
    pub max_lifetime: Option<Law>,
    /// Something is sent on an idle connection this often.
    pub keepalive: Option<Nanos>,
    /// A peer from which nothing has come for so long is taken for dead; `None`: as the kernel does.
    pub silence: Option<Nanos>,
    /// Ephemeral ports towards one destination, where each request has a connection of its own; `None`: it
    /// has not.
    pub ports: Option<u32>,
    /// A connection that was idle for longer is tried with a round trip before it is used.
    pub validate_after: Option<Nanos>,
    /// The longest such trial, and the longest opening of a connection.
    pub connect_timeout: Option<Nanos>,
    /// So many connections are not closed for being idle.
    pub minimum: u32,
}

impl Client {
    /// What nobody describes: connections are open, cost nothing, and are kept alive for ever.
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

/// How fast it is known who is there. All laws in nanoseconds.
#[derive(Clone, Debug, PartialEq)]
pub struct Detection {
    /// From the end of a process on a living node until another node knows of it.
    pub killed: Law,
    /// From the end of a node until another node takes its containers for dead; `None`: never.
    pub dead: Option<Law>,
    /// The same when two or more nodes end together.
    pub dead_together: Option<Law>,
    /// From readiness until another node knows of it.
    pub ready: Law,
    /// From the end or readiness of a container on a living node until the manager knows of it.
    pub listed: Law,
}

impl Default for Detection {
    /// Nobody watches.
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
