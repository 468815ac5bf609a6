//! What a container that has started waits for: services that it cannot begin without.
//!
//! An application that cannot connect stays inside its own start-up and tries again at whole multiples
//! of its pause (`next_look`). Tries that cannot succeed are not simulated: only when
//! a container begins to listen, or a fault is repaired, is the next one put on the calendar. A container
//! that ends meanwhile begins anew, and forgets that it waited.

use super::{Driver, Lives, next_look};
use crate::ids::{ContainerId, ServiceId};
use wssim_kernel::{Calendar, Nanos, Time};

/// How a container waits.
#[derive(Clone, Copy, Debug)]
struct Awaits {
    id: ContainerId,
    /// The turn of its life in which it does: in another it has forgotten that it waited.
    turn: u32,
    /// When its start-up CPU was over.
    since: Time,
    /// When it looks next; never, while nothing has changed.
    looks: Time,
}

impl Awaits {
    /// Something has changed: when it looks because of that, unless it was to look anyway. That would not be
    /// later: it is the first look after an earlier change.
    #[inline]
    fn stirred(&mut self, now: Time, retry: impl FnOnce() -> Nanos) -> Option<Time> {
        if self.looks < Time::NEVER {
            return None;
        }
        self.looks = next_look(self.since, retry(), now);
        (self.looks < Time::NEVER).then_some(self.looks)
    }
}

/// Containers that have started and wait for what they need, in the order of their numbers, and some that
/// have forgotten it since.
#[derive(Debug, Default)]
pub(crate) struct Waiting(Vec<Awaits>);

impl Waiting {
    /// Whether `id`, whose life is at `turn`, waits.
    pub(crate) fn has(&self, id: ContainerId, turn: u32) -> bool {
        self.0.iter().any(|waits| waits.id == id && waits.turn == turn)
    }

    /// `id`, whose life is at `turn`, has not found what it needs. One entry a container: lives that are given up
    /// again and again leave nothing behind.
    fn missed(&mut self, now: Time, id: ContainerId, turn: u32) {
        let new = Awaits { id, turn, since: now, looks: Time::NEVER };
        match self.0.binary_search_by_key(&id.0, |waits| waits.id.0) {
            Ok(place) if self.0[place].turn == turn => self.0[place].looks = Time::NEVER,
            Ok(place) => self.0[place] = new,
            Err(place) => self.0.insert(place, new),
        }
    }
}

/// Whoever has containers that wait: every driver.
pub(crate) trait Awaiting<'a>: Driver<'a> {
    /// Whether `id` has started and waits for what it needs.
    fn is_waiting(&self, id: ContainerId) -> bool {
        self.upkeep().waiting.has(id, self.life(id).turn)
    }

    /// `id`, whose start-up CPU is over, listens if all that it needs is there, and waits otherwise.
    fn look_for_needs(&mut self, now: Time, id: ContainerId, calendar: &mut Calendar<Self::Event>) {
        let needs = &self.blueprint().service_of(id).needs;
        if needs.services.iter().all(|&service| self.reaches(now, id, service)) {
            return self.listen(now, id, calendar);
        }
        let turn = self.life(id).turn;
        self.upkeep_mut().waiting.missed(now, id, turn);
    }

    /// Whether a container of `service` listens, has its data and can be reached by `id`.
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

    /// Something has changed: whoever waits looks when it tries next.
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
