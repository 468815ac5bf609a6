//! What the model reports. It never computes a mean: that is for whoever listens.

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
    /// Nobody was there to ask.
    NoReplica,
    /// The connection broke.
    Reset,
    /// The container was killed for want of memory.
    Oom,
    /// Turned away to protect the service.
    Shed,
    /// The user gave up.
    Abandoned,
    /// Nothing more could be written where it was to be.
    DiskFull,
    /// The container's data is not there.
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

    /// What a caller hears of it: a container that is killed resets its connections.
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

/// What had no page left when a process was killed for want of memory.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum OutOfMemory {
    /// The container, at its own limit, with room on its node or without.
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

/// What a node's memory was like between two looks at it; bytes.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct NodeMemoryState {
    /// In RAM: pages of containers, kernel, engine, shims and agent; what `free` calls used.
    pub used: f64,
    /// In RAM: pages of containers.
    pub resident: f64,
    /// Pages that containers touch, in RAM or not.
    pub hot: f64,
    /// What is left of RAM, for the page cache.
    pub page_cache: f64,
    /// In swap.
    pub swap: f64,
    /// Pages brought back from swap since the last look.
    pub swapped_in: u64,
    /// For so long of that time somebody waited for pages.
    pub stalled: Nanos,
    /// Containers that run, on all nodes.
    pub running: u32,
}

/// A moment in the life of a frame: a request, its stay at a container, or part of such a stay.
///
/// A frame does one thing at a time, from one fact to the next; so what it does tiles its life.
/// What lies between two things at one instant is not told. How a connection is got is told ahead, at
/// the times at which it will happen: an earlier time that is told later takes the rest of it back.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum FrameFact {
    /// It begins. The frame that opened it does nothing but wait for it until it is told of again.
    Opens(Opening),
    /// It does something else from now on.
    Does(Doing),
    /// Its CPU step is over; its container had been throttled for that long since time zero.
    Computed(Nanos),
    /// What it waited for has failed: an attempt of its call.
    Fails(Failure),
    /// It ends: `None`: well. Its place may have a new tenant from now on.
    Closes(Option<Failure>),
}

/// What begins.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Opening {
    /// A user's request.
    Request {
        /// Where it comes from.
        source: SourceId,
        /// Whether it arrived in the measured stretch.
        measured: bool,
    },
    /// Its stay at a container: it travels there first.
    Visit {
        /// Place of the frame that called.
        caller: u32,
        /// The container.
        container: ContainerId,
        /// What it does there.
        endpoint: EndpointId,
        /// The call; `None`: a user's own.
        call: Option<CallId>,
        /// Number of the attempt, from zero.
        attempt: u16,
    },
    /// Part of such a stay.
    Part {
        /// Place of the frame that it is a part of.
        of: u32,
        /// Whether it runs beside others; otherwise it is repeated.
        parallel: bool,
    },
}

/// What a frame does.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Doing {
    /// Has arrived at its container.
    Arrives,
    /// Waits for a worker.
    Queues,
    /// Waits for a connection of a pool.
    Connects(PoolId),
    /// Tries connections that were idle for long.
    Tries,
    /// Looks up a name.
    LooksUp,
    /// Opens a connection.
    ShakesHands,
    /// Waits for an answer to what reaches nobody.
    AwaitsNobody,
    /// Computes.
    Computes {
        /// How long that takes on a thread of its own.
        alone: Nanos,
        /// How much of that is networking: packets, virtual address, overlay, encryption.
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

/// What had not come to an end when a replication was given up.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Unfinished {
    /// A user's request.
    Request(SourceId),
    /// A visit to a container; as all that follows, of such a request.
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

/// What happens to a rollout.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum RolloutFact {
    /// Its time has come.
    Begins,
    /// The image of the service is being built.
    Builds(ServiceId),
    /// It is built.
    Built(ServiceId),
    /// It is being pushed to its registry.
    Pushes(ServiceId),
    /// It is where it can be pulled from.
    Pushed(ServiceId),
    /// All images are where they can be pulled from: the orchestrator is told.
    Deploys,
    /// The update of the service is over.
    Updated(ServiceId, Ending),
    /// All updates are over, and all new containers have been found healthy; or it was broken off.
    Ends(Ending),
}

/// What happens to a step of a procedure.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum StepFact {
    /// It begins.
    Begins,
    /// It is over.
    Ends,
}

/// A listener to the model's facts. Every method does nothing unless it is implemented; the unit
/// type `()` hears nothing. Only facts of requests that arrived in the measured stretch are told.
pub trait Probe {
    /// Whether it wants to hear of frames: the facts for [`Probe::frame`] are not even gathered
    /// otherwise.
    const FOLLOWS: bool = false;

