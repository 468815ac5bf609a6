//! Latency: half a round trip of each pair of nodes, stretched by faults.

use super::state::constant_half;
use crate::event::Event;
use crate::ids::NodeId;
use crate::law::Law;
use crate::probe::Probe;
use crate::world::World;
use wssim_kernel::stream::Draw;
use wssim_kernel::{Calendar, Nanos, Time};

impl<P: Probe> World<'_, P> {
    #[inline(never)]
    pub(crate) fn half_rtt(&self, place: usize, key: u64, draw: u32) -> Nanos {
        let half = half(&self.blueprint.links[place].rtt, || self.draws.draw(key, draw));
        if self.upkeep.reach().ever() { self.paced(place, half) } else { half }
    }

    /// Half of the present mean round trip between two nodes, for messages that no request waits for.
    #[inline]
    pub(crate) fn usual_half(&self, from: NodeId, to: NodeId) -> Nanos {
        let place = from.index() * self.nodes.len() + to.index();
        let half = self.network.usual_halves[place];
        if self.upkeep.reach().ever() { self.paced(place, half) } else { half }
    }

    /// The round trip between two nodes, for exchanges besides messages.
    pub(crate) fn round_trip(&self, from: NodeId, to: NodeId, key: u64, draw: u32) -> Nanos {
        let place = from.index() * self.nodes.len() + to.index();
        let half = self.network.half_rtts[place].unwrap_or_else(|| self.half_rtt(place, key, draw));
        Nanos(half.0 * 2)
    }

    /// The factor of the network of `node` has changed.
    pub(crate) fn pace(&mut self, now: Time, node: NodeId, calendar: &mut Calendar<Event>) {
        let (at, all) = (node.index(), self.nodes.len());
        let bandwidth = self.blueprint.nodes[at].bandwidth / self.strain.of_network(node);
        let end = self.network.flows.set_bandwidth(now, at, bandwidth);
        Self::schedule_end(end, calendar);
        for other in 0..all {
            let factor = self.strain.of_hop(at, other);
            for place in [at * all + other, other * all + at] {
                let half = constant_half(&self.blueprint.links[place].rtt);
                self.network.half_rtts[place] = half.map(|half| stretched(half, factor));
            }
        }
    }

    /// `half` of a drawn round trip on the link at `place`, stretched by its present factor.
    pub(crate) fn paced(&self, place: usize, half: Nanos) -> Nanos {
        let all = self.nodes.len();
        stretched(half, self.strain.of_hop(place / all, place % all))
    }

    /// The same between `node` and a user.
    #[cold]
    #[inline(never)]
    pub(crate) fn paced_outside(&self, node: NodeId, half: Nanos) -> Nanos {
        stretched(half, self.strain.of_network(node))
    }
}

/// Half of a round trip.
#[inline]
pub(super) fn half<'d>(rtt: &Law, draw: impl FnOnce() -> Draw<'d>) -> Nanos {
    Nanos::from_f64(rtt.sample_lazily(draw) * 0.5)
}

fn stretched(half: Nanos, factor: f64) -> Nanos {
    if factor == 1.0 { half } else { Nanos::from_f64(half.as_f64() * factor) }
}
