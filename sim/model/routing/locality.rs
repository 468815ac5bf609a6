//! Locality first: a replica on the caller's own node where there is one, else any; each with equal
//! chances. No round trip across the network, at the price of uneven load.

use super::Scene;
use crate::ids::{ContainerId, NodeId};

pub(super) fn choose<A: Fn(ContainerId) -> (NodeId, u32)>(
    scene: &mut Scene<'_, A>,
) -> Option<ContainerId> {
    let near = scene.any(|scene, who| scene.here == Some((scene.at)(who).0));
    near.or_else(|| scene.any(|_, _| true))
}
