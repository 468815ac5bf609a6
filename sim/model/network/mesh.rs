//! The routing mesh: users reach a published port on any node, whose IPVS sends them on to a replica.
//!
//! ```text
//! user ──► ingress node ── address translated, IPVS, VXLAN ──► node of the replica
//! user ◄── ingress node ◄────────────────────────────────────── the same way back
//! ```
//! The work of the ingress node for a message is done by its kernel, before that of its containers: it delays
//! the message by its time alone and loads the processor. The replica does not learn who the user is. The
//! network `ingress` is an overlay, never encrypted (Docker, "Encrypt traffic on an overlay network"). The
//! CPU share of all this is no input but a result.

use super::{Message, OUTSIDE};
use crate::blueprint::{Encapsulation, Network};
use crate::event::Event;
use crate::ids::FrameId;
use crate::ids::{ContainerId, NodeId, ObserverId, ServiceId, SourceId};
use crate::network::connection::ConnectionStage;
use crate::network::reach::Lost;
use crate::probe::Probe;
use crate::world::World;
use wssim_kernel::{Calendar, Nanos, Time};

/// Docker's network of published ports.
const INGRESS: Network =
    Network { encapsulation: Encapsulation::Vxlan, mtu: 1450.0, ..Network::HOST };

/// Draws of an entry visit's frame.
const DRAW_INGRESS_RTT: u32 = 0xFFFF_FF16;
const DRAW_INGRESS_RTT_BACK: u32 = 0xFFFF_FF17;

impl<P: Probe> World<'_, P> {
    /// The ingress node for the request `key` of a user: any of those that users know, with equal probability.
    /// `None`: users connect to the replica's own node.
    pub(crate) fn ingress_of(&self, source: SourceId, key: u64) -> Option<NodeId> {
        let nodes = &self.blueprint.sources[source.index()].ingress;
        if nodes.is_empty() {
            return None;
        }
        let place = (u128::from(key) * nodes.len() as u128) >> 64;
        nodes.get(place as usize).copied()
    }

    /// The replica to which the IPVS of the node `ingress` sends a new connection.
    pub(crate) fn enter_by_mesh(
        &mut self,
        ingress: NodeId,
        service: ServiceId,
    ) -> Option<ContainerId> {
        self.registry.rotate(ObserverId(ingress.0), service)
    }

    /// Whether a user gets one of `most` ports of `ingress` for a connection to `container`.
    pub(crate) fn takes_mesh_port(
        &mut self,
        now: Time,
        ingress: NodeId,
        container: ContainerId,
        most: u32,
    ) -> bool {
        let range = self.network.ports.of_mesh(ingress, container);
        self.network.ports.take(now, range, most)
    }

    /// The user closes its connection through `ingress` to `container`.
    pub(crate) fn gives_mesh_port_back(
        &mut self,
        now: Time,
        ingress: NodeId,
        container: ContainerId,
    ) {
        let range = self.network.ports.of_mesh(ingress, container);
        self.network.ports.give_back(now, range, true);
    }

    /// Sends the request of the entry visit `visit` from its user through `ingress`.
    pub(crate) fn transmit_through_mesh(
        &mut self,
        now: Time,
        (visit, held): (FrameId, Nanos),
        ingress: NodeId,
        calendar: &mut Calendar<Event>,
    ) {
        let (bytes, latency) =
            (self.bytes_of_request(visit), self.half_way_in(&self.frames[visit], ingress));
        let wire = Network::HOST.wire(bytes).bytes;
        let after =
            held + latency + self.network.flows.send(OUTSIDE.index(), ingress.index(), wire);
        let to = self.frame_node(visit);
        if !self.fits([ingress, to], &INGRESS, bytes) {
            let user = self.frames[visit].parent();
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
            payers: [None; 2],
            after: Nanos::ZERO,
        };
        let cpu = self.message_cpu(&back, to);
        self.frames[visit].owes(cpu);
        let payers = [None, Some(visit)];
        let after = after + relayed;
        self.network.hops_ns += after.0;
        let message = Message { from: ingress, to, network: &INGRESS, bytes, payers, after };
        let draw = (self.frames[visit].key(), DRAW_INGRESS_RTT);
        self.transmit(now, message, draw, Event::Deliver(visit), calendar);
    }

    /// Sends the answer of the entry visit `visit` to its user through `ingress`.
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
            // From there it must still reach the user.
            Some(at) if at <= now => self.passes(now, None, ingress, ConnectionStage::Established),
            passes => passes,
        };
        let Some(at) = passes else {
            let user = self.frames[visit].parent();
            return self.lose(
                user,
                Lost { stage: ConnectionStage::Established, sent: now },
                calendar,
            );
        };
        if !self.fits([from, ingress], &INGRESS, bytes) {
            return self.lose_large(now, self.frames[visit].parent(), calendar);
        }
        let relayed = self.relay(now, [ingress, from], bytes, calendar);
        let wire = Network::HOST.wire(bytes).bytes;
        let out = self.half_way_out(&self.frames[visit], ingress);
        let after = at.since(now)
            + out
            + relayed
            + self.network.flows.send(ingress.index(), OUTSIDE.index(), wire);
        self.network.hops_ns += after.0;
        let payers = [None; 2];
        let message = Message { from, to: ingress, network: &INGRESS, bytes, payers, after };
        let draw = (self.frames[visit].key(), DRAW_INGRESS_RTT_BACK);
        self.transmit(now, message, draw, event, calendar);
    }

    /// The work of the ingress node's kernel for a message of `bytes` between the user and `other`: it receives
    /// the batches, passes them through IPVS, and sends them. Returns how long that takes alone.
    fn relay(
        &mut self,
        now: Time,
        [ingress, other]: [NodeId; 2],
        bytes: f64,
        calendar: &mut Calendar<Event>,
    ) -> Nanos {
        if !self.network.costs_cpu {
            return Nanos::ZERO;
        }
        let outside = self.blueprint.end_cpu(ingress, false, &Network::HOST, bytes);
        let inside = self.blueprint.end_cpu(ingress, ingress != other, &INGRESS, bytes);
        let work = outside + inside + self.blueprint.ipvs_cpu_ns * super::packet::batches(bytes);
        self.start_kernel_job(now, ingress, work, calendar);
        Nanos::from_f64(work / self.blueprint.nodes[ingress.index()].speed)
    }
}
