//! Who knows of whom: what changes in a container's life reaches each observer with its own lag.
//!
//! On its own node a container is registered and withdrawn at once; other nodes hear of it by gossip.
//! A node that is gone withdraws nothing: each other one takes its containers for dead after
//! detection. News that was overtaken by other news of the same container does not arrive.

use super::Driver;
use super::draws::Draws;
use super::proxies::Lists;
use crate::blueprint::Blueprint;
use crate::event::Event;
use crate::ids::{ContainerId, NodeId, ObserverId, ServiceId};
use crate::law::Law;
use crate::orchestrator::Missing;
use crate::probe::Probe;
use crate::routing::Views;
use crate::world::{Run, World};
use wssim_kernel::stream::{StreamKey, mix, name_hash};
use wssim_kernel::{Calendar, Nanos, Time};

/// Draws of an observer's lags.
const DRAW_LAG: u32 = 16;

/// All views, and the news that is on its way to them.
#[derive(Debug)]
pub(crate) struct Registry {
    pub(crate) views: Views,
    /// Observers: nodes, proxies, and one that looks from outside the cluster.
    observers: u32,
    pub(super) nodes: u32,
    pub(super) lists: Lists,
    containers: u32,
    /// By observer and container: number of the last news that set out.
    news: Vec<u32>,
    /// By observer and container: the life whose address it has.
    addresses: Vec<u32>,
    /// By node: whether managers who tell callers of losses have marked it down, and not found it again.
    marked: Vec<bool>,
    /// By observer: the same.
    observer_keys: Vec<u64>,
}

impl Registry {
    /// Everybody knows of everybody.
    pub(crate) fn new(blueprint: &Blueprint, run: Run, draws: &Draws) -> Self {
        let of_proxies = StreamKey::new(run.seed, run.replication, "proxy", "");
        let services = blueprint.services.iter().map(|service| service.containers.clone());
        let (services, proxies, keys) = (services.collect(), &blueprint.proxies, &draws.keys);
        // By name, so that nobody's lags depend on who else is there; no node is called "".
        let nodes = blueprint.nodes.iter();
        let mut observer_keys: Vec<u64> = nodes.map(|node| name_hash(&node.name)).collect();
        let nodes = observer_keys.len();
        observer_keys.extend(proxies.iter().map(|proxy| mix(keys[proxy.container.index()], 1)));
        observer_keys.push(name_hash(""));
        let observers = observer_keys.len();
        Self {
            observers: observers as u32,
            nodes: nodes as u32,
            lists: Lists::new(proxies, keys, of_proxies),
            containers: keys.len() as u32,
            news: vec![0; observers * keys.len()],
            addresses: vec![0; observers * keys.len()],
            marked: vec![false; nodes],
            views: Views::complete(observers, services),
            observer_keys,
        }
    }

    /// Whoever looks from outside.
    #[inline]
    pub(crate) fn outside(&self) -> ObserverId {
        ObserverId(self.observers - 1)
    }

    fn place(&self, observer: ObserverId, who: ContainerId) -> usize {
        observer.index() * self.containers as usize + who.index()
    }

    /// The address that `observer` has of `who`: the life that got it.
    pub(crate) fn address(&self, observer: ObserverId, who: ContainerId) -> u32 {
        self.addresses[self.place(observer, who)]
    }

    /// Whether `observer` has the present `address` of `who`.
    pub(crate) fn has_address(&self, observer: ObserverId, who: ContainerId, address: u32) -> bool {
        self.address(observer, who) == address
    }
}

impl<P: Probe> World<'_, P> {
    /// Where draws of a container's life are addressed.
    pub(crate) fn life_key(&self, id: ContainerId, incarnation: u32) -> u64 {
        self.upkeep.draws.key(id, incarnation)
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

    /// Everybody who can hear the node of `id` hears that it is there, or that it is gone.
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

    /// `observer`, who has just come back, hears that `id` is there.
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

    /// Proxies that check `id` by themselves, and took it for dead, find it again.
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
        let node = self.containers[id.index()].node;
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

    /// The managers have marked `node` down: where they tell callers that, those of all other nodes that the
    /// managers hear forget what runs there.
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
            let hears =
                |at| self.upkeep.control.as_ref().is_some_and(|control| control.answers(at));
            if is_proxy || !at.is_none_or(hears) {
                continue;
            }
            self.each_on(node, |world, id| {
                let lag = world.lag(observer, id, law);
                world.send_news(now + lag, observer, id, false, calendar);
            });
        }
    }

    /// The managers have found `node` again, which they had marked down: where they told callers that, these find again
    /// what runs there.
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

    /// `observer` will take `id` for dead, or for back, at `at`.
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

    /// News reaches `observer`.
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
            self.registry.addresses[place] = self.containers[id.index()].life.address;
            self.registry.views.add(observer, service, id);
        } else if self.registry.views.remove(observer, service, id) {
            self.break_forgotten(now, observer, id, calendar);
        }
    }

    /// How long news of `id` takes to `observer`.
    pub(crate) fn lag(&self, observer: ObserverId, id: ContainerId, law: &Law) -> Nanos {
        let turn = u64::from(self.registry.news[self.registry.place(observer, id)]);
        let ends =
            [self.upkeep.draws.keys[id.index()], self.registry.observer_keys[observer.index()]];
        let key = mix(mix(ends[0], ends[1]), turn);
        Nanos::from_f64(law.sample_lazily(|| self.upkeep.draws.stream.draw(key, DRAW_LAG)))
    }

    /// All observers.
    pub(crate) fn observers(&self) -> impl Iterator<Item = ObserverId> + use<P> {
        (0..self.registry.observers).map(ObserverId)
    }

    /// Where `observer` is; `None`: outside.
    pub(crate) fn observer_node(&self, observer: ObserverId) -> Option<NodeId> {
        if observer.index() < self.nodes.len() {
            return Some(NodeId(observer.0));
        }
        self.proxy_node(observer)
    }

    /// The service of `id`.
    pub(crate) fn service_id(&self, id: ContainerId) -> ServiceId {
        self.blueprint.containers[id.index()].service
    }
}
