//! What is counted of the memory of nodes and containers between two looks.

use super::fade::Fade;
use super::heap::{HeapState, pages};
use super::ledger::{Demand, FilePages, PageLedger, PageSurvey, Set, Short};
use crate::blueprint::{Blueprint, NodeMemory, PAGE};
use crate::ids::{ContainerId, NodeId};
use crate::probe::NodeMemoryState;
use crate::station::Busy;
use wssim_kernel::{Nanos, Time};

/// More pages than any machine has.
const ENDLESS: u64 = u64::MAX / 8;

/// Counts of a container's pages between looks.
#[derive(Clone, Debug, Default)]
pub(super) struct Account {
    /// Its node, and its place there.
    node: u32,
    place: u32,
    /// Whether the next look must take it in.
    pub(super) is_marked: bool,
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
    /// Faults and misses up to the last look.
    pub(super) seen: [u64; 2],
    /// Averages kept by its node's `Fade`: of work, of touches beside it, of pages read.
    recent_work: f64,
    recent_touches: f64,
    recent_reads: f64,
    /// ∫ pages dt asked for, in RAM and in swap, up to the last report, in page-nanoseconds.
    pub(super) areas: [u128; 3],
}

impl Account {
    /// A new process has no pages.
    pub(super) fn restart(&mut self) {
        self.demand = Demand::default();
        self.miss = 0.0;
        self.recent_work = 0.0;
        self.recent_touches = 0.0;
        self.heap.restart();
    }

    fn multiply(&mut self, factor: f64) {
        for kept in [&mut self.recent_work, &mut self.recent_touches, &mut self.recent_reads] {
            *kept *= factor;
        }
    }
}

/// One node's memory.
#[derive(Debug)]
pub(super) struct NodeAccount {
    pub(super) ledger: PageLedger,
    /// The containers there, by place.
    pub(super) members: Vec<ContainerId>,
    /// Places of containers whose services have endpoints.
    pub(super) asked: Vec<u32>,
    /// Places of marked containers.
    pub(super) marked: Vec<u32>,
    /// Whether any container there has a limit.
    pub(super) watched: bool,
    /// How its averages fade.
    pub(super) fade: Fade,
    /// The last look, and the gap to the next one.
    pub(super) settled: Time,
    pub(super) next: Nanos,
    /// Whether anything had changed at the last look.
    pub(super) moved: bool,
    /// Whether any touch or read misses.
    pub(super) misses: bool,
    /// The last report.
    pub(super) looked: Time,
    /// The state since then.
    pub(super) state: NodeMemoryState,
    /// Time stalled up to then.
    pub(super) stalled_ns: u64,
    pub(super) stalls: Busy,
}

impl NodeAccount {
    fn new(blueprint: &Blueprint, memory: &NodeMemory, members: Vec<ContainerId>) -> Self {
        let set = |id: &ContainerId| {
            let memory = &blueprint.service_of(*id).memory;
            let files = (memory.data.as_ref()).map(|data| {
                FilePages::new(pages(data.size), pages(data.buffers), data.curve.clone())
            });
            Set::new(memory.limit.map(pages), memory.curve.clone(), files)
        };
        let is_asked = |id: &ContainerId| {
            let service = blueprint.containers[id.index()].service;
            blueprint.endpoints.iter().any(|endpoint| endpoint.service == service)
        };
        let ram = if memory.ram.is_finite() { pages(memory.ram) } else { ENDLESS };
        let sets: Vec<Set> = members.iter().map(set).collect();
        let watched = !members.is_empty()
            && (memory.ram.is_finite() || sets.iter().any(|set| set.limit.is_some()));
        Self {
            ledger: PageLedger::new(ram, pages(memory.swap), sets),
            asked: (0..).zip(&members).filter(|(_, id)| is_asked(id)).map(|(at, _)| at).collect(),
            marked: Vec::with_capacity(members.len()),
            members,
            watched,
            fade: Fade::default(),
            settled: Time::ZERO,
            next: Nanos::ZERO,
            moved: true,
            misses: false,
            looked: Time::ZERO,
            state: NodeMemoryState::default(),
            stalled_ns: 0,
            stalls: Busy::default(),
        }
    }

