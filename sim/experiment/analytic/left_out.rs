//! Finds the features of a blueprint that the formulas leave out, if they may matter.

use super::answer::{Analytic, ServiceValue};
use super::branches::at_once;
use super::flows::TrafficFlows;
use super::reason::FormulaGap;
use wssim_model::Blueprint;
use wssim_model::blueprint::{
    Arrivals, Balance, Hits, Instruction, Maker, Memory, Policy, Quota, Route, Service, Source,
    Tenure, Travels,
};
use wssim_model::ids::ServiceId;

/// Squared coefficients of variation farther than this from one are not Poisson.
const NOT_POISSON: f64 = 0.1;
/// A time-out matters if it is shorter than this many means: an exponential time exceeds that in 0.7 %
/// of cases.
const FAR: f64 = 5.0;
/// Utilization of workers from which a backlog may fill up.
const BUSY: f64 = 0.5;
/// Share of a processor used by background from which bursts of several jobs matter.
const NOTICED: f64 = 0.02;

/// Utilization below which waits for a disk are negligible, whatever its law.
const WAITED_FOR: f64 = 0.1;

/// Utilization from which containers hinder each other and queues stand behind queues.
const CROWDED: f64 = 0.4;

/// All reasons, each once, in order.
pub(super) fn reasons(flows: &TrafficFlows<'_>, found: &Analytic) -> Vec<FormulaGap> {
    let blueprint = flows.blueprint;
    let peak = flows.sources.iter().map(|asks| asks.peak).fold(1.0, f64::max);
    let mut all = Vec::new();
    if !found.is_stable {
        all.push(FormulaGap::Overload);
    }
    if !blueprint.faults.is_empty() {
        all.push(FormulaGap::Faults);
    }
    if !blueprint.rollouts().is_empty() {
        all.push(FormulaGap::Rollouts);
    }
    sources(flows, found, &mut all);
    nodes(blueprint, found, peak, &mut all);
    disks(blueprint, found, &mut all);
    pools(blueprint, found, &mut all);
    connections(blueprint, &mut all);
    let crowded = found.pools.iter().filter(|pool| pool.utilization > CROWDED);
    all.extend(crowded.map(|pool| FormulaGap::Nested(pool.service.clone())));
    for (at, value) in found.services.iter().enumerate() {
        if value.visits_per_second > 0.0 {
            service(blueprint, at, (value, peak), &mut all);
            laws(blueprint, at, &mut all);
            branches(flows, at, found, &mut all);
        }
    }
    calls(blueprint, found, &mut all);
    all.sort();
    all.dedup();
    all
}

fn sources(flows: &TrafficFlows<'_>, found: &Analytic, all: &mut Vec<FormulaGap>) {
    let sources = flows.blueprint.sources.iter().zip(&flows.sources);
    for ((source, asks), value) in sources.zip(&found.entries) {
        let name = || source.name.clone();
        let is_poisson = match &source.arrivals {
            Arrivals::Poisson { .. } | Arrivals::Closed { .. } => true,
            Arrivals::Renewal { gap } => varies_as_poisson(gap),
            Arrivals::Shaped { gap, .. } => {
                varies_as_poisson(gap) && asks.peak <= 1.0 + NOT_POISSON
            }
            Arrivals::Periodic { .. } | Arrivals::Mmpp(_) | Arrivals::Trace(_) => false,
        };
        if !is_poisson {
            all.push(FormulaGap::Arrivals(name()));
        }
        if !source.ingress.is_empty() {
            all.push(FormulaGap::Mesh(name()));
        }
        let laws = source.patience.iter().chain(&source.patience_in_queue);
        if laws.into_iter().any(|law| law.mean() * 1e-9 < FAR * value.response_seconds) {
            all.push(FormulaGap::Patience(name()));
        }
    }
}

fn varies_as_poisson(gap: &wssim_model::law::Law) -> bool {
    is_exponential(gap.mean(), gap.variance())
}

