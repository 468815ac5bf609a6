//! Drivers of the lives of containers: a world, or a history without traffic.
//!
//! What happens to containers is decided once, in functions over a [`Driver`]: `lives.rs`, `led.rs`, `health.rs`
//! and `waiting.rs` here, and `fault/strikes.rs`. Time comes in as an argument; later steps go to the calendar as a
//! [`Moment`]; each [`Change`] goes to the driver as it happens, which does its own part. The driver keeps each
//! container's [`Life`]; the rest of the state is in [`Upkeep`].
//!
//! ```text
//!  calendar ── Moment ──► lives, orchestrator ── Change ──► world: CPU, requests, connections, views
//!      ▲                            │                       history: times of starts, its witness
//!      └───────────── Moment ───────┘
//! ```

use super::{Control, Draws, End, Life, Phase, Pulls, Pulse, Waiting};
use crate::blueprint::Blueprint;
use crate::fault::{Clocks, Reach};
use crate::ids::{ContainerId, FaultId, NodeId};
use crate::orchestrator::{Fact, Restarts};
use crate::world::Run;
use wssim_kernel::{Calendar, Nanos, Time};

/// State of containers and faults beside each container's life.
#[derive(Debug)]
pub(crate) struct Upkeep<'a> {
    /// When each fault strikes.
    pub(crate) clocks: Clocks<'a>,
    /// The orchestrator that replaces lost containers.
    pub(crate) control: Option<Box<Control<'a>>>,
    /// By container: its health checks, and its restarts where no orchestrator counts them.
    pub(crate) pulses: Vec<Pulse>,
    pub(crate) restarts: Vec<Restarts>,
    /// Containers that have started and wait for services.
    pub(crate) waiting: Waiting,
    pub(crate) pulls: Pulls,
    /// By node: its containers.
    pub(crate) on_node: Vec<Vec<ContainerId>>,
    /// Buffer for the containers that a fault strikes.
    pub(crate) struck: Vec<ContainerId>,
    pub(crate) draws: Draws,
    /// Time from zero until the measured stretch begins.
    pub(crate) lead: Nanos,
}

impl<'a> Upkeep<'a> {
    /// The state in which all nodes and containers run.
    pub(crate) fn new(blueprint: &'a Blueprint, run: Run) -> Self {
        let draws = Draws::new(blueprint, run);
        let mut on_node = vec![Vec::new(); blueprint.nodes.len()];
        for (place, container) in blueprint.containers.iter().enumerate() {
            on_node[container.node.index()].push(ContainerId::from(place));
        }
        Self {
            clocks: Clocks::new(blueprint, run),
            control: Control::of(blueprint, run),
            pulses: Pulse::all(blueprint, &draws),
            restarts: vec![Restarts::default(); blueprint.containers.len()],
            waiting: Waiting::default(),
            pulls: Pulls::new(blueprint.nodes.len()),
            on_node,
            struck: Vec::new(),
            draws,
            lead: run.lead,
        }
    }
}

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

    /// The state beside lives.
    fn upkeep(&self) -> &Upkeep<'a>;

    fn upkeep_mut(&mut self) -> &mut Upkeep<'a>;

    /// The obstacles between nodes.
    fn reach(&self) -> &Reach;

    fn reach_mut(&mut self) -> &mut Reach;

    fn life(&self, id: ContainerId) -> &Life;

    fn life_mut(&mut self, id: ContainerId) -> &mut Life;

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
        for place in 0..self.upkeep().on_node[node.index()].len() {
            let id = self.upkeep().on_node[node.index()][place];
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
