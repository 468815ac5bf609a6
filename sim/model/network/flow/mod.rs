//! Network interfaces, and the large transfers that share them: max-min fair flows.
//!
//! Every node sends over its egress and receives over its ingress, full duplex; nothing else is a
//! bottleneck. A flow has a size and may have a cap of its own. Rates are max-min fair: all grow alike until
//! an interface is full or a cap is reached; the flows that this stops keep their rate, the others grow on
//! (progressive filling; Bertsekas and Gallager, Data Networks, 1992, section 6.5.2). They change only when
//! a flow starts or ends, so one event is pending, for the next end.
//!
//! A message too small to be a flow gets the rate that the flows leave, and at least the fair share of one
//! more flow. It does not slow the flows down.
//!
//! Closed form: on one link, Poisson arrivals of flows are M/G/1 under processor sharing,
//! E\[T\] = E\[S\]/(1 − ρ) whatever the law of the sizes.

use wssim_kernel::{Nanos, Time};

/// Sent and received, as places in a node's counts of bytes.
pub(crate) const TX: usize = 0;
pub(crate) const RX: usize = 1;

/// When the next flow ends, unless the generation has moved on.
#[must_use = "a flow ends only if that is put on the calendar"]
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct FlowEnd {
    /// When.
    pub at: Time,
    /// Number of the allocation.
    pub generation: u32,
}

/// One direction of a node's interface.
#[derive(Clone, Copy, Debug)]
struct Interface {
    /// Bytes per nanosecond.
    capacity: f64,
    /// Bytes per nanosecond that the flows take.
    taken: f64,
    /// Number of flows over it.
    flows: u32,
    /// Bytes that have gone over it.
    bytes: f64,
    /// Filling: the capacity left, and the number of flows still growing.
    left: f64,
    growing: u32,
}

#[derive(Clone, Copy, Debug)]
struct Flow<T> {
    /// The places of egress and ingress among the interfaces.
    ends: [usize; 2],
    left: f64,
    /// Its own limit in bytes per nanosecond.
    cap: f64,
    rate: f64,
    growing: bool,
    what: T,
}

/// All interfaces and the flows over them. `T` is what a flow hands back at its end.
///
/// Ends are numbers of nodes; any number beyond them is the outside, which is never a bottleneck.
#[derive(Debug)]
pub struct Flows<T> {
    /// Egress and ingress of each node; the last two are those of the outside.
    interfaces: Vec<Interface>,
    /// In order of their start.
    under_way: Vec<Flow<T>>,
    updated: Time,
    generation: u32,
}

impl<T: Copy> Flows<T> {
    /// Idle interfaces of these bandwidths in bytes per second, which may be infinite.
    #[must_use]
    pub fn new(bandwidths: impl Iterator<Item = f64>) -> Self {
        let interface = |bandwidth: f64| Interface {
            capacity: bandwidth * 1e-9,
            taken: 0.0,
            flows: 0,
            bytes: 0.0,
            left: 0.0,
            growing: 0,
        };
        let ends = bandwidths.chain([f64::INFINITY]);
        Self {
            interfaces: ends.flat_map(|end| [interface(end); 2]).collect(),
            under_way: Vec::new(),
            updated: Time::ZERO,
            generation: 0,
        }
    }

    #[inline]
    fn ends(&self, from: usize, to: usize) -> [usize; 2] {
        let outside = self.interfaces.len() / 2 - 1;
        [from.min(outside) * 2 + TX, to.min(outside) * 2 + RX]
    }

    /// Whether the interface of `node` has infinite bandwidth.
    #[inline]
    #[must_use]
    pub fn is_endless(&self, node: usize) -> bool {
        self.interfaces[self.ends(node, node)[TX]].capacity == f64::INFINITY
    }

    /// Sends a message of `bytes` that is no flow. Returns its duration.
    #[inline]
    #[must_use]
    pub fn send(&mut self, from: usize, to: usize, bytes: f64) -> Nanos {
        let mut rate = f64::INFINITY;
        for end in self.ends(from, to) {
            let interface = &mut self.interfaces[end];
            interface.bytes += bytes;
            let mut left = interface.capacity;
            if interface.flows > 0 {
                let share = left / f64::from(interface.flows + 1);
                left = (left - interface.taken).max(share);
            }
            rate = rate.min(left);
        }
        Nanos::from_f64(bytes / rate)
    }

    /// The rate in bytes per second of a flow alone, capped at `cap` bytes per second; infinite: it would take no
    /// time, and is no flow.
    #[must_use]
    pub fn alone(&self, from: usize, to: usize, cap: f64) -> f64 {
        let [egress, ingress] = self.ends(from, to).map(|end| self.interfaces[end].capacity * 1e9);
        cap.min(egress).min(ingress)
    }

    /// Starts a flow of `bytes` that goes no faster than `cap` bytes per second. Supersedes every
    /// earlier [`FlowEnd`].
    ///
    /// # Panics
    /// When nothing limits the flow: see [`Flows::alone`].
    pub fn start(
        &mut self,
        now: Time,
        [from, to]: [usize; 2],
        bytes: f64,
        cap: f64,
        what: T,
    ) -> Option<FlowEnd> {
        assert!(self.alone(from, to, cap).is_finite(), "a flow has a rate");
        self.advance(now);
        let ends = self.ends(from, to);
        for end in ends {
            self.interfaces[end].flows += 1;
        }
        let cap = cap * 1e-9;
        self.under_way.push(Flow { ends, left: bytes, cap, rate: 0.0, growing: false, what });
        self.divide(now)
    }

