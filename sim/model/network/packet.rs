//! Packets: how many a message needs, their bytes on the wire, their cost in CPU.
//!
//! ```text
//! plain      Ethernet 38 │ IP 20 │ TCP 32 │ payload ≤ 1448
//! overlay    Ethernet 38 │ IP 20 │ UDP 8 │ VXLAN 8 │ Ethernet 14 │ IP 20 │ TCP 32 │ payload ≤ 1398
//! encrypted  Ethernet 38 │ IP 20 │ ESP 8 │ IV 8 │ UDP … payload ≤ 1372 │ 0–3 + 2 │ ICV 8
//! ```
//!
//! Ethernet is 14 bytes of header and 4 of checksum, 8 of preamble and a gap of 12 (IEEE 802.3);
//! IPv4 without options (RFC 791); TCP with the timestamps that Linux sends (RFC 9293, RFC 7323);
//! UDP (RFC 768) and VXLAN (RFC 7348); ESP in transport mode (RFC 4303) with AES-GCM (RFC 4106), as
//! Docker sets it up: an ICV of 64 bits, padding to four bytes before two of trailer. Check: TCP over plain
//! gigabit Ethernet carries 1448/1538 · 1 Gbit/s = 941 Mbit/s, the rate commonly measured.
//!
//! CPU has three parts, each in nanoseconds of the reference CPU, at each of the two ends: a batch of up to
//! 64 KiB, which segmentation offload passes through the stack at once, plain or in VXLAN; an encrypted
//! packet, since ESP works on packets; and each of its bytes, by the node's cipher. Acknowledgements ride on
//! answers: they are neither sent nor paid for.

use crate::blueprint::{Encapsulation, Network};

/// Around a frame on the wire: header 14, checksum 4, preamble 8, gap 12 (IEEE 802.3).
const ETHERNET: f64 = 38.0;
/// An IPv4 header without options (RFC 791).
const IP: f64 = 20.0;
/// A TCP header with timestamps (RFC 9293: 20; RFC 7323: 10, padded to 12).
const TCP: f64 = 32.0;
/// Inside the outer IP header of a packet in VXLAN: UDP 8, VXLAN 8, the inner Ethernet header 14.
const VXLAN: f64 = 30.0;
/// In front of what ESP encrypts: SPI and sequence number 8 (RFC 4303), IV 8 (RFC 4106).
const ESP_HEAD: f64 = 16.0;
/// Behind it: pad length and next header, encrypted too (RFC 4303).
const ESP_TRAILER: f64 = 2.0;
/// What ESP encrypts is a multiple of this (RFC 4303).
const ESP_ALIGNMENT: f64 = 4.0;
/// Integrity check value: 64 bits, as Docker configures it (moby, overlay/encryption.go).
const ESP_ICV: f64 = 8.0;
/// Bytes that pass the network stack at once: Linux's limit of segmentation offload (`GSO_LEGACY_MAX_SIZE`).
pub(crate) const BATCH_BYTES: f64 = 65_536.0;

/// Costs of networking when a scenario gives none, on the CPU where they were measured: taken as the reference
/// CPU, which is an assumption.
pub mod usual {
    /// IPVS for one batch, in nanoseconds. An assumption: 5 to 20 us were estimated.
    pub const IPVS_CPU_NS: f64 = 10_000.0;
    /// VXLAN for one batch at one end, in nanoseconds. Measured: 7 us more for a round trip of 200 B
    /// and 1000 B than over a veth pair, both ends on one CPU; two ends, two directions.
    pub const VXLAN_CPU_NS: f64 = 1_750.0;
    /// ESP for one packet at one end, its bytes apart, in nanoseconds. An assumption: with it an
    /// exchange of two to four packets takes the 0.005 to 0.02 ms that were estimated for nodes
    /// with AES-NI.
    pub const ESP_CPU_NS: f64 = 300.0;
    /// Encryption of a byte with AES-NI, in nanoseconds. Measured: AES-128-GCM over blocks of 1420 B,
    /// OpenSSL 3.0, 1.28 to 1.45 GB/s on one core; the middle.
    pub const AES_NI_NS: f64 = 0.73;
    /// The same without AES-NI. Measured likewise, with AES-NI and PCLMUL switched off: 0.215 to
    /// 0.223 GB/s; the middle.
    pub const AES_SOFTWARE_NS: f64 = 4.57;
}

