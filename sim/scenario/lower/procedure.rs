//! Lowers the steps of a phase: services become their containers at the old and the new places.

use super::lowering::Lowering;
use crate::document::migration::{Copy, DUMPED, PhaseStep, RESTORED, WorkText};
use crate::migration::{after_step, services};
use wssim_kernel::Nanos;
use wssim_model::blueprint::{Carry, Procedure, Step, Work};
use wssim_model::ids::{ContainerId, NodeId};
use wssim_model::law::Law;

/// Time simulated after the last step.
const SETTLE: Nanos = Nanos(60_000_000_000);

impl Lowering<'_> {
    /// Called after services and their containers.
    pub(super) fn procedure(&mut self) {
        let document = self.document;
        let Some(moving) = &document.moving else { return };
        let Some(phase) = document.migration.phases.get(moving.phase) else { return };
        let step = |(place, step): (usize, &PhaseStep)| Step {
            name: step.id.clone(),
            work: self.work(&phase.steps, step),
            after: after_step(&phase.steps, place),
        };
        let steps = phase.steps.iter().enumerate().map(step).collect();
        let name = phase.id.text.clone();
        self.out.procedure = Some(Procedure { name, steps, settle: SETTLE });
    }

    fn work(&self, steps: &[PhaseStep], step: &PhaseStep) -> Work {
        let [old, new] = self.containers_of(step);
        match &step.work {
            WorkText::Stop(_) => Work::Stop(old),
            WorkText::Start(_) => Work::Start(new),
            WorkText::Switch(_) => Work::Switch { from: old, to: new },
            WorkText::Dump(service, bytes, rate) => match self.node_of(&old) {
                Some(node) => Work::Carry {
                    there: dump(node, *bytes, rate.clone()),
                    back: restore(node, *bytes, rate_back(steps, &service.text, step)),
                },
                None => nothing(),
            },
            WorkText::Restore(service, bytes, rate) => match self.node_of(&new) {
                Some(node) => Work::Carry {
                    there: restore(node, *bytes, rate.clone()),
                    back: dump(node, *bytes, rate_back(steps, &service.text, step)),
                },
                None => nothing(),
            },
            WorkText::Copy(Copy { bytes, from, to, rate }) => {
                let node = |name: &str| {
                    self.document.nodes.keys().position(|node| node == name).map(NodeId::from)
                };
                match (node(&from.text), node(&to.text)) {
                    (Some(from), Some(to)) => Work::Carry {
                        there: copy([from, to], *bytes, *rate),
                        back: copy([to, from], *bytes, *rate),
                    },
                    _ => nothing(),
                }
            }
            WorkText::People(_, law) => Work::People(law.clone()),
        }
    }

    /// The containers of the services of a step: at the old and the new places.
    fn containers_of(&self, step: &PhaseStep) -> [Vec<ContainerId>; 2] {
        let mut both = [Vec::new(), Vec::new()];
        let names = step.services().iter().flat_map(|name| services(self.document, &name.text));
        for service in names.filter_map(|name| self.out.services.get(self.services[&name])) {
            let spare_from = service.containers.end - service.spares;
            both[0].extend((service.containers.start..spare_from).map(ContainerId));
            both[1].extend((spare_from..service.containers.end).map(ContainerId));
        }
        both
    }

    fn node_of(&self, containers: &[ContainerId]) -> Option<NodeId> {
        containers.first().map(|id| self.out.containers[id.index()].node)
    }
}

/// The rate at which dumped data is restored, or restored data dumped, on the way back: that of the
/// phase's matching step for the same service, its first dump with its first restore, and so on; without
/// such a step, the format's default.
fn rate_back(steps: &[PhaseStep], service: &str, step: &PhaseStep) -> Law {
    let is_dump = matches!(step.work, WorkText::Dump(..));
    let of = |dumps: bool| {
        steps.iter().filter_map(move |one| match &one.work {
            WorkText::Dump(name, _, rate) if dumps && name.text == service => Some((one, rate)),
            WorkText::Restore(name, _, rate) if !dumps && name.text == service => Some((one, rate)),
            _ => None,
        })
    };
    let number = of(is_dump).take_while(|(one, _)| !std::ptr::eq(*one, step)).count();
    let others = of(!is_dump).take(number + 1).last();
    others.map_or(if is_dump { RESTORED } else { DUMPED }, |(_, rate)| rate.clone())
}

/// No work: the target does not exist.
fn nothing() -> Work {
    Work::Stop(Vec::new())
}

fn dump(node: NodeId, bytes: f64, rate: Law) -> Carry {
    Carry { bytes, network: None, cpu: Some((node, rate)), read: None, write: Some(node) }
}

fn restore(node: NodeId, bytes: f64, rate: Law) -> Carry {
    let disk = Some(node);
    Carry { bytes, network: None, cpu: Some((node, rate)), read: disk, write: disk }
}

fn copy([from, to]: [NodeId; 2], bytes: f64, rate: f64) -> Carry {
    let network = Some(([from, to], rate));
    Carry { bytes, network, cpu: None, read: Some(from), write: Some(to) }
}
