//! Finds overload: on average, or while the profiles of all sources are at their peaks, which may be at
//! different times.

use super::{NodeLoad, OfferedLoad, ServiceLoad};

/// An overloaded resource.
#[derive(Clone, Debug, PartialEq)]
pub struct Overload {
    /// The resource and its capacity.
    pub of: Overloaded,
    /// The load offered by open sources and background, which is not slowed down by queues, in the unit
    /// of the capacity; at the peak, unless it is overloaded on average.
    pub offered: f64,
    /// Whether it is overloaded on average, without a steady state.
    pub on_average: bool,
}

/// A resource that can be overloaded.
#[derive(Clone, Debug, PartialEq)]
pub enum Overloaded {
    /// The processor of a node.
    Node {
        /// Its name.
        node: String,
        /// Hardware threads.
        threads: f64,
        /// Capacity with all threads, in erlangs.
        capacity: f64,
    },
    /// The disk of a node.
    Disk {
        /// Its name.
        node: String,
        /// Visits that it serves at once.
        queues: u32,
    },
    /// Each container of a service, by its CPU limit.
    Limit {
        /// Its name.
        service: String,
        /// Thread-seconds per second.
        cpus: f64,
    },
    /// The workers of a service.
    Workers {
        /// Its name.
        service: String,
        /// Workers of all containers together.
        workers: u32,
    },
}

/// Overloaded nodes, disks, CPU limits and sets of workers.
#[must_use]
pub fn overloads(load: &OfferedLoad) -> Vec<Overload> {
    let nodes = load.nodes.iter().filter_map(node);
    let disks = load.nodes.iter().filter_map(disk);
    let services = load.services.iter().flat_map(|service| [limit(service), workers(service)]);
    nodes.chain(disks).chain(services.flatten()).collect()
}

/// The overload by `open` on average or `peak` at most, if either exceeds `capacity`.
fn excess(of: Overloaded, open: f64, peak: f64, capacity: f64) -> Option<Overload> {
    let on_average = open >= capacity;
    let offered = if on_average { open } else { peak };
    (offered >= capacity).then_some(Overload { of, offered, on_average })
}

fn node(load: &NodeLoad) -> Option<Overload> {
    let (threads, capacity) = (load.threads, load.capacity_erlangs);
    let of = Overloaded::Node { node: load.node.clone(), threads, capacity };
    excess(of, load.open_erlangs, load.peak_erlangs, capacity)
}

fn disk(load: &NodeLoad) -> Option<Overload> {
    let disk = load.disk.as_ref()?;
    let of = Overloaded::Disk { node: load.node.clone(), queues: disk.queues };
    excess(of, disk.open_erlangs, disk.peak_erlangs, f64::from(disk.queues))
}

fn limit(load: &ServiceLoad) -> Option<Overload> {
    let cpus = load.cpu_limit?;
    let of = Overloaded::Limit { service: load.service.clone(), cpus };
    excess(of, load.open_cpus_per_container, load.peak_cpus_per_container, cpus)
}

fn workers(load: &ServiceLoad) -> Option<Overload> {
    let workers = load.workers?;
    let of = Overloaded::Workers { service: load.service.clone(), workers };
    excess(of, load.open_concurrency, load.peak_concurrency, f64::from(workers))
}
