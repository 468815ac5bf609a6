//! The call graph of endpoints: its cycles, and what a request can reach.

use crate::diagnostic::Diagnostic;
use crate::document::Document;
use crate::document::step::{StepKind, StepText};
use crate::source::{Origin, Sources};
use std::collections::{BTreeMap, BTreeSet};
use wssim_model::law::Law;

/// An endpoint by name.
pub(crate) type EndpointName = (String, String);

/// A call from one endpoint to another.
#[derive(Clone, Debug)]
pub(crate) struct Edge {
    /// The calling endpoint.
    pub from: EndpointName,
    /// The called endpoint.
    pub to: EndpointName,
    /// Mean number of calls per visit.
    pub times: f64,
    /// Whether every visit makes the call.
    pub certain: bool,
    /// Where the call is written.
    pub origin: Origin,
}

/// Splits `service.endpoint`; services may have dots in their names.
pub(crate) fn split(target: &str) -> Option<EndpointName> {
    let (service, endpoint) = target.rsplit_once('.')?;
    Some((service.to_owned(), endpoint.to_owned()))
}

/// Endpoint of the look-ups at a service, which makes no calls; no endpoint in a file can have this
/// name.
const LOOK_UP: &str = "a look-up";

/// All calls, including look-ups in caches.
pub(crate) fn edges(document: &Document) -> Vec<Edge> {
    let mut out = Vec::new();
    for (service, content) in &document.services {
        for (endpoint, content) in &content.endpoints {
            let from = (service.clone(), endpoint.clone());
            visit(&content.steps, 1.0, true, &mut |step, times, certain| {
                let (to, origin) = match &step.kind {
                    StepKind::Call(call) => (split(&call.target.text), call.target.origin),
                    StepKind::Cache(cache, _) => {
                        let place = (cache.cache.text.clone(), LOOK_UP.to_owned());
                        (Some(place), cache.cache.origin)
                    }
                    _ => return,
                };
                if let Some(to) = to {
                    out.push(Edge { from: from.clone(), to, times, certain, origin });
                }
            });
        }
    }
    out
}

/// Calls a function for every step, nested ones too, with its mean number per visit and whether every
/// visit reaches it.
pub(crate) fn visit<'d>(
    steps: &'d [StepText],
    times: f64,
    certain: bool,
    show: &mut impl FnMut(&'d StepText, f64, bool),
) {
    for step in steps {
        let repeats = step.repeat.as_ref().map_or(1.0, Law::mean);
        let always = match &step.repeat {
            None => true,
            Some(Law::Constant(count)) => *count >= 0.5,
            Some(_) => false,
        };
        let times = times * step.probability * repeats;
        let certain = certain && step.probability >= 1.0 && always;
        show(step, times, certain);
        match &step.kind {
            StepKind::Parallel { branches, .. } => {
                for branch in branches {
                    visit(branch, times, certain, show);
                }
            }
            StepKind::Cache(cache, miss) => {
                let misses = 1.0 - cache.hits.expected();
                visit(miss, times * misses, certain && misses >= 1.0, show);
            }
            StepKind::Group(steps) => visit(steps, times, certain, show),
            StepKind::With(with) => visit(&with.steps, times, certain, show),
            _ => {}
        }
    }
}

/// Refuses infinite cycles, warns of the others.
pub(crate) fn circles<'e>(edges: &'e [Edge], sources: &Sources) -> Vec<Diagnostic> {
    let mut out = Vec::new();
    let arrow = |edge: &'e Edge| (&edge.from, &edge.to, edge);
    let mut endless: BTreeSet<&EndpointName> = BTreeSet::new();
    for (closing, names) in find(edges.iter().filter(|edge| edge.certain).map(arrow)) {
        endless.extend(names.iter().copied());
        let message = format!("calls go in a circle without end: {}", show(&names));
        let help = "give one of the calls a `probability` below 1";
        out.push(Diagnostic::error("call-cycle", message).at(sources, closing.origin).help(help));
    }
    let circles = find(edges.iter().map(arrow));
    let ends = circles.is_empty() || converges(edges);
    for (closing, names) in circles {
        if names.iter().any(|name| endless.contains(name)) {
            continue;
        }
        let circle = show(&names);
        let diagnostic = if ends {
            Diagnostic::warning("call-cycle", format!("calls go in a circle: {circle}"))
        } else {
            let message = format!("a request causes ever more calls: {circle}");
            Diagnostic::error("call-cycle", message)
                .help("fewer than one call must come back, on average")
        };
        out.push(diagnostic.at(sources, closing.origin));
    }
    out
}

/// A cycle as text; of a long one the first names and the last.
fn show(names: &[&EndpointName]) -> String {
    const SHOWN: usize = 12;
    let name = |(service, endpoint): &&EndpointName| format!("`{service}.{endpoint}`");
    let mut shown: Vec<String> = names.iter().take(SHOWN).map(name).collect();
    if let [.., last] = names
        && names.len() > SHOWN
    {
        shown.extend(["…".to_owned(), name(last)]);
    }
    shown.join(" → ")
}

