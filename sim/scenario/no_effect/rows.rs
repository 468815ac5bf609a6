//! The table of keys that need another key to have an effect.
//!
//! If `is_idle` holds, no other value of the key changes a number of any study.
//! `schema/tests/walk/idle.rs` tests some rows, in a world where they are idle and in one where they
//! act; the others follow from what lowering reads.

use super::seen::{Seen, WrittenKey};
use crate::calls;
use crate::document::service::ServiceText;
use crate::document::step::{StepKind, StepText};
use crate::tree::Value;
use wssim_kernel::Nanos;
use wssim_model::blueprint::{FaultKind, Policy};
use wssim_model::orchestrator::{Kind, OnFailure, RestartPolicy, Routing, UpdatePolicy};

/// A key, and when it has no effect.
pub(crate) struct IdleRow {
    /// Its path; `*` is a name chosen by the author, places in lists are left out, nested steps are
    /// steps.
    pub path: &'static str,
    /// The missing condition.
    pub why: &'static str,
    /// Whether Compose has it, too: then a stack file sets it for Docker.
    pub is_of_compose: bool,
    /// Whether it has no effect.
    pub(super) is_idle: fn(&Seen<'_>, &WrittenKey<'_>) -> bool,
}

type Idle = fn(&Seen<'_>, &WrittenKey<'_>) -> bool;

const fn row(path: &'static str, why: &'static str, is_idle: Idle) -> IdleRow {
    IdleRow { path, why, is_of_compose: false, is_idle }
}

impl IdleRow {
    /// A key that stack files also have.
    const fn of_compose(self) -> Self {
        Self { is_of_compose: true, ..self }
    }
}