/// A message on a network between two nodes.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Wire {
    /// Packets; an empty message is one.
    pub packets: f64,
    /// Bytes that occupy the wire: payload and all headers.
    pub bytes: f64,
    /// Bytes that are encrypted.
    pub encrypted: f64,
}

impl Network {
    /// The host's own network: no headers around its packets of up to 1500 bytes.
    pub const HOST: Self = Self {
        encapsulation: Encapsulation::Plain,
        mtu: 1500.0,
        blocked: false,
        goodput: f64::INFINITY,
    };

    /// The packets and bytes of a message of `bytes` on the wire.
    #[must_use]
    pub fn wire(&self, bytes: f64) -> Wire {
        let payload = self.segment();
        // Most messages.
        if bytes <= payload {
            let (bytes, encrypted) = self.packet(bytes);
            return Wire { packets: 1.0, bytes, encrypted };
        }
        let packets = ceil(bytes / payload).max(1.0);
        let last = bytes - (packets - 1.0) * payload;
        let (full, full_encrypted) = self.packet(payload);
        let (rest, rest_encrypted) = self.packet(last);
        Wire {
            packets,
            bytes: (packets - 1.0) * full + rest,
            encrypted: (packets - 1.0) * full_encrypted + rest_encrypted,
        }
    }

    /// Size of the largest IP packet of a message of `bytes` between two nodes, in bytes.
    #[must_use]
    pub fn largest_packet(&self, bytes: f64) -> f64 {
        self.packet(bytes.min(self.segment())).0 - ETHERNET
    }

    /// Payload of a full packet, in bytes.
    #[must_use]
    pub fn segment(&self) -> f64 {
        self.mtu - IP - TCP
    }

    /// Bytes on the wire of one packet with `payload`, and how many of them are encrypted.
    fn packet(&self, payload: f64) -> (f64, f64) {
        let inner = IP + TCP + payload;
        match self.encapsulation {
            Encapsulation::Plain => (ETHERNET + inner, 0.0),
            Encapsulation::Vxlan => (ETHERNET + IP + VXLAN + inner, 0.0),
            Encapsulation::Encrypted => {
                let clear = VXLAN + inner + ESP_TRAILER;
                let encrypted = ceil(clear / ESP_ALIGNMENT) * ESP_ALIGNMENT;
                (ETHERNET + IP + ESP_HEAD + encrypted + ESP_ICV, encrypted)
            }
        }
    }
}

/// The least whole number that is not below `x`, which is not negative: a few instructions in place of a call.
#[inline]
fn ceil(x: f64) -> f64 {
    // From 2⁵² on there are whole numbers only; below, adding 2⁵² rounds to one of the two neighbours.
    const SHIFT: f64 = (1_u64 << 52) as f64;
    if x >= SHIFT {
        return x;
    }
    let near = (x + SHIFT) - SHIFT;
    if near < x { near + 1.0 } else { near }
}

/// How often a message of `bytes` passes a network stack.
#[inline]
pub(crate) fn batches(bytes: f64) -> f64 {
    if bytes <= BATCH_BYTES { 1.0 } else { several_batches(bytes) }
}

/// Out of line: otherwise it is computed for every message and then thrown away.
#[cold]
#[inline(never)]
fn several_batches(bytes: f64) -> f64 {
    ceil(bytes / BATCH_BYTES)
}

/// Networks of the tests: Docker's overlay, plain and encrypted.
#[cfg(test)]
pub(super) mod samples {
    use super::{Encapsulation, Network};

