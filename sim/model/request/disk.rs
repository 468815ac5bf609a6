//! Visits to the disk of a node: off the CPU, in the node's load average, never on a processor.

use super::frame::{FrameId, Waits};
use crate::blueprint::Instruction;
use crate::event::Event;
use crate::hardware::disk::Served;
use crate::ids::NodeId;
use crate::probe::{Doing, Probe};
use crate::world::World;
use wssim_kernel::{Calendar, Nanos, Time};

impl<P: Probe> World<'_, P> {
    /// `id` comes to the disk of its node. Returns whether it stays there: where there is no disk
    /// it costs nothing.
    #[inline(never)]
    pub(crate) fn come_to_disk(
        &mut self,
        now: Time,
        id: FrameId,
        calendar: &mut Calendar<Event>,
    ) -> bool {
        let container = self.frames[id].container;
        let node = self.containers[container.index()].node;
        let Some(disk) = &mut self.nodes[node.index()].disk else {
            return false;
        };
        self.frames[id].since = now;
        if disk.is_full() {
            self.frames[id].waits = Waits::DiskQueue;
            disk.queue.push(&mut self.frames, id);
            self.does(now, id, Doing::QueuesForDisk);
            self.disk_visits[container.index()].waiting.rise(now);
        } else {
            self.use_disk(now, node, id, calendar);
        }
        true
    }

    /// It is the turn of `id`.
    fn use_disk(&mut self, now: Time, node: NodeId, id: FrameId, calendar: &mut Calendar<Event>) {
        let time = self.time_at_disk(node, id);
        let frame = &mut self.frames[id];
        frame.waits = Waits::Disk;
        let (container, epoch) = (frame.container, frame.epoch);
        if frame.measured {
            self.probe.disk_wait(container, now.since(frame.since));
        }
        self.does(now, id, Doing::UsesDisk);
        self.disk_visits[container.index()].served.rise(now);
        if let Some(disk) = &mut self.nodes[node.index()].disk {
            let server = disk.begin(Served { frame: id, epoch, container, began: now });
            calendar.schedule(now + time, Event::DiskDone { node, server });
        }
    }

    /// How long the disk step before the program counter of `id` takes once it is its turn.
    fn time_at_disk(&self, node: NodeId, id: FrameId) -> Nanos {
        let frame = &self.frames[id];
        let (step, disk) =
            (&self.blueprint.program[frame.pc.index() - 1], &self.blueprint.nodes[node.index()]);
        let (Instruction::Disk { access, bytes, draws }, Some(disk)) = (step, &disk.disk) else {
            unreachable!("only a disk step comes to a disk")
        };
        let draw = |which: usize| self.draws.draw(frame.key, draws[which]);
        let access = disk.access(*access).sample_lazily(|| draw(0));
        let bytes = bytes.sample_lazily(|| draw(1));
        Nanos::from_f64(access + bytes / disk.bandwidth * 1e9)
    }

    /// `id`, which waits for the disk of its node, waits no more.
    pub(super) fn leave_disk_queue(&mut self, now: Time, id: FrameId) {
        let frame = &self.frames[id];
        let (container, since) = (frame.container, frame.since);
        let node = self.containers[container.index()].node;
        let Some(disk) = &mut self.nodes[node.index()].disk else { return };
        disk.queue.remove(&mut self.frames, id);
        disk.waited_ns += u128::from(now.since(since).0);
        self.disk_visits[container.index()].waiting.fall(now);
    }

    /// A visit to the disk of `node` is over.
    pub(crate) fn disk_done(
        &mut self,
        now: Time,
        node: NodeId,
        server: u32,
        calendar: &mut Calendar<Event>,
    ) {
        let Some(disk) = &mut self.nodes[node.index()].disk else { return };
        let Some(visit) = disk.end(now, server) else { return };
        self.disk_visits[visit.container.index()].served.fall(now);
        if let Some(next) = disk.queue.pop(&mut self.frames) {
            disk.waited_ns += u128::from(now.since(self.frames[next].since).0);
            let container = self.frames[next].container;
            self.disk_visits[container.index()].waiting.fall(now);
            self.use_disk(now, node, next, calendar);
        }
        let frame = &mut self.frames[visit.frame];
        if frame.epoch == visit.epoch {
            frame.epoch = frame.epoch.wrapping_add(1);
            frame.waits = Waits::Nothing;
            self.execute(now, visit.frame, calendar);
        }
    }
}