/// All rows, in the order of reports.
pub(crate) static ROWS: &[IdleRow] = &[
    row("scenario.draw_faults", "nothing here fails by itself: there is no `mtbf`", |seen, _| {
        !seen.fails_by_itself()
    }),
    row("node.*.disk", "nothing visits this disk", |seen, it| !seen.visits_disk(it.names[0])),
    row("node.*.aes", "no network is encrypted", |seen, _| !seen.encrypts()),
    row("node.*.site", "nothing strikes this site", |seen, it| !seen.strikes_site(it)),
    row("lan.rtt", "there is one node", one_node),
    row("lan.mtu", "there is one node", one_node),
    row("lan.goodput", "there is one node", one_node),
    row("lan.loss", "there is one node", one_node),
    row("lan.vxlan_cpu", "no network is an overlay", |seen, _| !seen.wraps()),
    row("lan.esp_cpu", "no network is encrypted", |seen, _| !seen.encrypts()),
    row("lan.aes_cpu", "no network is encrypted", |seen, _| !seen.encrypts()),
    row("lan.aes_software_cpu", "no network is encrypted", |seen, _| !seen.encrypts()),
    row("lan.ipvs_cpu", "no call goes by a virtual address", |seen, _| !seen.has_addresses()),
    row("orchestrator.managers", "this orchestrator has no managers", |seen, _| {
        !seen.document.orchestrator.kind_of_files().replaces() && !seen.speaks_of("node.role")
    }),
    row("network.*", "no service is on this network", |seen, it| !seen.attaches(it.names[0]))
        .of_compose(),
    row("network.*.encrypted", "only an overlay encrypts", |_, it| {
        text(it, "driver").is_some_and(|driver| driver != "overlay") && is_true(it)
    })
    .of_compose(),
    row("stack.*", "no service is of this stack", |seen, it| {
        let mut services = seen.document.services.values();
        !services.any(|service| service.deploy.stack.as_deref() == Some(it.names[0]))
    }),
    row("repair.crews", "nothing that fails by itself is repaired", |seen, _| !seen.is_repaired()),
    // Services.
    row("service.*.hold", "there are no `workers`", without_workers),
    row("service.*.backlog", "there are no `workers`", without_workers),
    row("service.*.queue_timeout", "there are no `workers`", without_workers),
    row("service.*.cpus.quota", "there is no `limit`", |_, it| !has(it, "limit")),
    row("service.*.endpoint_mode", "only Swarm gives addresses", |seen, _| !seen.gives_addresses())
        .of_compose(),
    row("service.*.endpoint_mode", "`balance` says where requests go", |seen, it| {
        seen.gives_addresses() && has(it, "balance")
    })
    .of_compose(),
    row("service.*.healthcheck", "this orchestrator waits for no check", |seen, _| {
        !seen.document.orchestrator.replaces()
    })
    .of_compose(),
    row("service.*.healthcheck.start_interval", "there is no `start_period`", |_, it| {
        !has(it, "start_period")
    })
    .of_compose(),
    row("service.*.restart.window", "there is no `max_attempts`", |_, it| !has(it, "max_attempts"))
        .of_compose(),
    row("service.*.restart.delay", "it is not started again", not_restarted).of_compose(),
    row("service.*.restart.max_attempts", "it is not started again", not_restarted).of_compose(),
    row("service.*.restart.delay", OWN_PAUSES, |seen, it| {
        !not_restarted(seen, it) && heeds_not(seen, it, |one| one.delay = Nanos(1 + one.delay.0))
    })
    .of_compose(),
    row("service.*.restart.max_attempts", OWN_BOUND, |seen, it| {
        !not_restarted(seen, it) && heeds_not(seen, it, |one| one.max_attempts += 1)
    })
    .of_compose(),
    row("service.*.restart.window", OWN_BOUND, |seen, it| {
        has(it, "max_attempts") && heeds_not(seen, it, |one| one.window = Nanos(1 + one.window.0))
    })
    .of_compose(),
    row("service.*.stop_grace_period", "nothing stops it in good order", never_stopped)
        .of_compose(),
    row("service.*.on_stop", "nothing stops it in good order", never_stopped),
    row(
        "service.*.update",
        "this orchestrator does not replace containers one by one",
        |seen, _| !seen.document.orchestrator.kind_of_files().replaces(),
    )
    .of_compose(),
    row("service.*.update", "nothing is rolled out here", |seen, it| {
        seen.document.orchestrator.kind_of_files().replaces() && !seen.renewed.contains(it.names[0])
    })
    .of_compose(),
    row("service.*.update.delay", OWN_PACE, |seen, it| {
        updates_alike(seen, it, |one| one.delay = Nanos(1 + one.delay.0))
    })
    .of_compose(),
    row("service.*.update.monitor", OWN_PACE, |seen, it| {
        updates_alike(seen, it, |one| one.monitor = Nanos(1 + one.monitor.0))
    })
    .of_compose(),
    row("service.*.update.failure_action", OWN_PACE, |seen, it| {
        updates_alike(seen, it, |one| one.on_failure = OnFailure::Rollback)
            && updates_alike(seen, it, |one| one.on_failure = OnFailure::Continue)
    })
    .of_compose(),
    row("service.*.update.max_failure_ratio", OWN_PACE, |seen, it| {
        updates_alike(seen, it, |one| one.max_failure_ratio = 1.0 - one.max_failure_ratio)
    })
    .of_compose(),
    row("service.*.rollback", "it is never rolled back", |seen, it| {
        let kind = seen.document.orchestrator.kind_of_files();
        let rolls_back = |service: &ServiceText| {
            (kind.update)(service.deploy.update, service.replicas).on_failure == OnFailure::Rollback
        };
        !kind.replaces()
            || !seen.renewed.contains(it.names[0])
            || !seen.document.services.get(it.names[0]).is_some_and(rolls_back)
    })
    .of_compose(),
    row("service.*.image.rate", "the image has no `size`", |seen, it| {
        !has(it, "size") && !seen.renewed.contains(it.names[0])
    }),
    row("service.*.balance.weights", "there is one container", is_alone),
    row("service.*.balance.choices", "there is one container", is_alone),
    row("service.*.keep_alive", "no service calls it", |seen, it| {
        let queries = &seen.blueprint.queries;
        let services = &seen.blueprint.services;
        !queries.iter().any(|query| services[query.service.index()].name == it.names[0])
    }),
    row("service.*.resolver", "no call of it asks DNS", |seen, it| !seen.asks_dns(it.names[0])),
    row("service.*.client", "it calls no other service", |seen, it| {
        seen.callees(it.names[0]).next().is_none()
    }),
    row("service.*.client.tls", "`round_trips` says what opening takes", |_, it| {
        has(it, "round_trips")
    }),
    row("service.*.client.*.tls", "`round_trips` says what opening takes", |_, it| {
        has(it, "round_trips")
    }),
    row("service.*.client.max", "its pools say how many", pooled),
    row("service.*.client.idle", "its pools say for how long", pooled),
    row("service.*.client.max_lifetime", "its pools say for how long", pooled),
    row("service.*.client.multiplex", "a pool's connection carries one request", pooled),
    row("service.*.client.*.max", "its pool says how many", pooled),
    row("service.*.client.*.idle", "its pool says for how long", pooled),
    row("service.*.client.*.max_lifetime", "its pool says for how long", pooled),
    row("service.*.client.*.multiplex", "a pool's connection carries one request", pooled),
    row("service.*.pool.*.idle", "`minimum` keeps all connections open", |seen, it| {
        let service = seen.document.services.get(it.names[0]);
        let pool = service.and_then(|service| service.pools.get(it.names[1]));
        pool.is_some_and(|pool| pool.minimum >= pool.size)
    }),
    // Steps.
    row("service.*.endpoint.*.steps.retries.factor", "there is one more attempt", one_attempt),
    row("service.*.endpoint.*.steps.retries.factor", "there is no `backoff`", no_backoff),
    row("service.*.endpoint.*.steps.retries.jitter", "there is no `backoff`", no_backoff),
    row("service.*.endpoint.*.steps.retries.backoff", "there are no `attempts`", no_attempts),
    row("service.*.endpoint.*.steps.retries.other_replica", "there are no `attempts`", no_attempts),
    row("service.*.endpoint.*.steps.retries.on", "there are no `attempts`", no_attempts),
    row(
        "service.*.endpoint.*.steps.breaker.min_calls",
        "`failures` are counted, and no `ratio`",
        |_, it| has(it, "failures") && !has(it, "ratio"),
    ),
    // Traffic.
    row("traffic.*.cancel", "users never give up: there is no `patience`", |_, it| {
        !has(it, "patience") && !has(it, "patience_in_queue")
    }),
];

