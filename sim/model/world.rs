//! The world: every container, processor and request of one replication, and the events that change them.
//!
//! Start reading at [`World::handle`]. Components are passive: time is an argument, a decision is a return
//! value; only the world touches the calendar.

use crate::blueprint::{Blueprint, Cold, Hold};
use crate::cache::Stores;
use crate::chore::Chore;
use crate::event::Event;
use crate::fault::{FaultDriver, Reach, Strain};
use crate::hardware::disk::DiskState;
use crate::hardware::processor::{Alone, Due, Follows, Happened, Processor};
use crate::ids::{ContainerId, NodeId, TimeoutId};
use crate::instances::Instances;
use crate::ledger::{Averages, Ledger};
use crate::life::{HealthDriver, Led, Life, Lives, Registry, Upkeep};
use crate::load::LoadAverage;
use crate::memory::MemoryAccounts;
use crate::network::connection::Connections;
use crate::network::flow::Flows;
use crate::network::ports::Ports;
use crate::network::{Carried, Paths};
use crate::probe::Probe;
use crate::procedure::Conduct;
use crate::request::TimeoutClass;
use crate::request::breaker::BreakerInstance;
use crate::request::frame::{Frame, FrameId, FrameKind, Frames, NONE, Waits};
use crate::request::limit::Limiter;
use crate::request::pool::PoolInstance;
use crate::request::ties::Ties;
use crate::rollout::RolloutProgress;
use crate::routing::ResolverCache;
use crate::station::{AtDoor, DiskVisits, Station};
use crate::traffic::{Bursts, SourceState};
use std::collections::VecDeque;
use wssim_kernel::stream::StreamKey;
use wssim_kernel::{Calendar, Model, Nanos, Time};

/// The replication, and its measured stretch.
#[derive(Clone, Copy, Debug)]
pub struct Run {
    /// The seed of the experiment.
    pub seed: u64,
    /// Number of the replication.
    pub replication: u32,
    /// Simulated before the measured stretch: a warm-up or a lead-in.
    pub lead: Nanos,
    /// Length of the measured stretch.
    pub measured: Nanos,
}

/// What a replication counts besides the facts of its probe.
#[derive(Clone, Debug)]
pub struct Outcome {
    /// Events that happened.
    pub events: u64,
    /// Requests that arrived in the measured stretch.
    pub requests: u64,
    /// Those of them still in flight when the run was given up.
    pub unfinished: u64,
    /// The largest number of events pending at once.
    pub calendar_peak: usize,
    /// Simulated time, including the time to follow measured requests to their end.
    pub simulated: Nanos,
    /// Time averages over the measured stretch.
    pub averages: Averages,
    /// The same over the parts of it that the probe asks for.
    pub parts: Vec<Averages>,
}

/// Requests counted from time zero: arrivals = answered + failed + in flight. Answered ones are counted by
/// source.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Counts {
    pub(crate) arrivals: u64,
    pub(crate) failed: u64,
    pub(crate) measured: u64,
    pub(crate) measured_in_flight: u64,
    /// Whether the measured stretch is over and no measured request is in flight: read after each event.
    pub(crate) is_done: bool,
}

/// One node.
#[derive(Debug)]
pub(crate) struct NodeState {
    pub(crate) processor: Processor,
    pub(crate) load: LoadAverage,
    /// Bursts that wait outside the calendar.
    pub(crate) bursts: Bursts,
    /// `None`: a disk that takes no time.
    pub(crate) disk: Option<DiskState>,
    /// The place of its kernel among the containers there.
    pub(crate) kernel: u32,
    /// CPU of networking, in nanoseconds of the reference CPU.
    pub(crate) network_cpu_ns: f64,
}

/// How much more CPU a container takes than a warm one.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Pace {
    /// Factor on the demand.
    pub(crate) factor: f64,
    /// How much each request lowers the factor, and how many still do.
    step: f64,
    left: u32,
}

impl Pace {
    /// The pace of a warm container.
    pub(crate) const WARM: Self = Self { factor: 1.0, step: 0.0, left: 0 };

    /// The pace of a container that has just started.
    pub(crate) fn of(cold: Option<Cold>) -> Self {
        let Some(Cold { factor, requests }) = cold else { return Self::WARM };
        let step = (factor - 1.0) / f64::from(requests.max(1));
        Self { factor: factor + step, step, left: requests }
    }

