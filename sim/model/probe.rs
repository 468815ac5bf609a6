//! The facts that the model reports. It computes no mean: that is left to the listener.

pub use crate::orchestrator::{Ending, Fact as Control};

use crate::ids::{
    CallId, ContainerId, EndpointId, NodeId, PoolId, QueryId, RolloutId, ServiceId, SourceId,
};
use wssim_kernel::{Nanos, Time};

/// Why a request, or a call, has no good answer.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[repr(u8)]
pub enum Failure {
    /// The service's backlog was full.
    Refused,
    /// The answer, a worker or a connection did not come in time.
    Timeout,
    /// No replica was there to ask.
    NoReplica,
    /// The connection broke.
    Reset,
    /// The container was killed because memory was short.
    Oom,
    /// Rejected to protect the service.
    Shed,
    /// The user gave up.
    Abandoned,
    /// The disk to write to was full.
    DiskFull,
    /// The container had no access to its data.
    NoData,
}

impl Failure {
    /// All reasons, in the order of their numbers.
    pub const ALL: [Self; 9] = [
        Self::Refused,
        Self::Timeout,
        Self::NoReplica,
        Self::Reset,
        Self::Oom,
        Self::Shed,
        Self::Abandoned,
        Self::DiskFull,
        Self::NoData,
    ];

    /// Its name in metrics and scenarios.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Refused => "refused",
            Self::Timeout => "timeout",
            Self::NoReplica => "no-replica",
            Self::Reset => "reset",
            Self::Oom => "oom",
            Self::Shed => "shed",
            Self::Abandoned => "abandoned",
            Self::DiskFull => "disk-full",
            Self::NoData => "no-data",
        }
    }

    /// The failure as its caller sees it: a container that is killed resets its connections.
    #[must_use]
    pub fn as_heard(self) -> Self {
        if self == Self::Oom { Self::Reset } else { self }
    }

    /// Its bit in a set of reasons.
    #[must_use]
    pub fn bit(self) -> u16 {
        1 << self as u8
    }
}

/// What had no page left when a process was killed for memory.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum OutOfMemory {
    /// The container, at its own limit, whether or not its node had room.
    Limit,
    /// The node: neither RAM nor swap was left.
    Node,
}

impl OutOfMemory {
    /// Both, in the order of their numbers.
    pub const ALL: [Self; 2] = [Self::Limit, Self::Node];

    /// Its name in metrics.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Limit => "limit",
            Self::Node => "node",
        }
    }
}

/// A node's memory between two looks at it; bytes.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct NodeMemoryState {
    /// In RAM: pages of containers, kernel, engine, shims and agent; `used` of `free`.
    pub used: f64,
    /// In RAM: pages of containers.
    pub resident: f64,
    /// Pages that containers touch, in RAM or not.
    pub hot: f64,
    /// The rest of the RAM, for the page cache.
    pub page_cache: f64,
    /// In swap.
    pub swap: f64,
    /// Pages brought back from swap since the last look.
    pub swapped_in: u64,
    /// How long of that time anything waited for pages.
    pub stalled: Nanos,
    /// Running containers, on all nodes.
    pub running: u32,
}

/// A moment in the life of a frame: a request, a visit to a container, or a part of a visit.
///
/// A frame does one thing at a time, from one fact to the next, so that these times add up to its life.
/// States without duration may be left out. The steps to a connection are reported ahead, with the times at
/// which they will happen; a later report of an earlier time revokes those after it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum FrameFact {
    /// It begins. The frame that opened it only waits for it until its own next fact.
    Opens(Opening),
    /// It does something else from now on.
    Does(Doing),
    /// Its CPU step is over; its container had been throttled for this long since time zero.
    Computed(Nanos),
    /// An attempt of the call that it waited for has failed.
    Fails(Failure),
    /// It ends; `None`: successfully. Its place may then have a new tenant.
    Closes(Option<Failure>),
}

