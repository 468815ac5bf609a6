//! The findings of `trace`: the stays of one request, and the components of its time.

use super::kind::StretchKind;
use super::pick::RequestPick;
use crate::note::Note;

/// The components of one request's time. Times are nanoseconds from its arrival.
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
    /// Notes for the reader.
    pub notes: Vec<Note>,
    /// Its source.
    pub entry: String,
    /// Number of sources.
    pub entries: usize,
    /// Whether the source was asked for; otherwise it has the most requests.
    pub entry_given: bool,
    /// Which of its requests was asked for.
    pub pick: RequestPick,
    /// Its number among the measured ones of its source, from one.
    pub number: u64,
    /// When it arrived, from the beginning of the measured stretch.
    pub arrived_ns: u64,
    /// Its response time, up to the answer or failure.
    pub response_ns: u64,
    /// Why it failed; `None` if it was answered.
    pub failed: Option<&'static str>,
    /// The response times of its source.
    pub distribution: TraceDistribution,
    /// The request and its stays, in the order in which they began; parents before children.
    pub stays: Vec<Stay>,
    /// The components of its time, largest first; they add up to `response_ns`.
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
    /// Requests answered faster than the traced one ended.
    pub faster: u64,
    /// The median.
    pub p50_ns: Option<u64>,
    /// The 95th percentile.
    pub p95_ns: Option<u64>,
    /// The 99th percentile.
    pub p99_ns: Option<u64>,
    /// The slowest one.
    pub max_ns: Option<u64>,
}

/// The kind of a stay.
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
    /// The stay that waited for it, by place.
    pub parent: Option<usize>,
    /// Its kind.
    pub kind: StayKind,
    /// Its service; for the request, its source.
    pub service: String,
    /// The endpoint.
    pub endpoint: Option<String>,
    /// The number of the container, from one.
    pub replica: Option<u32>,
    /// The node of the container.
    pub node: Option<String>,
    /// Number of the attempt of the call, from zero.
    pub attempt: u16,
    /// When the call was made.
    pub sent_ns: u64,
    /// When it reached its container.
    pub start_ns: u64,
    /// When it ended there.
    pub end_ns: u64,
    /// The end of the wait for it: its answer arrived, or the caller gave up.
    pub until_ns: u64,
    /// Why it failed for the caller.
    pub failed: Option<&'static str>,
    /// Whether its answer was ignored.
    pub late: bool,
    /// Whether it was still in progress when the run ended.
    pub unfinished: bool,
    /// Its parts from `start_ns` to `end_ns`, without gaps.
    pub parts: Vec<StayStretch>,
}

/// The place of a stretch of time, by name.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum StretchPlace {
    /// At a service; for the request itself, at its source.
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
    /// Its kind.
    pub kind: StretchKind,
    /// Where.
    pub place: StretchPlace,
    /// Its beginning.
    pub start_ns: u64,
    /// Its end.
    pub end_ns: u64,
    /// The called stay, by place.
    pub callee: Option<usize>,
    /// Why the attempt failed, if it is one.
    pub failed: Option<&'static str>,
}

/// The sum of all stretches of one kind at one place.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StretchSum {
    /// Its kind.
    pub kind: StretchKind,
    /// Where.
    pub place: StretchPlace,
    /// Its time.
    pub ns: u64,
    /// Number of stretches.
    pub times: u64,
}
