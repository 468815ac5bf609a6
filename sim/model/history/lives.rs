//! Lives of containers without traffic: as `life/`, without requests, CPU of others and observers.

use super::event::Event;
use super::{History, Witness};
use crate::blueprint::{Blueprint, OnStop};
use crate::fault::{Reach, Struck};
use crate::ids::{ContainerId, NodeId, ServiceId};
use crate::life::{Awaits, Driver, End, Led, Life, Phase, Upkeep};
use crate::orchestrator::{Fact, Told};
use wssim_kernel::{Calendar, Nanos, Time};

impl<W: Witness> History<'_, W> {
    /// Containers that come later start when their time comes.
    pub(super) fn await_late_containers(&mut self, calendar: &mut Calendar<Event>) {
        for (place, container) in self.blueprint.containers.iter().enumerate() {
            if let Some(begins) = container.begins {
                self.turn_at(Time::ZERO + begins, ContainerId::from(place), calendar);
            }
        }
    }

    pub(super) fn is_to_come(&self, now: Time, id: ContainerId) -> bool {
        let begins = self.blueprint.containers[id.index()].begins;
        begins.is_some_and(|begins| now < Time::ZERO + begins)
    }

    /// The next turn in the life of `id`.
    pub(super) fn live_on(
        &mut self,
        now: Time,
        id: ContainerId,
        turn: u32,
        calendar: &mut Calendar<Event>,
    ) {
        let life = &self.lives[id.index()];
        if life.turn != turn {
            return;
        }
        match life.phase {
            Phase::Dead => {
                let up = self.reach.is_up(self.node_of(id));
                if up {
                    self.start(now, id, calendar);
                }
                self.tell_control(now, Told::Begins(id, up), calendar);
            }
            // A process that hangs answers no check and looks for nothing.
            Phase::Starting | Phase::Ready if life.hangs => {}
            Phase::Starting => self.look_for_needs(now, id, calendar),
            Phase::Ready => self.enter(now, id, Phase::Registered),
            // A process that hangs does not hear that it is to end.
            Phase::Draining if life.hangs => {
                let grace = self.blueprint.service_of(id).stop_grace;
                self.enter(now, id, Phase::Stopping);
                self.turn_at(now + grace, id, calendar);
            }
            // One that ignores that it is to end, too.
            Phase::Draining if self.ignores_stop(id) => {
                let grace = self.blueprint.service_of(id).stop_grace;
                self.enter(now, id, Phase::Stopping);
                self.turn_at(now + grace, id, calendar);
            }
            Phase::Stopping if self.ignores_stop(id) => self.end(now, id, End::Loud, calendar),
            // No request is there: it is empty at once.
            Phase::Draining | Phase::Stopping => {
                let failed = life.hangs || self.upkeep.pulses[id.index()].is_unhealthy;
                self.end(now, id, if failed { End::Loud } else { End::Done }, calendar);
            }
            Phase::Registered => {}
        }
    }

    fn ignores_stop(&self, id: ContainerId) -> bool {
        self.blueprint.service_of(id).on_stop == OnStop::Ignore
    }

    fn enter(&mut self, now: Time, id: ContainerId, phase: Phase) {
        let life = &mut self.lives[id.index()];
        let was_registered = life.phase == Phase::Registered;
        life.enter(now, phase);
        // Of a life only that tells how things stand.
        if was_registered != (phase == Phase::Registered) {
            self.note(now, id);
        }
    }

    fn start(&mut self, now: Time, id: ContainerId, calendar: &mut Calendar<Event>) {
        self.enter(now, id, Phase::Starting);
        let service = self.blueprint.service_of(id);
        let node = self.node_of(id);
        let life = &mut self.lives[id.index()];
        life.started = now;
        if let Some(given_up) = self.upkeep.pulses[id.index()].starts(now, service.health.as_ref())
        {
            calendar.schedule(given_up, Event::Unhealthy(id));
        }
        let demand = self.upkeep.draws.startup(&service.startup, id, life.incarnation);
        let speed = self.blueprint.nodes[node.index()].speed;
        // A node that stands still computes afterwards.
        let begin = self.reach.hung_until(node).max(now);
        if begin < Time::NEVER {
            self.ready_at[id.index()] = begin + Nanos::from_f64(demand * speed.recip());
            self.turn_at(self.ready_at[id.index()], id, calendar);
        }
    }

    /// The node of `id`, which starts, stands still from `from` until `until`.
    pub(super) fn delay(
        &mut self,
        id: ContainerId,
        from: Time,
        until: Time,
        calendar: &mut Calendar<Event>,
    ) {
        self.lives[id.index()].give_up_start();
        if until < Time::NEVER {
            self.ready_at[id.index()] = self.ready_at[id.index()] + until.since(from);
            self.turn_at(self.ready_at[id.index()], id, calendar);
        }
    }

    /// `id`, whose start-up CPU is over, listens if all that it needs is there, and waits otherwise.
    fn look_for_needs(&mut self, now: Time, id: ContainerId, calendar: &mut Calendar<Event>) {
        let needs = &self.blueprint.service_of(id).needs;
        if needs.services.iter().all(|&service| self.reaches(now, id, service)) {
            return self.listen(now, id, calendar);
        }
        let turn = self.lives[id.index()].turn;
        // One entry a container: lives that are given up again and again leave nothing behind.
        let own = self.waiting.iter().position(|(other, _)| *other == id);
        let own = own.unwrap_or_else(|| {
            self.waiting.push((id, Awaits::since(now, turn)));
            self.waiting.len() - 1
        });
        let waits = &mut self.waiting[own].1;
        if !waits.lasts(turn) {
            *waits = Awaits::since(now, turn);
        }
        waits.missed();
    }

    /// Whether `id` has started and waits for what it needs.
    pub(super) fn is_waiting(&self, id: ContainerId) -> bool {
        let turn = self.lives[id.index()].turn;
        self.waiting.iter().any(|(other, waits)| *other == id && waits.lasts(turn))
    }

    /// Whether a container of `service` listens, has its data and can be reached by `id`.
    fn reaches(&self, now: Time, id: ContainerId, service: ServiceId) -> bool {
        let joined = |a, b| self.reach.is_joined(now, a, b);
        let listens = |c: ContainerId| self.lives[c.index()].listens();
        let mut others = self.blueprint.services[service.index()].containers.clone();
        others.any(|other| {
            let other = ContainerId(other);
            listens(other)
                && joined(self.node_of(id), self.node_of(other))
                && self.blueprint.has_data(other, joined, listens)
        })
    }

    /// Something has changed: whoever waits looks when it tries next.
    pub(super) fn wake_waiting(&mut self, now: Time, calendar: &mut Calendar<Event>) {
        if self.waiting.is_empty() {
            return;
        }
        let mut waiting = std::mem::take(&mut self.waiting);
        waiting.retain(|(id, waits)| waits.lasts(self.lives[id.index()].turn));
        for (id, waits) in &mut waiting {
            let retry = self.blueprint.service_of(*id).needs.retry;
            if let Some(at) = waits.stirred(now, retry) {
                self.turn_at(at, *id, calendar);
            }
        }
        self.waiting = waiting;
    }

    fn listen(&mut self, now: Time, id: ContainerId, calendar: &mut Calendar<Event>) {
        if self.upkeep.pulses[id.index()].is_unhealthy {
            return;
        }
        self.tell_control(now, Told::Serves(id), calendar);
        self.witness.container_answers(now, id, true);
        self.enter(now, id, Phase::Ready);
        let started = self.lives[id.index()].started;
        match &self.blueprint.service_of(id).health {
            None => self.enter(now, id, Phase::Registered),
            Some(health) => {
                let checked = self.upkeep.pulses[id.index()].listens(now, started, health);
                self.turn_at(checked, id, calendar);
            }
        }
        self.wear(now, id, calendar);
        self.wake_waiting(now, calendar);
    }

    fn begin_pull(&self, now: Time, node: NodeId, image: usize, calendar: &mut Calendar<Event>) {
        let losses = self.upkeep.pulls.losses(node);
        calendar
            .schedule(now + self.blueprint.pull_time(node, image), Event::Pulled { node, losses });
    }

    /// `node` has its image, and pulls the next one, unless it has crashed meanwhile.
    pub(super) fn pulled(
        &mut self,
        now: Time,
        node: NodeId,
        losses: u32,
        calendar: &mut Calendar<Event>,
    ) {
        let image =
            self.upkeep.pulls.under_way(node).filter(|_| losses == self.upkeep.pulls.losses(node));
        let Some(image) = image else { return };
        if let Some(next) = self.upkeep.pulls.done(node) {
            self.begin_pull(now, node, next, calendar);
        }
        self.tell_control(now, Told::Pulled(node, image), calendar);
    }

    /// `id` is to end in good order.
    pub(super) fn drain(&mut self, now: Time, id: ContainerId, calendar: &mut Calendar<Event>) {
        if self.lives[id.index()].phase == Phase::Registered {
            self.withdraw_and_stop(now, id, calendar);
        }
    }

    /// `id` is withdrawn, and told to end afterwards.
    pub(super) fn withdraw_and_stop(
        &mut self,
        now: Time,
        id: ContainerId,
        calendar: &mut Calendar<Event>,
    ) {
        self.enter(now, id, Phase::Draining);
        self.turn_at(now + self.blueprint.leaving(), id, calendar);
    }

    pub(super) fn end(
        &mut self,
        now: Time,
        id: ContainerId,
        end: End,
        calendar: &mut Calendar<Event>,
    ) {
        if self.lives[id.index()].phase == Phase::Dead {
            if end == End::Quiet && !self.is_to_come(now, id) {
                self.lives[id.index()].give_up_start();
            }
            return;
        }
        self.witness.container_answers(now, id, false);
        self.enter(now, id, Phase::Dead);
        let life = &mut self.lives[id.index()];
        life.incarnation += 1;
        life.hangs = false;
        match end {
            End::Quiet => self.tell_control(now, Told::Ended(id, end.exit()), calendar),
            End::Loud | End::Done | End::Killed | End::LostWorker => {
                self.restart_later(now, id, end.exit(), calendar);
            }
        }
    }
}

