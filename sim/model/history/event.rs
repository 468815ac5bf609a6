//! Events of a history without traffic.

use crate::ids::{ContainerId, FaultId, NodeId};
use crate::life::Moment;
use crate::words::events;

events! {
    /// An event.
    pub(super) enum Event {
        /// A fault strikes.
        Strike(FaultId),
        /// A fault is repaired.
        Repair(FaultId),
        /// The next turn of a container's life.
        Life {
            /// The container.
            container: ContainerId,
            /// Its number.
            turn: u32,
        },
        /// Health checks of a container have failed often enough to find it unhealthy, unless this is overtaken.
        Unhealthy(ContainerId),
        /// The orchestrator wants to be woken.
        Control,
        /// A node has an image, unless it has lost the pull.
        Pulled {
            /// The node.
            node: NodeId,
            /// Pulls that it had lost when this one began.
            losses: u32,
        },
    }
}

impl From<Moment> for Event {
    fn from(moment: Moment) -> Self {
        match moment {
            Moment::Strike(fault) => Self::Strike(fault),
            Moment::Repair(fault) => Self::Repair(fault),
            Moment::Life { container, turn } => Self::Life { container, turn },
            Moment::Unhealthy(container) => Self::Unhealthy(container),
            Moment::Control => Self::Control,
        }
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
