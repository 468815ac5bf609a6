//! A cluster without traffic over years: its faults, repairs and replacements.
//!
//! The second resolution of the same model. Clocks of faults, reach between nodes, lives of containers and the
//! orchestrator are those of a world, driven by the same code (`life/driver.rs`, `fault/strikes.rs`). It leaves out
//! processors, memory, views and connections, which only requests need. So a start takes its CPU time on an idle
//! node, and every caller knows a container from its first good health check.
//! Nothing is periodic, so a year without a fault costs nothing.
//!
//! ```text
//!  clocks ── strike, repair ──► reach, lives ──► Witness: the standing from now on
//!                                 │      ▲
//!                           told  ▼      │ starts, stops
//!                               orchestrator
//! ```
//! Tested against worlds with traffic, instant by instant (`tests/history/`), and against closed forms
//! of availability (`tests/battery/availability/`).

mod event;
mod lives;
mod rest;
mod same;
mod standing;
mod still;

pub use rest::Rest;
pub use same::is_same;
pub use standing::Standing;

use crate::blueprint::Blueprint;
use crate::fault::FaultDriver;
use crate::ids::{ContainerId, FaultId, NodeId};
use crate::life::{Control, HealthDriver, Lives, Upkeep};
use crate::orchestrator::Fact;
use crate::run::Run;
use crate::simulate::EVENTS_A_LOOK;
use event::Event;
use wssim_kernel::{Calendar, Model, Nanos, Time, run_until};

/// A listener to a history.
pub trait Witness {
    /// `id` strikes or is repaired.
    fn fault(&mut self, _now: Time, _id: FaultId, _strikes: bool) {}

    /// The control plane has changed.
    fn control(&mut self, _now: Time, _fact: Fact) {}

    /// A container begins to listen, or ends.
    fn container_answers(&mut self, _now: Time, _id: ContainerId, _answers: bool) {}

    /// The standing after all events at `now`.
    fn stands(&mut self, _now: Time, _standing: &Standing<'_>) {}
}

/// Counters of a history.
#[derive(Clone, Copy, Debug, Default)]
pub struct Count {
    /// Events that happened.
    pub events: u64,
    /// Faults that struck.
    pub faults: u64,
}

/// The history of `blueprint` from time zero, when all nodes and containers run, until `end`; `None` when `stop`
/// returns true before. Scripted faults strike at their time after zero.
pub fn tell<W: Witness>(
    blueprint: &Blueprint,
    [seed, replication]: [u64; 2],
    end: Nanos,
    witness: W,
    stop: &dyn Fn() -> bool,
) -> Option<(Count, W)> {
    let mut calendar = Calendar::new();
    let (lead, replication) = (Nanos::ZERO, replication as u32);
    let run = Run { seed, replication, lead, measured: end };
    let mut history = History::new(blueprint, run, witness, &mut calendar);
    let mut events = 0;
    loop {
        let more = run_until(&mut history, &mut calendar, Time(end.0), EVENTS_A_LOOK);
        events += more;
        if more < EVENTS_A_LOOK {
            break;
        }
        if stop() {
            return None;
        }
    }
    history.look();
    Some((Count { events, faults: history.faults }, history.witness))
}

struct History<'a, W> {
    blueprint: &'a Blueprint,
    upkeep: Upkeep<'a>,
    /// By container: when its start is over, if it starts.
    ready_at: Vec<Time>,
    /// Services whose registered containers have changed since the witness last looked, at first all; by service,
    /// whether it is among them; and whether the reach has changed.
    changed: Vec<u32>,
    is_changed: Vec<bool>,
    reach_changed: bool,
    /// The time of the last change.
    at: Time,
    faults: u64,
    witness: W,
}

impl<'a, W: Witness> History<'a, W> {
    /// The state in which all nodes and containers run.
    fn new(blueprint: &'a Blueprint, run: Run, witness: W, calendar: &mut Calendar<Event>) -> Self {
        let mut history = Self {
            blueprint,
            upkeep: Upkeep::new(blueprint, run),
            ready_at: vec![Time::NEVER; blueprint.containers.len()],
            changed: (0..blueprint.services.len() as u32).collect(),
            is_changed: vec![true; blueprint.services.len()],
            reach_changed: true,
            at: Time::ZERO,
            faults: 0,
            witness,
        };
        history.await_late_containers(calendar);
        history.start_faults(calendar);
        history
    }

    /// Shows the witness the standing, if that has changed.
    fn look(&mut self) {
        if self.changed.is_empty() && !self.reach_changed {
            return;
        }
        let standing = Standing {
            blueprint: self.blueprint,
            now: self.at,
            reach: self.upkeep.reach(),
            lives: self.upkeep.lives(),
            is_led: self.upkeep.control().is_none_or(Control::is_led),
            changed: &self.changed,
            reach_changed: self.reach_changed,
        };
        self.witness.stands(self.at, &standing);
        for service in self.changed.drain(..) {
            self.is_changed[service as usize] = false;
        }
        self.reach_changed = false;
    }

    /// Notes that the service of `id` has changed.
    fn note(&mut self, now: Time, id: ContainerId) {
        self.at = now;
        let service = self.blueprint.containers[id.index()].service;
        if !std::mem::replace(&mut self.is_changed[service.index()], true) {
            self.changed.push(service.0);
        }
    }

    fn note_reach(&mut self, now: Time) {
        (self.at, self.reach_changed) = (now, true);
    }

    fn node_of(&self, id: ContainerId) -> NodeId {
        self.blueprint.containers[id.index()].node
    }
}

impl<W: Witness> Model for History<'_, W> {
    type Event = Event;

    fn handle(&mut self, now: Time, event: Event, calendar: &mut Calendar<Event>) {
        if now > self.at {
            self.look();
        }
        match event {
            Event::Strike(id) => self.strike(now, id, calendar),
            Event::Repair(id) => self.repair(now, id, calendar),
            Event::Life { container, turn } => self.live_on(now, container, turn, calendar),
            Event::Unhealthy(container) => self.is_unhealthy(now, container, calendar),
            Event::Control => self.wake_control(now, calendar),
            Event::Pulled { node, losses } => self.pulled(now, node, losses, calendar),
        }
    }
}
