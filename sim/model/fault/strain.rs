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

use crate::ids::NodeId;

/// Factors by which visits and hops take longer, by node.
#[derive(Debug)]
pub(crate) struct Strain {
    pub(super) disk: Vec<f64>,
    pub(super) network: Vec<f64>,
    pub(super) is_full: Vec<bool>,
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
    pub(crate) fn of_hop(&self, a: usize, b: usize) -> f64 {
        if a == b { 1.0 } else { self.network[a].max(self.network[b]) }
    }

    /// The factor of the network of `node`.
    #[inline]
    pub(crate) fn of_network(&self, node: NodeId) -> f64 {
        self.network[node.index()]
    }
}
