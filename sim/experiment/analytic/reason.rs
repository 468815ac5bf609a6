//! Why a simulation may differ from the formulas.

/// Something that is there and that the formulas leave out.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum FormulaGap {
    /// Something cannot do what is asked of it: there is no steady state.
    Overload,
    /// Bursts: this source's arrivals are no Poisson process of a constant rate.
    Arrivals(String),
    /// Bursts: background of this node begins several jobs at once.
    Batches(String),
    /// Limits: the containers of this service have a CPU quota a period.
    Quota(String),
    /// Limits: this service refuses what finds its backlog full.
    Backlog(String),
    /// Limits: waiting for a worker of this service ends by a time-out.
    QueueTimeOut(String),
    /// Limits: waiting for a connection of the first to the second service ends by a time-out.
    PoolTimeOut(String, String),
    /// Limits: requests of the first service hold a connection to the second over several steps.
    Held(String, String),
    /// Limits: this service takes a limited number of connections.
    Full(String),
    /// Limits: users of this source give up.
    Patience(String),
    /// Limits: calls to this service have a time-out, and are made again or not.
    TimeOut(String),
    /// Limits: a breaker or a limit stands before calls of this service.
    Guard(String),
    /// Memory: what is asked for of this node's RAM is more than it has.
    Ram(String),
    /// Memory: containers of this service may be asked for more than their limit of RAM.
    RamLimit(String),
    /// Memory: this service reads files, which come from the disk when RAM does not hold them.
    Reads(String),
    /// Memory: the caches of this service begin empty.
    ColdCache(String),
    /// Routing: callers do not spread evenly over the replicas of this service.
    Uneven(String),
    /// Routing: this source comes in through the routing mesh, which works for it.
    Mesh(String),
    /// Routing: opening a connection takes time, of so many pairs of services.
    Connections(usize),
    /// Faults are to strike.
    Faults,
    /// Something is to be rolled out.
    Rollouts,
    /// Containers of this service start during the run.
    Starts(String),
    /// Several containers compete for the processor of this node, which gives each container as much and not
    /// each job.
    Contended(String),
    /// Parallel branches of this service, with what they call, compute on one processor at the same time.
    Branches(String),
    /// Times of this service have no variance: waits rest on a mean square that there is not.
    NoVariance(String),
    /// Times at the disk of this node are not exponential.
    DiskLaw(String),
    /// Queues behind queues: who waits for workers or connections of this service holds others meanwhile.
    Nested(String),
}