fn has(it: &WrittenKey<'_>, key: &str) -> bool {
    it.table.contains_key(key)
}

fn text<'w>(it: &'w WrittenKey<'_>, key: &str) -> Option<&'w str> {
    it.table.get(key)?.item.text()
}

fn is_true(it: &WrittenKey<'_>) -> bool {
    matches!(it.item.value, Value::Boolean(true))
}

fn one_node(seen: &Seen<'_>, _: &WrittenKey<'_>) -> bool {
    seen.document.nodes.len() == 1
}

fn without_workers(_: &Seen<'_>, it: &WrittenKey<'_>) -> bool {
    !has(it, "workers")
}

fn never_stopped(seen: &Seen<'_>, it: &WrittenKey<'_>) -> bool {
    !seen.is_stopped(it.names[0])
}

fn not_restarted(_: &Seen<'_>, it: &WrittenKey<'_>) -> bool {
    text(it, "condition") == Some("none")
}

const OWN_PAUSES: &str = "this orchestrator has pauses of its own";
const OWN_BOUND: &str = "this orchestrator has a bound of its own, or none";
const OWN_PACE: &str = "this orchestrator looks after updates in its own way";

/// Whether the orchestrator restarts ended containers in the same way after a change of the policy.
fn heeds_not(seen: &Seen<'_>, it: &WrittenKey<'_>, change: fn(&mut RestartPolicy)) -> bool {
    let (Some(kind), Some(service)) =
        (seen.document.orchestrator.kind, seen.document.services.get(it.names[0]))
    else {
        return false;
    };
    let written = service.deploy.restart;
    let mut other = written;
    change(&mut other);
    (kind.restart)(written) == (kind.restart)(other)
}

