//! The slow obvious twin of the processor, and the test that drives both.
//!
//! The twin recomputes everything at every step and moves through time in small steps: it divides the
//! threads by the definition and lets each job work at its rate until something changes.

use super::processor::{Alone, Due, Follows, Happened, Processor};
use super::quota::PERIOD_NS;
use crate::blueprint::{CpuLimit, Quota};
use crate::event::Event;
use crate::ids::NodeId;
use std::collections::VecDeque;
use wssim_kernel::stream::StreamKey;
use wssim_kernel::{Calendar, Time};

struct TwinJob {
    id: u32,
    container: usize,
    left: f64,
}

struct Twin {
    speed: f64,
    threads: f64,
    capacity: Vec<(f64, f64)>,
    limits: Vec<Option<CpuLimit>>,
    used: Vec<f64>,
    jobs: Vec<TwinJob>,
    now: f64,
}

impl Twin {
    fn count(&self, container: usize) -> f64 {
        self.jobs.iter().filter(|job| job.container == container).count() as f64
    }

    fn caps(&self) -> Vec<f64> {
        let cap = |c: usize| match self.limits[c] {
            Some(CpuLimit { cpus, quota: Quota::Fluid }) => self.count(c).min(cpus),
            Some(CpuLimit { cpus, quota: Quota::Grid })
                if self.used[c] >= cpus * PERIOD_NS as f64 - 0.5 =>
            {
                0.0
            }
            _ => self.count(c),
        };
        (0..self.limits.len()).map(cap).collect()
    }

    /// Threads of each container by bisection on the water level, and work per running thread.
    fn divide(&self) -> (Vec<f64>, f64) {
        let caps = self.caps();
        let wanted: f64 = caps.iter().sum();
        let running = wanted.min(self.threads);
        let (mut low, mut high) = (0.0, self.threads.max(wanted));
        for _ in 0..200 {
            let level = f64::midpoint(low, high);
            let taken: f64 = caps.iter().map(|cap| cap.min(level)).sum();
            if taken < running { low = level } else { high = level }
        }
        let shares = caps.iter().map(|cap| cap.min(high)).collect();
        let mut work = 0.0;
        let (mut x0, mut y0) = (0.0, 0.0);
        for &(x1, y1) in &self.capacity {
            if running > x0 {
                work = y0 + (y1 - y0) * ((running.min(x1) - x0) / (x1 - x0));
            }
            (x0, y0) = (x1, y1);
        }
        (shares, if running > 0.0 { work / running * self.speed } else { 0.0 })
    }

    /// Runs until `until`; returns (job, time) of departures.
    fn run_until(&mut self, until: f64) -> Vec<(u32, f64)> {
        let mut departed = Vec::new();
        while self.now < until {
            let (shares, per_thread) = self.divide();
            let rate =
                |job: &TwinJob| shares[job.container] / self.count(job.container) * per_thread;
            let period = PERIOD_NS as f64;
            let boundary = ((self.now / period).floor() + 1.0) * period;
            let mut step = (until - self.now).min(boundary - self.now);
            for job in &self.jobs {
                if rate(job) > 0.0 {
                    step = step.min(job.left / rate(job));
                }
            }
            for (c, limit) in self.limits.iter().enumerate() {
                if let Some(CpuLimit { cpus, quota: Quota::Grid }) = limit
                    && shares[c] > 0.0
                {
                    step = step.min(((cpus * period - self.used[c]) / shares[c]).max(1e-3));
                }
            }
            let rates: Vec<f64> = self.jobs.iter().map(rate).collect();
            for (job, rate) in self.jobs.iter_mut().zip(rates) {
                job.left -= rate * step;
            }
            for (used, share) in self.used.iter_mut().zip(&shares) {
                *used += share * step;
            }
            self.now += step;
            if self.now >= boundary - 1e-6 {
                self.now = self.now.max(boundary);
                self.used.fill(0.0);
            }
            let now = self.now;
            self.jobs.retain(|job| {
                let done = job.left <= 1e-6;
                if done {
                    departed.push((job.id, now));
                }
                !done
            });
        }
        departed
    }
}

const NODE: NodeId = NodeId(0);

/// The quick processor with a small calendar like that of its world.
pub(crate) struct Driven {
    pub(crate) processor: Processor,
    calendar: Calendar<Event>,
    /// Unattended jobs to come: time, container, demand.
    coming: VecDeque<(Time, u32, f64)>,
}

