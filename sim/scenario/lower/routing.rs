//! Routes: what each pair of services uses to find and reach each other, by orchestrator and by what
//! the scenario says; detection, with the timing of the orchestrator.

use super::Lowering;
use crate::calls;
use crate::document::routing::{ClientText, Pool};
use crate::document::service::Service;
use crate::document::step::StepKind;
use crate::traefik::passage;
use wssim_kernel::Nanos;
use wssim_model::blueprint::{Balance, Client, Detection, Pick, Policy, Resolver, Route, Travels};
use wssim_model::law::Law;

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

const fn uniform(low: f64, high: f64) -> Law {
    Law::Uniform { low: low * 1e9, high: high * 1e9 }
}

impl Lowering<'_> {
    /// How `query`'s caller reaches its callee.
    pub(super) fn route(
        &self,
        caller: &Service,
        callee: &Service,
        callee_name: &str,
        proxy: Option<u32>,
    ) -> Route {
        let (policy, balance) = match proxy {
            Some(_) => {
                let own = || self.document.proxy.policy(callee_name);
                (callee.balance.clone().unwrap_or_else(own), Balance::Requests)
            }
            None => self.policy(caller, callee),
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
    pub(super) fn travels(&self, caller: &Service, callee: &Service, name: &str) -> Travels {
        let (policy, balance) = self.policy(caller, callee);
        let is_proxy = passage::is_proxy(caller) && self.document.proxy.knows(name);
        let plain = !is_proxy
            && callee.max_connections.is_none()
            && !holds(caller, name)
            && balance == Balance::Requests
            && caller.clients.towards(name).is_none()
            && caller.pools.get(name).is_none_or(Pool::is_bare);
        match policy {
            _ if !plain => Travels::OnConnection,
            Policy::InTurn => Travels::InTurn,
            _ => Travels::Freely,
        }
    }

    fn policy(&self, caller: &Service, callee: &Service) -> (Policy, Balance) {
        if let Some(policy) = &callee.balance {
            return (policy.clone(), Balance::Requests);
        }
        let resolver = caller.resolver.unwrap_or(NO_CACHE);
        let by_connection = |policy| (policy, Balance::Connections);
        match self.document.orchestrator.kind {
            Some("swarm") if callee.deploy.dnsrr.is_some() => by_connection(Policy::Dns(resolver)),
            Some("swarm") => by_connection(Policy::Vip),
            // kube-proxy's iptables rules choose at random.
            Some("k3s") => by_connection(Policy::Random),
            // Consul answers with TTL 0: no runtime keeps that.
            Some("nomad") => by_connection(Policy::Dns(NO_CACHE)),
            // Docker's resolver again, without a virtual address.
            Some("compose") => by_connection(Policy::Dns(resolver)),
            _ => (Policy::InTurn, Balance::Requests),
        }
    }

    /// Who watches, and how fast he is.
    pub(super) fn detection(&self) -> Detection {
        let orchestrator = &self.document.orchestrator;
        let mut detection = by_orchestrator(orchestrator.kind);
        if let Some(removal) = &orchestrator.removal {
            detection.dead = Some(removal.clone());
            detection.dead_together = None;
        }
        detection
    }
}

/// Swarm and Consul gossip with the same library and values: each message goes to three nodes every
/// 0.2 s; a dead node is found by probes and suspicion (4000 trials of a model of memberlist's
/// algorithm: 5.0 to 9 s, median 5.7, 95 % 7.1; two of four at once 12.5 to 22 s, 15.4, 17.3). K3s:
/// a lease of 40 s, checked every 5 s, and up to 10 s since its last renewal; that endpoints reach
/// every node within a second is an assumption.
fn by_orchestrator(kind: Option<&'static str>) -> Detection {
    let gossip = || uniform(0.0, 0.2);
    let parts = |quantiles: [f64; 4]| {
        let [least, median, p95, most] = quantiles;
        let parts = [
            (0.5, uniform(least, median)),
            (0.45, uniform(median, p95)),
            (0.05, uniform(p95, most)),
        ];
        Law::Mixture(Box::new(parts))
    };
    match kind {
        Some("swarm" | "nomad") => Detection {
            killed: gossip(),
            dead: Some(parts([5.0, 5.7, 7.1, 9.0])),
            dead_together: Some(parts([12.5, 15.4, 17.3, 22.0])),
            ready: gossip(),
            // Status is written to the store in batches of 0.1 s (swarmkit, dispatcher.go:36).
            listed: uniform(0.0, 0.1),
        },
        Some("k3s") => Detection {
            killed: uniform(0.0, 1.0),
            dead: Some(uniform(40.0, 55.0)),
            dead_together: None,
            ready: uniform(0.0, 1.0),
            ..Detection::default()
        },
        // Compose watches its own host only.
        _ => Detection::default(),
    }
}

/// Whether `caller` holds connections to `name` over several steps.
fn holds(caller: &Service, name: &str) -> bool {
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
fn pooled(pool: &Pool, described: Option<&ClientText>) -> Client {
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
