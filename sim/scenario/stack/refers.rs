//! Checks a whole stack after merging: names exist, and Docker can create each service. Messages use
//! Docker's words, so that they can be searched for.

use super::forms;
use super::shape::lint_of;
use super::translate::{Translated, inner};
use super::types;
use super::values;
use crate::diagnostic::Diagnostic;
use crate::source::{Origin, Sources};
use crate::tree::{Item, Table, Value};
use std::collections::BTreeMap;
use wssim_text::suggest;

/// Versions of the schema of `docker stack deploy`, beside none and `3` (docker/cli,
/// `cli/compose/schema/data`).
const LATEST: u32 = 13;
/// Drivers whose networks stay on one host (moby, `libnetwork/drivers`: scope local).
const LOCAL: [&str; 5] = ["bridge", "host", "ipvlan", "macvlan", "none"];

/// Checks a stack whose keys and shapes have been checked.
pub(super) fn check(root: &Table, by_swarm: bool, sources: &Sources, out: &mut Vec<Diagnostic>) {
    let mut look = Look { root, by_swarm, sources, out };
    if by_swarm {
        look.version();
    }
    for (name, entry) in inner(root, "services") {
        let said = entry.item.table().filter(|_| !types::is_null(&entry.item, sources));
        if let Some(service) = said {
            look.service(name, entry.key, service);
        }
    }
}

struct Look<'a> {
    root: &'a Table,
    by_swarm: bool,
    sources: &'a Sources,
    out: &'a mut Vec<Diagnostic>,
}

impl Look<'_> {
    fn say(&mut self, diagnostic: Diagnostic, origin: Origin) {
        self.out.push(diagnostic.at(self.sources, origin));
    }

    fn version(&mut self) {
        let Some(entry) = self.root.get("version") else { return };
        let Some(version) = values::scalar(&entry.item, self.sources) else { return };
        let minor = version.strip_prefix("3.").and_then(|minor| minor.parse::<u32>().ok());
        if version != "3" && minor.is_none_or(|minor| minor > LATEST) {
            let message = format!(
                "`docker stack deploy` refuses the file: unsupported Compose file version: {version}"
            );
            let help = format!("it takes 3.0 to 3.{LATEST}, or no `version`");
            self.say(Diagnostic::warning("refused-version", message).help(help), entry.item.origin);
        }
    }

    fn service(&mut self, name: &str, at: Origin, service: &Table) {
        self.image(name, at, service);
        for mount in forms::mounts(service, self.sources) {
            if mount.kind == "volume" && !mount.source.is_empty() {
                self.defined("volume", &mount.source, mount.origin);
            }
        }
        for (key, kind) in [("secrets", "secret"), ("configs", "config")] {
            for (used, origin) in forms::named(service, key, self.sources) {
                self.defined(kind, &used, origin);
            }
        }
        for (used, origin) in self.networks_of(service) {
            self.network(name, &used, origin);
        }
        if self.by_swarm {
            self.health(name, service);
            self.generic_resources(name, service);
        }
    }

    /// Without an image there is nothing to run; `docker compose` can build one.
    fn image(&mut self, name: &str, at: Origin, service: &Table) {
        let image =
            service.get("image").and_then(|entry| values::scalar(&entry.item, self.sources));
        let builds = service.contains_key("build");
        if image.is_some_and(|image| !image.is_empty()) || (builds && !self.by_swarm) {
            return;
        }
        let message = format!("Docker cannot create `{name}`: image reference must be provided");
        let help = if builds { "name in `image` what `build` makes" } else { "write `image`" };
        self.say(Diagnostic::warning("no-image", message).help(help), at);
    }

    /// Checks that a name exists in the section `kind`s.
    fn defined(&mut self, kind: &str, name: &str, origin: Origin) {
        let section = format!("{kind}s");
        let known: Vec<&str> =
            inner(self.root, &section).map(|(known, _)| known.as_str()).collect();
        if known.contains(&name) {
            return;
        }
        let message = format!("`{name}` is no {kind} of this file: undefined {kind} \"{name}\"");
        let code = match kind {
            "volume" => "undefined-volume",
            "secret" => "undefined-secret",
            "config" => "undefined-config",
            _ => "undefined-network",
        };
        let hint = suggest::nearest(name, known.iter().copied());
        let help = hint.map_or_else(
            || format!("name it below `{section}`"),
            |near| format!("did you mean `{near}`?"),
        );
        self.say(Diagnostic::error(code, message).help(help), origin);
    }

    fn networks_of(&self, service: &Table) -> Vec<(String, Origin)> {
        match service.get("networks").map(|entry| &entry.item.value) {
            Some(Value::Table(table)) => {
                table.iter().map(|(name, entry)| (name.clone(), entry.key)).collect()
            }
            Some(Value::Array(items)) => {
                let name = |item: &Item| Some((values::scalar(item, self.sources)?, item.origin));
                items.iter().filter_map(name).collect()
            }
            _ => Vec::new(),
        }
    }

    fn network(&mut self, service: &str, name: &str, origin: Origin) {
        if name != "default" {
            self.defined("network", name, origin);
        }
        let written = inner(self.root, "networks").find(|(known, _)| *known == name);
        let Some(network) = written.and_then(|(_, entry)| entry.item.table()) else { return };
        let driver = network.get("driver").and_then(|entry| entry.item.text()).unwrap_or("");
        if self.by_swarm && !network.contains_key("external") && LOCAL.contains(&driver) {
            let message = format!(
                "The network {name} cannot be used with services: `{service}` is on it, and a {driver} \
                 network stays on one host"
            );
            let help = "only networks scoped to the swarm can be used, such as those of the \
                        overlay driver (moby, daemon/cluster)";
            self.say(Diagnostic::error("local-network", message).help(help), origin);
        }
    }

    fn health(&mut self, name: &str, service: &Table) {
        let Some(check) = service.get("healthcheck").and_then(|entry| entry.item.table()) else {
            return;
        };
        let Some(test) = check.get("test") else { return };
        if test.item.text() == Some("NONE") {
            let message =
                format!("the check of `{name}` runs a program called NONE and always fails");
            let instead = "write `[\"NONE\"]` or `disable: true`".to_owned();
            self.say(lint_of("check-always-fails", message, Some(instead)), test.item.origin);
        }
        let disable =
            check.get("disable").and_then(|entry| values::flag(&entry.item, self.sources));
        let is_empty = types::is_null(&test.item, self.sources);
        if disable == Some(true) && !is_empty {
            let message = "`docker stack deploy` refuses the file: test and disable can't be set at \
                           the same time";
            self.say(Diagnostic::warning("refused-check", message), test.key);
        }
    }

    /// Nodes here have none, and the scheduler requires them (swarmkit, `ResourceFilter`).
    fn generic_resources(&mut self, name: &str, service: &Table) {
        let within = |table: &'_ Table, key: &str| table.get(key)?.item.table().cloned();
        let reservations = within(service, "deploy")
            .and_then(|deploy| within(&deploy, "resources"))
            .and_then(|resources| within(&resources, "reservations"));
        let Some(reservations) = reservations else { return };
        let Some(entry) = reservations.get("generic_resources") else { return };
        let Value::Array(items) = &entry.item.value else { return };
        let kind = |item: &Item| {
            let spec = item.table()?.get("discrete_resource_spec")?.item.table()?;
            values::scalar(&spec.get("kind")?.item, self.sources)
        };
        let kinds: Vec<String> =
            items.iter().filter_map(kind).map(|kind| format!("`{kind}`")).collect();
        if !kinds.is_empty() {
            let message = format!(
                "no node has the generic resource {}: the containers of `{name}` stay pending",
                kinds.join(" or ")
            );
            let help = "not simulated: here they are placed as if every node had it; a daemon offers \
                        it by `node-generic-resources` (swarmkit, ResourceFilter)";
            self.say(Diagnostic::warning("generic-resource", message).help(help), entry.key);
        }
    }
}

