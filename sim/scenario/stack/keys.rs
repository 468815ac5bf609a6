//! Every key of a stack file, and its treatment: the format of `docker stack deploy` (docker/cli,
//! `cli/compose`, schema 3.13), which differs from that of `docker compose`.

/// The treatment of a key.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Becomes {
    /// It affects the simulated world.
    Simulated,
    /// Read, checked and kept, but not simulated yet.
    Known,
    /// It has no effect on the simulation, such as logging.
    WithoutEffect,
    /// `docker stack deploy` ignores it, which is worth a warning.
    Ignored,
    /// `docker stack deploy` refuses the file.
    Refused,
}

/// The form of a value.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum FieldShape {
    Any,
    Text,
    Flag,
    Count,
    Number,
    /// `512M`: powers of 1024.
    Size,
    /// `1m30s`, as Go writes it.
    Duration,
    Words(&'static [&'static str]),
    /// A number of processors: `"0.50"`.
    Cpus,
    /// A text, or a list of texts.
    Texts,
    /// A list of texts.
    List,
    /// A list of names; `docker compose` also accepts a table.
    Names,
    /// A table from names to texts, or a list of `name=text`.
    Pairs,
    /// A table from names to texts.
    Options,
    /// A list of short or long forms, which have their own readers.
    Forms,
    Table,
}

/// A key: its path, with `*` for a name chosen by the author.
pub(super) struct StackKey {
    pub(super) path: &'static str,
    pub(super) shape: FieldShape,
    pub(super) becomes: Becomes,
}

const fn key(path: &'static str, shape: FieldShape, becomes: Becomes) -> StackKey {
    StackKey { path, shape, becomes }
}

use Becomes::{Ignored, Known, Refused, Simulated, WithoutEffect};
use FieldShape::{
    Any, Count, Cpus, Duration, Flag, Forms, List, Names, Number, Options, Pairs, Size, Table,
    Text, Texts, Words,
};

