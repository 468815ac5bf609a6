//! Background load: bursts of CPU work by a container itself, or by the system of a node.
//!
//! No request waits for a burst, so that a burst that meets an idle thread changes nothing else. Bursts of
//! a single job that no limit binds therefore wait in a queue of their node, not in the calendar. Before a
//! request's CPU step, a look at memory or the load average uses the node, all bursts due by then begin
//! ([`World::catch_up`]). The next burst gets an event ([`World::watch`]) only while it could meet an
//! attended job, which must be slowed down on time; and while some container's pages are in swap, since the
//! burst may then visit the disk. Slow twin: the same world with limits that never bind
//! (`tests/trust/bursts.rs`).

use crate::blueprint::{Background, Maker};
use crate::event::Event;
use crate::ids::{BackgroundId, ContainerId, NodeId};
use crate::law::Law;
use crate::probe::Probe;
use crate::request::frame::FrameKind;
use crate::world::World;
use wssim_kernel::stream::{StreamKey, mix};
use wssim_kernel::{Calendar, Nanos, Time};

/// Draws of the stream of bursts.
const DRAW_BURST_GAP: u32 = 0;
const DRAW_BURST_CPU: u32 = 1;
const DRAW_BURST_PHASE: u32 = 2;
/// CPU of the second job of a burst; those of further jobs follow.
const DRAW_BURST_MORE: u32 = 3;

impl Background {
    /// The gap before burst `number`, by the load's `stream`.
    #[inline(always)]
    fn gap(&self, stream: &StreamKey, number: u64) -> Nanos {
        Nanos::from_f64(self.every.sample(&mut stream.draw(number, DRAW_BURST_GAP)))
    }

    /// `at`, unless the load ends before burst `number`, at `at`.
    #[inline(always)]
    fn if_it_comes(&self, number: u64, at: Time) -> Option<Time> {
        (at < self.until && number < self.count).then_some(at)
    }
}

