//! The recorder: listens to one replication and stores histograms, counts and slots.
//!
//! `run` uses it, and quoted speeds include it. It allocates only for the first values of each kind, and
//! the few times that a histogram meets a new order of magnitude.

use crate::bands::Bands;
use crate::downtime::Seconds;
use crate::durations::Durations;
use crate::memory::record::{MemoryRecorder, NodeRecord, Window};
use crate::metric::can_be_down;
use crate::rollout::record::{Activities, Activity, services};
use crate::stored::stored;
use wssim_kernel::{Nanos, Time};
use wssim_model::Blueprint;
use wssim_model::ids::{
    ContainerId, EndpointId, NodeId, PoolId, QueryId, RolloutId, ServiceId, SourceId,
};
use wssim_model::probe::{Failure, NodeMemoryState, OutOfMemory, Probe, RolloutFact, Unfinished};
use wssim_stats::Tally;

/// Durations of one kind. They take no room before the first: most services of a large world hear nothing.
#[derive(Clone, Debug, Default)]
pub(crate) struct RecordedTimes {
    ended: Tally,
    zeros: u64,
    /// For how long those had lasted that had not ended when the run was given up.
    open: Vec<u64>,
}

impl RecordedTimes {
    #[inline(always)]
    fn record(&mut self, ns: u64) {
        if ns == 0 {
            self.zeros += 1;
        } else {
            self.ended.record(ns);
        }
    }

    fn finish(self) -> Durations {
        let Self { ended, zeros, open } = self;
        let is_any = zeros > 0 || !ended.is_empty();
        let ended = is_any.then(|| ended.into_histogram(zeros));
        let mut durations = ended.map_or_else(Durations::default, Durations::of_ended);
        for ns in open {
            durations.add_open(ns);
        }
        durations
    }
}

/// The requests of one source.
#[derive(Clone, Debug, Default)]
pub(crate) struct SourceRecord {
    /// Response times of requests that were answered, or may still be.
    pub(crate) response: Durations,
    pub(crate) failed: [u64; Failure::ALL.len()],
    pub(crate) slots: Vec<Slot>,
    /// Response times of answered requests, by slot.
    pub(crate) bands: Vec<Bands>,
    /// CPU time of the steps that they brought, on the reference CPU, without networking.
    pub(crate) cpu_ns: f64,
    /// Outcomes by second of arrival, if the entry can be down.
    pub(crate) seconds: Seconds,
}

impl SourceRecord {
    /// Requests without a good answer: failed, or not answered by the end.
    pub(crate) fn errors(&self) -> u64 {
        self.failed.iter().sum::<u64>() + self.response.open()
    }

    /// Requests that arrived in the measured stretch.
    pub(crate) fn requests(&self) -> u64 {
        self.response.ended() + self.errors()
    }

    fn merge(&mut self, other: &Self) {
        self.response.merge(&other.response);
        for (sum, more) in self.failed.iter_mut().zip(other.failed) {
            *sum += more;
        }
        self.cpu_ns += other.cpu_ns;
        self.seconds.merge(&other.seconds);
        for (sum, more) in self.slots.iter_mut().zip(&other.slots) {
            sum.answered += more.answered;
            sum.errors += more.errors;
            sum.unfinished += more.unfinished;
            sum.response_ns += more.response_ns;
        }
    }
}

/// Requests that arrived in one slot of the measured stretch.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Slot {
    pub(crate) answered: u64,
    pub(crate) errors: u64,
    /// Errors that had no answer by the end.
    pub(crate) unfinished: u64,
    pub(crate) response_ns: u128,
}

stored! { Slot { answered, errors, unfinished, response_ns } }

/// The record of one replication.
#[derive(Clone, Debug)]
pub(crate) struct Record {
    pub(crate) sources: Vec<SourceRecord>,
    pub(crate) visits: Vec<Durations>,
    pub(crate) queries: Vec<Durations>,
    /// By service.
    pub(crate) worker_waits: Vec<Durations>,
    pub(crate) pool_waits: Vec<Durations>,
    /// By service.
    pub(crate) disk_waits: Vec<Durations>,
    /// By service: cache misses, and hits.
    pub(crate) look_ups: Vec<[u64; 2]>,
    /// By service: processes killed for lack of memory, by cause ([`OutOfMemory::ALL`]).
    pub(crate) kills: Vec<[u64; 2]>,
    /// By node.
    pub(crate) memory: Vec<NodeRecord>,
    /// Activities of rollouts.
    pub(crate) activities: Vec<Activity>,
}

