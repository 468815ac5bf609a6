//! Procedures in a world: steps that are carried out one after the other, or side by side.
//!
//! ```text
//!  waiting ── all steps before it are over ──► under way ── its work is done ──► over
//!                                                   └─ a node that it needs is gone ──► broken off
//!  all are over ──► `settle` later the measured stretch ends
//! ```
//! Stops, starts and switches are turns in the lives of containers (`life/mod.rs`); a copy of data is a chore
//! (`chore/mod.rs`), so it shares processors, disks and interfaces with all other work; people take their time.
//! A container that a step has stopped, or that no step has started yet, is started by no other part: neither
//! by its restart policy nor with its node. Such a world has no orchestrator that replaces lost containers.
//!
//! A procedure that needs a node which is gone is broken off: a person has to decide what follows.

pub(crate) mod conduct;

use conduct::StepStage;

use crate::blueprint::{Carry, Procedure, Work};
use crate::chore::{Haul, Then};
use crate::event::Event;
use crate::ids::ContainerId;
use crate::life::{Lives, Phase};
use crate::probe::{Probe, StepFact};
use crate::world::World;
use wssim_kernel::{Calendar, Nanos, Time};

/// Number of the event with which a procedure begins.
const BEGIN: u32 = u32::MAX;

impl<'a, P: Probe> World<'a, P> {
    fn procedure(&self) -> Option<&'a Procedure> {
        self.blueprint.procedure.as_ref()
    }

    pub(crate) fn await_procedure(&self, calendar: &mut Calendar<Event>) {
        if self.procedure().is_some() {
            calendar.schedule(Time::ZERO + self.run.lead, Event::Step(BEGIN));
        }
    }

    /// Whether nothing but a step may start `id`.
    pub(crate) fn is_held_back(&self, id: ContainerId) -> bool {
        self.conduct.as_ref().is_some_and(|conduct| !conduct.wanted[id.index()])
    }

    /// Whether callers are not to find `id`.
    pub(crate) fn is_hidden(&self, id: ContainerId) -> bool {
        self.conduct.as_ref().is_some_and(|conduct| conduct.hidden[id.index()])
    }

    /// The procedure begins, or people have finished a step.
    #[inline(never)]
    pub(crate) fn step_is_due(&mut self, now: Time, step: u32, calendar: &mut Calendar<Event>) {
        if step != BEGIN {
            self.step_done(step as usize);
        }
        self.look_at_steps(now, calendar);
    }

    /// The copy of a step is complete.
    pub(crate) fn carried(&mut self, now: Time, step: u32, calendar: &mut Calendar<Event>) {
        self.step_done(step as usize);
        self.look_at_steps(now, calendar);
    }

    fn step_done(&mut self, step: usize) {
        if let Some(conduct) = &mut self.conduct {
            conduct.stages[step] = StepStage::Done;
        }
    }

    /// Ends steps whose work is done and begins steps that may begin, after a change in the life of a container or
    /// a finished step.
    pub(crate) fn look_at_steps(&mut self, now: Time, calendar: &mut Calendar<Event>) {
        let Some(procedure) = self.procedure() else { return };
        // A step may change lives at once and call this again: the first call goes on alone.
        match &mut self.conduct {
            Some(conduct)
                if !conduct.busy && !conduct.ended && now >= Time::ZERO + self.run.lead =>
            {
                conduct.busy = true;
            }
            _ => return,
        }
        while let Some((step, stage)) = self.next_turn(procedure) {
            self.turn(now, procedure, step, stage, calendar);
        }
        let Some(conduct) = &mut self.conduct else { return };
        conduct.busy = false;
        if !conduct.ended && conduct.stages.iter().all(|stage| *stage == StepStage::Over) {
            self.end_procedure(now, true, calendar);
        }
    }

    /// The next step that begins, ends or fails.
    fn next_turn(&self, procedure: &Procedure) -> Option<(usize, StepStage)> {
        let conduct = self.conduct.as_ref().filter(|conduct| !conduct.ended)?;
        let turn = |step: usize| match conduct.stages[step] {
            StepStage::Waiting => {
                let mut before = procedure.steps[step].after.iter();
                before
                    .all(|&other| conduct.stages[other] == StepStage::Over)
                    .then_some(StepStage::UnderWay)
            }
            StepStage::UnderWay if self.is_over(&procedure.steps[step].work) => {
                Some(StepStage::Over)
            }
            StepStage::UnderWay if self.is_hopeless(&procedure.steps[step].work) => {
                Some(StepStage::Waiting)
            }
            StepStage::Done => Some(StepStage::Over),
            StepStage::UnderWay | StepStage::Over => None,
        };
        (0..procedure.steps.len()).find_map(|step| Some((step, turn(step)?)))
    }

    /// Whether the containers show that the work of a step under way is done.
    fn is_over(&self, work: &Work) -> bool {
        let all = |ids: &[ContainerId], phase: Phase| {
            ids.iter().all(|id| self.upkeep.life(*id).phase == phase)
        };
        match work {
            Work::Stop(ids) => all(ids, Phase::Dead),
            Work::Start(ids) => all(ids, Phase::Registered),
            Work::Switch { .. } => true,
            Work::Carry { .. } | Work::People(_) => false,
        }
    }

    /// Whether a step under way can never end.
    fn is_hopeless(&self, work: &Work) -> bool {
        let Work::Start(ids) = work else { return false };
        ids.iter().any(|&id| !self.is_up(self.node_of(id)))
    }

    fn turn(
        &mut self,
        now: Time,
        procedure: &'a Procedure,
        step: usize,
        stage: StepStage,
        calendar: &mut Calendar<Event>,
    ) {
        match stage {
            StepStage::Over => {
                self.set_stage(step, StepStage::Over);
                self.probe.step(now, step, StepFact::Ends);
            }
            StepStage::UnderWay => {
                self.set_stage(step, StepStage::UnderWay);
                self.probe.step(now, step, StepFact::Begins);
                self.begin_step(now, procedure, step, calendar);
            }
            StepStage::Waiting | StepStage::Done => self.end_procedure(now, false, calendar),
        }
    }

    fn set_stage(&mut self, step: usize, stage: StepStage) {
        if let Some(conduct) = &mut self.conduct {
            conduct.stages[step] = stage;
        }
    }

    fn begin_step(
        &mut self,
        now: Time,
        procedure: &'a Procedure,
        step: usize,
        calendar: &mut Calendar<Event>,
    ) {
        let Procedure { name, steps, .. } = procedure;
        match &steps[step].work {
            Work::Stop(ids) => ids.iter().for_each(|&id| self.stop_by_step(now, id, calendar)),
            Work::Start(ids) => ids.iter().for_each(|&id| self.start_by_step(now, id, calendar)),
            Work::Switch { from, to } => self.switch(now, from, to, calendar),
            Work::Carry { there: carry, .. } if carry.nodes().all(|node| self.is_up(node)) => {
                let run = self.run;
                let demand = steps[step].demand(carry, name, run.seed, run.replication);
                self.begin_chore(now, &haul(carry, demand), Then::Carried(step as u32), calendar);
            }
            Work::Carry { .. } => self.end_procedure(now, false, calendar),
            Work::People(_) => {
                let run = self.run;
                let takes = steps[step].people_take(name, run.seed, run.replication);
                let at = now + takes.unwrap_or(Nanos::ZERO);
                calendar.schedule(at, Event::Step(step as u32));
            }
        }
    }

    /// Ends `id` in good order; only a step may start it again.
    fn stop_by_step(&mut self, now: Time, id: ContainerId, calendar: &mut Calendar<Event>) {
        if let Some(conduct) = &mut self.conduct {
            conduct.wanted[id.index()] = false;
        }
        self.stop_unwanted(now, id, true, calendar);
    }

    fn start_by_step(&mut self, now: Time, id: ContainerId, calendar: &mut Calendar<Event>) {
        if let Some(conduct) = &mut self.conduct {
            conduct.wanted[id.index()] = true;
        }
        let is_dead = self.upkeep.life(id).phase == Phase::Dead;
        if is_dead && self.is_up(self.node_of(id)) {
            self.start_container(now, id, calendar);
        }
    }

    /// Callers find the containers `to` from now on, and no longer those of `from`.
    fn switch(
        &mut self,
        now: Time,
        from: &[ContainerId],
        to: &[ContainerId],
        calendar: &mut Calendar<Event>,
    ) {
        let Some(conduct) = &mut self.conduct else { return };
        for (ids, is_hidden) in [(from, true), (to, false)] {
            for id in ids {
                conduct.hidden[id.index()] = is_hidden;
            }
        }
        for &id in from {
            if self.upkeep.life(id).phase == Phase::Registered {
                self.withdraw(now, id, calendar);
            }
        }
        for &id in to {
            if self.upkeep.life(id).phase == Phase::Registered {
                self.announce(now, id, calendar);
            }
        }
    }

    /// Breaks the procedure off: a node of a copy is lost.
    pub(crate) fn break_off_procedure(&mut self, now: Time, calendar: &mut Calendar<Event>) {
        if self.conduct.as_ref().is_some_and(|conduct| !conduct.ended) {
            self.end_procedure(now, false, calendar);
        }
    }

    /// The procedure is complete or can never be: the measured stretch ends `settle` later.
    fn end_procedure(&mut self, now: Time, is_complete: bool, calendar: &mut Calendar<Event>) {
        let (Some(conduct), Some(procedure)) = (&mut self.conduct, &self.blueprint.procedure)
        else {
            return;
        };
        if std::mem::replace(&mut conduct.ended, true) {
            return;
        }
        self.probe.procedure_over(now, is_complete);
        let end = now + procedure.settle;
        self.run.measured = end.since(Time::ZERO + self.run.lead);
        calendar.schedule(end, Event::MeasureEnd);
    }
}

/// The chore of a copy, with its CPU time `demand` in nanoseconds of the reference CPU.
fn haul(carry: &Carry, demand: f64) -> Haul {
    Haul {
        network: carry.network.map(|(ends, rate)| (ends, carry.bytes, rate)),
        cpu: carry.cpu.as_ref().map(|(node, _)| (*node, demand)),
        read: carry.read.map(|node| (node, carry.bytes)),
        disk: carry.write.map(|node| (node, carry.bytes)),
    }
}
