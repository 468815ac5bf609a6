//! The state of lives and faults, the same for a world and a history: each container's life, its checks, the obstacles
//! between nodes, and the orchestrator.

use super::{Control, Draws, Life, Pulls, Pulse, Waiting};
use crate::blueprint::Blueprint;
use crate::fault::{Clocks, Reach};
use crate::ids::{ContainerId, NodeId};
use crate::orchestrator::Restarts;
use crate::run::Run;
use wssim_kernel::{Nanos, Time};

/// The state of lives and faults.
#[derive(Debug)]
pub(crate) struct Upkeep<'a> {
    /// When each fault strikes.
    clocks: Clocks<'a>,
    /// The obstacles between nodes.
    reach: Reach,
    /// By container.
    lives: Vec<Life>,
    /// By container: its health checks, and its restarts where no orchestrator counts them.
    pub(super) pulses: Vec<Pulse>,
    pub(super) restarts: Vec<Restarts>,
    /// Containers that have started and wait for services.
    pub(super) waiting: Waiting,
    pulls: Pulls,
    /// The orchestrator that replaces lost containers.
    pub(super) control: Option<Box<Control<'a>>>,
    /// By node: its containers.
    on_node: Vec<Vec<ContainerId>>,
    /// Buffer for the containers that a fault strikes.
    struck: Vec<ContainerId>,
    draws: Draws,
    /// Time from zero until the measured stretch begins.
    lead: Nanos,
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
            reach: Reach::open(blueprint.nodes.len()),
            lives: blueprint.containers.iter().map(Life::first).collect(),
            pulses: Pulse::all(blueprint, &draws),
            restarts: vec![Restarts::default(); blueprint.containers.len()],
            waiting: Waiting::default(),
            pulls: Pulls::new(blueprint.nodes.len()),
            control: Control::of(blueprint, run),
            on_node,
            struck: Vec::new(),
            draws,
            lead: run.lead,
        }
    }

    /// When each fault strikes.
    pub(crate) fn clocks(&self) -> &Clocks<'a> {
        &self.clocks
    }

    /// The same, to be changed.
    pub(crate) fn clocks_mut(&mut self) -> &mut Clocks<'a> {
        &mut self.clocks
    }

    /// The obstacles between nodes.
    #[inline(always)]
    pub(crate) fn reach(&self) -> &Reach {
        &self.reach
    }

    /// The same, to be changed.
    pub(crate) fn reach_mut(&mut self) -> &mut Reach {
        &mut self.reach
    }

    /// The life of `id`.
    #[inline(always)]
    pub(crate) fn life(&self, id: ContainerId) -> &Life {
        &self.lives[id.index()]
    }

    /// The same, to be changed.
    pub(crate) fn life_mut(&mut self, id: ContainerId) -> &mut Life {
        &mut self.lives[id.index()]
    }

    /// All lives, by container.
    pub(crate) fn lives(&self) -> &[Life] {
        &self.lives
    }

    /// Until when the process of `id` hangs; `None`: it does not.
    pub(crate) fn hangs_until(&self, now: Time, id: ContainerId) -> Option<Time> {
        self.pulses[id.index()].hangs_until(now)
    }

    /// The orchestrator; `None`: there is none.
    pub(crate) fn control(&self) -> Option<&Control<'a>> {
        self.control.as_deref()
    }

    /// The containers of `node`.
    pub(crate) fn on_node(&self, node: NodeId) -> &[ContainerId] {
        &self.on_node[node.index()]
    }

    /// Images on their way to nodes.
    pub(crate) fn pulls(&self) -> &Pulls {
        &self.pulls
    }

    /// The same, to be changed.
    pub(crate) fn pulls_mut(&mut self) -> &mut Pulls {
        &mut self.pulls
    }

    /// An empty buffer for the containers that a fault strikes; it goes back by [`Upkeep::give_buffer_back`].
    pub(crate) fn buffer(&mut self) -> Vec<ContainerId> {
        let mut struck = std::mem::take(&mut self.struck);
        struck.clear();
        struck
    }

    /// The buffer is free for the next fault.
    pub(crate) fn give_buffer_back(&mut self, struck: Vec<ContainerId>) {
        self.struck = struck;
    }

    /// Draws of lives.
    pub(crate) fn draws(&self) -> &Draws {
        &self.draws
    }

    /// Time from zero until the measured stretch begins.
    pub(crate) fn lead(&self) -> Nanos {
        self.lead
    }
}
