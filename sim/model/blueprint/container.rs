//! Containers in a blueprint: where they run, from when on, and where their data lies.

use super::{Blueprint, Service};
use crate::ids::{ContainerId, NodeId, ServiceId};
use crate::orchestrator::{Cluster, ImageSource, Kind, Rollout};
use wssim_kernel::Nanos;

/// One running instance of a service, or a place for one.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Container {
    /// What it runs.
    pub service: ServiceId,
    /// Where it runs.
    pub node: NodeId,
    /// When it starts, from the beginning of the measured stretch; `None`: it runs from the first.
    pub begins: Option<Nanos>,
    /// Whether nothing is there until the orchestrator puts something there.
    pub spare: bool,
    /// Where its data lies.
    pub data: DataAt,
}

/// Where the data of a container lies.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum DataAt {
    /// On its node, or nowhere because it needs none.
    #[default]
    Here,
    /// On another node, for good: it starts empty.
    Elsewhere,
    /// On a file server on this node.
    Node(NodeId),
    /// On a file server that this service is.
    Service(ServiceId),
}

/// What a process does that is told to end.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum OnStop {
    /// It closes idle connections, takes nothing new on, answers what it has, and ends.
    #[default]
    Drain,
    /// It ends at once; what it has is reset.
    Exit,
    /// Nothing: it goes on until it is killed.
    Ignore,
}

/// How slow a container is after its start: code that is not compiled yet, caches that are empty.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Cold {
    /// Times the CPU that the first request takes.
    pub factor: f64,
    /// Requests over which that falls to 1, in a straight line.
    pub requests: u32,
}

/// What a container cannot begin without, and how it waits for that.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Needs {
    /// Of each of these services a container must listen, have its data and be in reach.
    pub services: Vec<ServiceId>,
    /// It looks at whole multiples of this since the end of its start-up CPU.
    pub retry: Nanos,
}

impl Blueprint {
    /// The node of `container`.
    #[inline]
    pub(crate) fn node_of(&self, container: ContainerId) -> NodeId {
        self.containers[container.index()].node
    }

    /// Whether what is lost is replaced by a new container, with an address of its own; without an
    /// orchestrator the old one starts again, and keeps its own.
    #[must_use]
    pub fn replaces_containers(&self) -> bool {
        self.is_replaced() || !self.proxies.is_empty()
    }

    /// Whether an orchestrator replaces what is lost, perhaps elsewhere.
    #[must_use]
    pub fn is_replaced(&self) -> bool {
        self.control.as_ref().is_some_and(Cluster::replaces)
    }

    /// From leaving all views until a container is told to end: as Swarm has it, unless another orchestrator
    /// replaces what is lost.
    #[must_use]
    pub fn leaving(&self) -> Nanos {
        let kind = self.control.as_ref().map(|cluster| cluster.kind).filter(|kind| kind.replaces());
        kind.unwrap_or(Kind::SWARM).leaving
    }

    /// The same world where nothing is brought out.
    #[must_use]
    pub fn without_rollouts(mut self) -> Self {
        if let Some(cluster) = &mut self.control {
            cluster.rollouts.clear();
        }
        self
    }

    /// What is brought out.
    #[must_use]
    pub fn rollouts(&self) -> &[Rollout] {
        self.control.as_ref().map_or(&[], |cluster| &cluster.rollouts)
    }

    /// How long `node` takes for an image of the cluster's table when it is idle, and so is its registry.
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

    /// Whether `id` has its data: a local volume stays on its node, and a file server may be out of reach.
    /// `joined` says who reaches whom, `serves` what can be used.
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
    /// How many containers it is to have.
    #[must_use]
    pub fn replicas(&self) -> u32 {
        self.containers.end - self.containers.start - self.spares
    }

    /// Its containers without the spare ones.
    #[must_use]
    pub fn wanted(&self) -> std::ops::Range<u32> {
        self.containers.start..self.containers.end - self.spares
    }
}
