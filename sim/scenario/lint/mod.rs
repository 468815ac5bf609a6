//! Lints: valid for a parser, but wrong in operation. Each has a name, a reason with its source, and a
//! place; `[scenario] allow = ["NAME"]` disables it. Lints that need the text of a stack file or the
//! scheduler's placement are in `stack` and `check`.

mod firewall;
mod found;
mod memory;
mod packets;
mod proxy;
mod rollout;
mod room;
pub(crate) mod table;

pub(crate) use found::is_silenced;
pub use table::{LINTS, Lint};

use crate::check;
use crate::diagnostic::Diagnostic;
use crate::document::Document;
use crate::document::fields::Name;
use crate::document::service::ServiceText;
use crate::length::shown;
use crate::source::{Origin, Sources};
use found::{Found, names};
use std::collections::{BTreeMap, BTreeSet};
use wssim_kernel::{Nanos, Time};
use wssim_model::orchestrator::placement::Constraint;
use wssim_text::suggest;

/// Interval from which a health check is reported as slow.
const SLOW_CHECK: Nanos = Nanos(15_000_000_000);

/// The lints of `document`, without the disabled ones.
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

impl Found<'_> {
    /// Checks that a disabled lint exists.
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

    /// Overlay networks get addresses of 10.0.0.0/8 unless the swarm was configured otherwise.
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

    fn service(&mut self, name: &str, service: &ServiceText) {
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

    /// A single warning for all services: a deployment without limits would drown in warnings.
    fn limits(&mut self) {
        let without: Vec<(&String, &ServiceText)> = (self.document.services.iter())
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

/// Whether an image's reference can later mean another image.
fn moves(image: &str) -> bool {
    let name = image.rsplit('/').next().unwrap_or(image);
    !image.contains("@sha256:") && name.split_once(':').is_none_or(|(_, tag)| tag == "latest")
}
