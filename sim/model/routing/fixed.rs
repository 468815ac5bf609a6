//! Fixed addresses: names lead to containers of the caller's own host; what is elsewhere has its address written down,
//! which leads to the same container whatever has become of it. That is Docker Compose on several hosts: DNS of the
//! engine knows its own containers only, and one of them can publish a port of the host.

use super::Scene;
use crate::ids::{ContainerId, NodeId};

pub(super) fn choose<A: Fn(ContainerId) -> (NodeId, u32)>(
    scene: &mut Scene<'_, A>,
) -> Option<ContainerId> {
    let near = scene.any(|scene, who| scene.here == Some((scene.at)(who).0));
    near.or_else(|| scene.views.written(scene.service))
}
