//! Who drives the lives of containers: a world, or a history without traffic.
//!
//! Time comes in as an argument; what is due later goes to the calendar as a [`Moment`]. The driver keeps each
//! container's [`Life`], and all the rest in [`Upkeep`].

use super::{Control, Draws, Life, Pulls, Pulse};
use crate::blueprint::Blueprint;
use crate::fault::{Clocks, Reach};
use crate::ids::{ContainerId, FaultId};
use crate::orchestrator::{Fact, Restarts};
use crate::world::Run;
use wssim_kernel::{Calendar, Time};

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
    pub(crate) pulls: Pulls,
    /// Random numbers of lives.
    pub(crate) draws: Draws,
}

impl<'a> Upkeep<'a> {
    /// Everything runs.
    pub(crate) fn new(blueprint: &'a Blueprint, run: Run) -> Self {
        let draws = Draws::new(blueprint, run);
        Self {
            clocks: Clocks::new(blueprint, run),
            control: Control::of(blueprint, run),
            pulses: Pulse::all(blueprint, &draws),
            restarts: vec![Restarts::default(); blueprint.containers.len()],
            pulls: Pulls::new(blueprint.nodes.len()),
            draws,
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

/// Whoever drives the lives of containers.
pub(crate) trait Driver<'a> {
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

    /// The life of `id`.
    fn life(&self, id: ContainerId) -> &Life;

    /// Whether nothing may start `id` by itself.
    fn is_held_back(&self, _id: ContainerId) -> bool {
        false
    }

    /// Does what the orchestrator has decided.
    fn act(&mut self, now: Time, fact: Fact, calendar: &mut Calendar<Self::Event>);

    /// `id` leaves all views, and is told to end afterwards.
    fn stop_unhealthy(&mut self, now: Time, id: ContainerId, calendar: &mut Calendar<Self::Event>);

    /// `id`, which starts, ends.
    fn end_start(&mut self, now: Time, id: ContainerId, calendar: &mut Calendar<Self::Event>);

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
