//! Fixed addresses: a name leads to the containers of the caller's own host; a service on another host has a fixed
//! address, which leads to the same container even after its end. That is Docker Compose on several hosts: DNS of
//! the engine knows only its own containers, and one of them can publish a port of the host.

use super::Scene;
use crate::ids::{ContainerId, NodeId};

pub(super) fn choose<A: Fn(ContainerId) -> (NodeId, u32)>(
    scene: &mut Scene<'_, A>,
) -> Option<ContainerId> {
    let near = scene.any(|scene, who| scene.here == Some((scene.at)(who).0));
    near.or_else(|| scene.views.written(scene.service))
}
