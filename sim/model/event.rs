//! Everything that can happen: one closed enum of ids and epochs, 16 bytes.

use crate::ids::{BackgroundId, NodeId, SourceId, TimeoutId};
use crate::request::frame::FrameId;

/// An event.
#[derive(Clone, Copy, Debug)]
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
        failure: Option<crate::probe::Failure>,
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
    /// The head of a class of equal time-outs is due.
    TimeoutHead(TimeoutId),
    /// A user's own patience is over.
    Impatient {
        /// Who waits.
        frame: FrameId,
        /// Its epoch then.
        epoch: u32,
    },
    /// A container's background load begins a burst.
    Burst(BackgroundId),
    /// The kernel's load averages are sampled.
    SampleLoad,
    /// The measured stretch begins.
    MeasureBegin,
    /// The measured stretch ends.
    MeasureEnd,
}

const _: () = assert!(size_of::<Event>() <= 16);
