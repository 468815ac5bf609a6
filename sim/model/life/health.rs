//! Processes that hang, and containers that are found unhealthy.
//!
//! A process that hangs keeps its address and its connections and does nothing: its CPU steps stand still, requests
//! that reach it wait, and it takes in answers and ends of sleeps only when it goes on; time-outs of its own calls
//! run on. Its callers notice only by their time-outs, its orchestrator by health checks (`blueprint/health.rs`):
//!
//! ```text
//!  registered ─ hangs ─► checks time out ─ retries ─► unhealthy: leaves all views ─ 2 s ─► told to end, and
//!  starting ───────────► checks are refused ─ retries ─► unhealthy ─ 2 s ─► ends           killed after its grace
//! ```
//! The restart policy decides what follows. Checks are not simulated: the time of their finding follows from their
//! intervals. Source: moby, `daemon/cluster/executor/container/controller.go` (`Start`, `Wait`: a
//! task that is unhealthy has failed; its container is shut down as any other).

use super::{Awaiting, Change, Draws, Driver, End, Life, Lives, Moment, Phase};
use crate::blueprint::{Blueprint, HealthCheck};
use crate::event::Event;
use crate::ids::ContainerId;
use crate::probe::{Failure, Probe};
use crate::request::frame::{Frame, Waits};
use crate::world::World;
use wssim_kernel::{Calendar, Nanos, Time};

/// Draw of a container's first life: the offset of its checks in their interval at time zero.
const DRAW_CHECK: u32 = 1;

/// The health checks of a container, and until when its process hangs.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Pulse {
    /// Time of one check; the next ones follow at intervals.
    since: Time,
    /// The first check that a hanging process does not answer.
    missed: Time,
    /// Until when its process hangs.
    until: Time,
    /// When it is found unhealthy, unless an event comes before.
    due: Time,
    /// Whether it was found unhealthy in its present life.
    pub(crate) is_unhealthy: bool,
}

impl Pulse {
    /// Those of all containers of a blueprint, which run from the beginning and have been found healthy.
    pub(crate) fn all(blueprint: &Blueprint, draws: &Draws) -> Vec<Self> {
        let all = (0..blueprint.containers.len()).map(ContainerId::from);
        let pulse = |id: ContainerId| {
            let interval = blueprint.service_of(id).health.map_or(0.0, |h| h.interval.as_f64());
            let phase = || draws.stream.draw(draws.key(id, 0), DRAW_CHECK).open01();
            let since = if interval > 0.0 { Time((interval * phase()) as u64) } else { Time::ZERO };
            Self { since, ..Self::idle() }
        };
        all.map(pulse).collect()
    }

    fn idle() -> Self {
        let (since, missed, until) = (Time::ZERO, Time::NEVER, Time::ZERO);
        Self { since, missed, until, due: Time::NEVER, is_unhealthy: false }
    }

    /// Begins a new life. Returns when the container is given up, unless it listens before.
    pub(crate) fn starts(&mut self, now: Time, health: Option<&HealthCheck>) -> Option<Time> {
        *self = Self::idle();
        self.due = health.map_or(Time::NEVER, |health| health.gives_up(now));
        (self.due < Time::NEVER).then_some(self.due)
    }

    /// The container listens. Returns when a check first finds it healthy.
    pub(crate) fn listens(&mut self, now: Time, started: Time, health: &HealthCheck) -> Time {
        self.due = Time::NEVER;
        self.since = health.first_good(started, now);
        self.since
    }

    /// Until when its process hangs; `None` when it does not.
    pub(crate) fn hangs_until(&self, now: Time) -> Option<Time> {
        Some(self.until).filter(|until| *until > now)
    }

    /// Its process hangs until `until`. Returns when checks find it unhealthy, if it has any.
    pub(crate) fn hangs(
        &mut self,
        now: Time,
        until: Time,
        life: &Life,
        health: Option<&HealthCheck>,
    ) -> Option<Time> {
        let hung_before = self.until > now;
        self.until = self.until.max(until);
        let health = health.filter(|_| !hung_before && life.is_checked())?;
        self.missed = next(self.since, health.interval, now);
        let counts = match life.phase {
            Phase::Ready => life.started + health.start_period,
            _ => Time::ZERO,
        };
        self.due = health.unhealthy(self.missed, counts, health.timeout);
        Some(self.due)
    }

    /// Its process goes on, unless it hangs for longer. Returns when a check next finds it healthy.
    pub(crate) fn goes_on(
        &mut self,
        now: Time,
        life: &Life,
        health: Option<&HealthCheck>,
    ) -> Option<Time> {
        let health = health.filter(|_| life.is_checked())?;
        self.due = Time::NEVER;
        if now > self.missed {
            let is_young = life.phase == Phase::Ready && now < life.started + health.start_period;
            let pause = if is_young { health.start_interval } else { health.interval };
            self.since = health.good_again(self.missed, now, pause);
        }
        self.missed = Time::NEVER;
        Some(self.since.max(now))
    }

    /// Whether checks find it unhealthy now.
    pub(crate) fn fails(&mut self, now: Time) -> bool {
        let is_due = self.due == now;
        self.is_unhealthy |= is_due;
        is_due
    }

    /// Sets the time at which it ends, after it has left all views.
    pub(crate) fn is_to_end(&mut self, at: Time) {
        self.due = at;
    }
}

/// The first of the times `since`, `since` + `interval`, … that is not before `now`.
fn next(since: Time, interval: Nanos, now: Time) -> Time {
    let rounds = now.since(since.min(now)).0.div_ceil(interval.0.max(1));
    Time(since.0.saturating_add(rounds.saturating_mul(interval.0)))
}

