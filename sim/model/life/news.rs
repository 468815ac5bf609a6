//! The views of observers: changes in a container's life reach each observer with its own lag.
//!
//! On its own node a container is registered and withdrawn at once; other nodes learn it by gossip. A node that is
//! gone withdraws nothing: each other node counts its containers as dead after detection. News that later news of
//! the same container overtakes does not arrive.

use super::Driver;
use crate::event::Event;
use crate::ids::{ContainerId, NodeId, ObserverId, ServiceId};
use crate::law::Law;
use crate::orchestrator::Missing;
use crate::probe::Probe;
use crate::world::World;
use wssim_kernel::stream::mix;
use wssim_kernel::{Calendar, Nanos, Time};

/// Purpose of the draws of an observer's lags.
const DRAW_LAG: u32 = 16;

impl<P: Probe> World<'_, P> {
    pub(crate) fn life_key(&self, id: ContainerId, incarnation: u32) -> u64 {
        self.upkeep.draws().key(id, incarnation)
    }

    /// `id` has been killed: its daemon withdraws it.
    pub(crate) fn withdraw(&mut self, now: Time, id: ContainerId, calendar: &mut Calendar<Event>) {
        let law = &self.blueprint.detection.killed;
        self.spread(now, id, false, law, calendar);
    }

    /// `id` is ready: its daemon registers it.
    pub(crate) fn announce(&mut self, now: Time, id: ContainerId, calendar: &mut Calendar<Event>) {
        let law = &self.blueprint.detection.ready;
        self.spread(now, id, true, law, calendar);
    }

    /// All observers that hear the node of `id` learn that it is there or gone.
    fn spread(
        &mut self,
        now: Time,
        id: ContainerId,
        there: bool,
        law: &Law,
        calendar: &mut Calendar<Event>,
    ) {
        for observer in self.observers() {
            self.tell_one(now, observer, id, there, law, calendar);
        }
    }

    /// `observer`, which has just come back, learns that `id` is there.
    pub(crate) fn announce_to(
        &mut self,
        now: Time,
        observer: ObserverId,
        id: ContainerId,
        calendar: &mut Calendar<Event>,
    ) {
        let law = &self.blueprint.detection.ready;
        self.tell_one(now, observer, id, true, law, calendar);
    }

    /// Proxies that check `id` and counted it as dead find it again.
    pub(super) fn announce_to_proxies(
        &mut self,
        now: Time,
        id: ContainerId,
        calendar: &mut Calendar<Event>,
    ) {
        for observer in self.observers() {
            if self.registry.as_proxy(observer).is_some() {
                self.announce_to(now, observer, id, calendar);
            }
        }
    }

    fn tell_one(
        &mut self,
        now: Time,
        observer: ObserverId,
        id: ContainerId,
        there: bool,
        law: &Law,
        calendar: &mut Calendar<Event>,
    ) {
        let node = self.containers[id].node();
        if there && (self.is_hidden(id) || self.registry.marked[node.index()]) {
            return;
        }
        if let Some(proxy) = self.registry.as_proxy(observer) {
            return self.tell_proxy(now, proxy, id, there, calendar);
        }
        let hears = match self.observer_node(observer) {
            Some(at) => self.is_joined(now, at, node),
            None => self.is_seen(now, node),
        };
        if !hears {
            return;
        }
        let own = observer.0 == node.0;
        let lag = if own { Nanos::ZERO } else { self.lag(observer, id, law) };
        self.send_news(now + lag, observer, id, there, calendar);
    }

    /// The managers have marked `node` down: where they inform callers, the callers of all other nodes that the
    /// managers hear forget its containers.
    pub(super) fn leaves_views(&mut self, now: Time, node: NodeId, calendar: &mut Calendar<Event>) {
        let Some(cluster) = &self.blueprint.control else { return };
        if cluster.kind.missing != Missing::Managers || self.blueprint.detection.dead.is_some() {
            return;
        }
        self.registry.marked[node.index()] = true;
        let law = &self.blueprint.detection.killed;
        for observer in self.observers().filter(|observer| observer.0 != node.0) {
            let is_proxy = self.registry.as_proxy(observer).is_some();
            let at = self.observer_node(observer);
            let hears = |at| self.upkeep.control().is_some_and(|control| control.answers(at));
            if is_proxy || !at.is_none_or(hears) {
                continue;
            }
            self.each_on(node, |world, id| {
                let lag = world.lag(observer, id, law);
                world.send_news(now + lag, observer, id, false, calendar);
            });
        }
    }

    /// The managers have found `node` again after they had marked it down: where they informed callers, the callers
    /// find its containers again.
    pub(super) fn enters_views(&mut self, now: Time, node: NodeId, calendar: &mut Calendar<Event>) {
        if !std::mem::take(&mut self.registry.marked[node.index()]) {
            return;
        }
        self.each_on(node, |world, id| {
            if world.is_to_be_known(id) {
                world.announce(now, id, calendar);
            }
        });
    }

    /// Schedules the time `at` at which `observer` learns that `id` is back or gone.
    pub(crate) fn send_news(
        &mut self,
        at: Time,
        observer: ObserverId,
        id: ContainerId,
        there: bool,
        calendar: &mut Calendar<Event>,
    ) {
        let place = self.registry.place(observer, id);
        let number = self.registry.news[place].wrapping_add(1) & (u32::MAX >> 1);
        self.registry.news[place] = number;
        let news = number << 1 | u32::from(there);
        calendar.schedule(at, Event::View { observer, container: id, news });
    }

    #[inline(never)]
    pub(crate) fn learn(
        &mut self,
        now: Time,
        observer: ObserverId,
        id: ContainerId,
        news: u32,
        calendar: &mut Calendar<Event>,
    ) {
        if self.registry.news[self.registry.place(observer, id)] != news >> 1 {
            return;
        }
        let service = self.blueprint.containers[id.index()].service;
        if news & 1 == 1 {
            let place = self.registry.place(observer, id);
            self.registry.addresses[place] = self.upkeep.life(id).address;
            self.registry.views().add(observer, service, id);
        } else if self.registry.views().remove(observer, service, id) {
            self.break_forgotten(now, observer, id, calendar);
        }
    }

    /// The time that news of `id` takes to `observer`.
    pub(crate) fn lag(&self, observer: ObserverId, id: ContainerId, law: &Law) -> Nanos {
        let turn = u64::from(self.registry.news[self.registry.place(observer, id)]);
        let ends =
            [self.upkeep.draws().keys[id.index()], self.registry.observer_keys[observer.index()]];
        let key = mix(mix(ends[0], ends[1]), turn);
        Nanos::from_f64(law.sample_lazily(|| self.upkeep.draws().stream.draw(key, DRAW_LAG)))
    }

    pub(crate) fn observers(&self) -> impl Iterator<Item = ObserverId> + use<P> {
        (0..self.registry.observers).map(ObserverId)
    }

    /// The node of `observer`; `None`: outside.
    pub(crate) fn observer_node(&self, observer: ObserverId) -> Option<NodeId> {
        if observer.index() < self.nodes.len() {
            return Some(NodeId(observer.0));
        }
        self.proxy_node(observer)
    }

    pub(crate) fn service_id(&self, id: ContainerId) -> ServiceId {
        self.blueprint.containers[id.index()].service
    }
}
