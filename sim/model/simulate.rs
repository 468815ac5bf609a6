//! One replication from beginning to end.

use crate::blueprint::{Background, Blueprint, CpuLimit, Maker, Query};
use crate::cache::open_stores;
use crate::event::Event;
use crate::fault::{FaultDriver, Reach, Strain};
use crate::hardware::disk::DiskState;
use crate::hardware::processor::Processor;
use crate::ids::TimeoutId;
use crate::instances::Instances;
use crate::ledger::Ledger;
use crate::life::{Life, Lives, Registry, Upkeep};
use crate::load::{LOAD_PERIOD, LoadAverage};
use crate::memory::MemoryAccounts;
use crate::network::connection::Connections;
use crate::network::flow::Flows;
use crate::network::ports::Ports;
use crate::network::{Paths, constant_half};
use crate::overfull::{Cut, check_users};
use crate::probe::Probe;
use crate::procedure::Conduct;
use crate::request::TimeoutClass;
use crate::request::breaker::BreakerInstance;
use crate::request::frame::Frames;
use crate::request::limit::set_limits;
use crate::request::pool::PoolInstance;
use crate::request::ties::Ties;
use crate::rollout::RolloutProgress;
use crate::routing::ResolverCache;
use crate::station::{AtDoor, DiskVisits, Station};
use crate::traffic::{Bursts, SourceState};
use crate::world::{ContainerState, Counts, NodeState, Outcome, Pace, Run, World};
use std::collections::VecDeque;
use wssim_kernel::stream::StreamKey;
use wssim_kernel::{Calendar, Model as _, Nanos, Time, run_until};

/// Measured requests are followed for at most this many times the simulated stretch; those then still in
/// flight are reported as unfinished.
const FOLLOW: u64 = 10;
/// Events between two checks of `stop` and of what is in flight: far below a tenth of a second.
pub(crate) const EVENTS_A_LOOK: u64 = 1024;

/// Simulates one replication. `stop` is called now and then; if it returns true there is no outcome.
///
/// # Errors
/// When it is stopped, or more is in flight than fits.
pub fn simulate<P: Probe>(
    blueprint: &Blueprint,
    run: Run,
    probe: P,
    stop: &dyn Fn() -> bool,
) -> Result<(Outcome, P), Cut> {
    let stretch = run.lead.0.saturating_add(run.measured.0);
    simulate_following(blueprint, run, Nanos(stretch.saturating_mul(FOLLOW)), probe, stop)
}

/// The same, but measured requests are followed for at most `follow` after their stretch, for worlds where a
/// fault leaves requests hanging for ever.
///
/// # Errors
/// As [`simulate`].
pub fn simulate_following<P: Probe>(
    blueprint: &Blueprint,
    run: Run,
    follow: Nanos,
    probe: P,
    stop: &dyn Fn() -> bool,
) -> Result<(Outcome, P), Cut> {
    check_users(blueprint)?;
    let mut calendar = Calendar::new();
    let mut world = World::new(blueprint, run, probe, &mut calendar);
    let mut events = 0;
    let now = loop {
        // A procedure may end its stretch earlier.
        let Run { lead, measured, .. } = world.run;
        let limit = Time(lead.0.saturating_add(measured.0).saturating_add(follow.0));
        let more = run_until(&mut world, &mut calendar, limit, EVENTS_A_LOOK);
        events += more;
        if world.is_done() {
            break calendar.now();
        }
        if more < EVENTS_A_LOOK {
            // The stretch may have been ended by an event later than the limit that follows from it.
            break limit.max(calendar.now());
        }
        if stop() {
            return Err(Cut::Stopped);
        }
        match world.overfull(&calendar) {
            None => {}
            // The measured stretch is complete; the rest is given up, as at the limit.
            Some(_) if world.measure_over => break calendar.now(),
            Some(overfull) => return Err(Cut::Overfull(overfull)),
        }
    };
    world.assert_laws(now, &mut calendar);
    world.tell_unfinished(now);
    let outcome = Outcome {
        events,
        requests: world.counts.measured,
        unfinished: world.counts.measured_in_flight,
        calendar_peak: calendar.peak(),
        simulated: now.since(Time::ZERO),
        parts: world.averages_of_parts(),
        averages: world.final_averages(),
    };
    Ok((outcome, world.probe))
}

