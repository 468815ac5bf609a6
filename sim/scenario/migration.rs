//! How the phases of a migration follow each other: each is the scenario with the overlays up to its own, in which
//! containers stand where the phases before have left them.

use crate::document::Document;
use crate::document::fields::Name;
use crate::document::migration::{PhaseStep, PhaseText};
use crate::document::moving::Moving;
use crate::places;
use std::collections::{BTreeMap, BTreeSet};

/// Nodes of all placed containers, by service.
pub(crate) fn standing(document: &Document) -> BTreeMap<String, Vec<String>> {
    let nodes: Vec<&String> = document.nodes.keys().collect();
    let first = places::of(document).first;
    let names = |places: Vec<usize>| places.into_iter().map(|at| nodes[at].clone()).collect();
    document.services.keys().cloned().zip(first.into_iter().map(names)).collect()
}

/// The services that `name` means: one, or with `stack.NAME` all of a stack; empty if there are none.
pub(crate) fn services(document: &Document, name: &str) -> Vec<String> {
    if document.services.contains_key(name) {
        return vec![name.to_owned()];
    }
    let Some(stack) = name.strip_prefix("stack.") else { return Vec::new() };
    let services = document.services.iter();
    let of_stack = services.filter(|(_, service)| service.deploy.stack.as_deref() == Some(stack));
    of_stack.map(|(name, _)| name.clone()).collect()
}

/// `document` without scripted faults and rollouts, which phases ignore.
pub(crate) fn calm(document: &Document) -> Document {
    Document { faults: Vec::new(), rollouts: Vec::new(), ..document.clone() }
}

/// The document of the world of a phase: `before` is that of the phase before, `after` includes its own
/// overlay.
pub(crate) fn document(before: &Document, after: &Document, phase: usize) -> Document {
    let steps = after.migration.phases.get(phase).map_or(&[][..], |phase| &phase.steps);
    let named = steps.iter().flat_map(PhaseStep::services);
    let named = named.flat_map(|name| services(after, &name.text)).collect();
    let moving = Some(Moving { from: standing(before), named, phase });
    Document { moving, ..calm(after) }
}

/// The phases that come before the one at `place`.
pub(crate) fn after(phases: &[PhaseText], place: usize) -> Vec<usize> {
    let named = phases[place].after.as_ref();
    before(named, place, |id| phases.iter().position(|phase| phase.id.text == id))
}

/// The steps that come before the one at `place` of a phase.
pub(crate) fn after_step(steps: &[PhaseStep], place: usize) -> Vec<usize> {
    let named = steps[place].after.as_ref();
    before(named, place, |id| steps.iter().position(|step| step.id == id))
}

/// The steps that have ended when the one at `place` begins.
pub(crate) fn earlier(steps: &[PhaseStep], place: usize) -> BTreeSet<usize> {
    let (mut all, mut open) = (BTreeSet::new(), vec![place]);
    while let Some(next) = open.pop() {
        open.extend(after_step(steps, next).into_iter().filter(|before| all.insert(*before)));
    }
    all
}

fn before(
    named: Option<&Vec<Name>>,
    place: usize,
    find: impl Fn(&str) -> Option<usize>,
) -> Vec<usize> {
    match named {
        None => place.checked_sub(1).into_iter().collect(),
        Some(names) => names.iter().filter_map(|name| find(&name.text)).collect(),
    }
}

/// The places that, directly or not, wait for themselves.
pub(crate) fn circles(after: &[Vec<usize>]) -> Vec<usize> {
    let mut is_free = vec![false; after.len()];
    while let Some(next) = (0..after.len())
        .find(|place| !is_free[*place] && after[*place].iter().all(|before| is_free[*before]))
    {
        is_free[next] = true;
    }
    (0..after.len()).filter(|place| !is_free[*place]).collect()
}
