//! A container's life, the same for every orchestrator.
//!
//! ```text
//!            startup CPU        first good health check         each observer, with its lag
//! starting ──────────────► ready ─────────────────────► registered ─────────────────────► in views
//!    ▲  └ what it needs is not there: it looks again (`waiting.rs`)
//!    ▲                                                       │ told to stop
//!    │                            stopping ◄─── 2 s ─── draining: out of views, still answering
//!    │                                │ empty, or grace is over
//!    └────────── restart delay ──── dead ◄── killed, or its node crashed
//! ```
//! A *killed* container ends loudly: its kernel resets its connections, and its daemon withdraws it
//! within a fraction of a second. One whose node crashed ends quietly: nobody hears anything, until
//! somebody detects it (`registry.rs`). Whoever has an open connection notices by time-outs of his own.

mod control;
mod draws;
mod driver;
mod empty;
mod health;
mod led;
mod proxies;
mod pulls;
mod registry;
mod waiting;

pub(crate) use control::Control;
pub(crate) use draws::Draws;
pub(crate) use driver::{Driver, Moment, Upkeep};
pub(crate) use health::Pulse;
pub(crate) use led::Led;
pub(crate) use pulls::Pulls;
pub(crate) use registry::Registry;
pub(crate) use waiting::Awaits;

use crate::blueprint::{self, OnStop, Service};
use crate::event::Event;
use crate::fault::Struck;
use crate::ids::ContainerId;
use crate::orchestrator::{Exit, Told};
use crate::probe::{Failure, Probe};
use crate::request::frame::Kind;
use crate::world::{Pace, World};
use wssim_kernel::{Calendar, Nanos, Time};

/// How often it is looked whether a container that was told to end is empty.
const LOOK: Nanos = Nanos(20_000_000);

/// Where a container is in its life.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Phase {
    /// It does not run; it starts when its restart delay is over, if its node is up.
    Dead,
    /// It computes, or waits for what it needs, and does not listen yet.
    Starting,
    /// It answers whoever knows of it; its health is still to be found.
    Ready,
    /// Its node's daemon has registered it.
    Registered,
    /// It is withdrawn, and does not know of it yet.
    Draining,
    /// It has been told to end: it finishes what it has and takes nothing new on.
    Stopping,
}

/// The life of one container.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Life {
    pub(crate) phase: Phase,
    /// Number of the present life; connections are opened to one.
    pub(crate) incarnation: u32,
    /// Number of the life with which it got its address.
    pub(crate) address: u32,
    /// Lives before this one ended quietly, or before another that did.
    pub(crate) quiet_before: u32,
    /// When the present life began; stopping: when its grace is over.
    pub(crate) started: Time,
    /// When the last life closed the connections on which nothing was under way.
    pub(crate) closed: Time,
    /// Number of the next turn in its life: one that was overtaken does not happen.
    pub(crate) turn: u32,
    /// Whether its process hangs.
    pub(crate) hangs: bool,
    /// Time as ready or registered, up to the last change, in nanoseconds.
    up_ns: u64,
    up_since: Option<Time>,
}

impl Default for Life {
    /// Registered since the beginning.
    fn default() -> Self {
        Self {
            phase: Phase::Registered,
            incarnation: 0,
            address: 0,
            quiet_before: 0,
            started: Time::ZERO,
            closed: Time::ZERO,
            turn: 0,
            hangs: false,
            up_ns: 0,
            up_since: Some(Time::ZERO),
        }
    }
}

impl Life {
    /// The first life of `container`.
    pub(crate) fn first(container: &blueprint::Container) -> Self {
        match (container.begins, container.spare) {
            (None, false) => Self::default(),
            (Some(_), _) => Self::to_come(),
            (None, true) => Self::spare(),
        }
    }

    /// It does not run yet.
    fn to_come() -> Self {
        Self { phase: Phase::Dead, up_since: None, ..Self::default() }
    }

    /// It does not run, and nobody has an address of it.
    fn spare() -> Self {
        Self { incarnation: 1, address: 1, ..Self::to_come() }
    }

    /// Whether it answers.
    #[inline]
    pub(crate) fn listens(&self) -> bool {
        !matches!(self.phase, Phase::Dead | Phase::Starting)
    }

    /// Whether it has closed its idle connections.
    #[inline]
    pub(crate) fn hangs_up(&self) -> bool {
        self.phase == Phase::Stopping
    }

    /// Whether it listens, and its health is looked at.
    pub(crate) fn is_checked(&self) -> bool {
        matches!(self.phase, Phase::Ready | Phase::Registered)
    }

    /// Time for which it has answered, up to `now`, in nanoseconds.
    pub(crate) fn up_ns(&self, now: Time) -> u64 {
        self.up_ns + self.up_since.map_or(0, |since| now.since(since).0)
    }

