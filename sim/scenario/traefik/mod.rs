//! Reads Traefik's configuration from the labels of services: which service answers which requests,
//! through which middlewares.
//!
//! ```text
//! request ──rule──► router ──middlewares, in order──► balancer ──► a container's port
//! ```
//! In Swarm mode Traefik reads the labels of services (`deploy.labels`), with Compose those of
//! containers (`labels`). Labels may be a list or a table; names of options are case-insensitive,
//! references to routers, services and middlewares are case-sensitive. Source: traefik v3,
//! `pkg/provider/docker/config.go` and `pkg/config/dynamic`. Not read: Traefik's own command
//! (`providers.swarm.*`, entry points), TCP and UDP routers, and other providers' files.

pub(crate) mod breaker;
pub(crate) mod label;
pub(crate) mod middleware;
mod options;
pub(crate) mod passage;
pub(crate) mod proxy;
mod reference;
mod route;

pub use route::ProxyRoute;

use crate::diagnostic::Diagnostic;
use crate::document::Document;
use crate::document::fields::Reader;
use crate::source::Origin;
use crate::tree::Table;
use label::Label;
use options::LabelOptions;
use proxy::{Balancer, Health, ProxyLabels, Router, Strategy};
use reference::{Reference, references};
use std::collections::BTreeMap;
use wssim_kernel::Nanos;
use wssim_text::suggest;

/// Reads the labels of all services.
pub(crate) fn read(document: &Document, reader: &mut Reader<'_>) -> ProxyLabels {
    let mut proxy = ProxyLabels::default();
    let reads_deploy = document.orchestrator.reads_deploy();
    for (name, service) in &document.services {
        let of_containers = if reads_deploy { &[][..] } else { &service.deploy.container_labels };
        let labels = service.deploy.labels.iter().chain(of_containers);
        let labels: Vec<&Label> = labels.filter(|label| label.is_of_traefik()).collect();
        if !labels.is_empty() {
            proxy.service(name, service.origin, &labels, reader);
        }
    }
    proxy
}

/// The routers, services or middlewares of one container, by name in lower case.
type Things<'a> = BTreeMap<String, LabelOptions<'a>>;

/// Known protocols that are not read.
const UNREAD: [&str; 3] = ["tcp", "tls", "udp"];
/// Other labels that Traefik reads of a container (`pkg/provider/docker/shared_labels.go`); all others
/// are only matched by the provider's `constraints`.
const SHARED: [&str; 3] = ["docker", "enable", "swarm"];

/// Whether labels, by name, request an HTTP router: `traefik.enable` or an HTTP service alone do, unless
/// they only define TCP or UDP (`pkg/provider/docker/config.go`).
pub(crate) fn asks_for_http(labels: &Table) -> bool {
    let names: Vec<String> = labels.keys().map(|name| name.to_lowercase()).collect();
    let enabled = names.iter().zip(labels.values()).find(|(name, _)| *name == "traefik.enable");
    let enabled = enabled.and_then(|(_, entry)| entry.item.text());
    let is_on =
        enabled.is_some_and(|text| ["1", "t", "true"].contains(&text.to_lowercase().as_str()));
    let below = |start: &str| names.iter().any(|name| name.starts_with(start));
    let has_http = below("traefik.http.routers.") || below("traefik.http.services.");
    let is_other = OTHERS.iter().any(|start| below(start)) && !below("traefik.http.middlewares.");
    (has_http || (is_on && !is_other)) && (is_on || enabled.is_none())
}

/// Prefixes of labels for routers and services of other protocols than HTTP.
const OTHERS: [&str; 4] = [
    "traefik.tcp.routers.",
    "traefik.tcp.services.",
    "traefik.udp.routers.",
    "traefik.udp.services.",
];

impl ProxyLabels {
    fn service(&mut self, owner: &str, origin: Origin, labels: &[&Label], reader: &mut Reader<'_>) {
        let mut things = [Things::new(), Things::new(), Things::new()];
        let mut own = LabelOptions::new(owner, origin);
        for label in labels {
            sort(label, &mut things, &mut own, reader);
        }
        let enabled = own.flag(reader, "enable");
        own.accept(&["docker", "swarm"]);
        for (name, label) in own.rest() {
            misspelt(reader, &name, label);
        }
        if enabled == Some(false) {
            return;
        }
        let [routers, balancers, middlewares] = things;
        // With only TCP and UDP, Traefik makes no HTTP router.
        let of_others = |label: &&Label| {
            let key = label.key.text.to_lowercase();
            OTHERS.iter().any(|start| key.starts_with(start))
        };
        let is_other = middlewares.is_empty() && labels.iter().any(of_others);
        let is_bare =
            routers.is_empty() && ((enabled == Some(true) && !is_other) || !balancers.is_empty());
        let balancers: Vec<Balancer> =
            balancers.into_values().map(|options| balancer(reader, owner, options)).collect();
        for options in routers.into_values() {
            let router = router(reader, owner, options);
            if router.service.is_none() && balancers.len() > 1 {
                let names: Vec<&str> = balancers.iter().map(|it| it.name.as_str()).collect();
                let message = format!(
                    "router `{}` does not say which service it means: {}",
                    router.name,
                    names.join(" or ")
                );
                options::wrong(reader, router.origin, message);
            }
            self.routers.push(router);
        }
        if is_bare {
            // Traefik makes a default one.
            let name = owner.replace('/', "-");
            let origin = labels.first().map_or(origin, |label| label.key.origin);
            let mut options = LabelOptions::new(&name, origin);
            options.origin = origin;
            self.routers.push(router(reader, owner, options));
        }
        self.balancers.extend(balancers);
        for options in middlewares.into_values() {
            self.middlewares.extend(middleware::read(reader, owner, options));
        }
    }
}

