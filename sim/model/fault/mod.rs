//! Faults: their strikes, their repairs, and when observers notice them.
//!
//! Events exist only for strikes and repairs: a strike draws how long the fault lasts, and when each observer
//! counts a dead node's containers as dead (`Detection`). Faults overlap and end in any order: a node is up when no
//! fault keeps it down, a pair is joined when the last cut is healed, and news reaches only observers that hear its
//! node.

mod clock;
mod reach;
pub(crate) mod strain;
pub(crate) mod strikes;
mod weigh;

pub(crate) use clock::Clocks;
pub(crate) use reach::Reach;
pub(crate) use strikes::FaultDriver;

use crate::blueprint::{Fault, FaultKind};
use crate::event::Event;
use crate::ids::{FaultId, NodeId, ObserverId};
use crate::life::Driver;
use crate::probe::Probe;
use crate::world::World;
use wssim_kernel::{Calendar, Time};

impl<P: Probe> World<'_, P> {
    /// Schedules when observers miss the nodes that they no longer hear after the strike of `id`.
    pub(crate) fn note_strike(&mut self, now: Time, id: FaultId, calendar: &mut Calendar<Event>) {
        let blueprint = self.blueprint;
        let fault = &blueprint.faults[id.index()];
        match fault.kind {
            FaultKind::Crash => {
                self.all_be_missed(now, fault, calendar);
                self.look_at_steps(now, calendar);
            }
            FaultKind::Hang => self.all_be_missed(now, fault, calendar),
            FaultKind::Partition => {
                self.all_be_missed(now, fault, calendar);
                self.miss_the_others(now, fault, calendar);
            }
            FaultKind::Cut => self.cut(now, fault, calendar),
            FaultKind::Switch => self.switch_off(now, fault, calendar),
            FaultKind::SlowDisk(_) | FaultKind::SlowNetwork(_) | FaultKind::DiskFull => {
                self.weigh(now, fault, calendar);
            }
            FaultKind::Kill | FaultKind::Stop => {}
        }
    }

    /// Lets the nodes of `id`, which is over, go on, and lets observers hear them again.
    pub(crate) fn release(&mut self, now: Time, id: FaultId, calendar: &mut Calendar<Event>) {
        let blueprint = self.blueprint;
        let fault = &blueprint.faults[id.index()];
        match fault.kind {
            FaultKind::Hang => {
                for &node in &fault.nodes {
                    if self.upkeep.reach().hung_until(node) <= now {
                        self.thaw(now, node, calendar);
                        self.rejoin(now, node, calendar);
                    }
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
            FaultKind::Crash | FaultKind::Kill | FaultKind::Stop => {}
        }
    }

    fn all_be_missed(&mut self, now: Time, fault: &Fault, calendar: &mut Calendar<Event>) {
        for &node in &fault.nodes {
            self.be_missed(now, fault, node, calendar);
        }
    }

    fn cut(&mut self, now: Time, fault: &Fault, calendar: &mut Calendar<Event>) {
        // Gossip takes a detour over a third node where there is one: then no node counts another as dead.
        if self.nodes.len() == 2 {
            self.all_be_missed(now, fault, calendar);
        }
    }

    /// A switch is gone: its nodes lose all others. Users learn it from the nodes that they still reach.
    fn switch_off(&mut self, now: Time, fault: &Fault, calendar: &mut Calendar<Event>) {
        let all = self.nodes.len();
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

    /// Observers that do not hear `node` will count its containers as dead.
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

    /// A node that is cut off counts the containers of all others as dead.
    fn miss_the_others(&mut self, now: Time, fault: &Fault, calendar: &mut Calendar<Event>) {
        for observer in self.observers() {
            let is_cut_off =
                self.observer_node(observer).is_some_and(|at| fault.nodes.contains(&at));
            // A proxy there gets no answer from a manager without a quorum, and keeps its list.
            if !is_cut_off || self.registry.as_proxy(observer).is_some() {
                continue;
            }
            let others = self.nodes.len() - fault.nodes.len();
            for node in self.nodes.ids() {
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
            return self.each_on(node, |world, id| {
                world.proxy_will_miss(now, observer, id, calendar);
            });
        }
        let detection = &self.blueprint.detection;
        let law = if together > 1 {
            detection.dead_together.as_ref().or(detection.dead.as_ref())
        } else {
            detection.dead.as_ref()
        };
        let first = self.upkeep.on_node(node).first().copied();
        let (Some(law), Some(first)) = (law, first) else {
            return;
        };
        // A node is detected as a whole: all its containers go at the same time.
        let lag = self.lag(observer, first, law);
        self.each_on(node, |world, id| {
            world.send_news(now + lag, observer, id, false, calendar);
        });
    }

    /// Observers hear `node` again, and it hears the others.
    pub(crate) fn rejoin(&mut self, now: Time, node: NodeId, calendar: &mut Calendar<Event>) {
        for id in self.containers.ids() {
            if !self.is_to_be_known(id) {
                continue;
            }
            if self.containers[id].node() == node {
                self.announce(now, id, calendar);
            } else {
                self.announce_to(now, ObserverId(node.0), id, calendar);
            }
        }
    }
}
