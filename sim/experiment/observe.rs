//! Turns one replication's record and outcome into a sample for each metric.

use crate::catalogue::Catalogue;
use crate::durations::Durations;
use crate::metric::quantity::{
    Calls, EntryChoice, ErrorReason, MeasuredQuantity, OfEntry, OfNode, OfService, TimeComponent,
};
use crate::metric::{Stat, can_fail};
use crate::recorder::{Record, SourceRecord};
use crate::rollout::record::deploy_seconds;
use crate::sample::{Sample, Share};
use std::borrow::Cow;
use std::cell::RefCell;
use wssim_kernel::Nanos;
use wssim_model::{Averages, Blueprint, ContainerAverages, Outcome};

/// Evaluates the measured stretch, or a part of it.
pub(crate) struct Observer<'a> {
    pub(crate) blueprint: &'a Blueprint,
    pub(crate) record: &'a Record,
    pub(crate) averages: &'a Averages,
    all: SourceRecord,
    seconds: f64,
    /// What was merged last: its statistics are asked for one after another.
    merged: RefCell<Option<(Several, Cow<'a, Durations>)>>,
}

/// Durations of several kinds that have statistics together, by place of the service.
#[derive(Clone, Copy, PartialEq)]
enum Several {
    /// All calls of a service.
    Calls(usize),
    /// All visits to a service.
    Visits(usize),
}

/// The samples of one replication, in the order of `catalogue`; `parts` are the records of its parts.
pub(crate) fn observe(
    catalogue: &Catalogue,
    blueprint: &Blueprint,
    (whole, parts): (&Record, &[Record]),
    outcome: &Outcome,
    measured: Nanos,
) -> Vec<Sample> {
    let observer = |record, averages, length: Nanos| {
        let all = Record::all_sources(record);
        let (seconds, merged) = (length.seconds(), RefCell::new(None));
        Observer { blueprint, record, averages, all, seconds, merged }
    };
    let of_whole = observer(whole, &outcome.averages, measured);
    let spans = catalogue.parts.iter();
    let of_parts: Vec<Observer<'_>> = (parts.iter().zip(&outcome.parts).zip(spans))
        .map(|((record, averages), span)| observer(record, averages, span.length()))
        .collect();
    let keys = catalogue.keys.iter();
    keys.map(|key| key.part.map_or(&of_whole, |part| &of_parts[part]).sample(key.quantity))
        .collect()
}

impl<'a> Observer<'a> {
    fn sample(&self, quantity: MeasuredQuantity) -> Sample {
        match quantity {
            MeasuredQuantity::Entry(entry, what) => self.of_entry(entry, what),
            MeasuredQuantity::QueryTime(calls, stat) => self.query_time(calls, stat),
            MeasuredQuantity::BreakerOpen(calls) => {
                Sample::Share(Share::of_time(self.breaker_open(calls)))
            }
            MeasuredQuantity::Visit(endpoint, stat) => self.record.visits[endpoint].statistic(stat),
            MeasuredQuantity::PoolWait(pool, stat) => self.record.pool_waits[pool].statistic(stat),
            MeasuredQuantity::PoolWaited(pool) => self.record.pool_waits[pool].share_above_zero(),
            MeasuredQuantity::PoolQueue(pool) => Sample::Value(self.averages.pool_waiting[pool]),
            MeasuredQuantity::Service(service, what) => self.service(service, what),
            MeasuredQuantity::Node(node, what) => self.node(node, what),
            MeasuredQuantity::Memory(what) => self.memory(what),
            MeasuredQuantity::Encrypted => {
                let [whole, part] = self.averages.crossed;
                Sample::Share(Share { part, whole, trials: f64::INFINITY })
            }
            MeasuredQuantity::Component(component) => self.component(component),
            MeasuredQuantity::Price => {
                self.blueprint.price().map_or(Sample::Nothing, Sample::Value)
            }
            MeasuredQuantity::Deployment(stack) => {
                deploy_seconds(self.blueprint, &self.record.activities, stack, self.seconds)
            }
        }
    }

