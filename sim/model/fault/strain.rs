//! Faults that slow nodes down or fill their disks without stopping them.
//!
//! Several faults of one kind on one node multiply. After each strike and each repair the product is computed again
//! over the faults that last, in their order: so they end in any order without rounding errors.
//!
//! A slow disk stretches visits that begin while it lasts. A slow network stretches hops between the node and other
//! nodes or users, and divides the bandwidth of its interface; between two slow nodes the slower one sets the pace.
//! A full disk refuses new writes: the step fails at once; reads, swap and writes in the queue go on. Not modelled:
//! a container that cannot start because its node cannot write, logs that fill the disk.
//!
//! Closed form: M/D/1 at a disk `k` times as slow is M/D/1 with `k` times the service time
//! (`tests/battery/faults.rs`).

use crate::blueprint::{Fault, FaultKind};
use crate::event::Event;
use crate::ids::NodeId;
use crate::network::constant_half;
use crate::probe::Probe;
use crate::request::frame::FrameId;
use crate::world::World;
use wssim_kernel::{Calendar, Nanos, Time};

/// Factors by which visits and hops take longer, by node.
#[derive(Debug)]
pub(crate) struct Strain {
    disk: Vec<f64>,
    network: Vec<f64>,
    is_full: Vec<bool>,
}

impl Strain {
    /// No node is slow, and no disk is full.
    pub(crate) fn none(nodes: usize) -> Self {
        Self { disk: vec![1.0; nodes], network: vec![1.0; nodes], is_full: vec![false; nodes] }
    }

    /// The factor of a visit to the disk of `node`.
    #[inline]
    pub(crate) fn of_disk(&self, node: NodeId) -> f64 {
        self.disk[node.index()]
    }

    /// The factor of a hop between `a` and `b`; 1 within a node.
    fn of_hop(&self, a: usize, b: usize) -> f64 {
        if a == b { 1.0 } else { self.network[a].max(self.network[b]) }
    }
}

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
            .clocks
            .lasting()
            .filter(move |fault| fault.nodes.contains(&node))
            .map(|fault| fault.kind)
    }

    /// The factor of the network of `node` has changed.
    fn pace(&mut self, now: Time, node: NodeId, calendar: &mut Calendar<Event>) {
        let (at, all) = (node.index(), self.nodes.len());
        let bandwidth = self.blueprint.nodes[at].bandwidth / self.strain.network[at];
        let end = self.flows.set_bandwidth(now, at, bandwidth);
        Self::schedule_end(end, calendar);
        for other in 0..all {
            let factor = self.strain.of_hop(at, other);
            for place in [at * all + other, other * all + at] {
                let half = constant_half(&self.blueprint.links[place].rtt);
                self.half_rtts[place] = half.map(|half| stretched(half, factor));
            }
        }
    }

    /// `half` of a drawn round trip on the link at `place`, stretched by its present factor.
    pub(crate) fn paced(&self, place: usize, half: Nanos) -> Nanos {
        let all = self.nodes.len();
        stretched(half, self.strain.of_hop(place / all, place % all))
    }

    /// The same between `node` and a user.
    #[cold]
    #[inline(never)]
    pub(crate) fn paced_outside(&self, node: NodeId, half: Nanos) -> Nanos {
        stretched(half, self.strain.network[node.index()])
    }

    /// Whether the node of `id` has a full disk.
    #[inline]
    pub(crate) fn finds_disk_full(&self, id: FrameId) -> bool {
        self.reach.ever && self.strain.is_full[self.frame_node(id).index()]
    }
}

fn product(
    kinds: impl Iterator<Item = FaultKind>,
    factor: impl Fn(FaultKind) -> Option<f64>,
) -> f64 {
    kinds.filter_map(factor).product()
}

fn stretched(half: Nanos, factor: f64) -> Nanos {
    if factor == 1.0 { half } else { Nanos::from_f64(half.as_f64() * factor) }
}