/// Ports of the mesh published by two services, or twice by one; `full` is the service's name.
pub(super) fn ports(
    stacks: &BTreeMap<String, Translated>,
    full: impl Fn(&str, &str) -> String,
    sources: &Sources,
    out: &mut Vec<Diagnostic>,
) {
    // By port and protocol: the service, and whether on the mesh.
    let mut taken: BTreeMap<(i64, String), Vec<(String, bool)>> = BTreeMap::new();
    for (stack, content) in stacks {
        for (name, entry) in &content.services {
            let owner = full(stack, name);
            for port in forms::texts_of(entry.item.table().and_then(|table| table.get("ports"))) {
                let Some((number, protocol, on_mesh)) = published(port) else { continue };
                let others = taken.entry((number, protocol.clone())).or_default();
                let first = others.iter().find(|(other, mesh)| *mesh || on_mesh || *other == owner);
                if let Some((other, _)) = first {
                    let message = if *other == owner {
                        format!(
                            "{number}/{protocol} is published twice by `{owner}`: duplicate published ports provided"
                        )
                    } else {
                        format!(
                            "{number}/{protocol} of the mesh is taken by `{other}`: port '{number}' is already in use"
                        )
                    };
                    let help = "publish another port, or let one proxy take it for both (swarmkit, \
                                controlapi/service.go)";
                    let diagnostic = Diagnostic::error("port-taken", message).help(help);
                    out.push(diagnostic.at(sources, port.origin));
                }
                others.push((owner.clone(), on_mesh));
            }
        }
    }
}

/// The published port, its protocol, and whether it is on the mesh.
fn published(port: &Item) -> Option<(i64, String, bool)> {
    let table = port.table()?;
    let Value::Integer(number) = table.get("published")?.item.value else { return None };
    let text = |key: &str| table.get(key)?.item.text();
    let on_mesh = text("mode") != Some("host");
    (number > 0).then(|| (number, text("protocol").unwrap_or("tcp").to_owned(), on_mesh))
}
