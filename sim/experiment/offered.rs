//! Offered load, before anything is simulated: expected visits times expected work.
//!
//! Visits solve v = entries + v · calls (Jackson's traffic equations); work of a node is
//! Σ v · E\[demand\] / speed over its containers, to which callers are spread evenly. Queues,
//! retries and users who give up are left out: it says what is asked for, not what happens. Of
//! networking a message counts as large as the mean.

mod disks;
mod overload;
mod visits;

pub use disks::DiskLoad;
pub use overload::{Overload, Overloaded, overloads};
pub(crate) use visits::{Brought, brought};

use crate::question::{Kind, Measure};
use disks::DiskWork;
use visits::{PACKETS, ROUNDS, Visit, call_cpu, often, solve, visits};
use wssim_kernel::{Nanos, Time};
use wssim_model::Blueprint;
use wssim_model::blueprint::{Arrivals, Background, Hold, Instruction, Maker, Service, Source};
use wssim_model::ids::{InstructionId, ServiceId};
use wssim_model::law::Law;

/// What is asked of the cluster.
#[derive(Clone, Debug, Default)]
pub struct OfferedLoad {
    /// By name.
    pub nodes: Vec<NodeLoad>,
    /// By name.
    pub services: Vec<ServiceLoad>,
}

/// What is asked of a node.
#[derive(Clone, Debug)]
pub struct NodeLoad {
    /// Its name.
    pub node: String,
    /// CPU work that arrives in a second, in seconds of one of its own threads (erlangs).
    pub offered_erlangs: f64,
    /// The part of it that comes from open sources and background, which nothing slows down.
    pub open_erlangs: f64,
    /// The same while every profile is at its peak.
    pub peak_erlangs: f64,
    /// Hardware threads.
    pub threads: f64,
    /// Work that it can do in a second with all threads busy, in the same unit.
    pub capacity_erlangs: f64,
    /// What is asked of its disk; `None`: nothing, or it has none.
    pub disk: Option<DiskLoad>,
}

/// What is asked of a service.
#[derive(Clone, Debug)]
pub struct ServiceLoad {
    /// Its name.
    pub service: String,
    /// Containers that have a node.
    pub containers: usize,
    /// Visits per second, all containers together.
    pub visits_per_second: f64,
    /// Visits in service at once if nobody waited, all containers together.
    pub offered_concurrency: f64,
    /// The part of it that comes from open sources.
    pub open_concurrency: f64,
    /// The same while every profile is at its peak.
    pub peak_concurrency: f64,
    /// Workers of all containers together; `None`: unlimited.
    pub workers: Option<u32>,
    /// CPU time that a container is offered, in thread-seconds per second.
    pub cpus_per_container: f64,
    /// The part of it that comes from open sources and background.
    pub open_cpus_per_container: f64,
    /// The same while every profile is at its peak.
    pub peak_cpus_per_container: f64,
    /// Its CPU limit.
    pub cpu_limit: Option<f64>,
}

impl ServiceLoad {
    /// Offered over capacity, of what is nearer to its end; `None`: nothing is limited.
    pub fn utilization(&self) -> Option<f64> {
        let workers = self.workers.map(|workers| self.offered_concurrency / f64::from(workers));
        let cpus = self.cpu_limit.map(|limit| self.cpus_per_container / limit);
        [workers, cpus].into_iter().flatten().reduce(f64::max)
    }
}

/// The measured stretch; of a steady state it begins at once, since nobody knows the warm-up yet.
#[derive(Clone, Copy)]
struct Stretch {
    from: Time,
    until: Time,
}

impl Stretch {
    fn of(measure: &Measure) -> Self {
        let from = match measure.kind {
            Kind::Window { lead_in } => Time::ZERO + lead_in,
            Kind::Steady { .. } => Time::ZERO,
        };
        Self { from, until: from + measure.duration }
    }
}

/// Which rate of a source with a profile.
#[derive(Clone, Copy, PartialEq)]
enum Level {
    Mean,
    Peak,
}