    /// What was to be its next turn does not come any more.
    pub(crate) fn give_up_start(&mut self) {
        self.turn = self.turn.wrapping_add(1);
    }

    pub(crate) fn enter(&mut self, now: Time, phase: Phase) {
        self.up_ns = self.up_ns(now);
        if phase == Phase::Stopping || phase == Phase::Dead && self.phase != Phase::Stopping {
            self.closed = now;
        }
        self.phase = phase;
        self.up_since = self.listens().then_some(now);
        self.turn = self.turn.wrapping_add(1);
    }

    /// What was due to start it again is not.
    pub(crate) fn stays_dead(&mut self) {
        self.turn = self.turn.wrapping_add(1);
    }
}

/// How a life ends.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum End {
    /// The process is killed, its node lives.
    Loud,
    /// It was told to end, and has done what it had to.
    Done,
    /// Its node is gone.
    Quiet,
    /// Its first process is killed for want of memory.
    Killed,
    /// One of its other processes is: the first starts it anew, and nobody outside knows.
    LostWorker,
}

impl End {
    /// Why the requests at such a container fail, in the eyes of those who hear of it.
    pub(crate) fn failure(self) -> Failure {
        match self {
            Self::Killed | Self::LostWorker => Failure::Oom,
            Self::Loud | Self::Done | Self::Quiet => Failure::Reset,
        }
    }

    /// How its orchestrator sees it.
    pub(crate) fn exit(self) -> Exit {
        if self == Self::Done { Exit::Completed } else { Exit::Failed }
    }
}

