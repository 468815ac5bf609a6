//! Faults: what strikes, and what comes back when it is repaired.
//!
//! Nothing is simulated while nothing happens: how long a fault lasts is drawn when it strikes, and
//! when each observer takes a dead node's containers for dead is drawn then too (`Detection`). Faults
//! overlap and end in any order: a node is up when no fault keeps it down, a pair is joined when the
//! last cut is healed, and news gets round only where somebody hears it.

mod clock;
mod reach;
mod strain;
mod strikes;

pub(crate) use clock::Clocks;
pub(crate) use reach::Reach;
pub(crate) use strain::Strain;
pub(crate) use strikes::Struck;

use crate::blueprint::{Fault, FaultKind};
use crate::event::Event;
use crate::ids::{ContainerId, FaultId, NodeId, ObserverId};
use crate::life::{Awaiting, Checked, End, Led, Lives};
use crate::orchestrator::{Exit, Told};
use crate::probe::Probe;
use crate::world::World;
use wssim_kernel::{Calendar, Time};

impl<P: Probe> World<'_, P> {
    /// A fault strikes.
    #[inline(never)]
    pub(crate) fn strike(&mut self, now: Time, id: FaultId, calendar: &mut Calendar<Event>) {
        let blueprint = self.blueprint;
        let fault = &blueprint.faults[id.index()];
        if !self.really_strikes(now, id) {
            return;
        }
        let until = self.upkeep.clocks.repaired_at(now, id);
        self.catch_up_all(now, calendar);
        self.reach.ever = true;
        match fault.kind {
            FaultKind::Crash => self.crash(now, fault, calendar),
            FaultKind::Hang => {
                self.hang(now, fault, until, calendar);
                for container in self.struck_now(fault) {
                    self.hang_process(now, container, until, calendar);
                }
            }
            FaultKind::Partition => self.part(now, fault, until, calendar),
            FaultKind::Cut => self.cut(now, fault, until, calendar),
            FaultKind::Switch => self.switch_off(now, fault, until, calendar),
            FaultKind::SlowDisk(_) | FaultKind::SlowNetwork(_) | FaultKind::DiskFull => {}
            FaultKind::Stop => {
                for container in self.struck_now(fault) {
                    self.drain(now, container, calendar);
                }
            }
            FaultKind::Kill => {
                for container in self.struck_now(fault) {
                    self.end_container(now, container, End::Loud, calendar);
                }
            }
        }
        self.struck(now, id, until, calendar);
        if is_strain(fault.kind) {
            self.weigh(now, fault, calendar);
        }
        self.tell_reach(now, calendar);
    }

    /// A fault is repaired.
    #[inline(never)]
    pub(crate) fn repair(&mut self, now: Time, id: FaultId, calendar: &mut Calendar<Event>) {
        let blueprint = self.blueprint;
        let fault = &blueprint.faults[id.index()];
        self.catch_up_all(now, calendar);
        self.over(now, id, calendar);
        match fault.kind {
            FaultKind::Crash => {
                for &node in &fault.nodes {
                    if self.reach.bring_up(node) {
                        self.return_node(now, node, calendar);
                    }
                }
            }
            FaultKind::Hang => {
                for &node in &fault.nodes {
                    if self.reach.hung_until(node) <= now {
                        self.thaw(now, node, calendar);
                        self.rejoin(now, node, calendar);
                    }
                }
                for container in (0..self.containers.len()).map(ContainerId::from) {
                    self.process_goes_on(now, container, calendar);
                }
            }
            FaultKind::Partition | FaultKind::Cut | FaultKind::Switch => {
                for &node in &fault.nodes {
                    self.rejoin(now, node, calendar);
                }
            }
            FaultKind::SlowDisk(_) | FaultKind::SlowNetwork(_) | FaultKind::DiskFull => {
                self.weigh(now, fault, calendar);
            }
            FaultKind::Kill | FaultKind::Stop => {
                for &container in &fault.containers {
                    self.start_anew(now, container, calendar);
                }
            }
        }
        self.tell_reach(now, calendar);
        self.list_anew(now, Some(&fault.nodes), calendar);
        self.wake_waiting(now, calendar);
    }

    fn crash(&mut self, now: Time, fault: &Fault, calendar: &mut Calendar<Event>) {
        let crashed = self.reach.take_down(&fault.nodes);
        // Nobody says of what ran there that it has ended.
        self.tell_reach(now, calendar);
        for &node in &crashed {
            self.upkeep.pulls.lose(node);
            self.drop_chores(now, node, calendar);
            for container in self.containers_on(node) {
                self.end_container(now, container, End::Quiet, calendar);
            }
        }
        for &node in &fault.nodes {
            self.be_missed(now, fault, node, calendar);
        }
        self.look_at_steps(now, calendar);
    }

    fn hang(&mut self, now: Time, fault: &Fault, until: Time, calendar: &mut Calendar<Event>) {
        self.reach.suffer(fault, until);
        for &node in &fault.nodes {
            self.freeze(now, node, calendar);
        }
        for &node in &fault.nodes {
            self.be_missed(now, fault, node, calendar);
        }
    }

    fn part(&mut self, now: Time, fault: &Fault, until: Time, calendar: &mut Calendar<Event>) {
        self.reach.suffer(fault, until);
        for &node in &fault.nodes {
            self.be_missed(now, fault, node, calendar);
        }
        self.miss_the_others(now, fault, calendar);
    }

    fn cut(&mut self, now: Time, fault: &Fault, until: Time, calendar: &mut Calendar<Event>) {
        let [a, b] = fault.nodes[..] else { return };
        self.reach.suffer(fault, until);
        // Gossip goes round by a third node where there is one: then nobody takes anybody for dead.
        if self.nodes.len() == 2 {
            self.be_missed(now, fault, a, calendar);
            self.be_missed(now, fault, b, calendar);
        }
    }

    /// Nodes lose everybody: a switch is gone. Users learn of it from those that they still reach.
    fn switch_off(
        &mut self,
        now: Time,
        fault: &Fault,
        until: Time,
        calendar: &mut Calendar<Event>,
    ) {
        let all = self.nodes.len();
        self.reach.suffer(fault, until);
        let is_struck = |node: &NodeId| fault.nodes.contains(node);
        for observer in self.observers() {
            let at = self.observer_node(observer);
            if at.is_none() && fault.nodes.len() == all {
                continue;
            }
            if at.as_ref().is_some_and(is_struck) && self.registry.as_proxy(observer).is_none() {
                for node in (0..all).map(NodeId::from).filter(|node| Some(*node) != at) {
                    self.will_miss(now, observer, node, all - 1, calendar);
                }
            } else if !at.as_ref().is_some_and(is_struck) {
                for &node in &fault.nodes {
                    self.will_miss(now, observer, node, fault.nodes.len(), calendar);
                }
            }
        }
    }

    /// Observers who do not hear `node` will take its containers for dead.
    fn be_missed(
        &mut self,
        now: Time,
        fault: &Fault,
        node: NodeId,
        calendar: &mut Calendar<Event>,
    ) {
        for observer in self.observers() {
            let hears = match self.observer_node(observer) {
                Some(at) => self.is_joined(now, at, node),
                None => fault.kind == FaultKind::Cut,
            };
            if !hears {
                self.will_miss(now, observer, node, fault.nodes.len(), calendar);
            }
        }
    }

    /// A node that is cut off takes the containers of all others for dead.
    fn miss_the_others(&mut self, now: Time, fault: &Fault, calendar: &mut Calendar<Event>) {
        for observer in self.observers() {
            let is_cut_off =
                self.observer_node(observer).is_some_and(|at| fault.nodes.contains(&at));
            // A proxy there gets no answer from a manager without a quorum, and keeps its list.
            if !is_cut_off || self.registry.as_proxy(observer).is_some() {
                continue;
            }
            let others = self.nodes.len() - fault.nodes.len();
            for node in (0..self.nodes.len()).map(NodeId::from) {
                if !fault.nodes.contains(&node) {
                    self.will_miss(now, observer, node, others, calendar);
                }
            }
        }
    }

    fn will_miss(
        &mut self,
        now: Time,
        observer: ObserverId,
        node: NodeId,
        together: usize,
        calendar: &mut Calendar<Event>,
    ) {
        if self.registry.as_proxy(observer).is_some() {
            return self.proxy_will_miss(now, observer, &self.containers_on(node), calendar);
        }
        let detection = &self.blueprint.detection;
        let law = if together > 1 {
            detection.dead_together.as_ref().or(detection.dead.as_ref())
        } else {
            detection.dead.as_ref()
        };
        let (Some(law), Some(first)) = (law, self.containers_on(node).first().copied()) else {
            return;
        };
        // A node is detected as a whole: all its containers go at one instant.
        let lag = self.lag(observer, first, law);
        for container in self.containers_on(node) {
            self.send_news(now + lag, observer, container, false, calendar);
        }
    }

    /// `node` runs again: its containers start, and whoever still waits for their last lives is reset.
    fn return_node(&mut self, now: Time, node: NodeId, calendar: &mut Calendar<Event>) {
        for container in self.containers_on(node) {
            if self.is_to_come(now, container) {
                continue;
            }
            self.break_calls(now, container, calendar, |_, _| true);
            self.strike_old_tasks(now, container, calendar);
            if !self.is_restarted(container) {
                self.restart_later(now, container, Exit::Failed, calendar);
            }
        }
        self.tell_control(now, Told::Rebooted(node), calendar);
        self.rejoin(now, node, calendar);
    }

    /// `node` is heard again, and hears the others.
    fn rejoin(&mut self, now: Time, node: NodeId, calendar: &mut Calendar<Event>) {
        for place in 0..self.containers.len() {
            let id = ContainerId::from(place);
            if !self.is_to_be_known(id) {
                continue;
            }
            if self.containers[place].node == node {
                self.announce(now, id, calendar);
            } else {
                self.announce_to(now, ObserverId(node.0), id, calendar);
            }
        }
    }

    pub(crate) fn containers_on(&self, node: NodeId) -> Vec<ContainerId> {
        let containers = self.blueprint.containers.iter().enumerate();
        let here = containers.filter(|(_, container)| container.node == node);
        here.map(|(place, _)| ContainerId::from(place)).collect()
    }
}

/// Whether `kind` makes things slow or full, and stops nothing.
fn is_strain(kind: FaultKind) -> bool {
    matches!(kind, FaultKind::SlowDisk(_) | FaultKind::SlowNetwork(_) | FaultKind::DiskFull)
}