impl Driven {
    pub(crate) fn new(processor: Processor) -> Self {
        Self { processor, calendar: Calendar::new(), coming: VecDeque::new() }
    }

    /// Takes `job` of `container` into service.
    pub(crate) fn admit(&mut self, now: Time, job: u32, container: u32, demand: f64) {
        let due = if let Some(alone) = self.processor.admit_alone(now, job, container, demand) {
            Some(Due::Alone(alone))
        } else {
            self.catch_up(now);
            self.processor.admit(now, job, container, demand)
        };
        self.schedule(due);
    }

    /// When the next unattended job arrives.
    fn next(&self) -> Time {
        self.coming.front().map_or(Time::NEVER, |(at, ..)| *at)
    }

    /// Begins the unattended jobs that have arrived by `now`.
    fn catch_up(&mut self, now: Time) {
        while let Some((at, container, demand)) = self.coming.front().copied()
            && at <= now
        {
            self.coming.pop_front();
            self.processor.catch_up(at);
            self.processor.set_horizon(self.next());
            if let Follows::Divided(due) = self.processor.admit_unattended(at, container, demand) {
                assert_eq!(at, now, "who slows others down begins on time");
                self.schedule(due);
            }
        }
        self.processor.catch_up(now);
    }

    fn schedule(&mut self, due: Option<Due>) {
        let all: Vec<Due> = match due {
            Some(due) => vec![due],
            None => self.processor.alone_again().map(Due::Alone).collect(),
        };
        for due in all {
            match due {
                Due::Alone(Alone { at, slot, generation }) => {
                    self.calendar.schedule(at, Event::JobDone { node: NODE, slot, generation });
                }
                Due::Shared { at, generation } => {
                    self.calendar.schedule(at, Event::Processor { node: NODE, generation });
                }
            }
        }
    }

    fn evict(&mut self, now: Time, id: u32, container: usize) {
        if let Follows::Divided(due) = self.processor.evict(now, id, container as u32) {
            self.schedule(due);
        }
    }

    pub(crate) fn run_until(&mut self, until: Time) -> Vec<(u32, f64)> {
        let mut departed = Vec::new();
        loop {
            let next = self.next();
            let told = if self.processor.is_attended_at(next) { next } else { Time::NEVER };
            let Some((now, event)) = self.calendar.pop_until(until.min(told)) else {
                if told > until {
                    return departed;
                }
                self.catch_up(told);
                continue;
            };
            match event {
                Event::JobDone { slot, generation, .. } => {
                    if let Some(job) = self.processor.depart_alone(now, slot, generation) {
                        departed.push((job, now.0 as f64));
                    }
                }
                Event::Processor { generation, .. } => {
                    self.catch_up(now);
                    let (happened, due) = self.processor.step_shared(now, generation);
                    if let Happened::Departed(job) = happened {
                        departed.push((job, now.0 as f64));
                    }
                    if happened != Happened::Nothing {
                        self.schedule(due);
                    }
                }
                other => unreachable!("{other:?} was never scheduled"),
            }
        }
    }
}

/// Drives both through the same random calls; every departure agrees to 100 ns plus 1 ns per job.
fn compare(seed: u64, capacity: &[(f64, f64)], limits: &[Option<CpuLimit>], mean_gap: f64) {
    compare_with(seed, capacity, limits, mean_gap, Odd::default());
}

/// What may happen besides arrivals and departures.
#[derive(Clone, Copy, Default)]
struct Odd {
    /// Each arrival is followed with this probability by the eviction of a job that is well inside its
    /// service in both.
    evict: f64,
    /// This share of the jobs of containers without limit are unattended.
    unattended: f64,
}

