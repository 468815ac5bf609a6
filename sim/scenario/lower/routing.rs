//! Routes: what each pair of services uses to find and reach each other, by orchestrator and by what
//! the scenario says; detection, with the timing of the orchestrator.

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

/// A runtime without a cache of its own asks for every connection.
const NO_CACHE: Resolver = Resolver { ttl: Some(Nanos::ZERO), pick: Pick::First };
/// HikariCP tries a connection that was idle for longer before it hands it out (HikariPool.java,
/// `aliveBypassWindowMs`).
const TRIED_AFTER: Nanos = Nanos(500_000_000);

/// This number of keep-alives without an answer tell that a peer is dead: OpenSSH's `ServerAliveCountMax` (`ssh_config(5)`);
/// that other clients take as many is an assumption.
const UNANSWERED: u64 = 3;

/// Traefik gives up opening a connection then (`static_config.go`, `DialTimeout`).
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

    /// How much of the connections of `caller` to `callee` matters.
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

    /// Whether the caller has the address of its callee written down, as DNS knows those of its own host only. While
    /// services move, people write down the new one.
    fn knows_addresses(&self, Query { caller, service }: Query) -> bool {
        let kind = self.document.orchestrator.kind;
        let is_of_host = kind.is_some_and(|kind| kind.routing == Routing::HostDns);
        let both = [caller, service].map(|id| self.out.services[id.index()].containers.clone());
        let mut nodes = both.into_iter().flatten().map(|id| self.out.containers[id as usize].node);
        let first = nodes.next();
        is_of_host && self.document.moving.is_none() && nodes.any(|node| Some(node) != first)
    }

    /// Who watches, and how fast he is.
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

/// What is described connects by round trips; what is not is open already.
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

/// A pool opens by the round trips of the client that is described beside it; one alone is open.
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
