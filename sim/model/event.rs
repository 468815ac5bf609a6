//! Everything that can happen: one closed enum of ids and epochs, 16 bytes.

use crate::chore::ChoreId;
use crate::ids::{
    BackgroundId, ContainerId, FaultId, NodeId, ObserverId, PoolId, RolloutId, SourceId, TimeoutId,
};
use crate::probe::Failure;
use crate::request::frame::FrameId;

/// An event.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Event {
    /// The next request of an open source arrives.
    Arrive(SourceId),
    /// A user of a closed source has thought enough.
    Ask {
        /// The source.
        source: SourceId,
        /// Which of its users.
        user: u32,
    },
    /// A request reaches the container of its frame.
    Deliver(FrameId),
    /// An answer reaches its caller.
    Answer {
        /// The caller.
        to: FrameId,
        /// The caller's epoch when it asked.
        epoch: u32,
        /// `None`: good.
        failure: Option<Failure>,
    },
    /// A job that runs alone has had its demand.
    JobDone {
        /// Where.
        node: NodeId,
        /// Its slot on the processor.
        slot: u32,
        /// The processor's generation.
        generation: u32,
    },
    /// Something happens on a shared processor.
    Processor {
        /// Where.
        node: NodeId,
        /// The processor's generation.
        generation: u32,
    },
    /// A sleep or a pause before a retry is over.
    Wake {
        /// Who slept.
        frame: FrameId,
        /// Its epoch then.
        epoch: u32,
    },
    /// A visit to a disk is over.
    DiskDone {
        /// Where.
        node: NodeId,
        /// Which of the disk's servers served it.
        server: u32,
    },
    /// The head of a class of equal time-outs is due.
    TimeoutHead(TimeoutId),
    /// A user's own patience is over.
    Impatient {
        /// Who waits.
        frame: FrameId,
        /// Its epoch then.
        epoch: u32,
    },
    /// A caller's cancellation reaches its callee.
    Cancel {
        /// The callee, if it is still there.
        visit: FrameId,
        /// The caller.
        of: FrameId,
        /// The caller's epoch when it asked.
        epoch: u32,
    },
    /// A background load begins a burst.
    Burst(BackgroundId),
    /// A burst begins on a node where it could meet somebody.
    Bursts(NodeId),
    /// The next turn in a container's life.
    Life {
        /// Whose.
        container: ContainerId,
        /// Its number.
        turn: u32,
    },
    /// Health checks of a container have failed often enough, unless something has come between.
    Unhealthy(ContainerId),
    /// News of a container reaches an observer.
    View {
        /// Whom.
        observer: ObserverId,
        /// Of whom.
        container: ContainerId,
        /// Its number, and in the lowest bit whether the container is there.
        news: u32,
    },
    /// A pool of a container, which got no connection when it wanted one, tries again.
    Refill {
        /// Which pool.
        pool: PoolId,
        /// Whose.
        container: ContainerId,
        /// Number of the trial.
        trial: u32,
    },
    /// A fault strikes.
    Strike(FaultId),
    /// A fault is repaired.
    Repair(FaultId),
    /// The memory of a node is looked at.
    Look(NodeId),
    /// The orchestrator wants to be woken.
    Control,
    /// A period of the kernel's load averages ends.
    LoadPeriod,
    /// The measured stretch begins.
    MeasureBegin,
    /// The measured stretch ends.
    MeasureEnd,
    /// A part of the measured stretch begins or ends.
    PartEdge,
    /// A part of work that no container does is over.
    ChoreLeg(ChoreId),
    /// A rollout begins.
    Rollout(RolloutId),
    /// A procedure begins, or people are done with the step at that place.
    Step(u32),
    /// The next flow has sent its last byte.
    FlowEnds {
        /// Number of the division of the interfaces among the flows.
        generation: u32,
    },
}

