//! The world: every container, processor and request of one replication, and the events that change them.
//!
//! Start reading at [`World::handle`]. Parts are passive: time is an argument, a decision is a return value; only the
//! world touches the calendar. A part owns its fields; an `impl World` block in its folder is its way to the others.

use crate::blueprint::Blueprint;
use crate::cache::Stores;
use crate::chore::state::Chores;
use crate::container::Containers;
use crate::event::Event;
use crate::fault::strain::Strain;
use crate::fault::strikes::FaultDriver;
use crate::hardware::node::NodeStates;
use crate::ids::NodeId;
use crate::ledger::record::Ledger;
use crate::life::{HealthDriver, Lives, Registry, Upkeep};
use crate::memory::MemoryAccounts;
use crate::network::state::NetworkState;
use crate::probe::{Failure, Probe};
use crate::procedure::conduct::Conduct;
use crate::request::frame::FrameId;
use crate::request::slab::Frames;
use crate::request::state::RequestsState;
use crate::rollout::progress::RolloutProgress;
use crate::run::Run;
use crate::traffic::state::TrafficState;
use wssim_kernel::stream::StreamKey;
use wssim_kernel::{Calendar, Model, Time};

/// The world of one replication.
#[derive(Debug)]
pub(crate) struct World<'a, P> {
    pub(crate) blueprint: &'a Blueprint,
    pub(crate) run: Run,
    /// The key of the generator; the draws of a request are addressed by the keys of its frames.
    pub(crate) draws: StreamKey,
    /// Whether the run is over.
    pub(crate) is_done: bool,
    /// What is in flight.
    pub(crate) frames: Frames,
    pub(crate) requests: RequestsState,
    pub(crate) traffic: TrafficState,
    pub(crate) containers: Containers,
    pub(crate) stores: Stores,
    pub(crate) nodes: NodeStates,
    /// The pages of all nodes.
    pub(crate) memory: MemoryAccounts,
    pub(crate) network: NetworkState,
    /// Which observer knows which containers.
    pub(crate) registry: Registry,
    /// Lives of containers, obstacles between nodes, and the orchestrator.
    pub(crate) upkeep: Upkeep<'a>,
    /// Faults that slow nodes down.
    pub(crate) strain: Strain,
    /// Work outside containers, and the progress of rollouts.
    pub(crate) chores: Chores,
    pub(crate) rollouts: Vec<RolloutProgress>,
    /// The procedure in progress.
    pub(crate) conduct: Option<Box<Conduct>>,
    /// The measured stretch.
    pub(crate) ledger: Ledger,
    pub(crate) probe: P,
}

impl<P: Probe> Model for World<'_, P> {
    type Event = Event;

    /// Handles an event. Those that do not happen for nearly every request are out of line, and no function takes
    /// the event itself, which would force it into memory.
    #[inline(always)]
    fn handle(&mut self, now: Time, event: Event, calendar: &mut Calendar<Event>) {
        // The frame whose program goes on, after the two events that happen most.
        let mut goes_on = None;
        match event {
            Event::JobDone { node, slot, generation } => {
                if let Some(job) = self.depart_alone(now, node, slot, generation)
                    && self.job_done(now, job, calendar)
                {
                    goes_on = Some(job);
                }
            }
            Event::Deliver(frame) => self.arrive_at(now, frame, calendar),
            Event::Answer { to, epoch, failure } => {
                if self.frames.is_current(to, epoch) {
                    match self.waits_for_node(now, to) {
                        None if self.answered(now, to, failure, calendar) => goes_on = Some(to),
                        None => {}
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
                if self.frames.is_current(frame, epoch) {
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
                if self.frames.is_current(frame, epoch) {
                    self.give_up(now, frame, Failure::Abandoned, calendar);
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
        if let Some(frame) = goes_on {
            self.execute_here(now, frame, calendar);
        }
        if self.requests.some_go_on() {
            self.go_on(now, calendar);
        }
    }
}

impl<P: Probe> World<'_, P> {
    /// Ends the run if it is over, after the end of the measured stretch or of a measured request.
    #[inline(always)]
    pub(crate) fn note_done(&mut self, calendar: &mut Calendar<Event>) {
        if self.ledger.is_over() && self.traffic.measured_in_flight() == 0 {
            self.is_done = true;
            calendar.stop();
        }
    }

    /// The node of `frame`.
    #[inline(always)]
    pub(crate) fn frame_node(&self, frame: FrameId) -> NodeId {
        self.node_of(self.frames[frame].container())
    }
}

/// Schedules `event` at `until`, unless that is never.
#[inline(always)]
fn postpone(event: Event, until: Time, calendar: &mut Calendar<Event>) {
    if until < Time::NEVER {
        calendar.schedule(until, event);
    }
}
