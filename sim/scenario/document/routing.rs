//! Reads how a caller finds replicas and connects to them: `client`, `resolver`, `pool`, `balance`.

use super::fields::{self, Fields, Name, Reader};
use crate::schema::{BALANCES, CONNECTIONS};
use crate::source::Origin;
use std::collections::BTreeMap;
use wssim_kernel::Nanos;
use wssim_model::blueprint::{Pick, Policy, Resolver};
use wssim_model::law::Law;
use wssim_text::quantity::Dimension;

/// The connections of a caller.
#[derive(Clone, Debug, Default)]
pub(crate) struct ClientText {
    pub per_request: bool,
    pub max: Option<u32>,
    pub multiplex: bool,
    pub idle: Option<Nanos>,
    pub max_lifetime: Option<Law>,
    pub keepalive: Option<Nanos>,
    pub connect_timeout: Option<Nanos>,
    pub tls: bool,
    pub round_trips: Option<u32>,
    pub accept: Option<Law>,
    pub ports: Option<u32>,
}

impl ClientText {
    /// Ephemeral ports to one destination, if each request uses one.
    pub(crate) fn ports_of_requests(&self) -> Option<u32> {
        self.per_request.then(|| self.ports.unwrap_or(EPHEMERAL_PORTS))
    }
}

/// Ports of Linux' `net.ipv4.ip_local_port_range`, 32768 to 60999 (networking/ip-sysctl).
const EPHEMERAL_PORTS: u32 = 60_999 - 32_768 + 1;

/// The clients of a service: one for all, and some by the name of the called service.
#[derive(Clone, Debug, Default)]
pub(crate) struct Clients {
    pub default: Option<ClientText>,
    pub by_service: BTreeMap<String, (Origin, ClientText)>,
}

impl Clients {
    /// The client for calls to `service`.
    pub(crate) fn towards(&self, service: &str) -> Option<&ClientText> {
        self.by_service.get(service).map(|(_, client)| client).or(self.default.as_ref())
    }
}

/// A connection pool.
#[derive(Clone, Debug)]
pub(crate) struct PoolText {
    pub origin: Origin,
    /// Whether HikariCP's defaults apply, including its lack of keep-alives.
    pub hikari: bool,
    pub size: u32,
    pub timeout: Option<Nanos>,
    pub minimum: u32,
    pub idle: Option<Nanos>,
    pub max_lifetime: Option<Law>,
    pub keepalive: Option<Nanos>,
    pub validation: Option<Nanos>,
    pub accept: Option<Law>,
}

impl PoolText {
    /// Whether it only limits concurrent calls.
    pub(crate) fn is_bare(&self) -> bool {
        !self.hikari
            && self.minimum == 0
            && self.idle.is_none()
            && self.max_lifetime.is_none()
            && self.validation.is_none()
            && self.accept.is_none()
    }
}

/// `client = { … }`, and `client.NAME = { … }` for calls to one service.
pub(super) fn clients(reader: &mut Reader<'_>, outer: &mut Fields<'_>) -> Clients {
    let Some(mut inner) = outer.inner(reader, "client") else { return Clients::default() };
    let mut clients = Clients::default();
    for (name, entry) in inner.table {
        if entry.item.table().is_some_and(|table| !table.contains_key("value"))
            && let Some(one) = reader.table(&entry.item, &inner.at(name), &CONNECTIONS)
        {
            clients.by_service.insert(name.clone(), (entry.key, client(reader, one)));
        }
    }
    let plain: crate::tree::Table = inner
        .table
        .iter()
        .filter(|(_, entry)| entry.item.table().is_none_or(|table| table.contains_key("value")))
        .map(|(key, entry)| (key.clone(), entry.clone()))
        .collect();
    let path = std::mem::take(&mut inner.path);
    if !plain.is_empty() || clients.by_service.is_empty() {
        clients.default =
            Some(client(reader, Fields::new(&plain, path, inner.origin, &CONNECTIONS)));
    }
    clients
}

