//! Phases of a migration as worlds: each is the scenario with the overlays up to its own, in which containers
//! stand where the phases before have left them.

use crate::document::Document;
use crate::document::fields::Name;
use crate::document::migration::{Copy, PhaseStep, PhaseText, WorkText};
use crate::document::moving::Moving;
use crate::lower;
use crate::places;
use crate::trace::Traces;
use std::collections::{BTreeMap, BTreeSet};
use wssim_experiment::migrate::plan;
use wssim_text::quantity::{Dimension, Quantity};

/// Where containers stand when all is placed, by service.
pub(crate) fn standing(document: &Document) -> BTreeMap<String, Vec<String>> {
    let nodes: Vec<&String> = document.nodes.keys().collect();
    let first = places::of(document).first;
    let names = |places: Vec<usize>| places.into_iter().map(|at| nodes[at].clone()).collect();
    document.services.keys().cloned().zip(first.into_iter().map(names)).collect()
}

/// The services that `name` stands for: one, or as `stack.NAME` all of a stack; none: there is no such thing.
pub(crate) fn services(document: &Document, name: &str) -> Vec<String> {
    if document.services.contains_key(name) {
        return vec![name.to_owned()];
    }
    let Some(stack) = name.strip_prefix("stack.") else { return Vec::new() };
    let services = document.services.iter();
    let of_stack = services.filter(|(_, service)| service.deploy.stack.as_deref() == Some(stack));
    of_stack.map(|(name, _)| name.clone()).collect()
}

/// `document` without what a script lets happen beside the phases: phases know neither faults nor rollouts.
pub(crate) fn calm(document: &Document) -> Document {
    Document { faults: Vec::new(), rollouts: Vec::new(), ..document.clone() }
}

/// The document of the world of a phase: `before` is that of the phase before, `after` that with its own overlay.
pub(crate) fn document(before: &Document, after: &Document, phase: usize) -> Document {
    let steps = after.migration.phases.get(phase).map_or(&[][..], |phase| &phase.steps);
    let named = steps.iter().flat_map(PhaseStep::services);
    let named = named.flat_map(|name| services(after, &name.text)).collect();
    let moving = Some(Moving { from: standing(before), named, phase });
    Document { moving, ..calm(after) }
}

/// All phases with their worlds; `worlds` are the documents with the overlays of none, of the first, of the first
/// two, and so on.
pub(crate) fn phases(worlds: &[(&Document, &Traces)]) -> Vec<plan::PlannedPhase> {
    let Some((base, _)) = worlds.first() else { return Vec::new() };
    let all = &base.migration.phases;
    let pairs = worlds.windows(2).zip(all).enumerate();
    pairs
        .map(|(place, (pair, phase))| {
            let document = document(pair[0].0, pair[1].0, place);
            plan::PlannedPhase {
                id: phase.id.text.clone(),
                title: phase.title.clone(),
                after: after(all, place),
                window: phase.window,
                steps: phase.steps.iter().map(step_name).collect(),
                blueprint: lower::lower(&document, pair[1].1),
            }
        })
        .collect()
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

/// The steps that are over when the one at `place` begins.
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

/// Which of things that wait for each other wait for themselves.
pub(crate) fn circles(after: &[Vec<usize>]) -> Vec<usize> {
    let mut is_free = vec![false; after.len()];
    while let Some(next) = (0..after.len())
        .find(|place| !is_free[*place] && after[*place].iter().all(|before| is_free[*before]))
    {
        is_free[next] = true;
    }
    (0..after.len()).filter(|place| !is_free[*place]).collect()
}

fn step_name(step: &PhaseStep) -> plan::StepName {
    let text = step.text.clone().unwrap_or_else(|| told(&step.work));
    plan::StepName { id: step.id.clone(), text }
}

/// What a step does, in a few words.
fn told(work: &WorkText) -> String {
    let names = |names: &[Name]| {
        let texts: Vec<&str> = names.iter().take(2).map(|name| name.text.as_str()).collect();
        let more = names.len().saturating_sub(2);
        let more = if more > 0 { format!(" and {more} more") } else { String::new() };
        texts.join(", ") + &more
    };
    let size = |bytes: f64| {
        let text = Quantity { value: bytes, dimension: Dimension::Size }.to_string();
        let unit = text.find(|sign: char| sign.is_alphabetic()).unwrap_or(text.len());
        format!("{} {}", &text[..unit], &text[unit..])
    };
    match work {
        WorkText::Stop(all) => format!("stop {}", names(all)),
        WorkText::Start(all) => format!("start {}", names(all)),
        WorkText::Switch(all) => format!("switch to {}", names(all)),
        WorkText::Dump(service, bytes, _) => format!("dump {}, {}", service.text, size(*bytes)),
        WorkText::Restore(service, bytes, _) => {
            format!("restore {}, {}", service.text, size(*bytes))
        }
        WorkText::Copy(Copy { bytes, from, to, .. }) => {
            format!("copy {}, {} to {}", size(*bytes), from.text, to.text)
        }
        WorkText::People(true, _) => "verify".to_owned(),
        WorkText::People(false, _) => "by hand".to_owned(),
    }
}