    /// The next flow ends, unless the event was overtaken.
    ///
    /// # Panics
    /// When bytes of it are left: a bug.
    pub fn end(&mut self, now: Time, generation: u32) -> Option<(T, Option<FlowEnd>)> {
        if generation != self.generation {
            return None;
        }
        self.advance(now);
        let place = self.next()?;
        let flow = self.under_way.remove(place);
        // The end is a whole nanosecond, and sums of bytes have their own rounding.
        let slack = flow.rate * 1.5 + 1.0;
        assert!(flow.left.abs() <= slack, "a flow ends with its last byte, not {}", flow.left);
        self.forget(&flow, flow.left);
        Some((flow.what, self.divide(now)))
    }

    /// Changes the bandwidth of the interface of `node`, in bytes per second. Supersedes every earlier [`FlowEnd`].
    pub fn set_bandwidth(&mut self, now: Time, node: usize, bandwidth: f64) -> Option<FlowEnd> {
        self.advance(now);
        for end in self.ends(node, node) {
            self.interfaces[end].capacity = bandwidth * 1e-9;
        }
        self.divide(now)
    }

    /// Drops the flows from and to `node` in the order of their start, and puts what they carried into `dropped`;
    /// bytes sent so far stay counted.
    pub fn drop_flows_of(
        &mut self,
        now: Time,
        node: usize,
        dropped: &mut Vec<T>,
    ) -> Option<FlowEnd> {
        self.advance(now);
        let ends = self.ends(node, node);
        let mut place = 0;
        while let Some(flow) = self.under_way.get(place).copied() {
            if flow.ends[TX] == ends[TX] || flow.ends[RX] == ends[RX] {
                self.under_way.remove(place);
                self.forget(&flow, 0.0);
                dropped.push(flow.what);
            } else {
                place += 1;
            }
        }
        self.divide(now)
    }

    /// Bytes that the node, or the outside, has sent and received by `now`.
    pub fn bytes(&mut self, now: Time, node: usize) -> [f64; 2] {
        self.advance(now);
        self.ends(node, node).map(|end| self.interfaces[end].bytes)
    }

    fn forget(&mut self, flow: &Flow<T>, last_bytes: f64) {
        for end in flow.ends {
            self.interfaces[end].flows -= 1;
            self.interfaces[end].bytes += last_bytes;
        }
    }

    /// Lets bytes flow up to `now`.
    fn advance(&mut self, now: Time) {
        assert!(now >= self.updated, "flows that were ahead of their time");
        let elapsed = now.since(self.updated).as_f64();
        self.updated = now;
        for flow in &mut self.under_way {
            let bytes = flow.rate * elapsed;
            flow.left -= bytes;
            for end in flow.ends {
                self.interfaces[end].bytes += bytes;
            }
        }
    }

    /// The flow that ends first; among equals the one that started first.
    fn next(&self) -> Option<usize> {
        let wait = |flow: &Flow<T>| flow.left.max(0.0) / flow.rate;
        let places = 0..self.under_way.len();
        places.min_by(|&a, &b| wait(&self.under_way[a]).total_cmp(&wait(&self.under_way[b])))
    }

    /// Divides the interfaces anew. Returns when the first flow ends.
    fn divide(&mut self, now: Time) -> Option<FlowEnd> {
        self.generation = self.generation.wrapping_add(1);
        self.fill();
        let flow = &self.under_way[self.next()?];
        let wait = Nanos::from_f64(flow.left.max(0.0) / flow.rate);
        Some(FlowEnd { at: now + wait, generation: self.generation })
    }

    /// Progressive filling: each round stops the flows at the tightest limit.
    fn fill(&mut self) {
        for interface in &mut self.interfaces {
            interface.left = interface.capacity;
            interface.growing = interface.flows;
            interface.taken = 0.0;
        }
        for flow in &mut self.under_way {
            flow.growing = true;
        }
        while let Some(level) = self.tightest() {
            for flow in &mut self.under_way {
                let limits = flow.ends.map(|end| self.interfaces[end].share());
                if flow.growing && limits[TX].min(limits[RX]).min(flow.cap) <= level {
                    flow.growing = false;
                    flow.rate = level;
                    // `share` of the ends does not change in this round: other flows stopped there at the same
                    // level take the same.
                    for end in flow.ends {
                        self.interfaces[end].take(level);
                    }
                }
            }
        }
    }

    /// The lowest rate at which a growing flow is stopped; `None`: none is growing.
    fn tightest(&self) -> Option<f64> {
        let growing = self.under_way.iter().filter(|flow| flow.growing);
        growing
            .map(|flow| {
                let [egress, ingress] = flow.ends.map(|end| self.interfaces[end].share());
                egress.min(ingress).min(flow.cap)
            })
            .min_by(f64::total_cmp)
    }
}

impl Interface {
    /// The rate of each growing flow if nothing else stopped it.
    fn share(&self) -> f64 {
        self.left.max(0.0) / f64::from(self.growing)
    }

    fn take(&mut self, rate: f64) {
        self.left -= rate;
        self.growing -= 1;
        self.taken += rate;
    }
}

#[cfg(test)]
mod twin;