/// One round trip opens a connection, TLS takes another (RFC 8446, full handshake of TLS 1.3);
/// protocols that greet and log in take more.
pub(super) fn client(reader: &mut Reader<'_>, mut fields: Fields<'_>) -> ClientText {
    let words = ["per-request", "keep-alive"];
    let text = ClientText {
        per_request: fields.word(reader, "connections", &words) == Some("per-request"),
        max: fields.value(reader, "max", fields::count(1)),
        multiplex: fields.value(reader, "multiplex", fields::truth).unwrap_or(false),
        idle: fields.duration(reader, "idle"),
        max_lifetime: fields.law(reader, "max_lifetime", Dimension::Duration),
        keepalive: fields.duration(reader, "keepalive"),
        connect_timeout: fields.duration(reader, "connect_timeout"),
        tls: fields.value(reader, "tls", fields::truth).unwrap_or(false),
        round_trips: fields.value(reader, "round_trips", fields::count_to(1, 16)),
        accept: fields.work(reader, "accept"),
        ports: fields.value(reader, "ports", fields::count_to(1, 65_535)),
    };
    if text.ports.is_some() && !text.per_request {
        let message = "connections that are kept use up no ports: `ports` counts where `connections` is `per-request`";
        reader.mistake(fields.origin, "contradiction", message, None);
    }
    let is_limited = text.max.is_some()
        || text.multiplex
        || text.idle.is_some()
        || text.max_lifetime.is_some()
        || text.keepalive.is_some();
    if text.per_request && is_limited {
        let message =
            "a connection of its own for each request is not kept: it has no other limits";
        reader.mistake(fields.origin, "contradiction", message, None);
    }
    fields.finish(reader);
    text
}

/// HikariCP's words and defaults where it is named (HikariConfig.java, HikariPool.java of 6.0): 10
/// connections, none fewer when idle, 30 s to wait for one, 10 min idle, 30 min less up to 2.5 % of
/// life, one that was idle for more than 0.5 s is tried for at most 5 s.
pub(super) fn pool(reader: &mut Reader<'_>, mut fields: Fields<'_>, origin: Origin) -> PoolText {
    let hikari = fields.word(reader, "kind", &["hikari"]).is_some();
    if !hikari && !fields.has("size") {
        fields.missing(reader, "size", "such as `size = 10`");
    }
    let seconds = |s: u64| hikari.then_some(Nanos(s * 1_000_000_000));
    let size = fields.value(reader, "size", fields::count(1)).unwrap_or(if hikari {
        HIKARI_SIZE
    } else {
        1
    });
    let usual = if hikari { size } else { 0 };
    let minimum = fields.value(reader, "minimum", fields::count(0)).unwrap_or(usual);
    let life = hikari.then_some(Law::Uniform { low: 1755e9, high: 1800e9 });
    let pool = PoolText {
        origin,
        hikari,
        size,
        timeout: fields.timer(reader, "timeout").or(seconds(30)),
        minimum: minimum.min(size),
        idle: fields.duration(reader, "idle").or(seconds(600)).filter(|_| minimum < size),
        max_lifetime: fields.law(reader, "max_lifetime", Dimension::Duration).or(life),
        keepalive: fields.duration(reader, "keepalive"),
        validation: fields.duration(reader, "validation").or(seconds(5)),
        accept: fields.work(reader, "accept"),
    };
    fields.finish(reader);
    pool
}

/// HikariCP's `maximumPoolSize`.
const HIKARI_SIZE: u32 = 10;

