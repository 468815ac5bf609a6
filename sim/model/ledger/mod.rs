//! The measured stretch: integrals at its beginning and end; `laws.rs` has the laws asserted on every run.

mod laws;
pub(crate) mod record;

pub(crate) use record::Ledger;
use record::Snapshot;
pub use record::{Averages, ContainerAverages, NodeAverages};

use crate::container::ContainerState;
use crate::event::Event;
use crate::ids::{ContainerId, NodeId};
use crate::load::{LOAD_PERIOD, LoadAverage};
use crate::network::flow::{RX, TX};
use crate::probe::Probe;
use crate::world::World;
use wssim_kernel::{Calendar, Time};

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
        self.ledger.is_open = true;
        self.ledger.begin = self.snapshot(now);
    }

    #[inline(never)]
    pub(crate) fn measure_end(&mut self, now: Time, calendar: &mut Calendar<Event>) {
        // The end of a procedure has moved the end, or has come before.
        if now < Time::ZERO + self.run.lead + self.run.measured || self.ledger.is_over {
            return;
        }
        self.catch_up_all(now, calendar);
        self.ledger.is_open = false;
        self.ledger.is_over = true;
        self.note_done(calendar);
        let end = self.snapshot(now);
        self.ledger.averages = self.averages(&self.ledger.begin, &end);
    }

    /// The time averages over the measured stretch, with counts until now.
    pub(crate) fn final_averages(&mut self) -> Averages {
        let mut averages = std::mem::take(&mut self.ledger.averages);
        averages.attempts = self.traffic.attempts();
        averages
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
                let all = self.traffic.attempts();
                averages.attempts = all.iter().zip(before).map(|(n, before)| n - before).collect();
            }
            averages
        };
        self.ledger.parts.iter().map(part).collect()
    }

    #[inline(never)]
    pub(crate) fn end_load_period(&mut self, now: Time, calendar: &mut Calendar<Event>) {
        self.catch_up_all(now, calendar);
        for ((id, node), load) in (0..).zip(self.nodes.iter_mut()).zip(&mut self.ledger.loads) {
            if self.conduct.is_some() {
                self.probe.node_busy(now, NodeId(id), node.totals(now).thread_ns);
            }
            load.end_period(node.load_ns(now), self.ledger.is_open);
        }
        calendar.schedule(now + LOAD_PERIOD, Event::LoadPeriod);
    }

    fn snapshot(&mut self, now: Time) -> Snapshot {
        let throttled = |state: &ContainerState| {
            let (node, local) = state.place();
            self.nodes[node].processor().throttled(local, now).0
        };
        let throttled = self.containers.iter().map(throttled).collect();
        for node in self.nodes.ids() {
            self.report_memory(now, node);
        }
        let ids = self.containers.ids();
        let [hops, setups] = self.network.times_ns();
        Snapshot {
            at: now,
            throttled,
            computed: self.computed(now),
            hops,
            crossed: self.network.crossed(),
            setups,
            answered: self.traffic.answered(),
            up: self.upkeep.lives().iter().map(|life| life.up_ns(now)).collect(),
            areas: self.containers.iter_mut().map(|c| c.station_mut().areas(now)).collect(),
            doors: self.containers.door_areas(now),
            arrivals: self.containers.iter().map(|c| c.station().arrivals()).collect(),
            disks: self.containers.disk_areas(now),
            memory: ids.map(|id| self.memory_counts(id)).collect(),
            pools: self.requests.pool_areas(now),
            breakers: self.requests.breaker_times(now),
            totals: self.nodes.iter_mut().map(|node| node.totals(now)).collect(),
            bytes: self.network.bytes(now),
            network_cpu: self.network.cpu_ns().to_vec(),
            attempts: self.traffic.attempts(),
            loads: self.ledger.loads.iter().map(LoadAverage::measured).collect(),
        }
    }

    /// Σ time of the CPU steps of each container, and of its bursts.
    fn computed(&mut self, now: Time) -> Vec<[u64; 2]> {
        let computed = self.containers.iter().map(|container| {
            let ([steps, bursts], (node, local)) = (container.computed_ns(), container.place());
            [steps, bursts + self.nodes[node].unattended_ns(now, local)]
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
            let state = &self.containers[ContainerId::from(c)];
            if state.serves_by_worker() { held_back(c) } else { 0.0 }
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
        let instances = |pool: usize| {
            self.requests.pool_places(pool).map(|i| over(begin.pools[i], end.pools[i])).sum()
        };
        let open = |breaker: usize| {
            let places = self.requests.breaker_places(breaker);
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
            answers_per_second: (0..self.traffic.sources()).map(answers).collect(),
            hopping: over(begin.hops.into(), end.hops.into()),
            crossed: [0, 1].map(|what| end.crossed[what] - begin.crossed[what]),
            connecting: over(begin.setups.into(), end.setups.into()),
        }
    }
}
