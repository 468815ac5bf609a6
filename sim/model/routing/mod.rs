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
mod scene;
pub(crate) mod view;

pub(crate) use dns::ResolverCache;
pub(crate) use scene::Scene;
pub(crate) use view::Views;

use crate::blueprint::Policy;
use crate::ids::{ContainerId, NodeId};

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
