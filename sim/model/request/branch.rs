//! Parallel steps and repetitions: parts of a visit that run as frames of their own.
//!
//! A parallel step continues when enough branches have succeeded, and fails as soon as that has become
//! impossible. Branches still running then run to their end, or to their next call with `cancel = true`;
//! their outcome is ignored.

use super::frame::{FrameId, FrameKind, Waits};
use crate::blueprint::Instruction;
use crate::event::Event;
use crate::ids::{InstructionId, ParallelId};
use crate::maybe::Maybe;
use crate::probe::{Failure, Probe};
use crate::world::World;
use wssim_kernel::stream::mix;
use wssim_kernel::{Calendar, Time};

impl<P: Probe> World<'_, P> {
    /// Starts all branches of `step`.
    pub(crate) fn fork(
        &mut self,
        now: Time,
        id: FrameId,
        step: ParallelId,
        calendar: &mut Calendar<Event>,
    ) {
        let blueprint = self.blueprint;
        let step = &blueprint.parallels[step.index()];
        let frame = &mut self.frames[id];
        frame.pc = step.next;
        frame.waits = Waits::of_branches(step.branches.len() as u32, step.need);
        frame.next = Maybe::NONE;
        let mut first = Maybe::NONE;
        for (number, &start) in step.branches.iter().enumerate().rev() {
            let site = step.site.wrapping_add(number as u64);
            let (branch, frame) = self.part_of(id, FrameKind::Branch, start, site);
            frame.next = first;
            first = Maybe::some(branch);
            if self.requests.has_ties() {
                self.tie_part(id, branch);
            }
        }
        self.all_open(now, first);
        if step.need == 0 {
            self.joined(now, id, calendar);
        }
        while let Some(branch) = first.get() {
            first = self.frames[branch].next;
            self.execute(now, branch, calendar);
        }
        if step.need == 0 {
            self.execute(now, id, calendar);
        }
    }

    /// Begins the repetitions of the part at `body`.
    pub(crate) fn begin_loop(
        &mut self,
        now: Time,
        id: FrameId,
        body: InstructionId,
        site: u64,
        count: u32,
    ) -> FrameId {
        let frame = &mut self.frames[id];
        frame.waits = Waits::of_branches(1, 1);
        frame.next = Maybe::NONE;
        let (part, frame) = self.part_of(id, FrameKind::of_loop(body, 0, count - 1), body, site);
        frame.key = mix(frame.key, 0);
        if self.requests.has_ties() {
            self.tie_part(id, part);
        }
        self.opens(now, part);
        part
    }

    /// A branch or repetition has ended. Returns the frame that continues at once.
    #[inline(always)]
    pub(crate) fn end_branch(
        &mut self,
        now: Time,
        id: FrameId,
        calendar: &mut Calendar<Event>,
    ) -> Option<FrameId> {
        let heard = self.is_heard(id);
        let (kind, parent) = (self.frames[id].kind, self.frames[id].parent());
        if heard
            && let FrameKind::Loop { body, number, again } = kind
            && again.get() > 0
        {
            self.repeat(id, (InstructionId(body.get()), number.get() + 1, again.get() - 1));
            return Some(id);
        }
        if self.requests.has_ties() {
            self.untie_part(id);
        }
        self.closes(now, id, None);
        self.frames.remove(id);
        if !heard {
            return None;
        }
        let owner = &mut self.frames[parent];
        let (open, needed) = owner.waits.branches();
        owner.waits = Waits::of_branches(open - 1, needed - 1);
        if needed > 1 {
            return None;
        }
        self.joined(now, parent, calendar);
        Some(parent)
    }

    /// Resets a loop's frame to the beginning of its part, at `body`, under the key of repetition `number`; `again`
    /// repetitions follow it.
    fn repeat(&mut self, id: FrameId, (body, number, again): (InstructionId, u32, u32)) {
        let parent = self.frames[id].parent();
        let Instruction::Repeat { site, .. } = self.blueprint.program[body.index() - 1] else {
            unreachable!("the part that is repeated follows its Repeat")
        };
        let key = mix(mix(self.frames[parent].key, site), u64::from(number));
        let frame = &mut self.frames[id];
        frame.key = key;
        frame.pc = body;
        frame.kind = FrameKind::of_loop(body, number, again);
    }

    /// A branch or repetition has failed.
    pub(crate) fn branch_failed(
        &mut self,
        now: Time,
        id: FrameId,
        failure: Failure,
        calendar: &mut Calendar<Event>,
    ) {
        let parent = self.frames[id].parent();
        let heard = self.is_heard(id);
        if self.requests.has_ties() {
            self.give_back(now, id, calendar);
            self.untie_part(id);
        }
        self.closes(now, id, Some(failure));
        self.frames.remove(id);
        if !heard {
            return;
        }
        let owner = &mut self.frames[parent];
        let (open, needed) = owner.waits.branches();
        owner.waits = Waits::of_branches(open - 1, needed);
        if open - 1 < needed {
            self.joined(now, parent, calendar);
            self.fail(now, parent, failure, calendar);
        }
    }

    /// Whether the parent still waits for `id`.
    pub(super) fn is_heard(&self, id: FrameId) -> bool {
        self.frames.caller(id).is_some()
    }

    /// The wait for branches is over: those still running are ignored from now on.
    fn joined(&mut self, now: Time, id: FrameId, calendar: &mut Calendar<Event>) {
        let frame = &mut self.frames[id];
        frame.epoch = frame.epoch.wrapping_add(1);
        let (open, _) = frame.waits.branches();
        frame.waits = Waits::Nothing;
        if open > 0 && self.requests.has_ties() {
            let first = frame.next;
            self.let_go(now, first, calendar);
        }
    }
}
