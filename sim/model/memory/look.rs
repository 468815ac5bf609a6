//! Looking at a node's memory now and then: what has happened since, and who has to give up what.
//!
//! Between two looks a container misses with a constant probability; its faults are counted and its
//! pages change places at the next look. A node that is far from its limits is looked at once a second,
//! any other ten times: pages are brought in and pushed out far more slowly than that.

use super::demand::{HeapState, pages};
use super::ledger::{Demand, Files, Ledger, Set, Since};
use crate::blueprint::{Blueprint, NodeMemory, PAGE};
use crate::event::Event;
use crate::ids::{ContainerId, NodeId};
use crate::life::Phase;
use crate::probe::{NodeMemoryState, Probe};
use crate::station::Busy;
use crate::world::{ContainerState, World};
use wssim_kernel::{Calendar, Nanos, Time};

/// From one look to the next, far from all limits and near one.
const CALM: Nanos = Nanos(1_000_000_000);
const NEAR: Nanos = Nanos(100_000_000);
/// Near: this share of RAM, or of some container's limit, is in use.
const NEAR_SHARE: f64 = 0.9;
/// Of cold pages at rest, `vm.swappiness` of 200 are parked in swap. Assumption: over days of uptime
/// reclaim for the page cache has gone round all of them, and takes anonymous pages in the ratio that
/// the kernel weighs them by (Linux, mm/vmscan.c, `get_scan_count`: swappiness against 200 −
/// swappiness).
const SWAPPINESS_MAX: f64 = 200.0;
/// More pages than any machine has.
const ENDLESS: u64 = u64::MAX / 8;

/// What happens to a container's pages between looks.
#[derive(Clone, Debug, Default)]
pub(super) struct Account {
    pub(super) demand: Demand,
    pub(super) heap: HeapState,
    /// The probability that a touch, or a read, misses.
    pub(super) miss: f64,
    pub(super) file_miss: f64,
    /// Σ demand of its CPU steps and bursts, in nanoseconds of the reference CPU.
    pub(super) work_ns: f64,
    /// Touches beside those of CPU steps, faults, reads and misses since time zero.
    pub(super) touches: f64,
    pub(super) faults: u64,
    pub(super) reads: u64,
    pub(super) missed: u64,
    /// The same up to the last look.
    seen: [f64; 4],
    /// ∫ pages dt asked for, in RAM and in swap, up to the last look, in nanoseconds.
    areas: [u128; 3],
}

/// One node's memory.
#[derive(Debug)]
pub(super) struct NodeAccount {
    pub(super) ledger: Ledger,
    /// The containers there, by place.
    pub(super) members: Vec<ContainerId>,
    /// Whether anything there has a limit.
    watched: bool,
    /// The last look.
    settled: Time,
    /// The last report.
    looked: Time,
    /// What holds since then.
    state: NodeMemoryState,
    /// Stalled up to then.
    stalled_ns: u64,
    pub(super) stalls: Busy,
}

/// The memory of all nodes.
#[derive(Debug)]
pub(crate) struct Memory {
    pub(super) nodes: Vec<NodeAccount>,
    pub(super) accounts: Vec<Account>,
}

impl Memory {
    pub(crate) fn new(blueprint: &Blueprint) -> Self {
        let node = |(place, node): (usize, &crate::blueprint::Node)| {
            let ids = (0..blueprint.containers.len()).map(ContainerId::from);
            let members: Vec<_> =
                ids.filter(|id| blueprint.containers[id.index()].node.index() == place).collect();
            NodeAccount::new(blueprint, &node.memory, members)
        };
        Self {
            nodes: blueprint.nodes.iter().enumerate().map(node).collect(),
            accounts: vec![Account::default(); blueprint.containers.len()],
        }
    }
}

