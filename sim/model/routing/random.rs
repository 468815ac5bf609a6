//! Random: each replica with equal chances, as kube-proxy's iptables rules choose one for each
//! connection (Kubernetes, kube-proxy: `statistic` module, probability 1/n, 1/(n−1), …), or by weight.
//!
//! Closed form: a Poisson stream so split is c independent Poisson streams (M/M/1 each).

use super::Scene;
use crate::ids::{ContainerId, NodeId};

pub(super) fn choose<A: Fn(ContainerId) -> (NodeId, u32)>(
    scene: &mut Scene<'_, A>,
) -> Option<ContainerId> {
    scene.any(|_, _| true)
}

/// Chooses by `weights`, which are by replica; a replica that is absent leaves its weight to the others in
/// proportion. Replicas in other places get the weights of the first, the second, … in turn.
pub(super) fn choose_weighted<A: Fn(ContainerId) -> (NodeId, u32)>(
    scene: &mut Scene<'_, A>,
    weights: &[f64],
) -> Option<ContainerId> {
    let unit = scene.draw.open01();
    let first = scene.views.first(scene.service);
    let weight = |who: &ContainerId| {
        weights.get((who.0 - first) as usize % weights.len().max(1)).copied().unwrap_or(0.0)
    };
    let all = scene.candidates();
    let total: f64 = all.iter().map(weight).sum();
    let mut left = unit * total;
    for who in all {
        left -= weight(who);
        if left < 0.0 {
            return Some(*who);
        }
    }
    all.iter().rev().find(|who| weight(who) > 0.0).copied()
}
