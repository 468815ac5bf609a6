//! What each observer knows: its view of services, and the number of the last news on its way to it. `news.rs` brings
//! the news.

use super::draws::Draws;
use crate::blueprint::{Blueprint, Proxy};
use crate::ids::{ContainerId, ObserverId, ServiceId};
use crate::routing::Views;
use crate::run::Run;
use wssim_kernel::stream::{StreamKey, mix, name_hash};

/// Draw of a container's key: the phase of a proxy's polls.
const DRAW_POLL: u32 = 0;

/// The proxies' state beside their views.
#[derive(Debug)]
pub(crate) struct Lists {
    /// Each proxy with the share of the period of polls that is its phase.
    pub(super) proxies: Vec<(Proxy, f64)>,
    pub(super) stream: StreamKey,
}

impl Lists {
    /// Lists in which each proxy knows each container. `keys` are the keys of the containers' draws.
    pub(super) fn new(proxies: &[Proxy], keys: &[u64], stream: StreamKey) -> Self {
        let phase = |proxy: &Proxy| {
            let key = keys[proxy.container.index()];
            (*proxy, stream.draw(key, DRAW_POLL).open01())
        };
        Self { proxies: proxies.iter().map(phase).collect(), stream }
    }

    pub(super) fn len(&self) -> u32 {
        self.proxies.len() as u32
    }

    fn container(&self, proxy: u32) -> ContainerId {
        self.proxies[proxy as usize].0.container
    }
}

/// All views, and the news on its way to them.
#[derive(Debug)]
pub(crate) struct Registry {
    views: Views,
    /// Observers: nodes, proxies, and one outside the cluster.
    pub(super) observers: u32,
    nodes: u32,
    pub(super) lists: Lists,
    containers: u32,
    /// By observer and container: number of the last news.
    pub(super) news: Vec<u32>,
    /// By observer and container: the life whose address the observer has.
    pub(super) addresses: Vec<u32>,
    /// By node: whether managers that tell callers of losses have marked it down and not found it again.
    pub(super) marked: Vec<bool>,
    /// By observer: the key of its draws.
    pub(super) observer_keys: Vec<u64>,
}

impl Registry {
    /// A registry in which each observer knows each container.
    pub(crate) fn new(blueprint: &Blueprint, run: Run, draws: &Draws) -> Self {
        let of_proxies = StreamKey::new(run.seed, run.replication, "proxy", "");
        let services = blueprint.services.iter().map(|service| service.containers.clone());
        let (services, proxies, keys) = (services.collect(), &blueprint.proxies, &draws.keys);
        // By name, so that lags do not depend on the other observers; no node is called "".
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

    #[inline]
    pub(crate) fn outside(&self) -> ObserverId {
        ObserverId(self.observers - 1)
    }

    pub(super) fn place(&self, observer: ObserverId, who: ContainerId) -> usize {
        observer.index() * self.containers as usize + who.index()
    }

    /// The address that `observer` has for `who`: the life that got it.
    pub(crate) fn address(&self, observer: ObserverId, who: ContainerId) -> u32 {
        self.addresses[self.place(observer, who)]
    }

    pub(crate) fn has_address(&self, observer: ObserverId, who: ContainerId, address: u32) -> bool {
        self.address(observer, who) == address
    }

    /// The next replica of `service` that `observer` knows, in turn.
    #[inline(always)]
    pub(crate) fn rotate(
        &mut self,
        observer: ObserverId,
        service: ServiceId,
    ) -> Option<ContainerId> {
        self.views.rotate(observer, service)
    }

    /// Whether `observer` knows `who`.
    pub(crate) fn knows(&self, observer: ObserverId, service: ServiceId, who: ContainerId) -> bool {
        self.views.has(observer, service, who)
    }

    /// The containers of `service` that `observer` knows.
    pub(crate) fn known(&self, observer: ObserverId, service: ServiceId) -> &[ContainerId] {
        self.views.of(observer, service)
    }

    /// The views, for a policy to choose by.
    #[inline(always)]
    pub(crate) fn views(&mut self) -> &mut Views {
        &mut self.views
    }

    /// The number of the proxy that `observer` is.
    #[inline]
    pub(crate) fn as_proxy(&self, observer: ObserverId) -> Option<u32> {
        let number = observer.0.checked_sub(self.nodes)?;
        (number < self.lists.len()).then_some(number)
    }

    #[inline]
    pub(crate) fn proxy(&self, number: u32) -> ObserverId {
        ObserverId(self.nodes + number)
    }

    pub(super) fn container_of_proxy(&self, proxy: u32) -> ContainerId {
        self.lists.container(proxy)
    }
}
