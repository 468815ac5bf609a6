//! Translates one stack file into the terms of a scenario: each of its services becomes a table like
//! `[service.NAME]`, each of its networks one like `[network.NAME]`. Later code cannot distinguish YAML
//! from TOML.

use super::forms;
use super::over;
use super::values;
use crate::source::{Origin, Sources};
use crate::tree::{Entry, Item, Table, Value};
use std::collections::BTreeMap;

/// The contents of a stack file.
#[derive(Debug, Default)]
pub(crate) struct Translated {
    pub(crate) services: BTreeMap<String, Entry>,
    pub(crate) networks: BTreeMap<String, Entry>,
}

impl Translated {
    /// Without an orchestrator of several hosts every network is local to a host.
    pub(super) fn networks_are_bridges(&mut self) {
        for network in self.networks.values_mut() {
            if let Value::Table(table) = &mut network.item.value
                && let Some(driver) = table.get_mut("driver")
            {
                driver.item.value = Value::Text("bridge".to_owned());
            }
        }
    }
}

/// Translates the file of the stack `stack`, whose keys and shapes have been checked.
pub(crate) fn translate(stack: &str, root: &Table, sources: &Sources) -> Translated {
    let networks = networks(stack, root, sources);
    let volumes = forms::shared_volumes(root, sources);
    let mut out = Translated::default();
    for (name, entry) in inner(root, "services") {
        let Some(written) = entry.item.table() else { continue };
        let origin = entry.item.origin;
        let mut service = Writer { table: Table::new(), sources };
        service.text("stack", stack.to_owned(), origin);
        service.deploy(written);
        service.container_labels(written);
        service.networks(written, &networks);
        service.timing(written);
        if let Some(image) = written.get("image").and_then(|e| values::scalar(&e.item, sources)) {
            let mut table = Writer { table: Table::new(), sources };
            table.text("name", image, written["image"].item.origin);
            service.put("image", Value::Table(table.table), written["image"].key);
        }
        for (key, items) in [
            ("ports", forms::ports(written, sources)),
            ("volumes", forms::volumes(written, &volumes, sources)),
        ] {
            if let Some(entry) = written.get(key) {
                service.put(key, Value::Array(items), entry.key);
            }
        }
        let mut table = service.table;
        if let Some(own) = written.get("x-wssim").and_then(|entry| entry.item.table()) {
            over::lay_over(&mut table, own.clone());
        }
        out.services.insert(
            name.clone(),
            Entry { key: entry.key, item: Item { value: Value::Table(table), origin } },
        );
    }
    for (key, (name, entry)) in &networks {
        let is_written = inner(root, "networks").any(|(name, _)| name == key);
        if !is_written && !uses_default(root) {
            continue;
        }
        out.networks.insert(name.clone(), entry.clone());
    }
    out
}

/// The tables within `key`.
pub(super) fn inner<'t>(
    table: &'t Table,
    key: &str,
) -> impl Iterator<Item = (&'t String, &'t Entry)> {
    table.get(key).and_then(|entry| entry.item.table()).into_iter().flatten()
}

/// Whether a service is on the stack's default network: it names no networks, or that one.
fn uses_default(root: &Table) -> bool {
    let is_on_it = |service: &Table| match service.get("networks").map(|entry| &entry.item.value) {
        None => true,
        Some(Value::Table(table)) => table.is_empty() || table.contains_key("default"),
        Some(Value::Array(items)) => {
            items.is_empty() || items.iter().any(|item| item.text() == Some("default"))
        }
        Some(_) => false,
    };
    inner(root, "services").filter_map(|(_, entry)| entry.item.table()).any(is_on_it)
}

/// By name in the file: Docker's name, and the table.
type Networks = BTreeMap<String, (String, Entry)>;

/// The default network has the stack's name; an external one has its own.
fn networks(stack: &str, root: &Table, sources: &Sources) -> Networks {
    let mut out = Networks::new();
    for (name, entry) in inner(root, "networks") {
        let empty = Table::new();
        let written = entry.item.table().unwrap_or(&empty);
        let named = |key: &str, table: &Table| {
            table.get(key).and_then(|entry| values::scalar(&entry.item, sources))
        };
        let external = written.get("external").map(|entry| &entry.item);
        let is_external = external.is_some_and(|item| {
            item.table().is_some() || values::flag(item, sources) == Some(true)
        });
        let own = named("name", written)
            .or_else(|| external.and_then(Item::table).and_then(|table| named("name", table)));
        let full = own
            .unwrap_or_else(|| if is_external { name.clone() } else { format!("{stack}_{name}") });
        let mut table = Writer { table: Table::new(), sources };
        table.text("driver", named("driver", written).unwrap_or("overlay".into()), entry.key);
        if let Some(entry) = written.get("driver_opts") {
            driver_options(&entry.item, entry.key, &mut table);
        }
        let item = Item { value: Value::Table(table.table), origin: entry.item.origin };
        out.insert(name.clone(), (full, Entry { key: entry.key, item }));
    }
    out.entry("default".to_owned()).or_insert_with(|| {
        let origin = root.get("services").map_or(Origin::default(), |entry| entry.key);
        let mut table = Writer { table: Table::new(), sources };
        table.text("driver", "overlay".to_owned(), origin);
        let item = Item { value: Value::Table(table.table), origin };
        (format!("{stack}_default"), Entry { key: origin, item })
    });
    out
}

