//! The listener for parts of the measured stretch: a recorder for the whole, and one for each part.
//! Without parts only the recorder of the whole listens, at no extra cost.

use crate::part::Span;
use crate::recorder::{Record, Recorder};
use wssim_kernel::{Nanos, Time};
use wssim_model::Blueprint;
use wssim_model::ids::{
    ContainerId, EndpointId, NodeId, PoolId, QueryId, RolloutId, ServiceId, SourceId,
};
use wssim_model::probe::{Failure, NodeMemoryState, OutOfMemory, Probe, RolloutFact, Unfinished};

/// Records one replication.
#[derive(Clone, Debug)]
pub(crate) struct Parted {
    whole: Recorder,
    parts: Vec<Listening>,
}

/// The recorder of a part.
#[derive(Clone, Debug)]
struct Listening {
    ends: [Time; 2],
    /// Whether it also records what happens after the measured stretch.
    is_last: bool,
    recorder: Recorder,
}

impl Listening {
    #[inline]
    fn has(&self, at: Time) -> bool {
        self.ends[0] <= at && (at < self.ends[1] || self.is_last)
    }
}

impl Parted {
    /// An empty listener around the empty recorder `whole`; the `measured` stretch begins at `begin`.
    pub(crate) fn new(
        blueprint: &Blueprint,
        whole: Recorder,
        begin: Time,
        measured: Nanos,
        parts: &[Span],
    ) -> Self {
        let listening = |span: &Span| Listening {
            ends: span.ends(begin),
            is_last: span.to == measured,
            // A single slot: parts have no series.
            recorder: Recorder::new(blueprint, begin + span.from, span.length(), span.length()),
        };
        Self { whole, parts: parts.iter().map(listening).collect() }
    }

    /// The records: of the whole, and of the parts in their order.
    pub(crate) fn finish(self) -> (Record, Vec<Record>) {
        let parts = self.parts.into_iter().map(|part| part.recorder.finish());
        (self.whole.finish(), parts.collect())
    }

    /// Passes an event to the recorders of the whole, and of the parts that contain `at`.
    #[inline]
    fn tell(&mut self, at: Time, tell: impl Fn(&mut Recorder)) {
        tell(&mut self.whole);
        for part in &mut self.parts {
            if part.has(at) {
                tell(&mut part.recorder);
            }
        }
    }
}

impl Probe for Parted {
    fn parts(&self) -> Vec<[Time; 2]> {
        self.parts.iter().map(|part| part.ends).collect()
    }

    #[inline]
    fn request_done(
        &mut self,
        source: SourceId,
        arrived: Time,
        response: Nanos,
        outcome: Result<(), Failure>,
    ) {
        self.tell(arrived, |one| one.request_done(source, arrived, response, outcome));
    }

    /// Needed only for controls, which parts do not have.
    #[inline]
    fn demand_drawn(&mut self, source: SourceId, work: f64) {
        self.whole.demand_drawn(source, work);
    }

    fn unfinished(&mut self, what: Unfinished, since: Time, now: Time) {
        self.tell(since, |one| one.unfinished(what, since, now));
    }

    #[inline]
    fn visit_done(
        &mut self,
        container: ContainerId,
        endpoint: EndpointId,
        arrived: Time,
        response: Nanos,
    ) {
        self.tell(arrived, |one| one.visit_done(container, endpoint, arrived, response));
    }

    #[inline]
    fn query_done(&mut self, query: QueryId, sent: Time, response: Nanos) {
        self.tell(sent, |one| one.query_done(query, sent, response));
    }

    #[inline]
    fn worker_wait(&mut self, container: ContainerId, since: Time, waited: Nanos) {
        self.tell(since, |one| one.worker_wait(container, since, waited));
    }

    #[inline]
    fn disk_wait(&mut self, container: ContainerId, since: Time, waited: Nanos) {
        self.tell(since, |one| one.disk_wait(container, since, waited));
    }

    #[inline]
    fn looked_up(&mut self, now: Time, service: ServiceId, found: bool) {
        self.tell(now, |one| one.looked_up(now, service, found));
    }

    #[inline]
    fn pool_wait(&mut self, pool: PoolId, since: Time, waited: Nanos) {
        self.tell(since, |one| one.pool_wait(pool, since, waited));
    }

    /// A recorder selects what lies in its own stretch.
    fn node_memory(&mut self, node: NodeId, from: Time, to: Time, state: &NodeMemoryState) {
        self.whole.node_memory(node, from, to, state);
        for part in &mut self.parts {
            part.recorder.node_memory(node, from, to, state);
        }
    }

    fn rollout(&mut self, now: Time, id: RolloutId, fact: RolloutFact) {
        self.whole.rollout(now, id, fact);
    }

    fn pull(&mut self, now: Time, node: NodeId, image: usize, begins: bool) {
        self.whole.pull(now, node, image, begins);
    }

    fn oom_kill(&mut self, now: Time, container: ContainerId, short: OutOfMemory) {
        self.whole.oom_kill(now, container, short);
        for part in &mut self.parts {
            part.recorder.oom_kill(now, container, short);
        }
    }
}
