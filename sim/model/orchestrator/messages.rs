//! What an orchestrator gets, and what it decides.

use super::placement::Why;
use super::restart::Exit;
use super::rollout::Ending;
use crate::ids::{ContainerId, NodeId, RolloutId, ServiceId};
use wssim_kernel::Time;

/// An input of an orchestrator.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Told<'r> {
    /// Which node hears which, by pair; a node that is down or hangs does not hear itself.
    Reach(&'r [bool]),
    /// The node runs again after a crash.
    Rebooted(NodeId),
    /// A container that needs no order is at its start; whether its node is up, so that it runs.
    Begins(ContainerId, bool),
    /// A container listens.
    Serves(ContainerId),
    /// A container counts as running: found healthy, or, without a check, as soon as its process has started.
    Runs(ContainerId),
    /// The node has the image, by its place in [`Cluster::images`](super::Cluster::images).
    Pulled(NodeId, usize),
    /// New images are to be deployed.
    Deploys(RolloutId),
    /// A container has ended, and how.
    Ended(ContainerId, Exit),
    /// The node gives up a container that has ended: it does not restart it.
    GivesUp(ContainerId),
    /// The time at which the orchestrator asked to be woken.
    Alarm,
}

/// A change in the control plane. The world acts on the last four.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Fact {
    /// This manager leads from now on.
    Leads(NodeId),
    /// No manager can decide from now on.
    Leaderless,
    /// The node takes part again.
    Ready(NodeId),
    /// A replacement gets this place.
    Assigned(ContainerId),
    /// A replacement of the service fits on no node.
    Pending(ServiceId, Why),
    /// The image of the replacement at this place cannot be pulled.
    Rejected(ContainerId),
    /// The node is marked down; the managers have not heard it since this time.
    Down(NodeId, Time),
    /// The update of a service is over.
    Updated(RolloutId, ServiceId, Ending),
    /// The node pulls the image, by its place in [`Cluster::images`](super::Cluster::images).
    Pulls(NodeId, usize),
    /// The container starts.
    Starts(ContainerId),
    /// The container is stopped, or its node does not restart it: it is not wanted there any more.
    Stops(ContainerId),
}

/// An orchestrator of a cluster; [`KindProfile::open`](super::KindProfile::open) makes one.
pub trait Orchestrator: std::fmt::Debug {
    /// Takes one input and appends the consequences to `facts`.
    fn told(&mut self, now: Time, told: Told<'_>, facts: &mut Vec<Fact>);

    /// When it wants to be woken, unless it gets an input before.
    fn due(&mut self) -> Option<Time>;

    /// The leader, if one can decide.
    fn leader(&self) -> Option<NodeId>;

    /// Whether it can decide: always without managers.
    fn is_led(&self) -> bool;

    /// Whether a client on `node` gets an answer to the question which containers exist.
    fn answers(&self, node: NodeId) -> bool;

    /// Whether the container is wanted and its node is not marked down.
    fn wants(&self, container: ContainerId) -> bool;

    /// Whether it decides when the container, which has ended, is restarted; otherwise its node does.
    fn restarts(&self, container: ContainerId) -> bool;

    /// The present place of the replica that was at `first` in the beginning.
    fn place_of(&self, first: ContainerId) -> Option<ContainerId>;

    /// The image that the container runs or will run, by its place in [`Cluster::images`](super::Cluster::images).
    fn image_at(&self, container: ContainerId) -> Option<usize>;
}
