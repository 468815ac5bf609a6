//! Reverse proxies in a blueprint: their lists of servers, health checks and limits.

use crate::ids::{ContainerId, ServiceId};
use wssim_kernel::Nanos;

/// A container that keeps its own list of servers, obtained from the orchestrator.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Proxy {
    /// The container.
    pub container: ContainerId,
    /// Interval at which it polls; zero: it is notified.
    pub refresh: Nanos,
}

/// How a proxy checks the servers of a service.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Check {
    /// From one check to the next.
    pub interval: Nanos,
    /// A check without an answer fails after this time.
    pub timeout: Nanos,
}

/// A limit on the calls of one service: one in each of its containers, for all calls that name it.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Limit {
    /// The calling service.
    pub service: ServiceId,
    /// Whether each source of traffic is counted separately.
    pub per_source: bool,
    /// The limit.
    pub policy: LimitPolicy,
}

/// What a limit lets through; the rest is rejected.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum LimitPolicy {
    /// A token bucket.
    Rate {
        /// Tokens added per second.
        tokens_per_second: f64,
        /// Tokens that it holds at most.
        burst: u32,
    },
    /// This many calls in flight.
    InFlight(u32),
}
