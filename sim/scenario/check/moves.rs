//! Checks that services moved by a phase are stopped at the old place, started at the new one, and their
//! data dumped before.

use crate::diagnostic::Diagnostic;
use crate::document::Document;
use crate::document::fields::Name;
use crate::document::migration::{PhaseStep, PhaseText, WorkText};
use crate::migration::{earlier, services};
use crate::source::{Origin, Sources};
use std::collections::{BTreeMap, BTreeSet};

/// The nodes where containers stand, by service.
pub(super) type NodesByService = BTreeMap<String, Vec<String>>;

/// A phase between the placements before and after it; `world` is its own.
pub(super) struct Moves<'a> {
    pub phase: &'a PhaseText,
    pub old: &'a NodesByService,
    pub new: &'a NodesByService,
    pub world: &'a Document,
    pub sources: &'a Sources,
}

/// The message about some services: beginning, end, and remedy.
struct Told(&'static str, &'static str, &'static str);

impl Moves<'_> {
    pub(super) fn mistakes(&self) -> Vec<Diagnostic> {
        let stopped = self.named(|work| matches!(work, WorkText::Stop(_)));
        let started = self.named(|work| matches!(work, WorkText::Start(_)));
        let mut out = Vec::new();
        self.forgotten(&stopped, &started, &mut out);
        self.halves(&stopped, &started, &mut out);
        self.dumps(&mut out);
        out
    }

    /// The services named by steps of a kind.
    fn named(&self, is_it: impl Fn(&WorkText) -> bool) -> BTreeSet<String> {
        let steps = self.phase.steps.iter().filter(|step| is_it(&step.work));
        let names = steps.flat_map(PhaseStep::services);
        names.flat_map(|name| services(self.world, &name.text)).collect()
    }

    fn runs_before(&self, service: &str) -> bool {
        self.old.get(service).is_some_and(|nodes| !nodes.is_empty())
    }

    fn runs_from_here_on(&self, service: &str) -> bool {
        self.new.get(service).is_some_and(|nodes| !nodes.is_empty())
    }

    fn stays(&self, service: &str) -> bool {
        let sorted = |standing: &NodesByService| {
            let mut nodes = standing.get(service).cloned().unwrap_or_default();
            nodes.sort();
            nodes
        };
        sorted(self.old) == sorted(self.new)
    }

    /// Services that moved without a step that stops or starts them.
    fn forgotten(
        &self,
        stopped: &BTreeSet<String>,
        started: &BTreeSet<String>,
        out: &mut Vec<Diagnostic>,
    ) {
        let is_left = |service: &&String| {
            !self.stays(service) && !stopped.contains(*service) && !started.contains(*service)
        };
        let left: Vec<&String> = self.new.keys().filter(is_left).collect();
        let Some(first) = left.first() else { return };
        let told = match [self.runs_before(first), self.runs_from_here_on(first)] {
            [true, true] => Told(
                "stands elsewhere from this phase on",
                "no step starts it there",
                "name it in `stop` and `start`",
            ),
            [true, false] => {
                Told("has no container from this phase on", "no step stops it", "name it in `stop`")
            }
            [false, _] => {
                Told("is there from this phase on", "no step starts it", "name it in `start`")
            }
        };
        self.tell(&left, &told, self.phase.id.origin, out);
    }

    /// Services that are stopped but not started, or started but not stopped.
    fn halves(
        &self,
        stopped: &BTreeSet<String>,
        started: &BTreeSet<String>,
        out: &mut Vec<Diagnostic>,
    ) {
        let ends = |service: &str| self.runs_from_here_on(service) && !started.contains(service);
        let doubles = |service: &str| self.runs_before(service) && !stopped.contains(service);
        let mut seen = BTreeSet::new();
        for step in &self.phase.steps {
            for name in step.services() {
                let all = services(self.world, &name.text);
                let of = |is_it: &dyn Fn(&str) -> bool, seen: &BTreeSet<String>| {
                    let new = |service: &&String| is_it(service) && !seen.contains(*service);
                    all.iter().filter(new).cloned().collect::<Vec<String>>()
                };
                let (found, told) = match &step.work {
                    WorkText::Stop(_) => (
                        of(&ends, &seen),
                        Told(
                            "is stopped",
                            "no step of this phase starts it",
                            "name it in `start`; what is there no more has `replicas = 0` in the overlay",
                        ),
                    ),
                    WorkText::Switch(_) => (
                        of(&ends, &seen),
                        Told(
                            "is found elsewhere from here on",
                            "no step of this phase starts it there",
                            "name it in `stop` and `start`, too",
                        ),
                    ),
                    WorkText::Start(_) => (
                        of(&doubles, &seen),
                        Told(
                            "runs before this phase",
                            "no step stops it where it stood",
                            "name it in `stop`, too",
                        ),
                    ),
                    _ => continue,
                };
                self.tell(&found.iter().collect::<Vec<_>>(), &told, name.origin, out);
                seen.extend(found);
            }
        }
    }

    /// Checks that data of a moved service is dumped before it starts at the new place.
    fn dumps(&self, out: &mut Vec<Diagnostic>) {
        let steps = &self.phase.steps;
        let starts = |step: usize, service: &Name| {
            let names = match &steps[step].work {
                WorkText::Start(names) => names.as_slice(),
                _ => &[],
            };
            names.iter().any(|name| services(self.world, &name.text).contains(&service.text))
        };
        for (place, step) in steps.iter().enumerate() {
            let WorkText::Dump(service, ..) = &step.work else { continue };
            let mut after = (0..steps.len()).filter(|other| starts(*other, service));
            let is_late = after.any(|start| !earlier(steps, start).contains(&place));
            if is_late && !self.stays(&service.text) {
                let message = format!(
                    "the data of `{}` is not dumped before it starts elsewhere",
                    service.text
                );
                let diagnostic = Diagnostic::error("late-dump", message);
                let help = "dump it before the step that starts it";
                out.push(diagnostic.at(self.sources, service.origin).help(help));
            }
        }
    }

    fn tell(&self, services: &[&String], told: &Told, at: Origin, out: &mut Vec<Diagnostic>) {
        let Some(first) = services.first() else { return };
        let more = match services.len() - 1 {
            0 => String::new(),
            more => format!(", and {more} more"),
        };
        let Told(begin, end, help) = told;
        let message = format!("`{first}` {begin}{more}, and {end}");
        out.push(Diagnostic::error("unmoved", message).at(self.sources, at).help(*help));
    }
}