/// All keys, in the order of paths.
pub(super) const KEYS: &[StackKey] = &[
    key("configs", Table, WithoutEffect),
    key("configs.*", Any, WithoutEffect),
    key("networks", Table, Simulated),
    key("networks.*", Table, Simulated),
    key("networks.*.attachable", Flag, WithoutEffect),
    key("networks.*.driver", Text, Simulated),
    key("networks.*.driver_opts", Options, Simulated),
    key("networks.*.external", Any, Simulated),
    key("networks.*.internal", Flag, Known),
    key("networks.*.ipam", Any, Known),
    key("networks.*.labels", Pairs, WithoutEffect),
    key("networks.*.name", Text, Simulated),
    key("secrets", Table, WithoutEffect),
    key("secrets.*", Any, WithoutEffect),
    key("services", Table, Simulated),
    key("services.*", Table, Simulated),
    key("services.*.build", Any, Ignored),
    key("services.*.cap_add", List, WithoutEffect),
    key("services.*.cap_drop", List, WithoutEffect),
    key("services.*.cgroup_parent", Text, Ignored),
    key("services.*.cgroupns_mode", Text, Ignored),
    key("services.*.command", Texts, WithoutEffect),
    key("services.*.configs", Forms, WithoutEffect),
    key("services.*.container_name", Text, Ignored),
    key("services.*.cpu_quota", Any, Refused),
    key("services.*.cpu_shares", Any, Refused),
    key("services.*.cpuset", Any, Refused),
    key("services.*.credential_spec", Any, WithoutEffect),
    key("services.*.depends_on", Names, Ignored),
    key("services.*.deploy", Table, Simulated),
    key("services.*.deploy.endpoint_mode", Words(&["vip", "dnsrr"]), Simulated),
    key("services.*.deploy.labels", Pairs, Known),
    key(
        "services.*.deploy.mode",
        Words(&["replicated", "global", "replicated-job", "global-job"]),
        Simulated,
    ),
    key("services.*.deploy.placement", Table, Simulated),
    key("services.*.deploy.placement.constraints", List, Simulated),
    key("services.*.deploy.placement.max_replicas_per_node", Count, Simulated),
    key("services.*.deploy.placement.preferences", Forms, Simulated),
    key("services.*.deploy.replicas", Count, Simulated),
    key("services.*.deploy.resources", Table, Simulated),
    key("services.*.deploy.resources.limits", Table, Simulated),
    key("services.*.deploy.resources.limits.cpus", Cpus, Simulated),
    key("services.*.deploy.resources.limits.memory", Size, Simulated),
    key("services.*.deploy.resources.limits.pids", Count, WithoutEffect),
    key("services.*.deploy.resources.reservations", Table, Simulated),
    key("services.*.deploy.resources.reservations.cpus", Cpus, Simulated),
    key("services.*.deploy.resources.reservations.generic_resources", Any, Known),
    key("services.*.deploy.resources.reservations.memory", Size, Simulated),
    key("services.*.deploy.restart_policy", Table, Simulated),
    key(
        "services.*.deploy.restart_policy.condition",
        Words(&["none", "on-failure", "any"]),
        Simulated,
    ),
    key("services.*.deploy.restart_policy.delay", Duration, Simulated),
    key("services.*.deploy.restart_policy.max_attempts", Count, Simulated),
    key("services.*.deploy.restart_policy.window", Duration, Simulated),
    key("services.*.deploy.rollback_config", Table, Simulated),
    key("services.*.deploy.rollback_config.delay", Duration, Simulated),
    key(
        "services.*.deploy.rollback_config.failure_action",
        Words(&["pause", "continue"]),
        Simulated,
    ),
    key("services.*.deploy.rollback_config.max_failure_ratio", Number, Simulated),
    key("services.*.deploy.rollback_config.monitor", Duration, Simulated),
    key(
        "services.*.deploy.rollback_config.order",
        Words(&["stop-first", "start-first"]),
        Simulated,
    ),
    key("services.*.deploy.rollback_config.parallelism", Count, Simulated),
    key("services.*.deploy.update_config", Table, Simulated),
    key("services.*.deploy.update_config.delay", Duration, Simulated),
    key(
        "services.*.deploy.update_config.failure_action",
        Words(&["pause", "continue", "rollback"]),
        Simulated,
    ),
    key("services.*.deploy.update_config.max_failure_ratio", Number, Simulated),
    key("services.*.deploy.update_config.monitor", Duration, Simulated),
    key("services.*.deploy.update_config.order", Words(&["stop-first", "start-first"]), Simulated),
    key("services.*.deploy.update_config.parallelism", Count, Simulated),
    key("services.*.devices", List, Ignored),
    key("services.*.dns", Texts, WithoutEffect),
    key("services.*.dns_search", Texts, WithoutEffect),
    key("services.*.domainname", Text, Ignored),
    key("services.*.entrypoint", Texts, WithoutEffect),
    key("services.*.env_file", Texts, WithoutEffect),
    key("services.*.environment", Pairs, WithoutEffect),
    key("services.*.expose", Any, Ignored),
    key("services.*.extends", Any, Refused),
    key("services.*.external_links", List, Ignored),
    key("services.*.extra_hosts", Pairs, WithoutEffect),
    key("services.*.healthcheck", Table, Simulated),
    key("services.*.healthcheck.disable", Flag, Simulated),
    key("services.*.healthcheck.interval", Duration, Simulated),
    key("services.*.healthcheck.retries", Count, Simulated),
    key("services.*.healthcheck.start_interval", Duration, Simulated),
    key("services.*.healthcheck.start_period", Duration, Simulated),
    key("services.*.healthcheck.test", Texts, Known),
    key("services.*.healthcheck.timeout", Duration, Simulated),
    key("services.*.hostname", Text, WithoutEffect),
    key("services.*.image", Text, Known),
    key("services.*.init", Flag, WithoutEffect),
    key("services.*.ipc", Text, Ignored),
    key("services.*.isolation", Text, WithoutEffect),
    key("services.*.labels", Pairs, Known),
    key("services.*.links", List, Ignored),
    key("services.*.logging", Any, WithoutEffect),
    key("services.*.mac_address", Text, Ignored),
    key("services.*.mem_limit", Any, Refused),
    key("services.*.memswap_limit", Any, Refused),
    key("services.*.network_mode", Text, Ignored),
    key("services.*.networks", Any, Simulated),
    key("services.*.networks.*", Table, Simulated),
    key("services.*.networks.*.aliases", List, Known),
    key("services.*.networks.*.driver_opts", Options, WithoutEffect),
    key("services.*.networks.*.ipv4_address", Text, WithoutEffect),
    key("services.*.networks.*.ipv6_address", Text, WithoutEffect),
    key("services.*.pid", Any, Ignored),
    key("services.*.ports", Forms, Known),
    key("services.*.privileged", Flag, Ignored),
    key("services.*.read_only", Flag, WithoutEffect),
    key("services.*.restart", Text, Ignored),
    key("services.*.secrets", Forms, WithoutEffect),
    key("services.*.security_opt", List, Ignored),
    key("services.*.shm_size", Any, Ignored),
    key("services.*.stdin_open", Flag, WithoutEffect),
    key("services.*.stop_grace_period", Duration, Simulated),
    key("services.*.stop_signal", Text, WithoutEffect),
    key("services.*.sysctls", Pairs, WithoutEffect),
    key("services.*.tmpfs", Texts, WithoutEffect),
    key("services.*.tty", Flag, WithoutEffect),
    key("services.*.ulimits", Any, WithoutEffect),
    key("services.*.user", Text, WithoutEffect),
    key("services.*.userns_mode", Text, Ignored),
    key("services.*.volume_driver", Any, Refused),
    key("services.*.volumes", Forms, Simulated),
    key("services.*.volumes_from", Any, Refused),
    key("services.*.working_dir", Text, WithoutEffect),
    key("version", Text, WithoutEffect),
    key("volumes", Table, Simulated),
    key("volumes.*", Table, Simulated),
    key("volumes.*.driver", Text, Known),
    key("volumes.*.driver_opts", Options, Simulated),
    key("volumes.*.external", Any, Known),
    key("volumes.*.labels", Pairs, WithoutEffect),
    key("volumes.*.name", Text, Known),
];

/// Places where `x-` keys are permitted (schema 3.13, `patternProperties`).
pub(super) const EXTENSIBLE: [&str; 6] =
    ["", "configs.*", "networks.*", "secrets.*", "services.*", "volumes.*"];
/// Places where null is permitted (schema 3.13, type `null`).
pub(super) const NULLABLE: [&str; 5] =
    ["networks.*", "services.*.deploy", "services.*.networks.*", "services.*.pid", "volumes.*"];

/// The key with this path.
pub(super) fn find(path: &str) -> Option<&'static StackKey> {
    KEYS.iter().find(|key| key.path == path)
}

/// Names of the keys within a path, for suggestions.
pub(super) fn within(path: &str) -> Vec<&'static str> {
    KEYS.iter()
        .filter_map(|key| match key.path.rsplit_once('.') {
            Some((above, name)) => (above == path).then_some(name),
            None => path.is_empty().then_some(key.path),
        })
        .filter(|name| *name != "*")
        .collect()
}

/// The treatment of each key, by path: `*` is a name chosen by the author.
#[must_use]
pub fn outcomes() -> Vec<(&'static str, Becomes)> {
    KEYS.iter().map(|key| (key.path, key.becomes)).collect()
}
