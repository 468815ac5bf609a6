//! From what a recorder heard and the model counted to one number a metric: one replication.

use crate::catalogue::{Calls, Catalogue, Component, Entry, Quantity, Stat};
use crate::metric::STATS;
use crate::recorder::{Record, SourceRecord};
use wssim_model::{Blueprint, ContainerAverages, Outcome};
use wssim_stats::{Histogram, observations_needed};

/// One metric in one replication.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) enum Sample {
    /// Nothing was observed.
    Nothing,
    /// A quantile that would need this many times as many observations.
    TooFew(f64),
    /// A mean or a quantile.
    Value(f64),
    /// Numerator and denominator of a ratio.
    Ratio(f64, f64),
}

impl Sample {
    /// As one number.
    pub(crate) fn value(self) -> Option<f64> {
        match self {
            Self::Value(value) => Some(value),
            Self::Ratio(part, whole) if whole != 0.0 => Some(part / whole),
            _ => None,
        }
    }
}

/// Probabilities of the quantiles among [`STATS`].
const QUANTILES: [f64; 5] = [0.5, 0.9, 0.95, 0.99, 0.999];

pub(crate) struct Observer<'a> {
    pub(crate) blueprint: &'a Blueprint,
    pub(crate) record: &'a Record,
    pub(crate) outcome: &'a Outcome,
    all: &'a SourceRecord,
    measured_seconds: f64,
}

/// The samples of one replication, in the order of `catalogue`.
pub(crate) fn observe(
    catalogue: &Catalogue,
    blueprint: &Blueprint,
    record: &Record,
    outcome: &Outcome,
    measured_seconds: f64,
) -> Vec<Sample> {
    let all = record.all_sources();
    let observer = Observer { blueprint, record, outcome, all: &all, measured_seconds };
    catalogue.keys.iter().map(|key| observer.sample(key.quantity)).collect()
}

