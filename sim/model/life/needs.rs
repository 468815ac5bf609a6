//! Services that a container waits for after its start: it cannot begin without them.
//!
//! An application that cannot connect stays inside its own start-up and tries again at whole multiples of its pause
//! (`next_look`). Tries that cannot succeed are not simulated: the next one is scheduled only when a container
//! begins to listen or a fault is repaired. A container that ends meanwhile begins a new life, which does not wait
//! yet.

use super::Driver;
use crate::ids::{ContainerId, ServiceId};
use wssim_kernel::{Calendar, Time};

/// A driver whose containers may wait: every driver.
pub(crate) trait Awaiting<'a>: Driver<'a> {
    fn is_waiting(&self, id: ContainerId) -> bool {
        self.upkeep().waiting.has(id, self.life(id).turn)
    }

    /// Whether `id` finds all services that it needs.
    fn finds_needs(&self, now: Time, id: ContainerId) -> bool {
        let needs = &self.blueprint().service_of(id).needs;
        needs.services.iter().all(|&service| self.reaches(now, id, service))
    }

    /// Whether a container of `service` listens, has its data and is reached by `id`.
    fn reaches(&self, now: Time, id: ContainerId, service: ServiceId) -> bool {
        let blueprint = self.blueprint();
        let joined = |a, b| self.reach().is_joined(now, a, b);
        let listens = |other| self.life(other).listens();
        let mut others = blueprint.services[service.index()].containers.clone().map(ContainerId);
        others.any(|other| {
            listens(other)
                && joined(blueprint.node_of(id), blueprint.node_of(other))
                && blueprint.has_data(other, joined, listens)
        })
    }

    /// Something has changed: containers that wait look at their next try.
    fn wake_waiting(&mut self, now: Time, calendar: &mut Calendar<Self::Event>) {
        if self.upkeep().waiting.is_empty() {
            return;
        }
        let mut waiting = std::mem::take(&mut self.upkeep_mut().waiting);
        waiting.retain(|waits| {
            let lasts = self.life(waits.id).turn == waits.turn;
            let id = waits.id;
            let retry = || self.blueprint().service_of(id).needs.retry;
            if lasts && let Some(at) = waits.stirred(now, retry) {
                self.turn_at(at, id, calendar);
            }
            lasts
        });
        self.upkeep_mut().waiting = waiting;
    }
}

impl<'a, D: Driver<'a>> Awaiting<'a> for D {}
