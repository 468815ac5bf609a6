//! What happens to the requests at a container that ends.
//!
//! Its visits vanish. The caller of a visit is reset when the process was killed (its kernel closes the
//! connections: half a round trip later). When the node is gone the caller waits on: until its own time-out, until
//! its node forgets the dead replica, or until the kernel gives the connection up.

use super::frame::{FrameId, FrameKind, Waits};
use crate::event::Event;
use crate::ids::ContainerId;
use crate::life::End;
use crate::network::connection::ConnectionStage;
use crate::network::parting::Parting;
use crate::network::reach::Lost;
use crate::probe::{Failure, Probe};
use crate::world::World;
use wssim_kernel::{Calendar, Time};

impl<P: Probe> World<'_, P> {
    /// Removes all frames and state of `id`.
    pub(crate) fn empty_container(
        &mut self,
        now: Time,
        id: ContainerId,
        end: End,
        calendar: &mut Calendar<Event>,
    ) {
        self.empty_station(now, id);
        let mut there = self.frames.buffer();
        there.extend(self.frames.ids().filter(|&frame| self.runs_at(frame, id)));
        for &frame in &there {
            self.drop_frame(now, frame, end, calendar);
        }
        self.frames.give_buffer_back(there);
        self.evict_unattended(now, id, calendar);
        self.drop_connections(id);
        self.forget(now, id);
    }

    /// Whether `frame` runs at `id`; one on its way there does not.
    fn runs_at(&self, frame: FrameId, id: ContainerId) -> bool {
        let frame = &self.frames[frame];
        frame.place() == Some(id) && !frame.kind.is_root() && !frame.waits.is_on_its_way()
    }

    /// Empties its queues, and frees its workers and connections.
    fn empty_station(&mut self, now: Time, id: ContainerId) {
        self.containers[id].station_mut().empty(now);
        self.containers.door(id).queued.clear(now);
        self.requests.empty_pools(now, self.blueprint, id);
    }

    fn drop_frame(&mut self, now: Time, id: FrameId, end: End, calendar: &mut Calendar<Event>) {
        let frame = self.frames[id];
        match frame.waits {
            Waits::DiskQueue { .. } | Waits::PageQueue { .. } => self.leave_queue(now, id),
            Waits::Processor => self.evict(now, id, calendar),
            // The disk finishes reads that it has begun.
            Waits::Pages => {}
            _ if matches!(frame.kind, FrameKind::Burst | FrameKind::Startup) => {
                self.evict(now, id, calendar);
            }
            _ => {}
        }
        let calls = frame.kind.calls();
        if self.requests.has_ties() && calls {
            self.report(now, id, Some(Failure::Abandoned));
        }
        if self.requests.has_ties() && calls {
            self.drop_held(now, id);
        }
        self.leave_limits(id);
        self.hang_up(now, id, Parting::GivenUp);
        if frame.kind == FrameKind::Visit {
            // The station has freed its worker already.
            self.frames[id].holds_worker = false;
            self.depart(now, id);
            if self.frames[frame.parent()].epoch == frame.parent_epoch {
                self.tell_caller(now, id, end, calendar);
            }
        }
        if frame.kind != FrameKind::Burst && frame.kind != FrameKind::Startup {
            self.closes(now, id, Some(end.failure()));
        }
        self.frames.remove(id);
    }

    /// Resets the caller of the visit `id`, or leaves it waiting.
    fn tell_caller(&mut self, now: Time, id: FrameId, end: End, calendar: &mut Calendar<Event>) {
        match end {
            End::Loud | End::Done | End::Killed | End::LostWorker => {
                self.reset_caller(now, id, end.failure(), calendar);
            }
            End::Quiet => {
                let caller = self.frames[id].parent();
                self.lose(
                    caller,
                    Lost { stage: ConnectionStage::Established, sent: now },
                    calendar,
                );
            }
        }
    }

    /// Clears the memory of the process of `id`: its stores are empty, its breakers closed, its limits full.
    fn forget(&mut self, now: Time, id: ContainerId) {
        let blueprint = self.blueprint;
        let service = self.service_id(id);
        self.stores.forget(blueprint, service, blueprint.replica(service, id));
        self.requests.forget(now, blueprint, id);
    }
}
