//! Drivers of the lives of containers: a world, or a history without traffic.
//!
//! What happens to containers is decided once, in functions over a [`Driver`]: `lives.rs`, `needs.rs` and
//! `health.rs` here, and `fault/strikes.rs`. Time comes in as an argument; later steps go to the calendar as a
//! [`Moment`]; each [`Change`] goes to the driver as it happens, which does its own part. The state is in
//! [`Upkeep`].
//!
//! ```text
//!  calendar ── Moment ──► lives, orchestrator ── Change ──► world: CPU, requests, connections, views
//!      ▲                            │                       history: times of starts, its witness
//!      └───────────── Moment ───────┘
//! ```

use super::{End, Life, Phase, Upkeep};
use crate::blueprint::Blueprint;
use crate::fault::Reach;
use crate::ids::{ContainerId, FaultId, NodeId};
use crate::orchestrator::Fact;
use wssim_kernel::{Calendar, Time};

/// An event in the lives of containers.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Moment {
    /// A fault strikes.
    Strike(FaultId),
    /// A fault is repaired.
    Repair(FaultId),
    /// The next turn in a container's life; overtaken when the life has another number by then.
    Life { container: ContainerId, turn: u32 },
    /// Checks of a container may have failed often enough to find it unhealthy.
    Unhealthy(ContainerId),
    /// The time at which the orchestrator wants to be woken.
    Control,
}

/// A change, which the driver gets as it happens.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Change {
    /// A fault is about to strike.
    Strikes(FaultId),
    /// A node has crashed; its containers are about to end.
    NodeIsLost(NodeId),
    /// A node is about to hang until this time.
    NodeFreezes(NodeId, Time),
    /// A fault has struck its nodes and containers.
    HasStruck(FaultId),
    /// A fault is about to be repaired.
    Repairs(FaultId),
    /// The node of a container runs again after a crash.
    HostIsBack(ContainerId),
    /// A node runs again, and has started its containers.
    NodeIsBack(NodeId),
    /// Nodes that a fault has held up or cut off are about to go on.
    Releases(FaultId),
    /// A fault is repaired, and the orchestrator knows which node hears which.
    IsRepaired(FaultId),
    /// The process of a container has started: it uses CPU until it can listen.
    Starts(ContainerId),
    /// A container is about to listen.
    Listens(ContainerId),
    /// A container without a health check listens.
    IsUnchecked(ContainerId),
    IsRegistered(ContainerId),
    /// A container is to leave all views.
    Leaves(ContainerId),
    /// A container is about to end.
    Ends(ContainerId, End),
    /// A container has ended; its successor is not decided yet.
    HasEnded(ContainerId, End),
    /// The successor of a container that has ended is decided.
    IsSettled,
    /// The process of a container is about to hang until this time.
    Hangs(ContainerId, Time),
    /// The process of a container goes on.
    GoesOn(ContainerId),
    /// A node begins to pull an image.
    Pulls(NodeId, usize),
    /// The orchestrator has made a decision; a start, a stop or a pull follows at once.
    Decided(Fact),
}

/// A simulation that drives the lives of containers.
pub(crate) trait Driver<'a>: Sized {
    type Event: wssim_kernel::Event + From<Moment>;

    fn blueprint(&self) -> &'a Blueprint;

    /// The state of lives and faults.
    fn upkeep(&self) -> &Upkeep<'a>;

    fn upkeep_mut(&mut self) -> &mut Upkeep<'a>;

    /// The obstacles between nodes.
    fn reach<'s>(&'s self) -> &'s Reach
    where
        'a: 's,
    {
        self.upkeep().reach()
    }

    fn reach_mut<'s>(&'s mut self) -> &'s mut Reach
    where
        'a: 's,
    {
        self.upkeep_mut().reach_mut()
    }

    fn life<'s>(&'s self, id: ContainerId) -> &'s Life
    where
        'a: 's,
    {
        self.upkeep().life(id)
    }

    fn life_mut<'s>(&'s mut self, id: ContainerId) -> &'s mut Life
    where
        'a: 's,
    {
        self.upkeep_mut().life_mut(id)
    }

    /// Does the driver's own part of a change.
    fn changes(&mut self, now: Time, change: Change, calendar: &mut Calendar<Self::Event>);

    /// Moves `id` to a phase of its life.
    fn enter(&mut self, now: Time, id: ContainerId, phase: Phase) {
        self.life_mut(id).enter(now, phase);
    }

    /// Whether `id` has no request left.
    fn is_empty(&self, _id: ContainerId) -> bool {
        true
    }

    /// Whether nothing but a step of a procedure may start `id`.
    fn is_held_back(&self, _id: ContainerId) -> bool {
        false
    }

    fn each_on(&mut self, node: NodeId, mut act: impl FnMut(&mut Self, ContainerId)) {
        for place in 0..self.upkeep().on_node(node).len() {
            let id = self.upkeep().on_node(node)[place];
            act(self, id);
        }
    }

    fn schedule(&self, at: Time, moment: Moment, calendar: &mut Calendar<Self::Event>) {
        calendar.schedule(at, moment.into());
    }

    /// Puts the next turn in the life of `id` on the calendar.
    fn turn_at(&self, at: Time, id: ContainerId, calendar: &mut Calendar<Self::Event>) {
        let turn = self.life(id).turn;
        self.schedule(at, Moment::Life { container: id, turn }, calendar);
    }
}