/// Whether the orchestrator updates the service in the same way after a change of the policy.
fn updates_alike(seen: &Seen<'_>, it: &WrittenKey<'_>, change: fn(&mut UpdatePolicy)) -> bool {
    let (kind, service) =
        (seen.document.orchestrator.kind_of_files(), seen.document.services.get(it.names[0]));
    let Some(service) = service.filter(|_| kind.replaces() && seen.renewed.contains(it.names[0]))
    else {
        return false;
    };
    let written = service.deploy.update;
    let mut other = written;
    change(&mut other);
    (kind.update)(written, service.replicas) == (kind.update)(other, service.replicas)
}

fn no_backoff(_: &Seen<'_>, it: &WrittenKey<'_>) -> bool {
    !has(it, "backoff")
}

fn attempts(it: &WrittenKey<'_>) -> Option<i64> {
    match it.table.get("attempts").map(|entry| &entry.item.value) {
        Some(Value::Integer(attempts)) => Some(*attempts),
        _ => None,
    }
}

fn no_attempts(_: &Seen<'_>, it: &WrittenKey<'_>) -> bool {
    attempts(it) == Some(0)
}

fn one_attempt(_: &Seen<'_>, it: &WrittenKey<'_>) -> bool {
    attempts(it) == Some(1) && has(it, "backoff")
}

fn is_alone(seen: &Seen<'_>, it: &WrittenKey<'_>) -> bool {
    let mut services = seen.blueprint.services.iter();
    services.any(|service| service.name == it.names[0] && service.wanted().len() == 1)
}

/// Whether all calls with this client use a pool.
fn pooled(seen: &Seen<'_>, it: &WrittenKey<'_>) -> bool {
    let Some(service) = seen.document.services.get(it.names[0]) else { return false };
    let is_meant = |callee: &&str| it.names.get(1).is_none_or(|name| name == callee);
    let mut callees = seen.callees(it.names[0]).filter(is_meant).peekable();
    callees.peek().is_some() && callees.all(|callee| service.pools.contains_key(callee))
}