    /// A request has arrived.
    #[inline(always)]
    pub(crate) fn warm(&mut self) {
        if self.step == 0.0 {
        } else if self.left == 0 {
            *self = Self::WARM;
        } else {
            self.left -= 1;
            self.factor -= self.step;
        }
    }
}

/// One container.
#[derive(Debug)]
pub(crate) struct ContainerState {
    pub(crate) station: Station,
    /// Its node, and its place among the containers there.
    pub(crate) node: NodeId,
    pub(crate) local: u32,
    /// Worker rules of its service, copied for quick access.
    pub(crate) workers: Option<u32>,
    pub(crate) backlog: Option<u32>,
    pub(crate) hold: Hold,
    /// Whether it runs, and how fast.
    pub(crate) life: Life,
    pub(crate) pace: Pace,
    /// Whether its touches of pages are counted, because something limits its RAM.
    pub(crate) is_watched: bool,
    /// Σ time of its finished CPU steps, including waits for a thread: of requests, and of bursts other than
    /// unattended jobs.
    pub(crate) computed_ns: [u64; 2],
}

impl ContainerState {
    /// Whether a request needs a worker before anything else.
    #[inline]
    pub(crate) fn serves_by_worker(&self) -> bool {
        self.hold == Hold::Request && self.workers.is_some()
    }

    /// Whether `frame` needs a worker for its next CPU step.
    #[inline(always)]
    pub(crate) fn lends_worker_to(&self, frame: &Frame) -> bool {
        self.hold == Hold::Cpu && self.workers.is_some() && !frame.holds_worker
    }

    /// Gives `frame` a worker if one is free.
    #[inline(always)]
    pub(crate) fn lend_worker(&mut self, now: Time, frame: &mut Frame) -> bool {
        let station = &mut self.station;
        if self.workers.is_some_and(|workers| station.held() >= workers) {
            return false;
        }
        station.lend(now);
        frame.holds_worker = true;
        frame.admitted = true;
        true
    }

    /// Takes the worker of `frame` back. Returns whether a request waits for it.
    #[inline(always)]
    pub(crate) fn take_worker_back(&mut self, now: Time, frame: &mut Frame) -> bool {
        frame.holds_worker = false;
        self.station.take_back(now);
        self.station.waiting() > 0
    }
}

/// The world of one replication.
#[derive(Debug)]
pub(crate) struct World<'a, P> {
    pub(crate) blueprint: &'a Blueprint,
    pub(crate) run: Run,
    /// The key of the generator; the draws of a request are addressed by the keys of its frames.
    pub(crate) draws: StreamKey,
    pub(crate) nodes: Vec<NodeState>,
    pub(crate) containers: Vec<ContainerState>,
    pub(crate) pools: Instances<PoolInstance>,
    /// Which observer knows which containers.
    pub(crate) registry: Registry,
    /// State of containers and faults besides lives.
    pub(crate) upkeep: Upkeep<'a>,
    /// The obstacles between nodes.
    pub(crate) reach: Reach,
    /// Faults that slow nodes down.
    pub(crate) strain: Strain,
    /// A channel of connections for each container of a caller and each of its callees; the answers of resolvers
    /// are at the same places.
    pub(crate) connections: Connections,
    pub(crate) resolvers: Instances<ResolverCache>,
    /// Buffer of frames for rare operations.
    pub(crate) scratch: Vec<FrameId>,
    /// By container: requests that it has not taken in.
    pub(crate) at_doors: Vec<AtDoor>,
    /// By container: its visits at the disk of its node.
    pub(crate) disk_visits: Vec<DiskVisits>,
    /// The stores of each cache.
    pub(crate) stores: Vec<Stores>,
    pub(crate) timeouts: Vec<TimeoutClass>,
    pub(crate) sources: Vec<SourceState>,
    /// Stream and number of the next burst of each background load.
    pub(crate) bursts: Vec<(StreamKey, u64)>,
    pub(crate) breakers: Instances<BreakerInstance>,
    /// Limits, container by container; some have one for each source.
    pub(crate) limiters: Vec<Limiter>,
    pub(crate) limiter_bases: Vec<u32>,
    pub(crate) frames: Frames,
    pub(crate) ties: Ties,
    /// Frames that continue or fail after the present event.
    pub(crate) ready: VecDeque<FrameId>,
    /// Depth of nested handovers of connections.
    pub(crate) handing: u32,
    /// Whether any message costs CPU.
    pub(crate) network_costs_cpu: bool,
    /// The pages of all nodes.
    pub(crate) memory: MemoryAccounts,
    /// Work outside containers, and the progress of rollouts.
    pub(crate) chores: Vec<Chore>,
    pub(crate) rollouts: Vec<RolloutProgress>,
    /// The procedure in progress.
    pub(crate) conduct: Option<Box<Conduct>>,
    pub(crate) flows: Flows<Carried>,
    pub(crate) paths: Paths,
    pub(crate) ports: Ports,
    /// Half the round trip of each link, if constant; in the order of the blueprint's links.
    pub(crate) half_rtts: Vec<Option<Nanos>>,
    /// Half the mean round trip of each link.
    pub(crate) usual_halves: Vec<Nanos>,
    /// Σ time of setting up connections.
    pub(crate) setups_ns: u64,
    /// Σ time of all hops.
    pub(crate) hops_ns: u64,
    /// Bytes of messages between nodes, and encrypted ones among them.
    pub(crate) crossed: [f64; 2],
    pub(crate) counts: Counts,
    pub(crate) measuring: bool,
    pub(crate) measure_over: bool,
    pub(crate) ledger: Ledger,
    pub(crate) probe: P,
}

