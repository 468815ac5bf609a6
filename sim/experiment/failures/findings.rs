//! The findings of `failures`: one record for each set of nodes, with the effects on users.

use super::years::findings::LongRun;
use crate::cluster::Survival;
use wssim_stats::quantile_of_sorted;

/// The answer beside claims and metrics.
#[derive(Clone, Debug)]
pub struct Failures {
    /// The definitions of survival: the one asked for, a looser and a stricter one.
    pub definitions: [Survival; 3],
    /// Observed time after the fault, in seconds.
    pub observed_seconds: f64,
    /// Whether entries are marked critical; otherwise every entry counts.
    pub are_marked: bool,
    /// Most nodes that fail together.
    pub depth: usize,
    /// Entries in a world without a fault, over the same stretch and with the same requests.
    pub calm: Vec<(String, ServiceLevel)>,
    /// Smaller sets first, each size in the order of names. Empty without a complete replication.
    pub sets: Vec<SetFinding>,
    /// The long run; `None` if nothing fails by itself, or it was not asked for.
    pub long_run: Option<LongRun>,
}

impl Failures {
    /// Of the sets of `size` nodes: how many survive by definition `which`, and their number.
    #[must_use]
    pub fn survived(&self, size: usize, which: usize) -> (usize, usize) {
        let of_size = self.sets.iter().filter(|set| set.nodes.len() == size);
        (of_size.clone().filter(|set| set.survives[which]).count(), of_size.count())
    }
}

/// Nodes that fail together, and the outcome.
#[derive(Clone, Debug)]
pub struct SetFinding {
    /// By name.
    pub nodes: Vec<String>,
    /// Whether most managers are left; `None` if no quorum is needed or there are no managers.
    pub quorum: Option<bool>,
    /// By definition: number of replications in which it survives.
    pub survived: [u32; 3],
    /// By definition: whether it survives in all of them.
    pub survives: [bool; 3],
    /// In the order of names.
    pub entries: Vec<EntryFinding>,
    /// Services with containers, in the order of names.
    pub services: Vec<ServiceFinding>,
    /// The nodes that are left, in the order of names.
    pub survivors: Vec<NodeFinding>,
}

/// The outcome of an entry or a service, the worst of the replications.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum SurvivalState {
    /// Unaffected.
    Up,
    /// An entry answers all the time, but more than 1 % of some window fail, or it misses its objective;
    /// a service has fewer containers.
    Degraded,
    /// It was down and answers again.
    Back,
    /// It does not answer again while observed.
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

/// What users saw in part of the time; `None` without requests, or without answers.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct ServiceLevel {
    /// Requests without a good answer over all requests.
    pub error_ratio: Option<f64>,
    /// Mean response time in seconds.
    pub mean: Option<f64>,
    /// 95 % quantile of a replication, mean over replications, in seconds.
    pub p95: Option<f64>,
}

/// The outcome of an entry.
#[derive(Clone, Debug)]
pub struct EntryFinding {
    /// Its name.
    pub name: String,
    /// Whether it counts for survival.
    pub is_critical: bool,
    /// `None` without requests.
    pub state: Option<SurvivalState>,
    /// Seconds until it answers again, by replication in ascending order; infinite if it does not.
    pub recovery: Vec<f64>,
    /// From the fault to the end.
    pub whole: ServiceLevel,
    /// From the fault until it answers again.
    pub during: ServiceLevel,
    /// From then on.
    pub after: ServiceLevel,
    /// Why it is lost or degraded; `None` otherwise.
    pub why: Option<EntryTrouble>,
    /// Whether it is lost although a container of every service that it needs runs, or would run if the
    /// surviving nodes did not wait for pages: they cannot carry it.
    pub is_overloaded: bool,
}

/// The outcome of a service.
#[derive(Clone, Debug)]
pub struct ServiceFinding {
    /// Its name.
    pub name: String,
    /// The state of its containers, not of its answers.
    pub state: SurvivalState,
    /// Containers that answered when the fault struck.
    pub replicas_before: f64,
    /// Containers that answer at the end, mean over replications.
    pub replicas_after: f64,
    /// Seconds until a container answers again, as for entries.
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
    /// Too few managers are left to start a container.
    NoQuorum,
    /// There is no orchestrator to start it elsewhere.
    NoOrchestrator,
    /// Compose starts containers on their own host only.
    OwnHostOnly,
    /// No remaining node can give it what it reserves.
    NoRoom {
        /// Its reservation, in bytes.
        reserves: f64,
        /// The remaining eligible nodes, by name.
        nodes: Vec<String>,
        /// The most that one of them can give, in bytes.
        most: f64,
    },
    /// It starts, and waits for another lost service.
    WaitsFor(String),
    /// It is killed for lack of memory.
    Killed {
        /// Kills per replication.
        times: f64,
    },
    /// It is placed on a remaining node that waits for pages most of the time: nothing starts there.
    Stalled {
        /// The node, by name.
        node: String,
        /// Its share of time.
        share: f64,
    },
    /// Its containers start nowhere else.
    StaysOn {
        /// The failed nodes that ran them, by name; empty if none did.
        nodes: Vec<String>,
    },
}

/// Why an entry is lost or degraded.
#[derive(Clone, Debug, PartialEq)]
pub enum EntryTrouble {
    /// Services that it needs are lost.
    Cut {
        /// The shortest ways to some of them, shortest first.
        ways: Vec<Way>,
        /// Number of other lost services on its way.
        more: usize,
    },
    /// Every service that it needs runs, but the remaining nodes cannot carry it.
    NotCarried {
        /// How most of its requests fail.
        fails_of: FailsOf,
        /// The busiest remaining node, if busy, and its running thread-seconds over thread-seconds.
        busiest: Option<(String, f64)>,
        /// The remaining node that waits longest for pages, if it matters, and its share of time.
        stalled: Option<(String, f64)>,
    },
    /// It answers all the time, but not well enough.
    Degraded {
        /// The largest share of failed requests in some window, if too large.
        window_errors: Option<f64>,
        /// Whether it is slower than its objective.
        is_slow: bool,
        /// Whether more of its requests fail than its objective allows.
        fails_often: bool,
    },
}

/// A way of requests that ends at a service without containers.
#[derive(Clone, Debug, PartialEq)]
pub struct Way {
    /// The services that it passes, by name; empty if users call the last one.
    pub by: Vec<String>,
    /// Where it ends.
    pub end: String,
    /// Why that service is lost.
    pub why: ServiceLoss,
}

/// How requests fail.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum FailsOf {
    /// None fails.
    Nothing,
    /// They never get an answer.
    Silence,
    /// A value of the label `reason` of `error_ratio`.
    Failure(&'static str),
}

/// The load of a remaining node after the fault; means over replications.
#[derive(Clone, Debug)]
pub struct NodeFinding {
    /// Its name.
    pub name: String,
    /// Running thread-seconds over thread-seconds.
    pub cpu: f64,
    /// Share of time in which a job waited for pages.
    pub stalled: f64,
    /// Processes killed for lack of memory, per replication.
    pub kills: f64,
}

/// A quantile of recovery times, infinite if it falls on a lost one. `None` without any.
#[must_use]
pub fn recovery_quantile(ascending: &[f64], p: f64) -> Option<f64> {
    quantile_of_sorted(ascending, p)
}