/// Tells the variants apart; followed by their fields, 32 bits each.
const ARRIVE: u32 = 0;
const ASK: u32 = 1;
const DELIVER: u32 = 2;
const ANSWER: u32 = 3;
const JOB_DONE: u32 = 4;
const PROCESSOR: u32 = 5;
const WAKE: u32 = 6;
const TIMEOUT_HEAD: u32 = 7;
const IMPATIENT: u32 = 8;
const BURST: u32 = 9;
const LOAD_PERIOD: u32 = 10;
const MEASURE_BEGIN: u32 = 11;
const MEASURE_END: u32 = 12;
const CANCEL: u32 = 13;
const DISK_DONE: u32 = 14;
const LIFE: u32 = 15;
const VIEW: u32 = 16;
const STRIKE: u32 = 17;
const REPAIR: u32 = 18;
const FLOW_ENDS: u32 = 19;
const LOOK: u32 = 20;
const CONTROL: u32 = 21;
const BURSTS: u32 = 22;
const UNHEALTHY: u32 = 23;
const PART_EDGE: u32 = 24;
const CHORE_LEG: u32 = 25;
const ROLLOUT: u32 = 26;
const STEP: u32 = 27;
const REFILL: u32 = 28;

/// An answer's failure as a number; zero: good.
fn code(failure: Option<Failure>) -> u32 {
    failure.map_or(0, |failure| failure as u32 + 1)
}

fn failure(code: u32) -> Option<Failure> {
    Failure::ALL.get((code as usize).wrapping_sub(1)).copied()
}

impl wssim_kernel::Event for Event {
    #[inline(always)]
    fn to_words(self) -> [u64; 2] {
        let words = |kind: u32, a: u32, b: u32, c: u32| {
            [u64::from(kind) | u64::from(a) << 32, u64::from(b) | u64::from(c) << 32]
        };
        match self {
            Self::Arrive(source) => words(ARRIVE, source.0, 0, 0),
            Self::Ask { source, user } => words(ASK, source.0, user, 0),
            Self::Deliver(frame) => words(DELIVER, frame.0, 0, 0),
            Self::Answer { to, epoch, failure } => words(ANSWER, to.0, epoch, code(failure)),
            Self::JobDone { node, slot, generation } => words(JOB_DONE, node.0, slot, generation),
            Self::Processor { node, generation } => words(PROCESSOR, node.0, generation, 0),
            Self::Wake { frame, epoch } => words(WAKE, frame.0, epoch, 0),
            Self::DiskDone { node, server } => words(DISK_DONE, node.0, server, 0),
            Self::TimeoutHead(class) => words(TIMEOUT_HEAD, class.0, 0, 0),
            Self::Impatient { frame, epoch } => words(IMPATIENT, frame.0, epoch, 0),
            Self::Cancel { visit, of, epoch } => words(CANCEL, visit.0, of.0, epoch),
            Self::Burst(background) => words(BURST, background.0, 0, 0),
            Self::Bursts(node) => words(BURSTS, node.0, 0, 0),
            Self::Life { container, turn } => words(LIFE, container.0, turn, 0),
            Self::Unhealthy(container) => words(UNHEALTHY, container.0, 0, 0),
            Self::View { observer, container, news } => words(VIEW, observer.0, container.0, news),
            Self::Refill { pool, container, trial } => words(REFILL, pool.0, container.0, trial),
            Self::Strike(fault) => words(STRIKE, fault.0, 0, 0),
            Self::Repair(fault) => words(REPAIR, fault.0, 0, 0),
            Self::Look(node) => words(LOOK, node.0, 0, 0),
            Self::Control => words(CONTROL, 0, 0, 0),
            Self::LoadPeriod => words(LOAD_PERIOD, 0, 0, 0),
            Self::MeasureBegin => words(MEASURE_BEGIN, 0, 0, 0),
            Self::MeasureEnd => words(MEASURE_END, 0, 0, 0),
            Self::PartEdge => words(PART_EDGE, 0, 0, 0),
            Self::ChoreLeg(chore) => words(CHORE_LEG, chore.0, 0, 0),
            Self::Rollout(rollout) => words(ROLLOUT, rollout.0, 0, 0),
            Self::Step(step) => words(STEP, step, 0, 0),
            Self::FlowEnds { generation } => words(FLOW_ENDS, generation, 0, 0),
        }
    }

