//! Services that a container waits for after its start: it cannot begin without them.
//!
//! An application that cannot connect stays inside its own start-up and tries again at whole multiples of its pause
//! (`next_look`). Tries that cannot succeed are not simulated: the next one is scheduled only when a container
//! begins to listen or a fault is repaired. A container that ends meanwhile begins a new life, which does not wait
//! yet.

use super::{Driver, Lives, next_look};
use crate::ids::{ContainerId, ServiceId};
use wssim_kernel::{Calendar, Nanos, Time};

#[derive(Clone, Copy, Debug)]
struct Awaits {
    id: ContainerId,
    /// The turn of its life in which it waits: in another the entry is stale.
    turn: u32,
    /// When its start-up CPU time was over.
    since: Time,
    /// When it next looks; never while nothing has changed.
    looks: Time,
}

impl Awaits {
    /// When it looks after a change; `None` if a look is scheduled, which is not later: it is the first after an
    /// earlier change.
    #[inline]
    fn stirred(&mut self, now: Time, retry: impl FnOnce() -> Nanos) -> Option<Time> {
        if self.looks < Time::NEVER {
            return None;
        }
        self.looks = next_look(self.since, retry(), now);
        (self.looks < Time::NEVER).then_some(self.looks)
    }
}

/// Containers that have started and wait for services, in the order of their numbers, and some stale entries.
#[derive(Debug, Default)]
pub(crate) struct Waiting(Vec<Awaits>);

impl Waiting {
    /// Whether `id`, whose life is at `turn`, waits.
    pub(crate) fn has(&self, id: ContainerId, turn: u32) -> bool {
        self.0.iter().any(|waits| waits.id == id && waits.turn == turn)
    }

    /// `id`, whose life is at `turn`, has not found its services. One entry a container, so that repeated lives do
    /// not accumulate.
    fn missed(&mut self, now: Time, id: ContainerId, turn: u32) {
        let new = Awaits { id, turn, since: now, looks: Time::NEVER };
        match self.0.binary_search_by_key(&id.0, |waits| waits.id.0) {
            Ok(place) if self.0[place].turn == turn => self.0[place].looks = Time::NEVER,
            Ok(place) => self.0[place] = new,
            Err(place) => self.0.insert(place, new),
        }
    }
}

/// A driver whose containers may wait: every driver.
pub(crate) trait Awaiting<'a>: Driver<'a> {
    fn is_waiting(&self, id: ContainerId) -> bool {
        self.upkeep().waiting.has(id, self.life(id).turn)
    }

    /// `id`, whose start-up CPU time is over, listens if all its services are there, and waits otherwise.
    fn look_for_needs(&mut self, now: Time, id: ContainerId, calendar: &mut Calendar<Self::Event>) {
        let needs = &self.blueprint().service_of(id).needs;
        if needs.services.iter().all(|&service| self.reaches(now, id, service)) {
            return self.listen(now, id, calendar);
        }
        let turn = self.life(id).turn;
        self.upkeep_mut().waiting.missed(now, id, turn);
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
        if self.upkeep().waiting.0.is_empty() {
            return;
        }
        let mut waiting = std::mem::take(&mut self.upkeep_mut().waiting);
        waiting.0.retain_mut(|waits| {
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