/// Whether a law may be treated as exponential; false without a variance.
fn is_exponential(mean: f64, variance: f64) -> bool {
    (variance / mean.powi(2) - 1.0).abs() < NOT_POISSON
}

fn nodes(blueprint: &Blueprint, found: &Analytic, peak: f64, all: &mut Vec<FormulaGap>) {
    for (at, node) in blueprint.nodes.iter().enumerate() {
        let of_node = |maker: &Maker| match maker {
            Maker::Container(id) => blueprint.containers[id.index()].node.index() == at,
            Maker::System(id) => id.index() == at,
        };
        let bursts = blueprint.background.iter().filter(|one| one.jobs > 1 && of_node(&one.maker));
        let load = bursts.map(|one| f64::from(one.jobs) * one.cpu.mean() / one.every.mean());
        if load.sum::<f64>() / node.speed > NOTICED * node.threads {
            all.push(FormulaGap::Batches(node.name.clone()));
        }
        let others = blueprint.services.iter().zip(&found.services).filter(|(service, value)| {
            let here = |c: u32| blueprint.containers[c as usize].node.index() == at;
            value.visits_per_second > 0.0 && service.wanted().any(here)
        });
        if found.nodes[at].cpu_utilization > CROWDED && others.count() > 1 {
            all.push(FormulaGap::Contended(node.name.clone()));
        }
        let memory = &node.memory;
        let here = blueprint.containers.iter().filter(|c| !c.spare && c.node.index() == at);
        let mut asked = memory.kernel + memory.engine + memory.agent;
        for container in here {
            let service = container.service.index();
            asked += memory.shim + wanted(blueprint, service, (&found.services[service], peak));
        }
        if asked > memory.ram {
            all.push(FormulaGap::Ram(node.name.clone()));
        }
    }
}

/// Busy disks whose times do not follow the laws of the formulas.
fn disks(blueprint: &Blueprint, found: &Analytic, all: &mut Vec<FormulaGap>) {
    for (at, node) in blueprint.nodes.iter().enumerate() {
        let is_busy = found.nodes[at].disk.is_some_and(|disk| disk.utilization > WAITED_FOR);
        let Some(disk) = node.disk.as_ref().filter(|_| is_busy) else { continue };
        let is_here = |service: usize| {
            let here = |c: u32| blueprint.containers[c as usize].node.index() == at;
            found.services[service].visits_per_second > 0.0
                && blueprint.services[service].wanted().any(here)
        };
        let is_odd = |instruction: &Instruction| match instruction {
            Instruction::Disk { access, bytes, .. } => {
                let (seek, transfer) = (disk.access(*access), 1e9 / disk.bandwidth);
                let mean = seek.mean() + bytes.mean() * transfer;
                let variance = seek.variance() + bytes.variance() * transfer * transfer;
                !is_exponential(mean, variance)
            }
            _ => false,
        };
        if programs(blueprint)
            .any(|(service, program)| is_here(service) && program.iter().any(is_odd))
        {
            all.push(FormulaGap::DiskLaw(node.name.clone()));
        }
    }
}

/// The service and the instructions of each endpoint.
fn programs(blueprint: &Blueprint) -> impl Iterator<Item = (usize, &[Instruction])> {
    let endpoints = blueprint.endpoints.iter().enumerate();
    endpoints.map(|(at, endpoint)| (endpoint.service.index(), blueprint.program_of(at)))
}

fn pools(blueprint: &Blueprint, found: &Analytic, all: &mut Vec<FormulaGap>) {
    for (pool, value) in blueprint.pools.iter().zip(&found.pools) {
        let limit = pool.timeout.map(|class| blueprint.timeouts[class.index()].seconds());
        if limit.is_some_and(|limit| limit < FAR * value.wait_seconds) {
            all.push(FormulaGap::PoolTimeOut(value.service.clone(), value.target.clone()));
        }
    }
}

