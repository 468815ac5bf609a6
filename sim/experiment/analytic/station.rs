//! What visits wait for at these rates: processors, workers, CPU limits, pools and disks.

use super::flows::{Flows, Processor};
use super::resource::connections;
use crate::offered::{Conditions, Loads, Took, requests};
use wssim_model::blueprint::{CpuLimit, Hold, Quota, Service};
use wssim_stats::theory::limited::{Limited, limited};
use wssim_stats::theory::shared::{Shared, Sharing};

/// A period of a CPU quota, in seconds.
const PERIOD_SECONDS: f64 = 0.1;

/// What a queue before servers shows.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Queue {
    /// Mean wait of all in seconds; infinite: no steady state.
    pub(super) wait_seconds: f64,
    /// Mean number that wait.
    pub(super) waiting: f64,
    /// Mean number of servers in use.
    pub(super) held: f64,
}

/// Everything that is waited for.
pub(super) struct Stations {
    pub(super) conditions: Conditions,
    /// By node; `None`: no steady state.
    pub(super) processors: Vec<Option<Sharing>>,
    /// By node: threads that jobs hold or wait for, without those that wait for a worker.
    pub(super) runnable: Vec<f64>,
    /// By node.
    pub(super) disks: Vec<Queue>,
    /// By service, before workers, all containers together.
    pub(super) workers: Vec<Queue>,
    /// By pool, all instances together.
    pub(super) pools: Vec<Queue>,
    pub(super) loads: Loads,
}

/// The stations at `rates` of visits, each of which takes as long as `took` says.
pub(super) fn stations(flows: &Flows<'_>, rates: &[f64], took: &[Took]) -> Stations {
    let blueprint = flows.blueprint;
    let mut loads = requests(blueprint, &flows.visits, took, rates);
    for (load, more) in loads.nodes.iter_mut().zip(&flows.background.nodes) {
        *load += more;
    }
    let mut conditions = Conditions::alone(blueprint);
    conditions.spread = true;
    let under = |(processor, load): (&Processor, &f64)| shared(processor).under(*load);
    let processors: Vec<Option<Sharing>> =
        flows.processors.iter().zip(&loads.nodes).map(under).collect();
    let mut runnable: Vec<f64> =
        processors.iter().map(|one| one.map_or(f64::INFINITY, |sharing| sharing.jobs)).collect();
    let mut workers = vec![Queue::default(); blueprint.services.len()];
    for (at, service) in blueprint.services.iter().enumerate() {
        let asked = Asked::of(flows, at, rates, took);
        if asked.visits <= 0.0 {
            continue;
        }
        let replicas = f64::from(service.replicas().max(1));
        let (mut slow, mut queue) = (0.0, Queue::default());
        for container in service.wanted() {
            let node = blueprint.containers[container as usize].node.index();
            let speed = blueprint.nodes[node].speed;
            let own = loads.services[at].each / speed;
            let whole = processors[node].filter(|_| loads.nodes[node] > 0.0);
            let slowdown = whole.map_or(f64::INFINITY, |all| all.jobs / loads.nodes[node]);
            let slowdown = if loads.nodes[node] > 0.0 { slowdown } else { 1.0 };
            let place = Place {
                processor: &flows.processors[node],
                others: (loads.nodes[node] - own).max(0.0),
                own,
                slowdown,
            };
            let (here, jobs) = asked.at(service, &place);
            slow += here / speed / replicas;
            if let Some(jobs) = jobs {
                queue.waiting += jobs.waiting;
                queue.held += jobs.held;
                if runnable[node].is_finite() {
                    runnable[node] += jobs.computing - own * slowdown;
                }
            }
        }
        conditions.slow[at] = slow;
        queue.wait_seconds = queue.waiting / asked.grants;
        if service.hold == Hold::Cpu {
            conditions.before_step[at] = queue.wait_seconds * 1e9;
        } else {
            conditions.before_visit[at] = queue.wait_seconds * 1e9;
        }
        workers[at] = queue;
    }
    let disks = disks(flows, rates, &loads, &mut conditions);
    let pools = pools(flows, rates, took, &mut conditions);
    Stations { conditions, processors, runnable, disks, workers, pools, loads }
}

