//! What Traefik knows: routers, balancers and middlewares.

use super::middleware::{Middleware, MiddlewareKind};
use super::reference::Reference;
use crate::source::Origin;
use wssim_kernel::Nanos;

/// A route of requests.
#[derive(Clone, Debug)]
pub(crate) struct Router {
    pub name: String,
    /// The service whose labels define it.
    pub owner: String,
    pub origin: Origin,
    /// `None` for Traefik's default rule.
    pub rule: Option<String>,
    /// Empty for all default ones.
    pub entry_points: Vec<String>,
    /// `None` for the only balancer of its owner.
    pub service: Option<Reference>,
    pub middlewares: Vec<Reference>,
    /// `None` for the length of the rule.
    pub priority: Option<i64>,
    pub tls: bool,
}

/// A service in Traefik's terms: the containers of one of our services, with a port.
#[derive(Clone, Debug)]
pub(crate) struct Balancer {
    pub name: String,
    /// The service whose labels define it, and whose containers answer.
    pub owner: String,
    pub origin: Origin,
    /// Required with Swarm, which does not tell Traefik the ports.
    pub port: Option<u16>,
    pub health: Option<Health>,
    /// Whether a cookie binds a user to one container.
    pub sticky: bool,
    pub strategy: Strategy,
}

/// The choice of a server for a request.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Strategy {
    /// Round robin.
    Wrr,
    /// The one with fewer requests of two random ones.
    P2c,
    /// The one that answers fastest.
    LeastTime,
    /// By a hash of the client's address.
    Hrw,
}

/// Traefik's own health check of containers.
#[derive(Clone, Debug)]
pub(crate) struct Health {
    pub path: String,
    pub interval: Nanos,
    pub timeout: Nanos,
}

/// The configuration by labels.
#[derive(Clone, Debug, Default)]
pub(crate) struct ProxyLabels {
    pub routers: Vec<Router>,
    pub balancers: Vec<Balancer>,
    pub middlewares: Vec<Middleware>,
}

impl ProxyLabels {
    /// The balancer of a router; by default its owner's own.
    pub(crate) fn balancer_of(&self, router: &Router) -> Option<&Balancer> {
        match &router.service {
            Some(service) => self.balancers.iter().find(|balancer| balancer.name == service.name),
            None => self.balancers.iter().find(|balancer| balancer.owner == router.owner),
        }
    }

    /// The middleware of a reference.
    pub(crate) fn middleware(&self, reference: &Reference) -> Option<&Middleware> {
        self.middlewares.iter().find(|middleware| middleware.name == reference.name)
    }

    /// Every reference to a middleware, in routers and chains.
    pub(crate) fn references(&self) -> impl Iterator<Item = &Reference> {
        let links = self.middlewares.iter().filter_map(|middleware| match &middleware.kind {
            MiddlewareKind::Chain(links) => Some(links),
            _ => None,
        });
        self.routers.iter().map(|router| &router.middlewares).chain(links).flatten()
    }
}
