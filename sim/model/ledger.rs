//! The measured stretch: integrals at its beginning and end, and the laws asserted on every run.

use crate::event::Event;
use crate::hardware::processor::Totals;
use crate::ids::{ContainerId, NodeId};
use crate::load::LOAD_PERIOD;
use crate::network::connection::NO_CONNECTION;
use crate::network::flow::{RX, TX};
use crate::probe::Probe;
use crate::request::frame::{Frame, FrameKind, NONE, Waits};
use crate::request::pool::PoolInstance;
use crate::station::Areas;
use crate::world::World;
use wssim_kernel::{Calendar, Time};

/// Time averages over the measured stretch.
#[derive(Clone, Debug, Default)]
pub struct Averages {
    /// By container.
    pub containers: Vec<ContainerAverages>,
    /// Mean number waiting for a connection, by pool, over all its instances.
    pub pool_waiting: Vec<f64>,
    /// Share of time that it was open, by breaker: the mean over its instances.
    pub breaker_open: Vec<f64>,
    /// By node.
    pub nodes: Vec<NodeAverages>,
    /// Calls sent for measured requests, by source.
    pub attempts: Vec<u64>,
    /// Good answers per second, whenever their requests arrived, by source.
    pub answers_per_second: Vec<f64>,
    /// Calls that set up a connection.
    pub connecting: f64,
    /// Messages on the network.
    pub hopping: f64,
    /// Bytes of messages between nodes, and encrypted ones among them.
    pub crossed: [f64; 2],
}

/// Time averages of one container.
#[derive(Clone, Copy, Debug, Default)]
pub struct ContainerAverages {
    /// Requests in the system, including those held back because its node stands still.
    pub in_system: f64,
    /// Waiting for a worker: requests, including those held back at the node first; in an event loop steps.
    pub waiting: f64,
    /// Requests in the system that it has not taken in: they wait for a worker before anything else.
    pub outside: f64,
    /// Requests held back because its node stands still.
    pub held_back: f64,
    /// Workers held.
    pub held: f64,
    /// CPU steps of requests in progress, including those that wait for a thread.
    pub computing: f64,
    /// Bursts of background load in progress.
    pub bursting: f64,
    /// Visits that wait for the node's disk.
    pub disk_waiting: f64,
    /// Visits in service at the node's disk.
    pub disk_served: f64,
    /// Share of time that a job stood still because the quota was used up.
    pub throttled: f64,
    /// Share of time that it listened.
    pub up: f64,
    /// Visits that began.
    pub arrivals: u64,
    /// CPU steps that wait for pages from swap, or in the disk's queue for them.
    pub paging: f64,
    /// Those of them in service at the node's disk.
    pub paging_served: f64,
    /// RAM that it asked for, in bytes: resident and swapped.
    pub demand: f64,
    /// Resident in RAM, in bytes.
    pub resident: f64,
    /// In swap, in bytes.
    pub swapped: f64,
    /// Touches of pages, and those that found their page in swap.
    pub touches: [u64; 2],
    /// Reads of its data, and those that came from the disk.
    pub reads: [u64; 2],
}

/// Time averages of one node.
#[derive(Clone, Copy, Debug, Default)]
pub struct NodeAverages {
    /// Running threads.
    pub threads: f64,
    /// Mean of the kernel's 1-minute load average over its periods.
    pub load: Option<f64>,
    /// Bytes per second sent and received.
    pub bytes_per_second: [f64; 2],
    /// CPU of networking, in reference CPU-seconds per second.
    pub network_cpu: f64,
}

/// Integrals at one instant.
#[derive(Clone, Debug, Default)]
struct Snapshot {
    at: Time,
    areas: Vec<Areas>,
    doors: Vec<[u128; 2]>,
    arrivals: Vec<u64>,
    throttled: Vec<u64>,
    computed: Vec<[u64; 2]>,
    hops: u64,
    crossed: [f64; 2],
    setups: u64,
    answered: Vec<u64>,
    up: Vec<u64>,
    pools: Vec<u128>,
    breakers: Vec<u64>,
    disks: Vec<[[u128; 2]; 2]>,
    memory: Vec<([f64; 3], [f64; 4])>,
    totals: Vec<Totals>,
    bytes: Vec<[f64; 2]>,
    network_cpu: Vec<f64>,
    attempts: Vec<u64>,
    /// By node: the sum of the load averages at ends of measured periods until then, and their number.
    loads: Vec<(f64, u32)>,
}

