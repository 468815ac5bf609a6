//! Who calls whom: the graph of endpoints, its circles, and what a request can reach.

use crate::diagnostic::Diagnostic;
use crate::document::Document;
use crate::document::step::{Step, StepKind};
use crate::source::{Origin, Sources};
use std::collections::{BTreeMap, BTreeSet};
use wssim_model::law::Law;

/// An endpoint by name.
pub(crate) type Place = (String, String);

/// A call from one endpoint to another.
#[derive(Clone, Debug)]
pub(crate) struct Edge {
    /// Who calls.
    pub from: Place,
    /// Who is called.
    pub to: Place,
    /// Calls expected in one visit.
    pub times: f64,
    /// Whether every visit calls.
    pub certain: bool,
    /// Where the call is written.
    pub origin: Origin,
}

/// Splits `service.endpoint`; services may have dots in their names.
pub(crate) fn split(target: &str) -> Option<Place> {
    let (service, endpoint) = target.rsplit_once('.')?;
    Some((service.to_owned(), endpoint.to_owned()))
}

/// Stands for the look-ups at a service, which call nobody; no endpoint of a file is named so.
const LOOK_UP: &str = "a look-up";

/// Every call that is written, look-ups in caches included.
pub(crate) fn edges(document: &Document) -> Vec<Edge> {
    let mut out = Vec::new();
    for (service, content) in &document.services {
        for (endpoint, content) in &content.endpoints {
            let from = (service.clone(), endpoint.clone());
            visit(&content.steps, 1.0, true, &mut |step, times, certain| {
                let (to, origin) = match &step.kind {
                    StepKind::Call(call) => (split(&call.target.text), call.target.origin),
                    StepKind::Cache(cache) => {
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

/// Shows every step, nested ones too, with how often one visit comes there and whether it must.
pub(crate) fn visit<'d>(
    steps: &'d [Step],
    times: f64,
    certain: bool,
    show: &mut impl FnMut(&'d Step, f64, bool),
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
            StepKind::Cache(cache) => {
                let misses = 1.0 - cache.hits.expected();
                visit(&cache.miss, times * misses, certain && misses >= 1.0, show);
            }
            StepKind::Group(steps) => visit(steps, times, certain, show),
            _ => {}
        }
    }
}

/// Refuses circles without end, warns of the others.
pub(crate) fn circles(edges: &[Edge], sources: &Sources) -> Vec<Diagnostic> {
    let mut out = Vec::new();
    let certain: Vec<&Edge> = edges.iter().filter(|edge| edge.certain).collect();
    let all: Vec<&Edge> = edges.iter().collect();
    let mut endless: BTreeSet<Place> = BTreeSet::new();
    for (closing, names) in find(&certain) {
        endless.extend(names.iter().cloned());
        let message = format!("calls go in a circle without end: {}", show(&names));
        let help = "give one of the calls a `probability` below 1";
        out.push(Diagnostic::error("call-cycle", message).at(sources, closing.origin).help(help));
    }
    for (closing, names) in find(&all) {
        if names.iter().any(|name| endless.contains(name)) {
            continue;
        }
        let circle = show(&names);
        let diagnostic = if converges(edges) {
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

fn show(names: &[Place]) -> String {
    names
        .iter()
        .map(|(service, endpoint)| format!("`{service}.{endpoint}`"))
        .collect::<Vec<_>>()
        .join(" → ")
}

/// One circle for each edge that closes one in a depth-first walk, in the order of names.
fn find<'e>(edges: &[&'e Edge]) -> Vec<(&'e Edge, Vec<Place>)> {
    let mut next: BTreeMap<&Place, Vec<&'e Edge>> = BTreeMap::new();
    for edge in edges {
        next.entry(&edge.from).or_default().push(edge);
    }
    let mut done: BTreeSet<&Place> = BTreeSet::new();
    let mut out = Vec::new();
    for &start in next.keys() {
        // The path so far, with how many of its calls have been followed.
        let mut path: Vec<(&Place, usize)> = vec![(start, 0)];
        while let Some((place, followed)) = path.last().copied() {
            let calls = next.get(place).map_or(&[][..], Vec::as_slice);
            let Some(&edge) = calls.get(followed).filter(|_| !done.contains(place)) else {
                done.insert(place);
                path.pop();
                continue;
            };
            if let Some(top) = path.last_mut() {
                top.1 += 1;
            }
            match path.iter().position(|(on_path, _)| **on_path == edge.to) {
                Some(at) => {
                    let mut names: Vec<Place> =
                        path[at..].iter().map(|(place, _)| (*place).clone()).collect();
                    names.push(edge.to.clone());
                    out.push((edge, names));
                }
                None if !done.contains(&edge.to) => path.push((&edge.to, 0)),
                None => {}
            }
        }
    }
    out
}

/// Whether a visit to any endpoint causes finitely many visits, on average.
fn converges(edges: &[Edge]) -> bool {
    const ROUNDS: usize = 20_000;
    const TOO_MANY: f64 = 1e9;
    let mut number: BTreeMap<&Place, usize> = BTreeMap::new();
    for edge in edges {
        for place in [&edge.from, &edge.to] {
            let next = number.len();
            number.entry(place).or_insert(next);
        }
    }
    let links: Vec<(usize, usize, f64)> =
        edges.iter().map(|edge| (number[&edge.from], number[&edge.to], edge.times)).collect();
    // What a wave of one visit everywhere still causes after so many calls.
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