fn shared(processor: &Processor) -> Shared<impl Fn(u32) -> f64 + '_> {
    Shared { full: processor.full(), work: |n: u32| processor.work(n) }
}

/// Where a container runs: what it asks of the processor, what others do, and how slow that makes whoever
/// takes part in full.
struct Place<'f> {
    processor: &'f Processor,
    own: f64,
    others: f64,
    slowdown: f64,
}

/// What is asked of a service a second.
struct Asked {
    visits: f64,
    /// How often a worker is granted: of a visit, or of a CPU step.
    grants: f64,
    /// Visits that hold a worker without computing, at once at one container.
    elsewhere: f64,
    /// Square of the coefficient of variation of the time for which a worker is held.
    variation: f64,
    /// Seconds of the reference CPU of one CPU step.
    step_seconds: f64,
}

impl Asked {
    fn of(flows: &Flows<'_>, at: usize, rates: &[f64], took: &[Took]) -> Self {
        let service = &flows.blueprint.services[at];
        let endpoints = flows.blueprint.endpoints.iter().enumerate();
        let own = endpoints.filter(|(_, endpoint)| endpoint.service.index() == at);
        let [mut visits, mut steps, mut steps_ns, mut squares] = [0.0; 4];
        let [mut elsewhere, mut held, mut held_squares] = [0.0; 3];
        for (place, _) in own.filter(|(place, _)| rates[*place] > 0.0) {
            let (rate, visit, took) = (rates[place], &flows.visits[place], took[place]);
            visits += rate;
            steps += rate * visit.steps;
            steps_ns += rate * visit.steps_ns;
            squares += rate * visit.squares;
            elsewhere += rate * (took.total - took.cpu).max(0.0) * 1e-9;
            held += rate * took.unhindered();
            held_squares += rate * (took.variance + took.unhindered().powi(2));
        }
        let by_step = service.hold == Hold::Cpu;
        let variation = if by_step {
            squares * steps / (steps_ns * steps_ns) - 1.0
        } else {
            held_squares * visits / (held * held) - 1.0
        };
        Self {
            visits,
            grants: if by_step && steps > 0.0 { steps } else { visits },
            elsewhere: if by_step { 0.0 } else { elsewhere / f64::from(service.replicas().max(1)) },
            // Without a mean square the formula says nothing.
            variation: if variation.is_finite() { variation.max(0.0) } else { 1.0 },
            step_seconds: steps_ns / steps.max(f64::MIN_POSITIVE) * 1e-9,
        }
    }

    /// How many times as long as alone a container's CPU steps take, and its workers and jobs, where not all
    /// take part in the processor who could.
    fn at(&self, service: &Service, place: &Place<'_>) -> (f64, Option<Limited>) {
        let unlimited = service.workers.is_none() && service.cpu_limit.is_none();
        if unlimited || (place.own <= 0.0 && self.elsewhere <= 0.0) {
            return (place.slowdown, None);
        }
        let most = service.cpu_limit.map_or(f64::INFINITY, |limit| limit.cpus);
        let shared = shared(place.processor);
        // The same for however many more there are than threads: taken once.
        let crowd = shared.rate_beside(place.processor.full(), place.others);
        let rate = |jobs: u32| {
            let full = jobs >= place.processor.full();
            let got = if full { crowd } else { shared.rate_beside(jobs, place.others) };
            got.min(most)
        };
        let workers = service.workers.unwrap_or(place.processor.full());
        let Some(mut jobs) = limited(place.own, self.elsewhere, workers, rate) else {
            return (f64::INFINITY, Some(NO_END));
        };
        if service.workers.is_none() {
            // There is no queue but for the processor.
            jobs.computing += jobs.waiting;
            jobs.held += jobs.waiting;
            jobs.waiting = 0.0;
        }
        jobs.waiting *= (1.0 + self.variation) / 2.0;
        let slowdown = if place.own > 0.0 { jobs.computing / place.own } else { place.slowdown };
        let saved = service.cpu_limit.map_or(0.0, |limit| self.saved(limit));
        ((slowdown - saved).max(1.0), Some(jobs))
    }