/// What kind of frame begins.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Opening {
    /// A user's request.
    Request {
        /// Its source.
        source: SourceId,
        /// Whether it arrived in the measured stretch.
        measured: bool,
    },
    /// A visit to a container; it begins with the way there.
    Visit {
        /// Place of the frame that called.
        caller: u32,
        /// The container.
        container: ContainerId,
        /// The endpoint.
        endpoint: EndpointId,
        /// The call; `None`: it comes from a user.
        call: Option<CallId>,
        /// Number of the attempt, from zero.
        attempt: u16,
    },
    /// A part of a visit.
    Part {
        /// Place of the frame that it is a part of.
        of: u32,
        /// Whether it runs in parallel to others; otherwise it is repeated.
        parallel: bool,
    },
}

/// What a frame does.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Doing {
    /// Arrives at its container.
    Arrives,
    /// Waits for a worker.
    Queues,
    /// Waits for a connection of a pool.
    Connects(PoolId),
    /// Tests connections that were idle for long.
    Tries,
    /// Looks up a name.
    LooksUp,
    /// Opens a connection.
    ShakesHands,
    /// Waits for an answer to a message that reaches no receiver.
    AwaitsNobody,
    /// Computes.
    Computes {
        /// How long that takes on a thread of its own.
        alone: Nanos,
        /// The part of it for networking: packets, virtual address, overlay, encryption.
        networking: Nanos,
        /// How long its container had been throttled since time zero.
        throttled: Nanos,
    },
    /// Waits for the disk of its node.
    QueuesForDisk,
    /// Is served by the disk of its node.
    UsesDisk,
    /// Waits until the swap device brings in pages that its CPU step touches.
    QueuesForPages,
    /// Pages that its CPU step touches are being brought in.
    FetchesPages,
    /// Waits for something outside the cluster.
    Sleeps,
    /// Waits before it tries again.
    BacksOff,
}

/// What had not ended when a replication was given up.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Unfinished {
    /// A user's request.
    Request(SourceId),
    /// A visit to a container; like all that follows, of a measured request.
    Visit(EndpointId),
    /// A call.
    Query(QueryId),
    /// A wait for a worker of the container.
    WorkerWait(ContainerId),
    /// A wait of a visit to the container for its node's disk.
    DiskWait(ContainerId),
    /// A wait for a connection of the pool.
    PoolWait(PoolId),
}

/// A fact about a rollout.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum RolloutFact {
    /// It begins.
    Begins,
    /// The image of the service is being built.
    Builds(ServiceId),
    /// It is built.
    Built(ServiceId),
    /// It is being pushed to its registry.
    Pushes(ServiceId),
    /// It is in its registry, ready to be pulled.
    Pushed(ServiceId),
    /// All images are ready to be pulled: the orchestrator begins.
    Deploys,
    /// The update of the service is over.
    Updated(ServiceId, Ending),
    /// All updates are over and all new containers are healthy; or it was broken off.
    Ends(Ending),
}

/// A fact about a step of a procedure.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum StepFact {
    /// It begins.
    Begins,
    /// It is over.
    Ends,
}

/// A listener to the model's facts. Every method does nothing by default; the unit type `()` ignores all
/// facts. Facts are of requests that arrived in the measured stretch, unless a method says otherwise.
pub trait Probe {
    /// Whether it wants facts of frames: otherwise those for [`Probe::frame`] are not even gathered.
    const FOLLOWS: bool = false;

    /// Parts of the measured stretch, each from one instant to another, for which it wants time averages besides
    /// those of the whole: [`Outcome::parts`](crate::Outcome::parts) has them in this order. Called once, at
    /// the beginning.
    fn parts(&self) -> Vec<[Time; 2]> {
        Vec::new()
    }

    /// A fact of the frame at place `frame`, of any request, measured or not. A place has one tenant at a
    /// time.
    fn frame(&mut self, now: Time, frame: u32, fact: FrameFact) {
        let _ = (now, frame, fact);
    }

    /// A request of `source` was sent at `now`.
    #[inline]
    fn request_arrived(&mut self, now: Time, source: SourceId) {
        let _ = (now, source);
    }

    /// A request of `source` that arrived at `arrived` was answered or failed after `response`, with
    /// `attempts` calls of all kinds.
    fn request_done(
        &mut self,
        source: SourceId,
        arrived: Time,
        response: Nanos,
        outcome: Result<(), Failure>,
    ) {
        let _ = (source, arrived, response, outcome);
    }