/// Computes the offered load of a blueprint that is measured like this.
#[must_use]
pub fn offered(blueprint: &Blueprint, measure: &Measure) -> OfferedLoad {
    let stretch = Stretch::of(measure);
    let visits = visits(blueprint);
    let responses = responses(blueprint);
    let rates = |wanted: &dyn Fn(&Source) -> bool, level: Level| {
        let mut entries = vec![0.0; blueprint.endpoints.len()];
        for source in blueprint.sources.iter().filter(|source| wanted(source)) {
            let rate = rate(source, &responses, stretch, level);
            for (share, endpoint) in &source.entries {
                entries[endpoint.index()] += rate * share;
            }
        }
        solve(entries, &visits)
    };
    let load_of = |wanted: &dyn Fn(&Source) -> bool, level: Level| {
        loads(blueprint, &visits, &responses, &rates(wanted, level), stretch)
    };
    let is_open = |source: &Source| !matches!(source.arrivals, Arrivals::Closed { .. });
    let all = load_of(&|_| true, Level::Mean);
    let open = load_of(&is_open, Level::Mean);
    let peak = load_of(&is_open, Level::Peak);
    let nodes = blueprint
        .nodes
        .iter()
        .enumerate()
        .map(|(at, node)| NodeLoad {
            node: node.name.clone(),
            offered_erlangs: all.nodes[at],
            open_erlangs: open.nodes[at],
            peak_erlangs: peak.nodes[at],
            threads: node.threads,
            capacity_erlangs: capacity(&node.capacity, node.threads),
            disk: disks::load_of(node.disk.as_ref(), [&all, &open, &peak].map(|l| l.disks[at])),
        })
        .collect();
    let services = blueprint
        .services
        .iter()
        .enumerate()
        .map(|(at, service)| {
            let containers = service.replicas() as usize;
            let each = containers.max(1) as f64;
            ServiceLoad {
                service: service.name.clone(),
                containers,
                visits_per_second: all.services[at].visits,
                offered_concurrency: all.services[at].concurrency,
                open_concurrency: open.services[at].concurrency,
                peak_concurrency: peak.services[at].concurrency,
                workers: service.workers.map(|workers| workers.saturating_mul(containers as u32)),
                cpus_per_container: all.services[at].cpus / each,
                open_cpus_per_container: open.services[at].cpus / each,
                peak_cpus_per_container: peak.services[at].cpus / each,
                cpu_limit: service.cpu_limit.map(|limit| limit.cpus),
            }
        })
        .collect();
    OfferedLoad { nodes, services }
}

/// Work in a second of `threads` running threads: the last point of the curve up to there.
fn capacity(points: &[(f64, f64)], threads: f64) -> f64 {
    let mut before = (0.0, 0.0);
    for point in points {
        if point.0 >= threads {
            return before.1 + (point.1 - before.1) * (threads - before.0) / (point.0 - before.0);
        }
        before = *point;
    }
    before.1
}

/// Mean response times of all endpoints in nanoseconds if nobody waited, and the part of each in
/// which it computes; at the mean speed of the nodes of its containers.
fn responses(blueprint: &Blueprint) -> Vec<(f64, f64)> {
    let mut known = vec![(0.0, 0.0); blueprint.endpoints.len()];
    let slowness: Vec<f64> =
        blueprint.services.iter().map(|service| slowness(blueprint, service)).collect();
    for _ in 0..ROUNDS {
        let next: Vec<(f64, f64)> = blueprint
            .endpoints
            .iter()
            .map(|endpoint| {
                let slow = slowness[endpoint.service.index()];
                let packets = PACKETS * blueprint.packet_cpu.as_f64() * slow;
                let ground = Ground { blueprint, service: endpoint.service, slow, known: &known };
                let (total, cpu) = time(ground, endpoint.start, None);
                (total + packets, cpu + packets)
            })
            .collect();
        let moved = next.iter().zip(&known).any(|(a, b)| (a.0 - b.0).abs() > 1e-9 * a.0.abs());
        known = next;
        if !moved {
            break;
        }
    }
    known
}

