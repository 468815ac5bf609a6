//! Lowers routes: how each pair of services finds and reaches each other, by orchestrator and scenario;
//! and detection, by the timing of the orchestrator.

use super::lowering::Lowering;
use crate::calls;
use crate::document::routing::{ClientText, PoolText};
use crate::document::service::ServiceText;
use crate::document::step::StepKind;
use crate::traefik::passage;
use wssim_kernel::Nanos;
use wssim_model::blueprint::{
    Balance, Client, Detection, Pick, Policy, Query, Resolver, Route, Travels,
};
use wssim_model::law::Law;
use wssim_model::orchestrator::{Kind, Routing};

/// A runtime without a DNS cache resolves for every connection.
const NO_CACHE: Resolver = Resolver { ttl: Some(Nanos::ZERO), pick: Pick::First };
/// Idle time after which HikariCP tests a connection before use (HikariPool.java,
/// `aliveBypassWindowMs`).
const TRIED_AFTER: Nanos = Nanos(500_000_000);

/// Unanswered keep-alives after which a peer is dead: OpenSSH's `ServerAliveCountMax` (`ssh_config(5)`);
/// the same for other clients is an assumption.
const UNANSWERED: u64 = 3;

/// Traefik's time-out for opening a connection (`static_config.go`, `DialTimeout`).
const DIAL: Nanos = Nanos(30_000_000_000);

impl Lowering<'_> {
    /// How `query`'s caller reaches its callee.
    pub(super) fn route(
        &self,
        query: Query,
        (caller, callee): (&ServiceText, &ServiceText),
        callee_name: &str,
        proxy: Option<u32>,
    ) -> Route {
        let (policy, balance) = match proxy {
            Some(_) => {
                let own = || self.document.proxy.policy(callee_name);
                (callee.balance.clone().unwrap_or_else(own), Balance::Requests)
            }
            None => match self.policy(caller, callee) {
                (Policy::Dns(_), balance) if self.knows_addresses(query) => {
                    (Policy::Fixed, balance)
                }
                other => other,
            },
        };
        let described = caller.clients.towards(callee_name);
        let pool = caller.pools.get(callee_name);
        let mut client = match pool {
            Some(pool) => pooled(pool, described),
            None => described.map_or(Client::OPEN, client),
        };
        if proxy.is_some() {
            client.connect_timeout.get_or_insert(DIAL);
        }
        // The request and its answer.
        let address_cpu = if policy == Policy::Vip { 2.0 * self.out.ipvs_cpu_ns } else { 0.0 };
        Route { policy, balance, client, address_cpu: address_cpu as u32, proxy }
    }

    /// Which events of the connections of `caller` to `callee` matter.
    pub(super) fn travels(
        &self,
        caller: &ServiceText,
        callee: &ServiceText,
        name: &str,
    ) -> Travels {
        let (policy, balance) = self.policy(caller, callee);
        let is_proxy = passage::is_proxy(caller) && self.document.proxy.knows(name);
        let plain = !is_proxy
            && callee.max_connections.is_none()
            && !holds(caller, name)
            && balance == Balance::Requests
            && caller.clients.towards(name).is_none()
            && caller.pools.get(name).is_none_or(PoolText::is_bare);
        match policy {
            _ if !plain => Travels::OnConnection,
            Policy::InTurn => Travels::InTurn,
            _ => Travels::Freely,
        }
    }

    fn policy(&self, caller: &ServiceText, callee: &ServiceText) -> (Policy, Balance) {
        if let Some(policy) = &callee.balance {
            return (policy.clone(), Balance::Requests);
        }
        let resolver = caller.resolver.unwrap_or(NO_CACHE);
        let by_connection = |policy| (policy, Balance::Connections);
        let routing = self.document.orchestrator.kind.map_or(Routing::InTurn, |kind| kind.routing);
        match routing {
            Routing::Vip if callee.deploy.dnsrr.is_some() => by_connection(Policy::Dns(resolver)),
            Routing::Vip => by_connection(Policy::Vip),
            Routing::Random => by_connection(Policy::Random),
            Routing::HostDns => by_connection(Policy::Dns(resolver)),
            Routing::FreshDns => by_connection(Policy::Dns(NO_CACHE)),
            Routing::InTurn => (Policy::InTurn, Balance::Requests),
        }
    }

    /// Whether the caller has the address of its callee in its configuration, since DNS knows only
    /// addresses of its own host. When services move, people change it.
    fn knows_addresses(&self, Query { caller, service }: Query) -> bool {
        let kind = self.document.orchestrator.kind;
        let is_of_host = kind.is_some_and(|kind| kind.routing == Routing::HostDns);
        let both = [caller, service].map(|id| self.out.services[id.index()].containers.clone());
        let mut nodes = both.into_iter().flatten().map(|id| self.out.containers[id as usize].node);
        let first = nodes.next();
        is_of_host && self.document.moving.is_none() && nodes.any(|node| Some(node) != first)
    }

    /// How failures are detected, and how fast.
    pub(super) fn detection(&self) -> Detection {
        let orchestrator = &self.document.orchestrator;
        let own = |kind: Kind| (kind.detection)();
        let mut detection = orchestrator.kind.map(own).unwrap_or_default();
        if let Some(removal) = &orchestrator.removal {
            detection.dead = Some(removal.clone());
            detection.dead_together = None;
        }
        detection
    }
}

/// Whether `caller` holds connections to `name` over several steps.
fn holds(caller: &ServiceText, name: &str) -> bool {
    let mut any = false;
    for endpoint in caller.endpoints.values() {
        calls::visit(&endpoint.steps, 1.0, true, &mut |step, _, _| {
            any |= matches!(&step.kind, StepKind::With(with) if with.service.text == name);
        });
    }
    any
}

/// A client that is given opens connections by round trips; otherwise they are open already.
fn client(text: &ClientText) -> Client {
    Client {
        keeps: !text.per_request,
        multiplex: text.multiplex.then(|| text.max.unwrap_or(1)),
        handshakes: text.round_trips.unwrap_or(if text.tls { 2 } else { 1 }),
        accept_cpu: text.accept.clone().unwrap_or(Law::ZERO),
        idle: text.idle,
        max_lifetime: text.max_lifetime.clone(),
        keepalive: text.keepalive,
        silence: text.keepalive.map(|every| Nanos(every.0.saturating_mul(UNANSWERED))),
        ports: text.ports_of_requests(),
        validate_after: None,
        connect_timeout: text.connect_timeout,
        minimum: 0,
    }
}

/// A pool opens connections by the round trips of the client given beside it; without one they are open.
fn pooled(pool: &PoolText, described: Option<&ClientText>) -> Client {
    let base = described.map_or(Client::OPEN, client);
    Client {
        keeps: true,
        multiplex: None,
        ports: None,
        accept_cpu: pool.accept.clone().unwrap_or(base.accept_cpu),
        idle: pool.idle,
        max_lifetime: pool.max_lifetime.clone(),
        keepalive: pool.keepalive.or(base.keepalive.filter(|_| !pool.hikari)),
        validate_after: pool.validation.map(|_| TRIED_AFTER),
        connect_timeout: pool.validation.or(base.connect_timeout),
        minimum: pool.minimum,
        ..base
    }
}
