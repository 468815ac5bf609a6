//! Runs a frame's program until it has to wait.

use super::frame::{Frame, FrameId, Kind, NONE, Waits};
use crate::blueprint::{Arrivals, Hold, Instruction};
use crate::event::Event;
use crate::ids::{ContainerId, InstructionId, LabelId};
use crate::law::Law;
use crate::probe::{Doing, Failure, Probe};
use crate::world::World;
use wssim_kernel::stream::mix;
use wssim_kernel::{Calendar, Nanos, Time};

/// A CPU step at `at`, after which the program goes on at `then`.
struct Step<'a> {
    demand: &'a Law,
    draw: u32,
    label: Option<LabelId>,
    at: InstructionId,
    then: InstructionId,
}

impl<P: Probe> World<'_, P> {
    /// Begins the program of the visit `id`: nearly always with a CPU step.
    #[inline]
    pub(crate) fn begin(&mut self, now: Time, id: FrameId, calendar: &mut Calendar<Event>) {
        let frame = &self.frames[id];
        if frame.drawn < 0.0 {
            return self.execute(now, id, calendar);
        }
        let at = frame.pc;
        if let Instruction::Cpu { demand, draw, label } = &self.blueprint.program[at.index()] {
            let then = InstructionId(at.0 + 1);
            let step = Step { demand, draw: *draw, label: *label, at, then };
            self.compute(now, id, &step, calendar);
        }
    }

    /// Runs `id` from its program counter until it waits or ends.
    pub(crate) fn execute(&mut self, now: Time, mut id: FrameId, calendar: &mut Calendar<Event>) {
        let blueprint = self.blueprint;
        loop {
            let frame = &mut self.frames[id];
            let (key, pc) = (frame.key, frame.pc);
            frame.pc = InstructionId(pc.0 + 1);
            match &blueprint.program[pc.index()] {
                Instruction::Cpu { demand, draw, label } => {
                    let step = Step { demand, draw: *draw, label: *label, at: pc, then: frame.pc };
                    return self.compute(now, id, &step, calendar);
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
                Instruction::SkipIfFound { cache, to } => self.after_look_up(id, *cache, *to),
                Instruction::Call(call) => return self.call(now, id, *call, calendar),
                Instruction::End => return self.end(now, id, pc, calendar),
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

    /// A CPU step: at once, or when a worker is free where workers are held in CPU steps only.
    #[inline]
    fn compute(&mut self, now: Time, id: FrameId, step: &Step<'_>, calendar: &mut Calendar<Event>) {
        if self.must_get_worker(id) {
            // Whoever has to queue takes the step up again from its instruction.
            self.frames[id].pc = step.at;
            if self.ties.are_used() && self.is_late(now, id) {
                return self.fail(now, id, Failure::Timeout, calendar);
            }
            if !self.get_worker(now, id, now, calendar) {
                return;
            }
        }
        let frame = &mut self.frames[id];
        frame.pc = step.then;
        frame.waits = Waits::Processor;
        let (container, network_cpu) = (frame.container, frame.network_cpu);
        frame.network_cpu = 0;
        let mut work = std::mem::replace(&mut frame.drawn, -1.0);
        if work < 0.0 {
            work = self.demand_of(id, step);
        }
        let mut networking = 0.0;
        if network_cpu > 0 {
            networking = self.count_network_cpu(container, network_cpu);
            work += networking;
        }
        if self.containers[container.index()].is_watched
            && self.touch_pages(now, id, [work, networking], step.draw, calendar)
        {
            return;
        }
        self.computes(now, id, container, [work, networking]);
        self.start_job(now, id, container, work, calendar);
    }

    #[inline(never)]
    fn demand_of(&self, id: FrameId, step: &Step<'_>) -> f64 {
        let key = self.frames[id].key;
        let traced = step.label.and_then(|label| self.traced_demand(id, label));
        traced.unwrap_or_else(|| step.demand.sample(&mut self.draws.draw(key, step.draw)))
    }

    /// The demand of a visit's first step if that is a CPU step, for [`Frame::drawn`]. On the way
    /// there is time to draw it; at the moment of delivery the calendar would have to wait for it.
    #[inline]
    pub(crate) fn draw_ahead(&self, key: u64, start: InstructionId, trace_row: u32) -> f64 {
        match &self.blueprint.program[start.index()] {
            Instruction::Cpu { demand, draw, .. } if trace_row == NONE => {
                demand.sample(&mut self.draws.draw(key, *draw))
            }
            _ => -1.0,
        }
    }

    /// The program is over. What was sent or received since the last CPU step is still to be paid.
    fn end(&mut self, now: Time, id: FrameId, at: InstructionId, calendar: &mut Calendar<Event>) {
        if self.frames[id].network_cpu > 0 {
            return self.pay_for_packets(now, id, at, calendar);
        }
        self.end_visit(now, id, calendar);
    }

    /// A CPU step of nothing but networking; the program goes on where it is.
    #[inline(never)]
    fn pay_for_packets(
        &mut self,
        now: Time,
        id: FrameId,
        at: InstructionId,
        calendar: &mut Calendar<Event>,
    ) {
        let step = Step { demand: &Law::ZERO, draw: 0, label: None, at, then: at };
        self.compute(now, id, &step, calendar);
    }

    /// Counts `network_cpu` nanoseconds at `container` as networking.
    fn count_network_cpu(&mut self, container: ContainerId, network_cpu: u32) -> f64 {
        let work = f64::from(network_cpu);
        let node = self.containers[container.index()].node;
        self.nodes[node.index()].network_cpu_ns += work;
        work
    }

    /// What the trace says about the step labelled `label`.
    fn traced_demand(&self, id: FrameId, label: LabelId) -> Option<f64> {
        let Frame { source, trace_row, .. } = self.frames[id];
        if trace_row == NONE {
            return None;
        }
        let Arrivals::Trace(trace) = &self.blueprint.sources[source.index()].arrivals else {
            return None;
        };
        let column = trace.demand_columns.iter().position(|&of| of == label)?;
        let place = trace_row as usize * trace.demand_columns.len() + column;
        trace.demands.get(place).copied().filter(|demand| *demand >= 0.0)
    }

    /// A CPU step is over.
    #[inline]
    pub(crate) fn step_computed(&mut self, now: Time, id: FrameId, calendar: &mut Calendar<Event>) {
        self.has_computed(now, id);
        self.frames[id].waits = Waits::Nothing;
        let frame = &self.frames[id];
        if frame.holds_worker && self.containers[frame.container.index()].hold == Hold::Cpu {
            self.free_worker(now, id);
        }
        self.execute(now, id, calendar);
    }

    /// Lets `id` wait for `pause`.
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

    /// A frame of the visit of `id` that runs its own part of the program.
    #[inline]
    pub(crate) fn part_of(
        &mut self,
        id: FrameId,
        kind: Kind,
        pc: InstructionId,
        site: u64,
    ) -> (FrameId, &mut Frame) {
        let owner = &self.frames[id];
        let (epoch, container, endpoint) = (owner.epoch, owner.container, owner.endpoint);
        let (source, trace_row, measured) = (owner.source, owner.trace_row, owner.measured);
        let key = mix(owner.key, site);
        let (part, frame) = self.frames.open(kind, key);
        frame.pc = pc;
        frame.parent = id;
        frame.parent_epoch = epoch;
        frame.container = container;
        frame.endpoint = endpoint;
        frame.source = source;
        frame.trace_row = trace_row;
        frame.measured = measured;
        frame.admitted = true;
        (part, frame)
    }
}
