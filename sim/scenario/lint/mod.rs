//! Lints: what is right to a parser and wrong to an operator. Each has a name, a reason with its
//! source, and a place; `[scenario] allow = ["NAME"]` silences it. Those that need a stack file as it
//! is written, or the scheduler's answer, are found where these are: in `stack` and `check`.

mod firewall;
mod memory;
mod packets;
mod proxy;
mod rollout;
mod room;

use crate::check;
use crate::diagnostic::Diagnostic;
use crate::document::Document;
use crate::document::fields::Name;
use crate::document::service::Service;
use crate::length::shown;
use crate::no_effect;
use crate::source::{Origin, Sources};
use std::collections::{BTreeMap, BTreeSet};
use wssim_kernel::{Nanos, Time};
use wssim_model::orchestrator::Kind;
use wssim_model::orchestrator::placement::Constraint;
use wssim_text::suggest;

/// A lint's name, and why it is one.
pub struct Lint {
    /// As it is silenced.
    pub name: &'static str,
    /// The reason, with its source.
    pub reason: &'static str,
}

const fn lint(name: &'static str, reason: &'static str) -> Lint {
    Lint { name, reason }
}

/// All of them, in the order of names.
pub const LINTS: [Lint; 31] = [
    lint(
        "address-pool",
        "Swarm gives overlay networks addresses of 10.0.0.0/8; where the LAN has the same, containers cannot reach it (docker swarm init, --default-addr-pool)",
    ),
    lint(
        "alias-shared",
        "names resolve per network: one that two services have is answered with the containers of both (moby/libnetwork, resolver)",
    ),
    lint(
        "check-always-fails",
        "a test that is a text is a command of the shell; a container whose check fails never gets requests, and is replaced again and again (docker/cli, cli/compose/loader; moby, daemon/health.go)",
    ),
    lint(
        "container-labels",
        "in Swarm mode Traefik reads the labels of services, never those of containers (Traefik, Docker Swarm provider)",
    ),
    lint(
        "default-rule",
        "a router without a rule gets Host(stack-service), which is no name that users ask for (Traefik, providers.swarm.defaultRule)",
    ),
    lint(
        "defined-twice",
        "what two services define differently Traefik drops (traefik, pkg/provider/configuration.go)",
    ),
    lint(
        "dump-while-running",
        "a dump is the state of one moment: what is written after it is not in it (PostgreSQL, pg_dump)",
    ),
    lint(
        "encryption-spelling",
        "only the option `encrypted` of an overlay's `driver_opts` encrypts, whatever its value (moby, drivers/overlay/ov_network.go)",
    ),
    lint(
        "esp-blocked",
        "an encrypted overlay travels as IP protocol 50, ESP; where it is dropped, nothing arrives (Docker, overlay network driver: encryption)",
    ),
    lint(
        "even-managers",
        "Raft needs a majority: an even number of managers survives no more failures than one less (Docker, Raft consensus in swarm mode)",
    ),
    lint(
        "few-managers",
        "with fewer than three managers the loss of one ends all orchestration (Docker, Raft consensus in swarm mode)",
    ),
    lint(
        "gossip-blocked",
        "nodes tell each other on 7946, TCP and UDP, which containers are where (Docker, Swarm mode: open protocols and ports)",
    ),
    lint(
        "ignored-key",
        "Compose files may have it, services of a swarm do not (docker/cli, cli/compose/types)",
    ),
    lint(
        "ignored-restart",
        "a swarm restarts whatever ends after 5 s unless `deploy` says otherwise (docker/cli, cli/compose/types; swarmkit, api/defaults)",
    ),
    lint(
        "large-packets",
        "TCP lets no router divide its packets: what is larger than the path carries vanishes, small messages pass (RFC 1191; Docker, overlay: com.docker.network.driver.mtu)",
    ),
    lint(
        "latest-tag",
        "a tag that moves makes two nodes run two versions, and a rollback none (Docker, Image tagging best practices)",
    ),
    lint(
        "limits-above-node",
        "limits reserve nothing: containers that all take what they may push each other out of RAM, and then the kernel kills (Docker, Resource constraints)",
    ),
    lint(
        "managers-blocked",
        "nodes join, and managers agree, on 2377/tcp (Docker, Swarm mode: open protocols and ports)",
    ),
    lint(
        "no-memory-limit",
        "without a limit one container can take the node's whole RAM (Docker, Resource constraints)",
    ),
    lint(
        "no-port",
        "in Swarm mode Traefik needs `loadbalancer.server.port`; without it there is no route (Traefik, Docker Swarm provider: port detection)",
    ),
    lint(
        "overlay-blocked",
        "overlay networks travel as VXLAN on 4789/udp (Docker, Swarm mode: open protocols and ports)",
    ),
    lint(
        "pinned-replicas",
        "replicas pinned to one host name die with it: they share load, not risk (swarmkit, constraint filter)",
    ),
    lint(
        "port-with-dnsrr",
        "a port of the routing mesh needs a virtual address: Docker refuses it with dnsrr (Docker, Services: endpoint_mode)",
    ),
    lint(
        "reservations-above-node",
        "the scheduler places by reservations alone; what exceeds a node stays pending (swarmkit, ResourceFilter)",
    ),
    lint(
        "slow-registration",
        "a container gets no requests before its first health check, which comes after one interval (moby, daemon/health.go)",
    ),
    lint(
        "start-first-without-room",
        "the new container runs beside the old one until it is healthy; without room the update waits for ever (swarmkit, orchestrator/update/updater.go)",
    ),
    lint(
        "unchecked-rollout",
        "without a health check a new container counts as running, and gets requests, as soon as its process has started: the next old one is stopped while it refuses what it gets (swarmkit, orchestrator/update/updater.go; moby, executor/container/controller.go)",
    ),
    lint(
        "unknown-balancer",
        "a router without its service answers nothing (Traefik, Routers: service)",
    ),
    lint(
        "unknown-middleware",
        "a router without one of its middlewares answers nothing; those of a file need `@file` (Traefik, Middlewares: provider namespace)",
    ),
    lint(
        "unpinned-state",
        "a local volume stays on its node: rescheduled elsewhere, the service starts empty (Docker, Volumes)",
    ),
    lint(
        "unpushed-image",
        "nodes pull from registries, never from each other: an image that is built and not pushed is on one node alone (Docker, Deploy a stack to a swarm: set up a Docker registry)",
    ),
];

