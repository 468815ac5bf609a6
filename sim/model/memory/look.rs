//! Looks at a node's memory: what has happened since the last one, and which pages must be given up.
//!
//! Between two looks a container misses with a constant probability; its faults are counted, and its pages
//! move at the next look. A node far from its limits is looked at once per second, any other ten times:
//! pages move far more slowly than that.
//!
//! A container's demand depends on its requests, present and past, on its caches and on whether it runs; the
//! places of its pages change by faults and by reads that miss. Containers without any change are skipped, a
//! node of such containers is not even surveyed, and its state is reported when it ends. Rates of touches
//! fade by themselves (`fade.rs`).

use super::heap::{nearest, pages};
use super::ledger::{Demand, FilePages, Since};
use crate::blueprint::PAGE;
use crate::event::Event;
use crate::ids::{ContainerId, NodeId};
use crate::life::Phase;
use crate::probe::Probe;
use crate::world::World;
use wssim_kernel::{Calendar, Nanos, Time};

/// From one look to the next, far from all limits and near one.
const CALM: Nanos = Nanos(1_000_000_000);
const NEAR: Nanos = Nanos(100_000_000);
/// Near: this share of RAM, or of a container's limit, is in use.
const NEAR_SHARE: f64 = 0.9;
/// Of cold pages at rest the share `vm.swappiness` / 200 is parked in swap. Assumption: over days of uptime,
/// reclaim for the page cache has gone round all of them, and takes anonymous pages in the kernel's ratio
/// (Linux, mm/vmscan.c, `get_scan_count`: swappiness against 200 − swappiness).
const SWAPPINESS_MAX: f64 = 200.0;

