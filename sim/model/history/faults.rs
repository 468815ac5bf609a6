//! What strikes a cluster without traffic, and what comes back: as `fault/`, without observers.

use super::event::Event;
use super::{History, Witness};
use crate::blueprint::{Fault, FaultKind};
use crate::fault::Struck;
use crate::ids::{ContainerId, FaultId, NodeId};
use crate::life::{Awaiting, Checked, End, Led, Lives};
use crate::orchestrator::{Exit, Told};
use wssim_kernel::{Calendar, Time};

impl<W: Witness> History<'_, W> {
    pub(super) fn strike(&mut self, now: Time, id: FaultId, calendar: &mut Calendar<Event>) {
        if !self.really_strikes(now, id) {
            return;
        }
        self.faults += 1;
        self.witness.fault(now, id, true);
        let blueprint = self.blueprint;
        let fault = &blueprint.faults[id.index()];
        let until = self.upkeep.clocks.repaired_at(now, id);
        match fault.kind {
            FaultKind::Crash => self.crash(now, fault, calendar),
            FaultKind::Hang => {
                self.hang(now, fault, until, calendar);
                for id in self.struck_now(fault) {
                    self.hang_process(now, id, until, calendar);
                }
            }
            FaultKind::Partition | FaultKind::Cut | FaultKind::Switch => {
                self.reach.suffer(fault, until);
                self.reach_changes(now, calendar);
            }
            // What is slow or full stops nothing: only traffic shows it.
            FaultKind::SlowDisk(_) | FaultKind::SlowNetwork(_) | FaultKind::DiskFull => {}
            FaultKind::Stop | FaultKind::Kill => self.end_struck(now, fault, calendar),
        }
        self.struck(now, id, until, calendar);
    }

    fn crash(&mut self, now: Time, fault: &Fault, calendar: &mut Calendar<Event>) {
        let crashed = self.reach.take_down(&fault.nodes);
        self.reach_changes(now, calendar);
        for node in crashed {
            self.upkeep.pulls.lose(node);
            for place in 0..self.on_node[node.index()].len() {
                let id = self.on_node[node.index()][place];
                self.end_container(now, id, End::Quiet, calendar);
            }
        }
    }

    /// What starts on these nodes goes on later.
    fn hang(&mut self, now: Time, fault: &Fault, until: Time, calendar: &mut Calendar<Event>) {
        for &node in &fault.nodes {
            for place in 0..self.on_node[node.index()].len() {
                let id = self.on_node[node.index()][place];
                self.stands_still(now, id, until, calendar);
            }
        }
        self.reach.suffer(fault, until);
        self.reach_changes(now, calendar);
    }

    fn end_struck(&mut self, now: Time, fault: &Fault, calendar: &mut Calendar<Event>) {
        for id in self.struck_now(fault) {
            match fault.kind {
                FaultKind::Stop => self.drain(now, id, calendar),
                _ => self.end_container(now, id, End::Loud, calendar),
            }
        }
    }

    pub(super) fn repair(&mut self, now: Time, id: FaultId, calendar: &mut Calendar<Event>) {
        self.witness.fault(now, id, false);
        let blueprint = self.blueprint;
        let fault = &blueprint.faults[id.index()];
        self.over(now, id, calendar);
        match fault.kind {
            FaultKind::Crash => {
                for &node in &fault.nodes {
                    if self.reach.bring_up(node) {
                        self.return_node(now, node, calendar);
                    }
                }
            }
            FaultKind::Kill | FaultKind::Stop => {
                for &id in &fault.containers {
                    self.start_anew(now, id, calendar);
                }
            }
            FaultKind::Hang => {
                for id in (0..self.lives.len()).map(ContainerId::from) {
                    self.process_goes_on(now, id, calendar);
                }
            }
            FaultKind::SlowDisk(_)
            | FaultKind::SlowNetwork(_)
            | FaultKind::DiskFull
            | FaultKind::Partition
            | FaultKind::Cut
            | FaultKind::Switch => {}
        }
        self.reach_changes(now, calendar);
        self.wake_waiting(now, calendar);
    }

    fn return_node(&mut self, now: Time, node: NodeId, calendar: &mut Calendar<Event>) {
        for place in 0..self.on_node[node.index()].len() {
            let id = self.on_node[node.index()][place];
            if !self.is_to_come(now, id) && !self.is_restarted(id) {
                self.restart_later(now, id, Exit::Failed, calendar);
            }
        }
        self.tell_control(now, Told::Rebooted(node), calendar);
    }

    fn reach_changes(&mut self, now: Time, calendar: &mut Calendar<Event>) {
        self.note_reach(now);
        self.tell_reach(now, calendar);
    }
}
