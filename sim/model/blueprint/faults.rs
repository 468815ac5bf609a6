//! Faults in a blueprint: what goes wrong, at its time or of itself.

use super::Blueprint;
use crate::ids::{ContainerId, NodeId};
use crate::law::Law;
use wssim_kernel::Nanos;

/// Something that is to go wrong.
#[derive(Clone, Debug, PartialEq)]
pub struct Fault {
    /// Its name, and that of its stream.
    pub name: String,
    /// When.
    pub comes: Comes,
    /// What happens.
    pub kind: FaultKind,
    /// Nodes it strikes; for a link its two ends.
    pub nodes: Vec<NodeId>,
    /// Containers it strikes.
    pub containers: Vec<ContainerId>,
    /// How long it lasts, in nanoseconds; `None`: for ever.
    pub repair: Option<Law>,
}

impl Fault {
    /// Whether it changes which nodes reach each other.
    pub(crate) fn parts_nodes(&self) -> bool {
        use FaultKind::{Crash, Cut, Hang, Partition, Switch};
        !self.nodes.is_empty() && matches!(self.kind, Crash | Hang | Partition | Cut | Switch)
    }
}

/// When a fault comes.
#[derive(Clone, Debug, PartialEq)]
pub enum Comes {
    /// Once, so long after the beginning of the measured stretch.
    Once(Nanos),
    /// Again and again: after so many nanoseconds from time zero, and from each repair on.
    Renewed(Law),
    /// After so many nanoseconds of each life of its one container.
    EachLife(Law),
}

/// What happens to what a fault strikes.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum FaultKind {
    /// Nodes stop; all that runs on them is lost.
    Crash,
    /// Nodes, or processes of containers, stand still; what runs there goes on afterwards.
    Hang,
    /// Nodes are cut off from everybody else.
    Partition,
    /// Two nodes are cut off from each other.
    Cut,
    /// Nodes are cut off from everybody else, and from each other.
    Switch,
    /// A visit to the disk of these nodes takes so many times as long.
    SlowDisk(f64),
    /// What these nodes send and receive takes so many times as long.
    SlowNetwork(f64),
    /// Nothing more can be written on these nodes.
    DiskFull,
    /// Containers are killed.
    Kill,
    /// Containers are stopped in good order.
    Stop,
}

impl Blueprint {
    /// The same world, in which nothing goes wrong but `faults`: what its own script and laws would
    /// have struck is left out.
    #[must_use]
    pub fn struck_by(&self, faults: Vec<Fault>) -> Self {
        Self { faults, ..self.clone() }
    }
}
