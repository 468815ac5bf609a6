//! Visits to the disk of a node: off the CPU, in the node's load average, never on a processor.
//!
//! Disk steps, reads of files that miss, and fetches of pages from swap share one queue.

use super::frame::{FrameId, FrameKind, Waits};
use crate::blueprint::{Access, Disk, Instruction, PAGE};
use crate::event::Event;
use crate::hardware::disk::Served;
use crate::ids::NodeId;
use crate::probe::{Doing, Failure, Probe};
use crate::world::World;
use wssim_kernel::{Calendar, Nanos, Time};

impl<P: Probe> World<'_, P> {
    /// `id` arrives at the disk of its node. Returns whether it stays there, or has failed because the disk is
    /// full; a node without a disk serves it at no cost.
    #[inline(never)]
    pub(crate) fn come_to_disk(
        &mut self,
        now: Time,
        id: FrameId,
        access: Access,
        calendar: &mut Calendar<Event>,
    ) -> bool {
        if access != Access::Read && self.finds_disk_full(id) {
            self.fail(now, id, Failure::DiskFull, calendar);
            return true;
        }
        self.queue_at_disk(now, id, Waits::of_reads(0), calendar)
    }

    /// The same, for the reason `queue`.
    pub(crate) fn queue_at_disk(
        &mut self,
        now: Time,
        id: FrameId,
        queue: Waits,
        calendar: &mut Calendar<Event>,
    ) -> bool {
        let container = self.frames[id].container();
        let node = self.containers.disk_node(container);
        let Some(disk) = self.nodes[node].disk() else {
            return false;
        };
        self.frames[id].since = now;
        self.frames[id].waits = queue;
        if disk.come(now) {
            disk.queue.push(&mut self.frames, id);
            self.does(
                now,
                id,
                if queue.is_for_pages() { Doing::QueuesForPages } else { Doing::QueuesForDisk },
            );
            self.containers.at_disk(container, queue).waiting.rise(now);
        } else {
            self.use_disk(now, node, id, calendar);
        }
        true
    }

    /// Begins the service of `id`.
    fn use_disk(&mut self, now: Time, node: NodeId, id: FrameId, calendar: &mut Calendar<Event>) {
        let fetches = self.frames[id].waits.is_for_pages();
        let time = self.time_at_disk(node, id);
        let frame = &mut self.frames[id];
        frame.waits = if fetches { Waits::Pages } else { Waits::Disk };
        let (container, epoch, waits) = (frame.container(), frame.epoch, frame.waits);
        if frame.measured && !fetches {
            self.probe.disk_wait(container, frame.since, now.since(frame.since));
        }
        self.does(now, id, if fetches { Doing::FetchesPages } else { Doing::UsesDisk });
        self.containers.at_disk(container, waits).served.rise(now);
        if let Some(disk) = self.nodes[node].disk() {
            let server = disk.begin(Served { frame: id, epoch, container, fetches, began: now });
            calendar.schedule(now + time, Event::DiskDone { node, server });
        }
    }

    /// The service time of `id` at the disk of `node`.
    fn time_at_disk(&self, node: NodeId, id: FrameId) -> Nanos {
        let Some(disk) = &self.blueprint.nodes[node.index()].disk else {
            unreachable!("no visit comes to a disk that is not there")
        };
        let (access, bytes) = self.work_at_disk(disk, id);
        Nanos::from_f64((access + bytes / disk.bandwidth * 1e9) * self.strain.of_disk(node))
    }

    /// Σ time to the first byte of all that `id` asks of `disk`, in nanoseconds, and its bytes.
    fn work_at_disk(&self, disk: &Disk, id: FrameId) -> (f64, f64) {
        let frame = &self.frames[id];
        if matches!(frame.kind, FrameKind::Chore(_)) {
            let (access, bytes) = self.piece(id);
            let access = disk.access(access).sample_lazily(|| self.draws.draw(frame.key, 0));
            return (access, bytes);
        }
        if let Waits::PageQueue { pages, draw } = frame.waits {
            let (pages, draw) = (pages.get(), draw.get());
            return (self.time_to_fetch(id, (pages, draw), &disk.read), f64::from(pages) * PAGE);
        }
        let draw = |address: u32| self.draws.draw(frame.key, address);
        match &self.blueprint.program[frame.pc.index() - 1] {
            Instruction::Disk { access, bytes, draws } => (
                disk.access(*access).sample_lazily(|| draw(draws[0])),
                bytes.sample_lazily(|| draw(draws[1])),
            ),
            Instruction::Read { draws, .. } => self.time_to_read(id, draws[2], &disk.read),
            other => unreachable!("{other:?} does not come to a disk"),
        }
    }

    /// `id` leaves the queue for the disk of its node.
    pub(super) fn leave_disk_queue(&mut self, now: Time, id: FrameId) {
        let frame = &self.frames[id];
        let (container, waits) = (frame.container(), frame.waits);
        let node = self.containers[container].node();
        let Some(disk) = self.nodes[node].disk() else { return };
        disk.leave(now, &mut self.frames, id);
        self.containers.at_disk(container, waits).waiting.fall(now);
        if waits.is_for_pages() {
            self.end_stall(now, container);
        }
    }

    /// A visit to the disk of `node` is over.
    #[inline(never)]
    pub(crate) fn disk_done(
        &mut self,
        now: Time,
        node: NodeId,
        server: u32,
        calendar: &mut Calendar<Event>,
    ) {
        let Some(disk) = self.nodes[node].disk() else { return };
        let Some(visit) = disk.end(now, server) else { return };
        let waits = if visit.fetches { Waits::Pages } else { Waits::Disk };
        self.containers.at_disk(visit.container, waits).served.fall(now);
        if let Some(next) = disk.queue.pop(&mut self.frames) {
            disk.waited_ns += u128::from(now.since(self.frames[next].since).0);
            let (container, waits) = (self.frames[next].container(), self.frames[next].waits);
            self.containers.at_disk(container, waits).waiting.fall(now);
            self.use_disk(now, node, next, calendar);
        }
        if visit.fetches {
            self.end_stall(now, visit.container);
        }
        let frame = &mut self.frames[visit.frame];
        if frame.epoch == visit.epoch {
            frame.epoch = frame.epoch.wrapping_add(1);
            frame.waits = Waits::Nothing;
            if visit.fetches {
                self.pages_are_there(now, visit.frame, calendar);
            } else if matches!(frame.kind, FrameKind::Chore(_)) {
                self.piece_done(now, visit.frame, calendar);
            } else {
                self.execute(now, visit.frame, calendar);
            }
        }
    }
}
