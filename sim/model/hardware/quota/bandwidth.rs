//! The kernel's rule: CFS bandwidth control (Linux 5.4 and later, `kernel/sched/fair.c`;
//! `Documentation/scheduler/sched-bwc.rst`).
//!
//! ```text
//!  every 100 ms: pool := quota                      tick, every 4 ms: a silo that has used up what
//!        │ pays debts first, oldest first           it holds takes a slice, or is throttled
//!   ┌────▼─────┐  slice of 5 ms, on demand  ┌─────────────────┐ thread time
//!   │   pool   ├───────────────────────────►│ silo, one a CPU ├────────────►
//!   └────▲─────┘                            └────────┬────────┘ may overrun until the tick: a debt
//!        └───────────────────────────────────────────┘
//!           without a job: all above 1 ms goes back
//! ```
//!
//! A silo is the container's run queue on one CPU. Its thread time is accounted at ticks and when a job
//! arrives or leaves (`update_curr`, `account_cfs_rq_runtime`), so that it may overrun until the next tick,
//! by up to 4 ms, and pays that back; what it holds does not expire with the period (since 5.4). A silo
//! that gets no slice is throttled: its jobs stand still while those of other silos run. At the end of the
//! period, and 5 ms after enough has gone back to the pool, each throttled silo receives what it owes and
//! 1 ns, in the order of throttling (`distribute_cfs_runtime`), and runs at least until the next tick. In
//! the long run a container uses its quota and no more.
//!
//! Processor sharing has no CPUs, hence these assumptions: a job takes the silo without jobs that was left
//! last, a throttled one too, since its CPU looks idle (`select_idle_sibling` prefers the CPU where a
//! thread was last); in a container with more jobs than the node has CPUs it joins the silo with the fewest
//! jobs. Each job charges its silo with the thread time that it gets. Ticks of all CPUs and periods of all
//! containers begin at time zero (kernels since 2023 draw the phase of a container's periods,
//! `init_cfs_bandwidth`).
//! And a container is never quite idle: after half a second without a job its silos hold nothing, since
//! its own threads that no scenario names, such as timers and collectors, have used that up. So a burst
//! after a pause meets the quota alone, as is reported of such bursts; in use nothing expires.
//!
//! While all jobs have threads of their own, too few to use up a quota, silos are not followed: what running
//! silos hold is in the pool, and is taken out again as if at the last tick.

use super::period::{PERIOD_NS, ceil};
use wssim_kernel::Time;

/// What a silo takes from the pool at once: 5 ms (`sysctl_sched_cfs_bandwidth_slice`).
const SLICE_NS: f64 = 5e6;
/// What a silo without jobs keeps: 1 ms (`min_cfs_rq_runtime`).
const KEPT_NS: f64 = 1e6;
/// From the return to the pool to its distribution: 5 ms (`cfs_bandwidth_slack_period`).
const GATHERING_NS: u64 = 5_000_000;
/// Nothing is distributed closer than this to the end of a period: 2 ms (`min_bandwidth_expiration`).
const EXPIRATION_NS: u64 = 2_000_000;
/// From tick to tick: 4 ms (`CONFIG_HZ=250`, the setting of Debian's and Ubuntu's kernels).
const TICK_NS: u64 = 4_000_000;
/// A pause after which silos hold nothing: an assumption, as the head of the file says.
const PAUSE_NS: u64 = 500_000_000;
/// What a silo holds once its debt is paid: 1 ns (`distribute_cfs_runtime`).
const PAID_NS: f64 = 1.0;
/// A silo that holds less holds nothing: half of `PAID_NS`, since sums are rounded.
const NOTHING_NS: f64 = 0.5;

/// The container's run queue on one CPU.
#[derive(Clone, Copy, Debug, Default)]
struct Silo {
    /// Thread time that it may still use, in nanoseconds; a debt below zero.
    held: f64,
    jobs: u32,
    is_throttled: bool,
    /// Number of the departure that left it last.
    left_at: u64,
}

impl Silo {
    fn runs(&self) -> bool {
        self.jobs > 0 && !self.is_throttled
    }

    fn is_spent(&self) -> bool {
        // Above the threshold in `due`, so that rounding cannot delay a tick.
        self.held < f64::midpoint(NOTHING_NS, PAID_NS)
    }
}

/// A container's pool and its silos.
#[derive(Debug)]
pub(in super::super) struct Bandwidth {
    /// Thread-nanoseconds per period.
    per_period: f64,
    pool: f64,
    /// As many as there ever were jobs at once, up to the CPUs of the node.
    silos: Vec<Silo>,
    cpus: usize,
    /// Throttled silos, the oldest first.
    throttled: Vec<u32>,
    /// Jobs on running silos, and on throttled ones.
    running: u32,
    waiting: u32,
    /// When the next period begins.
    boundary: u64,
    /// When returned time is distributed.
    slack_at: u64,
    updated: Time,
    /// Until when it is known to have run.
    used_at: Time,
    departures: u64,
    /// Whether silos with jobs were throttled, or run again.
    has_changed: bool,
}