impl<'a, P: Probe> World<'a, P> {
    /// A world at time zero, with its first events scheduled.
    fn new(blueprint: &'a Blueprint, run: Run, probe: P, calendar: &mut Calendar<Event>) -> Self {
        let (containers, limits) = place_containers(blueprint);
        let mut timeouts: Vec<_> =
            blueprint.timeouts.iter().map(|&after| TimeoutClass::new(after)).collect();
        let mut class = |after: Nanos| {
            timeouts.push(TimeoutClass::new(after));
            TimeoutId::from(timeouts.len() - 1)
        };
        let sources = (blueprint.sources.iter())
            .map(|source| SourceState::new(source, run.seed, run.replication, &mut class))
            .collect();
        let resolvers = resolvers(blueprint);
        let (limiters, limiter_bases) = set_limits(blueprint);
        let upkeep = Upkeep::new(blueprint, run);
        let registry = Registry::new(blueprint, run, &upkeep.draws);
        let mut world = Self {
            blueprint,
            run,
            draws: StreamKey::new(run.seed, run.replication, "draws", ""),
            nodes: build_nodes(blueprint, &limits),
            containers,
            pools: pools(blueprint),
            registry,
            upkeep,
            reach: Reach::open(blueprint.nodes.len()),
            strain: Strain::none(blueprint.nodes.len()),
            connections: Connections::new(resolvers.len(), blueprint.containers.len()),
            resolvers,
            scratch: Vec::new(),
            at_doors: vec![AtDoor::default(); blueprint.containers.len()],
            disk_visits: vec![
                DiskVisits::default();
                blueprint.containers.len() + blueprint.nodes.len()
            ],
            stores: open_stores(blueprint, run.seed, run.replication),
            timeouts,
            sources,
            bursts: blueprint.background.iter().map(|b| (burst_stream(b, run), 0)).collect(),
            breakers: breakers(blueprint),
            limiters,
            limiter_bases,
            frames: Frames::default(),
            ties: Ties::new(blueprint.ties_frames()),
            ready: VecDeque::new(),
            handing: 0,
            network_costs_cpu: blueprint.network_costs_cpu(),
            memory: MemoryAccounts::new(blueprint),
            chores: Vec::new(),
            rollouts: vec![RolloutProgress::default(); blueprint.rollouts().len()],
            conduct: Conduct::of(blueprint),
            flows: Flows::new(blueprint.nodes.iter().map(|node| node.bandwidth)),
            paths: Paths::of(blueprint),
            ports: Ports::new(blueprint),
            half_rtts: blueprint.links.iter().map(|link| constant_half(&link.rtt)).collect(),
            usual_halves: (blueprint.links.iter())
                .map(|link| Nanos::from_f64(link.rtt.mean() * 0.5))
                .collect(),
            setups_ns: 0,
            hops_ns: 0,
            crossed: [0.0; 2],
            counts: Counts::default(),
            measuring: false,
            measure_over: false,
            ledger: Ledger::default(),
            probe,
        };
        let parts = world.probe.parts();
        world.mark_parts(parts, calendar);
        calendar.schedule(Time::ZERO + run.lead, Event::MeasureBegin);
        calendar.schedule(Time::ZERO + run.lead + run.measured, Event::MeasureEnd);
        calendar.schedule(Time::ZERO + LOAD_PERIOD, Event::LoadPeriod);
        world.hide_late_containers();
        world.await_late_containers(calendar);
        world.fill_pools();
        world.open_memory(calendar);
        world.open_control();
        world.start_faults(calendar);
        world.start_rollouts(calendar);
        world.await_procedure(calendar);
        world.start_traffic(calendar);
        world
    }
}

/// Containers with their places on their nodes, and each node's limits in that order; the last place on a
/// node is its kernel's, without a limit.
fn place_containers(blueprint: &Blueprint) -> (Vec<ContainerState>, Vec<Vec<Option<CpuLimit>>>) {
    let mut limits = vec![Vec::new(); blueprint.nodes.len()];
    let containers = (blueprint.containers.iter())
        .map(|container| {
            let on_node = &mut limits[container.node.index()];
            let service = &blueprint.services[container.service.index()];
            on_node.push(service.cpu_limit);
            ContainerState {
                station: Station::default(),
                node: container.node,
                local: on_node.len() as u32 - 1,
                workers: service.workers,
                backlog: service.backlog,
                hold: service.hold,
                life: Life::first(container),
                pace: Pace::WARM,
                is_watched: false,
                computed_ns: [0; 2],
            }
        })
        .collect();
    for on_node in &mut limits {
        on_node.push(None);
    }
    (containers, limits)
}

/// The stream of a background load; node and container names may coincide.
fn burst_stream(background: &Background, run: Run) -> StreamKey {
    let purpose = match background.maker {
        Maker::Container(_) => "background",
        Maker::System(_) => "system",
    };
    StreamKey::new(run.seed, run.replication, purpose, &background.name)
}

fn build_nodes(blueprint: &Blueprint, limits: &[Vec<Option<CpuLimit>>]) -> Vec<NodeState> {
    let build = |(node, limits): (&crate::blueprint::Node, &Vec<_>)| NodeState {
        processor: Processor::new(node.speed, node.threads, &node.capacity, limits),
        load: LoadAverage::default(),
        bursts: Bursts::default(),
        disk: node.disk.as_ref().map(|disk| DiskState::new(disk.queues)),
        kernel: limits.len() as u32 - 1,
        network_cpu_ns: 0.0,
    };
    blueprint.nodes.iter().zip(limits).map(build).collect()
}

/// The instances of all resolvers, one per pair of services with calls.
fn resolvers(blueprint: &Blueprint) -> Instances<ResolverCache> {
    let replicas = |query: &Query| blueprint.services[query.service.index()].containers.len();
    let all = blueprint.queries.iter().map(|query| (query, blueprint.containers_of(query.caller)));
    Instances::of(all, |query| ResolverCache::new(replicas(query)))
}

/// The instances of all breakers.
fn breakers(blueprint: &Blueprint) -> Instances<BreakerInstance> {
    let all = blueprint.breakers.iter();
    let all = all.map(|breaker| (breaker, blueprint.containers_of(breaker.service)));
    Instances::of(all, |breaker| BreakerInstance::new(breaker.policy))
}

/// The instances of all pools.
fn pools(blueprint: &Blueprint) -> Instances<PoolInstance> {
    let all = blueprint.pools.iter().map(|pool| (pool, blueprint.containers_of(pool.service)));
    Instances::of(all, |pool| PoolInstance::new(pool))
}