impl<P: Probe> World<'_, P> {
    /// `id` ends. What it did is lost.
    pub(crate) fn end_container(
        &mut self,
        now: Time,
        id: ContainerId,
        end: End,
        calendar: &mut Calendar<Event>,
    ) {
        if self.containers[id.index()].life.phase == Phase::Dead {
            if end == End::Quiet && !self.is_to_come(now, id) {
                // Its start was pending; the node's return brings another.
                self.containers[id.index()].life.give_up_start();
            }
            return;
        }
        // Requests on their way to it find no process from now on.
        self.reach.ever = true;
        self.catch_up(now, self.containers[id.index()].node, calendar);
        if self.containers[id.index()].life.hangs {
            self.drop_kept_back(now, id, end, calendar);
        }
        self.empty_container(now, id, end, calendar);
        if self.containers[id.index()].life.hangs {
            self.let_go_on(now, id, calendar);
        }
        self.release_memory(now, id, end == End::Quiet);
        self.probe.container_answers(now, id, self.containers[id.index()].node, false);
        let is_recreated = self.upkeep.control.as_ref().is_some_and(|control| control.restarts(id));
        let is_replaced =
            end != End::LostWorker && (is_recreated || self.blueprint.replaces_containers());
        let life = &mut self.containers[id.index()].life;
        life.enter(now, Phase::Dead);
        life.incarnation += 1;
        if is_replaced {
            life.address = life.incarnation;
        }
        self.note_life(id);
        match end {
            End::Quiet => {
                let life = &mut self.containers[id.index()].life;
                life.quiet_before = life.incarnation;
                self.tell_control(now, Told::Ended(id, end.exit()), calendar);
            }
            End::LostWorker => self.start_container(now, id, calendar),
            End::Loud | End::Done | End::Killed => {
                self.withdraw(now, id, calendar);
                self.restart_later(now, id, end.exit(), calendar);
            }
        }
        self.look_at_steps(now, calendar);
    }

    /// Whether `id` is one that comes later than now.
    pub(crate) fn is_to_come(&self, now: Time, id: ContainerId) -> bool {
        let begins = self.blueprint.containers[id.index()].begins;
        begins.is_some_and(|begins| now < Time::ZERO + self.run.lead + begins)
    }

    /// Somebody starts `id`, if it does not run and would not by itself.
    pub(crate) fn start_anew(
        &mut self,
        now: Time,
        id: ContainerId,
        calendar: &mut Calendar<Event>,
    ) {
        let is_dead = self.containers[id.index()].life.phase == Phase::Dead;
        let is_wanted = !self.is_held_back(id);
        if is_dead && is_wanted && self.blueprint.service_of(id).restart.is_never() {
            self.turn_at(now, id, calendar);
        }
    }

    /// Containers that come later are not there yet, nobody knows of them, and each starts when its time
    /// comes; spare ones when somebody else's has.
    pub(crate) fn await_late_containers(&mut self, calendar: &mut Calendar<Event>) {
        let late = |(place, container): (usize, &blueprint::Container)| {
            let comes_later = container.spare || container.begins.is_some();
            comes_later.then_some((ContainerId::from(place), container.begins))
        };
        let containers = self.blueprint.containers.iter().enumerate();
        for (id, begins) in containers.filter_map(late) {
            let service = self.service_id(id);
            for observer in self.observers() {
                self.registry.views.remove(observer, service, id);
            }
            if let Some(begins) = begins {
                self.turn_at(Time::ZERO + self.run.lead + begins, id, calendar);
            }
        }
    }

    /// The next turn in the life of `id`.
    #[inline(never)]
    pub(crate) fn live_on(
        &mut self,
        now: Time,
        id: ContainerId,
        turn: u32,
        calendar: &mut Calendar<Event>,
    ) {
        let life = &self.containers[id.index()].life;
        if life.turn != turn {
            return;
        }
        match life.phase {
            Phase::Dead => {
                let up = self.is_up(self.containers[id.index()].node);
                if up {
                    self.start_container(now, id, calendar);
                }
                // Otherwise the node's return starts it.
                self.tell_control(now, Told::Begins(id, up), calendar);
            }
            // A process that hangs answers no check and looks for nothing.
            Phase::Starting | Phase::Ready if life.hangs => {}
            Phase::Ready => self.register(now, id, calendar),
            Phase::Draining => self.stop(now, id, calendar),
            Phase::Stopping => self.end_when_empty(now, id, calendar),
            Phase::Starting => self.look_for_needs(now, id, calendar),
            Phase::Registered => {
                unreachable!("nothing is due in the life of a container that {:?}", life.phase)
            }
        }
    }

    /// `id` is to end in good order: first it leaves all views.
    pub(crate) fn drain(&mut self, now: Time, id: ContainerId, calendar: &mut Calendar<Event>) {
        if self.containers[id.index()].life.phase != Phase::Registered {
            return;
        }
        self.withdraw_and_stop(now, id, calendar);
    }

    /// `id` leaves all views, and is told to end afterwards.
    fn withdraw_and_stop(&mut self, now: Time, id: ContainerId, calendar: &mut Calendar<Event>) {
        self.containers[id.index()].life.enter(now, Phase::Draining);
        self.withdraw(now, id, calendar);
        self.turn_at(now + self.blueprint.leaving(), id, calendar);
    }

    /// `id` is told to end.
    fn stop(&mut self, now: Time, id: ContainerId, calendar: &mut Calendar<Event>) {
        let Service { stop_grace, on_stop, .. } = *self.blueprint.service_of(id);
        let life = &mut self.containers[id.index()].life;
        let over = now + stop_grace;
        match on_stop {
            OnStop::Drain => {
                life.enter(now, Phase::Stopping);
                life.started = over;
                self.end_when_empty(now, id, calendar);
            }
            OnStop::Exit if life.hangs => {
                life.enter(now, Phase::Stopping);
                life.started = over;
                self.turn_at(over, id, calendar);
            }
            // One that was found unhealthy has failed all the same.
            OnStop::Exit if self.upkeep.pulses[id.index()].is_unhealthy => {
                self.end_container(now, id, End::Loud, calendar);
            }
            OnStop::Exit => self.end_container(now, id, End::Done, calendar),
            // It answers on, until it is killed.
            OnStop::Ignore if life.started == now => {
                self.end_container(now, id, End::Loud, calendar);
            }
            OnStop::Ignore => {
                life.enter(now, Phase::Draining);
                life.started = over;
                self.turn_at(over, id, calendar);
            }
        }
    }

    /// `id` ends when it has nothing left to do, or leaves that undone, or its grace is over, which is looked at now
    /// and then. A process that hangs does not hear that it is to end.
    fn end_when_empty(&mut self, now: Time, id: ContainerId, calendar: &mut Calendar<Event>) {
        let container = &self.containers[id.index()];
        let over = container.life.started;
        let leaves = self.blueprint.service_of(id).on_stop == OnStop::Exit;
        let is_done = (leaves || container.station.in_system == 0) && !container.life.hangs;
        if is_done || now >= over {
            let is_good = is_done && !self.upkeep.pulses[id.index()].is_unhealthy;
            let end = if is_good { End::Done } else { End::Loud };
            return self.end_container(now, id, end, calendar);
        }
        // Of a process that hangs only the end of its grace is looked at, and when it goes on.
        let next = if container.life.hangs { over } else { (now + LOOK).min(over) };
        self.turn_at(next, id, calendar);
    }

    /// `id` begins a new life: with CPU.
    pub(crate) fn start_container(
        &mut self,
        now: Time,
        id: ContainerId,
        calendar: &mut Calendar<Event>,
    ) {
        // Requests may come before it listens.
        self.reach.ever = true;
        let life = &mut self.containers[id.index()].life;
        debug_assert_eq!(life.phase, Phase::Dead, "what has not ended is not started");
        life.enter(now, Phase::Starting);
        life.started = now;
        let incarnation = life.incarnation;
        self.note_life(id);
        let health = self.blueprint.service_of(id).health.as_ref();
        if let Some(given_up) = self.upkeep.pulses[id.index()].starts(now, health) {
            calendar.schedule(given_up, Event::Unhealthy(id));
        }
        let law = &self.blueprint.service_of(id).startup;
        let demand = self.upkeep.draws.startup(law, id, incarnation);
        let key = self.life_key(id, incarnation);
        let (job, frame) = self.frames.open(Kind::Startup, key);
        frame.container = id;
        self.note_work(id, demand);
        self.containers[id.index()].pace = Pace::of(self.blueprint.service_of(id).cold);
        self.start_job(now, job, id, demand, calendar);
        if self.counts_as_running_at_once(id) {
            self.tell_control(now, Told::Runs(id), calendar);
        }
        if self.is_known_at_once(id) {
            self.announce(now, id, calendar);
        }
    }

    /// Whether `id` counts as running as soon as its process has started: nobody checks its health, or nobody
    /// waits for that.
    fn counts_as_running_at_once(&self, id: ContainerId) -> bool {
        self.blueprint.service_of(id).health.is_none() || !self.blueprint.is_replaced()
    }

    /// Whether `id` has its address known as soon as its process has started: a task of Swarm without a health
    /// check (moby, executor/container/controller.go). Until it listens it refuses whoever comes.
    fn is_known_at_once(&self, id: ContainerId) -> bool {
        self.blueprint.service_of(id).health.is_none() && self.blueprint.is_replaced()
    }

    /// Whether callers are to find `id`: it is registered, or has its address known though it only starts.
    pub(crate) fn is_to_be_known(&self, id: ContainerId) -> bool {
        match self.containers[id.index()].life.phase {
            Phase::Registered => true,
            Phase::Starting | Phase::Ready => self.is_known_at_once(id),
            Phase::Draining | Phase::Stopping | Phase::Dead => false,
        }
    }

    /// `id` has started and has what it needs: it listens, and waits for its first good health check.
    /// One that was found unhealthy before is about to end.
    fn listen(&mut self, now: Time, id: ContainerId, calendar: &mut Calendar<Event>) {
        if self.upkeep.pulses[id.index()].is_unhealthy {
            return;
        }
        self.catch_up(now, self.containers[id.index()].node, calendar);
        self.tell_control(now, Told::Serves(id), calendar);
        let health = self.blueprint.service_of(id).health.as_ref();
        self.probe.container_answers(now, id, self.containers[id.index()].node, true);
        let life = &mut self.containers[id.index()].life;
        life.enter(now, Phase::Ready);
        let started = life.started;
        let pulse = &mut self.upkeep.pulses[id.index()];
        let checked = health.map_or(now, |health| pulse.listens(now, started, health));
        self.turn_at(checked, id, calendar);
        self.wear(now, id, calendar);
        self.wake_waiting(now, calendar);
    }

    fn register(&mut self, now: Time, id: ContainerId, calendar: &mut Calendar<Event>) {
        self.containers[id.index()].life.enter(now, Phase::Registered);
        if !self.is_known_at_once(id) {
            self.announce(now, id, calendar);
        }
        if !self.counts_as_running_at_once(id) {
            self.tell_control(now, Told::Runs(id), calendar);
        }
        self.look_at_rollouts(now);
        self.look_at_steps(now, calendar);
    }
}

