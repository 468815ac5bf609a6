//! Queues at given rates of visits: processors, workers, CPU limits, pools and disks.

use super::below::Below;
use super::flows::{ProcessorWork, TrafficFlows};
use super::resource::connections;
use crate::offered::{Conditions, Loads, Took, requests};
use wssim_model::blueprint::{CpuLimit, Hold, Quota, Service};
use wssim_stats::theory::limited::{Limited, limited};
use wssim_stats::theory::shared::{SharedProcessor, Sharing};

/// A period of a CPU quota, in seconds.
const PERIOD_SECONDS: f64 = 0.1;

/// The state of a queue.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct StationQueue {
    /// Mean wait of all in seconds; infinite without a steady state.
    pub(super) wait_seconds: f64,
    /// Mean number waiting.
    pub(super) waiting: f64,
    /// Mean number of servers in use.
    pub(super) held: f64,
}

/// All queues.
pub(super) struct Stations {
    pub(super) conditions: Conditions,
    /// By node; `None` without a steady state.
    pub(super) processors: Vec<Option<Sharing>>,
    /// By node: threads that jobs hold or wait for, without jobs waiting for a worker.
    pub(super) runnable: Vec<f64>,
    /// By node.
    pub(super) disks: Vec<StationQueue>,
    /// By service: the queue for workers, all containers together.
    pub(super) workers: Vec<StationQueue>,
    /// By pool, all instances together.
    pub(super) pools: Vec<StationQueue>,
    pub(super) loads: Loads,
}

/// The stations at `rates` of visits, whose durations are in `took` and whose time on the processors
/// behind them is in `slowed`.
pub(super) fn stations(
    flows: &TrafficFlows<'_>,
    rates: &[f64],
    took: &[Took],
    slowed: &Below,
) -> Stations {
    let blueprint = flows.blueprint;
    let mut loads = requests(blueprint, &flows.visits, took, rates);
    for (load, more) in loads.nodes.iter_mut().zip(&flows.background.nodes) {
        *load += more;
    }
    let mut conditions = Conditions::alone(blueprint);
    conditions.spread = true;
    let machines: Vec<Machine<'_>> =
        (0..blueprint.nodes.len()).map(|at| Machine::of(flows, at, loads.nodes[at])).collect();
    let background = flows.background.nodes.iter().zip(&machines);
    let mut runnable: Vec<f64> =
        background.map(|(load, machine)| scaled(*load, machine.slowdown)).collect();
    let mut workers = vec![StationQueue::default(); blueprint.services.len()];
    for (at, service) in blueprint.services.iter().enumerate() {
        let asked = Asked::of(flows, at, rates, took);
        if asked.visits <= 0.0 {
            continue;
        }
        let replicas = f64::from(service.replicas().max(1));
        let (mut slow, mut queue) = (0.0, StationQueue::default());
        for container in service.wanted() {
            let node = blueprint.containers[container as usize].node.index();
            let speed = blueprint.nodes[node].speed;
            let own = loads.services[at].each / speed;
            let below = |all: &Below| asked.below(flows, node, all, rates) / replicas;
            let center = Center {
                machine: &machines[node],
                own,
                below: below(&flows.below),
                slowed: below(slowed),
                elsewhere: asked.elsewhere / replicas,
            };
            let (here, jobs) = asked.at(service, &center);
            slow += here / speed / replicas;
            runnable[node] += scaled(own, here);
            queue.waiting += jobs.waiting;
            queue.held += jobs.held;
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
    let pools = pools(&Ground { flows, rates, took, machines: &machines, slowed }, &mut conditions);
    let processors = machines.iter().map(|machine| machine.sharing).collect();
    Stations { conditions, processors, runnable, disks, workers, pools, loads }
}

/// A load of zero stays zero at any slowdown.
fn scaled(load: f64, slowdown: f64) -> f64 {
    if load > 0.0 { load * slowdown } else { 0.0 }
}

/// A processor under its load.
struct Machine<'f> {
    processor: &'f ProcessorWork,
    load: f64,
    sharing: Option<Sharing>,
    /// The time of a job with a full share, as a multiple of its time alone.
    slowdown: f64,
}

impl<'f> Machine<'f> {
    fn of(flows: &'f TrafficFlows<'_>, at: usize, load: f64) -> Self {
        let processor = &flows.processors[at];
        let shared = SharedProcessor { full: processor.full(), work: |n: u32| processor.work(n) };
        let sharing = shared.under(load);
        let jobs = match (sharing, flows.most[at]) {
            (Some(all), Some(most)) => limited(load, 0.0, most, |n| processor.work(n))
                .map_or(all.jobs, |few| few.computing),
            (all, _) => all.map_or(f64::INFINITY, |all| all.jobs),
        };
        let slowdown = if load > 0.0 { jobs / load } else { 1.0 / processor.work(1) };
        Self { processor, load, sharing, slowdown }
    }

    /// The queue for one of `servers` servers; its holders offer `cpu` erlangs here and `elsewhere`
    /// erlangs of waiting for others. Each gets at most `most` of the processor.
    fn limits(&self, cpu: f64, elsewhere: f64, servers: u32, most: f64) -> Option<Limited> {
        let shared =
            SharedProcessor { full: self.processor.full(), work: |n: u32| self.processor.work(n) };
        let others = (self.load - cpu).max(0.0);
        // The rate no longer changes above the number of threads: computed once.
        let crowd = shared.rate_beside(self.processor.full(), others);
        limited(cpu, elsewhere, servers, |jobs| {
            let is_full = jobs >= self.processor.full();
            let got = if is_full { crowd } else { shared.rate_beside(jobs, others) };
            got.min(most)
        })
    }
}

/// The demand on one container per second, in erlangs.
struct Center<'m> {
    machine: &'m Machine<'m>,
    /// Demand on its processor, without slowdown.
    own: f64,
    /// Demand of all its calls there while it holds a worker.
    below: f64,
    /// The present duration of those calls.
    slowed: f64,
    /// Holding a worker without computing.
    elsewhere: f64,
}