impl NodeAccount {
    /// What it is like now, to be told at the next report.
    fn tell(&mut self, running: u32) -> NodeMemoryState {
        let ledger = &mut self.ledger;
        let bytes = |pages: u64| pages as f64 * PAGE;
        let hot: u64 = ledger.sets.iter().map(|set| set.hot.all()).sum();
        NodeMemoryState {
            used: bytes(ledger.system + ledger.resident()),
            resident: bytes(ledger.resident()),
            hot: bytes(hot),
            page_cache: bytes(ledger.left()),
            swap: bytes(ledger.swapped()),
            swapped_in: std::mem::take(&mut ledger.swapped_in),
            stalled: Nanos::ZERO,
            running,
        }
    }

    fn new(blueprint: &Blueprint, memory: &NodeMemory, members: Vec<ContainerId>) -> Self {
        let set = |id: &ContainerId| {
            let memory = &blueprint.service_of(*id).memory;
            let files = (memory.data.as_ref())
                .map(|data| Files::new(pages(data.size), pages(data.buffers), data.curve.clone()));
            Set::new(memory.limit.map(pages), memory.curve.clone(), files)
        };
        let ram = if memory.ram.is_finite() { pages(memory.ram) } else { ENDLESS };
        let sets: Vec<Set> = members.iter().map(set).collect();
        let watched = !members.is_empty()
            && (memory.ram.is_finite() || sets.iter().any(|set| set.limit.is_some()));
        Self {
            ledger: Ledger::new(ram, pages(memory.swap), sets),
            members,
            watched,
            settled: Time::ZERO,
            looked: Time::ZERO,
            state: NodeMemoryState::default(),
            stalled_ns: 0,
            stalls: Busy::default(),
        }
    }

    /// Whether it must be looked at soon again.
    fn is_near(&self) -> bool {
        let ledger = &self.ledger;
        let near = |has: u64, of: u64| has as f64 > of as f64 * NEAR_SHARE;
        near(ledger.system + ledger.resident(), ledger.ram)
            || ledger.sets.iter().any(|set| {
                set.hot.swapped > 0 || set.limit.is_some_and(|limit| near(set.resident(), limit))
            })
    }
}

