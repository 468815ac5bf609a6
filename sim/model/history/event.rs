//! Everything that can happen without traffic.

use crate::ids::{ContainerId, FaultId, NodeId};
use crate::life::Moment;

/// An event.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
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

const STRIKE: u64 = 0;
const REPAIR: u64 = 1;
const LIFE: u64 = 2;
const UNHEALTHY: u64 = 4;
const PULLED: u64 = 5;

impl wssim_kernel::Event for Event {
    fn to_words(self) -> [u64; 2] {
        match self {
            Self::Strike(fault) => [STRIKE, u64::from(fault.0)],
            Self::Repair(fault) => [REPAIR, u64::from(fault.0)],
            Self::Life { container, turn } => {
                [LIFE | u64::from(turn) << 32, u64::from(container.0)]
            }
            Self::Unhealthy(container) => [UNHEALTHY, u64::from(container.0)],
            Self::Control => [3, 0],
            Self::Pulled { node, losses } => [PULLED | u64::from(losses) << 32, u64::from(node.0)],
        }
    }

    fn from_words([first, second]: [u64; 2]) -> Self {
        let id = second as u32;
        match first & u64::from(u32::MAX) {
            STRIKE => Self::Strike(FaultId(id)),
            REPAIR => Self::Repair(FaultId(id)),
            LIFE => Self::Life { container: ContainerId(id), turn: (first >> 32) as u32 },
            UNHEALTHY => Self::Unhealthy(ContainerId(id)),
            PULLED => Self::Pulled { node: NodeId(id), losses: (first >> 32) as u32 },
            _ => Self::Control,
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
