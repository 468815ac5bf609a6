//! What is told of nodes, services and pools: how long those who come find they take, and how busy all who
//! come keep them.

use super::answer::{DiskValue, NodeValue, PoolValue, ServiceValue};
use super::flows::Flows;
use super::settle::Settled;
use super::station::Queue;

/// Stations as they are found by some (`main`), and as they are.
pub(super) struct Told<'a> {
    flows: &'a Flows<'a>,
    main: &'a Settled,
    rates: &'a [f64],
    /// The loads at all `rates`.
    nodes: Vec<f64>,
    disks: Vec<f64>,
    /// Workers that are held for each that `main` knows of.
    more: Vec<f64>,
}

impl<'a> Told<'a> {
    pub(super) fn of(flows: &'a Flows<'a>, main: &'a Settled, rates: &'a [f64]) -> Self {
        let loads = &main.stations.loads;
        let all = main.loads_at(flows, rates);
        let ratio = |(all, found): (&crate::offered::ServiceWork, &crate::offered::ServiceWork)| {
            if found.visits > 0.0 { all.visits / found.visits } else { 1.0 }
        };
        let more = all.services.iter().zip(&loads.services).map(ratio).collect();
        Self { flows, main, rates, nodes: all.nodes, disks: all.disks, more }
    }

    pub(super) fn nodes(&self) -> Vec<NodeValue> {
        let node = |(at, node): (usize, &wssim_model::blueprint::Node)| {
            let stations = &self.main.stations;
            let found = stations.loads.nodes[at];
            let more = if found > 0.0 { self.nodes[at] / found } else { 1.0 };
            let running = stations.processors[at].map_or(f64::INFINITY, |p| p.running * more);
            let queue = &stations.disks[at];
            let queues = node.disk.as_ref().map_or(1, |disk| disk.queues);
            let disk = (self.disks[at] > 0.0).then(|| DiskValue {
                utilization: (self.disks[at] / f64::from(queues)).min(1.0),
                wait_seconds: queue.wait_seconds,
            });
            NodeValue {
                node: node.name.clone(),
                cpu_utilization: (running / node.threads).min(1.0),
                load_average: stations.runnable[at] * more + queue.waiting + self.disks[at],
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
            let workers =
                service.workers.map(|each| f64::from(each) * f64::from(service.replicas()));
            ServiceValue {
                service: service.name.clone(),
                visits_per_second,
                response_seconds,
                utilization: workers.map(|all| (queue.held * self.more[at] / all).min(1.0)),
                wait_seconds: workers.map(|_| queue.wait_seconds),
            }
        };
        services.map(value).collect()
    }

    /// Visits of a service, and how long one takes.
    fn visits(&self, service: usize) -> (f64, Option<f64>) {
        let endpoints = self.flows.blueprint.endpoints.iter().enumerate();
        // What networking costs there depends on who calls.
        let slow = self.main.stations.conditions.slow[service] * 1e-9;
        let (mut visits, mut sum) =
            (0.0, self.main.stations.loads.services[service].networking * slow);
        sum *= self.more[service];
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
        let value = |(pool, queue): (&wssim_model::blueprint::Pool, &Queue)| {
            let caller = pool.service.index();
            let size =
                f64::from(pool.size) * f64::from(blueprint.services[caller].replicas().max(1));
            PoolValue {
                service: name(caller),
                target: pool.name.clone(),
                utilization: (queue.held * self.more[caller] / size).min(1.0),
                wait_seconds: queue.wait_seconds,
            }
        };
        blueprint.pools.iter().zip(&self.main.stations.pools).map(value).collect()
    }
}
