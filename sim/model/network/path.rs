//! Limits of a path between two nodes: packet size, transfer rate, and packet loss.
//!
//! *Size.* TCP forbids routers to divide its packets (DF, RFC 1191). One that is larger than the path's MTU
//! vanishes, and so does each retransmission: its message never arrives, while smaller ones pass. A plain
//! sender knows the MTU of both ends' interfaces and keeps to it (MSS, RFC 9293); a packet wrapped by an
//! overlay is as large as the overlay's own MTU and its headers, on every path (moby/moby 36689, 41332).
//!
//! *Rate.* A cap is an input. Loss implies one: a transfer gets at most MSS/RTT · sqrt(3/2)/sqrt(p) (Mathis,
//! Semke, Mahdavi, Ott, 1997: periodic losses, each packet acknowledged), once its first window is sent: ten
//! segments at once (RFC 6928). The larger window of an open connection is not modelled.
//!
//! *Loss.* A message waits for its lost packets: if three packets follow to show the loss, it is repaired in
//! a round trip (RFC 5681); otherwise, and if the repair is lost too, at the kernel's retransmissions, the
//! first a round trip and 200 ms after the packet (RFC 6298 with Linux's least variation, `TCP_RTO_MIN`).

use super::Message;
use super::connection::{ConnectionStage, FIRST_RETRANSMISSION, GIVE_UP, LONGEST_PAUSE};
use super::reach::Lost;
use crate::blueprint::{Encapsulation, Link, Network};
use crate::event::Event;
use crate::ids::NodeId;
use crate::probe::Probe;
use crate::request::frame::FrameId;
use crate::world::World;
use wssim_kernel::{Calendar, Nanos, Time};

/// From this number of packets on, a loss is shown by three acknowledgements of others (RFC 5681).
const TELLING: f64 = 4.0;
/// Segments sent at once (RFC 6928).
const WINDOW: f64 = 10.0;
/// Offset of the draws of losses from those of latencies.
const BESIDE_LATENCY: u32 = 0x40;

impl Link {
    /// Whether a message of `bytes` gets through on `network`.
    #[must_use]
    pub fn fits(&self, network: &Network, bytes: f64) -> bool {
        let network = match network.encapsulation {
            Encapsulation::Plain => Network { mtu: network.mtu.min(self.known_mtu), ..*network },
            _ => *network,
        };
        network.largest_packet(bytes) <= self.mtu
    }

    /// Largest payload rate of one transfer on `network`, in bytes per second.
    #[must_use]
    pub fn most(&self, network: &Network) -> f64 {
        self.most_by_loss(network).min(self.goodput).min(network.goodput)
    }

    fn most_by_loss(&self, network: &Network) -> f64 {
        let round_trip = self.rtt.mean() * 1e-9;
        if self.loss > 0.0 && round_trip > 0.0 {
            network.segment() / round_trip * libm::sqrt(1.5 / self.loss)
        } else {
            f64::INFINITY
        }
    }

    /// The least time for a message of `bytes`, by the rate of the path.
    #[must_use]
    pub fn takes(&self, network: &Network, bytes: f64) -> Nanos {
        let beyond = (bytes - WINDOW * network.segment()).max(0.0);
        let capped = bytes / self.goodput.min(network.goodput);
        Nanos::from_seconds(capped.max(beyond / self.most_by_loss(network)))
    }
}

