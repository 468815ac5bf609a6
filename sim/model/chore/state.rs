//! What is kept of chores.

use crate::ids::{FrameId, NodeId, RolloutId};

/// The legs of a chore.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Haul {
    /// Its two ends, bytes, and the highest rate in bytes per second.
    pub(crate) network: Option<([NodeId; 2], f64, f64)>,
    /// The node, and nanoseconds of the reference CPU, on one thread.
    pub(crate) cpu: Option<(NodeId, f64)>,
    /// The node that reads, and bytes.
    pub(crate) read: Option<(NodeId, f64)>,
    /// The node that writes, and bytes.
    pub(crate) disk: Option<(NodeId, f64)>,
}

/// What follows a chore.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Then {
    /// The node has the image.
    Pulled(NodeId, usize),
    /// The image with this number of a rollout is built.
    Built(RolloutId, usize),
    /// The same image is in the registry.
    Pushed(RolloutId, usize),
    /// The copy of this step of a procedure is complete.
    Carried(u32),
}

/// A chore that is under way or over.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Chore {
    pub(super) nodes: [Option<NodeId>; 3],
    /// Legs that are not over.
    pub(super) legs: u32,
    /// The job of its CPU leg.
    pub(super) job: Option<FrameId>,
    /// Bytes that remain to be read, and to be written, including those of the present visit.
    pub(super) left: [f64; 2],
    /// `None` once it is done or dropped.
    pub(super) then: Option<Then>,
}

impl Haul {
    pub(super) fn nodes(&self) -> [Option<NodeId>; 3] {
        let written = self.disk.map(|(node, _)| node);
        let [from, to] = self.network.map_or([None; 2], |(ends, ..)| ends.map(Some));
        let read = self.read.map(|(node, _)| node);
        [from.or(read), to.or(self.cpu.map(|(node, _)| node)), written]
    }
}

/// All chores of a replication, in the order in which they began.
#[derive(Debug, Default)]
pub(crate) struct Chores(pub(super) Vec<Chore>);
