//! Why a simulation may differ from the formulas.

/// A feature of the blueprint that the formulas leave out.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum FormulaGap {
    /// A resource is overloaded: there is no steady state.
    Overload,
    /// Bursts: arrivals of this source are no Poisson process of constant rate.
    Arrivals(String),
    /// Bursts: background of this node begins several jobs at once.
    Batches(String),
    /// Limits: the containers of this service have a CPU quota per period.
    Quota(String),
    /// Limits: this service refuses requests when its backlog is full.
    Backlog(String),
    /// Limits: waits for a worker of this service have a time-out.
    QueueTimeOut(String),
    /// Limits: waits for a connection of the first service to the second have a time-out.
    PoolTimeOut(String, String),
    /// Limits: requests of the first service hold a connection to the second over several steps.
    Held(String, String),
    /// Limits: this service accepts a limited number of connections.
    Full(String),
    /// Limits: users of this source give up.
    Patience(String),
    /// Limits: calls to this service have a time-out, with or without retries.
    TimeOut(String),
    /// Limits: a breaker or a limit guards calls of this service.
    Guard(String),
    /// Memory: this node's RAM is too small for the demand.
    Ram(String),
    /// Memory: containers of this service may need more than their limit of RAM.
    RamLimit(String),
    /// Memory: this service reads files, which come from the disk when RAM does not hold them.
    Reads(String),
    /// Memory: the caches of this service start empty.
    ColdCache(String),
    /// Routing: callers do not spread evenly over the replicas of this service.
    Uneven(String),
    /// Routing: this source enters through the routing mesh, which costs CPU time.
    Mesh(String),
    /// Routing: opening a connection takes time, for this many pairs of services.
    Connections(usize),
    /// Faults occur.
    Faults,
    /// A rollout happens.
    Rollouts,
    /// Containers of this service start during the run.
    Starts(String),
    /// Several containers compete for the processor of this node, which is shared by container, not by
    /// job.
    Contended(String),
    /// Parallel branches of this service, with their calls, compute on one processor at the same time.
    Branches(String),
    /// Times of this service have no variance: the formula for waits needs a mean square.
    NoVariance(String),
    /// Times at the disk of this node are not exponential.
    DiskLaw(String),
    /// Queues behind queues: requests that wait for workers or connections of this service hold others
    /// meanwhile.
    Nested(String),
}