/// Connections that are held for more than one call, or that may be refused.
fn connections(blueprint: &Blueprint, all: &mut Vec<FormulaGap>) {
    let name = |service: ServiceId| blueprint.services[service.index()].name.clone();
    for call in &blueprint.calls {
        let query = &blueprint.queries[call.query.index()];
        if let Tenure::Takes { .. } = call.tenure {
            all.push(FormulaGap::Held(name(query.caller), name(query.service)));
        }
        if blueprint.services[query.service.index()].max_connections.is_some() {
            all.push(FormulaGap::Full(name(query.service)));
        }
    }
}

/// Laws of a service without a variance.
fn laws(blueprint: &Blueprint, at: usize, all: &mut Vec<FormulaGap>) {
    let has_none = |instruction: &Instruction| match instruction {
        Instruction::Cpu { demand: law, .. }
        | Instruction::Sleep { duration: law, .. }
        | Instruction::Repeat { count: law, .. } => !law.variance().is_finite(),
        _ => false,
    };
    let mut own = programs(blueprint).filter(|(service, _)| *service == at);
    if own.any(|(_, program)| program.iter().any(has_none)) {
        all.push(FormulaGap::NoVariance(blueprint.services[at].name.clone()));
    }
}

/// Branches matter if they outnumber the threads, or compete with other requests, too.
fn branches(flows: &TrafficFlows<'_>, at: usize, found: &Analytic, all: &mut Vec<FormulaGap>) {
    let endpoints = flows.blueprint.endpoints.iter().enumerate();
    let own = endpoints.filter(|(_, endpoint)| endpoint.service.index() == at);
    let is_hindered = |(node, branches): (usize, usize)| {
        let few = flows.processors[node].full() as usize;
        branches > few || found.nodes[node].cpu_utilization > CROWDED
    };
    if own.into_iter().any(|(place, _)| at_once(flows, place).into_iter().any(is_hindered)) {
        all.push(FormulaGap::Branches(flows.blueprint.services[at].name.clone()));
    }
}

/// RAM that a container of a service asks for at peak load, in bytes.
fn wanted(blueprint: &Blueprint, service: usize, (value, peak): (&ServiceValue, f64)) -> f64 {
    let Memory { base, per_request, heap, .. } = &blueprint.services[service].memory;
    let replicas = f64::from(blueprint.services[service].replicas().max(1));
    let inside = value.visits_per_second * value.response_seconds.unwrap_or(0.0) / replicas;
    let inside = inside * peak;
    let grown = heap.as_ref().map_or(0.0, |heap| (heap.limit - heap.live).max(0.0));
    let requests = if *per_request > 0.0 { per_request * inside } else { 0.0 };
    base + requests + grown
}

fn service(
    blueprint: &Blueprint,
    at: usize,
    (value, peak): (&ServiceValue, f64),
    all: &mut Vec<FormulaGap>,
) {
    let service = &blueprint.services[at];
    let name = || service.name.clone();
    let own = (0..blueprint.endpoints.len())
        .filter(|endpoint| blueprint.endpoints[*endpoint].service.index() == at);
    let reads = |i: &Instruction| matches!(i, Instruction::Read { .. });
    if own.into_iter().any(|endpoint| blueprint.program_of(endpoint).iter().any(reads)) {
        all.push(FormulaGap::Reads(name()));
    }
    if service.cpu_limit.is_some_and(|limit| limit.quota != Quota::Fluid) {
        all.push(FormulaGap::Quota(name()));
    }
    if value.utilization.is_some_and(|busy| busy > CROWDED) {
        all.push(FormulaGap::Nested(name()));
    }
    if service.backlog.is_some() && value.utilization.is_some_and(|busy| busy > BUSY) {
        all.push(FormulaGap::Backlog(name()));
    }
    let limit = service.queue_timeout.map(|class| blueprint.timeouts[class.index()].seconds());
    if limit.zip(value.wait_seconds).is_some_and(|(limit, wait)| limit < FAR * wait) {
        all.push(FormulaGap::QueueTimeOut(name()));
    }
    if service.memory.limit.is_some_and(|limit| wanted(blueprint, at, (value, peak)) > limit) {
        all.push(FormulaGap::RamLimit(name()));
    }
    let is_cold = |hits: &Hits| matches!(hits, Hits::Lru { warm: false, .. });
    if blueprint.caches.iter().any(|cache| cache.service.index() == at && is_cold(&cache.hits)) {
        all.push(FormulaGap::ColdCache(name()));
    }
    if service.wanted().any(|c| blueprint.containers[c as usize].begins.is_some()) {
        all.push(FormulaGap::Starts(name()));
    }
    if service.replicas() > 1 && !is_spread_evenly(blueprint, at, service) {
        all.push(FormulaGap::Uneven(name()));
    }
}

