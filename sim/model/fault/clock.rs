//! When faults strike: by script, or by clocks of their own.
//!
//! ```text
//! once      zero ── lead ── after ──► strike ── repair ──► over
//! renewed   zero ── up ──► strike ── repair ──► up again ── up ──► strike …
//! each life        start of the container ── up ──► it crashes; its next start winds the clock up
//! ```
//! A clock runs from time zero, through the lead, with or without traffic; after a repair it starts again, so a
//! part that ages (a Weibull law) is as good as new. Each draw is addressed by the fault's own name and the number
//! of the turn: no fault shifts another's draws. At most the next event of each fault is pending.
//!
//! Closed form: alternating renewal; the share of time up is mtbf / (mtbf + mttr), whatever the laws
//! (Barlow and Proschan, Statistical Theory of Reliability, 1975).

use crate::blueprint::{Blueprint, Comes, Fault, FaultKind};
use crate::ids::{ContainerId, FaultId};
use crate::law::Law;
use crate::run::Run;
use wssim_kernel::stream::StreamKey;
use wssim_kernel::{Nanos, Time};

/// Purposes of the draws of a fault's own stream.
const DRAW_REPAIR: u32 = 0;
const DRAW_UP: u32 = 1;

#[derive(Clone, Copy, Debug)]
struct FaultState {
    stream: StreamKey,
    /// When it strikes next; a strike at another time is overtaken.
    due: Time,
    /// Number of its clock's turn; zero for a scripted fault.
    turn: u64,
    /// Whether it has struck and is not repaired.
    lasts: bool,
}

#[derive(Debug)]
pub(crate) struct Clocks<'a> {
    blueprint: &'a Blueprint,
    lead: Nanos,
    states: Vec<FaultState>,
    /// By container: the fault that wears out each of its lives.
    worn: Vec<Option<FaultId>>,
    /// When each repair crew is free; `None`: their number is unlimited.
    crews: Option<Vec<Time>>,
}

impl<'a> Clocks<'a> {
    pub(crate) fn new(blueprint: &'a Blueprint, run: Run) -> Self {
        let stream = |name: &str| StreamKey::new(run.seed, run.replication, "fault", name);
        let state = |fault: &Fault| FaultState {
            stream: stream(&fault.name),
            due: Time::NEVER,
            turn: 0,
            lasts: false,
        };
        Self {
            blueprint,
            lead: run.lead,
            states: blueprint.faults.iter().map(state).collect(),
            worn: worn(blueprint),
            // A crew beyond the number of faults would have no work.
            crews: blueprint.crews.map(|crews| {
                vec![Time::ZERO; (crews.get() as usize).min(blueprint.faults.len().max(1))]
            }),
        }
    }

    /// When `id` first strikes, if that is known; `all_run`: its containers run at time zero.
    pub(crate) fn first(&mut self, id: FaultId, all_run: bool) -> Option<Time> {
        let fault = &self.blueprint.faults[id.index()];
        match &fault.comes {
            Comes::Once(after) => Some(self.set(Time::ZERO + self.lead + *after, id)),
            Comes::Renewed(up) => Some(self.wind(Time::ZERO, id, up)),
            Comes::EachLife(up) => all_run.then(|| self.wind(Time::ZERO, id, up)),
        }
    }

    fn set(&mut self, at: Time, id: FaultId) -> Time {
        self.states[id.index()].due = at;
        at
    }

    /// Starts the clock of `id`. Returns when it strikes.
    fn wind(&mut self, now: Time, id: FaultId, up: &Law) -> Time {
        let turn = self.states[id.index()].turn;
        self.states[id.index()].turn += 1;
        let up = self.drawn(id, up, turn, DRAW_UP);
        // At least 1 ns, so that time goes on between two strikes.
        self.set(now + up.max(Nanos(1)), id)
    }

    fn drawn(&self, id: FaultId, law: &Law, turn: u64, draw: u32) -> Nanos {
        let stream = self.states[id.index()].stream;
        Nanos::from_f64(law.sample_lazily(|| stream.draw(turn, draw)))
    }

    /// A container has started: the fault that wears out its lives, and when it strikes.
    pub(crate) fn wear(&mut self, now: Time, who: ContainerId) -> Option<(FaultId, Time)> {
        let id = self.worn[who.index()]?;
        match &self.blueprint.faults[id.index()].comes {
            Comes::EachLife(up) => Some((id, self.wind(now, id, up))),
            Comes::Once(_) | Comes::Renewed(_) => None,
        }
    }

    /// Whether `id` strikes now: it is not overtaken, and the container that it wears out `runs`.
    pub(crate) fn is_due(
        &self,
        now: Time,
        id: FaultId,
        runs: impl Fn(ContainerId) -> bool,
    ) -> bool {
        let fault = &self.blueprint.faults[id.index()];
        let wears = matches!(fault.comes, Comes::EachLife(_));
        self.states[id.index()].due == now && (!wears || fault.containers.iter().all(|c| runs(*c)))
    }

    /// When `id`, which strikes now, is repaired. A fault with a clock waits for a free crew, first come first
    /// served; a scripted one needs none.
    pub(crate) fn repaired_at(&mut self, now: Time, id: FaultId) -> Time {
        let fault = &self.blueprint.faults[id.index()];
        let Some(law) = &fault.repair else { return Time::NEVER };
        let takes = self.drawn(id, law, self.states[id.index()].turn, DRAW_REPAIR);
        let needs_crew = !matches!(fault.comes, Comes::Once(_)) && self.is_mended(id);
        let crews = self.crews.as_mut().filter(|_| needs_crew);
        match crews.and_then(|crews| crews.iter_mut().min()) {
            None => now + takes,
            Some(free) => {
                *free = now.max(*free) + takes;
                *free
            }
        }
    }

    /// Notes that `id` has struck. Returns whether it lasts until a repair; otherwise its containers restart
    /// without one, and it is over.
    pub(crate) fn strikes(&mut self, id: FaultId) -> bool {
        let is_mended = self.is_mended(id);
        self.states[id.index()].lasts = is_mended;
        is_mended
    }

    /// Whether `id` needs a repair.
    fn is_mended(&self, id: FaultId) -> bool {
        let fault = &self.blueprint.faults[id.index()];
        let stays = |c: &ContainerId| self.blueprint.service_of(*c).restart.is_never();
        !matches!(fault.kind, FaultKind::Kill | FaultKind::Stop)
            || fault.containers.iter().any(stays)
    }

    /// `id` is over: where it strikes again, its clock starts. Returns when it strikes.
    pub(crate) fn over(&mut self, now: Time, id: FaultId) -> Option<Time> {
        self.states[id.index()].lasts = false;
        match &self.blueprint.faults[id.index()].comes {
            Comes::Renewed(up) => Some(self.wind(now, id, up)),
            Comes::Once(_) | Comes::EachLife(_) => None,
        }
    }

    /// Faults that have struck and are not repaired.
    pub(crate) fn lasting(&self) -> impl Iterator<Item = &'a Fault> {
        let faults = self.blueprint.faults.iter().zip(&self.states);
        faults.filter(|(_, state)| state.lasts).map(|(fault, _)| fault)
    }
}

fn worn(blueprint: &Blueprint) -> Vec<Option<FaultId>> {
    let mut out = vec![None; blueprint.containers.len()];
    for (place, fault) in blueprint.faults.iter().enumerate() {
        if let (Comes::EachLife(_), [container]) = (&fault.comes, &fault.containers[..]) {
            out[container.index()] = Some(FaultId::from(place));
        }
    }
    out
}
