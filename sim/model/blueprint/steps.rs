//! What a step of a procedure means for its world.

use super::Blueprint;
use super::procedure::{Carry, Procedure, Work};
use crate::ids::NodeId;

impl Carry {
    /// Mean duration in an idle world, in seconds: that of the slowest part.
    #[must_use]
    pub fn seconds_alone(&self, blueprint: &Blueprint) -> f64 {
        let node = |id: NodeId| &blueprint.nodes[id.index()];
        let wire = self.network.map_or(f64::INFINITY, |([from, to], rate)| {
            let is_away = from != to;
            let wire = node(from).bandwidth.min(node(to).bandwidth);
            if is_away { wire.min(rate) } else { f64::INFINITY }
        });
        let cpu =
            self.cpu.as_ref().map_or(f64::INFINITY, |(at, rate)| rate.mean() * node(*at).speed);
        let disk = |at: Option<NodeId>| {
            at.and_then(|at| node(at).disk.as_ref()).map_or(f64::INFINITY, |disk| disk.bandwidth)
        };
        self.bytes / wire.min(cpu).min(disk(self.read)).min(disk(self.write))
    }
}

impl Procedure {
    /// The containers that are found only when a step switches to them, by container.
    pub(crate) fn hides(&self, blueprint: &Blueprint) -> Vec<bool> {
        let mut hidden = vec![false; blueprint.containers.len()];
        for step in &self.steps {
            if let Work::Switch { to, .. } = &step.work {
                for id in to {
                    hidden[id.index()] = blueprint.containers[id.index()].spare;
                }
            }
        }
        hidden
    }
}
