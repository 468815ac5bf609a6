//! Reads the deployment of a service: the contents of `deploy` in a Compose stack file and related keys,
//! under the same names in TOML.

use super::bandwidth;
use super::fields::{self, Fields, Name, Reader};
use super::rollout;
use crate::schema::{PORT, VOLUME};
use crate::source::Origin;
use crate::traefik::label::Label;
use crate::tree::{Item, Value};
use std::collections::BTreeMap;
use wssim_kernel::Nanos;
use wssim_model::blueprint::{Cold, HealthCheck, OnStop};
use wssim_model::orchestrator::{Condition, RestartPolicy, UpdatePolicy};
use wssim_text::quantity::Dimension;

/// The number of containers, and whether they run to an end.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) enum Mode {
    /// `replicas` containers, kept running.
    #[default]
    Replicated,
    /// One on each node, kept running.
    Global,
    /// `replicas` containers, each run to its end.
    ReplicatedJob,
    /// One on each node, run to its end.
    GlobalJob,
}

/// The deployment of a service.
#[derive(Clone, Debug, Default)]
pub(crate) struct Deploy {
    /// Its stack.
    pub stack: Option<String>,
    pub mode: Mode,
    /// Node labels over whose values containers are spread.
    pub preferences: Vec<Name>,
    /// Whether DNS round robin replaces the virtual address.
    pub dnsrr: Option<Origin>,
    pub image: Option<Name>,
    /// Bytes to pull, if given; the service they are pulled from, and its largest rate per second.
    pub image_size: f64,
    pub registry: Option<Name>,
    pub image_rate: Option<f64>,
    pub restart: RestartPolicy,
    /// Time from the stop signal to the kill.
    pub stop_grace: Nanos,
    /// Reaction of its process to the stop signal.
    pub on_stop: OnStop,
    /// Slowness of a container after its start.
    pub cold: Option<Cold>,
    pub health: Option<HealthText>,
    pub ports: Vec<Port>,
    pub volumes: Vec<Volume>,
    /// Aliases beside its own name, by network.
    pub aliases: BTreeMap<String, Vec<Name>>,
    /// Labels of the service.
    pub labels: Vec<Label>,
    /// Labels of its containers, for Traefik.
    pub container_labels: Vec<Label>,
    pub update: UpdatePolicy,
    pub rollback: UpdatePolicy,
    /// Place of the setting that an update starts the new container before it stops the old one.
    pub start_first: Option<Origin>,
}

/// Swarm's default time for a graceful stop (swarmkit, api/defaults/service.go).
const STOP_GRACE: Nanos = Nanos(10_000_000_000);

/// A health check.
#[derive(Clone, Debug)]
pub(crate) struct HealthText {
    pub origin: Origin,
    pub check: HealthCheck,
    pub disabled: bool,
}

/// A published port.
#[derive(Clone, Debug)]
pub(crate) struct Port {
    pub published: u16,
    /// Published on the node of each container, not on every node.
    pub on_host: bool,
}

/// A volume.
#[derive(Clone, Debug)]
pub(crate) struct Volume {
    /// Whether the data is on the node and stays there.
    pub is_local: bool,
    /// The service or node that serves it by NFS.
    pub nfs: Option<Name>,
}

pub(super) fn read(
    reader: &mut Reader<'_>,
    fields: &mut Fields<'_>,
    unsimulated: &mut Vec<String>,
) -> Deploy {
    let mut deploy = Deploy {
        stack: fields.name(reader, "stack").map(|name| name.text),
        mode: mode(reader, fields, unsimulated),
        preferences: fields.names(reader, "preferences").unwrap_or_default(),
        health: health(reader, fields),
        ports: ports(reader, fields),
        volumes: volumes(reader, fields),
        aliases: aliases(reader, fields),
        labels: labels(reader, fields, "labels"),
        container_labels: labels(reader, fields, "container_labels"),
        update: rollout::policy(reader, fields, "update").unwrap_or_default(),
        rollback: rollout::policy(reader, fields, "rollback").unwrap_or_default(),
        on_stop: rollout::on_stop(reader, fields),
        cold: rollout::cold(reader, fields),
        ..Deploy::default()
    };
    deploy.start_first = start_first(fields).filter(|_| deploy.update.start_first);
    image(reader, fields, &mut deploy);
    if fields.word(reader, "endpoint_mode", &["vip", "dnsrr"]) == Some("dnsrr") {
        deploy.dnsrr = fields.table.get("endpoint_mode").map(|entry| entry.item.origin);
    }
    deploy.restart = restart(reader, fields);
    deploy.stop_grace = fields.duration(reader, "stop_grace_period").unwrap_or(STOP_GRACE);
    if deploy.labels.iter().any(Label::is_of_traefik) {
        unsimulated.push("labels".to_owned());
    }
    for key in ["aliases", "image", "ports", "volumes"] {
        if fields.has(key) {
            unsimulated.push(key.to_owned());
        }
    }
    deploy
}