/// Sorts a label: `traefik.http.routers.NAME.option` to the routers, and so on.
fn sort<'a>(
    label: &'a Label,
    things: &mut [Things<'a>; 3],
    own: &mut LabelOptions<'a>,
    reader: &mut Reader<'_>,
) {
    const KINDS: [&str; 3] = ["routers", "services", "middlewares"];
    let key = label.key.text.as_str();
    let mut parts = key.split('.').skip(1);
    let mut next = || parts.next().unwrap_or("");
    let (protocol, kind, name) = (next().to_lowercase(), next().to_lowercase(), next());
    if UNREAD.contains(&protocol.as_str()) {
        return;
    }
    let rest = parts.collect::<Vec<_>>().join(".").to_lowercase();
    if protocol != "http" {
        return own.put(key.get(8..).unwrap_or("").to_lowercase(), label);
    }
    let known = KINDS.iter().position(|known| *known == kind);
    match known {
        Some(place) if !name.is_empty() && !rest.is_empty() => {
            let options = things[place]
                .entry(name.to_lowercase())
                .or_insert_with(|| LabelOptions::new(name, label.key.origin));
            options.put(rest, label);
        }
        _ => {
            let message = format!("Traefik knows no label `{key}`");
            options::unknown(reader, label, message, suggest::hint(&kind, KINDS));
        }
    }
}

/// Reports a label that Traefik does not read but that resembles one that it does.
fn misspelt(reader: &mut Reader<'_>, name: &str, label: &Label) {
    let first = name.split('.').next().unwrap_or(name);
    let known = SHARED.into_iter().chain(UNREAD).chain(["http"]);
    if let Some(near) = suggest::nearest(first, known) {
        let message = format!("Traefik does not read `{}`", label.key.text);
        let help = format!("did you mean `traefik.{near}`?");
        let diagnostic = Diagnostic::warning("unknown-label", message).help(help);
        reader.mistakes.push(diagnostic.at(reader.texts.sources, label.key.origin));
    }
}

fn router(reader: &mut Reader<'_>, owner: &str, mut options: LabelOptions<'_>) -> Router {
    let entry_points = options.texts(reader, "entrypoints");
    let mut tls = options.below("tls");
    let has_tls = !tls.is_empty() && tls.flag(reader, "").unwrap_or(true);
    let router = Router {
        name: options.name.clone(),
        owner: owner.to_owned(),
        origin: options.origin,
        rule: options.text("rule").map(|rule| rule.text.clone()),
        entry_points: entry_points.into_iter().map(|name| name.text).collect(),
        service: options.text("service").cloned().map(Reference::new),
        middlewares: references(options.texts(reader, "middlewares")),
        priority: options.whole(reader, "priority"),
        tls: has_tls,
    };
    options.accept(&["observability", "rulesyntax"]);
    let known = ["entrypoints", "middlewares", "priority", "rule", "service", "tls"];
    options.finish(reader, "router", &known);
    router
}

fn balancer(reader: &mut Reader<'_>, owner: &str, mut options: LabelOptions<'_>) -> Balancer {
    let mut inner = options.below("loadbalancer");
    let (name, origin) = (options.name.clone(), options.origin);
    options.finish(reader, "service", &["loadbalancer"]);
    let mut health = inner.below("healthcheck");
    let seconds = |n: u64| Nanos(n * 1_000_000_000);
    // Defaults of checks: `DefaultHealthCheckInterval` and `DefaultHealthCheckTimeout` of
    // traefik's `pkg/config/dynamic/http_config.go`.
    let health = (!health.is_empty()).then(|| {
        let read = Health {
            path: health.text("path").map_or_else(|| "/".to_owned(), |path| path.text.clone()),
            interval: health.duration(reader, "interval").unwrap_or(seconds(30)),
            timeout: health.duration(reader, "timeout").unwrap_or(seconds(5)),
        };
        let unread = [
            "followredirects",
            "headers",
            "hostname",
            "method",
            "mode",
            "port",
            "scheme",
            "status",
            "unhealthyinterval",
        ];
        health.accept(&unread);
        health.finish(reader, "health check", &["interval", "path", "timeout"]);
        read
    });
    let port = inner.port(reader, "server.port");
    let strategy = strategy(reader, &mut inner);
    let sticky = !inner.below("sticky").is_empty();
    let unread = [
        "passhostheader",
        "passivehealthcheck",
        "responseforwarding",
        "server",
        "serverstransport",
    ];
    inner.accept(&unread);
    inner.finish(reader, "load balancer", &["healthcheck", "server.port", "sticky", "strategy"]);
    Balancer { name, owner: owner.to_owned(), origin, port, health, sticky, strategy }
}

/// Round robin by default (traefik v3, `pkg/config/dynamic/http_config.go`).
fn strategy(reader: &mut Reader<'_>, options: &mut LabelOptions<'_>) -> Strategy {
    let Some(name) = options.text("strategy") else { return Strategy::Wrr };
    match name.text.as_str() {
        "wrr" => Strategy::Wrr,
        "p2c" => Strategy::P2c,
        "leasttime" => Strategy::LeastTime,
        "hrw" => Strategy::Hrw,
        other => {
            let message =
                format!("Traefik balances by `wrr`, `p2c`, `leasttime` or `hrw`, not `{other}`");
            options::wrong(reader, name.origin, message);
            Strategy::Wrr
        }
    }
}
