//! Least connections: the replica with the fewest requests, waiting or in service; ties at random.
//!
//! It knows the requests at each replica, as one balancer in front of all of them would. Closed form: join
//! the shortest queue, a Markov chain on the ordered queue lengths (Haight 1958; the battery has it).

use super::Scene;
use crate::ids::{ContainerId, NodeId};

pub(super) fn choose<A: Fn(ContainerId) -> (NodeId, u32)>(
    scene: &mut Scene<'_, A>,
) -> Option<ContainerId> {
    let least = scene.candidates().iter().map(|&who| scene.jobs(who)).min()?;
    scene.any(|scene, who| scene.jobs(who) == least)
}
