//! What sources and background loads keep, and what is counted of requests.

use super::bursts::Bursts;
use super::source::SourceState;
use crate::blueprint::{Background, Blueprint, Maker};
use crate::ids::{SourceId, TimeoutId};
use crate::run::Run;
use wssim_kernel::Nanos;
use wssim_kernel::stream::StreamKey;

/// Requests counted from time zero: arrivals = answered + failed + in flight. Answered ones are counted by
/// source.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Counts {
    pub(super) arrivals: u64,
    pub(super) failed: u64,
    pub(super) measured: u64,
    pub(super) measured_in_flight: u64,
}

/// The state of all traffic.
#[derive(Debug)]
pub(crate) struct TrafficState {
    pub(super) sources: Vec<SourceState>,
    /// Stream and number of the next burst of each background load.
    pub(super) loads: Vec<(StreamKey, u64)>,
    /// By node: its bursts that wait outside the calendar.
    pub(super) waiting: Vec<Bursts>,
    pub(super) counts: Counts,
}

impl TrafficState {
    /// The state at time zero; `class` makes the class of a constant time-out.
    pub(crate) fn new(
        blueprint: &Blueprint,
        run: Run,
        mut class: impl FnMut(Nanos) -> TimeoutId,
    ) -> Self {
        Self {
            sources: (blueprint.sources.iter())
                .map(|source| SourceState::new(source, run.seed, run.replication, &mut class))
                .collect(),
            loads: blueprint.background.iter().map(|b| (burst_stream(b, run), 0)).collect(),
            waiting: blueprint.nodes.iter().map(|_| Bursts::default()).collect(),
            counts: Counts::default(),
        }
    }

    /// Requests that arrived in the measured stretch.
    pub(crate) fn measured(&self) -> u64 {
        self.counts.measured
    }

    /// Those of them that are in flight.
    #[inline(always)]
    pub(crate) fn measured_in_flight(&self) -> u64 {
        self.counts.measured_in_flight
    }

    /// Half the round trip to the users of `source`, if constant.
    #[inline(always)]
    pub(crate) fn half_client_rtt(&self, source: SourceId) -> Option<Nanos> {
        self.sources[source.index()].half_client_rtt
    }

    /// Counts a call sent for a measured request of `source`.
    #[inline(always)]
    pub(crate) fn note_attempt(&mut self, source: SourceId) {
        self.sources[source.index()].attempts += 1;
    }

    /// Calls sent for measured requests, by source.
    pub(crate) fn attempts(&self) -> Vec<u64> {
        self.sources.iter().map(|source| source.attempts).collect()
    }

    /// Good answers since time zero, by source.
    pub(crate) fn answered(&self) -> Vec<u64> {
        self.sources.iter().map(|source| source.answered).collect()
    }

    /// The number of sources.
    pub(crate) fn sources(&self) -> usize {
        self.sources.len()
    }

    /// No request is lost: arrivals = answered + failed + `in_flight`.
    ///
    /// # Panics
    /// When the law is broken: a bug.
    pub(crate) fn assert_requests(&self, in_flight: u64) {
        let answered: u64 = self.sources.iter().map(|source| source.answered).sum();
        assert_eq!(
            self.counts.arrivals,
            answered + self.counts.failed + in_flight,
            "requests: arrivals = answered + failed + in flight"
        );
    }
}

/// The stream of a background load; node and container names may coincide.
fn burst_stream(background: &Background, run: Run) -> StreamKey {
    let purpose = match background.maker {
        Maker::Container(_) => "background",
        Maker::System(_) => "system",
    };
    StreamKey::new(run.seed, run.replication, purpose, &background.name)
}
