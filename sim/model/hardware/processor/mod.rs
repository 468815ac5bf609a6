//! A node's processor: two-level processor sharing under limits.
//!
//! Threads are water-filled over the busy containers by equal weight, each capped by its runnable
//! jobs and its quota; inside a container they are shared equally among its jobs. n running
//! threads do the work C(n) in own single-thread units (SMT), shared in proportion to threads.
//!
//! Two modes. *Calm*: all jobs fit the full-speed threads and no limit binds; a job then has one event
//! of its own and costs O(1). *Shared*: all jobs of a container attain service equally fast, so a job that
//! enters at attained service V with demand d leaves at V + d, and the order of departure is settled on
//! entry; one event per node, for the earliest change. An arrival or departure costs
//! O(log jobs + busy containers).
//!
//! Closed forms: one container per node and Poisson arrivals give M/G/1-PS on one core,
//! E\[R\] = E\[S\]/(1 − ρ), and M/M/c whatever the law on c cores (Kleinrock, vol. 2, 1976, ch. 4;
//! Cohen 1979).

mod due;
mod evict;
mod freeze;
mod modes;
mod open;
mod silos;
mod stop;
mod unattended;
mod unattended_job;

use super::quota::QuotaState;
use super::sharing::{full_speed_threads, water_level, work_of};
use crate::blueprint::{CpuLimit, Quota as Rule};
use std::cmp::Ordering;
use std::collections::BinaryHeap;
use unattended_job::Unattended;
use wssim_kernel::{Nanos, Time};

pub use due::{Alone, Due, Follows, Happened, Job, Totals};
pub use open::OpenWork;

/// The job number of unattended jobs.
const UNATTENDED: Job = Job::MAX;

#[derive(Clone, Copy, Debug)]
struct Slot {
    job: Job,
    container: u32,
    demand: f64,
    /// Calm: when it departs.
    finish: Time,
}

#[derive(Clone, Copy, Debug, PartialEq)]
struct Leaving {
    at_attained: f64,
    order: u64,
    slot: u32,
}

impl Eq for Leaving {}
impl PartialOrd for Leaving {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}
impl Ord for Leaving {
    /// Reversed, so that the standard max-heap gives the earliest; ties in order of arrival.
    fn cmp(&self, other: &Self) -> Ordering {
        (other.at_attained.total_cmp(&self.at_attained)).then(other.order.cmp(&self.order))
    }
}

#[derive(Debug, Default)]
struct Container {
    jobs: u32,
    cap: Option<f64>,
    quota: Option<QuotaState>,
    /// Whether its process hangs: none of its jobs runs.
    hangs: bool,
    /// Shared mode only: service that each job has attained, and how fast, in reference ns per ns.
    attained: f64,
    rate: f64,
    threads: f64,
    leaving: BinaryHeap<Leaving>,
    /// Jobs on throttled silos of the kernel's rule: slot, and what is left of the demand.
    stopped: Vec<(u32, f64)>,
    throttled_since: Option<Time>,
    throttled: u64,
    /// Σ time of its unattended jobs that have ended.
    unattended_ns: u64,
}

impl Container {
    fn is_limited(&self) -> bool {
        self.hangs || self.cap.is_some() || self.quota.is_some()
    }

    fn wanted_threads(&self) -> f64 {
        if self.hangs || self.quota.as_ref().is_some_and(QuotaState::is_exhausted) {
            return 0.0;
        }
        self.running().min(self.cap.unwrap_or(f64::INFINITY))
    }

    /// Jobs that share what the container gets.
    fn running(&self) -> f64 {
        f64::from(self.jobs - self.stopped.len() as u32)
    }