impl<P: Probe> World<'_, P> {
    /// Puts every node into the state of one that has run for long, and begins to look at those that may
    /// become short.
    pub(crate) fn open_memory(&mut self, calendar: &mut Calendar<Event>) {
        self.count_running();
        for node in self.nodes.ids() {
            if self.memory.nodes[node.index()].watched {
                for place in 0..self.memory.nodes[node.index()].members.len() {
                    let id = self.memory.nodes[node.index()].members[place];
                    self.containers[id].be_watched();
                    self.memory.mark(id);
                }
                self.take_in_marked(Time::ZERO, node, calendar);
                let parked = self.blueprint.nodes[node.index()].memory.swappiness / SWAPPINESS_MAX;
                self.memory.nodes[node.index()].ledger.settle_in(parked);
                self.settle(Time::ZERO, node, calendar);
                self.look_later(Time::ZERO, node, calendar);
            }
        }
    }

    /// Looks at the memory of `node`.
    #[inline(never)]
    pub(crate) fn look_at_memory(
        &mut self,
        now: Time,
        node: NodeId,
        calendar: &mut Calendar<Event>,
    ) {
        self.catch_up(now, node, calendar);
        let moves = self.has_moved(node);
        let account = &self.memory.nodes[node.index()];
        let seconds = now.since(account.settled).seconds();
        if moves || account.moved || account.stalls.busy_ns(now) > account.stalled_ns {
            self.report_memory(now, node);
        }
        if moves {
            self.take_in_marked(now, node, calendar);
        }
        self.memory.fade(node, seconds);
        if moves {
            self.settle(now, node, calendar);
        }
        let account = &mut self.memory.nodes[node.index()];
        (account.moved, account.settled) = (moves, now);
        self.look_later(now, node, calendar);
    }

    fn look_later(&self, now: Time, node: NodeId, calendar: &mut Calendar<Event>) {
        calendar.schedule(now + self.memory.nodes[node.index()].next, Event::Look(node));
    }

    /// Marks the containers of `node` whose requests have come or gone since the last look. Returns
    /// whether anything is new.
    fn has_moved(&mut self, node: NodeId) -> bool {
        for place in 0..self.memory.nodes[node.index()].asked.len() {
            let account = &self.memory.nodes[node.index()];
            let id = account.members[account.asked[place] as usize];
            // A change at the very instant of the last look may have come after it.
            if self.containers[id].station().changed_at() >= account.settled {
                self.memory.mark(id);
            }
        }
        let account = &self.memory.nodes[node.index()];
        !account.marked.is_empty() || account.state.running != self.memory.running
    }

    /// Reports and counts the state since the last report. Stalls fall into the part since the last look.
    pub(crate) fn report_memory(&mut self, now: Time, node: NodeId) {
        let account = &self.memory.nodes[node.index()];
        let stalled = account.stalls.busy_ns(now) - account.stalled_ns;
        if stalled > 0 {
            self.report_until(account.settled, node, 0);
        }
        self.report_until(now, node, stalled);
    }

    fn report_until(&mut self, until: Time, node: NodeId, stalled_ns: u64) {
        let account = &mut self.memory.nodes[node.index()];
        if !account.watched || until <= account.looked {
            return;
        }
        let (from, elapsed) = (account.looked, until.since(account.looked).0);
        account.state.stalled = Nanos(stalled_ns);
        self.probe.node_memory(node, from, until, &account.state);
        account.state.swapped_in = 0;
        account.looked = until;
        account.stalled_ns += stalled_ns;
        for (set, id) in account.ledger.sets.iter().zip(&account.members) {
            let held = [set.all(), set.resident(), set.swapped()];
            let areas = &mut self.memory.accounts[id.index()].areas;
            for (area, pages) in areas.iter_mut().zip(held) {
                *area += u128::from(pages) * u128::from(elapsed);
            }
        }
    }

    /// ∫ bytes dt that `id` asked for, had in RAM and had in swap, in byte-nanoseconds, up to the last report;
    /// touches, faults, reads and misses until now.
    pub(crate) fn memory_counts(&self, id: ContainerId) -> ([f64; 3], [f64; 4]) {
        let account = &self.memory.accounts[id.index()];
        let memory = &self.blueprint.service_of(id).memory;
        let touches = account.touches + memory.touches(account.work_ns);
        let counts = [touches, account.faults as f64, account.reads as f64, account.missed as f64];
        (account.areas.map(|area| area as f64 * PAGE), counts)
    }

    /// Takes in what has happened to the marked containers of `node` since the last look.
    fn take_in_marked(&mut self, now: Time, node: NodeId, calendar: &mut Calendar<Event>) {
        let mut marked = std::mem::take(&mut self.memory.nodes[node.index()].marked);
        marked.sort_unstable();
        for place in marked.drain(..).map(|place| place as usize) {
            let id = self.memory.nodes[node.index()].members[place];
            let (demand, collects) = self.memory_demand(id);
            for _ in 0..collects {
                self.collect_garbage(now, id, calendar);
            }
            let since = self.since_last_look(id, demand);
            self.memory.nodes[node.index()].ledger.take_in(place, &since);
        }
        let system = self.system_of(node);
        let account = &mut self.memory.nodes[node.index()];
        account.ledger.system = system;
        marked.append(&mut account.marked);
        account.marked = marked;
    }

    fn since_last_look(&mut self, id: ContainerId, demand: Demand) -> Since {
        let account = &mut self.memory.accounts[id.index()];
        let counts = [account.faults, account.missed];
        let [faults, missed] = [0, 1].map(|n| counts[n] - account.seen[n]);
        account.seen = counts;
        account.demand = demand;
        account.is_marked = false;
        Since { demand, faults, missed: nearest(self.in_pages(id, missed)) }
    }

    /// Pages of kernel, engine, shims and agent of `node`.
    fn system_of(&self, node: NodeId) -> u64 {
        let memory = &self.blueprint.nodes[node.index()].memory;
        let runs = |id: &&ContainerId| self.upkeep.life(**id).phase != Phase::Dead;
        let running = self.memory.nodes[node.index()].members.iter().filter(runs).count();
        pages(memory.kernel + memory.engine + memory.agent + memory.shim * running as f64)
    }

    /// Makes room, by killing if necessary, and sets the probabilities of misses from now on.
    fn settle(&mut self, now: Time, node: NodeId, calendar: &mut Calendar<Event>) {
        let ledger = &self.memory.nodes[node.index()].ledger;
        let mut all = ledger.survey(NEAR_SHARE);
        if !ledger.fits(&all) {
            self.make_room(now, node, calendar);
            all = self.memory.nodes[node.index()].ledger.survey(NEAR_SHARE);
        }
        let account = &mut self.memory.nodes[node.index()];
        account.ledger.assert_fits(&all);
        if account.misses || all.misses {
            account.misses = all.misses;
            self.say_who_misses(node, calendar);
        }
        let account = &mut self.memory.nodes[node.index()];
        account.state = account.tell(&all, self.memory.running);
        let in_use = (account.ledger.system + all.resident) as f64;
        let is_near = all.near || in_use > account.ledger.ram as f64 * NEAR_SHARE;
        account.next = if is_near { NEAR } else { CALM };
    }

    fn make_room(&mut self, now: Time, node: NodeId, calendar: &mut Calendar<Event>) {
        while let Err(short) = self.memory.make_room(node, self.blueprint) {
            self.kill_for_memory(now, node, short, calendar);
        }
        self.assert_memory(node);
    }

    fn say_who_misses(&mut self, node: NodeId, calendar: &mut Calendar<Event>) {
        let account = &self.memory.nodes[node.index()];
        let mut swapped = false;
        for (set, id) in account.ledger.sets.iter().zip(&account.members) {
            let of = &mut self.memory.accounts[id.index()];
            of.miss = set.miss();
            of.file_miss = set.files.as_ref().map_or(0.0, FilePages::miss);
            swapped |= of.miss > 0.0;
        }
        self.let_bursts_be_on_time(node, swapped, calendar);
    }

    /// Asserts that each container has what it asks for, in RAM or in swap, and that all fits.
    ///
    /// # Panics
    /// When that is not so: a bug.
    pub(crate) fn assert_memory(&self, node: NodeId) {
        let account = &self.memory.nodes[node.index()];
        let demand = |id: &ContainerId| self.memory.accounts[id.index()].demand;
        account.ledger.assert_laws(account.members.iter().map(demand));
    }

    /// `id` has started or ended.
    pub(crate) fn note_life(&mut self, id: ContainerId) {
        self.memory.mark(id);
        self.count_running();
    }

    fn count_running(&mut self) {
        let is_dead = |id: &ContainerId| self.upkeep.life(*id).phase == Phase::Dead;
        self.memory.running = self.containers.ids().filter(|id| !is_dead(id)).count() as u32;
    }

    /// `id` has ended: frees its pages. With its node the page cache is lost.
    pub(crate) fn release_memory(&mut self, now: Time, id: ContainerId, with_files: bool) {
        let (node, local) = self.containers[id].place();
        self.report_memory(now, node);
        let account = &mut self.memory.nodes[node.index()];
        account.ledger.release(local as usize);
        if with_files {
            account.ledger.drop_files();
        }
        self.memory.accounts[id.index()].restart();
    }
}