    /// Parts of the measured stretch, each from an instant to another, whose time averages it wants beside those
    /// of the whole: [`Outcome::parts`](crate::Outcome::parts) has them in this order. Asked once, at the beginning.
    fn parts(&self) -> Vec<[Time; 2]> {
        Vec::new()
    }

    /// What becomes of the frame at place `frame`, of any request, measured or not. A place has one
    /// tenant at a time.
    fn frame(&mut self, now: Time, frame: u32, fact: FrameFact) {
        let _ = (now, frame, fact);
    }

    /// A request of `source` set out at `now`.
    #[inline]
    fn request_arrived(&mut self, now: Time, source: SourceId) {
        let _ = (now, source);
    }

    /// A request of `source` that arrived at `arrived` was answered after `response`, or failed;
    /// it took `attempts` calls of all kinds to get there.
    fn request_done(
        &mut self,
        source: SourceId,
        arrived: Time,
        response: Nanos,
        outcome: Result<(), Failure>,
    ) {
        let _ = (source, arrived, response, outcome);
    }

    /// A measured request of `source` begins a CPU step of `work` nanoseconds of the reference CPU, networking
    /// apart.
    #[inline]
    fn demand_drawn(&mut self, source: SourceId, work: f64) {
        let _ = (source, work);
    }

    /// The replication is given up at `now`, and `what`, which began at `since`, has not come to its end.
    /// Told of measured requests and of what they wait for, after everything else.
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

    /// A worker of `container` was wanted from `since` on and got after `waited`, perhaps zero.
    fn worker_wait(&mut self, container: ContainerId, since: Time, waited: Nanos) {
        let _ = (container, since, waited);
    }

    /// A visit to `container` came to its node's disk at `since` and was served there after `waited`,
    /// perhaps zero.
    fn disk_wait(&mut self, container: ContainerId, since: Time, waited: Nanos) {
        let _ = (container, since, waited);
    }

    /// Something was looked up at the cache `service`, and at `now` was there or not. A look-up that
    /// failed found nothing.
    fn looked_up(&mut self, now: Time, service: ServiceId, found: bool) {
        let _ = (now, service, found);
    }

    /// A connection of `pool` was wanted from `since` on and got after `waited`, perhaps zero.
    fn pool_wait(&mut self, pool: PoolId, since: Time, waited: Nanos) {
        let _ = (pool, since, waited);
    }

    /// From `from` to `to` the memory of `node` was like that.
    #[inline]
    fn node_memory(&mut self, node: NodeId, from: Time, to: Time, state: &NodeMemoryState) {
        let _ = (node, from, to, state);
    }

    /// Something happened in the control plane.
    #[inline]
    fn control(&mut self, now: Time, fact: Control) {
        let _ = (now, fact);
    }

    /// Something has happened to a rollout.
    #[inline]
    fn rollout(&mut self, now: Time, id: RolloutId, fact: RolloutFact) {
        let _ = (now, id, fact);
    }

    /// `node` begins to pull the image at that place of its cluster's table, or has pulled it.
    #[inline]
    fn pull(&mut self, now: Time, node: NodeId, image: usize, begins: bool) {
        let _ = (now, node, image, begins);
    }

    /// Something has happened to the step at that place of the procedure.
    #[inline]
    fn step(&mut self, now: Time, step: usize, fact: StepFact) {
        let _ = (now, step, fact);
    }

    /// All steps of the procedure are over, or, if it is not complete, one of them will never be.
    #[inline]
    fn procedure_over(&mut self, now: Time, is_complete: bool) {
        let _ = (now, is_complete);
    }

    /// The threads of `node` have run for so many nanoseconds in all, since time zero. Told every five seconds
    /// where a procedure is carried out.
    #[inline]
    fn node_busy(&mut self, now: Time, node: NodeId, busy_ns: f64) {
        let _ = (now, node, busy_ns);
    }

    /// A process of `container` was killed for want of memory, because of `short`; with it the container,
    /// if it was the first.
    #[inline]
    fn oom_kill(&mut self, now: Time, container: ContainerId, short: OutOfMemory) {
        let _ = (now, container, short);
    }

    /// `container`, on `node`, begins to answer whoever reaches it, or does so no longer. Told at any
    /// time, before the measured stretch too; a container that is there from the first answers from
    /// the first.
    #[inline]
    fn container_answers(&mut self, now: Time, container: ContainerId, node: NodeId, does: bool) {
        let _ = (now, container, node, does);
    }
}

impl Probe for () {}