/// When a container whose start-up CPU was over at `since` looks for what it needs, from `now` on: at
/// whole multiples of `retry`.
pub(crate) fn next_look(since: Time, retry: Nanos, now: Time) -> Time {
    let looks = now.since(since).0.div_ceil(retry.0.max(1));
    Time(since.0.saturating_add(looks.saturating_mul(retry.0.max(1))))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn looks_come_at_multiples_since_the_end_of_the_start_up() {
        let second = |s: u64| Time(s * 1_000_000_000);
        let retry = Nanos(5_000_000_000);
        for (now, looks) in [(102, 102), (103, 107), (107, 107), (108, 112), (1000, 1002)] {
            assert_eq!(next_look(second(102), retry, second(now)), second(looks));
        }
        // Without a pause it looks at once.
        assert_eq!(next_look(second(102), Nanos::ZERO, Time(102_000_000_007)).0, 102_000_000_007);
    }

    #[test]
    fn time_counts_while_it_listens() {
        let mut life = Life::default();
        life.enter(Time(10), Phase::Dead);
        assert_eq!(life.up_ns(Time(50)), 10);
        life.enter(Time(60), Phase::Starting);
        life.enter(Time(70), Phase::Ready);
        life.enter(Time(75), Phase::Registered);
        assert_eq!(life.up_ns(Time(100)), 40);
    }
}