/// Slower than this, a check is worth a remark.
const SLOW_CHECK: Nanos = Nanos(15_000_000_000);

/// What an operator should know of `document`, apart from what it silences.
pub(crate) fn lints(document: &Document, sources: &Sources) -> Vec<Diagnostic> {
    let mut found = Found { document, sources, out: Vec::new() };
    found.silenced();
    found.managers();
    found.aliases();
    found.addresses();
    for (name, service) in &document.services {
        found.service(name, service);
    }
    found.limits();
    firewall::lints(&mut found);
    room::lints(&mut found);
    memory::lints(&mut found);
    packets::lints(&mut found);
    proxy::lints(&mut found);
    rollout::lints(&mut found);
    let of_phases = check::migration::lints(document, sources);
    let allow = &document.header.allow;
    found.out.extend(of_phases.into_iter().filter(|lint| !is_silenced(lint, allow)));
    found.out
}

/// Whether `allow` silences a diagnostic: those of stack files and placement that are lints, too.
pub(crate) fn is_silenced(diagnostic: &Diagnostic, allow: &[Name]) -> bool {
    names().any(|name| name == diagnostic.code)
        && allow.iter().any(|allowed| allowed.text == diagnostic.code)
}

/// What can be silenced: the lints, and notes on what does nothing.
fn names() -> impl Iterator<Item = &'static str> + Clone {
    LINTS.iter().map(|lint| lint.name).chain([no_effect::CODE])
}

/// The reason of a lint, behind what to do about it.
pub(crate) fn reason(name: &str, instead: Option<String>) -> Option<String> {
    let reason = LINTS.iter().find(|lint| lint.name == name)?.reason;
    Some(instead.map_or_else(|| reason.to_owned(), |instead| format!("{instead}; {reason}")))
}

struct Found<'a> {
    document: &'a Document,
    sources: &'a Sources,
    out: Vec<Diagnostic>,
}

