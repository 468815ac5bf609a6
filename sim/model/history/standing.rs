//! The standing at a time: which containers work, and which node reaches which.

use crate::blueprint::Blueprint;
use crate::fault::Reach;
use crate::ids::{ContainerId, NodeId};
use crate::life::{Life, Phase};
use wssim_kernel::Time;

/// The standing of a cluster.
#[derive(Clone, Copy, Debug)]
pub struct Standing<'s> {
    pub(super) blueprint: &'s Blueprint,
    pub(super) now: Time,
    pub(super) reach: &'s Reach,
    pub(super) lives: &'s [Life],
    pub(super) is_led: bool,
    pub(super) changed: &'s [u32],
    pub(super) reach_changed: bool,
}

impl Standing<'_> {
    /// Whether `id` is registered, on a node that runs, and has its data.
    #[must_use]
    pub fn works(&self, id: ContainerId) -> bool {
        let node = self.blueprint.containers[id.index()].node;
        let has_data = || {
            let joined = |a, b| self.is_joined(a, b);
            self.blueprint.has_data(id, joined, |server| self.is_registered(server))
        };
        self.is_registered(id) && self.runs(node) && has_data()
    }

    /// Whether `id` is registered and its process does not hang, regardless of its node and its data.
    #[must_use]
    #[inline]
    pub fn is_registered(&self, id: ContainerId) -> bool {
        let life = &self.lives[id.index()];
        life.phase == Phase::Registered && !life.hangs
    }

    /// Whether messages get from `a` to `b`.
    #[must_use]
    pub fn is_joined(&self, a: NodeId, b: NodeId) -> bool {
        self.reach.is_joined(self.now, a, b)
    }

    /// Whether `node` is up and does not hang.
    #[must_use]
    pub fn runs(&self, node: NodeId) -> bool {
        self.is_joined(node, node)
    }

    /// Whether users reach `node`.
    #[must_use]
    pub fn is_seen(&self, node: NodeId) -> bool {
        self.reach.is_seen(self.now, node)
    }

    /// Whether a manager can decide, or none is needed.
    #[must_use]
    pub fn is_led(&self) -> bool {
        self.is_led
    }

    /// Numbers of the services whose registered containers have changed since the last look; at the first look all.
    #[must_use]
    pub fn changed(&self) -> &[u32] {
        self.changed
    }

    /// Whether the reach has changed since the last look.
    #[must_use]
    pub fn reach_changed(&self) -> bool {
        self.reach_changed
    }
}