/// A driver whose containers have health checks: every driver.
pub(crate) trait HealthDriver<'a>: Driver<'a> {
    fn hang_process(
        &mut self,
        now: Time,
        id: ContainerId,
        until: Time,
        calendar: &mut Calendar<Self::Event>,
    ) {
        if self.life(id).phase == Phase::Dead {
            return;
        }
        self.changes(now, Change::Hangs(id, until), calendar);
        self.life_mut(id).hangs = true;
        let life = *self.life(id);
        let health = self.blueprint().service_of(id).health.as_ref();
        let due = self.upkeep_mut().pulses[id.index()].hangs(now, until, &life, health);
        if let Some(due) = due {
            self.schedule(due, Moment::Unhealthy(id), calendar);
        }
    }

    /// Lets the process of `id` go on, if it hangs and no other fault keeps it so.
    fn process_goes_on(
        &mut self,
        now: Time,
        id: ContainerId,
        calendar: &mut Calendar<Self::Event>,
    ) {
        let life = *self.life(id);
        if !life.hangs || self.upkeep().pulses[id.index()].hangs_until(now).is_some() {
            return;
        }
        self.life_mut(id).hangs = false;
        let health = self.blueprint().service_of(id).health.as_ref();
        let healthy = self.upkeep_mut().pulses[id.index()].goes_on(now, &life, health);
        self.changes(now, Change::GoesOn(id), calendar);
        match (life.phase, healthy) {
            (Phase::Ready, Some(healthy)) => self.turn_at(healthy, id, calendar),
            // A hanging process has not received its order to end, and may have missed a look for its services.
            (Phase::Stopping, _) => self.turn_at(now, id, calendar),
            (Phase::Starting, _) if self.is_waiting(id) => self.turn_at(now, id, calendar),
            _ => {}
        }
    }

    /// Finds `id` unhealthy, unless this is overtaken; or ends a starting container that was found unhealthy, after
    /// the pause before its end.
    #[inline(never)]
    fn is_unhealthy(&mut self, now: Time, id: ContainerId, calendar: &mut Calendar<Self::Event>) {
        let pulse = &mut self.upkeep_mut().pulses[id.index()];
        let known = pulse.is_unhealthy;
        if !pulse.fails(now) {
            return;
        }
        match self.life(id).phase {
            Phase::Registered | Phase::Ready => self.withdraw_and_stop(now, id, calendar),
            Phase::Starting if known => self.end_container(now, id, End::Loud, calendar),
            Phase::Starting => {
                let end = now + self.blueprint().leaving();
                self.upkeep_mut().pulses[id.index()].is_to_end(end);
                self.schedule(end, Moment::Unhealthy(id), calendar);
            }
            Phase::Draining | Phase::Stopping | Phase::Dead => {}
        }
    }
}

impl<'a, D: Driver<'a>> HealthDriver<'a> for D {}

impl<P: Probe> World<'_, P> {
    /// The process of `id` is about to hang: its CPU steps stand still, and checks of proxies time out.
    pub(super) fn hold_up(&mut self, now: Time, id: ContainerId, calendar: &mut Calendar<Event>) {
        let state = &self.containers[id.index()];
        let (node, local) = (state.node, state.local);
        let due = self.nodes[node.index()].processor.stop(now, local);
        self.schedule_due(node, due, calendar);
        self.watch(node, calendar);
        for observer in self.observers() {
            self.proxy_will_miss(now, observer, id, calendar);
        }
    }

    pub(super) fn note_goes_on(
        &mut self,
        now: Time,
        id: ContainerId,
        calendar: &mut Calendar<Event>,
    ) {
        self.let_go_on(now, id, calendar);
        if self.containers[id.index()].life.phase == Phase::Registered {
            self.announce_to_proxies(now, id, calendar);
        }
    }

    /// The process of `id`, which hung, goes on or has ended.
    pub(super) fn let_go_on(&mut self, now: Time, id: ContainerId, calendar: &mut Calendar<Event>) {
        let state = &self.containers[id.index()];
        let (node, local) = (state.node, state.local);
        let due = self.nodes[node.index()].processor.go_on(now, local);
        self.schedule_due(node, due, calendar);
        self.watch(node, calendar);
    }

    /// The process of `id`, which hangs, ends: requests that wait there are reset, or lost with their node. A
    /// request with an event on the calendar is removed by that event.
    pub(super) fn drop_kept_back(
        &mut self,
        now: Time,
        id: ContainerId,
        end: End,
        calendar: &mut Calendar<Event>,
    ) {
        let is_quiet = end == End::Quiet;
        let mut scratch = std::mem::take(&mut self.scratch);
        scratch.clear();
        let is_held =
            |frame: &Frame| frame.container == id && matches!(frame.waits, Waits::Node { .. });
        scratch.extend(self.frames.ids().filter(|&frame| is_held(&self.frames[frame])));
        for &frame in &scratch {
            let is_due = matches!(self.frames[frame].waits, Waits::Node { is_due: true, .. });
            match (is_due, is_quiet) {
                (false, _) => self.give_held_up(now, frame, is_quiet, calendar),
                (true, false) => self.reset_caller(now, frame, Failure::Reset, calendar),
                (true, true) => {}
            }
        }
        self.scratch = scratch;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn checks_come_at_intervals() {
        for (now, found) in [(0, 7), (7, 7), (8, 17), (17, 17), (18, 27)] {
            assert_eq!(next(Time(7), Nanos(10), Time(now)), Time(found));
        }
    }
}