impl Observer<'_> {
    fn sample(&self, quantity: Quantity) -> Sample {
        match quantity {
            Quantity::Response(entry, stat) => statistic(&self.entry(entry).response, stat),
            Quantity::Errors(entry, reason) => {
                let record = self.entry(entry);
                let failed = reason.map_or(record.failures(), |r| record.failed[r as usize]);
                Sample::Ratio(failed as f64, record.ended() as f64)
            }
            Quantity::Throughput(entry) => {
                Sample::Value(self.entry(entry).response.count() as f64 / self.measured_seconds)
            }
            Quantity::Requests(entry) => Sample::Value(self.entry(entry).ended() as f64),
            Quantity::Attempts(entry) => {
                Sample::Ratio(self.attempts(entry) as f64, self.entry(entry).ended() as f64)
            }
            Quantity::QueryTime(calls, stat) => self.query_time(calls, stat),
            Quantity::Visit(endpoint, stat) => statistic(&self.record.visits[endpoint], stat),
            Quantity::Visits(service, stat) => self.visits(service, stat),
            Quantity::WorkerWait(service, stat) => {
                statistic(&self.record.worker_waits[service], stat)
            }
            Quantity::PoolWait(pool, stat) => statistic(&self.record.pool_waits[pool], stat),
            Quantity::DiskWait(service, stat) => statistic(&self.record.disk_waits[service], stat),
            Quantity::CacheHits(service) => {
                let [missed, found] = self.record.look_ups[service].map(|n| n as f64);
                Sample::Ratio(found, missed + found)
            }
            Quantity::PoolQueue(pool) => Sample::Value(self.outcome.averages.pool_waiting[pool]),
            Quantity::BreakerOpen(calls) => Sample::Value(self.breaker_open(calls)),
            Quantity::Cpu(_)
            | Quantity::Load(_)
            | Quantity::Network(..)
            | Quantity::NetworkCpu(_)
            | Quantity::DiskUtilization(_)
            | Quantity::DiskVisits(..)
            | Quantity::Runnable(..) => self.node(quantity),
            Quantity::Component(component) => self.component(component),
            Quantity::Memory(quantity) => self.memory(quantity),
            _ => self.service(quantity),
        }
    }

    fn entry(&self, entry: Entry) -> &SourceRecord {
        match entry {
            Entry::All => self.all,
            Entry::Source(place) => &self.record.sources[place],
        }
    }

    fn attempts(&self, entry: Entry) -> u64 {
        let attempts = &self.outcome.averages.attempts;
        match entry {
            Entry::All => attempts.iter().sum(),
            Entry::Source(place) => attempts[place],
        }
    }

    fn query_time(&self, calls: Calls, stat: Stat) -> Sample {
        match calls {
            Calls::Pair(place) => statistic(&self.record.queries[place], stat),
            Calls::Service(service) => {
                let mut all = Histogram::new();
                for (query, heard) in self.blueprint.queries.iter().zip(&self.record.queries) {
                    if query.service.index() == service {
                        all.merge(heard);
                    }
                }
                statistic(&all, stat)
            }
        }
    }

    /// The mean over the breakers of these calls and the containers of their callers.
    fn breaker_open(&self, calls: Calls) -> f64 {
        let (mut sum, mut instances) = (0.0, 0.0);
        let averages = &self.outcome.averages.breaker_open;
        for (breaker, open) in self.blueprint.breakers.iter().zip(averages) {
            if calls.has(self.blueprint, breaker.query) {
                let service = &self.blueprint.services[breaker.service.index()];
                let here = f64::from(service.replicas());
                sum += open * here;
                instances += here;
            }
        }
        sum / f64::max(instances, 1.0)
    }

    fn visits(&self, service: usize, stat: Stat) -> Sample {
        let mut all = Histogram::new();
        for (endpoint, heard) in self.blueprint.endpoints.iter().zip(&self.record.visits) {
            if endpoint.service.index() == service {
                all.merge(heard);
            }
        }
        statistic(&all, stat)
    }

    /// Σ over the containers of a service.
    pub(crate) fn sum(&self, service: usize, what: impl Fn(&ContainerAverages) -> f64) -> f64 {
        let containers = self.blueprint.services[service].containers.clone();
        containers.map(|c| what(&self.outcome.averages.containers[c as usize])).sum()
    }

    fn service(&self, quantity: Quantity) -> Sample {
        let replicas = |service: usize| f64::from(self.blueprint.services[service].replicas());
        match quantity {
            Quantity::WorkerQueue(service) => Sample::Value(self.sum(service, |c| c.waiting)),
            Quantity::DiskQueue(service) => Sample::Value(self.sum(service, |c| c.disk_waiting)),
            Quantity::InService(service) => {
                Sample::Value(self.sum(service, |c| c.in_system - c.waiting))
            }
            Quantity::Utilization(service) => {
                let workers = self.blueprint.services[service].workers.unwrap_or(0);
                let held = self.sum(service, |c| c.held);
                Sample::Value(held / (f64::from(workers) * replicas(service)))
            }
            Quantity::Throttled(service) => {
                Sample::Value(self.sum(service, |c| c.throttled) / replicas(service))
            }
            Quantity::Share(service, number) => {
                let first = self.blueprint.services[service].containers.start as usize;
                let own = self.outcome.averages.containers[first + number].arrivals;
                Sample::Ratio(own as f64, self.sum(service, |c| c.arrivals as f64))
            }
            Quantity::Replicas(service) => Sample::Value(self.sum(service, |c| c.up)),
            other => unreachable!("{other:?} is not a metric of a service"),
        }
    }

    fn node(&self, quantity: Quantity) -> Sample {
        let node = |place: usize| &self.blueprint.nodes[place];
        let averages = |place: usize| &self.outcome.averages.nodes[place];
        match quantity {
            Quantity::Cpu(n) => Sample::Value(averages(n).threads / node(n).threads),
            Quantity::Load(n) => averages(n).load.map_or(Sample::Nothing, Sample::Value),
            Quantity::Network(n, direction) => {
                Sample::Value(averages(n).bytes_per_second[direction] / node(n).bandwidth)
            }
            Quantity::NetworkCpu(n) => {
                let capacity = node(n).speed * node(n).threads;
                Sample::Value(averages(n).network_cpu / capacity)
            }
            Quantity::Runnable(n, service) => {
                Sample::Value(self.on_node(n, Some(service), |c| c.computing + c.bursting))
            }
            Quantity::DiskVisits(n, service) => {
                let at_disk = |c: &ContainerAverages| c.disk_waiting + c.disk_served + c.paging;
                Sample::Value(self.on_node(n, Some(service), at_disk))
            }
            Quantity::DiskUtilization(n) => {
                let queues = node(n).disk.as_ref().map_or(1, |disk| disk.queues);
                let served = |c: &ContainerAverages| c.disk_served + c.paging_served;
                Sample::Value(self.on_node(n, None, served) / f64::from(queues))
            }
            other => unreachable!("{other:?} is not a metric of a node"),
        }
    }

    /// Σ over the containers on a node: of one service, or of all.
    pub(crate) fn on_node(
        &self,
        node: usize,
        service: Option<usize>,
        what: impl Fn(&ContainerAverages) -> f64,
    ) -> f64 {
        let containers = self.blueprint.containers.iter().zip(&self.outcome.averages.containers);
        let wanted = containers.filter(|(container, _)| {
            container.node.index() == node
                && service.is_none_or(|service| container.service.index() == service)
        });
        wanted.map(|(_, averages)| what(averages)).sum()
    }

    /// By Little's law: the mean number there over the rate of requests.
    fn component(&self, component: Component) -> Sample {
        let averages = &self.outcome.averages;
        let there = match component {
            Component::Cpu(service) => self.sum(service, |c| c.computing),
            Component::Worker(service) => self.sum(service, |c| c.waiting),
            Component::Disk(service) => self.sum(service, |c| c.disk_waiting + c.disk_served),
            Component::Pages(service) => self.sum(service, |c| c.paging),
            Component::Pool(pool) => averages.pool_waiting[pool],
            Component::Network => averages.hopping,
            Component::Connecting => averages.connecting,
        };
        Sample::Ratio(there * self.measured_seconds, self.all.ended() as f64)
    }
}

/// One statistic of a histogram, in seconds.
fn statistic(histogram: &Histogram, stat: Stat) -> Sample {
    let count = histogram.count();
    if count == 0 {
        return Sample::Nothing;
    }
    let ns = match stat {
        0 => histogram.mean_ns(),
        stat if stat == STATS.len() - 1 => Some(histogram.max_ns() as f64),
        stat => {
            let p = QUANTILES[stat - 1];
            let needed = observations_needed(p);
            if count < needed {
                return Sample::TooFew(needed as f64 / count as f64);
            }
            histogram.quantile_ns(p)
        }
    };
    ns.map_or(Sample::Nothing, |ns| Sample::Value(ns * 1e-9))
}
