//! Messages, and what a flow hands back at its end.

use crate::blueprint::Network;
use crate::event::Event;
use crate::ids::{FrameId, NodeId};
use wssim_kernel::{Nanos, Time};

/// A message larger than this is a flow: a megabyte, 8 ms on a gigabit interface.
pub(crate) const FLOW_BYTES: f64 = 1e6;

/// A user outside the cluster, as an end of a message.
pub(crate) const OUTSIDE: NodeId = NodeId(u32::MAX);

/// A message from one node to another, or to itself.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Message<'n> {
    pub(crate) from: NodeId,
    pub(crate) to: NodeId,
    /// Its network, if it leaves its node.
    pub(crate) network: &'n Network,
    /// Payload.
    pub(crate) bytes: f64,
    /// How much later than now it is sent: its connection is set up first.
    pub(crate) after: Nanos,
    /// The frames that pay for its CPU at either end; `None`: already paid for.
    pub(crate) payers: [Option<FrameId>; 2],
}

/// What a flow hands back at its end.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Carried {
    pub(super) event: Event,
    pub(super) latency: Nanos,
    /// `None`: no message whose time counts.
    pub(super) since: Option<Time>,
}

impl Carried {
    /// Of the bytes of a chore.
    pub(crate) fn of_chore(event: Event) -> Self {
        Self { event, latency: Nanos::ZERO, since: None }
    }
}