impl<P: Probe> World<'_, P> {
    /// Finds every node as it is when it has run for long, and begins to look at those that can be
    /// short of anything.
    pub(crate) fn open_memory(&mut self, calendar: &mut Calendar<Event>) {
        for node in (0..self.nodes.len()).map(NodeId::from) {
            if self.memory.nodes[node.index()].watched {
                for &id in &self.memory.nodes[node.index()].members {
                    self.containers[id.index()].is_watched = true;
                }
                self.take_in_all(Time::ZERO, node, calendar);
                let parked = self.blueprint.nodes[node.index()].memory.swappiness / SWAPPINESS_MAX;
                self.memory.nodes[node.index()].ledger.settle_in(parked);
                self.settle(Time::ZERO, node, calendar);
            }
        }
    }

    /// Looks at the memory of `node`.
    pub(crate) fn look_at_memory(
        &mut self,
        now: Time,
        node: NodeId,
        calendar: &mut Calendar<Event>,
    ) {
        self.report_memory(now, node);
        self.take_in_all(now, node, calendar);
        self.settle(now, node, calendar);
    }

    /// What has held since the last look is told, and counted.
    pub(crate) fn report_memory(&mut self, now: Time, node: NodeId) {
        let account = &mut self.memory.nodes[node.index()];
        if !account.watched || now <= account.looked {
            return;
        }
        let (from, elapsed) = (account.looked, now.since(account.looked).0);
        let stalled = account.stalls.busy_ns(now);
        account.state.stalled = Nanos(stalled - account.stalled_ns);
        self.probe.node_memory(node, from, now, &account.state);
        account.state.swapped_in = 0;
        (account.looked, account.stalled_ns) = (now, stalled);
        for (set, id) in account.ledger.sets.iter().zip(&account.members) {
            let held = [set.all(), set.resident(), set.swapped()];
            let areas = &mut self.memory.accounts[id.index()].areas;
            for (area, pages) in areas.iter_mut().zip(held) {
                *area += u128::from(pages) * u128::from(elapsed);
            }
        }
    }

    /// ∫ bytes dt that `id` asked for, had in RAM and had in swap, in byte-nanoseconds, up to the last
    /// report; touches, faults, reads and misses until now.
    pub(crate) fn memory_counts(&self, id: ContainerId) -> ([f64; 3], [f64; 4]) {
        let account = &self.memory.accounts[id.index()];
        (account.areas.map(|area| area as f64 * PAGE), self.counts_of(id))
    }

    fn counts_of(&self, id: ContainerId) -> [f64; 4] {
        let account = &self.memory.accounts[id.index()];
        let memory = &self.blueprint.service_of(id).memory;
        let touches = account.touches + memory.touches(account.work_ns);
        [touches, account.faults as f64, account.reads as f64, account.missed as f64]
    }

    /// Takes in what has happened to the containers of `node` since the last look.
    fn take_in_all(&mut self, now: Time, node: NodeId, calendar: &mut Calendar<Event>) {
        let account = &mut self.memory.nodes[node.index()];
        let seconds = now.since(account.settled).seconds();
        account.settled = now;
        for place in 0..self.memory.nodes[node.index()].members.len() {
            let id = self.memory.nodes[node.index()].members[place];
            let (demand, collects) = self.memory_demand(id);
            for _ in 0..collects {
                self.collect_garbage(now, id, calendar);
            }
            let since = self.since_last_look(id, demand);
            self.memory.nodes[node.index()].ledger.take_in(place, &since, seconds);
        }
        self.memory.nodes[node.index()].ledger.system = self.system_of(node);
    }

    fn since_last_look(&mut self, id: ContainerId, demand: Demand) -> Since {
        let counts = self.counts_of(id);
        let in_pages = |reads: f64| {
            let data = self.blueprint.service_of(id).memory.data.as_ref();
            data.map_or(0.0, |data| reads * data.page / PAGE)
        };
        let account = &mut self.memory.accounts[id.index()];
        let since: [f64; 4] = std::array::from_fn(|n| counts[n] - account.seen[n]);
        account.seen = counts;
        account.demand = demand;
        Since {
            demand,
            touches: since[0],
            faults: since[1] as u64,
            reads: in_pages(since[2]),
            missed: in_pages(since[3]).round() as u64,
        }
    }

    /// What kernel, engine, shims and agent of `node` take, in pages.
    fn system_of(&self, node: NodeId) -> u64 {
        let memory = &self.blueprint.nodes[node.index()].memory;
        let runs = |id: &&ContainerId| self.containers[id.index()].life.phase != Phase::Dead;
        let running = self.memory.nodes[node.index()].members.iter().filter(runs).count();
        pages(memory.kernel + memory.engine + memory.agent + memory.shim * running as f64)
    }

    /// Makes room, at the cost of lives if need be, and says how often who misses from now on.
    fn settle(&mut self, now: Time, node: NodeId, calendar: &mut Calendar<Event>) {
        while let Err(short) = self.memory.nodes[node.index()].ledger.make_room() {
            self.kill_for_memory(now, node, short, calendar);
        }
        let running = (self.containers.iter())
            .filter(|container| container.life.phase != Phase::Dead)
            .count();
        let account = &mut self.memory.nodes[node.index()];
        for (set, id) in account.ledger.sets.iter().zip(&account.members) {
            let of = &mut self.memory.accounts[id.index()];
            of.miss = set.miss();
            of.file_miss = set.files.as_ref().map_or(0.0, Files::miss);
        }
        let demands = account.members.iter().map(|id| self.memory.accounts[id.index()].demand);
        account.ledger.assert_laws(demands);
        account.state = account.tell(running as u32);
        let next = if account.is_near() { NEAR } else { CALM };
        calendar.schedule(now + next, Event::Look(node));
    }

    /// `id` has ended: its pages are free. With its node goes the page cache.
    pub(crate) fn release_memory(&mut self, id: ContainerId, with_files: bool) {
        let ContainerState { node, local, .. } = self.containers[id.index()];
        let ledger = &mut self.memory.nodes[node.index()].ledger;
        ledger.release(local as usize);
        if with_files {
            ledger.drop_files();
        }
        let account = &mut self.memory.accounts[id.index()];
        account.demand = Demand::default();
        account.miss = 0.0;
        account.heap.restart();
    }
}