impl<P: Probe> Model for World<'_, P> {
    type Event = Event;

    /// Handles an event. Those that do not happen for nearly every request are out of line, and no function takes
    /// the event itself, which would force it into memory.
    #[inline(always)]
    fn handle(&mut self, now: Time, event: Event, calendar: &mut Calendar<Event>) {
        match event {
            Event::JobDone { node, slot, generation } => {
                let processor = &mut self.nodes[node.index()].processor;
                if let Some(job) = processor.depart_alone(now, slot, generation) {
                    self.job_done(now, FrameId(job), calendar);
                }
            }
            Event::Deliver(frame) => self.arrive_at(now, frame, calendar),
            Event::Answer { to, epoch, failure } => {
                if self.frames[to].epoch == epoch {
                    match self.waits_for_node(now, to) {
                        None => self.answered(now, to, failure, calendar),
                        Some(until) => postpone(event, until, calendar),
                    }
                }
            }
            Event::Arrive(source) => self.arrive(now, source, calendar),
            Event::Ask { source, user } => self.ask(now, source, user, calendar),
            Event::Processor { node, generation } => {
                self.step_processor(now, node, generation, calendar);
            }
            Event::Wake { frame, epoch } => {
                if self.frames[frame].epoch == epoch {
                    match self.waits_for_node(now, frame) {
                        None => self.wake(now, frame, calendar),
                        Some(until) => postpone(event, until, calendar),
                    }
                }
            }
            Event::DiskDone { node, server } => match self.stands_still(now, node) {
                None => self.disk_done(now, node, server, calendar),
                Some(until) => postpone(event, until, calendar),
            },
            Event::TimeoutHead(class) => self.timeout_head(now, class, calendar),
            Event::Impatient { frame, epoch } => {
                if self.frames[frame].epoch == epoch {
                    self.give_up(now, frame, crate::probe::Failure::Abandoned, calendar);
                }
            }
            Event::Cancel { visit, of, epoch } => self.cancelled(now, visit, of, epoch, calendar),
            Event::Burst(background) => self.burst(now, background, calendar),
            Event::Bursts(node) => self.bursts_are_due(now, node, calendar),
            Event::Life { container, turn } => self.live_on(now, container, turn, calendar),
            Event::Unhealthy(container) => self.is_unhealthy(now, container, calendar),
            Event::View { observer, container, news } => {
                self.learn(now, observer, container, news, calendar);
            }
            Event::Refill { pool, container, trial } => match self.is_still(now, container) {
                None => self.refill(now, (pool, container), trial, calendar),
                Some(until) => postpone(event, until, calendar),
            },
            Event::Strike(fault) => self.strike(now, fault, calendar),
            Event::Repair(fault) => self.repair(now, fault, calendar),
            Event::Control => self.wake_control(now, calendar),
            Event::Look(node) => self.look_at_memory(now, node, calendar),
            Event::LoadPeriod => self.end_load_period(now, calendar),
            Event::MeasureBegin => self.measure_begin(now, calendar),
            Event::MeasureEnd => self.measure_end(now, calendar),
            Event::PartEdge => self.part_edge(now, calendar),
            Event::ChoreLeg(chore) => self.chore_leg(now, chore, calendar),
            Event::Rollout(rollout) => self.begin_rollout(now, rollout, calendar),
            Event::Step(step) => self.step_is_due(now, step, calendar),
            Event::FlowEnds { generation } => self.flow_ends(now, generation, calendar),
        }
        if !self.ready.is_empty() {
            self.go_on(now, calendar);
        }
    }

    #[inline(always)]
    fn is_done(&self) -> bool {
        self.counts.is_done
    }
}