/// The demand on a service per second.
struct Asked {
    service: usize,
    visits: f64,
    /// How often a worker is granted: per visit, or per CPU step.
    grants: f64,
    /// Visits that hold a worker without computing, at any time, in all containers.
    elsewhere: f64,
    by_step: bool,
    /// Squared coefficient of variation of the time for which a worker is held.
    variation: f64,
    /// Seconds of the reference CPU of one CPU step.
    step_seconds: f64,
}

impl Asked {
    fn of(flows: &TrafficFlows<'_>, at: usize, rates: &[f64], took: &[Took]) -> Self {
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
            service: at,
            visits,
            grants: if by_step && steps > 0.0 { steps } else { visits },
            elsewhere: if by_step { 0.0 } else { elsewhere },
            by_step,
            // The formula needs a finite mean square.
            variation: if variation.is_finite() { variation.max(0.0) } else { 1.0 },
            step_seconds: steps_ns / steps.max(f64::MIN_POSITIVE) * 1e-9,
        }
    }

    /// Erlangs that its calls bring to `node` while it holds a worker.
    fn below(&self, flows: &TrafficFlows<'_>, node: usize, all: &Below, rates: &[f64]) -> f64 {
        if self.by_step {
            return 0.0;
        }
        let endpoints = flows.blueprint.endpoints.iter().enumerate();
        let own = endpoints.filter(|(_, endpoint)| endpoint.service.index() == self.service);
        let brought = own.filter(|(place, _)| rates[*place] > 0.0).map(|(place, _)| {
            let calls = flows.visits[place].calls.iter();
            let each = calls.map(|call| call.times * all.at(call.target.index(), node));
            rates[place] * each.sum::<f64>()
        });
        brought.sum()
    }

    /// The slowdown of a container's CPU steps, and its queue for workers.
    fn at(&self, service: &Service, center: &Center<'_>) -> (f64, Limited) {
        let machine = center.machine;
        let none = Limited::default();
        let (workers, below, slowed) = match (service.workers, service.cpu_limit) {
            (None, None) => return (machine.slowdown, none),
            // It shares the processor among all its requests, up to the limit.
            (None, Some(_)) => (machine.processor.full(), 0.0, 0.0),
            (Some(workers), Some(_)) => (workers, 0.0, 0.0),
            (Some(workers), None) => (workers, center.below, center.slowed),
        };
        let cpu = center.own + below;
        let elsewhere = (center.elsewhere - slowed).max(0.0);
        let elsewhere = if service.workers.is_some() { elsewhere } else { 0.0 };
        if cpu <= 0.0 && elsewhere <= 0.0 {
            return (machine.slowdown, none);
        }
        let most = service.cpu_limit.map_or(f64::INFINITY, |limit| limit.cpus);
        let Some(mut jobs) = machine.limits(cpu, elsewhere, workers, most) else {
            return (f64::INFINITY, NO_END);
        };
        if service.workers.is_none() {
            jobs.computing += jobs.waiting;
            jobs.waiting = 0.0;
        }
        jobs.waiting *= f64::midpoint(1.0, self.variation);
        let slowdown = if cpu > 0.0 { jobs.computing / cpu } else { machine.slowdown };
        let slowdown = match service.cpu_limit {
            Some(limit) => slowdown - self.saved(limit, machine.processor.speed()),
            None => slowdown.min(machine.slowdown),
        };
        (slowdown.max(1.0), jobs)
    }

    /// The time that a quota does not cost: a container that has not used up its period's quota runs at
    /// full speed, however small the quota; in nanoseconds per nanosecond of CPU. A quota is CPU time of
    /// its node; a faster node needs less of it per step.
    fn saved(&self, limit: CpuLimit, speed: f64) -> f64 {
        if limit.quota == Quota::Fluid || limit.cpus >= 1.0 {
            return 0.0;
        }
        let within = limit.cpus * PERIOD_SECONDS * speed / self.step_seconds;
        (1.0 / limit.cpus - 1.0) * within.min(1.0)
    }
}