fn slowness(blueprint: &Blueprint, service: &Service) -> f64 {
    let nodes = service.wanted().map(|container| blueprint.containers[container as usize].node);
    let sum: f64 = nodes.map(|node| 1.0 / blueprint.nodes[node.index()].speed).sum();
    if service.replicas() == 0 { 1.0 } else { sum / f64::from(service.replicas()) }
}

/// Where instructions run, and what is known so far.
#[derive(Clone, Copy)]
struct Ground<'a> {
    blueprint: &'a Blueprint,
    service: ServiceId,
    slow: f64,
    known: &'a [(f64, f64)],
}

/// Mean time of the instructions from `at`, and the part of it that is computing. Of branches
/// the longest mean counts, which is a lower bound.
fn time(ground: Ground<'_>, at: InstructionId, until: Option<InstructionId>) -> (f64, f64) {
    let Ground { blueprint, slow, known, .. } = ground;
    let (mut at, mut total, mut cpu) = (at, 0.0, 0.0);
    while Some(at) != until {
        let next = InstructionId(at.0 + 1);
        let (part, jump) = match &blueprint.program[at.index()] {
            Instruction::Cpu { demand, .. } => ((demand.mean() * slow, demand.mean() * slow), next),
            Instruction::Sleep { duration, .. } => ((duration.mean(), 0.0), next),
            Instruction::Disk { access, bytes, .. } => {
                let work = DiskWork { access: *access, bytes: bytes.mean(), times: 1.0 };
                let service = &blueprint.services[ground.service.index()];
                ((work.of_service(blueprint, service), 0.0), next)
            }
            Instruction::Read { .. } | Instruction::LookUp { .. } => ((0.0, 0.0), next),
            Instruction::SkipIfFound { cache, to } => {
                let misses = 1.0 - blueprint.caches[cache.index()].hits.expected();
                let (inner, computing) = time(ground, next, Some(*to));
                ((inner * misses, computing * misses), *to)
            }
            Instruction::Call(call) => {
                let call = &blueprint.calls[call.index()];
                let service = &blueprint.services[ground.service.index()];
                let [own, more] = call_cpu(blueprint, service, call);
                let packets = own * slow;
                // From the first node to the last: as far as any two of them are apart.
                let hop = blueprint
                    .links
                    .get(blueprint.nodes.len() - 1)
                    .map_or(0.0, |link| link.rtt.mean());
                let there = known[call.target.index()].0 + more * slow;
                ((there + hop + packets, packets), next)
            }
            Instruction::SkipUnless { probability, to, .. } => {
                let (inner, computing) = time(ground, next, Some(*to));
                ((inner * probability, computing * probability), *to)
            }
            Instruction::Repeat { count, to, .. } => {
                let (inner, computing) = time(ground, next, None);
                ((inner * often(count), computing * often(count)), *to)
            }
            Instruction::Parallel(parallel) => {
                let parallel = &blueprint.parallels[parallel.index()];
                let longest = parallel
                    .branches
                    .iter()
                    .map(|branch| time(ground, *branch, None))
                    .fold((0.0f64, 0.0f64), |a, b| (a.0.max(b.0), a.1.max(b.1)));
                (longest, parallel.next)
            }
            Instruction::EndBranch | Instruction::End => break,
        };
        total += part.0;
        cpu += part.1;
        at = jump;
    }
    (total, cpu)
}

/// Mean arrival rate in 1/s; of closed users the most that they can ask for.
fn rate(source: &Source, responses: &[(f64, f64)], stretch: Stretch, level: Level) -> f64 {
    match &source.arrivals {
        Arrivals::Poisson { rate_per_second } => *rate_per_second,
        Arrivals::Renewal { gap } => 1e9 / gap.mean(),
        Arrivals::Periodic { period, .. } => 1e9 / period.as_f64(),
        Arrivals::Shaped { gap, profile, .. } => {
            let factor = match level {
                Level::Mean => profile.mean(stretch.from, stretch.until),
                Level::Peak => profile.peak(stretch.from, stretch.until),
            };
            1e9 / gap.mean() * factor
        }
        Arrivals::Mmpp(process) => process.mean_rate(),
        Arrivals::Closed { users, think } => {
            let response: f64 = source
                .entries
                .iter()
                .map(|(share, endpoint)| share * responses[endpoint.index()].0)
                .sum();
            let cycle = think.mean() + response + source.client_rtt.mean();
            if cycle > 0.0 { f64::from(*users) * 1e9 / cycle } else { 0.0 }
        }
        Arrivals::Trace(trace) => {
            let measured = stretch.from.0..=stretch.until.0;
            let within = trace.rows.iter().filter(|row| measured.contains(&row.at.0)).count();
            within as f64 * trace.rate / stretch.until.since(stretch.from).seconds().max(1e-9)
        }
    }
}

