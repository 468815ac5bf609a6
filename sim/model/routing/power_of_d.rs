//! The power of d choices: of d random replicas, the one with the fewest requests.
//!
//! Closed form: SQ(d), for many servers a share ρ^((d^k − 1)/(d − 1)) of them has k requests or more
//! (Vvedenskaya, Dobrushin and Karpelevich 1996; Mitzenmacher 2001).

use super::Scene;
use crate::ids::{ContainerId, NodeId};

/// The largest d.
const MOST: u32 = 8;

pub(super) fn choose<A: Fn(ContainerId) -> (NodeId, u32)>(
    scene: &mut Scene<'_, A>,
    d: u32,
) -> Option<ContainerId> {
    let n = scene.candidates().len();
    let d = (d.min(MOST) as usize).min(n);
    // Floyd's sampling without replacement: one uniform number for each of the d.
    let mut chosen = [usize::MAX; MOST as usize];
    for number in 0..d {
        let last = n - d + number;
        let place = (scene.draw.open01() * (last + 1) as f64) as usize;
        let taken = chosen[..number].contains(&place);
        chosen[number] = if taken { last } else { place };
    }
    // Floyd's order is not random: each replica in a tie is chosen with the same probability.
    let jobs = |place: usize| scene.jobs(scene.candidates()[place]);
    let least = chosen[..d].iter().map(|&place| jobs(place)).min()?;
    let ties = || chosen[..d].iter().copied().filter(|&place| jobs(place) == least);
    let count = ties().count();
    let mut draw = scene.draw.clone();
    let place = ties().nth((draw.open01() * count as f64) as usize)?;
    Some(scene.candidates()[place])
}
