//! Faults in a blueprint: scripted and random ones.

use crate::ids::{ContainerId, NodeId};
use crate::law::Law;
use wssim_kernel::Nanos;

/// A fault.
#[derive(Clone, Debug, PartialEq)]
pub struct Fault {
    /// Its name, and that of its stream.
    pub name: String,
    /// When it strikes.
    pub comes: Comes,
    /// Its kind.
    pub kind: FaultKind,
    /// Nodes that it strikes; for a link its two ends.
    pub nodes: Vec<NodeId>,
    /// Containers that it strikes.
    pub containers: Vec<ContainerId>,
    /// How long it lasts, in nanoseconds; `None`: for ever.
    pub repair: Option<Law>,
}

impl Fault {
    /// Whether it separates nodes from each other.
    pub(crate) fn parts_nodes(&self) -> bool {
        let by_kind = match self.kind {
            FaultKind::Crash
            | FaultKind::Hang
            | FaultKind::Partition
            | FaultKind::Cut
            | FaultKind::Switch => true,
            FaultKind::SlowDisk(_)
            | FaultKind::SlowNetwork(_)
            | FaultKind::DiskFull
            | FaultKind::Kill
            | FaultKind::Stop => false,
        };
        by_kind && !self.nodes.is_empty()
    }
}

/// When a fault strikes.
#[derive(Clone, Debug, PartialEq)]
pub enum Comes {
    /// Once, this long after the beginning of the measured stretch.
    Once(Nanos),
    /// Repeatedly: this many nanoseconds after time zero, and after each repair.
    Renewed(Law),
    /// This many nanoseconds into each life of its one container.
    EachLife(Law),
}

/// The effect of a fault.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum FaultKind {
    /// Nodes stop; everything that runs on them is lost.
    Crash,
    /// Nodes, or processes of containers, stand still and go on afterwards.
    Hang,
    /// Nodes are cut off from all others.
    Partition,
    /// Two nodes are cut off from each other.
    Cut,
    /// Nodes are cut off from all others, and from each other.
    Switch,
    /// Factor on the time of a visit to the disk of these nodes.
    SlowDisk(f64),
    /// Factor on the time that these nodes take to send and receive.
    SlowNetwork(f64),
    /// Writes fail on these nodes.
    DiskFull,
    /// Containers are killed.
    Kill,
    /// Containers are stopped gracefully.
    Stop,
}

impl FaultKind {
    /// Whether nodes or processes stand still while it lasts, and go on afterwards.
    pub(crate) fn halts(self) -> bool {
        match self {
            Self::Hang => true,
            Self::Crash
            | Self::Partition
            | Self::Cut
            | Self::Switch
            | Self::SlowDisk(_)
            | Self::SlowNetwork(_)
            | Self::DiskFull
            | Self::Kill
            | Self::Stop => false,
        }
    }
}
