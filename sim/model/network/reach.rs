//! Which nodes reach each other: nodes that are down, stand still, or are cut off; and the fate of a message
//! that does not get through.
//!
//! TCP retransmits at doubling pauses until the kernel gives up ([`ConnectionStage`]), or until three keep-alives have
//! found no answer, if the client sends any. Later messages on the same connection wait behind it. A message
//! to a node that is cut off arrives at the first retransmission after the cut is healed; one to a node that
//! is down is lost. A virtual address gives an earlier end: once the caller's node has forgotten the dead
//! replica, its IPVS answers the next retransmission with a reset (`expire_nodest_conn`; the exact exchange
//! of packets is unverified, and an assumption).

use super::connection::ConnectionStage;
use crate::blueprint::{Client, Policy};
use crate::event::Event;
use crate::ids::{ContainerId, NodeId, ObserverId};
use crate::probe::{Failure, Probe};
use crate::request::frame::{FrameId, FrameKind, Waits};
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
        self.upkeep.reach().is_up(node)
    }

    /// Whether gossip gets from `a` to `b` now.
    pub(crate) fn is_joined(&self, now: Time, a: NodeId, b: NodeId) -> bool {
        self.upkeep.reach().is_joined(now, a, b)
    }

    /// Whether users could learn of `node` now.
    pub(crate) fn is_seen(&self, now: Time, node: NodeId) -> bool {
        self.upkeep.reach().is_seen(now, node)
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
        if !self.upkeep.reach().ever() {
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
        if !self.upkeep.reach().is_up(to) {
            return None;
        }
        match self.upkeep.reach().cut_until(from, to) {
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
        frame.loses(lost.stage);
        let (to, epoch, failure) = (caller, frame.epoch(), Some(Failure::Timeout));
        calendar.schedule(gives_up.max(lost.sent), Event::Answer { to, epoch, failure });
    }

    /// The client of `caller` for the present call; `None` for users, whose connections are not known.
    fn client_of(&self, caller: FrameId) -> Option<&'a Client> {
        let frame = &self.frames[caller];
        let blueprint = self.blueprint;
        let query = || blueprint.calls[frame.outgoing().index()].query;
        (!frame.kind().is_root()).then(|| &blueprint.routes[query().index()].client)
    }

    /// Since when nothing gets through on the connection of `caller`, which carries `lost`.
    fn silent_since(&mut self, caller: FrameId, client: &Client, lost: Lost) -> Time {
        match (lost.stage, self.frames[caller].link()) {
            (ConnectionStage::Established, Some(link)) if client.multiplex.is_some() => {
                self.network.connections.falls_silent(link, lost.sent)
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
            let query = world.blueprint.calls[frame.outgoing().index()].query;
            let by_address = world.blueprint.routes[query.index()].policy == Policy::Vip;
            by_address && world.containers[frame.container()].node() == node
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
        let mut calls = self.frames.buffer();
        calls.extend(self.frames.ids().filter(|&id| self.waits_in_vain(now, id, who)));
        calls.retain(|&id| concerned(self, id));
        for &id in &calls {
            let frame = &self.frames[id];
            let stage = frame.lost().unwrap_or(ConnectionStage::Established);
            if let Some(at) = stage.retransmission(frame.since(), now) {
                let (to, epoch, failure) = (id, frame.epoch(), Some(Failure::Reset));
                calendar.schedule(at, Event::Answer { to, epoch, failure });
            }
        }
        self.frames.give_buffer_back(calls);
    }

    /// Whether `id` waits for an answer of `who` that cannot come.
    fn waits_in_vain(&self, now: Time, id: FrameId, who: ContainerId) -> bool {
        let frame = &self.frames[id];
        let waits = !frame.kind().is_root() && frame.waits() == Waits::Answer;
        if !waits || frame.last_replica() != Some(who) {
            return false;
        }
        let (from, to) = (self.node_of(frame.container()), self.node_of(who));
        frame.lost().is_some() || !self.is_joined(now, from, to)
    }

    /// The request `id` does not reach its container: its caller waits in vain.
    pub(crate) fn is_lost(&mut self, now: Time, id: FrameId, calendar: &mut Calendar<Event>) {
        let caller = self.frames.caller(id);
        let is_of_user = self.frames[self.frames[id].parent()].kind().is_root();
        let stage =
            if is_of_user { ConnectionStage::Opening } else { ConnectionStage::Established };
        self.closes(now, id, Some(Failure::Timeout));
        self.frames.remove(id);
        if let Some(caller) = caller {
            self.lose(caller, Lost { stage, sent: now }, calendar);
        }
    }

    /// Whether the request `id` reaches its node now; otherwise it will later, or is lost.
    #[inline(never)]
    pub(crate) fn gets_through(
        &mut self,
        now: Time,
        id: FrameId,
        calendar: &mut Calendar<Event>,
    ) -> bool {
        let frame = self.frames[id];
        let to = self.node_of(frame.container());
        let caller = self.frames[frame.parent()];
        let heard = self.frames.caller(id).is_some();
        let from = match caller.kind() {
            _ if !heard => None,
            FrameKind::Root { .. } => self.ingress_of(frame.source(), frame.key()),
            _ => Some(self.node_of(caller.container())),
        };
        // A user's connection is new.
        let stage = if caller.kind().is_root() {
            ConnectionStage::Opening
        } else {
            ConnectionStage::Established
        };
        let first = if heard { self.first_unheard(now, frame.parent()) } else { now };
        let passes = match self.stands_still(now, to) {
            // Never.
            Some(_) => None,
            None => match self.passes_behind(now, first, (from, to), stage) {
                // A user must reach the ingress node.
                Some(at) if at <= now && caller.kind().is_root() && heard => {
                    from.map_or(Some(at), |ingress| self.passes(now, None, ingress, stage))
                }
                Some(at) if heard && !self.bears(frame.parent(), first, at) => None,
                passes => passes,
            },
        };
        match passes {
            Some(at) if at <= now => {
                if let (true, Some(link)) = (first < now, caller.link()) {
                    self.network.connections.is_heard(link);
                }
                return true;
            }
            Some(at) => {
                if heard && let Some(client) = self.client_of(frame.parent()) {
                    self.silent_since(frame.parent(), client, Lost { stage, sent: first });
                }
                self.network.hops_ns += at.since(now).0;
                calendar.schedule(at, Event::Deliver(id));
            }
            None => self.is_lost(now, id, calendar),
        }
        false
    }

    /// When the first message that has not got through on the shared connection of `caller` was sent: later ones
    /// wait behind it.
    fn first_unheard(&self, now: Time, caller: FrameId) -> Time {
        let silent_since = |link| self.network.connections.get(link).silent_since;
        self.frames[caller].link().map_or(now, |link| silent_since(link).min(now))
    }

    /// Whether `id` cannot reach its data: a local volume stays on its node, and a file server may be
    /// unreachable.
    pub(crate) fn lacks_data(&self, now: Time, id: ContainerId) -> bool {
        let joined = |a, b| self.is_joined(now, a, b);
        !self.blueprint.has_data(id, joined, |c| self.upkeep.life(c).listens())
    }

    /// Resets the caller of the visit `id` for `failure`, half a round trip later.
    pub(crate) fn reset_caller(
        &self,
        now: Time,
        id: FrameId,
        failure: Failure,
        calendar: &mut Calendar<Event>,
    ) {
        let (to, epoch) = self.frames.answer_to(id);
        let failure = Some(failure);
        calendar.schedule(now + self.half_rtt_back(id), Event::Answer { to, epoch, failure });
    }

    /// Half a round trip from the container of the visit `id` to its caller.
    pub(crate) fn half_rtt_back(&self, id: FrameId) -> Nanos {
        let frame = &self.frames[id];
        let Some(caller) = self.frames.caller(id).map(|caller| &self.frames[caller]) else {
            return Nanos::ZERO;
        };
        if caller.kind().is_root() {
            return Nanos::ZERO;
        }
        let (from, to) = (self.node_of(frame.container()), self.node_of(caller.container()));
        Nanos(self.round_trip(from, to, frame.key(), DRAW_RESET).0 / 2)
    }

    /// Until when `node` stands still; `None`: it runs.
    #[inline]
    pub(crate) fn stands_still(&self, now: Time, node: NodeId) -> Option<Time> {
        if !self.upkeep.reach().ever() {
            return None;
        }
        Some(self.upkeep.reach().hung_until(node)).filter(|until| *until > now)
    }

    /// Until when `container` stands still, by its node or its process; `None`: it runs.
    #[inline]
    pub(crate) fn is_still(&self, now: Time, container: ContainerId) -> Option<Time> {
        let of_node = self.stands_still(now, self.node_of(container));
        if !self.upkeep.life(container).hangs {
            return of_node;
        }
        of_node.max(self.upkeep.hangs_until(now, container))
    }
}
