//! The network in a blueprint: the path between two nodes, and the headers around packets.

use crate::law::Law;

/// The path from one node to another.
#[derive(Clone, Debug, PartialEq)]
pub struct Link {
    /// Law of the round-trip time; a hop costs half of it.
    pub rtt: Law,
    /// The largest IP packet that gets through, in bytes; infinite for no limit.
    pub mtu: f64,
    /// The largest packet that the ends know of, in bytes: plain traffic is cut to it.
    pub known_mtu: f64,
    /// Payload rate of one transfer at most, in bytes per second; infinite for no cap.
    pub goodput: f64,
    /// Share of packets that are lost, 0 to 1.
    pub loss: f64,
}

/// A network as its packets see it; none of it applies between containers of one node.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Network {
    /// The headers around a packet between two nodes.
    pub encapsulation: Encapsulation,
    /// Bytes of an inner packet: IP and TCP headers and payload.
    pub mtu: f64,
    /// Whether a firewall drops all traffic between two nodes.
    pub blocked: bool,
    /// Payload rate of one transfer at most, in bytes per second; infinite for no cap.
    pub goodput: f64,
}

/// The headers around a packet between two nodes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Encapsulation {
    /// No headers.
    Plain,
    /// VXLAN.
    Vxlan,
    /// VXLAN in ESP.
    Encrypted,
}