    /// Jobs that stand still because the quota is used up.
    fn waiting(&self) -> u32 {
        if self.quota.as_ref().is_some_and(QuotaState::is_exhausted) {
            self.jobs
        } else {
            self.stopped.len() as u32
        }
    }
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Cause {
    Departure(u32),
    Exhaustion(u32),
    Refill,
}

/// The processor of one node.
#[derive(Debug)]
pub struct Processor {
    speed: f64,
    /// 1 / speed: saves a division per job.
    per_speed: f64,
    threads: f64,
    capacity: Vec<(f64, f64)>,
    full_speed: f64,
    /// Jobs that fit: whole full-speed threads.
    calm_jobs: u32,
    /// Calm: those of `calm_jobs` that no unattended job takes.
    room: u32,
    /// Calm: until when a new job may be promised a thread of its own.
    horizon: Time,
    /// Calm: unattended jobs, each with a thread of its own.
    unattended: Vec<Unattended>,
    /// Shared: the number of unattended jobs, and when they began, by slot.
    unattended_jobs: u32,
    begun: Vec<Time>,
    /// Shared: silos of the jobs under the kernel's rule, by slot.
    silos: Vec<u32>,
    containers: Vec<Container>,
    /// Containers with a limit: few, looked at before a change of mode.
    limited: Vec<u32>,
    busy: Vec<u32>,
    slots: Vec<Slot>,
    free: Vec<u32>,
    /// Calm: attended jobs. Shared: all jobs.
    jobs: u32,
    calm: bool,
    /// Whether the node stands still: nothing runs.
    frozen: bool,
    generation: u32,
    next: Option<(Time, Cause)>,
    order: u64,
    updated: Time,
    totals: Totals,
    /// ∫ running threads dt over past calm stretches; each thread works at full speed.
    calm_thread_ns: u128,
    /// Σ change · instant of `jobs` in the present calm stretch, modulo 2¹²⁸: ∫ jobs dt is jobs · t less this,
    /// and a change costs one addition.
    calm_weighed: u128,
    /// ∫ runnable jobs dt over shared stretches.
    shared_runnable_ns: u128,
}

impl Processor {
    /// An idle processor for containers with these limits; places in `limits` name the containers.
    #[must_use]
    pub fn new(
        speed: f64,
        threads: f64,
        capacity: &[(f64, f64)],
        limits: &[Option<CpuLimit>],
    ) -> Self {
        let container = |limit: &Option<CpuLimit>| Container {
            cap: limit.filter(|limit| limit.quota == Rule::Fluid).map(|limit| limit.cpus),
            quota: limit.and_then(|limit| QuotaState::new(limit, threads)),
            ..Container::default()
        };
        let full_speed = full_speed_threads(capacity).min(threads);
        Self {
            speed,
            per_speed: 1.0 / speed,
            threads,
            capacity: capacity.to_vec(),
            full_speed,
            calm_jobs: full_speed as u32,
            room: full_speed as u32,
            horizon: Time::NEVER,
            unattended: Vec::new(),
            unattended_jobs: 0,
            begun: Vec::new(),
            silos: Vec::new(),
            containers: limits.iter().map(container).collect(),
            limited: (0..limits.len() as u32).filter(|&c| limits[c as usize].is_some()).collect(),
            busy: Vec::with_capacity(limits.len()),
            slots: Vec::new(),
            free: Vec::new(),
            jobs: 0,
            calm: true,
            frozen: false,
            generation: 0,
            next: None,
            order: 0,
            updated: Time::ZERO,
            totals: Totals::default(),
            calm_thread_ns: 0,
            calm_weighed: 0,
            shared_runnable_ns: 0,
        }
    }

    /// ∫ runnable jobs dt up to `now`, in job-nanoseconds; without those of throttled containers, as the kernel
    /// counts them.
    #[must_use]
    pub fn runnable_ns(&mut self, now: Time) -> u128 {
        self.advance(now);
        self.note_ends(now);
        self.calm_thread_ns(now) + self.shared_runnable_ns
    }

    /// Runnable jobs.
    pub(crate) fn runnable(&self) -> u32 {
        let throttled = |c: &&Container| c.throttled_since.is_some();
        let limited = self.limited.iter().map(|&c| &self.containers[c as usize]);
        self.jobs - limited.filter(throttled).map(Container::waiting).sum::<u32>()
    }

