//! What `failures` found: one record a set of nodes, with what users saw.

use super::years::findings::LongRun;
use crate::cluster::Survival;
use wssim_stats::quantile_of_sorted;

/// The answer beside claims and metrics.
#[derive(Clone, Debug)]
pub struct Failures {
    /// What counts as survived: as asked for, looser, stricter.
    pub definitions: [Survival; 3],
    /// How long it is looked after the fault, in seconds.
    pub observed_seconds: f64,
    /// Whether entries are marked critical; where none is, every one counts.
    pub are_marked: bool,
    /// The most nodes that fail together.
    pub depth: usize,
    /// Entries in a world without a fault, over the same stretch and with the same requests.
    pub calm: Vec<(String, Part)>,
    /// Smaller sets first, each size in the order of names. Empty where no replication is complete.
    pub sets: Vec<SetFinding>,
    /// What years bring; `None` where nothing fails of itself, or it was not asked for.
    pub long_run: Option<LongRun>,
}

impl Failures {
    /// Of the sets of `size` nodes: how many survive by definition `which`, and how many there are.
    #[must_use]
    pub fn survived(&self, size: usize, which: usize) -> (usize, usize) {
        let of_size = self.sets.iter().filter(|set| set.nodes.len() == size);
        (of_size.clone().filter(|set| set.survives[which]).count(), of_size.count())
    }
}

/// Nodes that fail together, and what comes of it.
#[derive(Clone, Debug)]
pub struct SetFinding {
    /// By name.
    pub nodes: Vec<String>,
    /// Whether most of the managers are left; `None` where no quorum is needed or nobody manages.
    pub quorum: Option<bool>,
    /// By definition: in how many replications it survives.
    pub survived: [u32; 3],
    /// By definition: whether it does in all of them.
    pub survives: [bool; 3],
    /// In the order of names.
    pub entries: Vec<EntryFinding>,
    /// In the order of names; those that have containers.
    pub services: Vec<ServiceFinding>,
    /// The nodes that are left, in the order of names.
    pub survivors: Vec<NodeFinding>,
}

/// What became of an entry or a service, the worst of the replications.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum State {
    /// As if nothing had happened.
    Up,
    /// An entry answers all the time, but more than 1 % of some window fail, or it misses its
    /// objective; a service has fewer containers.
    Degraded,
    /// It was down and answers again.
    Back,
    /// It does not come back while it is looked.
    Lost,
}

impl State {
    /// Its name in `results.json`.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Up => "up",
            Self::Degraded => "degraded",
            Self::Back => "back",
            Self::Lost => "lost",
        }
    }
}

/// What users saw in part of the time; `None`: nobody asked, or nobody was answered.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Part {
    /// Requests without a good answer over all requests.
    pub error_ratio: Option<f64>,
    /// Mean response time in seconds.
    pub mean: Option<f64>,
    /// 95 % quantile of a replication, mean over replications, in seconds.
    pub p95: Option<f64>,
}

/// What became of an entry.
#[derive(Clone, Debug)]
pub struct EntryFinding {
    /// Its name.
    pub name: String,
    /// Whether it counts for survival.
    pub is_critical: bool,
    /// `None`: nobody asked.
    pub state: Option<State>,
    /// Seconds until it answers again, by replication in ascending order; infinite where it does not.
    pub recovery: Vec<f64>,
    /// From the fault until it answers again.
    pub during: Part,
    /// From then on.
    pub after: Part,
    /// Why it is lost or degraded; empty otherwise.
    pub why: String,
    /// Whether it is lost although a container of every service that it needs runs: what is left does
    /// not carry it.
    pub is_overloaded: bool,
}

/// What became of a service.
#[derive(Clone, Debug)]
pub struct ServiceFinding {
    /// Its name.
    pub name: String,
    /// Of its containers, not of its answers.
    pub state: State,
    /// Containers that answered when the fault struck.
    pub replicas_before: f64,
    /// Containers that answer at the end, mean over replications.
    pub replicas_after: f64,
    /// As of entries: until one container answers again.
    pub recovery: Vec<f64>,
    /// Why it is lost; empty otherwise.
    pub why: String,
}

/// What a node that is left carries after the fault; means over replications.
#[derive(Clone, Debug)]
pub struct NodeFinding {
    /// Its name.
    pub name: String,
    /// Running thread-seconds over thread-seconds.
    pub cpu: f64,
    /// Share of time in which somebody waited for pages.
    pub stalled: f64,
    /// Processes killed for want of memory, per replication.
    pub kills: f64,
}

/// A quantile of recovery times; infinite where that many are lost. `None` without any.
#[must_use]
pub fn recovery_quantile(ascending: &[f64], p: f64) -> Option<f64> {
    quantile_of_sorted(ascending, p)
}
