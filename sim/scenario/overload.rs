//! Warnings of load that cannot be carried: on average, or while the profiles of all sources are at
//! their peak, which may be at different times.

use crate::diagnostic::Diagnostic;
use wssim_experiment::offered::{NodeLoad, OfferedLoad, ServiceLoad};

/// A warning for each node, disk, CPU limit and set of workers that is asked for too much.
pub(crate) fn warnings(load: &OfferedLoad) -> Vec<Diagnostic> {
    let nodes = load.nodes.iter().filter_map(node);
    let disks = load.nodes.iter().filter_map(disk);
    let services = load.services.iter().flat_map(|service| [cpu(service), workers(service)]);
    let all = nodes.chain(disks).chain(services.flatten());
    all.map(|message| Diagnostic::warning("overload", message)).collect()
}

/// What something is asked for, against what it can do, in one unit.
struct Demand {
    /// By open sources and background, which nothing slows down.
    open: f64,
    /// The same while every profile is at its peak.
    peak: f64,
    capacity: f64,
}

impl Demand {
    /// The sentence that `says` makes of the amount, if it is too much.
    fn excess(&self, decimals: usize, says: impl Fn(String) -> String) -> Option<String> {
        if self.open >= self.capacity {
            let offered = format!("{:.decimals$}", self.open);
            Some(format!("{}: there is no steady state", says(offered)))
        } else if self.peak >= self.capacity {
            let text = says(format!("up to {:.decimals$}", self.peak));
            Some(format!("{text}: at the peak of its traffic a queue builds up"))
        } else {
            None
        }
    }
}

fn node(node: &NodeLoad) -> Option<String> {
    let (name, capacity) = (&node.node, node.capacity_erlangs);
    let limit = if (capacity - node.threads).abs() < 1e-9 {
        format!("{} threads", node.threads)
    } else {
        format!("{} threads, which do the work of {capacity:.1}", node.threads)
    };
    let demand = Demand { open: node.open_erlangs, peak: node.peak_erlangs, capacity };
    demand.excess(1, |offered| format!("node `{name}` is offered {offered} erlangs for {limit}"))
}

fn disk(node: &NodeLoad) -> Option<String> {
    let disk = node.disk.as_ref()?;
    let (name, queues) = (&node.node, disk.queues);
    let (open, peak) = (disk.open_erlangs, disk.peak_erlangs);
    Demand { open, peak, capacity: f64::from(queues) }.excess(2, |offered| {
        format!("the disk of node `{name}` is offered {offered} erlangs for {queues} at once")
    })
}

fn cpu(service: &ServiceLoad) -> Option<String> {
    let (name, limit) = (&service.service, service.cpu_limit?);
    let (open, peak) = (service.open_cpus_per_container, service.peak_cpus_per_container);
    Demand { open, peak, capacity: limit }.excess(2, |offered| {
        format!("a container of service `{name}` is offered {offered} CPUs for a limit of {limit}")
    })
}

fn workers(service: &ServiceLoad) -> Option<String> {
    let (name, workers) = (&service.service, service.workers?);
    let (open, peak) = (service.open_concurrency, service.peak_concurrency);
    Demand { open, peak, capacity: f64::from(workers) }.excess(1, |offered| {
        format!("service `{name}` is offered {offered} requests at once for {workers} workers")
    })
}