/// State of the measured stretch.
#[derive(Debug, Default)]
pub(crate) struct Ledger {
    begin: Snapshot,
    averages: Averages,
    /// The parts of it that the probe asks for.
    parts: Vec<[Time; 2]>,
    /// Snapshots at the edges of the parts, in order of time.
    edges: Vec<Snapshot>,
}

impl Ledger {
    /// The instants at which a part begins or ends, in order, each once.
    fn edges_of(parts: &[[Time; 2]]) -> Vec<Time> {
        let mut edges: Vec<Time> = parts.iter().flatten().copied().collect();
        edges.sort_unstable();
        edges.dedup();
        edges
    }
}

impl<P: Probe> World<'_, P> {
    /// Sets the parts of the measured stretch whose averages are wanted; at one instant their edges come first.
    pub(crate) fn mark_parts(&mut self, parts: Vec<[Time; 2]>, calendar: &mut Calendar<Event>) {
        for edge in Ledger::edges_of(&parts) {
            calendar.schedule(edge, Event::PartEdge);
        }
        self.ledger.parts = parts;
    }

    #[inline(never)]
    pub(crate) fn part_edge(&mut self, now: Time, calendar: &mut Calendar<Event>) {
        self.catch_up_all(now, calendar);
        let edge = self.snapshot(now);
        self.ledger.edges.push(edge);
    }

    #[inline(never)]
    pub(crate) fn measure_begin(&mut self, now: Time, calendar: &mut Calendar<Event>) {
        self.catch_up_all(now, calendar);
        self.measuring = true;
        self.ledger.begin = self.snapshot(now);
    }

    #[inline(never)]
    pub(crate) fn measure_end(&mut self, now: Time, calendar: &mut Calendar<Event>) {
        // The end of a procedure has moved the end, or has come before.
        if now < Time::ZERO + self.run.lead + self.run.measured || self.measure_over {
            return;
        }
        self.catch_up_all(now, calendar);
        self.measuring = false;
        self.measure_over = true;
        self.note_done();
        let end = self.snapshot(now);
        self.ledger.averages = self.averages(&self.ledger.begin, &end);
    }

    /// The time averages over the measured stretch, with counts until now.
    pub(crate) fn final_averages(&mut self) -> Averages {
        let mut averages = std::mem::take(&mut self.ledger.averages);
        averages.attempts = self.attempts();
        averages
    }

    /// Calls sent for measured requests until now, by source.
    fn attempts(&self) -> Vec<u64> {
        self.sources.iter().map(|source| source.attempts).collect()
    }

    /// The time averages over each part. A part that ends with the measured stretch includes later calls, so that
    /// parts that make up the stretch have all of its calls.
    pub(crate) fn averages_of_parts(&self) -> Vec<Averages> {
        let at = |edge: Time| {
            let edges = &self.ledger.edges;
            let place = edges.binary_search_by_key(&edge, |snapshot| snapshot.at);
            &edges[place.expect("the edges of all parts are behind the run")]
        };
        let end = Time::ZERO + self.run.lead + self.run.measured;
        let part = |&[from, to]: &[Time; 2]| {
            let mut averages = self.averages(at(from), at(to));
            if to == end {
                let before = &at(from).attempts;
                let all = self.attempts();
                averages.attempts = all.iter().zip(before).map(|(n, before)| n - before).collect();
            }
            averages
        };
        self.ledger.parts.iter().map(part).collect()
    }

    #[inline(never)]
    pub(crate) fn end_load_period(&mut self, now: Time, calendar: &mut Calendar<Event>) {
        self.catch_up_all(now, calendar);
        for (id, node) in self.nodes.iter_mut().enumerate() {
            if self.conduct.is_some() {
                let busy_ns = node.processor.totals(now).thread_ns;
                self.probe.node_busy(now, NodeId::from(id), busy_ns);
            }
            let at_disk = node.disk.as_mut().map_or(0, |disk| disk.uninterruptible_ns(now));
            node.load.end_period(node.processor.runnable_ns(now) + at_disk, self.measuring);
        }
        calendar.schedule(now + LOAD_PERIOD, Event::LoadPeriod);
    }

    fn snapshot(&mut self, now: Time) -> Snapshot {
        let blueprint = self.blueprint;
        let throttled = |(place, state): (usize, &crate::world::ContainerState)| {
            let node = blueprint.containers[place].node;
            self.nodes[node.index()].processor.throttled(state.local, now).0
        };
        let throttled = self.containers.iter().enumerate().map(throttled).collect();
        for node in (0..self.nodes.len()).map(NodeId::from) {
            self.report_memory(now, node);
        }
        let ids = (0..self.containers.len()).map(ContainerId::from);
        Snapshot {
            at: now,
            throttled,
            computed: self.computed(now),
            hops: self.hops_ns,
            crossed: self.crossed,
            setups: self.setups_ns,
            answered: self.sources.iter().map(|source| source.answered).collect(),
            up: self.containers.iter().map(|c| c.life.up_ns(now)).collect(),
            areas: self.containers.iter_mut().map(|c| c.station.areas(now)).collect(),
            doors: self.at_doors.iter().map(|door| door.areas(now)).collect(),
            arrivals: self.containers.iter().map(|c| c.station.arrivals()).collect(),
            disks: (self.disk_visits.iter()).map(|visits| visits.areas(now)).collect(),
            memory: ids.map(|id| self.memory_counts(id)).collect(),
            pools: self.pools.iter().map(|pool| pool.queue.area(now)).collect(),
            breakers: self.breakers.iter().map(|breaker| breaker.open_ns(now)).collect(),
            totals: self.nodes.iter_mut().map(|node| node.processor.totals(now)).collect(),
            bytes: (0..self.nodes.len()).map(|node| self.flows.bytes(now, node)).collect(),
            network_cpu: self.nodes.iter().map(|node| node.network_cpu_ns).collect(),
            attempts: self.attempts(),
            loads: self.nodes.iter().map(|node| node.load.measured()).collect(),
        }
    }

    /// Σ time of the CPU steps of each container, and of its bursts.
    fn computed(&mut self, now: Time) -> Vec<[u64; 2]> {
        let nodes = &mut self.nodes;
        let computed = self.containers.iter().map(|container| {
            let [steps, bursts] = container.computed_ns;
            let processor = &mut nodes[container.node.index()].processor;
            [steps, bursts + processor.unattended_ns(now, container.local)]
        });
        computed.collect()
    }

    fn averages(&self, begin: &Snapshot, end: &Snapshot) -> Averages {
        let elapsed = end.at.since(begin.at).as_f64().max(1.0);
        let over = |from: u128, to: u128| (to - from) as f64 / elapsed;
        let disk = |c: usize, what: usize, where_: usize| {
            over(begin.disks[c][what][where_], end.disks[c][what][where_])
        };
        let memory = |c: usize, n: usize| (end.memory[c].0[n] - begin.memory[c].0[n]) / elapsed;
        let counts = |c: usize, first: usize| {
            [first, first + 1].map(|n| (end.memory[c].1[n] - begin.memory[c].1[n]) as u64)
        };
        let [held_back, queued] =
            [0, 1].map(|which| move |c: usize| over(begin.doors[c][which], end.doors[c][which]));
        // Without workers, and in an event loop, no request waits outside.
        let held_outside = |c: usize| {
            if self.containers[c].serves_by_worker() { held_back(c) } else { 0.0 }
        };
        let container = |c: usize| ContainerAverages {
            in_system: over(begin.areas[c].in_system, end.areas[c].in_system) + held_back(c),
            waiting: over(begin.areas[c].waiting, end.areas[c].waiting) + held_outside(c),
            outside: queued(c) + held_outside(c),
            held_back: held_back(c),
            held: over(begin.areas[c].held, end.areas[c].held),
            computing: over(begin.computed[c][0].into(), end.computed[c][0].into()),
            bursting: over(begin.computed[c][1].into(), end.computed[c][1].into()),
            disk_waiting: disk(c, 0, 0),
            disk_served: disk(c, 0, 1),
            paging: disk(c, 1, 0) + disk(c, 1, 1),
            paging_served: disk(c, 1, 1),
            throttled: (end.throttled[c] - begin.throttled[c]) as f64 / elapsed,
            up: (end.up[c] - begin.up[c]) as f64 / elapsed,
            arrivals: end.arrivals[c] - begin.arrivals[c],
            demand: memory(c, 0),
            resident: memory(c, 1),
            swapped: memory(c, 2),
            touches: counts(c, 0),
            reads: counts(c, 2),
        };
        let bytes = |n: usize, d: usize| (end.bytes[n][d] - begin.bytes[n][d]) / elapsed * 1e9;
        let load = |n: usize| {
            let (sum, periods) =
                (end.loads[n].0 - begin.loads[n].0, end.loads[n].1 - begin.loads[n].1);
            (periods > 0).then(|| sum / f64::from(periods))
        };
        let node = |n: usize| NodeAverages {
            threads: (end.totals[n].thread_ns - begin.totals[n].thread_ns) / elapsed,
            load: load(n),
            bytes_per_second: [bytes(n, TX), bytes(n, RX)],
            network_cpu: (end.network_cpu[n] - begin.network_cpu[n]) / elapsed,
        };
        let answers =
            |source: usize| over(begin.answered[source].into(), end.answered[source].into()) * 1e9;
        let instances =
            |pool: usize| self.pools.places(pool).map(|i| over(begin.pools[i], end.pools[i])).sum();
        let open = |breaker: usize| {
            let places = self.breakers.places(breaker);
            let sum: f64 =
                places.map(|i| over(begin.breakers[i].into(), end.breakers[i].into())).sum();
            let service = self.blueprint.breakers[breaker].service;
            sum / f64::from(self.blueprint.services[service.index()].replicas().max(1))
        };
        Averages {
            breaker_open: (0..self.blueprint.breakers.len()).map(open).collect(),
            containers: (0..self.containers.len()).map(container).collect(),
            pool_waiting: (0..self.blueprint.pools.len()).map(instances).collect(),
            nodes: (0..self.nodes.len()).map(node).collect(),
            attempts: (end.attempts.iter().zip(&begin.attempts))
                .map(|(to, from)| to - from)
                .collect(),
            answers_per_second: (0..self.sources.len()).map(answers).collect(),
            hopping: over(begin.hops.into(), end.hops.into()),
            crossed: [0, 1].map(|what| end.crossed[what] - begin.crossed[what]),
            connecting: over(begin.setups.into(), end.setups.into()),
        }
    }

    /// Asserts the laws that hold on every sample path: a wrong number is worse than none.
    ///
    /// # Panics
    /// When a law is broken: a bug.
    pub(crate) fn assert_laws(&mut self, now: Time, calendar: &mut Calendar<Event>) {
        self.catch_up_all(now, calendar);
        let counts = self.counts;
        let answered: u64 = self.sources.iter().map(|source| source.answered).sum();
        let (mut roots, mut open) = (0, vec![0_u128; self.containers.len()]);
        for frame in self.frames.live() {
            match frame.kind {
                FrameKind::Root { .. } => roots += 1,
                FrameKind::Visit if frame.waits != Waits::Delivery => {
                    open[frame.container.index()] += u128::from(now.since(frame.arrived).0);
                }
                _ => {}
            }
        }
        assert_eq!(
            counts.arrivals,
            answered + counts.failed + roots,
            "requests: arrivals = answered + failed + in flight"
        );
        for (place, container) in self.containers.iter_mut().enumerate() {
            let [held_back, queued] = self.at_doors[place].areas(now);
            let areas = container.station.areas(now);
            let times = container.station.time_of_departed() + open[place];
            let there = areas.in_system + held_back;
            assert_eq!(there, times, "container {place}: ∫N dt = Σ time in system");
            if container.serves_by_worker() {
                let served = areas.in_system - queued;
                assert_eq!(served, areas.held, "container {place}: in service = workers held");
            }
        }
        for place in 0..self.nodes.len() {
            self.assert_work(now, NodeId::from(place));
            self.assert_disk(now, NodeId::from(place));
            self.assert_memory(NodeId::from(place));
        }
        self.assert_bytes(now);
        self.assert_connections();
    }

    /// Open connections = idle + in use, and places of pools = free + held.
    fn assert_connections(&self) {
        let blueprint = self.blueprint;
        let in_use = |frame: &&Frame| {
            let query = || blueprint.calls[frame.outgoing.index()].query.index();
            // Shared connections stay in their channel.
            frame.link != NO_CONNECTION && blueprint.routes[query()].client.multiplex.is_none()
        };
        let held = self.ties.held().filter(|held| held.link != NO_CONNECTION).count();
        let in_use = self.frames.live().filter(in_use).count() + held;
        let [open, idle] = self.connections.open_and_idle();
        assert_eq!(open, idle + in_use, "connections: open = idle + in use");
        let mut held = vec![0; self.pools.len()];
        for by_parts in self.ties.held() {
            held[by_parts.pool as usize] += 1;
        }
        for frame in self.frames.live() {
            if frame.connection != NONE && frame.waits != Waits::Connection {
                held[frame.connection as usize] += 1;
            }
        }
        for (place, pool) in blueprint.pools.iter().enumerate() {
            for instance in self.pools.places(place) {
                let PoolInstance { free, leaked, ref queue, ref trials, .. } =
                    self.pools[instance as u32];
                let places = free + held[instance] + leaked;
                let is_stuck = free > 0 && queue.len() > 0 && !trials.is_due();
                assert!(!is_stuck, "pool {place}: who waits beside a free place is tried for");
                assert_eq!(pool.size, places, "pool {place}: size = free + held + leaked");
            }
        }
    }

    /// At a disk: ∫ waiting dt = Σ wait, and busy time = Σ service, to the nanosecond.
    fn assert_disk(&mut self, now: Time, node: NodeId) {
        let Some(disk) = &mut self.nodes[node.index()].disk else { return };
        let containers = &self.containers;
        let here = |container: usize| match containers.get(container) {
            Some(state) => state.node == node,
            // After the containers come the nodes' systems.
            None => container - containers.len() == node.index(),
        };
        let waits = (self.frames.live())
            .filter(|frame| {
                matches!(frame.waits, Waits::DiskQueue { .. } | Waits::PageQueue { .. })
            })
            .filter(|frame| here(frame.container.index()))
            .map(|frame| u128::from(now.since(frame.since).0));
        let due = [disk.waited_ns + waits.sum::<u128>(), disk.served_ns + disk.open_ns(now)];
        let there = disk.uninterruptible_ns(now);
        assert_eq!(there, due[0] + due[1], "disk of node {}: there = waiting + served", node.0);
        let mut areas = [0, 0];
        for (container, visits) in self.disk_visits.iter_mut().enumerate() {
            if here(container) {
                let [steps, pages] = visits.areas(now);
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
        let processor = &mut self.nodes[node.index()].processor;
        let totals = processor.totals(now);
        let open = processor.work_of_open_jobs(now);
        let served = totals.served_ns + open.had_ns;
        let rounding = served * 1e-9 + open.rounding_ns + totals.rounding_ns;
        let slack = (totals.served + 100) as f64 * 2.0 * speed.max(1.0) + rounding;
        let off = (totals.work_ns - served).abs();
        assert!(off <= slack, "node {}: work done = Σ demand served, off by {off} ns", node.0);
    }
}
