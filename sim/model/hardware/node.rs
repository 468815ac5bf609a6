//! Nodes: the processor and the disk of each, and the place of its kernel among its containers.

use super::disk::DiskState;
use super::processor::{OpenWork, Processor, Totals};
use crate::blueprint::{CpuLimit, Node};
use crate::ids::NodeId;
use std::ops::{Index, IndexMut};
use wssim_kernel::Time;

/// One node. What computes there goes through `compute.rs`.
#[derive(Debug)]
pub(crate) struct NodeState {
    pub(super) processor: Processor,
    /// `None`: a disk that takes no time.
    disk: Option<DiskState>,
    /// The place of its kernel among the containers there.
    kernel: u32,
}

impl NodeState {
    /// An idle node; `limits` are those of its containers in the order of their places, its kernel last.
    pub(crate) fn new(node: &Node, limits: &[Option<CpuLimit>]) -> Self {
        Self {
            processor: Processor::new(node.speed, node.threads, &node.capacity, limits),
            disk: node.disk.as_ref().map(|disk| DiskState::new(disk.queues)),
            kernel: limits.len() as u32 - 1,
        }
    }

    /// The place of its kernel among the containers there.
    #[inline(always)]
    pub(crate) fn kernel(&self) -> u32 {
        self.kernel
    }

    /// Its processor, to be looked at.
    #[inline(always)]
    pub(crate) fn processor(&self) -> &Processor {
        &self.processor
    }

    /// Whether visits to its disk take time.
    #[inline(always)]
    pub(crate) fn has_disk(&self) -> bool {
        self.disk.is_some()
    }

    /// Its disk; `None`: it takes no time.
    #[inline(always)]
    pub(crate) fn disk(&mut self) -> Option<&mut DiskState> {
        self.disk.as_mut()
    }

    /// The processor has no job but bursts until `now`: brings it up to date.
    #[inline(always)]
    pub(crate) fn catch_up(&mut self, now: Time) {
        self.processor.catch_up(now);
    }

    /// The next burst comes at `next`.
    #[inline(always)]
    pub(crate) fn set_horizon(&mut self, next: Time) {
        self.processor.set_horizon(next);
    }

    /// Books an unattended job that begins and ends before anything else happens: `[at, until]` is how long that
    /// is. Returns whether it is such a job; otherwise nothing has happened.
    #[inline(always)]
    pub(crate) fn pass_unattended(
        &mut self,
        [at, until]: [Time; 2],
        local: u32,
        demand: f64,
    ) -> bool {
        self.processor.pass_unattended(at, until, local, demand)
    }

    /// What its processor has done until `now`.
    pub(crate) fn totals(&mut self, now: Time) -> Totals {
        self.processor.totals(now)
    }

    /// Σ time of the unattended jobs of the container at `local`, in nanoseconds.
    pub(crate) fn unattended_ns(&mut self, now: Time, local: u32) -> u64 {
        self.processor.unattended_ns(now, local)
    }

    /// The work of jobs that its processor has not finished.
    pub(crate) fn open_work(&mut self, now: Time) -> OpenWork {
        self.processor.work_of_open_jobs(now)
    }

    /// ∫ jobs dt that are runnable or sleep uninterruptibly, in job-nanoseconds.
    pub(crate) fn load_ns(&mut self, now: Time) -> u128 {
        let at_disk = self.disk.as_mut().map_or(0, |disk| disk.uninterruptible_ns(now));
        self.processor.runnable_ns(now) + at_disk
    }
}

/// All nodes.
#[derive(Debug)]
pub(crate) struct NodeStates(Vec<NodeState>);

impl NodeStates {
    pub(crate) fn new(all: Vec<NodeState>) -> Self {
        Self(all)
    }

    /// Their number.
    #[inline(always)]
    pub(crate) fn len(&self) -> usize {
        self.0.len()
    }

    /// Their ids.
    pub(crate) fn ids(&self) -> impl Iterator<Item = NodeId> + use<> {
        (0..self.0.len()).map(NodeId::from)
    }

    /// Each in its turn.
    pub(crate) fn iter_mut(&mut self) -> impl Iterator<Item = &mut NodeState> {
        self.0.iter_mut()
    }
}

impl Index<NodeId> for NodeStates {
    type Output = NodeState;

    #[inline(always)]
    fn index(&self, id: NodeId) -> &NodeState {
        &self.0[id.index()]
    }
}

impl IndexMut<NodeId> for NodeStates {
    #[inline(always)]
    fn index_mut(&mut self, id: NodeId) -> &mut NodeState {
        &mut self.0[id.index()]
    }
}
