//! A world at time zero: all parts in their first state, and the first events on the calendar.

use crate::blueprint::{Blueprint, CpuLimit, Node};
use crate::cache::Stores;
use crate::chore::state::Chores;
use crate::container::{ContainerState, Containers};
use crate::event::Event;
use crate::fault::strain::Strain;
use crate::fault::strikes::FaultDriver;
use crate::hardware::node::{NodeState, NodeStates};
use crate::ledger::record::Ledger;
use crate::life::{Lives, Registry, Upkeep};
use crate::load::LOAD_PERIOD;
use crate::memory::MemoryAccounts;
use crate::network::state::NetworkState;
use crate::probe::Probe;
use crate::procedure::conduct::Conduct;
use crate::request::slab::Frames;
use crate::request::state::RequestsState;
use crate::rollout::progress::RolloutProgress;
use crate::run::Run;
use crate::traffic::state::TrafficState;
use crate::world::World;
use wssim_kernel::stream::StreamKey;
use wssim_kernel::{Calendar, Nanos, Time};

impl<'a, P: Probe> World<'a, P> {
    /// A world at time zero, with its first events scheduled.
    pub(crate) fn open(
        blueprint: &'a Blueprint,
        run: Run,
        probe: P,
        calendar: &mut Calendar<Event>,
    ) -> Self {
        let (containers, limits) = place_containers(blueprint);
        let nodes = blueprint.nodes.len();
        let mut requests = RequestsState::new(blueprint);
        let traffic = TrafficState::new(blueprint, run, |after: Nanos| requests.class_of(after));
        let upkeep = Upkeep::new(blueprint, run);
        let registry = Registry::new(blueprint, run, upkeep.draws());
        let mut world = Self {
            blueprint,
            run,
            draws: StreamKey::new(run.seed, run.replication, "draws", ""),
            is_done: false,
            frames: Frames::default(),
            requests,
            traffic,
            containers,
            stores: Stores::open(blueprint, run.seed, run.replication),
            nodes: build_nodes(blueprint, &limits),
            memory: MemoryAccounts::new(blueprint),
            network: NetworkState::new(blueprint),
            registry,
            upkeep,
            strain: Strain::none(nodes),
            chores: Chores::default(),
            rollouts: vec![RolloutProgress::default(); blueprint.rollouts().len()],
            conduct: Conduct::of(blueprint),
            ledger: Ledger::new(nodes),
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
fn place_containers(blueprint: &Blueprint) -> (Containers, Vec<Vec<Option<CpuLimit>>>) {
    let mut limits = vec![Vec::new(); blueprint.nodes.len()];
    let containers = (blueprint.containers.iter())
        .map(|container| {
            let on_node = &mut limits[container.node.index()];
            let service = &blueprint.services[container.service.index()];
            on_node.push(service.cpu_limit);
            ContainerState::new(container, service, on_node.len() as u32 - 1)
        })
        .collect();
    for on_node in &mut limits {
        on_node.push(None);
    }
    (Containers::new(containers, blueprint.nodes.len()), limits)
}

fn build_nodes(blueprint: &Blueprint, limits: &[Vec<Option<CpuLimit>>]) -> NodeStates {
    let build = |(node, limits): (&Node, &Vec<_>)| NodeState::new(node, limits);
    NodeStates::new(blueprint.nodes.iter().zip(limits).map(build).collect())
}