impl<P: Probe> World<'_, P> {
    /// Whether a message of `bytes` between these nodes gets through on `network`, if all nodes work.
    #[inline]
    pub(crate) fn fits(&self, [from, to]: [NodeId; 2], network: &Network, bytes: f64) -> bool {
        let place = from.index() * self.nodes.len() + to.index();
        !self.network.paths.narrow || from == to || self.blueprint.links[place].fits(network, bytes)
    }

    /// The message that `caller` waits for is too large for the path, and so is each retransmission. Later
    /// messages on a shared connection are stuck behind it.
    pub(crate) fn lose_large(
        &mut self,
        now: Time,
        caller: FrameId,
        calendar: &mut Calendar<Event>,
    ) {
        if let Some(link) = self.frames[caller].link() {
            self.network.connections.get_stuck(link);
        }
        self.lose(caller, Lost { stage: ConnectionStage::Established, sent: now }, calendar);
    }

    /// The path of `message`, if it goes between nodes.
    fn path_of(&self, message: &Message<'_>) -> Option<&Link> {
        let nodes = self.nodes.len();
        let (from, to) = (message.from.index(), message.to.index());
        (from.max(to) < nodes).then(|| &self.blueprint.links[from * nodes + to])
    }

    /// The rate at which the path of `message` carries it, in bytes per second of the wire; infinite for no cap.
    #[inline(never)]
    pub(super) fn cap_of_path(&self, message: &Message<'_>, wire: f64) -> f64 {
        match self.path_of(message) {
            Some(link) if message.bytes > 0.0 => link.most(message.network) * wire / message.bytes,
            _ => f64::INFINITY,
        }
    }

    /// The least time for `message`, which waits for no other, by its path.
    #[inline(never)]
    pub(super) fn path_takes(&self, message: &Message<'_>) -> Nanos {
        let link = self.path_of(message);
        link.map_or(Nanos::ZERO, |link| link.takes(message.network, message.bytes))
    }

    /// The delay of `message` by lost packets; drawn beside `draw` of `key`.
    #[inline(never)]
    pub(super) fn repairs(&self, message: &Message<'_>, (key, draw): (u64, u32)) -> Nanos {
        let place = message.from.index() * self.nodes.len() + message.to.index();
        let link = &self.blueprint.links[place];
        if link.loss <= 0.0 || message.from == message.to {
            return Nanos::ZERO;
        }
        let packets = message.network.wire(message.bytes).packets;
        let mut draws = self.draws.draw(key, draw.wrapping_add(BESIDE_LATENCY));
        let arrives = libm::pow(1.0 - link.loss, packets);
        if draws.open01() < arrives {
            return Nanos::ZERO;
        }
        let mut late = Nanos::ZERO;
        if packets >= TELLING {
            late = Nanos::from_f64(link.rtt.mean());
            if draws.open01() >= link.loss {
                return late;
            }
        }
        let mut pause = FIRST_RETRANSMISSION + Nanos::from_f64(link.rtt.mean());
        loop {
            late += pause;
            if draws.open01() >= link.loss || late >= GIVE_UP {
                return late.min(GIVE_UP);
            }
            pause = Nanos(pause.0 * 2).min(LONGEST_PAUSE);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::law::Law;

    fn link(mtu: f64, loss: f64) -> Link {
        let rtt = Law::Constant(1e6);
        Link { rtt, mtu, known_mtu: f64::INFINITY, goodput: f64::INFINITY, loss }
    }

    /// By hand: 50 bytes around an overlay's packet; encrypted 1424 + 30 + 2 is a multiple of four, and
    /// 20 + 16 + 8 around it make 1500.
    #[test]
    fn a_packet_fits_with_what_is_around_it() {
        let overlay = Network { encapsulation: Encapsulation::Vxlan, mtu: 1450.0, ..Network::HOST };
        let encrypted =
            Network { encapsulation: Encapsulation::Encrypted, mtu: 1424.0, ..Network::HOST };
        for network in [Network::HOST, overlay, encrypted] {
            assert!(link(1500.0, 0.0).fits(&network, 1e5), "{network:?}");
            assert!(!link(1499.0, 0.0).fits(&network, 1e5), "{network:?}");
        }
        // 1350 − 50 − 52 bytes of payload, and one more.
        assert!(link(1350.0, 0.0).fits(&overlay, 1248.0));
        assert!(!link(1350.0, 0.0).fits(&overlay, 1249.0));
        // Only plain senders know of interfaces with 1350.
        let known = Link { known_mtu: 1350.0, ..link(1350.0, 0.0) };
        assert!(known.fits(&Network::HOST, 1e5) && !known.fits(&overlay, 1e5));
    }

    /// 1448 bytes per millisecond, times sqrt(1.5 / 0.0150) = 10.
    #[test]
    fn loss_caps_a_transfer_as_mathis_says() {
        let most = link(f64::INFINITY, 0.015).most(&Network::HOST);
        assert!((most - 1448e3 * 10.0).abs() < 1.0, "{most}");
        // The first window is sent at once; the 10 MB beyond it go at 14.48 MB per second.
        let link = link(f64::INFINITY, 0.015);
        assert_eq!(link.takes(&Network::HOST, 14_480.0), Nanos::ZERO);
        let large = link.takes(&Network::HOST, 10e6 + 14_480.0).as_f64() * 1e-9;
        assert!((large - 10.0 / 14.48).abs() < 1e-6, "{large}");
    }
}