impl Bandwidth {
    /// The quota of a container on a node of `threads`.
    pub(super) fn new(limit: f64, threads: f64) -> Self {
        let per_period = limit * PERIOD_NS as f64;
        Self {
            per_period,
            pool: per_period,
            silos: Vec::new(),
            cpus: (threads.ceil() as usize).max(1),
            throttled: Vec::new(),
            running: 0,
            waiting: 0,
            boundary: PERIOD_NS,
            slack_at: u64::MAX,
            updated: Time::ZERO,
            used_at: Time::ZERO,
            departures: 0,
            has_changed: false,
        }
    }

    /// Accounts for `threads` running since the last look; periods that have begun refill the pool. Never
    /// inlined, nor is [`Bandwidth::never_binds`]: they would lie on the path of every job.
    #[inline(never)]
    pub(super) fn use_until(&mut self, now: Time, threads: f64) {
        let used = threads * now.since(self.updated).as_f64();
        if used > 0.0 {
            self.end_pause();
            self.used_at = now;
        }
        self.updated = now;
        if self.running == 0 {
            self.pool -= used;
        } else if used > 0.0 {
            let each = used / f64::from(self.running);
            for silo in self.silos.iter_mut().filter(|silo| silo.runs()) {
                silo.held -= each * f64::from(silo.jobs);
            }
        }
        if now.0 >= self.boundary.min(self.slack_at) {
            self.refill(if self.running == 0 { threads } else { 0.0 });
        }
    }

    /// Jobs run from the last look on, perhaps after a pause.
    fn end_pause(&mut self) {
        if self.updated.since(self.used_at).0 >= PAUSE_NS {
            self.silos.iter_mut().for_each(|silo| silo.held = silo.held.min(0.0));
        }
        self.used_at = self.updated;
    }

    /// Handles distributions since the last look: of returned time, and at new periods, in which `threads` have
    /// run that no silo was charged with.
    #[inline(never)]
    fn refill(&mut self, threads: f64) {
        if self.slack_at <= self.updated.0 {
            self.slack_at = u64::MAX;
            if self.pool > SLICE_NS {
                self.distribute();
            }
        }
        let begun = self.updated.0 / PERIOD_NS * PERIOD_NS;
        while self.boundary <= begun {
            if self.throttled.is_empty() {
                // All periods between are alike.
                self.boundary = begun;
            }
            self.boundary += PERIOD_NS;
            self.pool = self.per_period;
            self.distribute();
            if self.boundary > begun {
                self.pool -= threads * (self.updated.0 - begun) as f64;
            }
        }
    }

    /// Pays the debts of throttled silos as far as the pool suffices; those run again.
    fn distribute(&mut self) {
        let Self { silos, throttled, pool, running, waiting, has_changed, .. } = self;
        throttled.retain(|&place| {
            let silo = &mut silos[place as usize];
            let paid = (PAID_NS - silo.held).min(*pool).max(0.0);
            *pool -= paid;
            silo.held += paid;
            silo.is_throttled = silo.is_spent();
            if !silo.is_throttled {
                *running += silo.jobs;
                *waiting -= silo.jobs;
                *has_changed |= silo.jobs > 0;
            }
            silo.is_throttled
        });
    }

    /// Whether `threads` can never use up a quota from now on. The quota is up to date.
    #[inline(never)]
    pub(super) fn never_binds(&self, threads: f64) -> bool {
        if self.waiting > 0 || threads * PERIOD_NS as f64 > self.per_period {
            return false;
        }
        let mut left = self.pool;
        if self.running > 0 {
            left += self.silos.iter().filter(|silo| silo.runs()).map(|silo| silo.held).sum::<f64>();
        }
        left + NOTHING_NS >= threads * (self.boundary - self.updated.0) as f64
    }

    /// When the next silo takes a slice or is throttled while `threads` run, or when throttled silos may run
    /// again. The quota is up to date.
    pub(super) fn due(&self, threads: f64) -> Option<Time> {
        let refill = (self.waiting > 0).then(|| self.boundary.min(self.slack_at));
        let tick = (self.running > 0 && threads > 0.0).then(|| {
            let a_job = |silo: &Silo| (silo.held - NOTHING_NS).max(0.0) / f64::from(silo.jobs);
            let least =
                self.silos.iter().filter(|silo| silo.runs()).map(a_job).fold(f64::MAX, f64::min);
            let wait = ceil(least * f64::from(self.running) / threads);
            self.updated.0.saturating_add(wait).next_multiple_of(TICK_NS)
        });
        [refill, tick].into_iter().flatten().min().map(Time)
    }