fn is_spread_evenly(blueprint: &Blueprint, at: usize, service: &Service) -> bool {
    let queries = blueprint.queries.iter().zip(&blueprint.routes);
    let mut routes = queries.filter(|(query, _)| query.service.index() == at);
    let nodes: Vec<usize> =
        service.wanted().map(|c| blueprint.containers[c as usize].node.index()).collect();
    let is_alone = nodes.iter().all(|node| *node == nodes[0]);
    let asks_it = |source: &&Source| {
        let of = |id: &wssim_model::ids::EndpointId| blueprint.endpoints[id.index()].service;
        source.entries.iter().any(|(_, endpoint)| of(endpoint).index() == at)
    };
    let mut sources = blueprint.sources.iter().filter(asks_it);
    routes.all(|(_, route)| is_even(route, is_alone))
        && sources.all(|source| is_fair(&source.policy, is_alone))
}

fn is_even(route: &Route, is_alone: bool) -> bool {
    let sticks = route.balance == Balance::Connections && route.client.keeps;
    !sticks && is_fair(&route.policy, is_alone)
}

/// Whether all replicas get equal shares in the long run.
fn is_fair(policy: &Policy, is_alone: bool) -> bool {
    match policy {
        Policy::InTurn | Policy::Vip | Policy::Random => true,
        Policy::Weighted(weights) => weights.iter().all(|weight| *weight == weights[0]),
        Policy::LocalityFirst | Policy::Fixed => is_alone,
        Policy::Dns(_) | Policy::LeastConnections | Policy::PowerOfD(_) => false,
    }
}

fn calls(blueprint: &Blueprint, found: &Analytic, all: &mut Vec<FormulaGap>) {
    let is_used = |at: usize| found.services[at].visits_per_second > 0.0;
    let mut opened: Vec<usize> = Vec::new();
    for call in &blueprint.calls {
        let query = &blueprint.queries[call.query.index()];
        let (caller, service) = (query.caller.index(), query.service.index());
        if !is_used(caller) || !is_used(service) {
            continue;
        }
        let value = &found.services[service];
        let limit = call.timeout.map(|class| blueprint.timeouts[class.index()].seconds());
        if limit.zip(value.response_seconds).is_some_and(|(limit, took)| limit < FAR * took) {
            all.push(FormulaGap::TimeOut(value.service.clone()));
        }
        if call.breaker.is_some() || !call.limits.is_empty() {
            all.push(FormulaGap::Guard(found.services[caller].service.clone()));
        }
        let client = &blueprint.routes[call.query.index()].client;
        let costs = client.handshakes > 0 || !client.accept_cpu.is_zero();
        if costs && call.travels == Travels::OnConnection {
            opened.push(call.query.index());
        }
    }
    opened.sort_unstable();
    opened.dedup();
    if !opened.is_empty() {
        all.push(FormulaGap::Connections(opened.len()));
    }
}
