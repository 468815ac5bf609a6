//! A blueprint: a scenario made ready to run, with ids resolved, times in nanoseconds, programs flat.
//!
//! Tables are in order of *names*, so that the order of entries in a file changes nothing.
//! A blueprint is immutable and shared by all replications.

mod call;
mod container;
mod faults;
mod health;
mod memory;
mod network;
mod places;
mod procedure;
mod programs;
mod proxy;
mod routing;
mod steps;
mod traffic;

use crate::cache::Popularity;
use crate::ids::{
    CacheId, CallId, ContainerId, InstructionId, LabelId, ParallelId, ServiceId, TimeoutId,
};
use crate::law::Law;
pub use crate::network::packet::{Wire, usual};
use crate::orchestrator::{Cluster, RestartPolicy};
pub use crate::traffic::mmpp::Mmpp;
pub use crate::traffic::profile::{Piece, Profile};
pub use call::{Breaker, BreakerPolicy, Call, Pool, Retry, Tenure, Travels};
pub use container::{Cold, Container, DataAt, Needs, OnStop};
pub use faults::{Comes, Fault, FaultKind};
pub use health::HealthCheck;
pub use memory::{Data, Heap, Memory, NodeMemory, PAGE};
pub use network::{Encapsulation, Link, Network};
pub use procedure::{Carry, Procedure, Step, Work};
pub use programs::{CallsNeeded, Choice};
pub use proxy::{Check, Limit, LimitPolicy, Proxy};
pub use routing::{Balance, Client, Detection, Pick, Policy, Resolver, Route};
pub use traffic::{Arrivals, Background, FirstArrival, Maker, Source, Trace, TraceRow};
use wssim_kernel::Nanos;

/// Everything that a world consists of.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Blueprint {
    /// The machines, by name.
    pub nodes: Vec<Node>,
    /// The path between each two nodes: row = sender, column = receiver, `nodes.len()` squared.
    pub links: Vec<Link>,
    /// CPU of one packet batch at each end, at the reference CPU's speed. Charged to the adjacent
    /// CPU step of the frame that sends or receives.
    pub packet_cpu: Nanos,
    /// What VXLAN adds per batch at each end, in nanoseconds of the reference CPU.
    pub vxlan_cpu_ns: f64,
    /// What ESP adds per packet at each end, in nanoseconds of the reference CPU.
    pub esp_cpu_ns: f64,
    /// What IPVS adds per batch, in nanoseconds of the reference CPU.
    pub ipvs_cpu_ns: f64,
    /// The services, by name.
    pub services: Vec<Service>,
    /// The containers, by (service, index).
    pub containers: Vec<Container>,
    /// The endpoints, by (service, name).
    pub endpoints: Vec<Endpoint>,
    /// All programs, one after another; each ends with [`Instruction::End`].
    pub program: Vec<Instruction>,
    /// Call sites.
    pub calls: Vec<Call>,
    /// Caches, by (service, parameters).
    pub caches: Vec<Cache>,
    /// Parallel steps.
    pub parallels: Vec<Parallel>,
    /// Connection pools, by (service, target).
    pub pools: Vec<Pool>,
    /// Circuit breakers, in the order in which programs first name them.
    pub breakers: Vec<Breaker>,
    /// Limits on calls.
    pub limits: Vec<Limit>,
    /// Containers with their own list of servers, by container.
    pub proxies: Vec<Proxy>,
    /// (caller service, callee service) pairs, by name, whose calls `query_time_seconds` reports.
    pub queries: Vec<Query>,
    /// How the calls of each pair find a replica and connect to it, in the order of `queries`.
    pub routes: Vec<Route>,
    /// How fast changes of containers become known.
    pub detection: Detection,
    /// The orchestrator that replaces containers; `None`: each container restarts in place, or never.
    pub control: Option<Cluster>,
    /// What people do to the cluster, if anything; nothing else then starts spare containers.
    pub procedure: Option<Procedure>,
    /// Faults, by name.
    pub faults: Vec<Fault>,
    /// How many repairs of random faults can go on at once; `None`: all.
    pub crews: Option<std::num::NonZeroU32>,
    /// Classes of constant time-outs: pending ones wait in a FIFO with one event for its head.
    pub timeouts: Vec<Nanos>,
    /// Sources of requests, by name.
    pub sources: Vec<Source>,
    /// Background load, by (service, container), then that of nodes.
    pub background: Vec<Background>,
    /// Labels of CPU steps that a trace may name, by name.
    pub labels: Vec<String>,
}

/// One machine.
#[derive(Clone, Debug, PartialEq)]
pub struct Node {
    /// Its name.
    pub name: String,
    /// Speed of one busy thread, relative to the reference CPU.
    pub speed: f64,
    /// Hardware threads: how many jobs run at once.
    pub threads: f64,
    /// Total work of n running threads in own single-thread units, piecewise linear through these
    /// (n, work) points; (0, 0) is implied; constant beyond the last.
    pub capacity: Vec<(f64, f64)>,
    /// Its RAM and swap.
    pub memory: NodeMemory,
    /// Network bandwidth in bytes per second; infinite when none is given.
    pub bandwidth: f64,
    /// CPU of encrypting one byte, in nanoseconds of the reference CPU.
    pub cipher_ns_per_byte: f64,
    /// Its disk; `None`: a disk that takes no time.
    pub disk: Option<Disk>,
    /// Its price, in the scenario's currency; `None`: it is there already.
    pub price: Option<f64>,
}

