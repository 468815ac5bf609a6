//! What is found of one request: its stays, and where its time goes.

use super::kind::StretchKind;
use super::pick::RequestPick;
use crate::note::Note;

/// Where the time of one request goes. Times are nanoseconds, from its arrival.
#[derive(Clone, Debug)]
pub struct RequestTrace {
    /// Bare name of the scenario.
    pub name: String,
    /// Its title.
    pub title: String,
    /// The seed.
    pub seed: u64,
    /// Number of the replication.
    pub replication: u32,
    /// Things that the reader should know.
    pub notes: Vec<Note>,
    /// Its source.
    pub entry: String,
    /// How many sources there are.
    pub entries: usize,
    /// Whether the source was asked for; otherwise it is the one with the most requests.
    pub entry_given: bool,
    /// Which of its requests was asked for.
    pub pick: RequestPick,
    /// Its number among the measured ones of its source, from one.
    pub number: u64,
    /// When it arrived, from the beginning of the measured stretch.
    pub arrived_ns: u64,
    /// How long it took to its answer or failure.
    pub response_ns: u64,
    /// Why it failed; `None`: it was answered.
    pub failed: Option<&'static str>,
    /// The response times among which it stands.
    pub distribution: TraceDistribution,
    /// The request and its stays, in the order in which they began; parents before children.
    pub stays: Vec<Stay>,
    /// Where its time goes, the largest first; adds up to `response_ns`.
    pub components: Vec<StretchSum>,
}

/// Response times of the answered requests of one source in one replication.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct TraceDistribution {
    /// Requests that arrived in the measured stretch.
    pub requests: u64,
    /// Those that were answered.
    pub answered: u64,
    /// Those that failed.
    pub failed: u64,
    /// Those that were answered faster than the traced one ended.
    pub faster: u64,
    /// The median.
    pub p50_ns: Option<u64>,
    /// 95 of 100 were answered within.
    pub p95_ns: Option<u64>,
    /// 99 of 100 were answered within.
    pub p99_ns: Option<u64>,
    /// The slowest one.
    pub max_ns: Option<u64>,
}

/// What a stay is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum StayKind {
    /// The user's request.
    Request,
    /// A stay at a container.
    Visit,
    /// Part of a stay, beside others.
    Branch,
}

/// The request, one of its stays at containers, or a parallel part of one.
///
/// ```text
///  sent ──── network ────► start ── parts ── end ──── network ────► until
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Stay {
    /// Who waited for it: a place among the stays.
    pub parent: Option<usize>,
    /// What it is.
    pub kind: StayKind,
    /// Where it was; of the request, its source.
    pub service: String,
    /// What was done there.
    pub endpoint: Option<String>,
    /// The number of the container, from one.
    pub replica: Option<u32>,
    /// Where that runs.
    pub node: Option<String>,
    /// Number of the attempt of the call, from zero.
    pub attempt: u16,
    /// When it was asked for.
    pub sent_ns: u64,
    /// When it reached its container.
    pub start_ns: u64,
    /// When it was over there.
    pub end_ns: u64,
    /// Until when it was waited for: its answer has come, or the caller waits no more.
    pub until_ns: u64,
    /// Why it failed, as the caller saw it.
    pub failed: Option<&'static str>,
    /// Whether its answer was not heard.
    pub late: bool,
    /// Whether it still went on when the run ended.
    pub unfinished: bool,
    /// What it did from `start_ns` to `end_ns`, without gaps.
    pub parts: Vec<StayStretch>,
}

/// Where a stretch of time went, by name.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum StretchPlace {
    /// At a service; of the request itself, at its source.
    At(String),
    /// On the way between two nodes, or between the user and a node.
    Between(String, String),
    /// On the way within a node.
    Within(String),
    /// At a service that waits for a connection of one of its pools.
    Pool {
        /// The service.
        service: String,
        /// The pool.
        pool: String,
    },
}

/// A stretch of a stay.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StayStretch {
    /// What it went to.
    pub kind: StretchKind,
    /// Where.
    pub place: StretchPlace,
    /// Its beginning.
    pub start_ns: u64,
    /// Its end.
    pub end_ns: u64,
    /// The stay that was called: a place among the stays.
    pub callee: Option<usize>,
    /// Why the attempt failed that it was.
    pub failed: Option<&'static str>,
}

/// What all stretches of one kind at one place add up to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StretchSum {
    /// What the time went to.
    pub kind: StretchKind,
    /// Where.
    pub place: StretchPlace,
    /// How much.
    pub ns: u64,
    /// In how many stretches.
    pub times: u64,
}
