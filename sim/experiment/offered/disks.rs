//! Offered load of the nodes' disks.

use wssim_model::Blueprint;
use wssim_model::blueprint::{Access, Disk, Service};

/// The load of a node's disk.
#[derive(Clone, Debug)]
pub struct DiskLoad {
    /// Disk time that arrives per second, in seconds (erlangs).
    pub offered_erlangs: f64,
    /// The part of it that comes from open sources.
    pub open_erlangs: f64,
    /// The load while every profile is at its peak.
    pub peak_erlangs: f64,
    /// Visits that it serves at once.
    pub queues: u32,
}

/// The load of a visit to an endpoint on the disk of its node.
#[derive(Clone, Copy, Debug)]
pub(crate) struct DiskWork {
    pub(super) access: Access,
    /// Mean bytes of one disk visit.
    pub(super) bytes: f64,
    /// Number of disk visits.
    pub(crate) times: f64,
}

impl DiskWork {
    /// Mean time at `disk` in nanoseconds, without waiting.
    pub(super) fn at(&self, disk: &Disk) -> f64 {
        self.times * (disk.access(self.access).mean() + self.bytes / disk.bandwidth * 1e9)
    }

    /// [`Self::at`], averaged over the nodes of a service's containers.
    pub(super) fn of_service(&self, blueprint: &Blueprint, service: &Service) -> f64 {
        let disk = |c: u32| {
            let node = blueprint.containers[c as usize].node;
            blueprint.nodes[node.index()].disk.as_ref()
        };
        let sum: f64 = service.wanted().filter_map(disk).map(|disk| self.at(disk)).sum();
        sum / f64::from(service.replicas().max(1))
    }
}

/// The load of a node's disk, if it is used: seconds per second (total, open, at the peak).
pub(super) fn load_of(disk: Option<&Disk>, [offered, open, peak]: [f64; 3]) -> Option<DiskLoad> {
    let disk = disk.filter(|_| offered > 0.0)?;
    Some(DiskLoad {
        offered_erlangs: offered,
        open_erlangs: open,
        peak_erlangs: peak,
        queues: disk.queues,
    })
}
