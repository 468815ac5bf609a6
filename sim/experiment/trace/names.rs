//! Who a life is, and what one of its steps is made of.

use super::findings::StretchPlace;
use super::kind::StretchKind;
use super::lives::{FrameLife, FrameStep, What};
use wssim_kernel::{Nanos, Time};
use wssim_model::Blueprint;
use wssim_model::ids::{ContainerId, EndpointId};
use wssim_model::probe::Opening;

/// What the user's side is called beside the nodes.
const USER: &str = "user";

/// A stretch of time that went to one thing at one place.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Leaf {
    pub(super) kind: StretchKind,
    pub(super) place: StretchPlace,
    pub(super) from: Time,
    pub(super) to: Time,
}

/// The lives of one request in the world of `blueprint`.
#[derive(Clone, Copy, Debug)]
pub(super) struct Lives<'a> {
    pub(super) blueprint: &'a Blueprint,
    pub(super) all: &'a [FrameLife],
}

impl<'a> Lives<'a> {
    /// The visit that a life is, or is part of; `None`: it is the request itself.
    pub(super) fn visit(self, life: usize) -> Option<(ContainerId, EndpointId)> {
        match self.all[life].opening {
            Opening::Request { .. } => None,
            Opening::Visit { container, endpoint, .. } => Some((container, endpoint)),
            Opening::Part { .. } => self.all[life].parent.and_then(|of| self.visit(of)),
        }
    }

    /// The service where a life is; of the request itself, its source.
    pub(super) fn service(self, life: usize) -> &'a str {
        match (self.visit(life), self.all[life].opening) {
            (Some((container, _)), _) => &self.blueprint.service_of(container).name,
            (None, Opening::Request { source, .. }) => &self.blueprint.sources[source.index()].name,
            (None, _) => USER,
        }
    }

    /// The same as a place.
    pub(super) fn at(self, life: usize) -> StretchPlace {
        StretchPlace::At(self.service(life).to_owned())
    }

    /// The node where a life is.
    pub(super) fn node(self, life: usize) -> &'a str {
        let node = |(container, _): (ContainerId, _)| {
            let container = &self.blueprint.containers[container.index()];
            self.blueprint.nodes[container.node.index()].name.as_str()
        };
        self.visit(life).map_or(USER, node)
    }

    /// Under way between `life` and who opened it.
    pub(super) fn hop(self, life: usize, from: Time, to: Time) -> Leaf {
        let mut ends = [self.all[life].parent.map_or(USER, |of| self.node(of)), self.node(life)];
        // The user stands first, nodes by name: there and back is one place.
        if ends[0] != USER {
            ends.sort_unstable();
        }
        let [first, second] = ends.map(str::to_owned);
        let place = if first == second {
            StretchPlace::Within(first)
        } else {
            StretchPlace::Between(first, second)
        };
        Leaf { kind: StretchKind::Network, place, from, to }
    }

    /// What a step of `life` until `to` is made of. Waiting for others is one leaf here.
    pub(super) fn leaves(self, life: usize, step: &FrameStep, to: Time) -> Vec<Leaf> {
        let from = step.from;
        let here = |kind| Leaf { kind, place: self.at(life), from, to };
        match &step.what {
            What::Travels => vec![self.hop(life, from, to)],
            What::Arrives => Vec::new(),
            What::Waits(kind) => vec![here(*kind)],
            What::Connects(pool) => {
                let pool = self.blueprint.pools[pool.index()].name.clone();
                let place = StretchPlace::Pool { service: self.service(life).to_owned(), pool };
                vec![Leaf { place, ..here(StretchKind::Connection) }]
            }
            What::Computes { alone, networking, throttled, .. } => {
                let parts = split(from, to, [*alone, *networking], *throttled);
                parts.map(|(kind, from, to)| Leaf { from, to, ..here(kind) }).to_vec()
            }
            What::Calls(_) => vec![here(StretchKind::Call)],
            What::Repeats(_) | What::Forks(_) => vec![here(StretchKind::Parallel)],
        }
    }
}

/// A CPU step: what networking takes alone, what the rest does, what sharing adds, what the quota adds. When in the step the
/// last two happened is not known; they are put at its end.
fn split(
    from: Time,
    to: Time,
    [alone, networking]: [Nanos; 2],
    throttled: Nanos,
) -> [(StretchKind, Time, Time); 4] {
    let elapsed = to.since(from);
    let alone = alone.min(elapsed);
    let sent = from + networking.min(alone);
    let throttled = throttled.min(elapsed - alone);
    let shared = from + alone;
    let stopped = shared + (elapsed - alone - throttled);
    [
        (StretchKind::NetworkCpu, from, sent),
        (StretchKind::Cpu, sent, shared),
        (StretchKind::Sharing, shared, stopped),
        (StretchKind::Throttled, stopped, to),
    ]
}
