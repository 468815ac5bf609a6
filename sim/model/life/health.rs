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

use super::{Awaiting, Change, Driver, End, Lives, Moment, Phase};
use crate::ids::ContainerId;
use wssim_kernel::{Calendar, Time};

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
