//! The routing mesh: users reach a published port on any node, whose IPVS sends them on to a replica.
//!
//! ```text
//! user ──► ingress node ── address translated, IPVS, VXLAN ──► node of the replica
//! user ◄── ingress node ◄────────────────────────────────────── the same way back
//! ```
//! What the ingress node does for a message is work of its kernel, which comes before its containers:
//! it delays the message by as long as it takes alone and loads the processor. Nobody is told who the
//! user is. The network `ingress` is an overlay, never encrypted (Docker, "Encrypt traffic on an overlay
//! network"). The share of the CPU that all this takes is no input: it comes out.

use super::{Message, OUTSIDE};
use crate::blueprint::{Encapsulation, Network};
use crate::event::Event;
use crate::ids::{ContainerId, NodeId, ObserverId, ServiceId, SourceId};
use crate::network::connection::ConnectionStage;
use crate::network::reach::Lost;
use crate::probe::Probe;
use crate::request::frame::{FrameId, NO_FRAME};
use crate::world::World;
use wssim_kernel::{Calendar, Nanos, Time};

/// Docker's network of published ports.
const INGRESS: Network =
    Network { encapsulation: Encapsulation::Vxlan, mtu: 1450.0, ..Network::HOST };

/// Draws of an entry visit's frame.
const DRAW_INGRESS_RTT: u32 = 0xFFFF_FF16;
const DRAW_INGRESS_RTT_BACK: u32 = 0xFFFF_FF17;

impl<P: Probe> World<'_, P> {
    /// The node at which the request `key` of a user comes in: any of those that users know, each with
    /// equal chances. `None`: users come to the replica's own node.
    pub(crate) fn ingress_of(&self, source: SourceId, key: u64) -> Option<NodeId> {
        let nodes = &self.blueprint.sources[source.index()].ingress;
        if nodes.is_empty() {
            return None;
        }
        let place = (u128::from(key) * nodes.len() as u128) >> 64;
        nodes.get(place as usize).copied()
    }

    /// The replica that the IPVS of the node `ingress` sends a new connection to.
    pub(crate) fn enter_by_mesh(
        &mut self,
        ingress: NodeId,
        service: ServiceId,
    ) -> Option<ContainerId> {
        self.registry.views.rotate(ObserverId(ingress.0), service)
    }

    /// The request of the entry visit `visit` sets out from its user by way of `ingress`.
    pub(super) fn transmit_through_mesh(
        &mut self,
        now: Time,
        (visit, held): (FrameId, Nanos),
        ingress: NodeId,
        calendar: &mut Calendar<Event>,
    ) {
        let (bytes, latency) = (self.bytes_of_request(visit), self.half_way_in(visit, ingress));
        let wire = Network::HOST.wire(bytes).bytes;
        let after = held + latency + self.flows.send(OUTSIDE.index(), ingress.index(), wire);
        let to = self.frame_node(visit);
        if !self.fits([ingress, to], &INGRESS, bytes) {
            let user = self.frames[visit].parent;
            self.frames.remove(visit);
            return self.lose_large(now, user, calendar);
        }
        let relayed = self.relay(now, [ingress, to], bytes, calendar);
        let answer = self.bytes_of_answer(visit);
        let back = Message {
            from: to,
            to: ingress,
            network: &INGRESS,
            bytes: answer,
            payers: [NO_FRAME; 2],
            after: Nanos::ZERO,
        };
        self.frames[visit].network_cpu = self.message_cpu(&back, to);
        let payers = [NO_FRAME, visit];
        let after = after + relayed;
        self.hops_ns += after.0;
        let message = Message { from: ingress, to, network: &INGRESS, bytes, payers, after };
        let draw = (self.frames[visit].key, DRAW_INGRESS_RTT);
        self.transmit(now, message, draw, Event::Deliver(visit), calendar);
    }

    /// The answer of the entry visit `visit` sets out to its user by way of `ingress`.
    pub(super) fn transmit_back_through_mesh(
        &mut self,
        now: Time,
        visit: FrameId,
        ingress: NodeId,
        bytes: f64,
        event: Event,
        calendar: &mut Calendar<Event>,
    ) {
        let from = self.frame_node(visit);
        let passes = match self.passes(now, Some(from), ingress, ConnectionStage::Established) {
            // From there it has to get out to the user.
            Some(at) if at <= now => self.passes(now, None, ingress, ConnectionStage::Established),
            passes => passes,
        };
        let Some(at) = passes else {
            let user = self.frames[visit].parent;
            return self.lose(
                user,
                Lost { stage: ConnectionStage::Established, sent: now },
                calendar,
            );
        };
        if !self.fits([from, ingress], &INGRESS, bytes) {
            return self.lose_large(now, self.frames[visit].parent, calendar);
        }
        let relayed = self.relay(now, [ingress, from], bytes, calendar);
        let wire = Network::HOST.wire(bytes).bytes;
        let out = self.half_way_out(visit, ingress);
        let after =
            at.since(now) + out + relayed + self.flows.send(ingress.index(), OUTSIDE.index(), wire);
        self.hops_ns += after.0;
        let payers = [NO_FRAME; 2];
        let message = Message { from, to: ingress, network: &INGRESS, bytes, payers, after };
        let draw = (self.frames[visit].key, DRAW_INGRESS_RTT_BACK);
        self.transmit(now, message, draw, event, calendar);
    }

    /// What the kernel of the ingress node does for a message of `bytes` between the user and `other`:
    /// it takes the batches in, through IPVS, and out again. Returns how long that takes alone.
    fn relay(
        &mut self,
        now: Time,
        [ingress, other]: [NodeId; 2],
        bytes: f64,
        calendar: &mut Calendar<Event>,
    ) -> Nanos {
        if !self.network_costs_cpu {
            return Nanos::ZERO;
        }
        let outside = self.blueprint.end_cpu(ingress, false, &Network::HOST, bytes);
        let inside = self.blueprint.end_cpu(ingress, ingress != other, &INGRESS, bytes);
        let work = outside + inside + self.blueprint.ipvs_cpu_ns * super::packet::batches(bytes);
        self.start_kernel_job(now, ingress, work, calendar);
        Nanos::from_f64(work / self.blueprint.nodes[ingress.index()].speed)
    }
}
