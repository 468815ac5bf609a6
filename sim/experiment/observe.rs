//! From what a recorder heard and the model counted to one number a metric: one replication.

use crate::catalogue::{Calls, Catalogue, Component, Entry, Quantity, Reason, Stat, can_fail};
use crate::durations::Durations;
use crate::recorder::{Record, SourceRecord};
use wssim_model::{Blueprint, ContainerAverages, Outcome};

/// One metric in one replication.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) enum Sample {
    /// Nothing was observed.
    Nothing,
    /// A quantile that would need this many times as many observations.
    TooFew(f64),
    /// A mean or a quantile.
    Value(f64),
    /// A mean or a quantile of which no more is known than that it lies between these ends: some
    /// requests got no answer. The second may be infinite.
    Within(f64, f64),
    /// Numerator and denominator of a ratio.
    Ratio(f64, f64),
    /// The same of one that lies between 0 and 1.
    Share(Share),
}

/// Part of a whole.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct Share {
    pub(crate) part: f64,
    pub(crate) whole: f64,
    /// As many independent trials it is at most worth; infinite where chance has no part in it.
    pub(crate) trials: f64,
}

impl Share {
    /// So many of so many things, each of which could have turned out otherwise.
    pub(crate) fn of_count(part: f64, whole: f64) -> Self {
        Self { part, whole, trials: whole }
    }

    /// A share of time.
    pub(crate) fn of_time(share: f64) -> Self {
        Self { part: share, whole: 1.0, trials: f64::INFINITY }
    }
}

impl Sample {
    /// The ends between which it lies: as one number, the same twice.
    pub(crate) fn ends(self) -> Option<[f64; 2]> {
        match self {
            Self::Value(value) => Some([value; 2]),
            Self::Within(low, high) => Some([low, high]),
            Self::Ratio(part, whole) | Self::Share(Share { part, whole, .. }) if whole != 0.0 => {
                Some([part / whole; 2])
            }
            _ => None,
        }
    }
}

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
            Quantity::Response(entry, stat) => self.entry(entry).response.statistic(stat),
            Quantity::Errors(entry, reason) => {
                let record = self.entry(entry);
                let errors = match reason {
                    Reason::All => record.errors(),
                    Reason::Failed(failure) => record.failed[failure as usize],
                    Reason::Unfinished => record.response.open(),
                };
                share_of_errors(self.blueprint, errors, record.requests())
            }
            Quantity::Throughput(entry) => {
                Sample::Value(of_entry(&self.outcome.averages.answers_per_second, entry))
            }
            Quantity::Requests(entry) => Sample::Value(self.entry(entry).requests() as f64),
            Quantity::Attempts(entry) => {
                let attempts = of_entry(&self.outcome.averages.attempts, entry);
                Sample::Ratio(attempts as f64, self.entry(entry).requests() as f64)
            }
            Quantity::QueryTime(calls, stat) => self.query_time(calls, stat),
            Quantity::Visit(endpoint, stat) => self.record.visits[endpoint].statistic(stat),
            Quantity::Visits(service, stat) => self.visits(service, stat),
            Quantity::WorkerWait(service, stat) => {
                self.record.worker_waits[service].statistic(stat)
            }
            Quantity::PoolWait(pool, stat) => self.record.pool_waits[pool].statistic(stat),
            Quantity::DiskWait(service, stat) => self.record.disk_waits[service].statistic(stat),
            Quantity::CacheHits(service) => {
                let [missed, found] = self.record.look_ups[service].map(|n| n as f64);
                Sample::Share(Share::of_count(found, missed + found))
            }
            Quantity::PoolQueue(pool) => Sample::Value(self.outcome.averages.pool_waiting[pool]),
            Quantity::BreakerOpen(calls) => Sample::Share(Share::of_time(self.breaker_open(calls))),
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

    fn query_time(&self, calls: Calls, stat: Stat) -> Sample {
        match calls {
            Calls::Pair(place) => self.record.queries[place].statistic(stat),
            Calls::Service(service) => {
                let mut all = Durations::default();
                for (query, heard) in self.blueprint.queries.iter().zip(&self.record.queries) {
                    if query.service.index() == service {
                        all.merge(heard);
                    }
                }
                all.statistic(stat)
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
        let mut all = Durations::default();
        for (endpoint, heard) in self.blueprint.endpoints.iter().zip(&self.record.visits) {
            if endpoint.service.index() == service {
                all.merge(heard);
            }
        }
        all.statistic(stat)
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
                Sample::Value(self.sum(service, |c| c.in_system - c.outside))
            }
            Quantity::Utilization(service) => {
                let workers = self.blueprint.services[service].workers.unwrap_or(0);
                let held = self.sum(service, |c| c.held);
                Sample::Share(Share::of_time(held / (f64::from(workers) * replicas(service))))
            }
            Quantity::Throttled(service) => {
                let throttled = self.sum(service, |c| c.throttled);
                Sample::Share(Share::of_time(throttled / replicas(service)))
            }
            Quantity::Share(service, number) => {
                let first = self.blueprint.services[service].containers.start as usize;
                let own = self.outcome.averages.containers[first + number].arrivals;
                let all = self.sum(service, |c| c.arrivals as f64);
                let share = Share::of_count(own as f64, all);
                // A service of one replica has no choice.
                let trials = if replicas(service) > 1.0 { all } else { f64::INFINITY };
                Sample::Share(Share { trials, ..share })
            }
            Quantity::Replicas(service) => Sample::Value(self.sum(service, |c| c.up)),
            other => unreachable!("{other:?} is not a metric of a service"),
        }
    }

    fn node(&self, quantity: Quantity) -> Sample {
        let node = |place: usize| &self.blueprint.nodes[place];
        let averages = |place: usize| &self.outcome.averages.nodes[place];
        match quantity {
            Quantity::Cpu(n) => {
                Sample::Share(Share::of_time(averages(n).threads / node(n).threads))
            }
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
                let served = self.on_node(n, None, served);
                Sample::Share(Share::of_time(served / f64::from(queues)))
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
        Sample::Ratio(there * self.measured_seconds, self.all.requests() as f64)
    }
}

/// So many errors of so many requests.
///
/// Where nothing can fail, an error is a request that had no answer by the end; and where there is none,
/// none was to be expected: whoever is not answered by then is in the end, since it is the simulation
/// that ends there and not the world.
pub(crate) fn share_of_errors(blueprint: &Blueprint, errors: u64, requests: u64) -> Sample {
    let share = Share::of_count(errors as f64, requests as f64);
    let trials = if can_fail(blueprint) { share.trials } else { f64::INFINITY };
    Sample::Share(Share { trials, ..share })
}

/// What of a number by source belongs to `entry`.
fn of_entry<T: Copy + std::iter::Sum<T>>(by_source: &[T], entry: Entry) -> T {
    match entry {
        Entry::All => by_source.iter().copied().sum(),
        Entry::Source(place) => by_source[place],
    }
}