/// No steady state.
const NO_END: Limited = Limited { waiting: f64::INFINITY, held: f64::INFINITY, computing: 0.0 };

/// A queue of `rate` per second that hold `load` servers at once.
trait Over {
    fn over(self, load: f64, rate: f64) -> StationQueue;
}

impl Over for Limited {
    fn over(self, load: f64, rate: f64) -> StationQueue {
        StationQueue { wait_seconds: self.waiting / rate, waiting: self.waiting, held: load }
    }
}

fn disks(
    flows: &TrafficFlows<'_>,
    rates: &[f64],
    loads: &Loads,
    conditions: &mut Conditions,
) -> Vec<StationQueue> {
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
        let Some(disk) = disk.filter(|_| *rate > 0.0) else { return StationQueue::default() };
        let load = loads.disks[at];
        limited(0.0, load, disk.queues, |_| 1.0).unwrap_or(NO_END).over(load, *rate)
    };
    let queues: Vec<StationQueue> = visits.iter().enumerate().map(at).collect();
    for (at, service) in blueprint.services.iter().enumerate() {
        let wait = |c: u32| queues[blueprint.containers[c as usize].node.index()].wait_seconds;
        let sum: f64 = service.wanted().map(wait).sum();
        conditions.before_disk[at] = sum / f64::from(service.replicas().max(1)) * 1e9;
    }
    queues
}

/// The inputs for the queues of pools.
struct Ground<'g> {
    flows: &'g TrafficFlows<'g>,
    rates: &'g [f64],
    took: &'g [Took],
    machines: &'g [Machine<'g>],
    slowed: &'g Below,
}

/// The demand on a pool per second, over all instances.
#[derive(Clone, Default)]
struct Calls {
    rate: f64,
    /// Σ squares of coefficients of variation.
    variation: f64,
    /// By node: the load that its calls bring there, and its present duration, in erlangs.
    below: Vec<[f64; 2]>,
}

impl Ground<'_> {
    fn calls(&self) -> Vec<Calls> {
        let nodes = self.machines.len();
        let none = Calls { below: vec![[0.0; 2]; nodes], ..Calls::default() };
        let mut all = vec![none; self.flows.blueprint.pools.len()];
        for (rate, visit) in self.rates.iter().zip(&self.flows.visits) {
            for call in visit.calls.iter().filter(|_| *rate > 0.0) {
                let Some(pool) = call.pool else { continue };
                let (times, target) = (rate * call.times, call.target.index());
                let of = &mut all[pool.index()];
                of.rate += times;
                of.variation += times * self.took[target].variation().powi(2);
                for (node, below) in of.below.iter_mut().enumerate() {
                    below[0] += times * self.flows.below.at(target, node);
                    below[1] += times * self.slowed.at(target, node);
                }
            }
        }
        all
    }
}

fn pools(ground: &Ground<'_>, conditions: &mut Conditions) -> Vec<StationQueue> {
    let blueprint = ground.flows.blueprint;
    if blueprint.pools.is_empty() {
        return Vec::new();
    }
    // A connection is held while its call waits for a worker, too.
    let waits = |(endpoint, took): (&wssim_model::blueprint::Endpoint, &Took)| Took {
        total: took.total + conditions.before_visit[endpoint.service.index()],
        ..*took
    };
    let held: Vec<Took> = blueprint.endpoints.iter().zip(ground.took).map(waits).collect();
    let used = connections(ground.flows, &held, ground.rates);
    let mut queues = Vec::new();
    for (at, (pool, calls)) in blueprint.pools.iter().zip(ground.calls()).enumerate() {
        let replicas = f64::from(blueprint.services[pool.service.index()].replicas().max(1));
        let one = if calls.rate > 0.0 {
            let (load, rate) = (used[at] / replicas, calls.rate / replicas);
            before_pool(ground, &calls, load, replicas, pool.size).over(load, rate)
        } else {
            StationQueue::default()
        };
        conditions.before_call[at] = one.wait_seconds * 1e9;
        queues.push(StationQueue {
            waiting: one.waiting * replicas,
            held: one.held * replicas,
            ..one
        });
    }
    queues
}

/// The queue for one instance of a pool, whose calls hold `load` connections. They are held for as long
/// as the busiest processor behind them takes, which makes many be held at the same time.
fn before_pool(ground: &Ground<'_>, calls: &Calls, load: f64, replicas: f64, size: u32) -> Limited {
    let busiest = (0..calls.below.len())
        .max_by(|a, b| calls.below[*a][1].total_cmp(&calls.below[*b][1]))
        .unwrap_or(0);
    let [cpu, slowed] = calls.below[busiest].map(|all| all / replicas);
    let elsewhere = (load - slowed).max(0.0);
    let found = ground.machines[busiest].limits(cpu, elsewhere, size, f64::INFINITY);
    let mut jobs = found.unwrap_or(NO_END);
    let variation = calls.variation / calls.rate;
    let variation = if variation.is_finite() { variation } else { 1.0 };
    jobs.waiting *= f64::midpoint(1.0, variation);
    jobs
}