/// An edge between two nodes of a graph, and its meaning.
pub(crate) type Arrow<'n, N, E> = (&'n N, &'n N, E);

/// For each endpoint its number in `own` plus those of all its calls, weighted by their number; inexact
/// above `enough`.
pub(crate) fn with_callees(
    own: &BTreeMap<EndpointName, f64>,
    edges: &[Edge],
    enough: f64,
) -> BTreeMap<EndpointName, f64> {
    let number: BTreeMap<&EndpointName, usize> = own.keys().zip(0..).collect();
    let links: Vec<(usize, usize, f64)> = (edges.iter())
        .filter_map(|edge| Some((*number.get(&edge.from)?, *number.get(&edge.to)?, edge.times)))
        .collect();
    let mut calls = vec![Vec::new(); number.len()];
    for (from, to, times) in links {
        calls[from].push((to, times));
    }
    let base: Vec<f64> = own.values().copied().collect();
    let mut all = base.clone();
    // Callees first, so that one round suffices without cycles.
    let order = callees_first(&calls);
    for _ in 0..ROUNDS_OF_CIRCLES {
        let mut changed = false;
        for &at in &order {
            let below = calls[at].iter().map(|(to, times)| times * all[*to].min(2.0 * enough));
            let new = base[at] + below.sum::<f64>();
            changed |= (new - all[at]).abs() > 1e-6 * new;
            all[at] = new;
        }
        if !changed {
            break;
        }
    }
    own.keys().cloned().zip(all).collect()
}

/// Rounds through cycles of calls in estimates of what a visit causes.
const ROUNDS_OF_CIRCLES: usize = 1000;

/// All numbers, callees before callers, except in cycles.
fn callees_first(calls: &[Vec<(usize, f64)>]) -> Vec<usize> {
    let mut seen = vec![false; calls.len()];
    let mut order = Vec::with_capacity(calls.len());
    for start in 0..calls.len() {
        let mut path = vec![(start, 0)];
        while let Some((at, followed)) = path.pop() {
            if followed == 0 && std::mem::replace(&mut seen[at], true) {
                continue;
            }
            match calls[at].get(followed) {
                Some((to, _)) => path.extend([(at, followed + 1), (*to, 0)]),
                None => order.push(at),
            }
        }
    }
    order
}

/// Longest chain of calls that is followed.
const ROUNDS: usize = 20_000;

/// Most reported cycles.
const MOST_CIRCLES: usize = 100;

/// One cycle for each edge that closes one in a depth-first walk, in the order of nodes; each begins and
/// ends with the same node.
pub(crate) fn find<'n, N: Ord, E: Copy>(
    arrows: impl Iterator<Item = Arrow<'n, N, E>>,
) -> Vec<(E, Vec<&'n N>)> {
    let mut next: BTreeMap<&N, Vec<(&'n N, E)>> = BTreeMap::new();
    for (from, to, stands_for) in arrows {
        next.entry(from).or_default().push((to, stands_for));
    }
    let mut done: BTreeSet<&N> = BTreeSet::new();
    let mut out = Vec::new();
    for &start in next.keys() {
        // The path so far, with the number of followed edges of each node.
        let mut path: Vec<(&N, usize)> = vec![(start, 0)];
        while let Some((node, followed)) = path.last().copied() {
            let arrows = next.get(node).map_or(&[][..], Vec::as_slice);
            let Some(&(to, stands_for)) = arrows.get(followed).filter(|_| !done.contains(node))
            else {
                done.insert(node);
                path.pop();
                continue;
            };
            if let Some(top) = path.last_mut() {
                top.1 += 1;
            }
            match path.iter().position(|(on_path, _)| *on_path == to) {
                Some(_) if out.len() >= MOST_CIRCLES => {}
                Some(at) => {
                    let mut circle: Vec<&N> = path[at..].iter().map(|(node, _)| *node).collect();
                    circle.push(to);
                    out.push((stands_for, circle));
                }
                None if !done.contains(to) => path.push((to, 0)),
                None => {}
            }
        }
    }
    out
}

/// Whether a visit to any endpoint causes finitely many visits on average.
fn converges(edges: &[Edge]) -> bool {
    const TOO_MANY: f64 = 1e9;
    let mut number: BTreeMap<&EndpointName, usize> = BTreeMap::new();
    for edge in edges {
        for place in [&edge.from, &edge.to] {
            let next = number.len();
            number.entry(place).or_insert(next);
        }
    }
    let links: Vec<(usize, usize, f64)> =
        edges.iter().map(|edge| (number[&edge.from], number[&edge.to], edge.times)).collect();
    // Visits that one visit to every endpoint still causes after this many calls.
    let mut wave = vec![1.0; number.len()];
    for _ in 0..ROUNDS {
        let mut next = vec![0.0; wave.len()];
        for (from, to, times) in &links {
            next[*to] += wave[*from] * times;
        }
        wave = next;
        let sum: f64 = wave.iter().sum();
        if sum < 1e-6 {
            return true;
        }
        if sum > TOO_MANY {
            return false;
        }
    }
    false
}
