//! What Traefik knows: routers, balancers and middlewares.

use super::middleware::{Middleware, MiddlewareKind};
use super::reference::Reference;
use crate::source::Origin;
use wssim_kernel::Nanos;

/// Which requests go where.
#[derive(Clone, Debug)]
pub(crate) struct Router {
    pub name: String,
    /// The service whose labels define it.
    pub owner: String,
    pub origin: Origin,
    /// `None`: Traefik's default rule.
    pub rule: Option<String>,
    /// Empty: all that are default.
    pub entry_points: Vec<String>,
    /// `None`: the only balancer of its owner.
    pub service: Option<Reference>,
    pub middlewares: Vec<Reference>,
    /// `None`: the length of the rule.
    pub priority: Option<i64>,
    pub tls: bool,
}

/// A service in Traefik's words: the containers of one of ours, behind a port.
#[derive(Clone, Debug)]
pub(crate) struct Balancer {
    pub name: String,
    /// The service whose labels define it, and whose containers answer.
    pub owner: String,
    pub origin: Origin,
    /// Swarm does not tell Traefik which ports there are, so it needs one.
    pub port: Option<u16>,
    pub health: Option<Health>,
    /// Whether a cookie keeps a user at one container.
    pub sticky: bool,
    pub strategy: Strategy,
}

/// How it chooses a server for a request.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Strategy {
    /// In turn.
    Wrr,
    /// The one with fewer requests of two chosen at random.
    P2c,
    /// Who answers fastest.
    LeastTime,
    /// By a hash of the client's address.
    Hrw,
}

/// Traefik's own check of containers.
#[derive(Clone, Debug)]
pub(crate) struct Health {
    pub path: String,
    pub interval: Nanos,
    pub timeout: Nanos,
}

/// All that labels tell Traefik.
#[derive(Clone, Debug, Default)]
pub(crate) struct ProxyLabels {
    pub routers: Vec<Router>,
    pub balancers: Vec<Balancer>,
    pub middlewares: Vec<Middleware>,
}

impl ProxyLabels {
    /// The balancer that a router means; its owner's own where it names none.
    pub(crate) fn balancer_of(&self, router: &Router) -> Option<&Balancer> {
        match &router.service {
            Some(service) => self.balancers.iter().find(|balancer| balancer.name == service.name),
            None => self.balancers.iter().find(|balancer| balancer.owner == router.owner),
        }
    }

    /// The middleware that a reference means.
    pub(crate) fn middleware(&self, reference: &Reference) -> Option<&Middleware> {
        self.middlewares.iter().find(|middleware| middleware.name == reference.name)
    }

    /// Every reference to a middleware: of routers, and of chains.
    pub(crate) fn references(&self) -> impl Iterator<Item = &Reference> {
        let links = self.middlewares.iter().filter_map(|middleware| match &middleware.kind {
            MiddlewareKind::Chain(links) => Some(links),
            _ => None,
        });
        self.routers.iter().map(|router| &router.middlewares).chain(links).flatten()
    }
}