impl Record {
    /// All sources together.
    pub(crate) fn all_sources(&self) -> SourceRecord {
        let mut all = self.sources.first().cloned().unwrap_or_default();
        for source in self.sources.iter().skip(1) {
            all.merge(source);
        }
        all
    }
}

/// Records one replication.
#[derive(Clone, Debug)]
pub(crate) struct Recorder {
    sources: Vec<SourceRecord>,
    responses: Vec<RecordedTimes>,
    visits: Vec<RecordedTimes>,
    queries: Vec<RecordedTimes>,
    worker_waits: Vec<RecordedTimes>,
    pool_waits: Vec<RecordedTimes>,
    disk_waits: Vec<RecordedTimes>,
    look_ups: Vec<[u64; 2]>,
    kills: Vec<[u64; 2]>,
    service_of: Vec<u32>,
    /// By container: requests that found a worker free. They are most, and a service is one look-up more.
    workers_free: Vec<u64>,
    memory: MemoryRecorder,
    activities: Activities,
    /// By rollout: its services.
    rolled: Vec<Vec<u32>>,
    begin: Time,
    slot: Nanos,
}

impl Recorder {
    /// An empty recorder; the measured stretch begins at `begin`, lasts `measured`, and is divided into
    /// slots of `slot`.
    pub(crate) fn new(blueprint: &Blueprint, begin: Time, measured: Nanos, slot: Nanos) -> Self {
        let slot = Nanos(slot.0.max(1));
        let slots = measured.0.div_ceil(slot.0) as usize;
        let seconds = if can_be_down(blueprint) { measured } else { Nanos::ZERO };
        let source = SourceRecord {
            seconds: Seconds::of(seconds),
            slots: vec![Slot::default(); slots],
            bands: vec![Bands::default(); slots],
            ..SourceRecord::default()
        };
        let window = Window { begin, end: begin + measured, slot, slots };
        let empty = |n: usize| vec![RecordedTimes::default(); n];
        Self {
            sources: vec![source; blueprint.sources.len()],
            responses: empty(blueprint.sources.len()),
            visits: empty(blueprint.endpoints.len()),
            queries: empty(blueprint.queries.len()),
            worker_waits: empty(blueprint.services.len()),
            pool_waits: empty(blueprint.pools.len()),
            disk_waits: empty(blueprint.services.len()),
            look_ups: vec![[0; 2]; blueprint.services.len()],
            kills: vec![[0; 2]; blueprint.services.len()],
            service_of: blueprint.containers.iter().map(|c| c.service.0).collect(),
            workers_free: vec![0; blueprint.containers.len()],
            memory: MemoryRecorder::new(blueprint, window),
            activities: Activities::since(begin),
            rolled: services(blueprint),
            begin,
            slot,
        }
    }

    /// The number of the slot in which a request arrived.
    #[inline]
    fn number(&self, arrived: Time) -> usize {
        (arrived.since(self.begin).0 / self.slot.0) as usize
    }

    /// The slot in which a request arrived, and its bands.
    #[inline]
    fn slot(&mut self, source: SourceId, arrived: Time) -> Option<(&mut Slot, &mut Bands)> {
        let number = self.number(arrived);
        let SourceRecord { slots, bands, .. } = &mut self.sources[source.index()];
        slots.get_mut(number).zip(bands.get_mut(number))
    }

    /// The record.
    pub(crate) fn finish(mut self) -> Record {
        for (service, zeros) in self.service_of.iter().zip(&self.workers_free) {
            self.worker_waits[*service as usize].zeros += zeros;
        }
        let finish =
            |heard: Vec<RecordedTimes>| heard.into_iter().map(RecordedTimes::finish).collect();
        let responses = self.responses.into_iter().map(RecordedTimes::finish);
        let sources = self.sources.into_iter().zip(responses);
        Record {
            sources: sources
                .map(|(record, response)| SourceRecord { response, ..record })
                .collect(),
            visits: finish(self.visits),
            queries: finish(self.queries),
            worker_waits: finish(self.worker_waits),
            pool_waits: finish(self.pool_waits),
            disk_waits: finish(self.disk_waits),
            look_ups: self.look_ups,
            kills: self.kills,
            memory: self.memory.finish(),
            activities: self.activities.all,
        }
    }
}

