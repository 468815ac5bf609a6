//! Answers: a visit ends and its answer sets out; an answer reaches its caller, which goes on.

use super::frame::{Frame, FrameId, Waits};
use crate::blueprint::Call;
use crate::event::Event;
use crate::ids::{ContainerId, NodeId};
use crate::network::Message;
use crate::network::connection::ConnectionStage;
use crate::network::parting::Parting;
use crate::network::reach::Lost;
use crate::probe::{Failure, Probe};
use crate::world::World;
use wssim_kernel::{Calendar, Nanos, Time};

/// Draws of a call's frame that no step of a program shares.
const DRAW_RECEIVE: u32 = 0xFFFF_FF02;
const DRAW_RTT_BACK: u32 = 0xFFFF_FF05;

impl<P: Probe> World<'_, P> {
    /// The visit `id`, with `frame`, is over: sends its answer.
    #[inline(always)]
    pub(crate) fn answer(
        &mut self,
        now: Time,
        (id, frame): (FrameId, &Frame),
        failure: Option<Failure>,
        calendar: &mut Calendar<Event>,
    ) {
        let (to, epoch, incoming) = (frame.parent(), frame.parent_epoch, frame.incoming);
        self.closes(now, id, failure);
        // A caller that has given up has closed the connection: nothing is sent.
        let caller = &self.frames[to];
        if caller.epoch == epoch {
            let event = Event::Answer { to, epoch, failure };
            let is_good = failure.is_none();
            if incoming.is_none() {
                self.transmit_to_user(now, (id, frame), is_good, event, calendar);
            } else {
                let place = caller.container();
                self.send_back(now, (frame, to, place), is_good, event, calendar);
            }
        }
        self.frames.remove(id);
    }

    #[inline(always)]
    fn send_back(
        &mut self,
        now: Time,
        (visit, caller, place): (&Frame, FrameId, ContainerId),
        is_good: bool,
        event: Event,
        calendar: &mut Calendar<Event>,
    ) {
        let key = visit.key;
        let (from, to) = (self.node_of(visit.container()), self.node_of(place));
        if self.network.is_free(from, to) && !self.upkeep.reach().ever() {
            return self.hop(now, from, (key, DRAW_RTT_BACK), event, calendar);
        }
        let call = &self.blueprint.calls[visit.incoming.known().index()];
        let has_bytes = is_good && !self.network.is_free(from, to);
        let bytes = if has_bytes { self.bytes_of_result(call, key) } else { 0.0 };
        let payers = [None, Some(caller)];
        let network = &call.network;
        let at = match self.passes(now, Some(from), to, ConnectionStage::Established) {
            Some(at) if at == now || self.bears(caller, now, at) => at,
            _ => {
                let lost = Lost { stage: ConnectionStage::Established, sent: now };
                return self.lose(caller, lost, calendar);
            }
        };
        if self.network.is_narrow() && !self.fits([from, to], network, bytes) {
            return self.lose_large(now, caller, calendar);
        }
        let message = Message { from, to, network, bytes, payers, after: at.since(now) };
        self.transmit(now, message, (key, DRAW_RTT_BACK), event, calendar);
    }

    /// Bytes of the good answer of the visit `key`.
    #[inline]
    fn bytes_of_result(&self, call: &Call, key: u64) -> f64 {
        call.receive.sample_lazily(|| self.draws.draw(key, DRAW_RECEIVE))
    }

    /// A visit pays for sending its answer together with its request, in its first step: no step follows the
    /// answer.
    #[inline(never)]
    pub(super) fn pay_for_answer(
        &mut self,
        visit: FrameId,
        call: &Call,
        caller: NodeId,
        callee: NodeId,
    ) {
        let bytes = self.bytes_of_result(call, self.frames[visit].key);
        let payers = [None; 2];
        let network = &call.network;
        let answer =
            Message { from: callee, to: caller, network, bytes, payers, after: Nanos::ZERO };
        self.frames[visit].network_cpu = self.message_cpu(&answer, callee);
    }

    /// An answer reaches `id`, which still waits for it. Returns whether `id` goes on with its program.
    #[inline(always)]
    pub(crate) fn answered(
        &mut self,
        now: Time,
        id: FrameId,
        failure: Option<Failure>,
        calendar: &mut Calendar<Event>,
    ) -> bool {
        let frame = &mut self.frames[id];
        if frame.kind.is_root() {
            self.finish_request(now, id, failure.map_or(Ok(()), Err), calendar);
            return false;
        }
        frame.epoch = frame.epoch.wrapping_add(1);
        frame.waits = Waits::Nothing;
        if let Some(failure) = failure {
            self.answered_badly(now, id, failure, calendar);
            return false;
        }
        if frame.measured {
            let query = self.blueprint.calls[frame.outgoing().index()].query;
            self.probe.query_done(query, frame.since, now.since(frame.since));
        }
        if self.requests.has_ties() || frame.link.is_some() {
            self.answered_on_connection(now, id, calendar);
            return true;
        }
        if let Some(instance) = frame.connection.take() {
            self.free_place(now, instance, calendar);
        }
        true
    }

    /// The same where the answer is a failure.
    #[inline(never)]
    fn answered_badly(
        &mut self,
        now: Time,
        id: FrameId,
        failure: Failure,
        calendar: &mut Calendar<Event>,
    ) {
        // A failure that comes as an answer leaves the connection open; a broken connection is closed.
        let broken = matches!(failure, Failure::Reset | Failure::Refused | Failure::Oom);
        let good = self.frames[id].lost.is_none() && !broken;
        self.hang_up(now, id, if good { Parting::Answered } else { Parting::Broken });
        self.attempt_failed(now, id, failure, calendar);
    }

    /// The same where the call has ties, or travelled on a connection.
    #[inline(never)]
    fn answered_on_connection(&mut self, now: Time, id: FrameId, calendar: &mut Calendar<Event>) {
        if self.requests.has_ties() {
            self.report(now, id, None);
            self.leave_limits(id);
        }
        if self.frames[id].link.is_some() {
            self.hang_up(now, id, Parting::Answered);
        }
        self.leave_pool(now, id, calendar);
    }
}
