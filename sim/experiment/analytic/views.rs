//! Results for nodes, services and pools: durations as an arriving request finds them, utilizations from
//! all requests.

use super::answer::{DiskValue, NodeValue, PoolValue, ServiceValue};
use super::flows::TrafficFlows;
use super::resource::connections;
use super::settle::Settled;
use super::station::StationQueue;
use crate::offered::Loads;

/// Stations as some class finds them (`main`), and as they are.
pub(super) struct StationViews<'a> {
    flows: &'a TrafficFlows<'a>,
    main: &'a Settled,
    rates: &'a [f64],
    /// The loads at all `rates`.
    all: Loads,
    /// By pool: connections in use at all `rates`, without waits.
    connections: Vec<f64>,
}

impl<'a> StationViews<'a> {
    pub(super) fn of(flows: &'a TrafficFlows<'a>, main: &'a Settled, rates: &'a [f64]) -> Self {
        let all = main.loads_at(flows, rates);
        Self { flows, main, rates, all, connections: connections(flows, &main.took, rates) }
    }

    /// The number in use at all `rates`, scaled from `found`; `alone` for a service with only one user.
    fn held(&self, service: usize, found: f64, alone: f64) -> f64 {
        let [all, known] =
            [&self.all, &self.main.stations.loads].map(|l| l.services[service].visits);
        if known > 0.0 { found * all / known } else { alone }
    }

    pub(super) fn nodes(&self) -> Vec<NodeValue> {
        let node = |(at, node): (usize, &wssim_model::blueprint::Node)| {
            let stations = &self.main.stations;
            let (found, load) = (stations.loads.nodes[at], self.all.nodes[at]);
            let (running, runnable) = if found > 0.0 {
                let running = stations.processors[at].map_or(f64::INFINITY, |p| p.running);
                (running * load / found, stations.runnable[at] * load / found)
            } else {
                // One job at a time.
                let busy = load / self.flows.processors[at].work(1);
                (busy, busy)
            };
            let queue = &stations.disks[at];
            let queues = node.disk.as_ref().map_or(1, |disk| disk.queues);
            let visits = self.all.disks[at];
            let disk = (visits > 0.0).then(|| DiskValue {
                utilization: (visits / f64::from(queues)).min(1.0),
                wait_seconds: queue.wait_seconds,
            });
            NodeValue {
                node: node.name.clone(),
                cpu_utilization: (running / node.threads).min(1.0),
                load_average: runnable + queue.waiting + visits,
                disk,
            }
        };
        self.flows.blueprint.nodes.iter().enumerate().map(node).collect()
    }

    pub(super) fn services(&self) -> Vec<ServiceValue> {
        let services = self.flows.blueprint.services.iter().enumerate();
        let value = |(at, service): (usize, &wssim_model::blueprint::Service)| {
            let queue = &self.main.stations.workers[at];
            let (visits_per_second, response_seconds) = self.visits(at);
            let held = self.held(at, queue.held, self.all.services[at].concurrency);
            let workers =
                service.workers.map(|each| f64::from(each) * f64::from(service.replicas()));
            ServiceValue {
                service: service.name.clone(),
                visits_per_second,
                response_seconds,
                utilization: workers.map(|all| (held / all).min(1.0)),
                wait_seconds: workers.map(|_| queue.wait_seconds),
            }
        };
        services.map(value).collect()
    }

    /// Visits to a service, and their mean duration.
    fn visits(&self, service: usize) -> (f64, Option<f64>) {
        let endpoints = self.flows.blueprint.endpoints.iter().enumerate();
        // The cost of networking there depends on the caller.
        let slow = self.main.stations.conditions.slow[service] * 1e-9;
        let (mut visits, mut sum) = (0.0, self.all.services[service].networking * slow);
        for (at, _) in endpoints.filter(|(_, endpoint)| endpoint.service.index() == service) {
            if self.rates[at] > 0.0 {
                visits += self.rates[at];
                sum += self.rates[at] * self.main.response_seconds(self.flows, at);
            }
        }
        (visits, (visits > 0.0).then(|| sum / visits))
    }

    pub(super) fn pools(&self) -> Vec<PoolValue> {
        let blueprint = self.flows.blueprint;
        let name = |at: usize| blueprint.services[at].name.clone();
        let pools = blueprint.pools.iter().zip(&self.main.stations.pools).zip(&self.connections);
        let value =
            |((pool, queue), alone): ((&wssim_model::blueprint::Pool, &StationQueue), &f64)| {
                let caller = pool.service.index();
                let size =
                    f64::from(pool.size) * f64::from(blueprint.services[caller].replicas().max(1));
                PoolValue {
                    service: name(caller),
                    target: pool.name.clone(),
                    utilization: (self.held(caller, queue.held, *alone) / size).min(1.0),
                    wait_seconds: queue.wait_seconds,
                }
            };
        pools.map(value).collect()
    }
}
