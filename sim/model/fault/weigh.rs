//! Faults that slow nodes down or fill their disks begin and end: their factors are computed again.

use crate::blueprint::{Fault, FaultKind};
use crate::event::Event;
use crate::ids::{FrameId, NodeId};
use crate::probe::Probe;
use crate::world::World;
use wssim_kernel::{Calendar, Time};

impl<P: Probe> World<'_, P> {
    /// Takes in that `fault` has begun or ended.
    pub(super) fn weigh(&mut self, now: Time, fault: &Fault, calendar: &mut Calendar<Event>) {
        for &node in &fault.nodes {
            let place = node.index();
            let is_full = self.lasting(node).any(|kind| kind == FaultKind::DiskFull);
            let disk = product(self.lasting(node), |kind| match kind {
                FaultKind::SlowDisk(factor) => Some(factor),
                _ => None,
            });
            let network = product(self.lasting(node), |kind| match kind {
                FaultKind::SlowNetwork(factor) => Some(factor),
                _ => None,
            });
            self.strain.is_full[place] = is_full;
            self.strain.disk[place] = disk;
            if network != self.strain.network[place] {
                self.strain.network[place] = network;
                self.pace(now, node, calendar);
            }
        }
    }

    /// Kinds of the faults that strike `node` at present.
    fn lasting(&self, node: NodeId) -> impl Iterator<Item = FaultKind> + use<'_, P> {
        self.upkeep
            .clocks()
            .lasting()
            .filter(move |fault| fault.nodes.contains(&node))
            .map(|fault| fault.kind)
    }

    /// Whether the node of `id` has a full disk.
    #[inline]
    pub(crate) fn finds_disk_full(&self, id: FrameId) -> bool {
        self.upkeep.reach().ever() && self.strain.is_full[self.frame_node(id).index()]
    }
}

fn product(
    kinds: impl Iterator<Item = FaultKind>,
    factor: impl Fn(FaultKind) -> Option<f64>,
) -> f64 {
    kinds.filter_map(factor).product()
}
