//! Everything that can happen: one closed enum of ids and epochs, 16 bytes. A new event is one line here, and its
//! arm in `World::handle`.

use crate::ids::{
    BackgroundId, ChoreId, ContainerId, FaultId, FrameId, NodeId, ObserverId, PoolId, RolloutId,
    SourceId, TimeoutId,
};
use crate::probe::Failure;
use crate::words::{Word, events};

events! {
    /// An event.
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
}

impl Word for Option<Failure> {
    /// Zero: good.
    #[inline(always)]
    fn to_word(self) -> u32 {
        self.map_or(0, |failure| failure as u32 + 1)
    }

    #[inline(always)]
    fn from_word(word: u32) -> Self {
        Failure::ALL.get((word as usize).wrapping_sub(1)).copied()
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
