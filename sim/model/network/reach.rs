//! Which nodes reach each other: nodes that are down, stand still, or are cut off; and the fate of a message
//! that does not get through.
//!
//! TCP retransmits at doubling pauses until the kernel gives up ([`ConnectionStage`]), or until three keep-alives have
//! found no answer, if the client sends any. Later messages on the same connection wait behind it. A message
//! to a node that is cut off arrives at the first retransmission after the cut is healed; one to a node that
//! is down is lost. A virtual address gives an earlier end: once the caller's node has forgotten the dead
//! replica, its IPVS answers the next retransmission with a reset (`expire_nodest_conn`; the exact exchange
//! of packets is unverified, and an assumption).

use super::connection::{ConnectionStage, NO_CONNECTION};
use crate::blueprint::{Client, Policy};
use crate::event::Event;
use crate::ids::{ContainerId, NodeId, ObserverId};
use crate::probe::{Failure, Probe};
use crate::request::frame::{Anywhere, Frame, FrameId, FrameKind, Waits};
use crate::world::World;
use wssim_kernel::{Calendar, Nanos, Time};

/// Draw of a visit's key.
const DRAW_RESET: u32 = 0xFFFF_FF39;

/// A message that does not arrive.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Lost {
    pub(crate) stage: ConnectionStage,
    pub(crate) sent: Time,
}

impl<'a, P: Probe> World<'a, P> {
    /// Whether `node` runs.
    pub(crate) fn is_up(&self, node: NodeId) -> bool {
        self.reach.is_up(node)
    }

    /// Whether gossip gets from `a` to `b` now.
    pub(crate) fn is_joined(&self, now: Time, a: NodeId, b: NodeId) -> bool {
        self.reach.is_joined(now, a, b)
    }

    /// Whether users could learn of `node` now.
    pub(crate) fn is_seen(&self, now: Time, node: NodeId) -> bool {
        self.reach.is_seen(now, node)
    }

    /// When a message sent at `now` from `from` to `to` gets through: at once, at a retransmission, or never.
    #[inline(always)]
    pub(crate) fn passes(
        &self,
        now: Time,
        from: Option<NodeId>,
        to: NodeId,
        stage: ConnectionStage,
    ) -> Option<Time> {
        if !self.reach.ever {
            return Some(now);
        }
        self.passes_behind(now, now, (from, to), stage)
    }

    /// The same for a message behind one sent at `first` on the same connection that has not got through.
    fn passes_behind(
        &self,
        now: Time,
        first: Time,
        (from, to): (Option<NodeId>, NodeId),
        stage: ConnectionStage,
    ) -> Option<Time> {
        if !self.reach.is_up(to) {
            return None;
        }
        match self.reach.cut_until(from, to) {
            until if until <= now && first >= now => Some(now),
            Time::NEVER => None,
            until => stage.retransmission(first, until).map(|at| at.max(now)),
        }
    }

    /// The answer for `caller` will not come. It waits until its own limits, or until its connection is given up.
    pub(crate) fn lose(&mut self, caller: FrameId, lost: Lost, calendar: &mut Calendar<Event>) {
        let gives_up = match self.client_of(caller) {
            Some(client) => self.silent_since(caller, client, lost) + lost.stage.patience(client),
            None => lost.stage.gives_up(lost.sent),
        };
        let frame = &mut self.frames[caller];
        frame.lost = Some(lost.stage);
        let (to, epoch, failure) = (caller, frame.epoch, Some(Failure::Timeout));
        calendar.schedule(gives_up.max(lost.sent), Event::Answer { to, epoch, failure });
    }