impl<'a, W: Witness> Driver<'a> for History<'a, W> {
    type Event = Event;

    fn blueprint(&self) -> &'a Blueprint {
        self.blueprint
    }

    fn upkeep(&self) -> &Upkeep<'a> {
        &self.upkeep
    }

    fn upkeep_mut(&mut self) -> &mut Upkeep<'a> {
        &mut self.upkeep
    }

    fn reach(&self) -> &Reach {
        &self.reach
    }

    fn life(&self, id: ContainerId) -> &Life {
        &self.lives[id.index()]
    }

    fn stop_unhealthy(&mut self, now: Time, id: ContainerId, calendar: &mut Calendar<Event>) {
        self.withdraw_and_stop(now, id, calendar);
    }

    fn end_start(&mut self, now: Time, id: ContainerId, calendar: &mut Calendar<Event>) {
        self.end(now, id, End::Loud, calendar);
    }

    fn act(&mut self, now: Time, fact: Fact, calendar: &mut Calendar<Event>) {
        self.witness.control(now, fact);
        match fact {
            Fact::Pulls(node, image) => {
                if self.upkeep.pulls.ask(node, image) {
                    self.begin_pull(now, node, image, calendar);
                }
            }
            Fact::Starts(id) if !self.reach.is_up(self.node_of(id)) => {}
            Fact::Starts(id) => self.start(now, id, calendar),
            Fact::Stops(id) => match self.lives[id.index()].phase {
                Phase::Registered => self.drain(now, id, calendar),
                Phase::Ready | Phase::Starting => self.end(now, id, End::Loud, calendar),
                Phase::Dead => self.lives[id.index()].stays_dead(),
                Phase::Draining | Phase::Stopping => {}
            },
            // Who leads matters to those who ask.
            Fact::Leads(_) | Fact::Leaderless => self.note_reach(now),
            Fact::Down(..)
            | Fact::Ready(_)
            | Fact::Assigned(_)
            | Fact::Pending(..)
            | Fact::Updated(..)
            | Fact::Rejected(_) => {}
        }
    }
}