    fn of_entry(&self, entry: EntryChoice, what: OfEntry) -> Sample {
        let averages = self.averages;
        let record = self.entry(entry);
        match what {
            OfEntry::Response(stat) => record.response.statistic(stat),
            OfEntry::Errors(reason) => {
                let errors = match reason {
                    ErrorReason::All => record.errors(),
                    ErrorReason::Failed(failure) => record.failed[failure as usize],
                    ErrorReason::Unfinished => record.response.open(),
                };
                share_of_errors(self.blueprint, errors, record.requests())
            }
            OfEntry::Throughput => Sample::Value(by_entry(&averages.answers_per_second, entry)),
            OfEntry::Requests => Sample::Value(record.requests() as f64),
            OfEntry::Failed => Sample::Value(record.errors() as f64),
            OfEntry::Downtime => record.seconds.down().map_or(Sample::Nothing, Sample::Value),
            OfEntry::Attempts => {
                let attempts = by_entry(&averages.attempts, entry);
                Sample::Ratio(attempts as f64, record.requests() as f64)
            }
        }
    }

    fn entry(&self, entry: EntryChoice) -> &SourceRecord {
        match entry {
            EntryChoice::All => &self.all,
            EntryChoice::Source(place) => &self.record.sources[place],
        }
    }

    fn query_time(&self, calls: Calls, stat: Stat) -> Sample {
        match calls {
            Calls::Pair(place) => self.record.queries[place].statistic(stat),
            Calls::Service(service) => self.together(Several::Calls(service), stat),
        }
    }

    fn together(&self, what: Several, stat: Stat) -> Sample {
        let mut merged = self.merged.borrow_mut();
        if merged.as_ref().is_none_or(|(last, _)| *last != what) {
            *merged = Some((what, self.merge(what)));
        }
        merged.as_ref().map_or(Sample::Nothing, |(_, all)| all.statistic(stat))
    }