impl Found<'_> {
    fn say(&mut self, name: &'static str, message: String, origin: Origin) {
        let diagnostic = Diagnostic::warning(name, message).maybe_help(reason(name, None));
        if !is_silenced(&diagnostic, &self.document.header.allow) {
            self.out.push(diagnostic.at(self.sources, origin));
        }
    }

    /// A silenced lint must exist.
    fn silenced(&mut self) {
        for Name { text, origin } in &self.document.header.allow {
            if names().all(|name| name != text) {
                let hint = suggest::hint(text, names());
                let message = format!("there is no lint `{text}`");
                let diagnostic = Diagnostic::warning("unknown-lint", message).maybe_help(hint);
                self.out.push(diagnostic.at(self.sources, *origin));
            }
        }
    }

    /// By whose rules files are read.
    fn kind(&self) -> Kind {
        self.document.orchestrator.kind_of_files()
    }

    fn managers(&mut self) {
        let orchestrator = &self.document.orchestrator;
        let count = orchestrator.managers.len();
        let Some(origin) = orchestrator.managers.first().map(|first| first.origin) else { return };
        if !self.kind().replaces() {
            return;
        }
        if count.is_multiple_of(2) {
            let message = format!("{count} managers survive as many failures as {}", count - 1);
            self.say("even-managers", message, origin);
        }
        if count < 3 && self.document.nodes.len() >= 3 {
            let message = format!("{count} of {} nodes manage", self.document.nodes.len());
            self.say("few-managers", message, origin);
        }
    }

    fn aliases(&mut self) {
        let mut holders: BTreeMap<(&str, &str), BTreeSet<(&str, Origin)>> = BTreeMap::new();
        for (full, service) in &self.document.services {
            let own = full.rsplit('/').next().unwrap_or(full);
            for network in &service.networks {
                let aliases = service.deploy.aliases.get(&network.text);
                let aliases =
                    aliases.into_iter().flatten().map(|name| (name.text.as_str(), name.origin));
                for (alias, origin) in aliases.chain([(own, service.origin)]) {
                    holders.entry((&network.text, alias)).or_default().insert((full, origin));
                }
            }
        }
        let shared: Vec<(String, Origin)> = holders
            .iter()
            .filter_map(|((network, alias), holders)| {
                let names: BTreeSet<&str> = holders.iter().map(|(name, _)| *name).collect();
                let (_, origin) = *holders.last()?;
                let list = names.iter().map(|name| format!("`{name}`")).collect::<Vec<_>>();
                let message =
                    format!("on network `{network}` the name `{alias}` is {}", list.join(" and "));
                (names.len() > 1).then_some((message, origin))
            })
            .collect();
        for (message, origin) in shared {
            self.say("alias-shared", message, origin);
        }
    }

    /// Overlay networks get addresses of 10.0.0.0/8 unless the swarm was told otherwise.
    fn addresses(&mut self) {
        let overlay = self.document.networks.values().any(|network| network.overlay);
        let told = self.document.orchestrator.address_pool;
        let subnet = self.document.lan.as_ref().and_then(|lan| lan.subnet.as_ref());
        if let (true, false, true, Some(subnet)) = (self.kind().mesh, told, overlay, subnet)
            && subnet.text.starts_with("10.")
        {
            let message = format!("the LAN's {} lies within the overlays' pool", subnet.text);
            self.say("address-pool", message, subnet.origin);
        }
    }

    fn service(&mut self, name: &str, service: &Service) {
        let deploy = &service.deploy;
        let by_host = |name: &&Name| {
            Constraint::parse(&name.text).is_some_and(|it| it.equal && it.is_of_host())
        };
        let pinned = service.constraints.iter().find(by_host);
        if let (Some(pinned), true) = (pinned, service.replicas > 1 && !service.is_global()) {
            let message =
                format!("all {} containers of `{name}` are on one host", service.replicas);
            self.say("pinned-replicas", message, pinned.origin);
        }
        let local = deploy.volumes.iter().any(|volume| volume.is_local);
        if local
            && !service.is_global()
            && service.constraints.is_empty()
            && self.document.nodes.len() > 1
            && self.kind().replaces()
        {
            let message = format!("`{name}` keeps data on whatever node it starts on");
            self.say("unpinned-state", message, service.origin);
        }
        if let (Some(origin), Some(_)) =
            (deploy.dnsrr, deploy.ports.iter().find(|port| !port.on_host))
        {
            let message = format!("`{name}` publishes a port of the mesh and is dnsrr");
            self.say("port-with-dnsrr", message, origin);
        }
        if let Some(image) = &deploy.image
            && moves(&image.text)
        {
            self.say("latest-tag", format!("`{}` can change any day", image.text), image.origin);
        }
        if let Some(health) = deploy.health.as_ref().filter(|health| !health.disabled)
            && let wait = health.check.first_good(Time::ZERO, Time::ZERO).since(Time::ZERO)
            && wait > SLOW_CHECK
        {
            let shown = shown(wait);
            let message =
                format!("a new container of `{name}` waits {shown} for its first request");
            self.say("slow-registration", message, health.origin);
        }
    }

    /// One remark for all: the estate of a company that sets no limits would drown in them.
    fn limits(&mut self) {
        let without: Vec<(&String, &Service)> = (self.document.services.iter())
            .filter(|(_, service)| service.memory.limit.is_none() && service.deploy.stack.is_some())
            .collect();
        if let Some((first, service)) = without.first() {
            let rest = without.len() - 1;
            let others = match rest {
                0 => String::new(),
                1 => " and 1 other".to_owned(),
                _ => format!(" and {rest} others"),
            };
            let message = format!("`{first}`{others}: memory without a limit");
            let origin = service.origin;
            self.say("no-memory-limit", message, origin);
        }
    }
}

/// Whether an image's reference can mean another image tomorrow.
fn moves(image: &str) -> bool {
    let name = image.rsplit('/').next().unwrap_or(image);
    !image.contains("@sha256:") && name.split_once(':').is_none_or(|(_, tag)| tag == "latest")
}