impl<P: Probe> World<'_, P> {
    /// Schedules or queues the first burst of every load.
    pub(super) fn start_background(&mut self, calendar: &mut Calendar<Event>) {
        let blueprint = self.blueprint;
        for (place, background) in blueprint.background.iter().enumerate() {
            let id = BackgroundId::from(place);
            let (stream, number) = &self.traffic.loads[place];
            let first = match (background.first, &background.every) {
                (Some(first), _) => first,
                // A periodic load draws its phase; any other law needs none.
                (None, Law::Constant(period)) => {
                    Nanos::from_f64(period * stream.draw(0, DRAW_BURST_PHASE).open01())
                }
                (None, _) => background.gap(stream, *number),
            };
            let Some(at) = background.if_it_comes(*number, Time::ZERO + first) else { continue };
            match self.waits_at(background) {
                Some(node) => {
                    self.traffic.waiting[node.index()].add(at, id);
                    self.set_horizon(node);
                }
                None => calendar.schedule(at, Event::Burst(id)),
            }
        }
        for node in self.nodes.ids() {
            self.watch(node, calendar);
        }
    }

    /// The node in whose queue the bursts of `background` wait; `None`: they wait in the calendar.
    fn waits_at(&self, background: &Background) -> Option<NodeId> {
        match background.maker {
            _ if background.jobs > 1 => None,
            Maker::System(node) => Some(node),
            Maker::Container(id) if self.blueprint.service_of(id).cpu_limit.is_none() => {
                Some(self.containers[id].node())
            }
            Maker::Container(_) => None,
        }
    }

    /// A burst of `id` begins. Returns its number, and when the next one comes.
    #[inline(always)]
    fn begin_burst(&mut self, now: Time, id: BackgroundId) -> (u64, Option<Time>) {
        let background = &self.blueprint.background[id.index()];
        let (stream, next) = &mut self.traffic.loads[id.index()];
        let number = *next;
        *next += 1;
        let at = now + background.gap(stream, *next);
        (number, background.if_it_comes(*next, at))
    }

    /// A burst that waited in the calendar begins.
    #[inline(never)]
    pub(crate) fn burst(&mut self, now: Time, id: BackgroundId, calendar: &mut Calendar<Event>) {
        let (number, next) = self.begin_burst(now, id);
        if let Some(next) = next {
            calendar.schedule(next, Event::Burst(id));
        }
        let Background { maker, jobs, .. } = self.blueprint.background[id.index()];
        if !self.makes_load(now, maker) {
            return;
        }
        for job in 0..jobs {
            let draw = if job == 0 { DRAW_BURST_CPU } else { DRAW_BURST_MORE + job - 1 };
            let demand = self.demand_of_burst(id, number, draw);
            match maker {
                Maker::Container(container) => {
                    let key = mix(self.traffic.loads[id.index()].0.root(), number);
                    self.burst_job(now, container, key, job, demand, calendar);
                }
                Maker::System(node) => self.work_in_kernel(now, node, demand, calendar),
            }
        }
    }

    #[inline(always)]
    fn demand_of_burst(&self, id: BackgroundId, number: u64, draw: u32) -> f64 {
        let (stream, _) = &self.traffic.loads[id.index()];
        self.blueprint.background[id.index()].cpu.sample(&mut stream.draw(number, draw))
    }

    /// Whether `maker` runs; a system does not make up for bursts missed while it stood still.
    fn makes_load(&self, now: Time, maker: Maker) -> bool {
        match maker {
            Maker::Container(container) => self.upkeep.life(container).listens(),
            Maker::System(node) => self.is_joined(now, node, node),
        }
    }

    /// A job of a burst of `container` in the calendar; `key` and `job` address its draws.
    fn burst_job(
        &mut self,
        now: Time,
        container: ContainerId,
        key: u64,
        job: u32,
        demand: f64,
        calendar: &mut Calendar<Event>,
    ) {
        let id = self.frames.open_work(FrameKind::Burst, key, container);
        if self.containers[container].is_watched()
            && self.touch_pages(now, id, [demand, 0.0], job, calendar)
        {
            return;
        }
        self.start_job(now, id, container, demand, calendar);
    }

    /// Begins all bursts of `node` due by `now`. Nothing else has happened there since they were due.
    pub(crate) fn catch_up(&mut self, now: Time, node: NodeId, calendar: &mut Calendar<Event>) {
        let mut some = false;
        while let Some((at, id)) = self.traffic.waiting[node.index()].due(now) {
            some = true;
            let (number, next) = self.begin_burst(at, id);
            let (state, bursts) = (&mut self.nodes[node], &mut self.traffic.waiting[node.index()]);
            state.catch_up(at);
            bursts.begin(id, next);
            let next = bursts.next();
            state.set_horizon(next);
            self.burst_of_one([at, next.min(now)], id, number, calendar);
        }
        self.nodes[node].catch_up(now);
        if some {
            self.watch(node, calendar);
        }
    }

    /// The same on all nodes.
    pub(crate) fn catch_up_all(&mut self, now: Time, calendar: &mut Calendar<Event>) {
        for node in self.nodes.ids() {
            self.catch_up(now, node, calendar);
        }
    }

    /// The one job of burst `number` of `id` begins at `at`. Nothing else happens at its node before `until`.
    fn burst_of_one(
        &mut self,
        [at, until]: [Time; 2],
        id: BackgroundId,
        number: u64,
        calendar: &mut Calendar<Event>,
    ) {
        let maker = self.blueprint.background[id.index()].maker;
        if !self.makes_load(at, maker) {
            return;
        }
        let demand = self.demand_of_burst(id, number, DRAW_BURST_CPU);
        let (node, local) = match maker {
            Maker::System(node) => (node, self.nodes[node].kernel()),
            Maker::Container(container) => {
                if self.has_pages_in_swap(container) {
                    let key = mix(self.traffic.loads[id.index()].0.root(), number);
                    return self.burst_job(at, container, key, 0, demand, calendar);
                }
                if self.containers[container].is_watched() {
                    self.memory.note_work(container, demand);
                }
                self.containers[container].place()
            }
        };
        if !self.nodes[node].pass_unattended([at, until], local, demand) {
            self.compute_unattended(at, node, local, demand, calendar);
        }
    }

    /// Schedules an event for the next burst of `node` if it could meet an attended job.
    pub(crate) fn watch(&mut self, node: NodeId, calendar: &mut Calendar<Event>) {
        let bursts = &mut self.traffic.waiting[node.index()];
        let next = bursts.next();
        let matters = || bursts.on_time || self.nodes[node].processor().is_attended_at(next);
        if next < bursts.next_event && matters() {
            bursts.next_event = next;
            calendar.schedule(next, Event::Bursts(node));
        }
    }

    /// The event for a burst of `node` happens.
    #[inline(never)]
    pub(crate) fn bursts_are_due(
        &mut self,
        now: Time,
        node: NodeId,
        calendar: &mut Calendar<Event>,
    ) {
        self.traffic.waiting[node.index()].next_event = Time::NEVER;
        self.catch_up(now, node, calendar);
        self.watch(node, calendar);
    }

    /// From now on the bursts of `node` must begin on time, or need not.
    pub(crate) fn let_bursts_be_on_time(
        &mut self,
        node: NodeId,
        on_time: bool,
        calendar: &mut Calendar<Event>,
    ) {
        let bursts = &mut self.traffic.waiting[node.index()];
        if bursts.on_time != on_time {
            bursts.on_time = on_time;
            self.watch(node, calendar);
        }
    }

    fn set_horizon(&mut self, node: NodeId) {
        self.nodes[node].set_horizon(self.traffic.waiting[node.index()].next());
    }
}