/// `resolver = "jvm"`, or `{ ttl = "30s", pick = "first" | "shuffle" | "in-turn" }`.
pub(super) fn resolver(reader: &mut Reader<'_>, outer: &mut Fields<'_>) -> Option<Resolver> {
    let seconds = |s: u64| Some(Nanos(s * 1_000_000_000));
    if outer.table.get("resolver").is_none_or(|entry| entry.item.table().is_none()) {
        let kinds = ["jvm", "netty", "node", "go", "glibc", "nginx"];
        // Orchestrator facts: JDK InetAddressCachePolicy; netty DnsNameResolverBuilder with Docker's TTL
        // of 600 s; Node.js, Go and glibc have no cache; nginx resolves at its start.
        let (ttl, pick) = match outer.word(reader, "resolver", &kinds)? {
            "jvm" => (seconds(30), Pick::First),
            "netty" => (seconds(600), Pick::First),
            "nginx" => (None, Pick::InTurn),
            _ => (seconds(0), Pick::First),
        };
        return Some(Resolver { ttl, pick });
    }
    let mut fields = outer.inner(reader, "resolver")?;
    let ttl = fields.duration(reader, "ttl");
    let pick = match fields.word(reader, "pick", &["first", "shuffle", "in-turn"]) {
        Some("shuffle") => Pick::Shuffle,
        Some("in-turn") => Pick::InTurn,
        _ => Pick::First,
    };
    fields.finish(reader);
    Some(Resolver { ttl: Some(ttl.unwrap_or(Nanos::ZERO)), pick })
}

/// A service that is a reverse proxy.
#[derive(Clone, Copy, Debug)]
pub(crate) struct ProxyText {
    /// How often it updates its list of replicas, if given.
    pub refresh: Option<Nanos>,
}

/// `proxy = "traefik"`, or `{ kind = "traefik", refresh = "15s" }`.
pub(super) fn proxy(reader: &mut Reader<'_>, outer: &mut Fields<'_>) -> Option<ProxyText> {
    if outer.table.get("proxy").is_none_or(|entry| entry.item.table().is_none()) {
        return outer.word(reader, "proxy", &["traefik"]).map(|_| ProxyText { refresh: None });
    }
    let mut fields = outer.inner(reader, "proxy")?;
    if !fields.has("kind") {
        fields.missing(reader, "kind", "such as `kind = \"traefik\"`");
    }
    let kind = fields.word(reader, "kind", &["traefik"]);
    let refresh = fields.duration(reader, "refresh");
    fields.finish(reader);
    kind.map(|_| ProxyText { refresh })
}

/// `balance = "least-connections"`, or `{ kind = "power-of-d", choices = 3 }`,
/// `{ kind = "random", weights = [3, 2, 1] }`.
pub(super) fn balance(reader: &mut Reader<'_>, outer: &mut Fields<'_>) -> Option<Policy> {
    if outer.table.get("balance").is_none_or(|entry| entry.item.table().is_none()) {
        return outer.word(reader, "balance", BALANCES).map(|kind| policy(kind, None, 2));
    }
    let mut fields = outer.inner(reader, "balance")?;
    if !fields.has("kind") {
        fields.missing(reader, "kind", "such as `kind = \"power-of-d\"`");
    }
    let kind = fields.word(reader, "kind", BALANCES);
    let mut weights = None;
    if kind == Some("random") {
        weights = fields.value(reader, "weights", fields::positives);
    }
    let mut choices = 2;
    if kind == Some("power-of-d") {
        choices = fields.value(reader, "choices", fields::count_to(1, 8)).unwrap_or(2);
    }
    fields.finish(reader);
    kind.map(|kind| policy(kind, weights, choices))
}

fn policy(kind: &str, weights: Option<Vec<f64>>, choices: u32) -> Policy {
    match kind {
        "random" => weights.map_or(Policy::Random, Policy::Weighted),
        "least-connections" => Policy::LeastConnections,
        "power-of-d" => Policy::PowerOfD(choices),
        "locality-first" => Policy::LocalityFirst,
        _ => Policy::InTurn,
    }
}

/// Services that have a client of their own, with places.
pub(crate) fn client_names(clients: &Clients) -> impl Iterator<Item = Name> + '_ {
    let name = |(name, (origin, _)): (&String, &(Origin, ClientText))| Name {
        text: name.clone(),
        origin: *origin,
    };
    clients.by_service.iter().map(name)
}
