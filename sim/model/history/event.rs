//! Everything that can happen without traffic.

use crate::ids::{ContainerId, FaultId, NodeId};
use crate::words::events;

events! {
    /// An event.
    pub(super) enum Event {
        /// A fault strikes.
        Strike(FaultId),
        /// A fault is repaired.
        Repair(FaultId),
        /// The next turn in a container's life.
        Life {
            /// Whose.
            container: ContainerId,
            /// Its number.
            turn: u32,
        },
        /// Health checks of a container have failed often enough, unless something has come between.
        Unhealthy(ContainerId),
        /// The orchestrator wants to be woken.
        Control,
        /// A node has an image, unless it lost what it was pulling.
        Pulled {
            /// Which.
            node: NodeId,
            /// How often it had lost what it was pulling.
            losses: u32,
        },
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use wssim_kernel::Event as _;

    #[test]
    fn every_event_comes_back_from_its_words() {
        for event in [
            Event::Strike(FaultId(u32::MAX)),
            Event::Repair(FaultId(3)),
            Event::Life { container: ContainerId(5), turn: u32::MAX },
            Event::Unhealthy(ContainerId(7)),
            Event::Control,
            Event::Pulled { node: NodeId(9), losses: u32::MAX },
        ] {
            assert_eq!(Event::from_words(event.to_words()), event);
        }
    }
}
