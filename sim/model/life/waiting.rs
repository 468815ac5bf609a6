//! What a container that has started waits for: services that it cannot begin without.
//!
//! An application that cannot connect stays inside its own start-up and tries again at whole multiples
//! of its pause (`next_look`). Tries that cannot succeed are not simulated: only when
//! a container begins to listen, or a fault is repaired, is the next one put on the calendar. A container
//! that ends meanwhile begins anew, and forgets that it waited.

use super::{Driver, End, next_look};
use crate::event::Event;
use crate::ids::{ContainerId, ServiceId};
use crate::orchestrator::Bad;
use crate::probe::Probe;
use crate::world::World;
use wssim_kernel::{Calendar, Nanos, Time};

/// How a container waits. Kept apart from lives, which are looked at on the way of every request.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Awaits {
    /// The turn of its life in which it does: in another it has forgotten that it waited.
    turn: u32,
    /// When its start-up CPU was over.
    since: Time,
    /// When it looks next; never, while nothing has changed.
    looks: Time,
}

impl Awaits {
    /// It looks for the first time, in this turn of its life.
    pub(crate) fn since(now: Time, turn: u32) -> Self {
        Self { turn, since: now, looks: now }
    }

    /// Whether a container whose life is at `turn` waits.
    pub(crate) fn lasts(self, turn: u32) -> bool {
        self.turn == turn
    }

    /// It has not found what it needs.
    pub(crate) fn missed(&mut self) {
        self.looks = Time::NEVER;
    }

    /// Something has changed: when it looks because of that, if not by itself before.
    pub(crate) fn stirred(&mut self, now: Time, retry: Nanos) -> Option<Time> {
        let next = next_look(self.since, retry, now);
        let is_sooner = next < self.looks;
        self.looks = self.looks.min(next);
        is_sooner.then_some(next)
    }
}

impl<P: Probe> World<'_, P> {
    /// The start-up CPU of `id` is over.
    pub(crate) fn started(&mut self, now: Time, id: ContainerId, calendar: &mut Calendar<Event>) {
        match self.bad_image(id) {
            Some(Bad::Exits) => return self.end_container(now, id, End::Loud, calendar),
            Some(Bad::Hangs) => return,
            None => {}
        }
        let turn = self.containers[id.index()].life.turn;
        self.awaits[id.index()] = Some(Awaits::since(now, turn));
        self.look_for_needs(now, id, calendar);
    }

    /// Whether `id` has started and waits for what it needs.
    pub(super) fn is_waiting(&self, id: ContainerId) -> bool {
        let turn = self.containers[id.index()].life.turn;
        self.awaits[id.index()].is_some_and(|waits| waits.lasts(turn))
    }

    /// `id` listens if all that it needs is there, and waits otherwise.
    pub(super) fn look_for_needs(
        &mut self,
        now: Time,
        id: ContainerId,
        calendar: &mut Calendar<Event>,
    ) {
        let needs = &self.blueprint.service_of(id).needs;
        if needs.services.iter().all(|&service| self.reaches(now, id, service)) {
            return self.listen(now, id, calendar);
        }
        if let Some(waits) = &mut self.awaits[id.index()] {
            waits.missed();
        }
    }

    /// Whether a container of `service` listens, has its data and can be reached by `id`.
    fn reaches(&self, now: Time, id: ContainerId, service: ServiceId) -> bool {
        let here = self.node_of(id);
        let mut others = self.blueprint.services[service.index()].containers.clone();
        others.any(|other| {
            let (other, state) = (ContainerId(other), &self.containers[other as usize]);
            state.life.listens()
                && self.is_joined(now, here, state.node)
                && !self.lacks_data(now, other)
        })
    }

    /// Something has changed: whoever waits looks when it tries next.
    pub(crate) fn wake_waiting(&mut self, now: Time, calendar: &mut Calendar<Event>) {
        for place in 0..self.containers.len() {
            let id = ContainerId::from(place);
            let retry = self.blueprint.service_of(id).needs.retry;
            let turn = self.containers[place].life.turn;
            let waits = self.awaits[place].as_mut().filter(|waits| waits.lasts(turn));
            if let Some(at) = waits.and_then(|waits| waits.stirred(now, retry)) {
                self.turn_at(at, id, calendar);
            }
        }
    }
}