impl<P: Probe> World<'_, P> {
    /// Notes whether the run is over, after the end of the measured stretch or of a measured request.
    #[inline(always)]
    pub(crate) fn note_done(&mut self) {
        self.counts.is_done = self.counts.measured_in_flight == 0 && self.measure_over;
    }

    /// Continues the frames that have just got a worker or given up a look-up, and fails those marked to fail.
    #[inline(never)]
    fn go_on(&mut self, now: Time, calendar: &mut Calendar<Event>) {
        while let Some(frame) = self.ready.pop_front() {
            match self.frames[frame].waits {
                Waits::Failing(failure) => self.fail_now(now, frame, failure, calendar),
                Waits::Sending => self.send_at_last(now, frame, calendar),
                _ => self.execute(now, frame, calendar),
            }
        }
    }

    /// Gives `frame` a CPU step of `demand` nanoseconds of the reference CPU.
    #[inline(always)]
    pub(crate) fn start_job(
        &mut self,
        now: Time,
        frame: FrameId,
        container: ContainerId,
        demand: f64,
        calendar: &mut Calendar<Event>,
    ) {
        let ContainerState { node, local, .. } = self.containers[container.index()];
        self.frames[frame].since = now;
        self.admit(now, frame, node, local, demand, calendar);
    }

    /// Gives `frame` `demand` on the processor of `node`, in the share of the container at `local`. Its wait
    /// begins now.
    #[inline(always)]
    pub(crate) fn admit(
        &mut self,
        now: Time,
        frame: FrameId,
        node: NodeId,
        local: u32,
        demand: f64,
        calendar: &mut Calendar<Event>,
    ) {
        let processor = &mut self.nodes[node.index()].processor;
        if let Some(alone) = processor.admit_alone(now, frame.0, local, demand) {
            let Alone { at, slot, generation } = alone;
            calendar.schedule(at, Event::JobDone { node, slot, generation });
        } else {
            self.admit_beside_others(now, frame, node, local, demand, calendar);
        }
    }

    /// The same where the processor is shared, or may become so.
    #[inline(never)]
    fn admit_beside_others(
        &mut self,
        now: Time,
        frame: FrameId,
        node: NodeId,
        local: u32,
        demand: f64,
        calendar: &mut Calendar<Event>,
    ) {
        self.catch_up(now, node, calendar);
        let due = self.nodes[node.index()].processor.admit(now, frame.0, local, demand);
        self.schedule_due(node, due, calendar);
        self.watch(node, calendar);
    }

    /// Evicts the CPU step of `id` from the processor.
    pub(crate) fn evict(&mut self, now: Time, id: FrameId, calendar: &mut Calendar<Event>) {
        let frame = &self.frames[id];
        let container = &mut self.containers[frame.container.index()];
        let own = usize::from(matches!(frame.kind, FrameKind::Burst | FrameKind::Startup));
        container.computed_ns[own] += now.since(frame.since).0;
        let (node, local) = (container.node, container.local);
        let evicted = self.nodes[node.index()].processor.evict(now, id.0, local);
        if let Follows::Divided(due) = evicted {
            self.schedule_due(node, due, calendar);
        }
    }

    #[inline(never)]
    fn step_processor(
        &mut self,
        now: Time,
        node: NodeId,
        generation: u32,
        calendar: &mut Calendar<Event>,
    ) {
        self.catch_up(now, node, calendar);
        let (happened, due) = self.nodes[node.index()].processor.step_shared(now, generation);
        match happened {
            Happened::Nothing => {}
            Happened::Reallocated => self.schedule_due(node, due, calendar),
            Happened::Departed(job) => {
                self.schedule_due(node, due, calendar);
                self.job_done(now, FrameId(job), calendar);
            }
        }
    }

    /// Schedules `due`; `None` means that every job has its own event again.
    #[inline]
    pub(crate) fn schedule_due(
        &mut self,
        node: NodeId,
        due: Option<Due>,
        calendar: &mut Calendar<Event>,
    ) {
        match due {
            Some(Due::Alone(Alone { at, slot, generation })) => {
                calendar.schedule(at, Event::JobDone { node, slot, generation });
            }
            Some(Due::Shared { at, generation }) => {
                calendar.schedule(at, Event::Processor { node, generation });
            }
            None => self.schedule_all_alone(node, calendar),
        }
    }

    #[inline(never)]
    fn schedule_all_alone(&mut self, node: NodeId, calendar: &mut Calendar<Event>) {
        for alone in self.nodes[node.index()].processor.alone_again() {
            let Alone { at, slot, generation } = alone;
            calendar.schedule(at, Event::JobDone { node, slot, generation });
        }
    }

    #[inline(always)]
    fn job_done(&mut self, now: Time, id: FrameId, calendar: &mut Calendar<Event>) {
        if self.frames[id].kind.is_of_no_request() {
            return self.job_of_no_request_done(now, id, calendar);
        }
        self.step_computed(now, id, calendar);
    }

    #[inline(never)]
    fn job_of_no_request_done(&mut self, now: Time, id: FrameId, calendar: &mut Calendar<Event>) {
        let Frame { kind, container, since, .. } = self.frames[id];
        if matches!(kind, FrameKind::Chore(_)) {
            return self.chore_computed(now, id, calendar);
        }
        self.containers[container.index()].computed_ns[1] += now.since(since).0;
        self.frames.remove(id);
        if kind == FrameKind::Startup {
            self.started(now, container, calendar);
        }
    }

    /// Until when an event of `frame` must wait because its node stands still.
    #[inline(always)]
    fn waits_for_node(&self, now: Time, frame: FrameId) -> Option<Time> {
        if self.reach.ever { self.waits_for_faulty_node(now, frame) } else { None }
    }

    /// The same where nodes fail.
    #[inline(never)]
    fn waits_for_faulty_node(&self, now: Time, frame: FrameId) -> Option<Time> {
        let container = self.frames[frame].container;
        if container.0 == NONE {
            return None;
        }
        self.is_still(now, container)
    }

    /// The node of `frame`.
    #[inline(always)]
    pub(crate) fn frame_node(&self, frame: FrameId) -> NodeId {
        self.node_of(self.frames[frame].container)
    }

    /// Sets a time-out of class `class` on the present wait of `frame`.
    #[inline]
    pub(crate) fn set_timeout(
        &mut self,
        now: Time,
        class: TimeoutId,
        frame: FrameId,
        calendar: &mut Calendar<Event>,
    ) {
        let epoch = self.frames[frame].epoch;
        if let Some(at) = self.timeouts[class.index()].set(now, frame, epoch) {
            calendar.schedule(at, Event::TimeoutHead(class));
        }
    }

    #[inline(never)]
    fn timeout_head(&mut self, now: Time, class: TimeoutId, calendar: &mut Calendar<Event>) {
        while let Some(frame) = self.timeouts[class.index()].take_due(now, &self.frames) {
            self.give_up(now, frame, crate::probe::Failure::Timeout, calendar);
        }
        if let Some(at) = self.timeouts[class.index()].next_look() {
            calendar.schedule(at, Event::TimeoutHead(class));
        }
    }
}

/// Schedules `event` at `until`, unless that is never.
#[inline(always)]
fn postpone(event: Event, until: Time, calendar: &mut Calendar<Event>) {
    if until < Time::NEVER {
        calendar.schedule(until, event);
    }
}
