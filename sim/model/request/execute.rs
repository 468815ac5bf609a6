//! Runs a frame's program until the frame must wait.

use super::frame::{Frame, FrameId, FrameKind, Running, Waits};
use crate::blueprint::{Arrivals, Instruction};
use crate::event::Event;
use crate::ids::{InstructionId, LabelId};
use crate::maybe::{Maybe, MaybeDemand};
use crate::probe::{Doing, Failure, FrameFact, Probe};
use crate::world::World;
use wssim_kernel::stream::mix;
use wssim_kernel::{Calendar, Nanos, Time};

impl<P: Probe> World<'_, P> {
    /// Begins the program of the visit `id`: nearly always with a CPU step.
    #[inline(never)]
    pub(crate) fn begin(&mut self, now: Time, id: FrameId, calendar: &mut Calendar<Event>) {
        let frame = &self.frames[id];
        if frame.drawn.is_none() {
            return self.execute(now, id, calendar);
        }
        let at = frame.pc;
        self.compute(now, id, at, InstructionId(at.0 + 1), calendar);
    }

    /// Runs `id` from its program counter until it waits or ends.
    #[inline(never)]
    pub(crate) fn execute(&mut self, now: Time, id: FrameId, calendar: &mut Calendar<Event>) {
        self.execute_here(now, id, calendar);
    }

    /// The same where the event loop goes on with a frame: a call there would save and restore all registers.
    #[inline(always)]
    pub(crate) fn execute_here(
        &mut self,
        now: Time,
        mut id: FrameId,
        calendar: &mut Calendar<Event>,
    ) {
        let blueprint = self.blueprint;
        loop {
            let frame = &mut self.frames[id];
            let (key, pc) = (frame.key, frame.pc);
            frame.pc = InstructionId(pc.0 + 1);
            match &blueprint.program[pc.index()] {
                Instruction::Cpu { .. } => {
                    return self.compute_next(now, id, pc, InstructionId(pc.0 + 1), calendar);
                }
                Instruction::Disk { access, .. } => {
                    if self.come_to_disk(now, id, *access, calendar) {
                        return;
                    }
                }
                Instruction::Read { pages, draws } => {
                    if self.read_data(now, id, (pages, draws), calendar) {
                        return;
                    }
                }
                Instruction::LookUp { cache, draw } => self.look_up(id, *cache, *draw),
                Instruction::SkipIfFound { cache, to } => self.after_look_up(now, id, *cache, *to),
                Instruction::Call(call) | Instruction::Take(call) => {
                    frame.begin_call(*call);
                    return self.call(now, id, *call, calendar);
                }
                Instruction::GiveBack => self.give_back(now, id, calendar),
                Instruction::End => {
                    let frame = *frame;
                    return self.end(now, (id, &frame), pc, calendar);
                }
                Instruction::EndBranch => match self.end_branch(now, id, calendar) {
                    Some(next) => id = next,
                    None => return,
                },
                Instruction::Parallel(step) => return self.fork(now, id, *step, calendar),
                Instruction::Sleep { duration, draw } => {
                    let pause = Nanos::from_f64(duration.sample(&mut self.draws.draw(key, *draw)));
                    return self.pause(now, id, Waits::Sleep, pause, calendar);
                }
                Instruction::SkipUnless { probability, draw, to } => {
                    if self.draws.draw(key, *draw).open01() >= *probability {
                        self.frames[id].pc = *to;
                    }
                }
                Instruction::Repeat { count, draw, site, to } => {
                    let count = count.sample(&mut self.draws.draw(key, *draw)).round() as u32;
                    self.frames[id].pc = *to;
                    if count > 0 {
                        id = self.begin_loop(now, id, InstructionId(pc.0 + 1), *site, count);
                    }
                }
            }
        }
    }

    /// The CPU step at `at`, after which the program continues at `then`. It begins at once, or, where workers are
    /// held in CPU steps only, when a worker is free.
    #[inline(always)]
    fn compute(
        &mut self,
        now: Time,
        id: FrameId,
        at: InstructionId,
        then: InstructionId,
        calendar: &mut Calendar<Event>,
    ) {
        if self.requests.has_ties() && self.is_late_for_worker(now, id) {
            return self.fail(now, id, Failure::Timeout, calendar);
        }
        self.take_step::<false>(now, id, (at, then), calendar);
    }

    /// The request `id` reaches its container, where neither nodes fail nor requests can be late, and begins its
    /// program. One look at frame and container covers nearly every visit.
    #[inline(always)]
    pub(crate) fn deliver(&mut self, now: Time, id: FrameId, calendar: &mut Calendar<Event>) {
        self.take_step::<true>(now, id, (InstructionId(0), InstructionId(0)), calendar);
    }

    /// The CPU step at `at`, after which the program continues at `then`. With `ARRIVES` the request first arrives
    /// at its container, and the step is the first of its program, if that is a CPU step.
    #[inline(always)]
    fn take_step<const ARRIVES: bool>(
        &mut self,
        now: Time,
        id: FrameId,
        (mut at, mut then): (InstructionId, InstructionId),
        calendar: &mut Calendar<Event>,
    ) {
        let frame = &mut self.frames[id];
        let container = &mut self.containers[frame.container()];
        if ARRIVES {
            Self::comes_in(now, frame, container);
            if P::FOLLOWS {
                self.probe.frame(now, id.0, FrameFact::Does(Doing::Arrives));
            }
            if container.serves_by_worker() {
                return self.begin_with_worker(now, id, calendar);
            }
            at = frame.pc;
            then = InstructionId(at.0 + 1);
            if frame.drawn.is_none() {
                return self.execute(now, id, calendar);
            }
        }
        if container.lends_worker_to(frame) {
            if !container.lend_worker(now, frame) {
                // A queued frame takes the step up again from its instruction.
                frame.pc = at;
                return self.queue_for_worker(now, id, now, calendar);
            }
            if frame.measured {
                self.probe.worker_wait(frame.container(), now, Nanos::ZERO);
            }
        }
        frame.pc = then;
        frame.waits = Waits::Processor;
        frame.since = now;
        let network_cpu = std::mem::take(&mut frame.network_cpu);
        let drawn = frame.drawn.take();
        let ((node, local), factor) = (container.place(), container.factor());
        let is_watched = container.is_watched();
        let (container, source, is_measured) = (frame.container(), frame.source(), frame.measured);
        // The demand of a visit's first step is drawn on the way.
        let mut work = match drawn {
            Some(demand) => demand,
            None => self.demand_of(id, at),
        };
        if is_measured {
            self.probe.demand_drawn(source, work);
        }
        work *= factor;
        let mut networking = 0.0;
        if network_cpu > 0 {
            networking = f64::from(network_cpu);
            self.network.note_cpu(node, networking);
            work += networking;
        }
        if is_watched && self.touch_pages(now, id, [work, networking], self.draw_of(at), calendar) {
            return;
        }
        self.computes(now, id, container, [work, networking]);
        self.admit(now, id, node, local, work, calendar);
    }

    /// The same for a step after the first of a visit.
    #[inline(never)]
    fn compute_next(
        &mut self,
        now: Time,
        id: FrameId,
        at: InstructionId,
        then: InstructionId,
        calendar: &mut Calendar<Event>,
    ) {
        self.compute(now, id, at, then, calendar);
    }

    /// Whether `id` would need a worker for its CPU step although its answer is no longer wanted.
    #[inline(never)]
    fn is_late_for_worker(&self, now: Time, id: FrameId) -> bool {
        let frame = &self.frames[id];
        self.containers[frame.container()].lends_worker_to(frame) && self.is_late(now, id)
    }

    /// The demand of the CPU step at `at`; zero at the end of a program.
    #[inline(never)]
    fn demand_of(&self, id: FrameId, at: InstructionId) -> f64 {
        let Instruction::Cpu { demand, draw, label } = &self.blueprint.program[at.index()] else {
            return 0.0;
        };
        let key = self.frames[id].key;
        let traced = label.and_then(|label| self.traced_demand(id, label));
        traced.unwrap_or_else(|| demand.sample(&mut self.draws.draw(key, *draw)))
    }

    /// The address of the draws of the CPU step at `at`.
    fn draw_of(&self, at: InstructionId) -> u32 {
        match &self.blueprint.program[at.index()] {
            Instruction::Cpu { draw, .. } => *draw,
            _ => 0,
        }
    }

    /// The demand of a visit's first step, if that is a CPU step, for [`Frame::drawn`]. It is drawn on the way;
    /// at delivery the calendar would have to wait for it.
    #[inline(always)]
    pub(crate) fn draw_ahead(
        &self,
        key: u64,
        start: InstructionId,
        trace_row: Maybe<u32>,
    ) -> MaybeDemand {
        match &self.blueprint.program[start.index()] {
            Instruction::Cpu { demand, draw, .. } if trace_row.is_none() => {
                MaybeDemand::some(demand.sample(&mut self.draws.draw(key, *draw)))
            }
            _ => MaybeDemand::NONE,
        }
    }

    /// The program is over. CPU of messages since the last CPU step is still to be paid: by a CPU step of
    /// networking alone, after which the program ends again.
    #[inline(always)]
    fn end(
        &mut self,
        now: Time,
        (id, frame): (FrameId, &Frame),
        at: InstructionId,
        calendar: &mut Calendar<Event>,
    ) {
        if frame.network_cpu > 0 {
            return self.compute_next(now, id, at, at, calendar);
        }
        self.end_visit(now, id, frame, calendar);
    }

    /// The trace's demand for the step labelled `label`.
    fn traced_demand(&self, id: FrameId, label: LabelId) -> Option<f64> {
        let source = self.frames[id].source();
        let trace_row = self.frames[id].trace_row()?;
        let Arrivals::Trace(trace) = &self.blueprint.sources[source.index()].arrivals else {
            return None;
        };
        let column = trace.demand_columns.iter().position(|&of| of == label)?;
        let place = trace_row as usize * trace.demand_columns.len() + column;
        trace.demands.get(place).copied().filter(|demand| *demand >= 0.0)
    }

    /// A CPU step of `id` is over: it goes on.
    #[inline(always)]
    pub(crate) fn step_computed(&mut self, now: Time, id: FrameId) {
        self.has_computed(now, id);
        let frame = &mut self.frames[id];
        frame.waits = Waits::Nothing;
        let place = frame.container();
        let container = &mut self.containers[place];
        container.note_computed(now, frame.since, false);
        if frame.holds_worker && container.lends_by_step() && container.take_worker_back(now, frame)
        {
            self.grant_worker(now, place);
        }
    }

    /// `id` waits for `pause`.
    pub(crate) fn pause(
        &mut self,
        now: Time,
        id: FrameId,
        waits: Waits,
        pause: Nanos,
        calendar: &mut Calendar<Event>,
    ) {
        let frame = &mut self.frames[id];
        frame.waits = waits;
        calendar.schedule(now + pause, Event::Wake { frame: id, epoch: frame.epoch });
        let backs_off = waits == Waits::Backoff;
        self.does(now, id, if backs_off { Doing::BacksOff } else { Doing::Sleeps });
    }

    /// A sleep, or the pause before a retry, is over.
    #[inline(never)]
    pub(crate) fn wake(&mut self, now: Time, id: FrameId, calendar: &mut Calendar<Event>) {
        let frame = &mut self.frames[id];
        frame.epoch = frame.epoch.wrapping_add(1);
        let waited_for = frame.waits;
        frame.waits = Waits::Nothing;
        if waited_for == Waits::Backoff {
            self.attempt(now, id, calendar);
        } else {
            self.execute(now, id, calendar);
        }
    }

    /// A frame for a part of the visit of `id`.
    #[inline]
    pub(crate) fn part_of(
        &mut self,
        id: FrameId,
        kind: FrameKind,
        pc: InstructionId,
        site: u64,
    ) -> (FrameId, &mut Frame) {
        let whole = &self.frames[id];
        let key = whole.key;
        let run = Running {
            pc,
            parent: id,
            parent_epoch: whole.epoch,
            container: whole.container(),
            endpoint: whole.endpoint(),
            source: whole.source(),
            trace_row: whole.trace_row,
            measured: whole.measured,
        };
        let frame = Frame::running(kind, mix(key, site), run);
        let part = self.frames.put(Frame { admitted: true, ..frame });
        (part, &mut self.frames[part])
    }
}