    pub(in crate::network) const OVERLAY: Network =
        Network { encapsulation: Encapsulation::Vxlan, mtu: 1450.0, ..Network::HOST };
    pub(in crate::network) const ENCRYPTED: Network =
        Network { encapsulation: Encapsulation::Encrypted, mtu: 1424.0, ..Network::HOST };
}

#[cfg(test)]
mod tests {
    use super::samples::{ENCRYPTED, OVERLAY};
    use super::*;

    #[test]
    fn whole_numbers_are_rounded_up_to() {
        let edges =
            [0.0, 0.5, 1.0, 1.0 + f64::EPSILON, 1.5, 2.5, 3.4999, 1e15 + 0.5, 4.6e15, 1e300];
        let between = (1..10_000).map(|n| f64::from(n) * 0.037);
        for x in edges.into_iter().chain(between).chain([f64::INFINITY]) {
            assert_eq!(ceil(x).to_bits(), x.ceil().to_bits(), "{x}");
        }
    }

    #[test]
    fn a_full_packet_fills_the_frame_whatever_is_around_it() {
        // 1500 bytes of IP and 38 around them: the largest frame of Ethernet.
        for (network, payload) in [(Network::HOST, 1448.0), (OVERLAY, 1398.0), (ENCRYPTED, 1372.0)]
        {
            let wire = network.wire(payload);
            assert_eq!((wire.packets, wire.bytes), (1.0, 1538.0), "{network:?}");
            assert_eq!(network.wire(payload + 1.0).packets, 2.0, "{network:?}");
        }
    }

    #[test]
    fn tcp_over_gigabit_ethernet_carries_941_megabits() {
        let bytes = 1e9;
        let goodput = bytes / Network::HOST.wire(bytes).bytes * 1000.0;
        assert!((goodput - 941.0).abs() < 0.6, "{goodput} Mbit/s");
    }

    /// By hand, header by header: no part of the code's own constants.
    #[test]
    fn small_messages_weigh_what_their_headers_say() {
        // Empty: 14 + 4 + 8 + 12, 20, 20 + 12.
        assert_eq!(Network::HOST.wire(0.0), Wire { packets: 1.0, bytes: 90.0, encrypted: 0.0 });
        // The same with 50 bytes of VXLAN: 20 + 8 + 8 + 14.
        assert_eq!(OVERLAY.wire(0.0).bytes, 140.0);
        // 200 B: 38 + 20 + (8 + 8 + 14 + 20 + 32 + 200) = 340.
        assert_eq!(OVERLAY.wire(200.0).bytes, 340.0);
        // ESP over those 282 bytes: 282 + 2 = 284 is a multiple of four; 8 + 8 before, 8 behind.
        let wire = ENCRYPTED.wire(200.0);
        assert_eq!((wire.encrypted, wire.bytes), (284.0, 38.0 + 20.0 + 16.0 + 284.0 + 8.0));
        // One byte more costs four.
        assert_eq!(ENCRYPTED.wire(201.0).bytes, wire.bytes + 4.0);
        // 8 kB in the overlay: 5 full packets of 1398 and one of 1010.
        let wire = OVERLAY.wire(8_000.0);
        assert_eq!((wire.packets, wire.bytes), (6.0, 8_000.0 + 6.0 * 140.0));
    }

    /// moby, overlay/encryption.go: encryption takes 26 bytes and the remainder modulo four.
    #[test]
    fn docker_reserves_what_encryption_takes_at_most() {
        for payload in 0..=1372 {
            let payload = f64::from(payload);
            let more = ENCRYPTED.wire(payload).bytes - OVERLAY.wire(payload).bytes;
            assert!((26.0..30.0).contains(&more), "{payload}: {more}");
        }
    }

    #[test]
    fn a_batch_is_64_kib() {
        assert_eq!(batches(0.0), 1.0);
        assert_eq!(batches(65_536.0), 1.0);
        assert_eq!(batches(65_537.0), 2.0);
        assert_eq!(batches(1e6), 16.0);
    }
}
