//! Reverse proxies in a blueprint: how they learn who is there, and what they let through.

use crate::ids::{ContainerId, ServiceId};
use wssim_kernel::Nanos;

/// A container that keeps a list of servers of its own, which it asks the orchestrator for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Proxy {
    /// Which one.
    pub container: ContainerId,
    /// How often it asks; zero: it is told.
    pub refresh: Nanos,
}

/// How a proxy checks the servers of a service by itself.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Check {
    /// From one check to the next.
    pub interval: Nanos,
    /// A check without an answer has failed after so long.
    pub timeout: Nanos,
}

/// A limit on the calls of one service: one at each of its containers, for all calls that name it.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Limit {
    /// The calling service.
    pub service: ServiceId,
    /// Whether each source of traffic is counted for itself.
    pub per_source: bool,
    /// What passes.
    pub policy: LimitPolicy,
}

/// What a limit lets through; more is turned away.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum LimitPolicy {
    /// A token bucket.
    Rate {
        /// Tokens that come in a second.
        tokens_per_second: f64,
        /// Tokens that it holds.
        burst: u32,
    },
    /// So many at once.
    InFlight(u32),
}
