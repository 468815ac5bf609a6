//! Traffic in a blueprint: who asks for what and when, and what containers do of themselves.

use super::{Mmpp, Policy, Profile};
use crate::ids::{ContainerId, EndpointId, LabelId, NodeId};
use crate::law::Law;
use std::sync::Arc;
use wssim_kernel::{Nanos, Time};

/// A source of requests.
#[derive(Clone, Debug, PartialEq)]
pub struct Source {
    /// Its name: the label `entry` of metrics.
    pub name: String,
    /// What its requests ask for, with weights that sum to one.
    pub entries: Vec<(f64, EndpointId)>,
    /// Nodes whose published port users come to, through the routing mesh; empty: to the replicas.
    pub ingress: Vec<NodeId>,
    /// Ports of the mesh towards one replica, where each request comes on a connection of its own; `None`:
    /// nothing is known of users' connections.
    pub ports: Option<u32>,
    /// How its requests are spread over the replicas of what they ask.
    pub policy: Policy,
    /// When requests come.
    pub arrivals: Arrivals,
    /// The user's own round-trip time to the edge; each direction costs half.
    pub client_rtt: Law,
    /// Bytes of a request, over the entry node's network.
    pub send: Law,
    /// Bytes of an answer, over the entry node's network.
    pub receive: Law,
    /// A user gives up after that long.
    pub patience: Option<Law>,
    /// A user gives up after waiting that long for a worker of the entry's service.
    pub patience_in_queue: Option<Law>,
    /// Whether the entry visit stops when its user gives up.
    pub cancel: bool,
}

/// When requests come.
#[derive(Clone, Debug, PartialEq)]
pub enum Arrivals {
    /// Independent exponential gaps.
    Poisson {
        /// Arrival rate in 1/s.
        rate_per_second: f64,
    },
    /// Independent gaps of any law, in nanoseconds.
    Renewal {
        /// Law of the gaps.
        gap: Law,
    },
    /// Equal gaps.
    Periodic {
        /// The gap.
        period: Nanos,
        /// The first arrival; `None`: uniform in one period, from the source's own stream.
        phase: Option<Nanos>,
    },
    /// Gaps of any law on a clock that a profile runs faster and slower.
    Shaped {
        /// Law of the gaps where the profile's factor is one, in nanoseconds.
        gap: Law,
        /// The first arrival.
        first: FirstArrival,
        /// The factor on the rate.
        profile: Profile,
    },
    /// Poisson at a rate that a Markov chain sets.
    Mmpp(Mmpp),
    /// Users who think, ask and wait for the answer.
    Closed {
        /// How many.
        users: u32,
        /// Law of the think time, in nanoseconds. Every user begins by thinking.
        think: Law,
    },
    /// Replayed from a file.
    Trace(Arc<Trace>),
}

/// When the first request of a shaped source comes, on the profile's clock.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum FirstArrival {
    /// After a gap like any other.
    Gap,
    /// Uniform in one gap of a constant law, from the source's own stream.
    Uniform,
    /// Then.
    At(Nanos),
}

/// Arrivals replayed from a file.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Trace {
    /// In order of time.
    pub rows: Vec<TraceRow>,
    /// Demands in nanoseconds, `demand_columns.len()` a row; negative: not given.
    pub demands: Vec<f64>,
    /// Which label each column of `demands` speaks of.
    pub demand_columns: Vec<LabelId>,
    /// Each row is thinned or repeated to this many arrivals on average.
    pub rate: f64,
}

/// One arrival of a trace.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct TraceRow {
    /// Since the start of the replication.
    pub at: Nanos,
    /// What is asked for; `None`: by the source's weights.
    pub entry: Option<EndpointId>,
    /// Bytes of the request; negative: by the source's law.
    pub send: f64,
    /// Bytes of the answer; negative: by the source's law.
    pub receive: f64,
}

/// Who makes background load.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Maker {
    /// A container, while it answers.
    Container(ContainerId),
    /// What runs on a node beside containers, such as an orchestrator's agent, while the node runs: in
    /// the share of its kernel.
    System(NodeId),
}

/// Load that a container makes of itself, or the system of a node.
#[derive(Clone, Debug, PartialEq)]
pub struct Background {
    /// Who makes it.
    pub maker: Maker,
    /// Name of its stream: service and replica, or node.
    pub name: String,
    /// Law of the gaps between bursts, in nanoseconds.
    pub every: Law,
    /// CPU of each job of a burst, in nanoseconds of the reference CPU.
    pub cpu: Law,
    /// Jobs of a burst: all begin at once.
    pub jobs: u32,
    /// The first burst; `None`: uniform in the first of constant gaps, after a gap of any other law.
    pub first: Option<Nanos>,
    /// No burst begins then or later.
    pub until: Time,
    /// How many bursts there are.
    pub count: u64,
}
