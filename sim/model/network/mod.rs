//! Hops: half the round trip of the pair, bytes over the bandwidth, the overlay's surcharge.
//!
//! A message does not queue on a link: it takes as long as its bytes take alone.

use crate::blueprint::Arrivals;
use crate::ids::{ContainerId, NodeId};
use crate::law::Law;
use crate::probe::Probe;
use crate::request::frame::{Frame, FrameId, NONE};
use crate::world::World;
use wssim_kernel::Nanos;

/// Draws of an entry visit's frame that no step of a program shares.
const DRAW_CLIENT_RTT: u32 = 0xFFFF_FF11;
const DRAW_CLIENT_RTT_BACK: u32 = 0xFFFF_FF12;
const DRAW_CLIENT_SEND: u32 = 0xFFFF_FF13;
const DRAW_CLIENT_RECEIVE: u32 = 0xFFFF_FF14;
const DRAW_CLIENT_RTT_CANCEL: u32 = 0xFFFF_FF15;

/// Sent and received, as places in a node's count of bytes.
pub(crate) const TX: usize = 0;
pub(crate) const RX: usize = 1;

/// From one container to another.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Hop {
    pub(crate) from: ContainerId,
    pub(crate) to: ContainerId,
    /// The one of the two that was called: its service says whether there is an overlay.
    pub(crate) callee: ContainerId,
}

impl<P: Probe> World<'_, P> {
    fn node_of(&self, container: ContainerId) -> NodeId {
        self.containers[container.index()].node
    }

    /// How long `bytes` take from one container to another.
    #[inline(always)]
    pub(crate) fn hop(&mut self, hop: Hop, bytes: f64, key: u64, draw: u32) -> Nanos {
        let (from, to) = (self.node_of(hop.from), self.node_of(hop.to));
        let place = from.index() * self.nodes.len() + to.index();
        let mut delay = self.half_rtts[place].unwrap_or_else(|| self.half_rtt(place, key, draw));
        if from != to {
            if bytes > 0.0 {
                delay += self.across(from, to, bytes);
            }
            if self.containers[hop.callee.index()].overlay {
                delay += self.blueprint.links[place].overlay;
            }
        }
        self.hops_ns += delay.0;
        delay
    }

    #[inline(never)]
    fn half_rtt(&self, place: usize, key: u64, draw: u32) -> Nanos {
        half(&self.blueprint.links[place].rtt, &mut self.draws.draw(key, draw))
    }

    /// How long `bytes` take on the wire between two nodes.
    #[inline(never)]
    fn across(&mut self, from: NodeId, to: NodeId, bytes: f64) -> Nanos {
        let nodes = &self.blueprint.nodes;
        let bandwidth = nodes[from.index()].bandwidth.min(nodes[to.index()].bandwidth);
        self.nodes[from.index()].bytes[TX] += bytes;
        self.nodes[to.index()].bytes[RX] += bytes;
        transmission(bytes, bandwidth)
    }

    /// How long the request of the entry visit `visit` takes from its user.
    pub(crate) fn hop_from_client(&mut self, visit: FrameId) -> Nanos {
        self.client_hop(visit, RX, DRAW_CLIENT_RTT, DRAW_CLIENT_SEND)
    }

    /// How long the answer of the entry visit `visit` takes to its user.
    pub(crate) fn hop_to_client(&mut self, visit: FrameId) -> Nanos {
        self.client_hop(visit, TX, DRAW_CLIENT_RTT_BACK, DRAW_CLIENT_RECEIVE)
    }

    /// How long the word that its user has given up takes to the entry visit `visit`.
    pub(crate) fn hop_of_cancellation(&mut self, visit: FrameId) -> Nanos {
        let Frame { key, source, .. } = self.frames[visit];
        let rtt = &self.blueprint.sources[source.index()].client_rtt;
        let draw = || half(rtt, &mut self.draws.draw(key, DRAW_CLIENT_RTT_CANCEL));
        let delay = constant_half(rtt).unwrap_or_else(draw);
        self.hops_ns += delay.0;
        delay
    }

    fn client_hop(&mut self, visit: FrameId, direction: usize, rtt: u32, size: u32) -> Nanos {
        let blueprint = self.blueprint;
        let visit = &self.frames[visit];
        let (key, container) = (visit.key, visit.container);
        let source = &blueprint.sources[visit.source.index()];
        let law = if direction == RX { &source.send } else { &source.receive };
        let bytes = self
            .traced_bytes(visit, direction)
            .unwrap_or_else(|| law.sample_lazily(|| self.draws.draw(key, size)));
        let mut delay = constant_half(&source.client_rtt)
            .unwrap_or_else(|| half(&source.client_rtt, &mut self.draws.draw(key, rtt)));
        if bytes > 0.0 {
            let node = self.node_of(container).index();
            delay += transmission(bytes, blueprint.nodes[node].bandwidth);
            self.nodes[node].bytes[direction] += bytes;
        }
        self.hops_ns += delay.0;
        delay
    }

    fn traced_bytes(&self, visit: &Frame, direction: usize) -> Option<f64> {
        if visit.trace_row == NONE {
            return None;
        }
        let Arrivals::Trace(trace) = &self.blueprint.sources[visit.source.index()].arrivals else {
            return None;
        };
        let row = trace.rows.get(visit.trace_row as usize)?;
        let bytes = if direction == RX { row.send } else { row.receive };
        (bytes >= 0.0).then_some(bytes)
    }
}

/// Half of a round trip that is always the same.
pub(crate) fn constant_half(rtt: &Law) -> Option<Nanos> {
    match rtt {
        Law::Constant(rtt) => Some(Nanos::from_f64(rtt * 0.5)),
        _ => None,
    }
}

/// Half of a round trip.
fn half(rtt: &Law, draw: &mut wssim_kernel::stream::Draw) -> Nanos {
    Nanos::from_f64(rtt.sample(draw) * 0.5)
}

/// Time of `bytes` at `bandwidth` bytes per second, which may be infinite.
fn transmission(bytes: f64, bandwidth: f64) -> Nanos {
    Nanos::from_f64(bytes / bandwidth * 1e9)
}
