//! Users outside: their requests to the edge of the cluster, and the answers to them.
//!
//! The way from a user to the edge takes half of `client_rtt`; the bytes go over the entry node's interface,
//! plain. The user's own line is never a bottleneck.

use super::connection::ConnectionStage;
use super::latency::half;
use super::reach::Lost;
use super::{Message, OUTSIDE};
use crate::blueprint::{Arrivals, Network};
use crate::event::Event;
use crate::ids::NodeId;
use crate::probe::Probe;
use crate::request::frame::{Frame, FrameId};
use crate::world::World;
use wssim_kernel::{Calendar, Nanos, Time};

/// Draws of an entry visit's frame that no step of a program uses.
const DRAW_CLIENT_RTT: u32 = 0xFFFF_FF11;
const DRAW_CLIENT_RTT_BACK: u32 = 0xFFFF_FF12;
const DRAW_CLIENT_SEND: u32 = 0xFFFF_FF13;
const DRAW_CLIENT_RECEIVE: u32 = 0xFFFF_FF14;
const DRAW_CLIENT_RTT_CANCEL: u32 = 0xFFFF_FF15;

impl<P: Probe> World<'_, P> {
    /// Sends the request of the entry visit `visit` from its user, where there is no ingress node.
    #[inline]
    pub(crate) fn transmit_from_user(
        &mut self,
        now: Time,
        visit: FrameId,
        calendar: &mut Calendar<Event>,
    ) {
        let frame = &self.frames[visit];
        let node = self.node_of(frame.container());
        let latency = self.half_way_in(frame, node);
        let event = Event::Deliver(visit);
        if self.is_edge_free(node) {
            return self.arrive_after(now, latency, event, calendar);
        }
        let bytes = self.bytes_of_request(visit);
        let answer = message_to_user(node, self.bytes_of_answer(visit));
        let cpu = self.message_cpu(&answer, node);
        self.frames[visit].owes(cpu);
        let network = &Network::HOST;
        let payers = [None, Some(visit)];
        let message =
            Message { from: OUTSIDE, to: node, network, bytes, payers, after: Nanos::ZERO };
        self.cross(now, &message, latency, event, calendar);
    }

    /// Sends the answer of the entry visit `visit`, with `frame`, to its user; `event` is its arrival.
    #[inline]
    pub(crate) fn transmit_to_user(
        &mut self,
        now: Time,
        (visit, frame): (FrameId, &Frame),
        is_good: bool,
        event: Event,
        calendar: &mut Calendar<Event>,
    ) {
        if let Some(ingress) = self.ingress_of(frame.source(), frame.key()) {
            let bytes = if is_good { self.bytes_of_answer(visit) } else { 0.0 };
            return self.transmit_back_through_mesh(now, visit, ingress, bytes, event, calendar);
        }
        let node = self.node_of(frame.container());
        let Some(at) = self.passes(now, None, node, ConnectionStage::Established) else {
            return self.lose(
                frame.parent(),
                Lost { stage: ConnectionStage::Established, sent: now },
                calendar,
            );
        };
        let latency = self.half_way_out(frame, node) + at.since(now);
        if self.is_edge_free(node) {
            return self.arrive_after(now, latency, event, calendar);
        }
        let bytes = if is_good { self.bytes_of_answer(visit) } else { 0.0 };
        self.cross(now, &message_to_user(node, bytes), latency, event, calendar);
    }

    /// How long the cancellation of a user takes to reach the entry visit `visit`.
    pub(crate) fn half_way_of_user(&self, visit: FrameId) -> Nanos {
        self.half_client_rtt(&self.frames[visit], self.frame_node(visit), DRAW_CLIENT_RTT_CANCEL)
    }

    /// Whether bytes over the edge at `node` cost nothing and need not be known.
    #[inline]
    fn is_edge_free(&self, node: NodeId) -> bool {
        !self.network.costs_cpu && self.network.flows.is_endless(node.index())
    }

    /// The time from the user to the edge at `node`.
    #[inline]
    pub(super) fn half_way_in(&self, visit: &Frame, node: NodeId) -> Nanos {
        self.half_client_rtt(visit, node, DRAW_CLIENT_RTT)
    }

    /// The time from the edge back to the user.
    #[inline]
    pub(super) fn half_way_out(&self, visit: &Frame, node: NodeId) -> Nanos {
        self.half_client_rtt(visit, node, DRAW_CLIENT_RTT_BACK)
    }

    #[inline]
    fn half_client_rtt(&self, visit: &Frame, node: NodeId, draw: u32) -> Nanos {
        let half = self.traffic.half_client_rtt(visit.source());
        let half = half.unwrap_or_else(|| self.drawn_half_client_rtt(visit, draw));
        if self.upkeep.reach().ever() { self.paced_outside(node, half) } else { half }
    }

    #[inline(never)]
    fn drawn_half_client_rtt(&self, visit: &Frame, draw: u32) -> Nanos {
        let rtt = &self.blueprint.sources[visit.source().index()].client_rtt;
        half(rtt, || self.draws.draw(visit.key(), draw))
    }

    pub(super) fn bytes_of_request(&self, visit: FrameId) -> f64 {
        let visit = &self.frames[visit];
        let law = &self.blueprint.sources[visit.source().index()].send;
        let drawn = || law.sample_lazily(|| self.draws.draw(visit.key(), DRAW_CLIENT_SEND));
        self.traced_bytes(visit).map(|[send, _]| send).filter(|b| *b >= 0.0).unwrap_or_else(drawn)
    }

    pub(super) fn bytes_of_answer(&self, visit: FrameId) -> f64 {
        let visit = &self.frames[visit];
        let law = &self.blueprint.sources[visit.source().index()].receive;
        let drawn = || law.sample_lazily(|| self.draws.draw(visit.key(), DRAW_CLIENT_RECEIVE));
        self.traced_bytes(visit)
            .map(|[_, receive]| receive)
            .filter(|b| *b >= 0.0)
            .unwrap_or_else(drawn)
    }

    /// Bytes of request and answer by the trace; negative: not given.
    fn traced_bytes(&self, visit: &Frame) -> Option<[f64; 2]> {
        let row = visit.trace_row()?;
        let Arrivals::Trace(trace) = &self.blueprint.sources[visit.source().index()].arrivals
        else {
            return None;
        };
        let row = trace.rows.get(row as usize)?;
        Some([row.send, row.receive])
    }
}

/// The CPU of an answer was paid for with the request's.
fn message_to_user(node: NodeId, bytes: f64) -> Message<'static> {
    let payers = [None; 2];
    let network = &Network::HOST;
    Message { from: node, to: OUTSIDE, network, bytes, payers, after: Nanos::ZERO }
}