    /// Integrals up to `now`.
    #[must_use]
    pub fn totals(&mut self, now: Time) -> Totals {
        self.advance(now);
        self.note_ends(now);
        let calm = self.calm_thread_ns(now) as f64;
        let Totals { thread_ns, work_ns, .. } = self.totals;
        Totals { thread_ns: thread_ns + calm, work_ns: work_ns + calm * self.speed, ..self.totals }
    }

    /// Time up to `now` during which a job of `container` stood still because its quota was used up.
    #[must_use]
    pub fn throttled(&self, container: u32, now: Time) -> Nanos {
        let container = &self.containers[container as usize];
        let open = container.throttled_since.map_or(0, |since| now.since(since).0);
        Nanos(container.throttled + open)
    }

    /// How long `demand` takes on a thread of its own.
    #[inline]
    pub(crate) fn alone(&self, demand: f64) -> Nanos {
        Nanos::from_f64(demand * self.per_speed)
    }

    /// Takes `job` of `container` into service on a processor that is up to date; `demand` in nanoseconds of
    /// the reference CPU.
    pub fn admit(&mut self, now: Time, job: Job, container: u32, demand: f64) -> Option<Due> {
        self.note_ends(now);
        let at = now + Nanos::from_f64(demand * self.per_speed);
        match self.admit_until(now, at, job, container, demand) {
            Some(alone) => Some(Due::Alone(alone)),
            None => self.admit_shared(now, job, container, demand),
        }
    }

    /// Takes `job` into service if it can keep a thread of its own to its end, as nearly all can. Otherwise
    /// changes nothing, and the caller must use [`Processor::admit`] once the processor is up to date.
    #[inline(always)]
    pub(crate) fn admit_alone(
        &mut self,
        now: Time,
        job: Job,
        container: u32,
        demand: f64,
    ) -> Option<Alone> {
        let at = now + Nanos::from_f64(demand * self.per_speed);
        if at >= self.horizon {
            return None;
        }
        self.admit_until(now, at, job, container, demand)
    }

    /// The same for a job that would depart at `at`.
    #[inline(always)]
    fn admit_until(
        &mut self,
        now: Time,
        at: Time,
        job: Job,
        container: u32,
        demand: f64,
    ) -> Option<Alone> {
        if !self.calm || self.jobs >= self.room {
            return None;
        }
        self.advance(now);
        self.containers[container as usize].jobs += 1;
        if !self.limits_are_slack() {
            self.containers[container as usize].jobs -= 1;
            return None;
        }
        self.jobs += 1;
        self.calm_weighed = self.calm_weighed.wrapping_add(u128::from(now.0));
        let slot = self.take_slot(Slot { job, container, demand, finish: at });
        Some(Alone { at, slot, generation: self.generation })
    }

    /// Takes `job` into service; the processor is shared from now on.
    #[inline(never)]
    fn admit_shared(&mut self, now: Time, job: Job, container: u32, demand: f64) -> Option<Due> {
        self.advance(now);
        self.jobs += 1;
        self.containers[container as usize].jobs += 1;
        if self.calm {
            self.calm_weighed = self.calm_weighed.wrapping_add(u128::from(now.0));
        }
        if self.has_silos(container) {
            if self.calm {
                self.leave_calm(now);
            }
            let slot = self.take_slot(Slot { job, container, demand, finish: Time::NEVER });
            self.join_silo(slot);
        } else if self.calm {
            let finish = now + Nanos::from_f64(demand * self.per_speed);
            self.take_slot(Slot { job, container, demand, finish });
            self.leave_calm(now);
        } else {
            let slot = self.take_slot(Slot { job, container, demand, finish: Time::NEVER });
            self.join(slot);
        }
        self.reallocate(now)
    }

