//! Strikes and repairs of faults, in worlds and histories alike.
//!
//! ```text
//!  strike   crash: who hears whom · pulls are lost · containers end ─┐
//!           hang: nodes, processes stand still ──────────────────────┤
//!           cut, partition, switch ──────────────────────────────────┼─► its repair is due ─► who hears whom
//!           stop, kill: containers end ──────────────────────────────┘
//!  repair   its next strike is due · nodes start their containers · processes go on
//!           · who hears whom · containers that wait look again
//! ```

use crate::blueprint::{Comes, Fault, FaultKind};
use crate::ids::{ContainerId, FaultId, NodeId};
use crate::life::{Awaiting, Change, Driver, End, HealthDriver, Lives, Moment};
use crate::orchestrator::{Exit, Told};
use wssim_kernel::{Calendar, Time};

/// A driver that faults strike: every driver.
pub(crate) trait FaultDriver<'a>: Driver<'a> {
    /// Schedules the first strike of each fault.
    fn start_faults(&mut self, calendar: &mut Calendar<Self::Event>) {
        for (place, fault) in self.blueprint().faults.iter().enumerate() {
            let id = FaultId::from(place);
            let all_run = fault.containers.iter().all(|who| self.life(*who).listens());
            if let Some(at) = self.upkeep_mut().clocks_mut().first(id, all_run) {
                self.schedule(at, Moment::Strike(id), calendar);
            }
        }
    }

    /// A fault strikes, unless it is overtaken.
    #[inline(never)]
    fn strike(&mut self, now: Time, id: FaultId, calendar: &mut Calendar<Self::Event>) {
        if !self.upkeep().clocks().is_due(now, id, |who| self.life(who).listens()) {
            return;
        }
        self.changes(now, Change::Strikes(id), calendar);
        let fault = &self.blueprint().faults[id.index()];
        let clocks = self.upkeep_mut().clocks_mut();
        let until = clocks.repaired_at(now, id);
        let lasts = clocks.strikes(id);
        match fault.kind {
            FaultKind::Crash => self.crash(now, fault, calendar),
            FaultKind::Hang => self.hang(now, fault, until, calendar),
            FaultKind::Partition | FaultKind::Cut | FaultKind::Switch => {
                self.reach_mut().suffer(fault, until);
            }
            FaultKind::Stop => {
                self.each_struck(fault, |driver, who| driver.drain(now, who, calendar));
            }
            FaultKind::Kill => self.each_struck(fault, |driver, who| {
                driver.end_container(now, who, End::Loud, calendar);
            }),
            // A slow or full node runs on.
            FaultKind::SlowDisk(_) | FaultKind::SlowNetwork(_) | FaultKind::DiskFull => {}
        }
        self.changes(now, Change::HasStruck(id), calendar);
        if !lasts {
            self.over(now, id, calendar);
        } else if until < Time::NEVER {
            self.schedule(until, Moment::Repair(id), calendar);
        }
        // In a crash the orchestrator learns the reach before any container ends.
        if fault.parts_nodes() && fault.kind != FaultKind::Crash {
            self.tell_reach(now, calendar);
        }
    }

    #[inline(never)]
    fn repair(&mut self, now: Time, id: FaultId, calendar: &mut Calendar<Self::Event>) {
        self.changes(now, Change::Repairs(id), calendar);
        self.over(now, id, calendar);
        let fault = &self.blueprint().faults[id.index()];
        match fault.kind {
            FaultKind::Crash => {
                for &node in &fault.nodes {
                    if self.reach_mut().bring_up(node) {
                        self.return_node(now, node, calendar);
                    }
                }
            }
            FaultKind::Kill | FaultKind::Stop => {
                for &who in &fault.containers {
                    self.start_anew(now, who, calendar);
                }
            }
            FaultKind::Hang
            | FaultKind::Partition
            | FaultKind::Cut
            | FaultKind::Switch
            | FaultKind::SlowDisk(_)
            | FaultKind::SlowNetwork(_)
            | FaultKind::DiskFull => {}
        }
        self.changes(now, Change::Releases(id), calendar);
        if fault.kind.halts() {
            for who in (0..self.blueprint().containers.len()).map(ContainerId::from) {
                self.process_goes_on(now, who, calendar);
            }
        }
        if fault.parts_nodes() {
            self.tell_reach(now, calendar);
        }
        self.changes(now, Change::IsRepaired(id), calendar);
        self.wake_waiting(now, calendar);
    }

    /// `id` is over: schedules its next strike, if it has one.
    fn over(&mut self, now: Time, id: FaultId, calendar: &mut Calendar<Self::Event>) {
        if let Some(at) = self.upkeep_mut().clocks_mut().over(now, id) {
            self.schedule(at, Moment::Strike(id), calendar);
        }
    }

    fn crash(&mut self, now: Time, fault: &Fault, calendar: &mut Calendar<Self::Event>) {
        self.reach_mut().take_down(&fault.nodes);
        // Told first, since a crashed node does not report that its containers have ended.
        self.tell_reach(now, calendar);
        for &node in &fault.nodes {
            if self.reach().was_down(node) {
                continue;
            }
            self.upkeep_mut().pulls_mut().lose(node);
            self.changes(now, Change::NodeIsLost(node), calendar);
            self.each_on(node, |driver, who| {
                driver.end_container(now, who, End::Quiet, calendar);
            });
        }
    }

    /// Hangs nodes or processes until `until`.
    fn hang(
        &mut self,
        now: Time,
        fault: &Fault,
        until: Time,
        calendar: &mut Calendar<Self::Event>,
    ) {
        for &node in &fault.nodes {
            self.changes(now, Change::NodeFreezes(node, until), calendar);
        }
        self.reach_mut().suffer(fault, until);
        self.each_struck(fault, |driver, who| {
            driver.hang_process(now, who, until, calendar);
        });
    }

    /// `node` runs again, and starts its containers.
    fn return_node(&mut self, now: Time, node: NodeId, calendar: &mut Calendar<Self::Event>) {
        self.each_on(node, |driver, who| {
            if driver.is_to_come(now, who) {
                return;
            }
            driver.changes(now, Change::HostIsBack(who), calendar);
            if !driver.is_restarted(who) {
                driver.restart_later(now, who, Exit::Failed, calendar);
            }
        });
        self.tell_control(now, Told::Rebooted(node), calendar);
        self.changes(now, Change::NodeIsBack(node), calendar);
    }

    /// Does `act` at the present place of each container that `fault` strikes. A fault that wears out lives strikes
    /// its own container, not the present place of its replica.
    fn each_struck(&mut self, fault: &Fault, mut act: impl FnMut(&mut Self, ContainerId)) {
        let mut struck = self.upkeep_mut().buffer();
        let is_own = matches!(fault.comes, Comes::EachLife(_));
        let control = self.control().filter(|_| !is_own);
        let place = |first: &ContainerId| match &control {
            Some(control) => control.replica_at(*first),
            None => Some(*first),
        };
        struck.extend(fault.containers.iter().filter_map(place));
        for id in struck.drain(..) {
            act(self, id);
        }
        self.upkeep_mut().give_buffer_back(struck);
    }
}

impl<'a, D: Driver<'a>> FaultDriver<'a> for D {}
