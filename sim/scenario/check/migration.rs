//! Checks that everything that phases name exists, that they have an order, and that data fits where it
//! is copied.

use super::moves::Moves;
use super::size::LONGEST;
use crate::diagnostic::Diagnostic;
use crate::document::Document;
use crate::document::fields::Name;
use crate::document::migration::{PhaseStep, PhaseText, WorkText};
use crate::length::shown;
use crate::lint::table;
use crate::migration::{after, after_step, circles, document, earlier, services, standing};
use crate::source::{Origin, Sources};
use std::collections::{BTreeMap, BTreeSet};
use wssim_experiment::migrate::plan;
use wssim_text::quantity::{Dimension, Quantity};
use wssim_text::suggest;

/// Most phases of a scenario, and most steps of a phase: each phase is read as a scenario, and each step
/// has a rollback world.
const MOST_PHASES: usize = 64;
const MOST_STEPS: usize = 200;

/// Checks the number of phases and steps.
pub(crate) fn size(base: &Document, sources: &Sources) -> Vec<Diagnostic> {
    let phases = &base.migration.phases;
    let mut check = Checking { sources, out: Vec::new() };
    if let Some(phase) = phases.get(MOST_PHASES) {
        let message = format!("more than {MOST_PHASES} phases are too many");
        check.error("too-large", message, phase.id.origin);
    }
    for step in phases.iter().filter_map(|phase| phase.steps.get(MOST_STEPS)) {
        let message = format!("more than {MOST_STEPS} steps of a phase are too many");
        check.error("too-large", message, step.origin);
    }
    check.out
}

/// Checks phases and their dependencies without their worlds.
pub(crate) fn order(base: &Document, sources: &Sources) -> Vec<Diagnostic> {
    let mut check = Checking { sources, out: Vec::new() };
    let phases = &base.migration.phases;
    let ids: Vec<&str> = phases.iter().map(|phase| phase.id.text.as_str()).collect();
    for phase in phases {
        for name in phase.after.iter().flatten() {
            check.known("phase", name, ids.iter().copied());
        }
        check.steps(phase);
    }
    let before: Vec<Vec<usize>> = (0..phases.len()).map(|place| after(phases, place)).collect();
    if let Some(first) = circles(&before).first() {
        let id = &phases[*first].id;
        check.error("circle", format!("phase `{}` comes after itself", id.text), id.origin);
    }
    check.out
}

/// Checks the names in phases against their worlds: documents with the overlays of none, of the first,
/// of the first two phases, and so on.
pub(crate) fn worlds(worlds: &[&Document], sources: &Sources) -> Vec<Diagnostic> {
    let mut check = Checking { sources, out: Vec::new() };
    let Some(base) = worlds.first() else { return check.out };
    for ((place, phase), pair) in base.migration.phases.iter().enumerate().zip(worlds.windows(2)) {
        let world = document(pair[0], pair[1], place);
        let (old, new) = (standing(pair[0]), standing(pair[1]));
        check.nodes_stay(phase, &old, &world);
        let moves = Moves { phase, old: &old, new: &new, world: &world, sources };
        check.out.extend(moves.mistakes());
        for step in &phase.steps {
            check.step(step, &old, &world);
        }
    }
    check.out
}

/// Phases longer on average than any replication may be; `phases` are those of the scenario with their
/// worlds.
pub(crate) fn lengths(
    base: &Document,
    phases: &[plan::PlannedPhase],
    sources: &Sources,
) -> Vec<Diagnostic> {
    let mut out = Vec::new();
    for (phase, text) in phases.iter().zip(&base.migration.phases) {
        if phase.seconds_alone() <= LONGEST.seconds() {
            continue;
        }
        let takes = phase.steps_alone().into_iter().enumerate();
        let longest = takes.max_by(|(_, a), (_, b)| a.total_cmp(b)).map(|(at, _)| at);
        let at = longest.map_or(text.id.origin, |at| text.steps[at].origin);
        let most = shown(LONGEST);
        let message = format!(
            "the steps of phase `{}` take longer than {most} on average, the most that is simulated",
            text.id.text
        );
        let diagnostic = Diagnostic::error("too-large", message).at(sources, at);
        out.push(diagnostic.help("this one takes longest"));
    }
    out
}

/// Lints on steps that dump data while its service keeps running.
pub(crate) fn lints(base: &Document, sources: &Sources) -> Vec<Diagnostic> {
    let mut out = Vec::new();
    for phase in &base.migration.phases {
        for (place, step) in phase.steps.iter().enumerate() {
            let WorkText::Dump(service, ..) = &step.work else { continue };
            let stack = base.services.get(&service.text).and_then(|it| it.deploy.stack.as_ref());
            let stops = |name: &Name| {
                name.text == service.text
                    || stack.is_some_and(|stack| name.text.strip_prefix("stack.") == Some(stack))
            };
            let is_stopped = earlier(&phase.steps, place).into_iter().any(|before| {
                matches!(&phase.steps[before].work, WorkText::Stop(names) if names.iter().any(stops))
            });
            if !is_stopped {
                let message = format!("`{}` still runs when its data is dumped", service.text);
                let instead = "what it writes from then on is lost: stop it first".to_owned();
                let name = "dump-while-running";
                let lint = Diagnostic::warning(name, message).at(sources, service.origin);
                out.push(lint.maybe_help(table::reason(name, Some(instead))));
            }
        }
    }
    out
}

