//! Who drives the lives of containers: a world, or a history without traffic.
//!
//! What happens to containers is decided once, in functions over a [`Driver`]: `lives.rs`, `led.rs`, `health.rs`
//! and `waiting.rs` here, and `fault/strikes.rs`. Time comes in as an argument; what is due later goes to the
//! calendar as a [`Moment`]; each [`Change`] is told to the driver as it happens, which does what only it knows
//! of. The driver keeps each container's [`Life`]; all the rest is in [`Upkeep`].
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

/// What is known of containers and faults beside each container's life.
#[derive(Debug)]
pub(crate) struct Upkeep<'a> {
    /// When faults come.
    pub(crate) clocks: Clocks<'a>,
    /// Who replaces what is lost.
    pub(crate) control: Option<Box<Control<'a>>>,
    /// By container: what checks of its health find, and its restarts where no orchestrator counts them.
    pub(crate) pulses: Vec<Pulse>,
    pub(crate) restarts: Vec<Restarts>,
    /// Who has started and waits for what it needs.
    pub(crate) waiting: Waiting,
    pub(crate) pulls: Pulls,
    /// By node: its containers.
    pub(crate) on_node: Vec<Vec<ContainerId>>,
    /// Room for containers that a fault strikes.
    pub(crate) struck: Vec<ContainerId>,
    /// Random numbers of lives.
    pub(crate) draws: Draws,
    /// When the measured stretch begins.
    pub(crate) lead: Nanos,
}

impl<'a> Upkeep<'a> {
    /// Everything runs.
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

/// What is due at a time.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Moment {
    /// A fault strikes.
    Strike(FaultId),
    /// A fault is repaired.
    Repair(FaultId),
    /// The next turn in a container's life, if it still has this number.
    Life { container: ContainerId, turn: u32 },
    /// Checks of a container may have failed often enough.
    Unhealthy(ContainerId),
    /// The orchestrator wants to be woken.
    Control,
}

/// What happens, told to the driver as it does.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Change {
    /// A fault is about to strike.
    Strikes(FaultId),
    /// A node has crashed; its containers are about to end.
    NodeIsLost(NodeId),
    /// A node is about to stand still until then.
    NodeFreezes(NodeId, Time),
    /// A fault has struck its nodes and containers.
    HasStruck(FaultId),
    /// A fault is about to be repaired.
    Repairs(FaultId),
    /// The node of a container runs again after a crash.
    HostIsBack(ContainerId),
    /// A node runs again, and has started what it starts by itself.
    NodeIsBack(NodeId),
    /// What a fault has held up or cut off is about to go on.
    Releases(FaultId),
    /// A fault is repaired, and the orchestrator knows who hears whom.
    IsRepaired(FaultId),
    /// The process of a container has started: from now on it computes until it can listen.
    Starts(ContainerId),
    /// A container is about to listen.
    Listens(ContainerId),
    /// A container listens, and no check is to find that it is healthy.
    IsUnchecked(ContainerId),
    /// A container is registered.
    IsRegistered(ContainerId),
    /// A container is to leave all views.
    Leaves(ContainerId),
    /// A container is about to end.
    Ends(ContainerId, End),
    /// A container has ended; what comes in its place is still to be seen.
    HasEnded(ContainerId, End),
    /// What becomes of a container that has ended is settled.
    IsSettled,
    /// The process of a container is about to hang until then.
    Hangs(ContainerId, Time),
    /// The process of a container goes on.
    GoesOn(ContainerId),
    /// A node begins to pull an image.
    Pulls(NodeId, usize),
    /// The orchestrator has decided something: a start, a stop and a pull follow.
    Decided(Fact),
}

/// Whoever drives the lives of containers.
pub(crate) trait Driver<'a>: Sized {
    /// What can happen there.
    type Event: wssim_kernel::Event + From<Moment>;

    /// What everything is made of.
    fn blueprint(&self) -> &'a Blueprint;

    /// What is known beside lives.
    fn upkeep(&self) -> &Upkeep<'a>;

    /// The same, to change it.
    fn upkeep_mut(&mut self) -> &mut Upkeep<'a>;

    /// What hinders nodes from reaching each other.
    fn reach(&self) -> &Reach;

    /// The same, to change it.
    fn reach_mut(&mut self) -> &mut Reach;

    /// The life of `id`.
    fn life(&self, id: ContainerId) -> &Life;

    /// The same, to change it.
    fn life_mut(&mut self, id: ContainerId) -> &mut Life;

    /// Does what only this driver knows of.
    fn changes(&mut self, now: Time, change: Change, calendar: &mut Calendar<Self::Event>);

    /// `id` is in this phase of its life from now on.
    fn enter(&mut self, now: Time, id: ContainerId, phase: Phase) {
        self.life_mut(id).enter(now, phase);
    }

    /// Whether no request is left at `id`.
    fn is_empty(&self, _id: ContainerId) -> bool {
        true
    }

    /// Whether nothing may start `id` by itself.
    fn is_held_back(&self, _id: ContainerId) -> bool {
        false
    }

    /// Does `act` for each container of `node`.
    fn each_on(&mut self, node: NodeId, mut act: impl FnMut(&mut Self, ContainerId)) {
        for place in 0..self.upkeep().on_node[node.index()].len() {
            let id = self.upkeep().on_node[node.index()][place];
            act(self, id);
        }
    }

    /// Puts `moment` on the calendar.
    fn schedule(&self, at: Time, moment: Moment, calendar: &mut Calendar<Self::Event>) {
        calendar.schedule(at, moment.into());
    }

    /// Puts the next turn in the life of `id` on the calendar.
    fn turn_at(&self, at: Time, id: ContainerId, calendar: &mut Calendar<Self::Event>) {
        let turn = self.life(id).turn;
        self.schedule(at, Moment::Life { container: id, turn }, calendar);
    }
}
