//! The network: one place that sends, `World::transmit`, and the cost of a message there.
//!
//! Latency is half the round trip of the pair. Between nodes a message becomes packets ([`packet`]); they
//! take as long as their bytes take over the interfaces of both nodes, and cost both nodes CPU. A message
//! waits for no other: interfaces have no queues. Above a megabyte it is a flow ([`flow`]): flows share the
//! interfaces, and messages get the rest.
//!
//! CPU of a message is added to the next step of the frame that sends or receives it; that of a flow is
//! work of the node's kernel, which belongs to no container.

pub(crate) mod connection;
mod cost;
pub mod flow;
mod latency;
mod mesh;
mod message;
pub mod packet;
pub(crate) mod parting;
mod path;
pub(crate) mod ports;
pub(crate) mod reach;
mod room;
pub(crate) mod state;
pub(crate) mod travel;
mod user;

pub(crate) use message::{Carried, FLOW_BYTES, Message, OUTSIDE};

use crate::blueprint::Encapsulation;
use crate::event::Event;
use crate::ids::{ContainerId, NodeId};
use crate::probe::Probe;
use crate::world::World;
use packet::Wire;
use wssim_kernel::{Calendar, Nanos, Time};

impl<P: Probe> World<'_, P> {
    #[inline(always)]
    pub(crate) fn node_of(&self, container: ContainerId) -> NodeId {
        self.containers[container].node()
    }

    /// Sends `message`: charges both ends, and schedules `event` at its arrival. A random latency is drawn at
    /// `draw` of `key`.
    #[inline(always)]
    pub(crate) fn transmit(
        &mut self,
        now: Time,
        message: Message<'_>,
        (key, draw): (u64, u32),
        event: Event,
        calendar: &mut Calendar<Event>,
    ) {
        let place = message.from.index() * self.nodes.len() + message.to.index();
        let latency =
            self.network.half_rtts[place].unwrap_or_else(|| self.half_rtt(place, key, draw));
        if self.network.is_free(message.from, message.to) {
            return self.arrive_after(now + message.after, latency, event, calendar);
        }
        // A copy, so that a free message stays in registers.
        let mut message = Message { ..message };
        if self.network.paths.lossy {
            message.after += self.repairs(&message, (key, draw));
        }
        self.transmit_at_cost(now, &message, latency, event, calendar);
    }

    /// Sends a free message within `node`, like [`World::transmit`].
    #[inline(always)]
    pub(crate) fn hop(
        &mut self,
        now: Time,
        node: NodeId,
        (key, draw): (u64, u32),
        event: Event,
        calendar: &mut Calendar<Event>,
    ) {
        let place = node.index() * self.nodes.len() + node.index();
        let latency =
            self.network.half_rtts[place].unwrap_or_else(|| self.half_rtt(place, key, draw));
        self.arrive_after(now, latency, event, calendar);
    }

    #[inline(never)]
    fn transmit_at_cost(
        &mut self,
        now: Time,
        message: &Message<'_>,
        latency: Nanos,
        event: Event,
        calendar: &mut Calendar<Event>,
    ) {
        if message.from != message.to {
            return self.cross(now, message, latency, event, calendar);
        }
        self.charge(message, || message.network.wire(message.bytes));
        self.arrive_after(now + message.after, latency, event, calendar);
    }

    /// Schedules `event` at the arrival of a message that is sent now and takes `delay`.
    #[inline(always)]
    fn arrive_after(
        &mut self,
        now: Time,
        delay: Nanos,
        event: Event,
        calendar: &mut Calendar<Event>,
    ) {
        self.network.hops_ns += delay.0;
        calendar.schedule(now + delay, event);
    }

    /// Sends `message` over the interfaces of two nodes: as packets, or as a flow.
    pub(crate) fn cross(
        &mut self,
        now: Time,
        message: &Message<'_>,
        latency: Nanos,
        event: Event,
        calendar: &mut Calendar<Event>,
    ) {
        if message.from != OUTSIDE && message.to != OUTSIDE {
            let is_encrypted = message.network.encapsulation == Encapsulation::Encrypted;
            self.network.crossed[0] += message.bytes;
            self.network.crossed[1] += if is_encrypted { message.bytes } else { 0.0 };
        }
        if message.bytes > FLOW_BYTES {
            return self.start_flow(now, message, latency, event, calendar);
        }
        let wire = message.network.wire(message.bytes);
        if self.network.costs_cpu {
            self.charge(message, || wire);
        }
        let ends = (message.from.index(), message.to.index());
        let mut takes = self.network.flows.send(ends.0, ends.1, wire.bytes);
        if self.network.paths.capped {
            takes = takes.max(self.path_takes(message));
        }
        let delay = latency + takes;
        self.arrive_after(now + message.after, delay, event, calendar);
    }

    /// Adds the CPU of `message`, with the packets of `wire`, to the next steps of the frames that pay for it.
    #[inline]
    fn charge(&mut self, message: &Message<'_>, wire: impl Copy + FnOnce() -> Wire) {
        for (payer, end) in message.payers.into_iter().zip([message.from, message.to]) {
            if let Some(payer) = payer {
                let cpu = self.message_cpu_of(message, end, wire);
                self.frames[payer].owes(cpu);
            }
        }
    }

    /// CPU of `message` at its end `end`, in whole nanoseconds of the reference CPU; zero for a flow, which the
    /// kernels pay for.
    pub(crate) fn message_cpu(&self, message: &Message<'_>, end: NodeId) -> u32 {
        self.message_cpu_of(message, end, || message.network.wire(message.bytes))
    }

    /// The same with the packets of `wire`.
    #[inline]
    fn message_cpu_of(
        &self,
        message: &Message<'_>,
        end: NodeId,
        wire: impl FnOnce() -> Wire,
    ) -> u32 {
        let crosses = message.from != message.to;
        if crosses && message.bytes > FLOW_BYTES {
            return 0;
        }
        let content = (message.network, message.bytes);
        let cpu = self.blueprint.end_cpu_of(end, crosses, content, wire);
        (cpu + 0.5) as u32
    }

    /// Starts a flow, and the work of both kernels for it. They work on one thread each, so that it flows no
    /// faster than the slower of them could work alone.
    #[inline(never)]
    fn start_flow(
        &mut self,
        now: Time,
        message: &Message<'_>,
        latency: Nanos,
        event: Event,
        calendar: &mut Calendar<Event>,
    ) {
        let bytes = message.network.wire(message.bytes).bytes;
        let mut cap = if self.network.paths.capped {
            self.cap_of_path(message, bytes)
        } else {
            f64::INFINITY
        };
        for end in [message.from, message.to] {
            if end == OUTSIDE {
                continue;
            }
            let cpu = self.blueprint.end_cpu(end, true, message.network, message.bytes);
            if cpu > 0.0 {
                let speed = self.blueprint.nodes[end.index()].speed;
                cap = cap.min(bytes * speed / cpu * 1e9);
                self.start_kernel_job(now, end, cpu, calendar);
            }
        }
        let ends = [message.from.index(), message.to.index()];
        if self.network.flows.alone(ends[0], ends[1], cap) == f64::INFINITY {
            return self.arrive_after(now + message.after, latency, event, calendar);
        }
        // The set-up comes first, and is counted separately.
        let since = Some(now + message.after);
        let carried = Carried { event, latency: latency + message.after, since };
        let end = self.network.flows.start(now, ends, bytes, cap, carried);
        Self::schedule_end(end, calendar);
    }

    /// Carries `bytes` between two nodes as a flow, at `rate` bytes per second at most; `event` is its end.
    pub(crate) fn carry(
        &mut self,
        now: Time,
        ends: [NodeId; 2],
        (bytes, rate): (f64, f64),
        event: Event,
        calendar: &mut Calendar<Event>,
    ) {
        let ends = ends.map(NodeId::index);
        let flows = &mut self.network.flows;
        if ends[0] == ends[1] || flows.alone(ends[0], ends[1], rate) == f64::INFINITY {
            return calendar.schedule(now, event);
        }
        let end = flows.start(now, ends, bytes, rate, Carried::of_chore(event));
        Self::schedule_end(end, calendar);
    }

    /// The next flow ends, unless the event was overtaken.
    #[inline(never)]
    pub(crate) fn flow_ends(&mut self, now: Time, generation: u32, calendar: &mut Calendar<Event>) {
        let Some((carried, end)) = self.network.flows.end(now, generation) else {
            return;
        };
        let arrival = now + carried.latency;
        self.network.hops_ns += carried.since.map_or(0, |since| arrival.since(since).0);
        calendar.schedule(arrival, carried.event);
        Self::schedule_end(end, calendar);
    }

    pub(crate) fn schedule_end(end: Option<flow::FlowEnd>, calendar: &mut Calendar<Event>) {
        if let Some(flow::FlowEnd { at, generation }) = end {
            calendar.schedule(at, Event::FlowEnds { generation });
        }
    }

    /// Gives the kernel of `node` work for the network, `demand` nanoseconds of the reference CPU: it loads the
    /// processor like one more container, and belongs to none.
    pub(crate) fn start_kernel_job(
        &mut self,
        now: Time,
        node: NodeId,
        demand: f64,
        calendar: &mut Calendar<Event>,
    ) {
        self.network.note_cpu(node, demand);
        self.work_in_kernel(now, node, demand, calendar);
    }

    /// The same for work of a node outside containers, for any purpose.
    pub(crate) fn work_in_kernel(
        &mut self,
        now: Time,
        node: NodeId,
        demand: f64,
        calendar: &mut Calendar<Event>,
    ) {
        let local = self.nodes[node].kernel();
        self.catch_up(now, node, calendar);
        self.compute_unattended(now, node, local, demand, calendar);
        self.watch(node, calendar);
    }
}
