//! The result of one replication after its fault: a small record for each entry, service and node.

use super::listen::{FailureListener, Heard, HeardAnswer, Replicas};
use super::recovery::{recovery_seconds, worst_window};
use crate::cluster::{ResponseLimit, Survival};
use crate::stored::stored;
use wssim_kernel::Nanos;
use wssim_model::ids::NodeId;
use wssim_model::probe::Failure;
use wssim_model::{Blueprint, Outcome};
use wssim_stats::quantile::quantile_of_sorted;

/// One replication of one set.
#[derive(Clone, Debug)]
pub(super) struct Aftermath {
    /// By source.
    pub(super) entries: Vec<EntryAftermath>,
    /// By service.
    pub(super) services: Vec<ServiceAftermath>,
    /// By node.
    pub(super) nodes: Vec<NodeAftermath>,
    /// Node of each container that answers at the end.
    pub(super) at_end: Vec<Option<NodeId>>,
    pub(super) events: u64,
    pub(super) requests: u64,
    pub(super) simulated_seconds: f64,
}

/// The outcome of the requests of a source.
#[derive(Clone, Debug)]
pub(super) struct EntryAftermath {
    /// By definition: seconds until it answers again, infinite if it does not, `None` without requests.
    pub(super) recovery: Vec<Option<f64>>,
    /// The least share answered in any window of the definition in force.
    pub(super) worst: Option<f64>,
    /// From the fault until it answers again, and after that.
    pub(super) during: AftermathStretch,
    pub(super) after: AftermathStretch,
    /// The whole time.
    pub(super) whole: AftermathStretch,
    /// Whether its response times keep the limits of its objective.
    pub(super) within_limits: bool,
    pub(super) failed: [u64; Failure::ALL.len()],
}

/// Requests that arrived in a stretch of time after the fault.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct AftermathStretch {
    pub(super) arrived: u64,
    pub(super) answered: u64,
    /// Mean response time of answered requests, in seconds.
    pub(super) mean: Option<f64>,
    pub(super) p95: Option<f64>,
}

impl AftermathStretch {
    pub(super) fn failed(&self) -> u64 {
        self.arrived - self.answered
    }
}

/// The outcome of the containers of a service.
#[derive(Clone, Copy, Debug)]
pub(super) struct ServiceAftermath {
    pub(super) before: u32,
    pub(super) fewest: u32,
    pub(super) at_end: u32,
    /// Seconds until a container answers again; zero if one always did.
    pub(super) recovery: f64,
    /// Processes killed for lack of memory.
    pub(super) kills: u64,
}

/// The load of a node.
#[derive(Clone, Copy, Debug)]
pub(super) struct NodeAftermath {
    /// Running thread-seconds over thread-seconds.
    pub(super) cpu: f64,
    /// Share of time in which a job waited for pages.
    pub(super) stalled: f64,
    pub(super) kills: u64,
}

stored! {
    Aftermath { entries, services, nodes, at_end, events, requests, simulated_seconds }
    EntryAftermath { recovery, worst, during, after, whole, within_limits, failed }
    AftermathStretch { arrived, answered, mean, p95 }
    ServiceAftermath { before, fewest, at_end, recovery, kills }
    NodeAftermath { cpu, stalled, kills }
}

impl Aftermath {
    pub(super) fn of(
        blueprint: &Blueprint,
        listener: FailureListener,
        outcome: &Outcome,
        definitions: &[Survival],
        limits: &[Vec<ResponseLimit>],
        observed_seconds: f64,
    ) -> Self {
        let nodes = (0..blueprint.nodes.len()).map(|n| NodeAftermath {
            cpu: outcome.averages.nodes[n].threads / blueprint.nodes[n].threads,
            stalled: listener.stalled[n] as f64 * 1e-9 / observed_seconds,
            kills: listener.kills[n],
        });
        let nodes = nodes.collect();
        let services = listener.services.iter().zip(&listener.service_kills);
        let services = services.map(|(replicas, kills)| service(*replicas, *kills)).collect();
        let places = listener.answers.iter().zip(&listener.node_of);
        let at_end = places.map(|(answers, node)| answers.then_some(*node)).collect();
        let nothing = Vec::new();
        let sources = listener.sources.into_iter().enumerate();
        let entries = sources
            .map(|(at, heard)| entry(heard, definitions, limits.get(at).unwrap_or(&nothing)))
            .collect();
        Self {
            entries,
            services,
            nodes,
            at_end,
            events: outcome.events,
            requests: outcome.requests,
            simulated_seconds: outcome.simulated.seconds(),
        }
    }
}

fn service(replicas: Replicas, kills: u64) -> ServiceAftermath {
    let recovery = match replicas {
        Replicas { before: 0, .. } => 0.0,
        Replicas { now: 0, .. } => f64::INFINITY,
        Replicas { fewest: 0, back_after, .. } => back_after.map_or(0.0, Nanos::seconds),
        _ => 0.0,
    };
    let Replicas { before, fewest, now, .. } = replicas;
    ServiceAftermath { before, fewest, at_end: now, recovery, kills }
}

fn entry(heard: Heard, definitions: &[Survival], limits: &[ResponseLimit]) -> EntryAftermath {
    let Heard { slots, mut answers, failed } = heard;
    let recovery: Vec<Option<f64>> =
        definitions.iter().map(|definition| recovery_seconds(&slots, definition)).collect();
    let back = recovery.first().copied().flatten().unwrap_or(0.0);
    let back = if back.is_finite() { back as usize } else { slots.len() };
    let worst = definitions.first().and_then(|definition| worst_window(&slots, definition));
    answers.sort_unstable_by_key(|answer| answer.response);
    let stretch = |from: usize, to: usize| {
        let arrived = slots[from..to].iter().map(|slot| u64::from(slot.arrived)).sum();
        let part: Vec<f64> = (answers.iter())
            .filter(|answer| (from..to).contains(&(answer.slot as usize)))
            .map(|answer: &HeardAnswer| answer.response as f64 * 1e-9)
            .collect();
        let mean = (!part.is_empty()).then(|| part.iter().sum::<f64>() / part.len() as f64);
        let p95 = quantile_of_sorted(&part, 0.95);
        AftermathStretch { arrived, answered: part.len() as u64, mean, p95 }
    };
    let (during, after, whole) =
        (stretch(0, back), stretch(back, slots.len()), stretch(0, slots.len()));
    let sorted: Vec<f64> = answers.iter().map(|answer| answer.response as f64 * 1e-9).collect();
    let keeps = |limit: &ResponseLimit| {
        let value = match limit.probability {
            None => whole.mean,
            Some(p) => quantile_of_sorted(&sorted, p),
        };
        value.is_none_or(|value| value <= limit.seconds)
    };
    let within_limits = limits.iter().all(keeps);
    EntryAftermath { recovery, worst, during, after, whole, within_limits, failed }
}