    /// What a quota does not take: a container that has not used up its period's runs at full speed, however
    /// small the quota; in nanoseconds a nanosecond of CPU.
    fn saved(&self, limit: CpuLimit) -> f64 {
        if limit.quota == Quota::Fluid || limit.cpus >= 1.0 {
            return 0.0;
        }
        let within = limit.cpus * PERIOD_SECONDS / self.step_seconds;
        (1.0 / limit.cpus - 1.0) * within.min(1.0)
    }
}

/// There is no steady state.
const NO_END: Limited = Limited { waiting: f64::INFINITY, held: f64::INFINITY, computing: 0.0 };

/// A queue before `servers`, of `rate` a second that hold `load` of them at once.
fn queue(load: f64, servers: u32, rate: f64, variation: f64) -> Queue {
    if rate <= 0.0 {
        return Queue::default();
    }
    let jobs = limited(0.0, load, servers, |_| 1.0).unwrap_or(NO_END);
    let waiting = jobs.waiting * (1.0 + variation) / 2.0;
    Queue { wait_seconds: waiting / rate, waiting, held: load }
}

fn disks(
    flows: &Flows<'_>,
    rates: &[f64],
    loads: &Loads,
    conditions: &mut Conditions,
) -> Vec<Queue> {
    let blueprint = flows.blueprint;
    let mut visits = vec![0.0; blueprint.nodes.len()];
    for (at, endpoint) in blueprint.endpoints.iter().enumerate() {
        let service = &blueprint.services[endpoint.service.index()];
        let times: f64 = flows.visits[at].disk.iter().map(|work| work.times).sum();
        let each = rates[at] * times / f64::from(service.replicas().max(1));
        for container in service.wanted().filter(|_| each > 0.0) {
            visits[blueprint.containers[container as usize].node.index()] += each;
        }
    }
    let at = |(at, rate): (usize, &f64)| {
        let disk = blueprint.nodes[at].disk.as_ref();
        disk.map_or_else(Queue::default, |disk| queue(loads.disks[at], disk.queues, *rate, 1.0))
    };
    let queues: Vec<Queue> = visits.iter().enumerate().map(at).collect();
    for (at, service) in blueprint.services.iter().enumerate() {
        let wait = |c: u32| queues[blueprint.containers[c as usize].node.index()].wait_seconds;
        let sum: f64 = service.wanted().map(wait).sum();
        conditions.before_disk[at] = sum / f64::from(service.replicas().max(1)) * 1e9;
    }
    queues
}

fn pools(
    flows: &Flows<'_>,
    rates: &[f64],
    took: &[Took],
    conditions: &mut Conditions,
) -> Vec<Queue> {
    let blueprint = flows.blueprint;
    if blueprint.pools.is_empty() {
        return Vec::new();
    }
    // A connection is held while its call waits for a worker, too.
    let waits = |(endpoint, took): (&wssim_model::blueprint::Endpoint, &Took)| Took {
        total: took.total + conditions.before_visit[endpoint.service.index()],
        ..*took
    };
    let held: Vec<Took> = blueprint.endpoints.iter().zip(took).map(waits).collect();
    let used = connections(flows, &held, rates);
    let mut calls = vec![(0.0, 0.0); used.len()];
    for (rate, visit) in rates.iter().zip(&flows.visits) {
        for call in &visit.calls {
            let Some(pool) = call.pool else { continue };
            let calls = &mut calls[pool.index()];
            calls.0 += rate * call.times;
            calls.1 += rate * call.times * took[call.target.index()].variation().powi(2);
        }
    }
    let mut queues = Vec::new();
    for (at, pool) in blueprint.pools.iter().enumerate() {
        let replicas = f64::from(blueprint.services[pool.service.index()].replicas().max(1));
        let (rate, variation) = calls[at];
        let variation = if rate > 0.0 { variation / rate } else { 0.0 };
        let variation = if variation.is_finite() { variation } else { 1.0 };
        let one = queue(used[at] / replicas, pool.size, rate / replicas, variation);
        conditions.before_call[at] = one.wait_seconds * 1e9;
        queues.push(Queue { waiting: one.waiting * replicas, held: one.held * replicas, ..one });
    }
    queues
}