/// A node's disk: one queue, first come first served.
#[derive(Clone, Debug, PartialEq)]
pub struct Disk {
    /// Law of the time to the first byte of a read, in nanoseconds.
    pub read: Law,
    /// The same for a write.
    pub write: Law,
    /// The same for a write that must survive a power cut.
    pub flush: Law,
    /// Bytes per second of one visit after its first byte; may be infinite.
    pub bandwidth: f64,
    /// Visits in service at once.
    pub queues: u32,
}

/// The kind of a visit to a disk.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Access {
    /// A read.
    Read,
    /// A write, perhaps into the disk's own memory.
    Write,
    /// A write that survives a power cut.
    Flush,
}

impl Disk {
    /// Law of the time to the first byte.
    #[must_use]
    pub fn access(&self, access: Access) -> &Law {
        match access {
            Access::Read => &self.read,
            Access::Write => &self.write,
            Access::Flush => &self.flush,
        }
    }
}

/// What the containers of one service have in common.
#[derive(Clone, Debug, PartialEq)]
pub struct Service {
    /// Its name.
    pub name: String,
    /// Requests in service at once, per container; `None`: unlimited.
    pub workers: Option<u32>,
    /// When a request holds a worker.
    pub hold: Hold,
    /// Requests that may wait per container; more are refused. `None`: unlimited.
    pub backlog: Option<u32>,
    /// Longest wait for a worker.
    pub queue_timeout: Option<TimeoutId>,
    /// CPU limit per container.
    pub cpu_limit: Option<CpuLimit>,
    /// RAM of a container.
    pub memory: Memory,
    /// Its containers: a range of [`Blueprint::containers`], spare ones last.
    pub containers: std::ops::Range<u32>,
    /// How many of its containers are spare: empty until one is lost elsewhere.
    pub spares: u32,
    /// CPU demand of a container's start, in nanoseconds of the reference CPU, on one thread.
    pub startup: Law,
    /// What a started container waits for before it listens.
    pub needs: Needs,
    /// When an ended container is started again.
    pub restart: RestartPolicy,
    /// How the health of its containers is checked; `None`: a container that listens is healthy.
    pub health: Option<HealthCheck>,
    /// From the stop signal until it is killed, and its reaction meanwhile.
    pub stop_grace: Nanos,
    /// See `stop_grace`.
    pub on_stop: OnStop,
    /// How much slower its first requests after a start are.
    pub cold: Option<Cold>,
    /// Its containers close a connection that was idle for this long.
    pub keep_alive: Option<Nanos>,
    /// Connections of other services that each container accepts at once; more are refused. `None`:
    /// unlimited.
    pub max_connections: Option<u32>,
    /// How proxies check its containers; `None`: they do not.
    pub check: Option<Check>,
}

/// When a request holds a worker.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Hold {
    /// From the start to the end of the request, like a thread of a pool.
    Request,
    /// During CPU steps only, like an event loop.
    Cpu,
}

/// A limit on a container's CPU.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct CpuLimit {
    /// Thread-seconds per second.
    pub cpus: f64,
    /// How it is enforced.
    pub quota: Quota,
}

/// How a CPU limit is enforced.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Quota {
    /// Thread time per 100 ms period as Linux grants it: in slices to CPUs, enforced at ticks.
    Cfs,
    /// Thread time per 100 ms period on a fixed grid, nothing carried over.
    Grid,
    /// A cap on the rate.
    Fluid,
}

/// One operation of a service.
#[derive(Clone, Debug, PartialEq)]
pub struct Endpoint {
    /// Its service.
    pub service: ServiceId,
    /// Its name.
    pub name: String,
    /// Where its program begins.
    pub start: InstructionId,
}