    /// The client of `caller` for the present call; `None` for users, whose connections are not known.
    fn client_of(&self, caller: FrameId) -> Option<&'a Client> {
        let frame = &self.frames[caller];
        let blueprint = self.blueprint;
        let query = || blueprint.calls[frame.outgoing.index()].query;
        (!frame.kind.is_root()).then(|| &blueprint.routes[query().index()].client)
    }

    /// Since when nothing gets through on the connection of `caller`, which carries `lost`.
    fn silent_since(&mut self, caller: FrameId, client: &Client, lost: Lost) -> Time {
        let link = self.frames[caller].link;
        let is_shared = client.multiplex.is_some() && link != NO_CONNECTION;
        match lost.stage {
            ConnectionStage::Established if is_shared => {
                self.connections.falls_silent(link, lost.sent)
            }
            _ => lost.sent,
        }
    }

    /// Whether the client of `caller` still waits at `at` for a message sent at `since`.
    pub(crate) fn bears(&self, caller: FrameId, since: Time, at: Time) -> bool {
        let client = self.client_of(caller);
        client.is_none_or(|client| at <= since + ConnectionStage::Established.patience(client))
    }

    /// `observer` has forgotten `who`: calls from there through a virtual address that wait for it and cannot
    /// reach it are reset at their next retransmission.
    pub(crate) fn break_forgotten(
        &mut self,
        now: Time,
        observer: ObserverId,
        who: ContainerId,
        calendar: &mut Calendar<Event>,
    ) {
        if self.registry.as_proxy(observer).is_some() {
            return;
        }
        let Some(node) = self.observer_node(observer) else { return };
        self.break_calls(now, who, calendar, |world, id| {
            let frame = &world.frames[id];
            let query = world.blueprint.calls[frame.outgoing.index()].query;
            let by_address = world.blueprint.routes[query.index()].policy == Policy::Vip;
            by_address && world.containers[frame.container.index()].node == node
        });
    }

    /// Resets those of the calls waiting in vain for `who` that are `concerned`, at their next retransmission.
    pub(crate) fn break_calls(
        &mut self,
        now: Time,
        who: ContainerId,
        calendar: &mut Calendar<Event>,
        concerned: impl Fn(&Self, FrameId) -> bool,
    ) {
        let mut scratch = std::mem::take(&mut self.scratch);
        scratch.clear();
        scratch.extend(self.frames.ids().filter(|&id| self.waits_in_vain(now, id, who)));
        scratch.retain(|&id| concerned(self, id));
        for &id in &scratch {
            let frame = &self.frames[id];
            let stage = frame.lost.unwrap_or(ConnectionStage::Established);
            if let Some(at) = stage.retransmission(frame.since, now) {
                let (to, epoch, failure) = (id, frame.epoch, Some(Failure::Reset));
                calendar.schedule(at, Event::Answer { to, epoch, failure });
            }
        }
        self.scratch = scratch;
    }

    /// Whether `id` waits for an answer of `who` that cannot come.
    fn waits_in_vain(&self, now: Time, id: FrameId, who: ContainerId) -> bool {
        let frame = &self.frames[id];
        let waits = !frame.kind.is_root() && frame.waits == Waits::Answer;
        if !waits || frame.last_replica != who.0 + 1 {
            return false;
        }
        let (from, to) = (self.node_of(frame.container), self.node_of(who));
        frame.lost.is_some() || !self.is_joined(now, from, to)
    }

    /// A request arrives at the node of its container, if that can be reached.
    #[inline(always)]
    pub(crate) fn arrive_at(&mut self, now: Time, id: FrameId, calendar: &mut Calendar<Event>) {
        if self.reach.ever || self.ties.are_used() {
            return self.arrive_in_doubt(now, id, calendar);
        }
        self.deliver(now, id, calendar);
    }

    /// The same where nodes fail, or where requests may be late.
    #[inline(never)]
    fn arrive_in_doubt(&mut self, now: Time, id: FrameId, calendar: &mut Calendar<Event>) {
        let (since, came_to) = self.node_goes_on(now, id);
        if self.reach.ever && !self.is_let_in(now, id, (since, came_to), calendar) {
            return;
        }
        if self.ties.are_used() && self.is_late(now, id) {
            return self.deliver_late(now, id, since, calendar);
        }
        self.deliver_held(now, id, since, calendar);
    }

    /// Since when `id` has been at its node: an earlier instant than now if the node stood still until now; and
    /// the life of its container that it came to.
    fn node_goes_on(&mut self, now: Time, id: FrameId) -> (Time, Option<u32>) {
        let frame = &mut self.frames[id];
        let Waits::Node { life, .. } = frame.waits else { return (now, None) };
        frame.waits = Waits::Delivery;
        self.at_doors[frame.container.index()].held_back.fall(now);
        (frame.arrived, Some(life.get()))
    }

    /// Whether `id`, at its node since `since`, reaches its container now; otherwise it will later, or never.
    fn is_let_in(
        &mut self,
        now: Time,
        id: FrameId,
        (since, came_to): (Time, Option<u32>),
        calendar: &mut Calendar<Event>,
    ) -> bool {
        let container = self.frames[id].container;
        let life = self.containers[container.index()].life;
        let of_node = self.stands_still(now, self.node_of(container));
        if let Some(until) = self.is_still(now, container)
            && of_node != Some(Time::NEVER)
        {
            let frame = &mut self.frames[id];
            frame.arrived = since;
            // Its connection ends with the life that it came to.
            let life = Anywhere::of(life.incarnation);
            frame.waits = Waits::Node { life, is_due: until < Time::NEVER };
            self.at_doors[container.index()].held_back.rise(now);
            if until < Time::NEVER {
                calendar.schedule(until, Event::Deliver(id));
            }
            return false;
        }
        let is_late = since < now && came_to != Some(life.incarnation);
        let is_in = self.gets_through(now, id, calendar)
            && (!is_late || self.resets(now, id, calendar))
            && self.finds_somebody(now, id, calendar);
        if !is_in {
            self.note_waited(now, container, since);
        }
        is_in
    }

    /// The life that `id` came to is over: turns it away.
    fn resets(&mut self, now: Time, id: FrameId, calendar: &mut Calendar<Event>) -> bool {
        self.turn_away(now, id, Failure::Reset, calendar);
        false
    }

    /// Counts the wait of a request at the node of `container`.
    fn note_waited(&mut self, now: Time, container: ContainerId, since: Time) {
        let station = &mut self.containers[container.index()].station;
        station.depart_from_door(now, since);
    }

    /// The request `id` waits for a process that hangs and will not continue: it is reset, or lost with its node.
    pub(crate) fn give_held_up(
        &mut self,
        now: Time,
        id: FrameId,
        is_lost: bool,
        calendar: &mut Calendar<Event>,
    ) {
        let (since, _) = self.node_goes_on(now, id);
        self.note_waited(now, self.frames[id].container, since);
        if is_lost {
            self.is_lost(now, id, calendar);
        } else {
            self.turn_away(now, id, Failure::Reset, calendar);
        }
    }

    /// The request `id` does not reach its container: its caller waits in vain.
    fn is_lost(&mut self, now: Time, id: FrameId, calendar: &mut Calendar<Event>) {
        let Frame { parent, parent_epoch, .. } = self.frames[id];
        let caller = &self.frames[parent];
        let heard = caller.epoch == parent_epoch;
        let stage = if caller.kind.is_root() {
            ConnectionStage::Opening
        } else {
            ConnectionStage::Established
        };
        self.closes(now, id, Some(Failure::Timeout));
        self.frames.remove(id);
        if heard {
            self.lose(parent, Lost { stage, sent: now }, calendar);
        }
    }

    /// Whether a process listens that can work on `id`; otherwise turns it away.
    fn finds_somebody(&mut self, now: Time, id: FrameId, calendar: &mut Calendar<Event>) -> bool {
        let container = self.frames[id].container;
        let failure = if !self.containers[container.index()].life.listens() {
            Failure::Reset
        } else if self.lacks_data(now, container) {
            Failure::NoData
        } else {
            return true;
        };
        self.turn_away(now, id, failure, calendar);
        false
    }

    /// Whether the request `id` reaches its node now; otherwise it will later, or is lost.
    #[inline(never)]
    fn gets_through(&mut self, now: Time, id: FrameId, calendar: &mut Calendar<Event>) -> bool {
        let frame = self.frames[id];
        let to = self.node_of(frame.container);
        let caller = self.frames[frame.parent];
        let heard = caller.epoch == frame.parent_epoch;
        let from = match caller.kind {
            _ if !heard => None,
            FrameKind::Root { .. } => self.ingress_of(frame.source, frame.key),
            _ => Some(self.node_of(caller.container)),
        };
        // A user's connection is new.
        let stage = if caller.kind.is_root() {
            ConnectionStage::Opening
        } else {
            ConnectionStage::Established
        };
        let first = if heard { self.first_unheard(now, frame.parent) } else { now };
        let passes = match self.stands_still(now, to) {
            // Never.
            Some(_) => None,
            None => match self.passes_behind(now, first, (from, to), stage) {
                // A user must reach the ingress node.
                Some(at) if at <= now && caller.kind.is_root() && heard => {
                    from.map_or(Some(at), |ingress| self.passes(now, None, ingress, stage))
                }
                Some(at) if heard && !self.bears(frame.parent, first, at) => None,
                passes => passes,
            },
        };
        match passes {
            Some(at) if at <= now => {
                if first < now {
                    self.connections.is_heard(caller.link);
                }
                return true;
            }
            Some(at) => {
                if heard && let Some(client) = self.client_of(frame.parent) {
                    self.silent_since(frame.parent, client, Lost { stage, sent: first });
                }
                self.hops_ns += at.since(now).0;
                calendar.schedule(at, Event::Deliver(id));
            }
            None => self.is_lost(now, id, calendar),
        }
        false
    }

    /// When the first message that has not got through on the shared connection of `caller` was sent: later ones
    /// wait behind it.
    fn first_unheard(&self, now: Time, caller: FrameId) -> Time {
        match self.frames[caller].link {
            NO_CONNECTION => now,
            link => self.connections.get(link).silent_since.min(now),
        }
    }

    /// Whether `id` cannot reach its data: a local volume stays on its node, and a file server may be
    /// unreachable.
    pub(crate) fn lacks_data(&self, now: Time, id: ContainerId) -> bool {
        let joined = |a, b| self.is_joined(now, a, b);
        !self.blueprint.has_data(id, joined, |c| self.containers[c.index()].life.listens())
    }

    /// The request `id` arrives where no process listens, and the kernel resets its connection; or where no
    /// process can work on it.
    #[inline(never)]
    fn turn_away(
        &mut self,
        now: Time,
        id: FrameId,
        failure: Failure,
        calendar: &mut Calendar<Event>,
    ) {
        self.reset_caller(now, id, failure, calendar);
        self.closes(now, id, Some(failure));
        self.frames.remove(id);
    }

    /// Resets the caller of the visit `id` for `failure`, half a round trip later.
    pub(crate) fn reset_caller(
        &self,
        now: Time,
        id: FrameId,
        failure: Failure,
        calendar: &mut Calendar<Event>,
    ) {
        let Frame { parent: to, parent_epoch: epoch, .. } = self.frames[id];
        let failure = Some(failure);
        calendar.schedule(now + self.half_rtt_back(id), Event::Answer { to, epoch, failure });
    }

    /// Half a round trip from the container of the visit `id` to its caller.
    pub(crate) fn half_rtt_back(&self, id: FrameId) -> Nanos {
        let frame = &self.frames[id];
        let caller = &self.frames[frame.parent];
        if caller.epoch != frame.parent_epoch || caller.kind.is_root() {
            return Nanos::ZERO;
        }
        let (from, to) = (self.node_of(frame.container), self.node_of(caller.container));
        Nanos(self.round_trip(from, to, frame.key, DRAW_RESET).0 / 2)
    }

    /// `node` stands still.
    pub(crate) fn freeze(&mut self, now: Time, node: NodeId, calendar: &mut Calendar<Event>) {
        self.nodes[node.index()].processor.freeze(now);
        self.watch(node, calendar);
    }

    /// `node` continues.
    pub(crate) fn thaw(&mut self, now: Time, node: NodeId, calendar: &mut Calendar<Event>) {
        let due = self.nodes[node.index()].processor.thaw(now);
        self.schedule_due(node, due, calendar);
    }

    /// Until when `node` stands still; `None`: it runs.
    #[inline]
    pub(crate) fn stands_still(&self, now: Time, node: NodeId) -> Option<Time> {
        if !self.reach.ever {
            return None;
        }
        Some(self.reach.hung_until(node)).filter(|until| *until > now)
    }

    /// Until when `container` stands still, by its node or its process; `None`: it runs.
    #[inline]
    pub(crate) fn is_still(&self, now: Time, container: ContainerId) -> Option<Time> {
        let of_node = self.stands_still(now, self.node_of(container));
        if !self.containers[container.index()].life.hangs {
            return of_node;
        }
        of_node.max(self.upkeep.pulses[container.index()].hangs_until(now))
    }

    /// The round trip between two nodes, for exchanges besides messages.
    pub(crate) fn round_trip(&self, from: NodeId, to: NodeId, key: u64, draw: u32) -> Nanos {
        let place = from.index() * self.nodes.len() + to.index();
        let half = self.half_rtts[place].unwrap_or_else(|| self.half_rtt(place, key, draw));
        Nanos(half.0 * 2)
    }
}
