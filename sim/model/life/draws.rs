//! Random numbers of containers' lives. They are addressed by service, replica and number of the life, so they
//! depend neither on the other containers nor on traffic.

use crate::blueprint::Blueprint;
use crate::ids::ContainerId;
use crate::law::Law;
use crate::run::Run;
use wssim_kernel::stream::{StreamKey, mix, name_hash};

const STARTUP: u32 = 0;

#[derive(Debug)]
pub(crate) struct Draws {
    pub(crate) stream: StreamKey,
    /// By container: its key.
    pub(super) keys: Vec<u64>,
}

impl Draws {
    pub(crate) fn new(blueprint: &Blueprint, run: Run) -> Self {
        let keys = blueprint.services.iter().flat_map(|service| {
            let (name, replicas) = (name_hash(&service.name), service.containers.len() as u64);
            (0..replicas).map(move |replica| mix(name, replica))
        });
        let stream = StreamKey::new(run.seed, run.replication, "life", "");
        Self { stream, keys: keys.collect() }
    }

    pub(crate) fn key(&self, id: ContainerId, incarnation: u32) -> u64 {
        mix(self.keys[id.index()], u64::from(incarnation))
    }

    /// CPU time of the start of a life, in nanoseconds of the reference CPU.
    pub(crate) fn startup(&self, law: &Law, id: ContainerId, incarnation: u32) -> f64 {
        law.sample_lazily(|| self.stream.draw(self.key(id, incarnation), STARTUP))
    }
}
