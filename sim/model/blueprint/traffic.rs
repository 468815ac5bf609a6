//! Traffic in a blueprint: sources of requests, and background load.

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
    /// The endpoints of its requests, with weights that sum to one.
    pub entries: Vec<(f64, EndpointId)>,
    /// Nodes whose published port users connect to, through the routing mesh; empty: straight to the replicas.
    pub ingress: Vec<NodeId>,
    /// Ports of the mesh towards one replica, if each request has a connection of its own; `None`: users'
    /// connections are not modelled.
    pub ports: Option<u32>,
    /// How its requests are spread over the replicas.
    pub policy: Policy,
    /// When requests arrive.
    pub arrivals: Arrivals,
    /// The user's round-trip time to the edge; each direction takes half.
    pub client_rtt: Law,
    /// Bytes of a request on the entry node's network.
    pub send: Law,
    /// Bytes of an answer on the entry node's network.
    pub receive: Law,
    /// How long a user waits for the answer before giving up.
    pub patience: Option<Law>,
    /// How long a user waits for a worker of the entry's service before giving up.
    pub patience_in_queue: Option<Law>,
    /// Whether the entry visit is cancelled when its user gives up.
    pub cancel: bool,
}

/// When requests arrive.
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
        /// Time of the first arrival; `None`: uniform in one period, from the source's own stream.
        phase: Option<Nanos>,
    },
    /// Gaps of any law on a clock that a profile speeds up and slows down.
    Shaped {
        /// Law of the gaps where the profile's factor is one, in nanoseconds.
        gap: Law,
        /// The first arrival.
        first: FirstArrival,
        /// The factor on the rate.
        profile: Profile,
    },
    /// Poisson arrivals at a rate that a Markov chain sets.
    Mmpp(Mmpp),
    /// Users who think, send a request and wait for the answer.
    Closed {
        /// Number of users.
        users: u32,
        /// Law of the think time, in nanoseconds. Every user begins by thinking.
        think: Law,
    },
    /// Arrivals replayed from a file.
    Trace(Arc<Trace>),
}

/// When the first request of a shaped source arrives, on the profile's clock.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum FirstArrival {
    /// After an ordinary gap.
    Gap,
    /// Uniform in one gap of a constant law, from the source's own stream.
    Uniform,
    /// At this time.
    At(Nanos),
}

/// Arrivals replayed from a file.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Trace {
    /// In order of time.
    pub rows: Vec<TraceRow>,
    /// Demands in nanoseconds, `demand_columns.len()` per row; negative: not given.
    pub demands: Vec<f64>,
    /// The label of each column of `demands`.
    pub demand_columns: Vec<LabelId>,
    /// Mean number of arrivals per row: rows are dropped or repeated to match it.
    pub rate: f64,
}

/// One arrival of a trace.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct TraceRow {
    /// Since the start of the replication.
    pub at: Nanos,
    /// The endpoint; `None`: drawn by the source's weights.
    pub entry: Option<EndpointId>,
    /// Bytes of the request; negative: drawn by the source's law.
    pub send: f64,
    /// Bytes of the answer; negative: drawn by the source's law.
    pub receive: f64,
}

/// The origin of background load.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Maker {
    /// A container, while it answers.
    Container(ContainerId),
    /// Software beside the containers of a node, such as an orchestrator's agent, while the node runs; it
    /// computes in the kernel's share.
    System(NodeId),
}

/// Background load of a container or of a node's system.
#[derive(Clone, Debug, PartialEq)]
pub struct Background {
    /// Its origin.
    pub maker: Maker,
    /// Name of its stream: service and replica, or node.
    pub name: String,
    /// Law of the gaps between bursts, in nanoseconds.
    pub every: Law,
    /// CPU demand of each job of a burst, in nanoseconds of the reference CPU.
    pub cpu: Law,
    /// Jobs per burst; all begin at once.
    pub jobs: u32,
    /// Time of the first burst; `None`: uniform in the first gap if gaps are constant, otherwise after one gap.
    pub first: Option<Nanos>,
    /// No burst begins at this time or later.
    pub until: Time,
    /// Number of bursts.
    pub count: u64,
}
