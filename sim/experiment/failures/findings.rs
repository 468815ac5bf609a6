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
    pub calm: Vec<(String, ServiceLevel)>,
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
pub enum SurvivalState {
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

impl SurvivalState {
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
pub struct ServiceLevel {
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
    pub state: Option<SurvivalState>,
    /// Seconds until it answers again, by replication in ascending order; infinite where it does not.
    pub recovery: Vec<f64>,
    /// From the fault to the end.
    pub whole: ServiceLevel,
    /// From the fault until it answers again.
    pub during: ServiceLevel,
    /// From then on.
    pub after: ServiceLevel,
    /// Why it is lost or degraded; `None` otherwise.
    pub why: Option<EntryTrouble>,
    /// Whether it is lost although a container of every service that it needs runs, or would run if what is left did
    /// not wait for pages: what is left does not carry it.
    pub is_overloaded: bool,
}

/// What became of a service.
#[derive(Clone, Debug)]
pub struct ServiceFinding {
    /// Its name.
    pub name: String,
    /// Of its containers, not of its answers.
    pub state: SurvivalState,
    /// Containers that answered when the fault struck.
    pub replicas_before: f64,
    /// Containers that answer at the end, mean over replications.
    pub replicas_after: f64,
    /// As of entries: until one container answers again.
    pub recovery: Vec<f64>,
    /// Why it is lost; `None` otherwise.
    pub why: Option<ServiceLoss>,
}

/// Why no container of a service answers at the end.
#[derive(Clone, Debug, PartialEq)]
pub enum ServiceLoss {
    /// Its constraints leave only nodes that are down.
    Pinned {
        /// As written.
        constraints: Vec<String>,
        /// Whether its data is there, too.
        has_data: bool,
    },
    /// Every node that it may run on is down.
    NowhereLeft {
        /// Whether its data is there, too.
        has_data: bool,
    },
    /// Its data is in a local volume on nodes that are down.
    DataDown {
        /// By name.
        nodes: Vec<String>,
    },
    /// Too few managers are left to start anything anew.
    NoQuorum,
    /// There is no orchestrator to start it elsewhere.
    NoOrchestrator,
    /// Compose starts containers on their own host only.
    OwnHostOnly,
    /// No node that is left can give it what it reserves.
    NoRoom {
        /// What it reserves, in bytes.
        reserves: f64,
        /// The nodes that are left to it, by name.
        nodes: Vec<String>,
        /// The most that one of them can give, in bytes.
        most: f64,
    },
    /// It starts, and waits for a service that is lost, too.
    WaitsFor(String),
    /// It is killed for want of memory.
    Killed {
        /// How often, per replication.
        times: f64,
    },
    /// It is put on what is left, where a node waits for pages most of the time: nothing starts there.
    Stalled {
        /// The node, by name.
        node: String,
        /// Its share of time.
        share: f64,
    },
    /// Its containers start nowhere else.
    StaysOn {
        /// The nodes that are down on which they were, by name; none is known: it had none there.
        nodes: Vec<String>,
    },
}

/// Why an entry is lost or degraded.
#[derive(Clone, Debug, PartialEq)]
pub enum EntryTrouble {
    /// Services that it needs are lost.
    Cut {
        /// The shortest ways to some of them; the shortest of all first.
        ways: Vec<Way>,
        /// How many others are lost on its way.
        more: usize,
    },
    /// Every service that it needs runs, and what is left does not carry it.
    NotCarried {
        /// What most of its requests fail of.
        fails_of: FailsOf,
        /// The busiest node that is left, where it is busy, and its running thread-seconds over
        /// thread-seconds.
        busiest: Option<(String, f64)>,
        /// The node that is left on which somebody waits longest for pages, where it matters, and its share
        /// of time.
        stalled: Option<(String, f64)>,
    },
    /// It answers all the time, and not as well as it should.
    Degraded {
        /// The largest share of requests that fails in some window, where it is too large.
        window_errors: Option<f64>,
        /// Whether it is slower than its objective.
        is_slow: bool,
        /// Whether more of it fails than its objective allows.
        fails_often: bool,
    },
}

/// A way of requests that ends at a service without containers.
#[derive(Clone, Debug, PartialEq)]
pub struct Way {
    /// The services that it passes, by name; empty: users come by the last one.
    pub by: Vec<String>,
    /// Where it ends.
    pub end: String,
    /// Why that is lost.
    pub why: ServiceLoss,
}

/// What requests fail of.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum FailsOf {
    /// None fails.
    Nothing,
    /// They never get an answer.
    Silence,
    /// A value of the label `reason` of `error_ratio`.
    Failure(&'static str),
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
