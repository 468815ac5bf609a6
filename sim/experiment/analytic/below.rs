//! The load that visits and all their calls bring to each processor, and how many of them it can hold at
//! once.

use crate::offered::{Visit, moves};
use wssim_model::Blueprint;
use wssim_model::blueprint::{Arrivals, Background, Hold, Maker};

/// Rounds over nested calls; more than any relevant depth.
const ROUNDS: usize = 200;
/// A burst shorter than this share of the time to the next seldom overlaps it.
const SELDOM: f64 = 0.1;

/// CPU time of one visit to each endpoint on each node, nested calls included, in seconds.
#[derive(Clone, Debug, Default)]
pub(super) struct Below {
    nodes: usize,
    seconds: Vec<f64>,
}

impl Below {
    /// The CPU time when a nanosecond of a service's work takes `slow` nanoseconds on its nodes.
    pub(super) fn of(
        blueprint: &Blueprint,
        visits: &[Visit],
        slow: impl Fn(usize, usize) -> f64,
    ) -> Self {
        let nodes = blueprint.nodes.len();
        let mut all = Self { nodes, seconds: vec![0.0; blueprint.endpoints.len() * nodes] };
        for _ in 0..ROUNDS {
            let next = all.next(blueprint, visits, &slow);
            let moves = next.moves(&all);
            all = next;
            if !moves {
                break;
            }
        }
        all
    }

    /// A visit's own work plus that of its calls, as far as known.
    pub(super) fn next(
        &self,
        blueprint: &Blueprint,
        visits: &[Visit],
        slow: impl Fn(usize, usize) -> f64,
    ) -> Self {
        let nodes = self.nodes;
        let mut seconds = vec![0.0; self.seconds.len()];
        let rows = seconds.chunks_exact_mut(nodes.max(1)).zip(&blueprint.endpoints).zip(visits);
        for ((row, endpoint), visit) in rows {
            let service = &blueprint.services[endpoint.service.index()];
            let each = visit.cpu_ns * 1e-9 / f64::from(service.replicas().max(1));
            for container in service.wanted().filter(|_| each > 0.0) {
                let node = blueprint.containers[container as usize].node.index();
                row[node] += each * slow(endpoint.service.index(), node);
            }
            for call in &visit.calls {
                let known = &self.seconds[call.target.index() * nodes..][..nodes];
                for (sum, more) in row.iter_mut().zip(known) {
                    *sum += call.times * more;
                }
            }
        }
        Self { nodes, seconds }
    }

    /// Whether it differs from `before`.
    pub(super) fn moves(&self, before: &Self) -> bool {
        let both = self.seconds.iter().zip(&before.seconds);
        both.into_iter().any(|(a, b)| moves(*a, *b))
    }

    /// CPU time of a visit to the endpoint at `place`, on `node`.
    pub(super) fn at(&self, place: usize, node: usize) -> f64 {
        self.seconds[place * self.nodes + node]
    }
}

/// Most jobs of requests on `node` at once; `None` if unlimited.
pub(super) fn most_at(blueprint: &Blueprint, node: usize) -> Option<u32> {
    let mut sum = 0_u32;
    for source in &blueprint.sources {
        let users = match &source.arrivals {
            Arrivals::Closed { users, .. } => Some(*users),
            _ => None,
        };
        let mut of_source = Some(0_u32);
        for (share, endpoint) in &source.entries {
            if *share > 0.0 {
                let service = blueprint.endpoints[endpoint.index()].service.index();
                of_source = plus(of_source, most_of(blueprint, service, node, &mut Vec::new()));
            }
        }
        let most = [users, of_source].into_iter().flatten().min()?;
        sum = sum.saturating_add(most);
    }
    let background = blueprint.background.iter().filter(|one| maker_node(blueprint, one) == node);
    background.map(|one| at_once(one, blueprint.nodes[node].speed)).fold(Some(sum), plus)
}

fn maker_node(blueprint: &Blueprint, background: &Background) -> usize {
    match background.maker {
        Maker::Container(id) => blueprint.containers[id.index()].node.index(),
        Maker::System(id) => id.index(),
    }
}

/// Most jobs of a background at once; `None` if unlimited, as bursts pile up.
fn at_once(background: &Background, speed: f64) -> Option<u32> {
    let takes = background.cpu.mean() / speed;
    (takes < SELDOM * background.every.mean()).then_some(background.jobs)
}

fn plus(a: Option<u32>, b: Option<u32>) -> Option<u32> {
    Some(a?.saturating_add(b?))
}

/// [`most_at`] for requests to one service, with all their calls: limited by its workers and by what
/// each called service admits.
fn most_of(
    blueprint: &Blueprint,
    service: usize,
    node: usize,
    above: &mut Vec<usize>,
) -> Option<u32> {
    if above.contains(&service) {
        return None;
    }
    let own = &blueprint.services[service];
    let here = own.wanted().filter(|c| blueprint.containers[*c as usize].node.index() == node);
    let here = here.count() as u32;
    let workers = own.workers;
    let held = workers.filter(|_| own.hold == Hold::Request);
    let held = held.map(|each| each.saturating_mul(own.replicas()));
    let mut sum = if here == 0 { Some(0) } else { workers.map(|each| each.saturating_mul(here)) };
    above.push(service);
    let calls = blueprint
        .calls
        .iter()
        .filter(|call| blueprint.queries[call.query.index()].caller.index() == service);
    let mut called: Vec<(usize, Option<u32>)> = calls
        .map(|call| {
            let pool = call.pool.map(|pool| blueprint.pools[pool.index()].size);
            (blueprint.endpoints[call.target.index()].service.index(), pool)
        })
        .collect();
    called.sort_unstable();
    called.dedup();
    for (target, pool) in called {
        let pool = pool.map(|size| size.saturating_mul(own.replicas()));
        let inside = most_of(blueprint, target, node, above);
        let most = [pool, inside].into_iter().flatten().min();
        sum = plus(sum, if inside == Some(0) { inside } else { most });
    }
    above.pop();
    // Calls are sequential unless the request forks.
    let held = held.filter(|_| blueprint.parallels.is_empty());
    [held, sum].into_iter().flatten().min()
}
