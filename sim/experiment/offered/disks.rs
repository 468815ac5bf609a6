//! What the disks of the nodes are asked for.

use wssim_model::Blueprint;
use wssim_model::blueprint::{Access, Disk, Service};

/// What is asked of a node's disk.
#[derive(Clone, Debug)]
pub struct DiskLoad {
    /// Disk time that arrives in a second, in seconds (erlangs).
    pub offered_erlangs: f64,
    /// The part of it that comes from open sources.
    pub open_erlangs: f64,
    /// The same while every profile is at its peak.
    pub peak_erlangs: f64,
    /// Visits that it serves at once.
    pub queues: u32,
}

/// What a visit to an endpoint asks of the disk of its node.
#[derive(Clone, Copy, Debug)]
pub(crate) struct DiskWork {
    pub(super) access: Access,
    /// Mean bytes of one visit to the disk.
    pub(super) bytes: f64,
    /// How often it is visited.
    pub(crate) times: f64,
}

impl DiskWork {
    /// Mean time at `disk` in nanoseconds, waiting apart.
    pub(super) fn at(&self, disk: &Disk) -> f64 {
        self.times * (disk.access(self.access).mean() + self.bytes / disk.bandwidth * 1e9)
    }

    /// The same, over the nodes of a service's containers.
    pub(super) fn of_service(&self, blueprint: &Blueprint, service: &Service) -> f64 {
        let disk = |c: u32| {
            let node = blueprint.containers[c as usize].node;
            blueprint.nodes[node.index()].disk.as_ref()
        };
        let sum: f64 = service.wanted().filter_map(disk).map(|disk| self.at(disk)).sum();
        sum / f64::from(service.replicas().max(1))
    }
}

/// The disk of a node, if anything is asked of it: seconds a second by (all, open, at the peak).
pub(super) fn load_of(disk: Option<&Disk>, [offered, open, peak]: [f64; 3]) -> Option<DiskLoad> {
    let disk = disk.filter(|_| offered > 0.0)?;
    Some(DiskLoad {
        offered_erlangs: offered,
        open_erlangs: open,
        peak_erlangs: peak,
        queues: disk.queues,
    })
}
