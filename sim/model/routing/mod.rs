//! Routing: how a caller finds a replica. A *view* lists the replicas, a *policy* chooses one.
//!
//! Policies that balance each *connection* (IPVS, DNS, kube-proxy) choose when one is opened; later requests on it
//! go to the same replica. Policies that balance each *request* (proxies, planners' ideas) choose every time.

mod dns;
mod fixed;
mod least_connections;
mod locality;
mod power_of_d;
mod random;
pub(crate) mod view;

pub(crate) use dns::ResolverCache;
pub(crate) use view::Views;

use crate::blueprint::Policy;
use crate::ids::{ContainerId, NodeId, ObserverId, ServiceId};
use wssim_kernel::stream::Draw;

/// The inputs of a policy. `at` gives the node of a container and the number of its requests.
pub(crate) struct Scene<'a, A: Fn(ContainerId) -> (NodeId, u32)> {
    /// The views of all observers.
    pub views: &'a mut Views,
    /// The observer whose view counts.
    pub observer: ObserverId,
    /// The service that is called.
    pub service: ServiceId,
    /// The node of the caller; `None`: outside the cluster.
    pub here: Option<NodeId>,
    /// See above.
    pub at: A,
    /// Random numbers of this choice.
    pub draw: Draw<'a>,
}

/// Chooses a replica; `None` when the view is empty.
#[inline]
pub(crate) fn choose<A: Fn(ContainerId) -> (NodeId, u32)>(
    policy: &Policy,
    mut scene: Scene<'_, A>,
) -> Option<ContainerId> {
    match policy {
        // IPVS's scheduler `rr` on the caller's node, or a balancer that all callers share: they differ in the
        // observer, and in whether they choose for each connection or each request.
        Policy::InTurn | Policy::Vip => scene.views.rotate(scene.observer, scene.service),
        Policy::Fixed => fixed::choose(&mut scene),
        Policy::Random => random::choose(&mut scene),
        Policy::Weighted(weights) => random::choose_weighted(&mut scene, weights),
        Policy::LeastConnections => least_connections::choose(&mut scene),
        Policy::PowerOfD(d) => power_of_d::choose(&mut scene, *d),
        Policy::LocalityFirst => locality::choose(&mut scene),
        Policy::Dns(_) => unreachable!("a resolver's cache answers for DNS"),
    }
}

impl<A: Fn(ContainerId) -> (NodeId, u32)> Scene<'_, A> {
    fn candidates(&self) -> &[ContainerId] {
        self.views.of(self.observer, self.service)
    }

    fn jobs(&self, who: ContainerId) -> u32 {
        (self.at)(who).1
    }

    /// A candidate that is `wanted`, each with the same probability.
    fn any(&mut self, wanted: impl Fn(&Self, ContainerId) -> bool) -> Option<ContainerId> {
        let unit = self.draw.open01();
        let matching = || self.candidates().iter().copied().filter(|&who| wanted(self, who));
        let count = matching().count();
        matching().nth((unit * count as f64) as usize)
    }
}