    /// Its state now, for the next report.
    pub(super) fn tell(&mut self, all: &PageSurvey, running: u32) -> NodeMemoryState {
        let bytes = |pages: u64| pages as f64 * PAGE;
        NodeMemoryState {
            used: bytes(self.ledger.system + all.resident),
            resident: bytes(all.resident),
            hot: bytes(all.hot),
            page_cache: bytes(self.ledger.left_beside(all.resident)),
            swap: bytes(all.swapped),
            swapped_in: std::mem::take(&mut self.ledger.swapped_in),
            stalled: Nanos::ZERO,
            running,
        }
    }
}

/// The memory of all nodes.
#[derive(Debug)]
pub(crate) struct MemoryAccounts {
    pub(super) nodes: Vec<NodeAccount>,
    pub(super) accounts: Vec<Account>,
    /// Containers that run, on all nodes.
    pub(super) running: u32,
}

impl MemoryAccounts {
    pub(crate) fn new(blueprint: &Blueprint) -> Self {
        let node = |(place, node): (usize, &crate::blueprint::Node)| {
            let ids = (0..blueprint.containers.len()).map(ContainerId::from);
            let members: Vec<_> =
                ids.filter(|id| blueprint.containers[id.index()].node.index() == place).collect();
            NodeAccount::new(blueprint, &node.memory, members)
        };
        let nodes: Vec<_> = blueprint.nodes.iter().enumerate().map(node).collect();
        let mut accounts = vec![Account::default(); blueprint.containers.len()];
        for (node, account) in (0..).zip(&nodes) {
            for (place, id) in (0..).zip(&account.members) {
                (accounts[id.index()].node, accounts[id.index()].place) = (node, place);
            }
        }
        Self { nodes, accounts, running: 0 }
    }

    fn weight(&self, id: ContainerId) -> f64 {
        self.nodes[self.accounts[id.index()].node as usize].fade.weight()
    }

    /// `id` computes for `work` nanoseconds of the reference CPU, and touches pages meanwhile.
    pub(crate) fn note_work(&mut self, id: ContainerId, work: f64) {
        let weight = self.weight(id);
        let account = &mut self.accounts[id.index()];
        account.work_ns += work;
        account.recent_work += work * weight;
    }

    /// `id` touches `touches` pages beside those of its work.
    pub(super) fn note_touches(&mut self, id: ContainerId, touches: f64) {
        let weight = self.weight(id);
        let account = &mut self.accounts[id.index()];
        account.touches += touches;
        account.recent_touches += touches * weight;
    }

    /// `id` makes `reads` reads, of `pages` pages in all.
    pub(super) fn note_reads(&mut self, id: ContainerId, reads: u64, pages: f64) {
        let weight = self.weight(id);
        let account = &mut self.accounts[id.index()];
        account.reads += reads;
        account.recent_reads += pages * weight;
    }

    /// The next look must read the demand of `id`, or the place of its pages, anew.
    pub(crate) fn mark(&mut self, id: ContainerId) {
        let account = &mut self.accounts[id.index()];
        let node = &mut self.nodes[account.node as usize];
        if node.watched && !account.is_marked {
            account.is_marked = true;
            node.marked.push(account.place);
        }
    }

    /// Makes room on `node` until everything fits, or says what is short.
    pub(super) fn make_room(&mut self, node: NodeId, blueprint: &Blueprint) -> Result<(), Short> {
        let NodeAccount { ledger, members, fade, .. } = &mut self.nodes[node.index()];
        ledger.make_room(|place| {
            let account = &self.accounts[members[place].index()];
            let wants = &blueprint.service_of(members[place]).memory;
            let touches = wants.touches(account.recent_work) + account.recent_touches;
            [touches, account.recent_reads].map(|kept| fade.rate(kept))
        })
    }

    /// Lets averages fade, `seconds` after the last look at `node`.
    pub(super) fn fade(&mut self, node: NodeId, seconds: f64) {
        let node = &mut self.nodes[node.index()];
        if let Some(factor) = node.fade.look(seconds) {
            for id in &node.members {
                self.accounts[id.index()].multiply(factor);
            }
        }
    }
}