impl Seen<'_> {
    fn fails_by_itself(&self) -> bool {
        let document = self.document;
        document.nodes.values().any(|node| node.fails.is_some())
            || document.services.values().any(|service| service.fails.is_some())
            || document.lan.iter().flat_map(|lan| &lan.pairs).any(|pair| pair.fails.is_some())
            || document.sites.values().any(|site| site.power.is_some() || site.switch.is_some())
    }

    fn is_repaired(&self) -> bool {
        let document = self.document;
        let nodes = document.nodes.values().filter_map(|node| node.fails.as_ref());
        let services = document.services.values().filter_map(|service| service.fails.as_ref());
        let pairs = document.lan.iter().flat_map(|lan| &lan.pairs);
        let links = pairs.filter_map(|pair| pair.fails.as_ref());
        let sites = document.sites.values();
        let sites = sites.flat_map(|site| site.power.iter().chain(&site.switch));
        nodes.chain(services).chain(links).chain(sites).any(|fails| fails.mttr.is_some())
    }

    /// Whether a container that may be on `node` uses its disk, steps of a phase copy data there, or
    /// pages go to its swap.
    fn visits_disk(&self, node: &str) -> bool {
        let machine = &self.document.nodes[node];
        if machine.memory.is_some() && machine.swap > 0.0 || self.carried.contains(node) {
            return true;
        }
        let is_here = |service: &wssim_model::blueprint::Service| {
            let mut containers = service.containers.clone();
            containers.any(|number| {
                let container = &self.blueprint.containers[number as usize];
                self.blueprint.nodes[container.node.index()].name == node
            })
        };
        let services = self.blueprint.services.iter().filter(|service| is_here(service));
        services.filter_map(|it| self.document.services.get(&it.name)).any(uses_disk)
    }

    fn encrypts(&self) -> bool {
        self.document.networks.values().any(|network| network.overlay && network.encrypted)
    }

    fn wraps(&self) -> bool {
        self.document.networks.values().any(|network| network.overlay)
            || self.document.traffic.values().any(|traffic| !traffic.ingress.is_empty())
    }

    fn has_addresses(&self) -> bool {
        self.blueprint.routes.iter().any(|route| route.policy == Policy::Vip)
            || self.document.traffic.values().any(|traffic| !traffic.ingress.is_empty())
    }

    fn strikes_site(&self, it: &WrittenKey<'_>) -> bool {
        let Some(site) = it.item.text() else { return true };
        self.document.sites.contains_key(site)
            || self.document.faults.iter().any(|fault| {
                matches!(&fault.target, Some(("site", names)) if names.iter().any(|name| name.text == site))
            })
    }

    /// Whether a constraint is about `what`.
    fn speaks_of(&self, what: &str) -> bool {
        let services = self.document.services.values();
        services.flat_map(|service| &service.constraints).any(|text| text.text.starts_with(what))
    }

    /// Whether a service has its own address besides those of its containers.
    fn gives_addresses(&self) -> bool {
        self.document.orchestrator.kind.is_some_and(|kind| kind.routing == Routing::Vip)
    }

    fn attaches(&self, network: &str) -> bool {
        let services = self.document.services.values();
        services.flat_map(|service| &service.networks).any(|name| name.text == network)
    }

    fn is_stopped(&self, service: &str) -> bool {
        // Swarm stops replaced containers gracefully, and Compose those that it replaces.
        let is_stopped = self.renewed.contains(service) || self.stopped.contains(service);
        if self.blueprint.is_replaced() || is_stopped {
            return true;
        }
        let Some(at) = self.blueprint.services.iter().position(|it| it.name == service) else {
            return false;
        };
        let is_own = |container: &wssim_model::ids::ContainerId| {
            self.blueprint.services[at].containers.contains(&container.0)
        };
        let stops = |kind: FaultKind| matches!(kind, FaultKind::Stop);
        let mut faults = self.blueprint.faults.iter().filter(|fault| stops(fault.kind));
        faults.any(|fault| fault.containers.iter().any(is_own))
    }

    /// The services that `caller` calls, by name.
    fn callees(&self, caller: &str) -> impl Iterator<Item = &str> {
        let services = &self.blueprint.services;
        let own = services.iter().position(|service| service.name == caller);
        let queries = self.blueprint.queries.iter();
        queries
            .filter(move |query| Some(query.caller.index()) == own)
            .map(|query| services[query.service.index()].name.as_str())
    }

    fn asks_dns(&self, caller: &str) -> bool {
        let own = self.blueprint.services.iter().position(|service| service.name == caller);
        let routes = self.blueprint.queries.iter().zip(&self.blueprint.routes);
        let mut own = routes.filter(|(query, _)| Some(query.caller.index()) == own);
        // Consul's answers are not cached, whatever the runtime does.
        let keeps = |kind: Kind| kind.routing != Routing::FreshDns;
        self.document.orchestrator.kind.is_none_or(keeps)
            && own.any(|(_, route)| matches!(route.policy, Policy::Dns(_)))
    }
}

fn uses_disk(service: &ServiceText) -> bool {
    let mut used = false;
    for endpoint in service.endpoints.values() {
        calls::visit(&endpoint.steps, 1.0, true, &mut |step: &StepText, _, _| {
            used |= matches!(step.kind, StepKind::Disk(_) | StepKind::Read(..));
        });
    }
    used
}
