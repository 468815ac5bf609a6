//! Procedures in a blueprint: what people do to a cluster step by step, such as a phase of a migration.

use super::Blueprint;
use crate::ids::{ContainerId, NodeId};
use crate::law::Law;
use wssim_kernel::Nanos;
use wssim_kernel::stream::{StreamKey, name_hash};

/// Steps that are carried out in a world, from the beginning of the measured stretch. When all of them are
/// over the stretch goes on for `settle` and ends.
///
/// Spare containers are places where a step may start something; nothing else starts them.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Procedure {
    /// Its name, and that of its stream.
    pub name: String,
    /// What is done.
    pub steps: Vec<Step>,
    /// For so long the world is looked at when all is done.
    pub settle: Nanos,
}

/// One step.
#[derive(Clone, Debug, PartialEq)]
pub struct Step {
    /// Its name, where its draws are addressed.
    pub name: String,
    /// What is done.
    pub work: Work,
    /// Steps that must be over before it begins, by place.
    pub after: Vec<usize>,
}

/// What a step does.
#[derive(Clone, Debug, PartialEq)]
pub enum Work {
    /// Containers end in good order; over when none of them runs.
    Stop(Vec<ContainerId>),
    /// Containers start; over when all of them are registered. Callers find them at once, unless a step
    /// switches to them later.
    Start(Vec<ContainerId>),
    /// From now on callers find those of `to`, and those of `from` no more.
    Switch {
        /// Who was found.
        from: Vec<ContainerId>,
        /// Who is.
        to: Vec<ContainerId>,
    },
    /// Bytes are carried.
    Carry {
        /// How.
        there: Carry,
        /// What takes them back, when the step is undone.
        back: Carry,
    },
    /// People do something, for so many nanoseconds; nothing in the cluster does.
    People(Law),
}

/// Bytes on their way: computed on, read, sent and written at the same time, so that the slowest decides.
#[derive(Clone, Debug, PartialEq)]
pub struct Carry {
    /// How many.
    pub bytes: f64,
    /// From where to where, and bytes a second at most, perhaps infinite.
    pub network: Option<([NodeId; 2], f64)>,
    /// Where one thread works on them, and bytes a second of the reference CPU.
    pub cpu: Option<(NodeId, Law)>,
    /// On whose disk they are read.
    pub read: Option<NodeId>,
    /// On whose disk they are written.
    pub write: Option<NodeId>,
}

impl Step {
    /// Whether people do it, and nothing in the cluster changes.
    #[must_use]
    pub fn is_of_people(&self) -> bool {
        matches!(self.work, Work::People(_))
    }

    /// How long people take, in this replication.
    #[must_use]
    pub fn people_take(&self, procedure: &str, seed: u64, replication: u32) -> Option<Nanos> {
        let Work::People(law) = &self.work else { return None };
        let (stream, key) = self.draws(procedure, seed, replication);
        Some(Nanos::from_f64(law.sample_lazily(|| stream.draw(key, 0))))
    }

    /// CPU of what is carried, in nanoseconds of the reference CPU.
    pub(crate) fn demand(&self, carry: &Carry, procedure: &str, seed: u64, number: u32) -> f64 {
        let Some((_, rate)) = &carry.cpu else { return 0.0 };
        let (stream, key) = self.draws(procedure, seed, number);
        carry.bytes / rate.sample_lazily(|| stream.draw(key, 0)) * 1e9
    }

    fn draws(&self, procedure: &str, seed: u64, replication: u32) -> (StreamKey, u64) {
        (StreamKey::new(seed, replication, "procedure", procedure), name_hash(&self.name))
    }
}

impl Carry {
    /// The nodes without which it cannot go on.
    pub(crate) fn nodes(&self) -> impl Iterator<Item = NodeId> + use<> {
        let ends = self.network.map(|(ends, _)| ends);
        let cpu = self.cpu.as_ref().map(|(node, _)| *node);
        ends.into_iter().flatten().chain(cpu).chain(self.read).chain(self.write)
    }

    /// How long it takes where nothing else goes on, on average: the slowest of its parts, in seconds.
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
