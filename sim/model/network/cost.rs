//! The CPU of messages in a blueprint, by the packets that they become (`packet.rs`).

use super::packet::{Wire, batches};
use crate::blueprint::{Blueprint, Call, Encapsulation, Network};
use crate::ids::NodeId;
use wssim_kernel::Nanos;

impl Blueprint {
    /// Whether any message costs CPU.
    #[must_use]
    pub fn network_costs_cpu(&self) -> bool {
        let overlay = |call: &Call| call.network.encapsulation != Encapsulation::Plain;
        let cipher = self.nodes.iter().any(|node| node.cipher_ns_per_byte > 0.0);
        let overlays_cost = self.vxlan_cpu_ns > 0.0 || self.esp_cpu_ns > 0.0 || cipher;
        let mesh = self.sources.iter().any(|source| !source.ingress.is_empty());
        self.packet_cpu > Nanos::ZERO
            || (overlays_cost && self.calls.iter().any(overlay))
            || self.routes.iter().any(|route| route.address_cpu > 0)
            || (mesh && (self.ipvs_cpu_ns > 0.0 || self.vxlan_cpu_ns > 0.0))
    }

    /// CPU of a message of `bytes` at its sender's and at its receiver's end, in nanoseconds of the reference CPU.
    /// A message that stays on its node is neither wrapped nor encrypted.
    #[must_use]
    pub fn message_cpu(&self, from: NodeId, to: NodeId, network: &Network, bytes: f64) -> [f64; 2] {
        [from, to].map(|end| self.end_cpu(end, from != to, network, bytes))
    }

    /// CPU of a message at one end; `crosses` says whether it leaves its node.
    pub(crate) fn end_cpu(&self, end: NodeId, crosses: bool, network: &Network, bytes: f64) -> f64 {
        self.end_cpu_of(end, crosses, (network, bytes), || network.wire(bytes))
    }

    /// The same for a message whose packets, where they matter, are those of `wire`.
    #[inline]
    pub(crate) fn end_cpu_of(
        &self,
        end: NodeId,
        crosses: bool,
        (network, bytes): (&Network, f64),
        wire: impl FnOnce() -> Wire,
    ) -> f64 {
        let batches = batches(bytes);
        let mut cpu = batches * self.packet_cpu.as_f64();
        if crosses && network.encapsulation != Encapsulation::Plain {
            cpu += batches * self.vxlan_cpu_ns;
            if network.encapsulation == Encapsulation::Encrypted {
                let wire = wire();
                let cipher = self.nodes[end.index()].cipher_ns_per_byte;
                cpu += wire.packets * self.esp_cpu_ns + wire.encrypted * cipher;
            }
        }
        cpu
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::network::packet::samples::{ENCRYPTED, OVERLAY};
    use crate::network::packet::usual;

    /// Speeds of the four nodes, and whether each has AES-NI.
    const NODES: [(&str, f64, bool); 4] =
        [("84", 1.0, true), ("80", 0.55, true), ("81", 0.24, true), ("82", 0.26, false)];

    /// What encryption adds to a request of 300 B and an answer of `answer` bytes between two nodes, in
    /// milliseconds: the cost of an encrypted overlay beyond a plain one.
    fn encryption_ms(blueprint: &Blueprint, a: usize, b: usize, answer: f64) -> f64 {
        let time = |network: &Network, from: usize, to: usize, bytes: f64| {
            let (from, to) = (NodeId::from(from), NodeId::from(to));
            let [sender, receiver] = blueprint.message_cpu(from, to, network, bytes);
            sender / NODES[from.index()].1 + receiver / NODES[to.index()].1
        };
        let both = |network| time(network, a, b, 300.0) + time(network, b, a, answer);
        (both(&ENCRYPTED) - both(&OVERLAY)) * 1e-6
    }

    fn four_nodes() -> Blueprint {
        use crate::blueprint::Node;
        let node = |&(name, speed, aes): &(&str, f64, bool)| Node {
            name: name.to_owned(),
            speed,
            threads: 4.0,
            capacity: vec![(4.0, 4.0)],
            memory: crate::blueprint::NodeMemory::default(),
            bandwidth: 1.25e8,
            disk: None,
            price: None,
            cipher_ns_per_byte: if aes { usual::AES_NI_NS } else { usual::AES_SOFTWARE_NS },
        };
        Blueprint {
            nodes: NODES.iter().map(node).collect(),
            vxlan_cpu_ns: usual::VXLAN_CPU_NS,
            esp_cpu_ns: usual::ESP_CPU_NS,
            ..Blueprint::default()
        }
    }

    /// The estimate for such clusters: a request and its answer of two to four packets take 0.005 to 0.02 ms more
    /// where both nodes have AES-NI, 0.05 to 0.15 ms where one lacks it.
    #[test]
    fn encryption_takes_what_was_estimated_of_each_pair() {
        let blueprint = four_nodes();
        // One packet there and two back: the middle of two to four.
        for (b, second) in NODES.iter().enumerate() {
            for (a, first) in NODES.iter().enumerate().take(b) {
                let took = encryption_ms(&blueprint, a, b, 2_000.0);
                println!("{} and {}: {took:.4} ms", first.0, second.0);
                let range = if first.2 && second.2 { 0.005..=0.02 } else { 0.05..=0.15 };
                assert!(range.contains(&took), "{} and {}: {took} ms", first.0, second.0);
            }
        }
    }

    /// Measured: 7 us per round trip more through VXLAN than through a veth pair, on one CPU.
    #[test]
    fn a_round_trip_through_vxlan_takes_seven_microseconds_more() {
        let blueprint = four_nodes();
        let (a, b) = (NodeId(0), NodeId(1));
        let round_trip = |network: &Network| -> f64 {
            let there = blueprint.message_cpu(a, b, network, 200.0);
            let back = blueprint.message_cpu(b, a, network, 1_000.0);
            there.iter().chain(&back).sum()
        };
        assert_eq!(round_trip(&OVERLAY) - round_trip(&Network::HOST), 7_000.0);
        // Containers of one node: nothing is wrapped.
        assert_eq!(blueprint.message_cpu(a, a, &ENCRYPTED, 200.0), [0.0, 0.0]);
    }
}