fn mode(reader: &mut Reader<'_>, fields: &mut Fields<'_>, unsimulated: &mut Vec<String>) -> Mode {
    let words = ["replicated", "global", "replicated-job", "global-job"];
    let mode = match fields.word(reader, "mode", &words) {
        Some("global") => Mode::Global,
        Some("replicated-job") => Mode::ReplicatedJob,
        Some("global-job") => Mode::GlobalJob,
        _ => Mode::Replicated,
    };
    if matches!(mode, Mode::ReplicatedJob | Mode::GlobalJob) {
        unsimulated.push("mode".to_owned());
    }
    if let (Mode::Global | Mode::GlobalJob, Some(entry)) = (mode, fields.table.get("replicas")) {
        let help = Some("write `mode = \"replicated\"` to run more than one".to_owned());
        let message = "a global service runs once on each node: it has no `replicas`";
        reader.mistake(entry.key, "contradiction", message, help);
    }
    mode
}

fn image(reader: &mut Reader<'_>, outer: &mut Fields<'_>, deploy: &mut Deploy) {
    if outer.table.get("image").is_none_or(|entry| entry.item.table().is_none()) {
        deploy.image = outer.name(reader, "image");
        return;
    }
    let Some(mut fields) = outer.inner(reader, "image") else { return };
    deploy.image = fields.name(reader, "name");
    let size = fields.value(reader, "size", fields::quantity(Dimension::Size));
    deploy.image_size = size.unwrap_or(0.0);
    deploy.registry = fields.name(reader, "registry");
    deploy.image_rate = fields.value(reader, "rate", bandwidth::read);
    fields.finish(reader);
}

fn restart(reader: &mut Reader<'_>, outer: &mut Fields<'_>) -> RestartPolicy {
    let Some(mut fields) = outer.inner(reader, "restart") else { return RestartPolicy::default() };
    let condition = match fields.word(reader, "condition", &["none", "on-failure", "any"]) {
        Some("none") => Condition::Never,
        Some("on-failure") => Condition::OnFailure,
        _ => Condition::Any,
    };
    let delay = fields.duration(reader, "delay").unwrap_or(RestartPolicy::DELAY);
    let max_attempts = fields.value(reader, "max_attempts", fields::count(0)).unwrap_or(0);
    let window = fields.duration(reader, "window").unwrap_or(Nanos::ZERO);
    fields.finish(reader);
    RestartPolicy { condition, delay, max_attempts, window, back_off: None }
}

/// The place of the order of updates.
fn start_first(fields: &Fields<'_>) -> Option<Origin> {
    let update = fields.table.get("update")?.item.table()?;
    update.get("order").map(|entry| entry.key)
}

/// Docker's defaults: every 30 s, every 5 s in a start period, 30 s for an answer, three failures in a row
/// (moby, daemon/health.go); a value of zero stands for the default there.
fn health(reader: &mut Reader<'_>, outer: &mut Fields<'_>) -> Option<HealthText> {
    let mut fields = outer.inner(reader, "healthcheck")?;
    let seconds = |n: u64| Nanos(n * 1_000_000_000);
    let positive = |length: &Nanos| *length > Nanos::ZERO;
    let mut length = |reader: &mut Reader<'_>, key, default| {
        fields.duration(reader, key).filter(positive).unwrap_or(default)
    };
    let interval = length(reader, "interval", seconds(30));
    let start_interval = length(reader, "start_interval", seconds(5));
    let timeout = length(reader, "timeout", seconds(30));
    let start_period = length(reader, "start_period", Nanos::ZERO);
    let retries = fields.value(reader, "retries", fields::count(0)).filter(|n| *n > 0).unwrap_or(3);
    let disabled = fields.value(reader, "disable", fields::truth).unwrap_or(false);
    let origin = fields.origin;
    fields.finish(reader);
    let check = HealthCheck { interval, timeout, retries, start_period, start_interval };
    Some(HealthText { origin, check, disabled })
}

