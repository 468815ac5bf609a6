//! A visit: a request at one container, from arrival to answer, and the workers there.

use super::frame::{Frame, FrameId, FrameKind, Waits};
use crate::container::ContainerState;
use crate::event::Event;
use crate::ids::ContainerId;
use crate::probe::{Doing, Failure, Probe};
use crate::world::World;
use wssim_kernel::{Calendar, Time};

impl<P: Probe> World<'_, P> {
    /// `id` arrives at its container. Returns whether it needs a worker before anything else.
    #[inline(always)]
    pub(super) fn arrives(&mut self, now: Time, id: FrameId) -> bool {
        let frame = &mut self.frames[id];
        let container = &mut self.containers[frame.container()];
        Self::comes_in(now, frame, container);
        let by_worker = container.serves_by_worker();
        self.does(now, id, Doing::Arrives);
        by_worker
    }

    /// `frame` arrives at its `container`.
    #[inline(always)]
    pub(super) fn comes_in(now: Time, frame: &mut Frame, container: &mut ContainerState) {
        frame.arrived = now;
        frame.waits = Waits::Nothing;
        container.comes_in(now);
    }

    /// `id` has just arrived at a container where it first needs a worker.
    #[inline(never)]
    pub(super) fn begin_with_worker(
        &mut self,
        now: Time,
        id: FrameId,
        calendar: &mut Calendar<Event>,
    ) {
        if self.get_worker(now, id, now, calendar) {
            self.begin(now, id, calendar);
        }
    }

    /// The same for a request held back since `since` at its node, which stood still.
    pub(crate) fn deliver_held(
        &mut self,
        now: Time,
        id: FrameId,
        since: Time,
        calendar: &mut Calendar<Event>,
    ) {
        let by_worker = self.arrives(now, id);
        self.frames[id].arrived = since;
        if by_worker && !self.get_worker(now, id, since, calendar) {
            return;
        }
        self.begin(now, id, calendar);
    }

    /// Takes a free worker for `id`, or queues or refuses it. Returns whether it continues. It has waited since
    /// `since`.
    #[inline(always)]
    pub(crate) fn get_worker(
        &mut self,
        now: Time,
        id: FrameId,
        since: Time,
        calendar: &mut Calendar<Event>,
    ) -> bool {
        let frame = &mut self.frames[id];
        if !self.containers[frame.container()].lend_worker(now, frame) {
            self.queue_for_worker(now, id, since, calendar);
            return false;
        }
        if frame.measured {
            self.probe.worker_wait(frame.container(), since, now.since(since));
        }
        true
    }

    /// Queues `id` for a worker, or refuses it.
    #[inline(never)]
    pub(super) fn queue_for_worker(
        &mut self,
        now: Time,
        id: FrameId,
        since: Time,
        calendar: &mut Calendar<Event>,
    ) {
        let frame = &mut self.frames[id];
        let container = &self.containers[frame.container()];
        if !frame.admitted && container.has_full_backlog() {
            return self.fail(now, id, Failure::Refused, calendar);
        }
        frame.waits = Waits::Worker;
        frame.since = since;
        if !frame.admitted {
            self.containers.door(frame.container()).queued.rise(now);
        }
        let station = self.containers[frame.container()].station_mut();
        station.queue_up(now, &mut self.frames, id);
        self.does(now, id, Doing::Queues);
        self.limit_wait(now, id, calendar);
    }

    /// Limits a wait for a worker: by the service's time-out, and by the user's own patience.
    fn limit_wait(&mut self, now: Time, id: FrameId, calendar: &mut Calendar<Event>) {
        let service = self.blueprint.service_of(self.frames[id].container());
        if let Some(class) = service.queue_timeout {
            self.set_timeout(now, class, id, calendar);
        }
        let frame = &self.frames[id];
        if frame.kind == FrameKind::Visit && frame.incoming.is_none() {
            self.limit_patience_in_queue(now, id, calendar);
        }
    }

    /// Gives the worker of `id` to the next in the queue.
    #[inline(always)]
    pub(crate) fn free_worker(&mut self, now: Time, id: FrameId) {
        let frame = &mut self.frames[id];
        let container = frame.container();
        if self.containers[container].take_worker_back(now, frame) {
            self.grant_worker(now, container);
        }
    }

    /// Gives the next in the queue a worker; it continues after the present event, so that a queue of requests
    /// that take no time is handled one after another instead of nested.
    #[inline(never)]
    pub(super) fn grant_worker(&mut self, now: Time, container: ContainerId) {
        let id = loop {
            let station = self.containers[container].station_mut();
            let Some(id) = station.next(now, &mut self.frames) else {
                return;
            };
            self.leaves_door(now, id);
            if !self.requests.has_ties() || !self.is_late(now, id) {
                break id;
            }
            self.fail_soon(id, Failure::Timeout);
        };
        self.containers[container].station_mut().lend(now);
        let frame = &mut self.frames[id];
        frame.epoch = frame.epoch.wrapping_add(1);
        frame.waits = Waits::Nothing;
        frame.holds_worker = true;
        frame.admitted = true;
        if frame.measured {
            self.probe.worker_wait(container, frame.since, now.since(frame.since));
        }
        self.requests.ready.push_back(id);
    }

    /// The program of `id`, with `frame`, is over: sends its answer.
    #[inline(always)]
    pub(crate) fn end_visit(
        &mut self,
        now: Time,
        id: FrameId,
        frame: &Frame,
        calendar: &mut Calendar<Event>,
    ) {
        if frame.measured {
            let (arrived, response) = (frame.arrived, now.since(frame.arrived));
            self.probe.visit_done(frame.container(), frame.endpoint(), arrived, response);
        }
        self.leave(now, (id, frame), None, calendar);
    }

    /// `id` cannot have a good answer.
    pub(crate) fn fail(
        &mut self,
        now: Time,
        id: FrameId,
        failure: Failure,
        calendar: &mut Calendar<Event>,
    ) {
        match self.frames[id].kind {
            FrameKind::Root { .. } => self.finish_request(now, id, Err(failure), calendar),
            FrameKind::Visit => self.leave_in_vain(now, id, failure, calendar),
            FrameKind::Branch | FrameKind::Loop { .. } => {
                if self.frames[id].holds_worker {
                    self.free_worker(now, id);
                }
                self.branch_failed(now, id, failure, calendar);
            }
            FrameKind::Burst | FrameKind::Startup | FrameKind::Chore(_) => {
                unreachable!("only requests make calls")
            }
        }
    }

    /// `id` leaves its container, and its answer is sent. `frame` is a copy: otherwise each write in between might
    /// change it, and the compiler would have to load it again.
    #[inline(always)]
    fn leave(
        &mut self,
        now: Time,
        (id, frame): (FrameId, &Frame),
        failure: Option<Failure>,
        calendar: &mut Calendar<Event>,
    ) {
        self.depart_as(now, id, frame);
        self.answer(now, (id, frame), failure, calendar);
    }

    /// The same without a good answer.
    #[inline(never)]
    fn leave_in_vain(
        &mut self,
        now: Time,
        id: FrameId,
        failure: Failure,
        calendar: &mut Calendar<Event>,
    ) {
        let frame = self.frames[id];
        self.leave(now, (id, &frame), Some(failure), calendar);
    }

    /// `id` is no longer at its container.
    pub(crate) fn depart(&mut self, now: Time, id: FrameId) {
        let frame = self.frames[id];
        self.depart_as(now, id, &frame);
    }

    /// The same for `id` with `frame`.
    #[inline(always)]
    fn depart_as(&mut self, now: Time, id: FrameId, frame: &Frame) {
        let station = self.containers[frame.container()].station_mut();
        station.depart(now, frame.arrived);
        if frame.holds_worker {
            self.free_worker(now, id);
        }
    }

    /// `id` no longer waits for a worker.
    fn leaves_door(&mut self, now: Time, id: FrameId) {
        let frame = &self.frames[id];
        if !frame.admitted {
            self.containers.door(frame.container()).queued.fall(now);
        }
    }

    /// Takes `id` out of the queue in which it waits.
    pub(crate) fn leave_queue(&mut self, now: Time, id: FrameId) {
        let frame = &mut self.frames[id];
        match frame.waits {
            Waits::Worker => {
                let station = self.containers[frame.container()].station_mut();
                station.leave_queue(now, &mut self.frames, id);
                self.leaves_door(now, id);
            }
            Waits::Connection => {
                let Some(instance) = frame.connection.take() else { return };
                self.requests.pools[instance].queue.remove(now, &mut self.frames, id);
            }
            Waits::DiskQueue { .. } | Waits::PageQueue { .. } => self.leave_disk_queue(now, id),
            other => unreachable!("there is no queue for {other:?}"),
        }
    }

    /// The present wait of `id` has reached its time-out.
    #[inline(never)]
    pub(crate) fn give_up(
        &mut self,
        now: Time,
        id: FrameId,
        failure: Failure,
        calendar: &mut Calendar<Event>,
    ) {
        let waited_for = self.frames[id].waits;
        match waited_for {
            Waits::Worker | Waits::Connection => self.leave_queue(now, id),
            Waits::Answer if self.requests.has_ties() => self.cancel_outgoing(now, id, calendar),
            _ => {}
        }
        let frame = &mut self.frames[id];
        frame.epoch = frame.epoch.wrapping_add(1);
        frame.waits = Waits::Nothing;
        match waited_for {
            Waits::Worker => self.fail(now, id, failure, calendar),
            Waits::Answer if self.frames[id].kind.is_root() => {
                self.fail(now, id, Failure::Abandoned, calendar);
            }
            Waits::Connection | Waits::Answer => {
                self.attempt_failed(now, id, failure, calendar);
            }
            other => unreachable!("nothing limits the wait for {other:?}"),
        }
    }
}
