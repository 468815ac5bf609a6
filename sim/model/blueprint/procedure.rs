//! Procedures in a blueprint: what people do to a cluster step by step, for example in a migration.

use crate::ids::{ContainerId, NodeId};
use crate::law::Law;
use wssim_kernel::Nanos;
use wssim_kernel::stream::{StreamKey, name_hash};

/// Steps that are carried out in a world, from the beginning of the measured stretch on. After the last
/// step the stretch goes on for `settle` and ends.
///
/// Spare containers are places where a step may start a container; nothing else starts one there.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Procedure {
    /// Its name, and that of its stream.
    pub name: String,
    /// Its work.
    pub steps: Vec<Step>,
    /// How long the world is observed after the last step.
    pub settle: Nanos,
}

/// One step.
#[derive(Clone, Debug, PartialEq)]
pub struct Step {
    /// Its name, also the address of its draws.
    pub name: String,
    /// Its steps.
    pub work: Work,
    /// Steps that must be over before it begins, by place.
    pub after: Vec<usize>,
}

/// The work of a step.
#[derive(Clone, Debug, PartialEq)]
pub enum Work {
    /// Containers stop gracefully; over when none of them runs.
    Stop(Vec<ContainerId>),
    /// Containers start; over when all of them are registered. Callers find them at once, unless a later step
    /// switches to them.
    Start(Vec<ContainerId>),
    /// From now on callers find the containers of `to` instead of those of `from`.
    Switch {
        /// Found until now.
        from: Vec<ContainerId>,
        /// Found from now on.
        to: Vec<ContainerId>,
    },
    /// Data is copied.
    Carry {
        /// The copy.
        there: Carry,
        /// The copy back, if the step is undone.
        back: Carry,
    },
    /// People work for that many nanoseconds; nothing in the cluster does.
    People(Law),
}

/// A copy of data: processed, read, sent and written at the same time, so that the slowest part decides.
#[derive(Clone, Debug, PartialEq)]
pub struct Carry {
    /// Bytes to copy.
    pub bytes: f64,
    /// Sender and receiver, and the largest rate in bytes per second, perhaps infinite.
    pub network: Option<([NodeId; 2], f64)>,
    /// The node where one thread processes them, and its rate in bytes per second of the reference CPU.
    pub cpu: Option<(NodeId, Law)>,
    /// The node whose disk they are read from.
    pub read: Option<NodeId>,
    /// The node whose disk they are written to.
    pub write: Option<NodeId>,
}

impl Step {
    /// Whether people do it and nothing in the cluster changes.
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

    /// CPU demand of the copy, in nanoseconds of the reference CPU.
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
    /// The nodes that it needs.
    pub(crate) fn nodes(&self) -> impl Iterator<Item = NodeId> + use<> {
        let ends = self.network.map(|(ends, _)| ends);
        let cpu = self.cpu.as_ref().map(|(node, _)| *node);
        ends.into_iter().flatten().chain(cpu).chain(self.read).chain(self.write)
    }
}
