//! The health checks of one container, and until when its process hangs.

use super::{Draws, Life, Phase};
use crate::blueprint::{Blueprint, HealthCheck};
use crate::ids::ContainerId;
use wssim_kernel::{Nanos, Time};

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