/// One step of a request program.
#[derive(Clone, Debug, PartialEq)]
pub enum Instruction {
    /// Computes; the law is in nanoseconds of the reference CPU.
    Cpu {
        /// The demand.
        demand: Law,
        /// Address of the draw: a hash of (service, endpoint, label or ordinal).
        draw: u32,
        /// A trace's column may give the demand instead.
        label: Option<LabelId>,
    },
    /// Waits for something outside the cluster.
    Sleep {
        /// The duration in nanoseconds.
        duration: Law,
        /// Address of the draw.
        draw: u32,
    },
    /// Visits the disk of the container's node, if that has one that takes time.
    Disk {
        /// The kind of visit.
        access: Access,
        /// Bytes of the visit.
        bytes: Law,
        /// Addresses of the draws: the time to the first byte, and the bytes.
        draws: [u32; 2],
    },
    /// Reads pages of the service's data; those missing from its buffers and the page cache come from the
    /// disk, in one visit.
    Read {
        /// Number of pages; rounded to a whole number.
        pages: Law,
        /// Addresses of the draws: number of pages, number of misses, and times at the disk.
        draws: [u32; 3],
    },
    /// At a cache: looks an item up; the caller will know whether it was found.
    LookUp {
        /// The key space.
        cache: CacheId,
        /// Address of the draw.
        draw: u32,
    },
    /// After a call with a look-up: goes on at `to` if the item was found.
    SkipIfFound {
        /// The key space.
        cache: CacheId,
        /// Where to go when skipping.
        to: InstructionId,
    },
    /// Calls another service and waits for the answer.
    Call(CallId),
    /// Takes a connection for later calls, those with [`Tenure::Uses`].
    Take(CallId),
    /// Gives that connection back.
    GiveBack,
    /// Goes on at `to` with probability 1 − `probability`.
    SkipUnless {
        /// Probability of not skipping.
        probability: f64,
        /// Address of the draw.
        draw: u32,
        /// Where to go when skipping.
        to: InstructionId,
    },
    /// Runs the instructions up to `to` (which end with [`Instruction::EndBranch`]) several times, one after
    /// another, then goes on at `to`.
    Repeat {
        /// How often; rounded to a whole number.
        count: Law,
        /// Address of the draw.
        draw: u32,
        /// Number of this site among the sites of its endpoint, for the keys of its repetitions.
        site: u64,
        /// Where to go on afterwards.
        to: InstructionId,
    },
    /// Starts branches at once and goes on when enough have succeeded.
    Parallel(ParallelId),
    /// A branch or one repetition ends.
    EndBranch,
    /// The request is answered.
    End,
}

/// A parallel step.
#[derive(Clone, Debug, PartialEq)]
pub struct Parallel {
    /// Where each branch begins; each ends with [`Instruction::EndBranch`].
    pub branches: Vec<InstructionId>,
    /// How many must succeed.
    pub need: u32,
    /// Where the step's frame goes on.
    pub next: InstructionId,
    /// Number of this site among the sites of its endpoint; branch b has key part `site + b`.
    pub site: u64,
}

/// A key space that look-ups refer to. Each container of the service has a store of its own.
#[derive(Clone, Debug, PartialEq)]
pub struct Cache {
    /// The service that caches.
    pub service: ServiceId,
    /// How hits come about.
    pub hits: Hits,
}

/// How hits come about.
#[derive(Clone, Debug, PartialEq)]
pub enum Hits {
    /// Drawn with this probability.
    Drawn(f64),
    /// Items that were looked up before and not evicted since.
    Lru {
        /// How popular the items are.
        popularity: Popularity,
        /// Items that a store holds.
        capacity: u32,
        /// Whether stores begin in their stationary law instead of empty.
        warm: bool,
        /// The expected hit ratio of a warm store.
        expected: f64,
    },
}

impl Hits {
    /// Hits of LRU stores that hold `capacity` items each.
    #[must_use]
    pub fn lru(popularity: Popularity, capacity: u32, warm: bool) -> Self {
        let expected = popularity.expected_hits(capacity);
        Self::Lru { popularity, capacity, warm, expected }
    }

    /// The expected hit ratio, without simulation.
    #[must_use]
    pub fn expected(&self) -> f64 {
        match self {
            Self::Drawn(share) => *share,
            Self::Lru { expected, .. } => *expected,
        }
    }
}

/// A pair of services whose calls are measured together.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Query {
    /// The caller.
    pub caller: ServiceId,
    /// The callee.
    pub service: ServiceId,
}

impl Blueprint {
    /// The sum of the nodes' prices; `None`: no node has one.
    #[must_use]
    pub fn price(&self) -> Option<f64> {
        self.nodes.iter().filter_map(|node| node.price).reduce(|sum, price| sum + price)
    }

    /// Whether any caller and callee are tied by more than request and answer.
    pub(crate) fn ties_frames(&self) -> bool {
        self.sources.iter().any(|source| source.cancel)
            || (self.calls.iter()).any(|call| {
                call.cancel
                    || call.breaker.is_some()
                    || call.deadline.is_some()
                    || call.tenure != Tenure::OneCall
                    || !call.limits.is_empty()
            })
    }

    /// The service of `container`.
    #[must_use]
    pub fn service_of(&self, container: ContainerId) -> &Service {
        &self.services[self.containers[container.index()].service.index()]
    }

    /// The containers of `service`.
    pub(crate) fn containers_of(&self, service: ServiceId) -> std::ops::Range<u32> {
        self.services[service.index()].containers.clone()
    }

    /// The number of `container` among those of its service `service`, from zero.
    #[inline]
    pub(crate) fn replica(&self, service: ServiceId, container: ContainerId) -> u32 {
        container.0 - self.services[service.index()].containers.start
    }

    /// A name of `cache` that does not depend on other caches.
    #[must_use]
    pub fn cache_name(&self, cache: CacheId) -> String {
        let cache = &self.caches[cache.index()];
        let service = &self.services[cache.service.index()].name;
        match &cache.hits {
            Hits::Drawn(share) => format!("{service}/{share}"),
            Hits::Lru { popularity, capacity, .. } => {
                format!("{service}/{}/{capacity}/{}", popularity.items(), popularity.alpha())
            }
        }
    }
}