    /// At a tick, silos that have used up what they held take a slice or are throttled.
    pub(super) fn tick(&mut self, now: Time) {
        if !now.0.is_multiple_of(TICK_NS) {
            return;
        }
        for place in 0..self.silos.len() {
            if self.silos[place].runs() && !self.extend(place) {
                self.throttle(place);
                self.has_changed = true;
            }
        }
    }

    /// A job arrives. Returns its silo, where it runs or waits. The quota is up to date.
    pub(in super::super) fn arrive(&mut self) -> u32 {
        self.end_pause();
        let place = self.choose();
        let silo = &mut self.silos[place];
        silo.jobs += 1;
        if silo.is_throttled {
            self.waiting += 1;
            return place as u32;
        }
        self.running += 1;
        // A job that joins others waits for the tick with them.
        if silo.jobs == 1 && !self.extend(place) {
            self.throttle(place);
        }
        place as u32
    }

    /// A job that ran while silos were not followed continues. Returns its silo. The quota is up to date.
    pub(in super::super) fn go_on(&mut self) -> u32 {
        self.end_pause();
        let place = self.choose();
        let silo = &mut self.silos[place];
        if silo.is_throttled {
            silo.is_throttled = false;
            self.throttled.retain(|&throttled| throttled as usize != place);
            self.running += silo.jobs;
            self.waiting -= silo.jobs;
            self.has_changed |= silo.jobs > 0;
        }
        let since_tick = (self.updated.0 % TICK_NS) as f64;
        let taken = (SLICE_NS - since_tick - silo.held).min(self.pool).max(0.0);
        self.pool -= taken;
        silo.held += taken;
        silo.jobs += 1;
        self.running += 1;
        place as u32
    }

    /// A job of the silo at `place` has ended, or was evicted. The quota is up to date.
    pub(in super::super) fn leave(&mut self, place: u32) {
        let place = place as usize;
        self.departures += 1;
        let silo = &mut self.silos[place];
        silo.left_at = self.departures;
        silo.jobs -= 1;
        if silo.is_throttled {
            self.waiting -= 1;
            return;
        }
        self.running -= 1;
        let is_empty = silo.jobs == 0;
        if !self.extend(place) {
            self.throttle(place);
            self.has_changed |= !is_empty;
        } else if is_empty {
            self.give_back(place);
        }
    }

    /// Stops following silos: the quota cannot bind.
    pub(in super::super) fn rest(&mut self) {
        for silo in self.silos.iter_mut().filter(|silo| silo.runs()) {
            self.pool += silo.held;
            *silo = Silo { held: 0.0, jobs: 0, ..*silo };
        }
        self.running = 0;
    }

    /// Whether the jobs of the silo at `place` stand still.
    pub(in super::super) fn is_throttled(&self, place: u32) -> bool {
        self.silos[place as usize].is_throttled
    }

    /// Whether jobs were stopped or continued since the last call.
    pub(in super::super) fn take_change(&mut self) -> bool {
        std::mem::take(&mut self.has_changed)
    }

    /// The silo of the next job.
    fn choose(&mut self) -> usize {
        let idle = (self.silos.iter().enumerate().filter(|(_, silo)| silo.jobs == 0))
            .max_by_key(|(_, silo)| silo.left_at);
        if let Some((place, _)) = idle {
            return place;
        }
        if self.silos.len() < self.cpus {
            self.silos.push(Silo::default());
            return self.silos.len() - 1;
        }
        let fewest = self.silos.iter().enumerate().min_by_key(|(_, silo)| silo.jobs);
        fewest.map_or(0, |(place, _)| place)
    }

    /// Takes a slice if the silo at `place` has used up what it held (`assign_cfs_rq_runtime`); false: the pool
    /// does not cover its debt.
    fn extend(&mut self, place: usize) -> bool {
        let silo = &mut self.silos[place];
        if silo.is_spent() {
            let taken = (SLICE_NS - silo.held).min(self.pool).max(0.0);
            self.pool -= taken;
            silo.held += taken;
        }
        !silo.is_spent()
    }

    fn throttle(&mut self, place: usize) {
        let silo = &mut self.silos[place];
        silo.is_throttled = true;
        self.running -= silo.jobs;
        self.waiting += silo.jobs;
        self.throttled.push(place as u32);
    }

    /// A silo without jobs returns what it holds above what it keeps (`__return_cfs_rq_runtime`).
    fn give_back(&mut self, place: usize) {
        let silo = &mut self.silos[place];
        if silo.held <= KEPT_NS {
            return;
        }
        self.pool += silo.held - KEPT_NS;
        silo.held = KEPT_NS;
        let is_late = self.boundary - self.updated.0 < GATHERING_NS + EXPIRATION_NS;
        if self.pool > SLICE_NS && !self.throttled.is_empty() && !is_late {
            // A later return starts no timer of its own (`start_cfs_slack_bandwidth`).
            self.slack_at = self.slack_at.min(self.updated.0 + GATHERING_NS);
        }
    }
}