/// A network's driver options: its packet size is that outside the overlay, of which VXLAN takes 50
/// bytes, ESP 26 and the remainder modulo four (moby, overlay/encryption.go).
fn driver_options(item: &Item, origin: Origin, out: &mut Writer<'_>) {
    let pairs = values::pairs(item, out.sources).unwrap_or_default();
    let value = |key: &str| pairs.iter().find(|(name, _)| name == key).map(|(_, value)| value);
    let is_encrypted = value("encrypted").is_some();
    if is_encrypted {
        out.put("encrypted", Value::Boolean(true), origin);
    }
    let outside = value("com.docker.network.driver.mtu").and_then(|mtu| mtu.parse::<i64>().ok());
    if let Some(outside) = outside.filter(|mtu| (1..=65_535).contains(mtu)) {
        let is_overlay = matches!(&out.table["driver"].item.value,
            Value::Text(driver) if driver == "overlay");
        let mtu = match (is_overlay, is_encrypted) {
            (false, _) => outside,
            (true, false) => outside - 50,
            (true, true) => (outside - 76) / 4 * 4,
        };
        out.put("mtu", Value::Integer(mtu), origin);
    }
}

/// Writes a table in the terms of a scenario.
struct Writer<'a> {
    table: Table,
    sources: &'a Sources,
}