/// The same with odd events; the work done for evicted jobs agrees too.
fn compare_with(
    seed: u64,
    capacity: &[(f64, f64)],
    limits: &[Option<CpuLimit>],
    mean_gap: f64,
    Odd { evict, unattended }: Odd,
) {
    let stream = StreamKey::new(seed, 0, "test", "processor");
    let threads = capacity[capacity.len() - 1].0;
    let speed = 0.7;
    let mut twin = Twin {
        speed,
        threads,
        capacity: capacity.to_vec(),
        limits: limits.to_vec(),
        used: vec![0.0; limits.len()],
        jobs: Vec::new(),
        now: 0.0,
    };
    let processor = Processor::new(speed, threads, capacity, limits);
    let mut quick = Driven::new(processor);
    let (mut slow_out, mut quick_out) = (Vec::new(), Vec::new());
    let (mut now, mut evicted, mut demands) = (0_u64, 0, 0.0);
    let mut arrivals = Vec::new();
    for id in 0..400_u32 {
        let mut draw = stream.draw(u64::from(id), 0);
        now += (-draw.open01().ln() * mean_gap) as u64;
        let container = (draw.open01() * limits.len() as f64) as usize;
        let demand = -draw.open01().ln() * 5e6;
        let none_waits =
            limits[container].is_none() && stream.draw(u64::from(id), 1).open01() < unattended;
        if none_waits {
            quick.coming.push_back((Time(now), container as u32, demand));
        }
        arrivals.push((now, container, demand, none_waits, draw));
    }
    quick.processor.set_horizon(quick.next());
    let unattended: Vec<u32> =
        (0..).zip(&arrivals).filter(|(_, a)| a.3).map(|(id, _)| id).collect();
    for (id, (now, container, demand, none_waits, mut draw)) in (0..).zip(arrivals) {
        slow_out.extend(twin.run_until(now as f64));
        quick_out.extend(quick.run_until(Time(now)));
        twin.jobs.push(TwinJob { id, container, left: demand });
        if !none_waits {
            quick.admit(Time(now), id, container as u32, demand);
        }
        demands += demand;
        if draw.open01() < evict {
            let place = (draw.open01() * twin.jobs.len() as f64) as usize;
            // A job about to leave may have left in the other of the two.
            if twin.jobs[place].left > 1e3 && !unattended.contains(&twin.jobs[place].id) {
                let TwinJob { id, container, left } = twin.jobs.remove(place);
                quick.evict(Time(now), id, container);
                demands -= left;
                evicted += 1;
            }
        }
    }
    slow_out.extend(twin.run_until(now as f64 + 60e9));
    quick_out.extend(quick.run_until(Time(now + 60_000_000_000)));
    quick.catch_up(Time(now + 60_000_000_000));
    slow_out.retain(|(job, _)| !unattended.contains(job));
    assert_eq!(quick_out.len(), 400 - evicted - unattended.len(), "everybody else leaves");
    assert_eq!(slow_out.len(), quick_out.len());
    assert_eq!(evicted > 0, evict > 0.0, "some are taken off where some should be");
    let totals = quick.processor.totals(Time(now + 60_000_000_000));
    assert_eq!(totals.served, 400);
    for work in [totals.served_ns, totals.work_ns] {
        assert!((work - demands).abs() < 2e3, "seed {seed}: {work} of work against {demands}");
    }
    slow_out.sort_by_key(|(job, _)| *job);
    quick_out.sort_by_key(|(job, _)| *job);
    for ((job, slow), (_, quick)) in slow_out.iter().zip(&quick_out) {
        assert!((slow - quick).abs() < 500.0, "seed {seed}, job {job}: {slow} against {quick}");
    }
}

const FREE: Option<CpuLimit> = None;

const fn limit(cpus: f64, quota: Quota) -> CpuLimit {
    CpuLimit { cpus, quota }
}

#[test]
fn agrees_without_limits() {
    for seed in 0..20 {
        compare(seed, &[(4.0, 4.0)], &[FREE; 3], 2.2e6);
        compare(seed, &[(1.0, 1.0)], &[FREE], 9e6);
        compare(seed, &[(2.0, 2.0), (4.0, 2.6)], &[FREE; 3], 3e6);
        compare(seed, &[(2.0, 1.6), (4.0, 1.8)], &[FREE; 2], 5e6);
    }
}

#[test]
fn agrees_under_fluid_limits() {
    for seed in 0..20 {
        let limits = [Some(limit(0.5, Quota::Fluid)), FREE, Some(limit(1.5, Quota::Fluid))];
        compare(seed, &[(4.0, 4.0)], &limits, 6e6);
        compare(seed, &[(2.0, 2.0), (4.0, 2.6)], &limits, 6e6);
    }
}

#[test]
fn agrees_under_quotas_with_throttling() {
    for seed in 0..20 {
        let limits = [Some(limit(0.5, Quota::Grid)), FREE, Some(limit(1.25, Quota::Grid))];
        compare(seed, &[(4.0, 4.0)], &limits, 6e6);
        compare(seed, &[(2.0, 2.0), (4.0, 2.6)], &limits, 5e6);
    }
}

fn taken_off(evict: f64) -> Odd {
    Odd { evict, unattended: 0.0 }
}