fn items<'t>(fields: &mut Fields<'t>, key: &'static str) -> &'t [Item] {
    match fields.item(key) {
        Some(Item { value: Value::Array(items), .. }) => items,
        Some(item) => std::slice::from_ref(item),
        None => &[],
    }
}

fn ports(reader: &mut Reader<'_>, outer: &mut Fields<'_>) -> Vec<Port> {
    let path = outer.at("ports");
    let mut out = Vec::new();
    for item in items(outer, "ports") {
        let Some(table) = item.table() else {
            let help = Some("such as `{ published = 443, target = 8443, mode = \"host\" }`".into());
            reader.mistake(item.origin, "bad-port", "this is no port", help);
            continue;
        };
        let mut fields = Fields::new(table, path.clone(), item.origin, &PORT);
        let port = fields::count_to(1, 65_535);
        let target = fields.value(reader, "target", &port);
        let published = fields.value(reader, "published", &port);
        let _ = fields.word(reader, "protocol", &["tcp", "udp", "sctp"]);
        let on_host = fields.word(reader, "mode", &["ingress", "host"]) == Some("host");
        fields.finish(reader);
        // A port that is only exposed is not published.
        if let (Some(_), Some(published)) = (target, published) {
            out.push(Port { published: published as u16, on_host });
        }
    }
    out
}

fn volumes(reader: &mut Reader<'_>, outer: &mut Fields<'_>) -> Vec<Volume> {
    let path = outer.at("volumes");
    let mut out = Vec::new();
    for item in items(outer, "volumes") {
        let Some(table) = item.table() else {
            let read = fields::text(&reader.texts, item);
            // A name alone is a volume on the node.
            out.extend(reader.keep(read).map(|_| Volume { is_local: true, nfs: None }));
            continue;
        };
        let mut fields = Fields::new(table, path.clone(), item.origin, &VOLUME);
        let _ = fields.name(reader, "name");
        let _ = fields.name(reader, "target");
        let kinds = ["local", "nfs", "bind", "tmpfs", "npipe", "cluster"];
        let kind = fields.word(reader, "kind", &kinds);
        let nfs = fields.name(reader, "nfs");
        fields.finish(reader);
        let is_local = nfs.is_none() && kind.is_none_or(|kind| kind == "local");
        out.push(Volume { is_local, nfs });
    }
    out
}

fn aliases(reader: &mut Reader<'_>, outer: &mut Fields<'_>) -> BTreeMap<String, Vec<Name>> {
    let Some(inner) = outer.inner(reader, "aliases") else { return BTreeMap::new() };
    let mut out = BTreeMap::new();
    for (network, entry) in inner.table {
        let items = match &entry.item.value {
            Value::Array(items) => items.as_slice(),
            _ => std::slice::from_ref(&entry.item),
        };
        let mut names = Vec::new();
        for item in items {
            let read = fields::text(&reader.texts, item);
            names.extend(reader.keep(read).map(|text| Name { text, origin: item.origin }));
        }
        out.insert(network.clone(), names);
    }
    out
}

fn labels(reader: &mut Reader<'_>, outer: &mut Fields<'_>, key: &'static str) -> Vec<Label> {
    let Some(inner) = outer.inner(reader, key) else { return Vec::new() };
    let mut out = Vec::new();
    for (name, entry) in inner.table {
        let read = fields::text(&reader.texts, &entry.item);
        out.extend(reader.keep(read).map(|text| Label {
            key: Name { text: name.clone(), origin: entry.key },
            value: Name { text, origin: entry.item.origin },
        }));
    }
    out
}