    #[inline(always)]
    fn from_words([first, second]: [u64; 2]) -> Self {
        let (a, b, c) = ((first >> 32) as u32, second as u32, (second >> 32) as u32);
        match first as u32 {
            ARRIVE => Self::Arrive(SourceId(a)),
            ASK => Self::Ask { source: SourceId(a), user: b },
            DELIVER => Self::Deliver(FrameId(a)),
            ANSWER => Self::Answer { to: FrameId(a), epoch: b, failure: failure(c) },
            JOB_DONE => Self::JobDone { node: NodeId(a), slot: b, generation: c },
            PROCESSOR => Self::Processor { node: NodeId(a), generation: b },
            WAKE => Self::Wake { frame: FrameId(a), epoch: b },
            DISK_DONE => Self::DiskDone { node: NodeId(a), server: b },
            TIMEOUT_HEAD => Self::TimeoutHead(TimeoutId(a)),
            IMPATIENT => Self::Impatient { frame: FrameId(a), epoch: b },
            CANCEL => Self::Cancel { visit: FrameId(a), of: FrameId(b), epoch: c },
            BURST => Self::Burst(BackgroundId(a)),
            BURSTS => Self::Bursts(NodeId(a)),
            LIFE => Self::Life { container: ContainerId(a), turn: b },
            UNHEALTHY => Self::Unhealthy(ContainerId(a)),
            VIEW => Self::View { observer: ObserverId(a), container: ContainerId(b), news: c },
            REFILL => Self::Refill { pool: PoolId(a), container: ContainerId(b), trial: c },
            STRIKE => Self::Strike(FaultId(a)),
            REPAIR => Self::Repair(FaultId(a)),
            LOOK => Self::Look(NodeId(a)),
            CONTROL => Self::Control,
            LOAD_PERIOD => Self::LoadPeriod,
            MEASURE_BEGIN => Self::MeasureBegin,
            MEASURE_END => Self::MeasureEnd,
            PART_EDGE => Self::PartEdge,
            CHORE_LEG => Self::ChoreLeg(ChoreId(a)),
            ROLLOUT => Self::Rollout(RolloutId(a)),
            STEP => Self::Step(a),
            FLOW_ENDS => Self::FlowEnds { generation: a },
            other => unreachable!("no event is written as {other}"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use wssim_kernel::Event as _;

    #[test]
    fn every_event_comes_back_from_its_words() {
        let frame = FrameId(7);
        let mut events = vec![
            Event::Arrive(SourceId(1)),
            Event::Ask { source: SourceId(u32::MAX), user: 2 },
            Event::Deliver(frame),
            Event::Answer { to: frame, epoch: 3, failure: None },
            Event::JobDone { node: NodeId(4), slot: u32::MAX, generation: 5 },
            Event::Processor { node: NodeId(6), generation: 8 },
            Event::Wake { frame, epoch: 9 },
            Event::DiskDone { node: NodeId(12), server: 13 },
            Event::TimeoutHead(TimeoutId(10)),
            Event::Impatient { frame, epoch: u32::MAX },
            Event::Burst(BackgroundId(11)),
            Event::Bursts(NodeId(18)),
            Event::Life { container: ContainerId(12), turn: u32::MAX },
            Event::Unhealthy(ContainerId(19)),
            Event::View { observer: ObserverId(1), container: ContainerId(13), news: u32::MAX },
            Event::Look(NodeId(17)),
            Event::Refill { pool: PoolId(20), container: ContainerId(21), trial: u32::MAX },
            Event::Strike(FaultId(14)),
            Event::Repair(FaultId(15)),
            Event::Cancel { visit: frame, of: FrameId(u32::MAX), epoch: 12 },
            Event::Control,
            Event::LoadPeriod,
            Event::MeasureBegin,
            Event::MeasureEnd,
            Event::PartEdge,
            Event::ChoreLeg(ChoreId(20)),
            Event::Rollout(RolloutId(21)),
            Event::Step(u32::MAX),
            Event::FlowEnds { generation: u32::MAX },
        ];
        events.extend(Failure::ALL.map(|failure| Event::Answer {
            to: frame,
            epoch: 1,
            failure: Some(failure),
        }));
        for event in events {
            assert_eq!(Event::from_words(event.to_words()), event);
        }
    }
}
