//! When faults come: by script, or by clocks of their own.
//!
//! ```text
//! once      zero ── lead ── after ──► strike ── repair ──► over
//! renewed   zero ── up ──► strike ── repair ──► up again ── up ──► strike …
//! each life        start of the container ── up ──► it crashes; its next start winds the clock up
//! ```
//! A clock runs from time zero, through the lead, whether or not anybody asks for anything; after a
//! repair it starts new, so what ages (a Weibull law) is as good as new. Each draw is addressed by the
//! fault's own name and the number of the turn: no fault moves another's draws. Pending is never more
//! than the next event of each.
//!
//! Closed form: alternating renewal; the share of time up is mtbf / (mtbf + mttr), whatever the laws
//! (Barlow and Proschan, Statistical Theory of Reliability, 1975).

use crate::blueprint::{Blueprint, Comes, Fault, FaultKind};
use crate::event::Event;
use crate::ids::{ContainerId, FaultId};
use crate::law::Law;
use crate::life::Phase;
use crate::probe::Probe;
use crate::world::World;
use wssim_kernel::stream::StreamKey;
use wssim_kernel::{Calendar, Nanos, Time};

/// Draws of a fault's own stream.
const DRAW_REPAIR: u32 = 0;
const DRAW_UP: u32 = 1;

/// A fault at present.
#[derive(Clone, Copy, Debug)]
pub(crate) struct FaultState {
    /// When it strikes next; a strike at another time was overtaken.
    due: Time,
    /// Number of its clock; a scripted one has none.
    turn: u64,
    /// Whether it has struck and is not repaired.
    pub(super) lasts: bool,
}

impl FaultState {
    /// Nothing has gone wrong yet.
    pub(crate) fn new() -> Self {
        Self { due: Time::NEVER, turn: 0, lasts: false }
    }
}

/// By container: the fault that each of its lives brings.
pub(crate) fn worn(blueprint: &Blueprint) -> Vec<Option<FaultId>> {
    let mut out = vec![None; blueprint.containers.len()];
    for (place, fault) in blueprint.faults.iter().enumerate() {
        if let (Comes::EachLife(_), [container]) = (&fault.comes, &fault.containers[..]) {
            out[container.index()] = Some(FaultId::from(place));
        }
    }
    out
}

impl<P: Probe> World<'_, P> {
    /// Puts the first strike of every fault on the calendar.
    pub(crate) fn start_faults(&mut self, calendar: &mut Calendar<Event>) {
        for (place, fault) in self.blueprint.faults.iter().enumerate() {
            let id = FaultId::from(place);
            match &fault.comes {
                Comes::Once(after) => {
                    let at = Time::ZERO + self.run.lead + *after;
                    self.strikes_at(at, id, calendar);
                }
                Comes::Renewed(up) => self.wind(Time::ZERO, id, up, calendar),
                Comes::EachLife(up) => {
                    let runs = |c: &ContainerId| self.containers[c.index()].life.listens();
                    if fault.containers.iter().all(runs) {
                        self.wind(Time::ZERO, id, up, calendar);
                    }
                }
            }
        }
    }

    fn strikes_at(&mut self, at: Time, id: FaultId, calendar: &mut Calendar<Event>) {
        self.faults[id.index()].due = at;
        calendar.schedule(at, Event::Strike(id));
    }

    /// The clock of `id` starts new.
    fn wind(&mut self, now: Time, id: FaultId, up: &Law, calendar: &mut Calendar<Event>) {
        let turn = self.faults[id.index()].turn;
        self.faults[id.index()].turn += 1;
        let up = self.drawn(id, up, turn, DRAW_UP);
        // However short: time goes on between two strikes.
        self.strikes_at(now + up.max(Nanos(1)), id, calendar);
    }

    fn drawn(&self, id: FaultId, law: &Law, turn: u64, draw: u32) -> Nanos {
        let name = &self.blueprint.faults[id.index()].name;
        let stream = StreamKey::new(self.run.seed, self.run.replication, "fault", name);
        Nanos::from_f64(law.sample_lazily(|| stream.draw(turn, draw)))
    }

    /// A container has started: what its lives bring is due after so long.
    pub(crate) fn wear(&mut self, now: Time, who: ContainerId, calendar: &mut Calendar<Event>) {
        let blueprint = self.blueprint;
        let Some(id) = self.worn[who.index()] else { return };
        if let Comes::EachLife(up) = &blueprint.faults[id.index()].comes {
            self.wind(now, id, up, calendar);
        }
    }

    /// Whether `id` really strikes now: it was not overtaken, and whoever wears out runs.
    pub(super) fn is_due(&self, now: Time, id: FaultId, fault: &Fault) -> bool {
        let runs = |c: &ContainerId| {
            !matches!(self.containers[c.index()].life.phase, Phase::Dead | Phase::Starting)
        };
        self.faults[id.index()].due == now
            && (!matches!(fault.comes, Comes::EachLife(_)) || fault.containers.iter().all(runs))
    }

    /// Until when `id`, which strikes now, lasts.
    pub(super) fn repaired_at(&self, now: Time, id: FaultId, fault: &Fault) -> Time {
        let Some(law) = &fault.repair else { return Time::NEVER };
        now + self.drawn(id, law, self.faults[id.index()].turn, DRAW_REPAIR)
    }

    /// `id` has struck, until `until`: puts what comes of it on the calendar.
    pub(super) fn struck(
        &mut self,
        now: Time,
        id: FaultId,
        until: Time,
        calendar: &mut Calendar<Event>,
    ) {
        let blueprint = self.blueprint;
        let fault = &blueprint.faults[id.index()];
        if !self.is_mended(fault) {
            // Its containers come back by themselves.
            return self.renew(now, id, calendar);
        }
        self.faults[id.index()].lasts = true;
        if until < Time::NEVER {
            calendar.schedule(until, Event::Repair(id));
        }
    }

    /// Whether what `fault` does is undone by its repair.
    fn is_mended(&self, fault: &Fault) -> bool {
        let stays = |c: &ContainerId| self.blueprint.service_of(*c).restart.is_none();
        !matches!(fault.kind, FaultKind::Kill | FaultKind::Stop)
            || fault.containers.iter().any(stays)
    }

    /// `id` is over: where it comes again, its clock starts new.
    pub(super) fn renew(&mut self, now: Time, id: FaultId, calendar: &mut Calendar<Event>) {
        let blueprint = self.blueprint;
        self.faults[id.index()].lasts = false;
        if let Comes::Renewed(up) = &blueprint.faults[id.index()].comes {
            self.wind(now, id, up, calendar);
        }
    }
}