struct Checking<'a> {
    sources: &'a Sources,
    out: Vec<Diagnostic>,
}

impl Checking<'_> {
    fn error(&mut self, code: &'static str, message: String, origin: Origin) {
        self.out.push(Diagnostic::error(code, message).at(self.sources, origin));
    }

    fn known<'n>(
        &mut self,
        kind: &str,
        name: &Name,
        known: impl Iterator<Item = &'n str> + Clone,
    ) -> bool {
        let is_known = known.clone().any(|other| other == name.text);
        if !is_known {
            let message = format!("no {kind} is named `{}`", name.text);
            let hint = suggest::hint(&name.text, known.collect::<Vec<_>>());
            let code = match kind {
                "phase" => "unknown-phase",
                "step of this phase" => "unknown-step",
                "node" => "unknown-node",
                _ => "unknown-service",
            };
            let diagnostic = Diagnostic::error(code, message).at(self.sources, name.origin);
            self.out.push(diagnostic.maybe_help(hint));
        }
        is_known
    }

    /// Checks the names and dependencies of steps.
    fn steps(&mut self, phase: &PhaseText) {
        let mut seen = BTreeSet::new();
        for step in &phase.steps {
            if !seen.insert(step.id.as_str()) {
                let message = format!("a step with id `{}` was there before", step.id);
                self.error("duplicate-id", message, step.origin);
            }
            for name in step.after.iter().flatten() {
                let ids = phase.steps.iter().map(|step| step.id.as_str());
                self.known("step of this phase", name, ids);
            }
        }
        let all = 0..phase.steps.len();
        let before: Vec<Vec<usize>> = all.map(|place| after_step(&phase.steps, place)).collect();
        if let Some(first) = circles(&before).first() {
            let step = &phase.steps[*first];
            let message = format!("step `{}` comes after itself", step.id);
            self.error("circle", message, step.origin);
        }
    }

    /// Checks that no node with containers disappears.
    fn nodes_stay(
        &mut self,
        phase: &PhaseText,
        old: &BTreeMap<String, Vec<String>>,
        world: &Document,
    ) {
        let gone = |(service, nodes): (&String, &Vec<String>)| {
            let is_there = world.services.contains_key(service);
            let gone = nodes.iter().find(|node| is_there && !world.nodes.contains_key(*node))?;
            Some((service.clone(), gone.clone()))
        };
        if let Some((service, node)) = old.iter().find_map(gone) {
            let message =
                format!("node `{node}` is gone from this phase on, and `{service}` stands on it");
            self.error("node-gone", message, phase.id.origin);
        }
    }

    fn step(&mut self, step: &PhaseStep, old: &BTreeMap<String, Vec<String>>, world: &Document) {
        for name in step.services() {
            if !services(world, &name.text).is_empty() {
                continue;
            }
            match name.text.strip_prefix("stack.") {
                Some(stack) => {
                    let stacks: BTreeSet<&str> = (world.services.values())
                        .filter_map(|service| service.deploy.stack.as_deref())
                        .collect();
                    let message = format!("no stack is named `{stack}`, or it has no services");
                    let hint = suggest::hint(stack, stacks.into_iter().collect::<Vec<_>>());
                    let diagnostic = Diagnostic::error("unknown-service", message);
                    self.out.push(diagnostic.at(self.sources, name.origin).maybe_help(hint));
                }
                None => {
                    self.known("service", name, world.services.keys().map(String::as_str));
                }
            }
        }
        match &step.work {
            WorkText::Copy(copy) => {
                let nodes = || world.nodes.keys().map(String::as_str);
                let is_known = self.known("node", &copy.to, nodes());
                self.known("node", &copy.from, nodes());
                if is_known {
                    self.fits(copy.bytes, &copy.to.text, world, copy.to.origin);
                }
            }
            WorkText::Dump(service, bytes, _) => match old.get(&service.text).map(Vec::as_slice) {
                Some([node, ..]) => self.fits(*bytes, node, world, service.origin),
                _ if world.services.contains_key(&service.text) => {
                    let message =
                        format!("no container of `{}` stands before this phase", service.text);
                    self.error("nothing-there", message, service.origin);
                }
                _ => {}
            },
            _ => {}
        }
    }

    /// Checks that `bytes` fit on the disk of a node.
    fn fits(&mut self, bytes: f64, node: &str, world: &Document, origin: Origin) {
        let Some(free) = world.nodes.get(node).and_then(|node| node.free) else { return };
        if bytes > free {
            let size = |value: f64| Quantity { value, dimension: Dimension::Size };
            let message =
                format!("{} do not fit on `{node}`: {} are free", size(bytes), size(free));
            self.error("no-room", message, origin);
        }
    }
}
