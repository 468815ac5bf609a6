//! What the model reports. It never computes a mean: that is for whoever listens.

use crate::ids::{ContainerId, EndpointId, PoolId, QueryId, ServiceId, SourceId};
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
}

impl Failure {
    /// All reasons, in the order of their numbers.
    pub const ALL: [Self; 7] = [
        Self::Refused,
        Self::Timeout,
        Self::NoReplica,
        Self::Reset,
        Self::Oom,
        Self::Shed,
        Self::Abandoned,
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
        }
    }

    /// Its bit in a set of reasons.
    #[must_use]
    pub fn bit(self) -> u16 {
        1 << self as u8
    }
}

/// A listener to the model's facts. Every method does nothing unless it is implemented; the unit
/// type `()` hears nothing. Only facts of requests that arrived in the measured stretch are told.
pub trait Probe {
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

    /// A visit to `container` ended: from its arrival there to its end.
    fn visit_done(&mut self, container: ContainerId, endpoint: EndpointId, response: Nanos) {
        let _ = (container, endpoint, response);
    }

    /// A call was answered: from statement sent to last byte received.
    fn query_done(&mut self, query: QueryId, response: Nanos) {
        let _ = (query, response);
    }

    /// A worker of `container` was got after `waited`, perhaps zero.
    fn worker_wait(&mut self, container: ContainerId, waited: Nanos) {
        let _ = (container, waited);
    }

    /// A visit to `container` came to its node's disk and was served there after `waited`, perhaps
    /// zero.
    fn disk_wait(&mut self, container: ContainerId, waited: Nanos) {
        let _ = (container, waited);
    }

    /// Something was looked up at the cache `service`, and was there or not. A look-up that failed
    /// found nothing.
    fn looked_up(&mut self, service: ServiceId, found: bool) {
        let _ = (service, found);
    }

    /// A connection of `pool` was got after `waited`, perhaps zero.
    fn pool_wait(&mut self, pool: PoolId, waited: Nanos) {
        let _ = (pool, waited);
    }
}

impl Probe for () {}
