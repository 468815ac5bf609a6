//! Lives of containers without traffic: only a start takes time, and the witness learns of each change at once.

use super::event::Event;
use super::{History, Witness};
use crate::blueprint::{Blueprint, Container};
use crate::ids::{ContainerId, FaultId, NodeId};
use crate::life::{Change, Driver, Lives, Phase, Upkeep};
use crate::orchestrator::Fact;
use wssim_kernel::{Calendar, Nanos, Time};

impl<'a, W: Witness> Driver<'a> for History<'a, W> {
    type Event = Event;

    fn blueprint(&self) -> &'a Blueprint {
        self.blueprint
    }

    fn upkeep(&self) -> &Upkeep<'a> {
        &self.upkeep
    }

    fn upkeep_mut(&mut self) -> &mut Upkeep<'a> {
        &mut self.upkeep
    }

    fn enter(&mut self, now: Time, id: ContainerId, phase: Phase) {
        let life = self.upkeep.life_mut(id);
        let was_registered = life.phase == Phase::Registered;
        life.enter(now, phase);
        // Only registration changes the standing.
        if was_registered != (phase == Phase::Registered) {
            self.note(now, id);
        }
    }

    #[inline(always)]
    fn changes(&mut self, now: Time, change: Change, calendar: &mut Calendar<Event>) {
        match change {
            Change::Strikes(id) => {
                self.faults += 1;
                self.note_fault(now, id, true);
            }
            Change::Repairs(id) => self.note_fault(now, id, false),
            Change::NodeFreezes(node, until) => self.each_on(node, |history, id| {
                history.stands_still(now, id, until, calendar);
            }),
            Change::Starts(id) => self.compute_start(now, id, calendar),
            Change::Listens(id) => self.witness.container_answers(now, id, true),
            // Without a check it is registered at once.
            Change::IsUnchecked(id) => self.register(now, id, calendar),
            Change::Ends(id, _) => self.witness.container_answers(now, id, false),
            Change::Hangs(id, until) => {
                self.stands_still(now, id, until, calendar);
                self.note(now, id);
            }
            Change::GoesOn(id) => self.note(now, id),
            Change::Pulls(node, image) => self.begin_pull(now, node, image, calendar),
            Change::Decided(fact) => {
                self.witness.control(now, fact);
                // A change of the leader counts as a change of the reach.
                if matches!(fact, Fact::Leads(_) | Fact::Leaderless) {
                    self.note_reach(now);
                }
            }
            Change::NodeIsLost(_)
            | Change::HasStruck(_)
            | Change::HostIsBack(_)
            | Change::NodeIsBack(_)
            | Change::Releases(_)
            | Change::IsRepaired(_)
            | Change::IsRegistered(_)
            | Change::Leaves(_)
            | Change::HasEnded(..)
            | Change::IsSettled => {}
        }
    }
}

impl<W: Witness> History<'_, W> {
    fn note_fault(&mut self, now: Time, id: FaultId, strikes: bool) {
        self.witness.fault(now, id, strikes);
        if self.blueprint.faults[id.index()].parts_nodes() {
            self.note_reach(now);
        }
    }

    /// Starts `id`: this takes its CPU time on an idle node.
    fn compute_start(&mut self, now: Time, id: ContainerId, calendar: &mut Calendar<Event>) {
        let Container { node, service, .. } = self.blueprint.containers[id.index()];
        let law = &self.blueprint.services[service.index()].startup;
        let demand = self.upkeep.draws().startup(law, id, self.upkeep.life(id).incarnation);
        let speed = self.blueprint.nodes[node.index()].speed;
        // A node that hangs computes afterwards.
        let begin = self.upkeep.reach().hung_until(node).max(now);
        if begin < Time::NEVER {
            self.ready_at[id.index()] = begin + Nanos::from_f64(demand * speed.recip());
            self.turn_at(self.ready_at[id.index()], id, calendar);
        }
    }

    fn begin_pull(&self, now: Time, node: NodeId, image: usize, calendar: &mut Calendar<Event>) {
        let losses = self.upkeep.pulls().losses(node);
        calendar
            .schedule(now + self.blueprint.pull_time(node, image), Event::Pulled { node, losses });
    }

    /// `node` has its image, unless it has crashed meanwhile.
    pub(super) fn pulled(
        &mut self,
        now: Time,
        node: NodeId,
        losses: u32,
        calendar: &mut Calendar<Event>,
    ) {
        let pulls = self.upkeep.pulls();
        let image = pulls.under_way(node).filter(|_| losses == pulls.losses(node));
        if let Some(image) = image {
            self.has_pulled(now, node, image, calendar);
        }
    }
}