#[test]
fn agrees_when_jobs_are_taken_off() {
    for seed in 0..20 {
        let limits =
            [Some(limit(0.5, Quota::Grid)), FREE, Some(limit(1.5, Quota::Fluid)), FREE, FREE];
        compare_with(seed, &[(4.0, 4.0)], &limits, 3e6, taken_off(0.4));
        compare_with(seed, &[(4.0, 4.0)], &[FREE; 3], 1.2e6, taken_off(0.4));
        compare_with(seed, &[(1.0, 1.0)], &[FREE], 5e6, taken_off(0.5));
        compare_with(seed, &[(2.0, 2.0), (4.0, 2.6)], &[FREE; 3], 2e6, taken_off(0.3));
    }
}

/// Unattended jobs slow others down like any job, and are noted late while they do not.
#[test]
fn agrees_when_no_caller_waits_for_some() {
    for seed in 0..20 {
        for (unattended, evict) in [(0.3, 0.0), (0.8, 0.0), (0.97, 0.0), (0.7, 0.4)] {
            let odd = Odd { evict, unattended };
            let limits =
                [Some(limit(0.5, Quota::Grid)), FREE, Some(limit(1.5, Quota::Fluid)), FREE];
            compare_with(seed, &[(4.0, 4.0)], &limits, 4e6, odd);
            compare_with(seed, &[(4.0, 4.0)], &[FREE; 3], 2.2e6, odd);
            compare_with(seed, &[(1.0, 1.0)], &[FREE; 2], 9e6, odd);
            compare_with(seed, &[(2.0, 2.0), (4.0, 2.6)], &[FREE; 3], 3e6, odd);
            compare_with(seed, &[(1.0, 1.0), (2.0, 1.6), (4.0, 1.8)], &limits, 1e7, odd);
        }
    }
}

/// The unattended jobs of a container leave together; their work counts, in both modes.
#[test]
fn a_container_that_ends_takes_its_own_with_it() {
    for cores in [8.0, 1.0] {
        let processor = Processor::new(1.0, cores, &[(cores, cores)], &[FREE; 2]);
        let mut quick = Driven::new(processor);
        quick.coming.extend([0, 1, 2].map(|c| (Time(0), c / 2, 30e6)));
        quick.catch_up(Time(9_000_000));
        let _ = quick.processor.evict_unattended(Time(9_000_000), 0);
        quick.catch_up(Time(1_000_000_000));
        let totals = quick.processor.totals(Time(1_000_000_000));
        let had = 9e6 * if cores > 1.0 { 2.0 } else { 2.0 / 4.0 };
        assert!((totals.served_ns - had - 30e6).abs() < 10.0, "{totals:?}");
        assert!((totals.work_ns - totals.served_ns).abs() < 10.0, "{totals:?}");
        let took = [0, 1].map(|c| quick.processor.unattended_ns(Time(1_000_000_000), c));
        // On one core the third has half of it for 9 ms, and then all of it with 25.5 ms left.
        let third = if cores > 1.0 { 30_000_000 } else { 34_500_000 };
        assert_eq!(took, [18_000_000, third]);
    }
}

/// The event of an evicted job must not end the new tenant of its slot.
#[test]
fn a_slot_outlives_its_tenant() {
    let processor = Processor::new(1.0, 4.0, &[(4.0, 4.0)], &[FREE]);
    let mut quick = Driven::new(processor);
    quick.admit(Time(0), 1, 0, 10e6);
    quick.evict(Time(4_000_000), 1, 0);
    quick.admit(Time(5_000_000), 2, 0, 10e6);
    assert_eq!(quick.run_until(Time(1_000_000_000)), vec![(2, 15e6)]);
    let totals = quick.processor.totals(Time(1_000_000_000));
    assert_eq!((totals.served_ns, totals.work_ns), (14e6, 14e6));
}

/// A job of 30 ms thread time under a quota of 0.1 CPU: 10 ms in each of three periods.
#[test]
fn a_quota_makes_a_short_job_long() {
    let processor = Processor::new(1.0, 4.0, &[(4.0, 4.0)], &[Some(limit(0.1, Quota::Grid))]);
    let mut quick = Driven::new(processor);
    quick.admit(Time(0), 7, 0, 30e6);
    assert_eq!(quick.run_until(Time(1_000_000_000)), vec![(7, 210e6)]);
    assert_eq!(quick.processor.throttled(0, Time(1_000_000_000)).0, 180_000_000);
}