    /// The job in `slot` departs, unless the event was overtaken.
    #[inline(always)]
    pub fn depart_alone(&mut self, now: Time, slot: u32, generation: u32) -> Option<Job> {
        let place = &mut self.slots[slot as usize];
        // The event of an evicted job remains, and the slot may have a new tenant; while the processor is
        // shared no job has an event of its own.
        if place.finish != now || generation != self.generation {
            return None;
        }
        place.finish = Time::NEVER;
        let Slot { job, container, demand, .. } = *place;
        self.advance(now);
        self.calm_weighed = self.calm_weighed.wrapping_sub(u128::from(now.0));
        self.account(slot, container, demand);
        Some(job)
    }

    /// Handles the event of the shared processor. The second value replaces it.
    pub fn step_shared(&mut self, now: Time, generation: u32) -> (Happened, Option<Due>) {
        let due = self.next.filter(|_| !self.calm && generation == self.generation);
        let Some((_, cause)) = due else {
            return (Happened::Nothing, None);
        };
        self.advance(now);
        let happened = match cause {
            Cause::Departure(c) => {
                let container = &mut self.containers[c as usize];
                let Some(first) = container.leaving.pop() else {
                    unreachable!("a departure was due from a container without jobs")
                };
                // Snap: rounding to whole nanoseconds must not accumulate.
                container.attained = first.at_attained;
                let demand = self.slots[first.slot as usize].demand;
                match self.remove(first.slot, demand) {
                    UNATTENDED => Happened::Reallocated,
                    job => Happened::Departed(job),
                }
            }
            Cause::Exhaustion(c) => {
                if let Some(quota) = &mut self.containers[c as usize].quota {
                    quota.step(now);
                }
                Happened::Reallocated
            }
            Cause::Refill => Happened::Reallocated,
        };
        (happened, self.reallocate(now))
    }

    /// Brings all integrals up to `now`.
    #[inline(always)]
    fn advance(&mut self, now: Time) {
        if !self.calm {
            self.advance_shared(now, now.since(self.updated));
        } else if !self.limited.is_empty() {
            self.advance_limited(now);
        }
        self.updated = now;
    }

    /// The same for quotas on a calm processor.
    fn advance_limited(&mut self, now: Time) {
        for &c in &self.limited {
            let container = &mut self.containers[c as usize];
            let threads = f64::from(container.jobs);
            if let Some(quota) = &mut container.quota {
                quota.use_until(now, threads);
            }
        }
    }

    #[inline(never)]
    fn advance_shared(&mut self, now: Time, elapsed: Nanos) {
        assert!(now >= self.updated, "a processor that was ahead of its time");
        self.shared_runnable_ns += u128::from(self.runnable()) * u128::from(elapsed.0);
        let elapsed = elapsed.as_f64();
        for &c in &self.busy {
            let container = &mut self.containers[c as usize];
            container.attained += container.rate * elapsed;
            self.totals.thread_ns += container.threads * elapsed;
            self.totals.work_ns += container.rate * container.running() * elapsed;
        }
        for &c in &self.limited {
            let container = &mut self.containers[c as usize];
            if let Some(quota) = &mut container.quota {
                quota.use_until(now, container.threads);
            }
        }
    }

    #[inline(always)]
    fn take_slot(&mut self, slot: Slot) -> u32 {
        if let Some(free) = self.free.pop() {
            self.slots[free as usize] = slot;
            free
        } else {
            self.slots.push(slot);
            self.slots.len() as u32 - 1
        }
    }

    #[inline]
    fn remove(&mut self, slot: u32, had: f64) -> Job {
        let Slot { job, container, .. } = self.slots[slot as usize];
        self.slots[slot as usize].finish = Time::NEVER;
        if job == UNATTENDED {
            self.note_unattended_end(slot, container);
        }
        if self.calm {
            self.calm_weighed = self.calm_weighed.wrapping_sub(u128::from(self.updated.0));
        } else {
            self.leave_silo(slot, container);
        }
        self.account(slot, container, had);
        job
    }

