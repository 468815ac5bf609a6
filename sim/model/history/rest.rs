//! A cluster after faults, before any container is replaced or repaired.

use super::Standing;
use crate::blueprint::{Blueprint, Container, FaultKind};
use crate::fault::Reach;
use crate::ids::FaultId;
use crate::life::Life;
use wssim_kernel::Time;

/// A cluster in which faults have struck, and every container has kept its place.
#[derive(Debug)]
pub struct Rest<'a> {
    blueprint: &'a Blueprint,
    reach: Reach,
    lives: Vec<Life>,
    everything: Vec<u32>,
}

impl<'a> Rest<'a> {
    /// After `faults`; those that strike containers have no effect.
    #[must_use]
    pub fn after(blueprint: &'a Blueprint, faults: impl Iterator<Item = FaultId>) -> Self {
        let mut reach = Reach::open(blueprint.nodes.len());
        for fault in faults.map(|id| &blueprint.faults[id.index()]) {
            if fault.kind == FaultKind::Crash {
                reach.take_down(&fault.nodes);
            }
            reach.suffer(fault, Time::NEVER);
        }
        // Containers that begin later run.
        let life = |container: &Container| {
            if container.spare { Life::first(container) } else { Life::default() }
        };
        let lives = blueprint.containers.iter().map(life).collect();
        let everything = (0..blueprint.services.len() as u32).collect();
        Self { blueprint, reach, lives, everything }
    }

    /// The standing in this state.
    #[must_use]
    pub fn standing(&self) -> Standing<'_> {
        Standing {
            blueprint: self.blueprint,
            now: Time::ZERO,
            reach: &self.reach,
            lives: &self.lives,
            is_led: true,
            changed: &self.everything,
            reach_changed: true,
        }
    }
}