impl Writer<'_> {
    fn put(&mut self, key: &str, value: Value, origin: Origin) {
        let entry = Entry { key: origin, item: Item { value, origin } };
        self.table.insert(key.to_owned(), entry);
    }

    fn text(&mut self, key: &str, text: String, origin: Origin) {
        self.put(key, Value::Text(text), origin);
    }

    /// Copies a value under another name; a size in bytes, a duration in nanoseconds.
    fn copy(&mut self, from: &Table, key: &str, to: &str, kind: Kind) {
        let Some(entry) = from.get(key) else { return };
        let (item, sources) = (&entry.item, self.sources);
        let value = match kind {
            Kind::Text => values::scalar(item, sources).map(Value::Text),
            Kind::Texts => values::texts(item, sources).map(|texts| list(texts, item.origin)),
            Kind::Count => values::count(item, sources).map(|n| Value::Integer(i64::from(n))),
            Kind::Number => values::number(item, sources).map(Value::Float),
            Kind::Size => values::size(item, sources).map(|n| Value::Text(format!("{n} B"))),
            Kind::Duration => {
                values::duration(item, sources).map(|n| Value::Text(format!("{n} ns")))
            }
            Kind::Flag => values::flag(item, sources).map(Value::Boolean),
        };
        if let Some(value) = value {
            let item = Item { value, origin: item.origin };
            self.table.insert(to.to_owned(), Entry { key: entry.key, item });
        }
    }

    /// A table of copies, unless it is empty.
    fn group(&mut self, from: Option<&Entry>, to: &str, copies: &[(&str, &str, Kind)]) {
        let Some(entry) = from else { return };
        let Some(written) = entry.item.table() else { return };
        let mut group = Writer { table: Table::new(), sources: self.sources };
        for (key, name, kind) in copies {
            group.copy(written, key, name, *kind);
        }
        self.put(to, Value::Table(group.table), entry.key);
    }

    fn deploy(&mut self, service: &Table) {
        let Some(deploy) = service.get("deploy").and_then(|entry| entry.item.table()) else {
            return;
        };
        self.copy(deploy, "mode", "mode", Kind::Text);
        self.copy(deploy, "replicas", "replicas", Kind::Count);
        self.copy(deploy, "endpoint_mode", "endpoint_mode", Kind::Text);
        if let Some(placement) = deploy.get("placement").and_then(|entry| entry.item.table()) {
            self.copy(placement, "constraints", "constraints", Kind::Texts);
            let most = placement.get("max_replicas_per_node");
            if most.and_then(|entry| values::count(&entry.item, self.sources)) != Some(0) {
                let key = "max_replicas_per_node";
                self.copy(placement, key, key, Kind::Count);
            }
            if let Some(entry) = placement.get("preferences") {
                let spreads = forms::spreads(&entry.item, self.sources);
                self.put("preferences", list(spreads, entry.item.origin), entry.key);
            }
        }
        if let Some(resources) = deploy.get("resources").and_then(|entry| entry.item.table()) {
            self.resources(resources);
        }
        self.group(deploy.get("restart_policy"), "restart", &RESTART);
        self.group(deploy.get("update_config"), "update", &UPDATE);
        self.group(deploy.get("rollback_config"), "rollback", &UPDATE);
        if let Some(entry) = deploy.get("labels") {
            let labels = forms::labels(&entry.item, self.sources);
            self.put("labels", Value::Table(labels), entry.key);
        }
    }

    /// Labels of containers matter only to a proxy that reads containers.
    fn container_labels(&mut self, service: &Table) {
        let Some(entry) = service.get("labels") else { return };
        let mut labels = forms::labels(&entry.item, self.sources);
        labels.retain(|name, _| name.to_lowercase().starts_with("traefik."));
        if !labels.is_empty() {
            self.put("container_labels", Value::Table(labels), entry.key);
        }
    }

    /// `limits.cpus` becomes `cpus.limit`, and so on.
    fn resources(&mut self, resources: &Table) {
        for (what, kind) in [("cpus", Kind::Number), ("memory", Kind::Size)] {
            let mut group = Writer { table: Table::new(), sources: self.sources };
            for (from, to) in [("limits", "limit"), ("reservations", "reservation")] {
                if let Some(inner) = resources.get(from).and_then(|entry| entry.item.table()) {
                    group.copy(inner, what, to, kind);
                }
            }
            // A limit of zero is no limit.
            group.table.retain(|_, entry| !matches!(entry.item.value, Value::Float(0.0)));
            if let Some(origin) = group.table.values().next().map(|entry| entry.key) {
                self.put(what, Value::Table(group.table), origin);
            }
        }
    }

    fn timing(&mut self, service: &Table) {
        self.copy(service, "stop_grace_period", "stop_grace_period", Kind::Duration);
        self.group(service.get("healthcheck"), "healthcheck", &HEALTH);
        // Docker's way to disable the image's health check is the list `["NONE"]`; a text is a command.
        let test = service.get("healthcheck").and_then(|entry| entry.item.table()?.get("test"));
        let is_none = test.is_some_and(|entry| match &entry.item.value {
            Value::Array(items) => items.first().and_then(Item::text) == Some("NONE"),
            _ => false,
        });
        if let (Some(origin), Some(entry)) =
            (test.map(|entry| entry.key), self.table.get_mut("healthcheck"))
            && is_none
            && let Value::Table(table) = &mut entry.item.value
        {
            let item = Item { value: Value::Boolean(true), origin };
            table.insert("disable".to_owned(), Entry { key: origin, item });
        }
    }

    /// Names as Docker resolves them; a service without networks is on the stack's default network.
    fn networks(&mut self, service: &Table, known: &Networks) {
        let is_empty = |entry: &&Entry| match &entry.item.value {
            Value::Table(table) => table.is_empty(),
            Value::Array(items) => items.is_empty(),
            _ => false,
        };
        let Some(entry) = service.get("networks").filter(|entry| !is_empty(entry)) else {
            let (name, entry) = &known["default"];
            let origin = entry.key;
            return self.put("networks", list([name.clone()], origin), origin);
        };
        let full = |name: &String| known.get(name).map_or(name, |(full, _)| full).clone();
        let mut aliases = Writer { table: Table::new(), sources: self.sources };
        let names = if let Value::Table(table) = &entry.item.value {
            for (name, own) in table {
                let own = own.item.table().and_then(|own| own.get("aliases"));
                if let Some(own) = own
                    && let Some(texts) = values::texts(&own.item, self.sources)
                {
                    aliases.put(&full(name), list(texts, own.item.origin), own.key);
                }
            }
            table.keys().map(full).collect()
        } else {
            let texts = values::texts(&entry.item, self.sources).unwrap_or_default();
            texts.iter().map(full).collect::<Vec<_>>()
        };
        self.put("networks", list(names, entry.item.origin), entry.key);
        if !aliases.table.is_empty() {
            self.put("aliases", Value::Table(aliases.table), entry.key);
        }
    }
}

/// How a value is copied.
#[derive(Clone, Copy, Debug)]
enum Kind {
    Text,
    Texts,
    Count,
    Number,
    Size,
    Duration,
    Flag,
}

const RESTART: [(&str, &str, Kind); 4] = [
    ("condition", "condition", Kind::Text),
    ("delay", "delay", Kind::Duration),
    ("max_attempts", "max_attempts", Kind::Count),
    ("window", "window", Kind::Duration),
];

const UPDATE: [(&str, &str, Kind); 6] = [
    ("parallelism", "parallelism", Kind::Count),
    ("delay", "delay", Kind::Duration),
    ("monitor", "monitor", Kind::Duration),
    ("failure_action", "failure_action", Kind::Text),
    ("max_failure_ratio", "max_failure_ratio", Kind::Number),
    ("order", "order", Kind::Text),
];

const HEALTH: [(&str, &str, Kind); 6] = [
    ("interval", "interval", Kind::Duration),
    ("timeout", "timeout", Kind::Duration),
    ("retries", "retries", Kind::Count),
    ("start_period", "start_period", Kind::Duration),
    ("start_interval", "start_interval", Kind::Duration),
    ("disable", "disable", Kind::Flag),
];

fn list(texts: impl IntoIterator<Item = String>, origin: Origin) -> Value {
    Value::Array(texts.into_iter().map(|text| Item { value: Value::Text(text), origin }).collect())
}