impl Probe for Recorder {
    #[inline(always)]
    fn request_done(
        &mut self,
        source: SourceId,
        arrived: Time,
        response: Nanos,
        outcome: Result<(), Failure>,
    ) {
        let after = arrived.since(self.begin);
        self.sources[source.index()].seconds.note(after, outcome.is_err());
        match outcome {
            Ok(()) => {
                self.responses[source.index()].record(response.0);
                if let Some((slot, bands)) = self.slot(source, arrived) {
                    slot.answered += 1;
                    slot.response_ns += u128::from(response.0);
                    bands.record(response.0);
                }
            }
            Err(failure) => {
                self.sources[source.index()].failed[failure as usize] += 1;
                if let Some((slot, _)) = self.slot(source, arrived) {
                    slot.errors += 1;
                }
            }
        }
    }

    #[inline(always)]
    fn demand_drawn(&mut self, source: SourceId, work: f64) {
        self.sources[source.index()].cpu_ns += work;
    }

    fn unfinished(&mut self, what: Unfinished, since: Time, now: Time) {
        let service = |container: ContainerId| self.service_of[container.index()] as usize;
        let heard = match what {
            Unfinished::Request(source) => {
                let after = since.since(self.begin);
                self.sources[source.index()].seconds.note(after, true);
                if let Some((slot, _)) = self.slot(source, since) {
                    slot.errors += 1;
                    slot.unfinished += 1;
                }
                &mut self.responses[source.index()]
            }
            Unfinished::Visit(endpoint) => &mut self.visits[endpoint.index()],
            Unfinished::Query(query) => &mut self.queries[query.index()],
            Unfinished::WorkerWait(container) => &mut self.worker_waits[service(container)],
            Unfinished::DiskWait(container) => &mut self.disk_waits[service(container)],
            Unfinished::PoolWait(pool) => &mut self.pool_waits[pool.index()],
        };
        heard.open.push(now.since(since).0);
    }

    #[inline(always)]
    fn visit_done(&mut self, _: ContainerId, endpoint: EndpointId, _: Time, response: Nanos) {
        self.visits[endpoint.index()].record(response.0);
    }

    #[inline(always)]
    fn query_done(&mut self, query: QueryId, _: Time, response: Nanos) {
        self.queries[query.index()].record(response.0);
    }

    #[inline(always)]
    fn worker_wait(&mut self, container: ContainerId, _: Time, waited: Nanos) {
        if waited == Nanos::ZERO {
            self.workers_free[container.index()] += 1;
        } else {
            self.worker_waits[self.service_of[container.index()] as usize].record(waited.0);
        }
    }

    #[inline]
    fn disk_wait(&mut self, container: ContainerId, _: Time, waited: Nanos) {
        self.disk_waits[self.service_of[container.index()] as usize].record(waited.0);
    }

    #[inline]
    fn looked_up(&mut self, _: Time, service: ServiceId, found: bool) {
        self.look_ups[service.index()][usize::from(found)] += 1;
    }

    #[inline(always)]
    fn pool_wait(&mut self, pool: PoolId, _: Time, waited: Nanos) {
        self.pool_waits[pool.index()].record(waited.0);
    }

    fn node_memory(&mut self, node: NodeId, from: Time, to: Time, state: &NodeMemoryState) {
        self.memory.hear(node.index(), from, to, state);
    }

    fn rollout(&mut self, now: Time, id: RolloutId, fact: RolloutFact) {
        self.activities.hear(now, id, fact, &self.rolled);
    }

    fn pull(&mut self, now: Time, node: NodeId, image: usize, begins: bool) {
        self.activities.pull(now, node, image, begins);
    }

    fn oom_kill(&mut self, now: Time, container: ContainerId, short: OutOfMemory) {
        if self.memory.kill(now, container.index(), short) {
            let service = self.service_of[container.index()] as usize;
            self.kills[service][short as usize] += 1;
        }
    }
}
