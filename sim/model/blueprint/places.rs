//! Where containers are, who replaces them, and what they find there.

use super::container::DataAt;
use super::{Blueprint, Fault, Service};
use crate::ids::{ContainerId, NodeId};
use crate::orchestrator::{Cluster, ImageSource, Kind, Rollout};
use wssim_kernel::Nanos;

impl Blueprint {
    /// The node of `container`.
    #[inline]
    pub(crate) fn node_of(&self, container: ContainerId) -> NodeId {
        self.containers[container.index()].node
    }

    /// Whether a lost container is replaced by a new one with its own address. Without an orchestrator the
    /// old one starts again and keeps its address.
    #[must_use]
    pub fn replaces_containers(&self) -> bool {
        self.is_replaced() || !self.proxies.is_empty()
    }

    /// Whether an orchestrator replaces lost containers, perhaps on other nodes.
    #[must_use]
    pub fn is_replaced(&self) -> bool {
        self.control.as_ref().is_some_and(Cluster::replaces)
    }

    /// From the removal of a container from all views until it is told to stop: Swarm's delay, unless another
    /// orchestrator replaces lost containers.
    #[must_use]
    pub fn leaving(&self) -> Nanos {
        let kind = self.control.as_ref().map(|cluster| cluster.kind).filter(|kind| kind.replaces());
        kind.unwrap_or(Kind::SWARM).leaving
    }

    /// The same world with `faults` in place of its own scripted and random ones.
    #[must_use]
    pub fn struck_by(&self, faults: Vec<Fault>) -> Self {
        Self { faults, ..self.clone() }
    }

    /// The same world without rollouts.
    #[must_use]
    pub fn without_rollouts(mut self) -> Self {
        if let Some(cluster) = &mut self.control {
            cluster.rollouts.clear();
        }
        self
    }

    /// The rollouts.
    #[must_use]
    pub fn rollouts(&self) -> &[Rollout] {
        self.control.as_ref().map_or(&[], |cluster| &cluster.rollouts)
    }

    /// How long `node` takes to pull an image of the cluster's table when the node and its registry are idle.
    #[must_use]
    pub fn pull_time(&self, node: NodeId, image: usize) -> Nanos {
        let Some(cluster) = &self.control else { return Nanos::ZERO };
        let (image, to) = (&cluster.images[image], &self.nodes[node.index()]);
        let from = match image.from {
            ImageSource::Outside => None,
            ImageSource::Node(from) => Some(from),
            ImageSource::Registry(service) => {
                let first = self.services[service.index()].containers.start as usize;
                self.containers.get(first).map(|container| container.node)
            }
        };
        let sent = from.map_or(f64::INFINITY, |from| self.nodes[from.index()].bandwidth);
        image.time(to.bandwidth.min(sent), to.speed)
    }

    /// Whether `id` has its data: a local volume stays on its node, and a file server may be unreachable.
    /// `joined` says which nodes reach each other, `serves` which containers serve files.
    pub(crate) fn has_data(
        &self,
        id: ContainerId,
        joined: impl Fn(NodeId, NodeId) -> bool,
        serves: impl Fn(ContainerId) -> bool,
    ) -> bool {
        let container = &self.containers[id.index()];
        match container.data {
            DataAt::Here => true,
            DataAt::Elsewhere => false,
            DataAt::Node(node) => joined(container.node, node),
            DataAt::Service(service) => {
                let servers = self.services[service.index()].containers.clone();
                servers.map(ContainerId).any(|server| {
                    serves(server) && joined(container.node, self.containers[server.index()].node)
                })
            }
        }
    }
}

impl Service {
    /// The number of containers that it should have.
    #[must_use]
    pub fn replicas(&self) -> u32 {
        self.containers.end - self.containers.start - self.spares
    }

    /// Its containers without the spare places.
    #[must_use]
    pub fn wanted(&self) -> std::ops::Range<u32> {
        self.containers.start..self.containers.end - self.spares
    }
}
