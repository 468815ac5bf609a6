//! The laws that hold on every sample path, asserted at the end of every run.

use crate::event::Event;
use crate::ids::{ContainerId, NodeId};
use crate::probe::Probe;
use crate::request::frame::{Frame, FrameKind, Waits};
use crate::world::World;
use wssim_kernel::{Calendar, Time};

impl<P: Probe> World<'_, P> {
    /// Asserts the laws that hold on every sample path: a wrong number is worse than none.
    ///
    /// # Panics
    /// When a law is broken: a bug.
    pub(crate) fn assert_laws(&mut self, now: Time, calendar: &mut Calendar<Event>) {
        self.catch_up_all(now, calendar);
        let (mut roots, mut open) = (0, vec![0_u128; self.containers.len()]);
        for frame in self.frames.live() {
            match frame.kind() {
                FrameKind::Root { .. } => roots += 1,
                FrameKind::Visit if frame.waits() != Waits::Delivery => {
                    open[frame.container().index()] += u128::from(now.since(frame.arrived()).0);
                }
                _ => {}
            }
        }
        self.traffic.assert_requests(roots);
        let doors = self.containers.door_areas(now);
        for (place, container) in self.containers.iter_mut().enumerate() {
            let [held_back, queued] = doors[place];
            let areas = container.station_mut().areas(now);
            let times = container.station().time_of_departed() + open[place];
            let there = areas.in_system + held_back;
            assert_eq!(there, times, "container {place}: ∫N dt = Σ time in system");
            if container.serves_by_worker() {
                let served = areas.in_system - queued;
                assert_eq!(served, areas.held, "container {place}: in service = workers held");
            }
        }
        for node in self.nodes.ids() {
            self.assert_work(now, node);
            self.assert_disk(now, node);
            self.assert_memory(node);
        }
        self.network.assert_bytes(now);
        self.assert_connections();
    }

    /// Open connections = idle + in use, and places of pools = free + held.
    fn assert_connections(&self) {
        let blueprint = self.blueprint;
        let in_use = |frame: &&Frame| {
            let query = || blueprint.calls[frame.outgoing().index()].query.index();
            // Shared connections stay in their channel.
            frame.link().is_some() && blueprint.routes[query()].client.multiplex.is_none()
        };
        let held = self.requests.held().filter(|held| held.is_open()).count();
        let in_use = self.frames.live().filter(in_use).count() + held;
        let [open, idle] = self.network.open_and_idle();
        assert_eq!(open, idle + in_use, "connections: open = idle + in use");
        let mut held = vec![0; self.requests.pool_instances()];
        for by_parts in self.requests.held() {
            held[by_parts.pool as usize] += 1;
        }
        for place in self.frames.live().filter_map(Frame::holds_place) {
            held[place as usize] += 1;
        }
        self.requests.assert_pools(blueprint, &held);
    }

    /// At a disk: ∫ waiting dt = Σ wait, and busy time = Σ service, to the nanosecond.
    fn assert_disk(&mut self, now: Time, node: NodeId) {
        let Some(disk) = self.nodes[node].disk() else { return };
        let is_here = |id: ContainerId| self.containers.disk_node(id) == node;
        let waits = (self.frames.live())
            .filter(|frame| {
                matches!(frame.waits(), Waits::DiskQueue { .. } | Waits::PageQueue { .. })
            })
            .filter(|frame| is_here(frame.container()))
            .map(|frame| u128::from(now.since(frame.since()).0));
        let due = [disk.waited_ns + waits.sum::<u128>(), disk.served_ns + disk.open_ns(now)];
        let there = disk.uninterruptible_ns(now);
        assert_eq!(there, due[0] + due[1], "disk of node {}: there = waiting + served", node.0);
        let mut areas = [0, 0];
        for (place, [steps, pages]) in self.containers.disk_areas(now).into_iter().enumerate() {
            if is_here(ContainerId::from(place)) {
                areas = [areas[0] + steps[0] + pages[0], areas[1] + steps[1] + pages[1]];
            }
        }
        assert_eq!(areas, due, "disk of node {}: ∫N dt = Σ time, waiting and served", node.0);
    }

    /// Work done = Σ demand served, up to one nanosecond per job and rounding: of sums, relative to themselves;
    /// of differences, relative to the numbers subtracted ([`OpenWork`]).
    ///
    /// [`OpenWork`]: crate::hardware::processor::OpenWork
    fn assert_work(&mut self, now: Time, node: NodeId) {
        let speed = self.blueprint.nodes[node.index()].speed;
        let state = &mut self.nodes[node];
        let totals = state.totals(now);
        let open = state.open_work(now);
        let served = totals.served_ns + open.had_ns;
        let rounding = served * 1e-9 + open.rounding_ns + totals.rounding_ns;
        let slack = (totals.served + 100) as f64 * 2.0 * speed.max(1.0) + rounding;
        let off = (totals.work_ns - served).abs();
        assert!(off <= slack, "node {}: work done = Σ demand served, off by {off} ns", node.0);
    }
}
