//! Calls between services: call sites, circuit breakers and connection pools.

use super::Network;
use crate::ids::{BreakerId, EndpointId, LimitId, PoolId, QueryId, ServiceId, TimeoutId};
use crate::law::Law;
use wssim_kernel::Nanos;

/// A call site.
#[derive(Clone, Debug, PartialEq)]
pub struct Call {
    /// The called endpoint.
    pub target: EndpointId,
    /// Hash that tells this site from the others of its endpoint, for the callee's key.
    pub site: u64,
    /// The network that caller and callee share.
    pub network: Network,
    /// Bytes of the request.
    pub send: Law,
    /// Bytes of the answer.
    pub receive: Law,
    /// The pool whose connection it needs.
    pub pool: Option<PoolId>,
    /// Longest wait for the answer, from the moment the attempt is sent.
    pub timeout: Option<TimeoutId>,
    /// What follows a failed attempt.
    pub retry: Retry,
    /// The breaker before it.
    pub breaker: Option<BreakerId>,
    /// The limits before it, in the order in which the call meets them.
    pub limits: Vec<LimitId>,
    /// The callee may begin work no later than this after the call was sent, nor after the caller's own
    /// deadline; `None`: no deadline is passed on.
    pub deadline: Option<Nanos>,
    /// Whether the callee is cancelled when the caller gives up.
    pub cancel: bool,
    /// The pair that it is measured under.
    pub query: QueryId,
    /// How much of its connection is modelled.
    pub travels: Travels,
    /// How long it keeps its connection.
    pub tenure: Tenure,
    /// Whether the caller goes on without an answer after the last attempt has failed, like the client of a
    /// cache.
    pub optional: bool,
}

/// How long a call keeps its connection.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Tenure {
    /// Until it is answered.
    OneCall,
    /// Not a call: takes a connection for later calls.
    Takes {
        /// Probability that the connection is never given back.
        leak: f64,
        /// Address of the draw.
        draw: u32,
    },
    /// Uses the connection that was taken before.
    Uses,
}

/// How much of a call's connection is modelled.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Travels {
    /// All: it is opened, kept, closed, and pinned to a replica.
    OnConnection,
    /// Connections are indistinguishable: none is counted, opened or closed, and requests are balanced one by
    /// one, by the route's policy.
    Freely,
    /// The same, where the policy takes the replicas in turn for all callers together.
    InTurn,
}

/// Retries of a call.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Retry {
    /// Attempts after the first.
    pub attempts: u32,
    /// Pause before the first retry.
    pub backoff: Nanos,
    /// Factor from one pause to the next.
    pub factor: f64,
    /// Each pause is multiplied by a uniform number in [1 − jitter, 1 + jitter].
    pub jitter: f64,
    /// Which failures are retried; a set of [`crate::probe::Failure`] bits.
    pub on: u16,
    /// Whether a retry avoids the replica of the last attempt if there is another.
    pub other_replica: bool,
}

impl Retry {
    /// No retries.
    pub const NEVER: Self = Self {
        attempts: 0,
        backoff: Nanos::ZERO,
        factor: 1.0,
        jitter: 0.0,
        on: u16::MAX,
        other_replica: false,
    };
}

/// Circuit breakers of one service before another: one in each of its containers, for all calls with this
/// policy.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Breaker {
    /// The calling service.
    pub service: ServiceId,
    /// The pair that it is measured under.
    pub query: QueryId,
    /// When it trips, and for how long.
    pub policy: BreakerPolicy,
}

/// When a circuit breaker trips, and for how long.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct BreakerPolicy {
    /// Trips at this many failures within the window.
    pub failures: Option<u32>,
    /// Trips at this ratio of failures to calls within the window, from `min_calls` calls on.
    pub ratio: Option<f64>,
    /// See `ratio`.
    pub min_calls: u32,
    /// How long an outcome counts.
    pub window: Nanos,
    /// How long it lets nothing pass.
    pub open: Nanos,
    /// How many attempts then pass as probes, all of which must succeed.
    pub half_open: u32,
}

impl BreakerPolicy {
    /// Hystrix's: half of at least 20 calls in 10 s, open for 5 s, one probe
    /// (`circuitBreaker.errorThresholdPercentage`, `.requestVolumeThreshold`,
    /// `.sleepWindowInMilliseconds`, `metrics.rollingStats.timeInMilliseconds`).
    pub const HYSTRIX: Self = Self {
        failures: None,
        ratio: Some(0.5),
        min_calls: 20,
        window: Nanos(10_000_000_000),
        open: Nanos(5_000_000_000),
        half_open: 1,
    };
}

/// A connection pool: at most `size` calls of one container to the target at once.
#[derive(Clone, Debug, PartialEq)]
pub struct Pool {
    /// The calling service; each of its containers has an instance.
    pub service: ServiceId,
    /// The service that it connects to.
    pub target: ServiceId,
    /// Its name in metrics: the target's.
    pub name: String,
    /// Connections of one instance.
    pub size: u32,
    /// Longest wait for a connection.
    pub timeout: Option<TimeoutId>,
    /// Whether a call without a connection waits, as for a busy one, while the target accepts no more.
    pub outwaits: bool,
}
