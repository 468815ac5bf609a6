//! Names of lives, and the leaves of their steps.

use super::findings::StretchPlace;
use super::kind::StretchKind;
use super::lives::{FrameLife, FrameStep, What};
use wssim_kernel::{Nanos, Time};
use wssim_model::Blueprint;
use wssim_model::ids::{ContainerId, EndpointId};
use wssim_model::probe::Opening;

/// The name of the user's side, beside those of nodes.
const USER: &str = "user";

/// A stretch of time of one kind at one place.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Leaf {
    pub(super) kind: StretchKind,
    pub(super) place: StretchPlace,
    pub(super) from: Time,
    pub(super) to: Time,
}

/// The lives of one request in the world of `blueprint`.
#[derive(Clone, Copy, Debug)]
pub(super) struct FrameLives<'a> {
    pub(super) blueprint: &'a Blueprint,
    pub(super) all: &'a [FrameLife],
}

impl<'a> FrameLives<'a> {
    /// The visit of a life; `None` for the request itself.
    pub(super) fn visit(self, life: usize) -> Option<(ContainerId, EndpointId)> {
        match self.all[life].opening {
            Opening::Request { .. } => None,
            Opening::Visit { container, endpoint, .. } => Some((container, endpoint)),
            Opening::Part { .. } => self.all[life].parent.and_then(|of| self.visit(of)),
        }
    }

    /// The service of a life; for the request itself, its source.
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

    /// The node of a life.
    pub(super) fn node(self, life: usize) -> &'a str {
        let node = |(container, _): (ContainerId, _)| {
            let container = &self.blueprint.containers[container.index()];
            self.blueprint.nodes[container.node.index()].name.as_str()
        };
        self.visit(life).map_or(USER, node)
    }

    /// The way between `life` and the life that opened it.
    pub(super) fn hop(self, life: usize, from: Time, to: Time) -> Leaf {
        let mut ends = [self.all[life].parent.map_or(USER, |of| self.node(of)), self.node(life)];
        // The user first, then nodes by name: both directions are one place.
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

    /// The leaves of a step of `life` up to `to`. Waiting for others is one leaf here.
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

/// A CPU step: networking, other work, then delays by sharing and by the quota. When in the step the
/// delays happened is unknown; they are placed at its end.
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
