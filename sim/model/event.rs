//! All events: one closed enum of ids and epochs, 16 bytes. A new event is one line here, and its arm in
//! `World::handle`.

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
        /// A user of a closed source has finished thinking.
        Ask {
            /// The source.
            source: SourceId,
            /// The user.
            user: u32,
        },
        /// A request reaches the container of its frame.
        Deliver(FrameId),
        /// An answer reaches its caller.
        Answer {
            /// The caller.
            to: FrameId,
            /// The caller's epoch when it sent the call.
            epoch: u32,
            /// `None`: a good answer.
            failure: Option<Failure>,
        },
        /// A job with an event of its own completes its demand.
        JobDone {
            /// Its node.
            node: NodeId,
            /// Its slot on the processor.
            slot: u32,
            /// The processor's generation.
            generation: u32,
        },
        /// A shared processor changes.
        Processor {
            /// Its node.
            node: NodeId,
            /// The processor's generation.
            generation: u32,
        },
        /// A sleep or a pause before a retry is over.
        Wake {
            /// The frame that sleeps.
            frame: FrameId,
            /// Its epoch when it began to.
            epoch: u32,
        },
        /// A visit to a disk is over.
        DiskDone {
            /// Its node.
            node: NodeId,
            /// The disk's server.
            server: u32,
        },
        /// The head of a class of equal time-outs expires.
        TimeoutHead(TimeoutId),
        /// A user's patience ends.
        Impatient {
            /// The frame that waits.
            frame: FrameId,
            /// Its epoch when it began to.
            epoch: u32,
        },
        /// A caller's cancellation reaches its callee.
        Cancel {
            /// The callee, if it still exists.
            visit: FrameId,
            /// The caller.
            of: FrameId,
            /// The caller's epoch when it sent the call.
            epoch: u32,
        },
        /// A background load begins a burst.
        Burst(BackgroundId),
        /// A burst begins on a node where it could meet an attended job.
        Bursts(NodeId),
        /// The next turn of a container's life.
        Life {
            /// The container.
            container: ContainerId,
            /// Its number.
            turn: u32,
        },
        /// A container becomes unhealthy, unless this was overtaken.
        Unhealthy(ContainerId),
        /// News of a container reaches an observer.
        View {
            /// The observer.
            observer: ObserverId,
            /// The container.
            container: ContainerId,
            /// Number of the news, shifted by one bit; the lowest bit is set if the container is there.
            news: u32,
        },
        /// An instance of a pool whose last attempt to connect failed tries again.
        Refill {
            /// The pool.
            pool: PoolId,
            /// The container.
            container: ContainerId,
            /// Number of the attempt.
            trial: u32,
        },
        /// A fault strikes.
        Strike(FaultId),
        /// A fault is repaired.
        Repair(FaultId),
        /// The memory of a node is looked at.
        Look(NodeId),
        /// The orchestrator wakes up.
        Control,
        /// A period of the kernel's load averages ends.
        LoadPeriod,
        /// The measured stretch begins.
        MeasureBegin,
        /// The measured stretch ends.
        MeasureEnd,
        /// A part of the measured stretch begins or ends.
        PartEdge,
        /// A part of work outside containers is over.
        ChoreLeg(ChoreId),
        /// A rollout begins.
        Rollout(RolloutId),
        /// A procedure begins, or people have finished the step at that place.
        Step(u32),
        /// The next flow ends.
        FlowEnds {
            /// Number of the division of the interfaces among the flows.
            generation: u32,
        },
    }
}

impl Word for Option<Failure> {
    /// Zero: no failure.
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
