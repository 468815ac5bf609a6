//! The network in a blueprint: the way between two nodes, and what is around packets.

use crate::law::Law;

/// The way from one node to another.
#[derive(Clone, Debug, PartialEq)]
pub struct Link {
    /// Law of the round-trip time; a hop costs half of it.
    pub rtt: Law,
    /// The largest IP packet, in bytes, that gets through; infinite where all do.
    pub mtu: f64,
    /// The largest that the ends know of: what is sent plainly is cut to it.
    pub known_mtu: f64,
    /// Payload of one transfer at most, in bytes per second; infinite where nothing caps it.
    pub goodput: f64,
    /// Share of packets that are lost.
    pub loss: f64,
}

/// A network as its packets see it; between containers of one node nothing of it applies.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Network {
    /// What is around a packet between two nodes.
    pub encapsulation: Encapsulation,
    /// Bytes of a packet inside: IP and TCP headers and payload.
    pub mtu: f64,
    /// A firewall drops what goes between two nodes.
    pub blocked: bool,
    /// Payload of one transfer at most, in bytes per second; infinite where nothing caps it.
    pub goodput: f64,
}

/// What is around a packet between two nodes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Encapsulation {
    /// Nothing.
    Plain,
    /// VXLAN.
    Vxlan,
    /// VXLAN in ESP.
    Encrypted,
}
