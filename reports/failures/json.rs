//! `survival` and `sets` of `results.json`, for `failures`.
//!
//! `survival` has the definitions (in force, `looser`, `stricter`), the results without a fault
//! (`calm`), and the number of sets of each size that survive. An element of `sets` is one set of nodes:
//! an infinite recovery time is `null`, and `lost` counts the replications with one.

use crate::number::Number;
use crate::reason;
use serde::Serialize;
use std::collections::BTreeMap;
use wssim_experiment::cluster::Survival;
use wssim_experiment::failures::findings::{
    EntryFinding, Failures, NodeFinding, ServiceFinding, ServiceLevel, SetFinding, SurvivalState,
    recovery_quantile,
};

#[derive(Serialize)]
struct DefinitionJson {
    window_seconds: Number,
    share: Number,
    within_seconds: Number,
}

impl DefinitionJson {
    fn of(definition: &Survival) -> Self {
        Self {
            window_seconds: Number(definition.window.seconds()),
            share: Number(definition.share),
            within_seconds: Number(definition.within.seconds()),
        }
    }
}

#[derive(Serialize)]
pub(crate) struct SurvivalJson<'a> {
    #[serde(flatten)]
    definition: DefinitionJson,
    looser: DefinitionJson,
    stricter: DefinitionJson,
    observed_seconds: Number,
    depth: usize,
    calm: BTreeMap<&'a str, PartJson>,
    survived: Vec<SurvivedJson>,
}

/// How many sets of a size survive.
#[derive(Serialize)]
struct SurvivedJson {
    nodes_lost: usize,
    sets: usize,
    survive: usize,
    survive_looser: usize,
    survive_stricter: usize,
}

impl<'a> SurvivalJson<'a> {
    pub(crate) fn of(failures: &'a Failures) -> Self {
        let [definition, looser, stricter] = &failures.definitions;
        let survived = |size: usize| {
            let [own, looser, stricter] = [0, 1, 2].map(|which| failures.survived(size, which));
            SurvivedJson {
                nodes_lost: size,
                sets: own.1,
                survive: own.0,
                survive_looser: looser.0,
                survive_stricter: stricter.0,
            }
        };
        Self {
            definition: DefinitionJson::of(definition),
            looser: DefinitionJson::of(looser),
            stricter: DefinitionJson::of(stricter),
            observed_seconds: Number(failures.observed_seconds),
            depth: failures.depth,
            calm: failures.calm.iter().map(|(name, part)| (&**name, PartJson::of(part))).collect(),
            survived: (1..=failures.depth).map(survived).collect(),
        }
    }
}

#[derive(Serialize)]
pub(crate) struct SetJson<'a> {
    nodes: &'a [String],
    quorum: Option<bool>,
    survives: bool,
    survives_looser: bool,
    survives_stricter: bool,
    replications_survived: u32,
    entries: BTreeMap<&'a str, EntryJson<'a>>,
    services: BTreeMap<&'a str, ServiceJson<'a>>,
    survivors: BTreeMap<&'a str, NodeJson>,
}

impl<'a> SetJson<'a> {
    pub(crate) fn of(set: &'a SetFinding) -> Self {
        let entries = set.entries.iter().map(|one| (&*one.name, EntryJson::of(one)));
        let services = set.services.iter().map(|one| (&*one.name, ServiceJson::of(one)));
        let survivors = set.survivors.iter().map(|one| (&*one.name, NodeJson::of(one)));
        Self {
            nodes: &set.nodes,
            quorum: set.quorum,
            survives: set.survives[0],
            survives_looser: set.survives[1],
            survives_stricter: set.survives[2],
            replications_survived: set.survived[0],
            entries: entries.collect(),
            services: services.collect(),
            survivors: survivors.collect(),
        }
    }
}

#[derive(Serialize)]
struct RecoveryJson {
    median: Option<Number>,
    p95: Option<Number>,
    lost: usize,
    n: usize,
}

impl RecoveryJson {
    fn of(recovery: &[f64]) -> Self {
        let quantile = |p| recovery_quantile(recovery, p).map(Number);
        let lost = recovery.iter().filter(|seconds| seconds.is_infinite()).count();
        Self { median: quantile(0.5), p95: quantile(0.95), lost, n: recovery.len() }
    }
}

#[derive(Serialize)]
struct PartJson {
    error_ratio: Option<Number>,
    response_mean_seconds: Option<Number>,
    response_p95_seconds: Option<Number>,
}

impl PartJson {
    fn of(part: &ServiceLevel) -> Self {
        Self {
            error_ratio: part.error_ratio.map(Number),
            response_mean_seconds: part.mean.map(Number),
            response_p95_seconds: part.p95.map(Number),
        }
    }
}

#[derive(Serialize)]
struct EntryJson<'a> {
    state: Option<&'a str>,
    critical: bool,
    recovery_seconds: RecoveryJson,
    during: PartJson,
    after: PartJson,
    why: String,
}

impl<'a> EntryJson<'a> {
    fn of(entry: &'a EntryFinding) -> Self {
        Self {
            state: entry.state.map(SurvivalState::name),
            critical: entry.is_critical,
            recovery_seconds: RecoveryJson::of(&entry.recovery),
            during: PartJson::of(&entry.during),
            after: PartJson::of(&entry.after),
            why: entry.why.as_ref().map_or_else(String::new, reason::entry),
        }
    }
}

#[derive(Serialize)]
struct ServiceJson<'a> {
    state: &'a str,
    replicas_before: Number,
    replicas_after: Number,
    recovery_seconds: RecoveryJson,
    why: String,
}

impl<'a> ServiceJson<'a> {
    fn of(service: &'a ServiceFinding) -> Self {
        Self {
            state: service.state.name(),
            replicas_before: Number(service.replicas_before),
            replicas_after: Number(service.replicas_after),
            recovery_seconds: RecoveryJson::of(&service.recovery),
            why: service.why.as_ref().map_or_else(String::new, reason::service),
        }
    }
}

#[derive(Serialize)]
struct NodeJson {
    cpu_utilization_ratio: Number,
    memory_stall_ratio: Number,
    oom_kills: Number,
}

impl NodeJson {
    fn of(node: &NodeFinding) -> Self {
        Self {
            cpu_utilization_ratio: Number(node.cpu),
            memory_stall_ratio: Number(node.stalled),
            oom_kills: Number(node.kills),
        }
    }
}
