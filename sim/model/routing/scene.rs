//! What a policy sees when it chooses.

use super::Views;
use crate::ids::{ContainerId, NodeId, ObserverId, ServiceId};
use wssim_kernel::stream::Draw;

/// The inputs of a policy. `at` gives the node of a container and the number of its requests.
pub(crate) struct Scene<'a, A: Fn(ContainerId) -> (NodeId, u32)> {
    /// The views of all observers.
    pub views: &'a mut Views,
    /// The observer whose view counts.
    pub observer: ObserverId,
    /// The service that is called.
    pub service: ServiceId,
    /// The node of the caller; `None`: outside the cluster.
    pub here: Option<NodeId>,
    /// See above.
    pub at: A,
    /// Random numbers of this choice.
    pub draw: Draw<'a>,
}

impl<A: Fn(ContainerId) -> (NodeId, u32)> Scene<'_, A> {
    pub(super) fn candidates(&self) -> &[ContainerId] {
        self.views.of(self.observer, self.service)
    }

    pub(super) fn jobs(&self, who: ContainerId) -> u32 {
        (self.at)(who).1
    }

    /// A candidate that is `wanted`, each with the same probability.
    pub(super) fn any(
        &mut self,
        wanted: impl Fn(&Self, ContainerId) -> bool,
    ) -> Option<ContainerId> {
        let unit = self.draw.open01();
        let matching = || self.candidates().iter().copied().filter(|&who| wanted(self, who));
        let count = matching().count();
        matching().nth((unit * count as f64) as usize)
    }
}