    fn merge(&self, what: Several) -> Cow<'a, Durations> {
        match what {
            Several::Calls(service) => {
                let heard = self.blueprint.queries.iter().zip(&self.record.queries);
                together(heard.filter(|(query, _)| query.service.index() == service))
            }
            Several::Visits(service) => {
                let heard = self.blueprint.endpoints.iter().zip(&self.record.visits);
                together(heard.filter(|(endpoint, _)| endpoint.service.index() == service))
            }
        }
    }

    /// The mean over the breakers of these calls and the callers' containers.
    fn breaker_open(&self, calls: Calls) -> f64 {
        let (mut sum, mut instances) = (0.0, 0.0);
        let averages = &self.averages.breaker_open;
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

    /// Σ over the containers of a service.
    pub(crate) fn sum(&self, service: usize, what: impl Fn(&ContainerAverages) -> f64) -> f64 {
        let containers = self.blueprint.services[service].containers.clone();
        containers.map(|c| what(&self.averages.containers[c as usize])).sum()
    }

    fn service(&self, service: usize, what: OfService) -> Sample {
        let replicas = f64::from(self.blueprint.services[service].replicas());
        match what {
            OfService::Visits(stat) => self.together(Several::Visits(service), stat),
            OfService::WorkerWait(stat) => self.record.worker_waits[service].statistic(stat),
            OfService::DiskWait(stat) => self.record.disk_waits[service].statistic(stat),
            OfService::WorkersWaited => self.record.worker_waits[service].share_above_zero(),
            OfService::DiskWaited => self.record.disk_waits[service].share_above_zero(),
            OfService::WorkerQueue => Sample::Value(self.sum(service, |c| c.waiting)),
            OfService::DiskQueue => Sample::Value(self.sum(service, |c| c.disk_waiting)),
            OfService::CacheHits => {
                let [missed, found] = self.record.look_ups[service].map(|n| n as f64);
                Sample::Share(Share::of_count(found, missed + found))
            }
            OfService::InService => Sample::Value(self.sum(service, |c| c.in_system - c.outside)),
            OfService::Utilization => {
                let workers = self.blueprint.services[service].workers.unwrap_or(0);
                let held = self.sum(service, |c| c.held);
                Sample::Share(Share::of_time(held / (f64::from(workers) * replicas)))
            }
            OfService::Throttled => {
                let throttled = self.sum(service, |c| c.throttled);
                Sample::Share(Share::of_time(throttled / replicas))
            }
            OfService::Share(number) => {
                let first = self.blueprint.services[service].containers.start as usize;
                let own = self.averages.containers[first + number].arrivals;
                let all = self.sum(service, |c| c.arrivals as f64);
                let share = Share::of_count(own as f64, all);
                // A service of one replica has no choice.
                let trials = if replicas > 1.0 { all } else { f64::INFINITY };
                Sample::Share(Share { trials, ..share })
            }
            OfService::Replicas => Sample::Value(self.sum(service, |c| c.up)),
        }
    }

    fn node(&self, place: usize, what: OfNode) -> Sample {
        let node = &self.blueprint.nodes[place];
        let averages = &self.averages.nodes[place];
        match what {
            OfNode::Cpu => Sample::Share(Share::of_time(averages.threads / node.threads)),
            OfNode::Load => averages.load.map_or(Sample::Nothing, Sample::Value),
            OfNode::Network(direction) => {
                Sample::Value(averages.bytes_per_second[direction] / node.bandwidth)
            }
            OfNode::NetworkCpu => Sample::Value(averages.network_cpu / (node.speed * node.threads)),
            OfNode::Runnable(service) => {
                Sample::Value(self.on_node(place, Some(service), |c| c.computing + c.bursting))
            }
            OfNode::Containers(service) => {
                Sample::Value(self.on_node(place, Some(service), |c| c.up))
            }
            OfNode::DiskVisits(service) => {
                let at_disk = |c: &ContainerAverages| c.disk_waiting + c.disk_served + c.paging;
                Sample::Value(self.on_node(place, Some(service), at_disk))
            }
            OfNode::DiskUtilization => {
                let queues = node.disk.as_ref().map_or(1, |disk| disk.queues);
                let served = |c: &ContainerAverages| c.disk_served + c.paging_served;
                let served = self.on_node(place, None, served);
                Sample::Share(Share::of_time(served / f64::from(queues)))
            }
        }
    }

    /// Σ over the containers on a node: of one service, or of all.
    pub(crate) fn on_node(
        &self,
        node: usize,
        service: Option<usize>,
        what: impl Fn(&ContainerAverages) -> f64,
    ) -> f64 {
        let containers = self.blueprint.containers.iter().zip(&self.averages.containers);
        let wanted = containers.filter(|(container, _)| {
            container.node.index() == node
                && service.is_none_or(|service| container.service.index() == service)
        });
        wanted.map(|(_, averages)| what(averages)).sum()
    }

    /// By Little's law: the mean number there over the rate of requests.
    fn component(&self, component: TimeComponent) -> Sample {
        let averages = self.averages;
        let there = match component {
            TimeComponent::Cpu(service) => self.sum(service, |c| c.computing),
            TimeComponent::Worker(service) => self.sum(service, |c| c.waiting),
            TimeComponent::Disk(service) => self.sum(service, |c| c.disk_waiting + c.disk_served),
            TimeComponent::Pages(service) => self.sum(service, |c| c.paging),
            TimeComponent::Pool(pool) => averages.pool_waiting[pool],
            TimeComponent::Network => averages.hopping,
            TimeComponent::Connecting => averages.connecting,
        };
        Sample::Ratio(there * self.seconds, self.all.requests() as f64)
    }
}

/// All these records, merged only if there are several.
fn together<'d, T>(heard: impl Iterator<Item = (T, &'d Durations)>) -> Cow<'d, Durations> {
    let mut heard = heard.map(|(_, one)| one).filter(|one| !one.is_empty());
    let Some(first) = heard.next() else { return Cow::Owned(Durations::default()) };
    heard.fold(Cow::Borrowed(first), |mut all, more| {
        all.to_mut().merge(more);
        all
    })
}

/// The share `errors` of `requests`.
///
/// If nothing can fail, an error is a request without an answer at the end; without such requests the
/// share is exactly zero: any unanswered request would be answered later, since only the simulation
/// ends.
pub(crate) fn share_of_errors(blueprint: &Blueprint, errors: u64, requests: u64) -> Sample {
    let share = Share::of_count(errors as f64, requests as f64);
    let trials = if can_fail(blueprint) { share.trials } else { f64::INFINITY };
    Sample::Share(Share { trials, ..share })
}

/// The part of a number by source that belongs to `entry`.
fn by_entry<T: Copy + std::iter::Sum<T>>(by_source: &[T], entry: EntryChoice) -> T {
    match entry {
        EntryChoice::All => by_source.iter().copied().sum(),
        EntryChoice::Source(place) => by_source[place],
    }
}