#[derive(Clone, Copy, Default)]
struct ServiceWork {
    visits: f64,
    concurrency: f64,
    cpus: f64,
}

struct Loads {
    nodes: Vec<f64>,
    disks: Vec<f64>,
    services: Vec<ServiceWork>,
}

fn loads(
    blueprint: &Blueprint,
    visits: &[Visit],
    responses: &[(f64, f64)],
    rates: &[f64],
    stretch: Stretch,
) -> Loads {
    let mut nodes = vec![0.0; blueprint.nodes.len()];
    let mut disks = vec![0.0; blueprint.nodes.len()];
    let mut services = vec![ServiceWork::default(); blueprint.services.len()];
    let mut called = vec![0.0; blueprint.endpoints.len()];
    for (rate, visit) in rates.iter().zip(visits) {
        for (target, times, more) in &visit.calls {
            called[target.index()] += rate * times * more;
        }
    }
    for (at, endpoint) in blueprint.endpoints.iter().enumerate() {
        let id = endpoint.service.index();
        let service = &blueprint.services[id];
        let load = &mut services[id];
        load.visits += rates[at];
        let held = if service.hold == Hold::Cpu { responses[at].1 } else { responses[at].0 };
        load.concurrency += rates[at] * held * 1e-9;
        let cpu_ns = rates[at] * visits[at].cpu_ns + called[at];
        let share = 1.0 / f64::from(service.replicas().max(1));
        let each = cpu_ns * 1e-9 * share;
        for container in service.wanted() {
            let node = blueprint.containers[container as usize].node.index();
            let work = each / blueprint.nodes[node].speed;
            nodes[node] += work;
            load.cpus += work;
            if let Some(disk) = &blueprint.nodes[node].disk {
                let time: f64 = visits[at].disk.iter().map(|work| work.at(disk)).sum();
                disks[node] += rates[at] * share * time * 1e-9;
            }
        }
    }
    for background in &blueprint.background {
        let (node, service) = match background.maker {
            Maker::Container(id) => {
                let container = &blueprint.containers[id.index()];
                if container.spare {
                    continue;
                }
                (container.node.index(), Some(container.service))
            }
            Maker::System(node) => (node.index(), None),
        };
        let cpu = f64::from(background.jobs) * background.cpu.mean();
        let work = cpu / gap_between_bursts(background, stretch) / blueprint.nodes[node].speed;
        nodes[node] += work;
        if let Some(service) = service {
            services[service.index()].cpus += work;
        }
    }
    Loads { nodes, disks, services }
}

/// Nanoseconds of the stretch for each burst that is expected in it; infinite when there is none.
fn gap_between_bursts(background: &Background, stretch: Stretch) -> f64 {
    let every = background.every.mean();
    let endless = background.count == u64::MAX && background.until == Time::NEVER;
    if endless && background.first.is_none() {
        return every;
    }
    let first = Time::ZERO + background.first.unwrap_or(Nanos::ZERO);
    let expected = |until: Time| {
        let gaps = until.min(background.until).since(first).as_f64() / every;
        let bursts = match &background.every {
            _ if until <= first => 0.0,
            Law::Constant(_) if background.first.is_some() => gaps.ceil(),
            _ if background.first.is_some() => 1.0 + gaps,
            _ => gaps,
        };
        bursts.min(background.count as f64)
    };
    let bursts = expected(stretch.until) - expected(stretch.from);
    stretch.until.since(stretch.from).as_f64() / bursts
}
