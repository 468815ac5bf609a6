//! Images that nodes pull before containers start.

use super::rollout::Bad;
use crate::ids::{NodeId, ServiceId};
use wssim_kernel::Nanos;

/// An image.
#[derive(Clone, Debug, PartialEq)]
pub struct Image {
    /// Where it is pulled from.
    pub from: ImageSource,
    /// Bytes of its layers that a node without it has to pull, compressed.
    pub bytes: f64,
    /// Highest rate at which the source sends it, in bytes per second; may be infinite.
    pub rate: f64,
    /// Its defect, if it has one.
    pub bad: Option<Bad>,
}

/// Where an image is pulled from.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ImageSource {
    /// A registry outside the cluster, which never fails.
    Outside,
    /// A registry that is a service of the cluster.
    Registry(ServiceId),
    /// The node that built it.
    Node(NodeId),
}

/// Bytes of a compressed image that a node of the reference CPU's speed unpacks per second: 30 to 60 MB/s on a
/// small server of 2024, 7 to 15 MB/s on machines of a quarter of its speed (an estimate; no primary source).
const UNPACKED: f64 = 45e6;

impl Image {
    /// Time to pull it over `wire` bytes per second and to unpack it meanwhile, on an idle node of this speed.
    #[must_use]
    pub fn time(&self, wire: f64, speed: f64) -> Nanos {
        Nanos::from_seconds(self.bytes / wire.min(self.rate).min(UNPACKED * speed))
    }

    /// CPU time to unpack it, in nanoseconds of the reference CPU.
    #[must_use]
    pub fn unpacking(&self) -> f64 {
        self.bytes / UNPACKED * 1e9
    }
}
