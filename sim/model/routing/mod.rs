//! Routing: how a caller finds a replica. A *view* says who is there, a *policy* chooses.
//!
//! Policies that balance each *connection* (IPVS, DNS, kube-proxy) are asked when one is opened;
//! whatever is sent on it later goes to the same replica. Policies that balance each *request*
//! (proxies, planners' ideas) are asked every time.

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

/// What a policy may look at. `at` says where a container is and how many requests are there.
pub(crate) struct Scene<'a, A: Fn(ContainerId) -> (NodeId, u32)> {
    /// Whom observers believe to be there.
    pub views: &'a mut Views,
    /// Through whose eyes it looks.
    pub observer: ObserverId,
    /// Who is wanted.
    pub service: ServiceId,
    /// Where the caller is; none: outside the cluster.
    pub here: Option<NodeId>,
    /// See above.
    pub at: A,
    /// Random numbers of this choice.
    pub draw: Draw<'a>,
}

/// Chooses a replica; `None` when nobody is there.
#[inline]
pub(crate) fn choose<A: Fn(ContainerId) -> (NodeId, u32)>(
    policy: &Policy,
    mut scene: Scene<'_, A>,
) -> Option<ContainerId> {
    match policy {
        // IPVS's scheduler `rr` on the caller's node, or a balancer that everybody shares: what
        // differs is who observes, and whether it is asked for each connection or each request.
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

    /// One of those `wanted` among the candidates, each with equal chances.
    fn any(&mut self, wanted: impl Fn(&Self, ContainerId) -> bool) -> Option<ContainerId> {
        let unit = self.draw.open01();
        let matching = || self.candidates().iter().copied().filter(|&who| wanted(self, who));
        let count = matching().count();
        matching().nth((unit * count as f64) as usize)
    }
}
