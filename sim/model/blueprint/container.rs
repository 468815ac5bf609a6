//! Containers in a blueprint: their nodes, their start, and the place of their data.

use super::{Blueprint, Service};
use crate::ids::{ContainerId, NodeId, ServiceId};
use crate::orchestrator::{Cluster, ImageSource, Kind, Rollout};
use wssim_kernel::Nanos;

/// One running instance of a service, or a free place for one.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Container {
    /// Its service.
    pub service: ServiceId,
    /// Its node.
    pub node: NodeId,
    /// When it starts, from the beginning of the measured stretch; `None`: it runs from time zero.
    pub begins: Option<Nanos>,
    /// Whether the place is empty until the orchestrator starts a container there.
    pub spare: bool,
    /// The place of its data.
    pub data: DataAt,
}

/// The place of a container's data.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum DataAt {
    /// On its node, or it needs none.
    #[default]
    Here,
    /// On another node for good: it starts empty.
    Elsewhere,
    /// On a file server on this node.
    Node(NodeId),
    /// On a file server; this service is the file server.
    Service(ServiceId),
}

/// How a process reacts when it is told to stop.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum OnStop {
    /// It closes idle connections, accepts nothing new, finishes its requests, and ends.
    #[default]
    Drain,
    /// It ends at once; its requests are reset.
    Exit,
    /// It ignores the signal until it is killed.
    Ignore,
}

/// How slow a container is after its start: code not yet compiled, caches still empty.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Cold {
    /// Factor on the CPU demand of the first request.
    pub factor: f64,
    /// Requests over which the factor falls linearly to 1.
    pub requests: u32,
}

/// The services that a container needs to begin, and how it waits for them.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Needs {
    /// Each of these services needs a container that listens, has its data and is reachable.
    pub services: Vec<ServiceId>,
    /// It checks at whole multiples of this after the end of its start-up CPU.
    pub retry: Nanos,
}

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
