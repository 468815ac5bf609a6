//! Containers in a blueprint: their nodes, their start, and the place of their data.

use crate::ids::{NodeId, ServiceId};
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