    /// A measured request of `source` begins a CPU step of `work` nanoseconds of the reference CPU, without
    /// networking.
    #[inline]
    fn demand_drawn(&mut self, source: SourceId, work: f64) {
        let _ = (source, work);
    }

    /// The replication is given up at `now`; `what`, which began at `since`, has not ended. Reported of
    /// measured requests and of what they wait for, after all other facts.
    fn unfinished(&mut self, what: Unfinished, since: Time, now: Time) {
        let _ = (what, since, now);
    }

    /// A visit to `container` that arrived there at `arrived` ended after `response`.
    fn visit_done(
        &mut self,
        container: ContainerId,
        endpoint: EndpointId,
        arrived: Time,
        response: Nanos,
    ) {
        let _ = (container, endpoint, arrived, response);
    }

    /// A call was answered: sent at `sent`, its last byte received after `response`.
    fn query_done(&mut self, query: QueryId, sent: Time, response: Nanos) {
        let _ = (query, sent, response);
    }

    /// A worker of `container` was wanted at `since` and available after `waited`, perhaps zero.
    fn worker_wait(&mut self, container: ContainerId, since: Time, waited: Nanos) {
        let _ = (container, since, waited);
    }

    /// A visit to `container` came to its node's disk at `since` and its service there began after `waited`,
    /// perhaps zero.
    fn disk_wait(&mut self, container: ContainerId, since: Time, waited: Nanos) {
        let _ = (container, since, waited);
    }

    /// An item was looked up at the cache `service`, and at `now` was found or not. A look-up that fails finds
    /// nothing.
    fn looked_up(&mut self, now: Time, service: ServiceId, found: bool) {
        let _ = (now, service, found);
    }

    /// A connection of `pool` was wanted at `since` and available after `waited`, perhaps zero.
    fn pool_wait(&mut self, pool: PoolId, since: Time, waited: Nanos) {
        let _ = (pool, since, waited);
    }

    /// The memory of `node` was in this state from `from` to `to`.
    #[inline]
    fn node_memory(&mut self, node: NodeId, from: Time, to: Time, state: &NodeMemoryState) {
        let _ = (node, from, to, state);
    }

    /// A fact of the control plane.
    #[inline]
    fn control(&mut self, now: Time, fact: Control) {
        let _ = (now, fact);
    }

    /// A fact of a rollout.
    #[inline]
    fn rollout(&mut self, now: Time, id: RolloutId, fact: RolloutFact) {
        let _ = (now, id, fact);
    }

    /// `node` begins or finishes pulling the image at place `image` of its cluster's table.
    #[inline]
    fn pull(&mut self, now: Time, node: NodeId, image: usize, begins: bool) {
        let _ = (now, node, image, begins);
    }

    /// A fact of the step at place `step` of the procedure.
    #[inline]
    fn step(&mut self, now: Time, step: usize, fact: StepFact) {
        let _ = (now, step, fact);
    }

    /// All steps of the procedure are over or, if it is not complete, one of them can never be.
    #[inline]
    fn procedure_over(&mut self, now: Time, is_complete: bool) {
        let _ = (now, is_complete);
    }

    /// The threads of `node` have run for `busy_ns` nanoseconds in all since time zero. Reported every five
    /// seconds where a procedure is carried out.
    #[inline]
    fn node_busy(&mut self, now: Time, node: NodeId, busy_ns: f64) {
        let _ = (now, node, busy_ns);
    }

    /// A process of `container` was killed for memory, because of `short`; if it was the first, the container
    /// ended with it.
    #[inline]
    fn oom_kill(&mut self, now: Time, container: ContainerId, short: OutOfMemory) {
        let _ = (now, container, short);
    }

    /// `container`, on `node`, begins or stops answering. Reported at any time, before the measured stretch
    /// too; a container that runs from time zero answers from then on.
    #[inline]
    fn container_answers(&mut self, now: Time, container: ContainerId, node: NodeId, does: bool) {
        let _ = (now, container, node, does);
    }
}

impl Probe for () {}