    /// The tenant of `slot`, a job of `container`, has left after `had` of its demand.
    #[inline(always)]
    fn account(&mut self, slot: u32, container: u32, had: f64) {
        self.free.push(slot);
        self.jobs -= 1;
        self.containers[container as usize].jobs -= 1;
        self.totals.served_ns += had;
        self.totals.served += 1;
    }

    /// Puts the job in `slot` into its container's order of departure.
    fn join(&mut self, slot: u32) {
        let Slot { container: c, demand, .. } = self.slots[slot as usize];
        self.enter(c, slot, demand);
    }

    fn enter(&mut self, c: u32, slot: u32, left: f64) {
        let order = self.order;
        self.order += 1;
        let container = &mut self.containers[c as usize];
        if container.has_no_place() {
            self.busy.push(c);
        }
        if container.leaving.is_empty() {
            container.attained = 0.0;
        }
        container.leaving.push(Leaving { at_attained: container.attained + left, order, slot });
    }

    /// Divides the threads anew and finds the next event.
    #[inline(never)]
    fn reallocate(&mut self, now: Time) -> Option<Due> {
        let containers = &self.containers;
        self.busy.retain(|&c| containers[c as usize].jobs > 0);
        self.generation = self.generation.wrapping_add(1);
        self.stop_and_go();
        if !self.frozen && self.may_be_calm() {
            self.become_calm(now);
            return None;
        }
        self.divide();
        self.note_throttling(now);
        self.next = self.first(now);
        self.next.map(|(at, _)| Due::Shared { at, generation: self.generation })
    }

    fn divide(&mut self) {
        let mut wanted = 0.0;
        for &c in &self.busy {
            let container = &mut self.containers[c as usize];
            container.threads = container.wanted_threads();
            wanted += container.threads;
        }
        let level = if wanted <= self.threads {
            f64::INFINITY
        } else {
            let containers = &self.containers;
            let caps = self.busy.iter().map(|&c| containers[c as usize].threads);
            water_level(&caps, self.threads)
        };
        let running = if self.frozen { 0.0 } else { wanted.min(self.threads) };
        let per_thread = if running > 0.0 {
            work_of(&self.capacity, running) / running * self.speed
        } else {
            0.0
        };
        for &c in &self.busy {
            let container = &mut self.containers[c as usize];
            container.threads = if self.frozen { 0.0 } else { container.threads.min(level) };
            let running = container.running();
            container.rate =
                if running > 0.0 { container.threads / running * per_thread } else { 0.0 };
        }
        for &c in &self.limited {
            let container = &mut self.containers[c as usize];
            if container.jobs == 0 {
                container.threads = 0.0;
            }
        }
    }

    fn note_throttling(&mut self, now: Time) {
        for &c in &self.limited {
            let container = &mut self.containers[c as usize];
            let throttled = container.waiting() > 0;
            match (throttled, container.throttled_since) {
                (true, None) => container.throttled_since = Some(now),
                (false, Some(since)) => {
                    container.throttled += now.since(since).0;
                    container.throttled_since = None;
                }
                _ => {}
            }
        }
    }

    /// The earliest of departures, exhaustions and refills.
    fn first(&self, now: Time) -> Option<(Time, Cause)> {
        let mut first: Option<(Time, Cause)> = None;
        let mut consider = |at: Time, cause| {
            if first.is_none_or(|(earliest, _)| at < earliest) {
                first = Some((at, cause));
            }
        };
        for &c in &self.busy {
            let container = &self.containers[c as usize];
            if let (Some(leaving), true) = (container.leaving.peek(), container.rate > 0.0) {
                let wait = (leaving.at_attained - container.attained).max(0.0) / container.rate;
                consider(now + Nanos::from_f64(wait), Cause::Departure(c));
            }
            if let Some(quota) = &container.quota
                && let Some(at) = quota.due(container.threads)
            {
                let is_over = quota.is_exhausted();
                consider(at.max(now), if is_over { Cause::Refill } else { Cause::Exhaustion(c) });
            }
        }
        first
    }
}
