//! CPU of nodes in the world: jobs enter processors, leave them, and are put on the calendar. Nothing else changes a
//! processor, but for bursts that wait outside the calendar (`traffic/background.rs`).

use super::processor::{Alone, Due, Follows, Happened};
use crate::event::Event;
use crate::ids::{ContainerId, FrameId, NodeId};
use crate::probe::Probe;
use crate::world::World;
use wssim_kernel::{Calendar, Time};

impl<P: Probe> World<'_, P> {
    /// The job at `slot` of `node`, which had its processor for itself, is done. Returns its frame, unless the
    /// event was overtaken.
    #[inline(always)]
    pub(crate) fn depart_alone(
        &mut self,
        now: Time,
        node: NodeId,
        slot: u32,
        generation: u32,
    ) -> Option<FrameId> {
        self.nodes[node].processor.depart_alone(now, slot, generation).map(FrameId)
    }

    /// Gives `frame` `demand` on the processor of `node`, in the share of the container at `local`. Its wait
    /// begins now.
    #[inline(always)]
    pub(crate) fn admit(
        &mut self,
        now: Time,
        frame: FrameId,
        node: NodeId,
        local: u32,
        demand: f64,
        calendar: &mut Calendar<Event>,
    ) {
        let processor = &mut self.nodes[node].processor;
        if let Some(alone) = processor.admit_alone(now, frame.0, local, demand) {
            let Alone { at, slot, generation } = alone;
            calendar.schedule_here(at, Event::JobDone { node, slot, generation });
        } else {
            self.admit_beside_others(now, frame, node, local, demand, calendar);
        }
    }

    /// The same where the processor is shared, or may become so.
    #[inline(never)]
    fn admit_beside_others(
        &mut self,
        now: Time,
        frame: FrameId,
        node: NodeId,
        local: u32,
        demand: f64,
        calendar: &mut Calendar<Event>,
    ) {
        self.catch_up(now, node, calendar);
        let due = self.nodes[node].processor.admit(now, frame.0, local, demand);
        self.schedule_due(node, due, calendar);
        self.watch(node, calendar);
    }

    #[inline(never)]
    pub(crate) fn step_processor(
        &mut self,
        now: Time,
        node: NodeId,
        generation: u32,
        calendar: &mut Calendar<Event>,
    ) {
        self.catch_up(now, node, calendar);
        let (happened, due) = self.nodes[node].processor.step_shared(now, generation);
        match happened {
            Happened::Nothing => {}
            Happened::Reallocated => self.schedule_due(node, due, calendar),
            Happened::Departed(job) => {
                self.schedule_due(node, due, calendar);
                if self.job_done(now, FrameId(job), calendar) {
                    self.execute(now, FrameId(job), calendar);
                }
            }
        }
    }

    /// Schedules `due`; `None` means that every job has its own event again.
    #[inline]
    pub(crate) fn schedule_due(
        &mut self,
        node: NodeId,
        due: Option<Due>,
        calendar: &mut Calendar<Event>,
    ) {
        match due {
            Some(Due::Alone(Alone { at, slot, generation })) => {
                calendar.schedule(at, Event::JobDone { node, slot, generation });
            }
            Some(Due::Shared { at, generation }) => {
                calendar.schedule(at, Event::Processor { node, generation });
            }
            None => self.schedule_all_alone(node, calendar),
        }
    }

    #[inline(never)]
    fn schedule_all_alone(&mut self, node: NodeId, calendar: &mut Calendar<Event>) {
        for alone in self.nodes[node].processor.alone_again() {
            let Alone { at, slot, generation } = alone;
            calendar.schedule(at, Event::JobDone { node, slot, generation });
        }
    }

    /// The processor of `node` loses `job` in the share of the container at `local`.
    pub(crate) fn evict_job(
        &mut self,
        now: Time,
        job: FrameId,
        (node, local): (NodeId, u32),
        calendar: &mut Calendar<Event>,
    ) {
        let follows = self.nodes[node].processor.evict(now, job.0, local);
        self.follow(node, follows, calendar);
    }

    /// The processor of the node of `id` loses its unattended jobs.
    pub(crate) fn evict_unattended(
        &mut self,
        now: Time,
        id: ContainerId,
        calendar: &mut Calendar<Event>,
    ) {
        let (node, local) = self.containers[id].place();
        let follows = self.nodes[node].processor.evict_unattended(now, local);
        self.follow(node, follows, calendar);
    }

    /// Gives the processor of `node`, which is up to date, an unattended job of `demand` in the share of the
    /// container at `local`.
    pub(crate) fn compute_unattended(
        &mut self,
        at: Time,
        node: NodeId,
        local: u32,
        demand: f64,
        calendar: &mut Calendar<Event>,
    ) {
        let follows = self.nodes[node].processor.admit_unattended(at, local, demand);
        if let Follows::Divided(due) = follows {
            assert!(at == calendar.now(), "a burst that slows others down begins on time");
            self.schedule_due(node, due, calendar);
        }
    }

    fn follow(&mut self, node: NodeId, follows: Follows, calendar: &mut Calendar<Event>) {
        if let Follows::Divided(due) = follows {
            self.schedule_due(node, due, calendar);
        }
    }

    /// The process of `id` hangs from now on, and its CPU steps stand still; or they go on, unless they have ended with
    /// the process.
    pub(crate) fn note_process_hangs(
        &mut self,
        now: Time,
        id: ContainerId,
        hangs: bool,
        calendar: &mut Calendar<Event>,
    ) {
        let (node, local) = self.containers[id].place();
        let processor = &mut self.nodes[node].processor;
        let due = if hangs { processor.stop(now, local) } else { processor.go_on(now, local) };
        self.schedule_due(node, due, calendar);
        self.watch(node, calendar);
    }

    /// `node` stands still.
    pub(crate) fn freeze(&mut self, now: Time, node: NodeId, calendar: &mut Calendar<Event>) {
        self.nodes[node].processor.freeze(now);
        self.watch(node, calendar);
    }

    /// `node` continues.
    pub(crate) fn thaw(&mut self, now: Time, node: NodeId, calendar: &mut Calendar<Event>) {
        let due = self.nodes[node].processor.thaw(now);
        self.schedule_due(node, due, calendar);
    }
}
