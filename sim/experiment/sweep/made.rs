//! Makes the worlds of a grid once each: examined before the simulation, then handed to the engine.

use crate::question::{AtRisk, Override, RangeEnd, RangedInput, WorldError, Worlds};
use std::collections::BTreeMap;
use std::sync::{Mutex, MutexGuard, PoisonError};
use wssim_model::Blueprint;

/// Worlds kept for the engine.
pub(super) struct MadeWorlds<'a> {
    worlds: &'a dyn Worlds,
    kept: Mutex<BTreeMap<Vec<Override>, Blueprint>>,
}

impl<'a> MadeWorlds<'a> {
    pub(super) fn new(worlds: &'a dyn Worlds) -> Self {
        Self { worlds, kept: Mutex::new(BTreeMap::new()) }
    }

    /// The result of `look` on the world of `overrides`, which is kept.
    pub(super) fn see<T>(
        &self,
        overrides: &[Override],
        look: impl FnOnce(&Blueprint) -> T,
    ) -> Result<T, WorldError> {
        if let Some(world) = self.kept().get(overrides) {
            return Ok(look(world));
        }
        // Without the lock: worlds are made on all threads.
        let world = self.worlds.blueprint(None, overrides)?;
        let seen = look(&world);
        self.kept().insert(overrides.to_vec(), world);
        Ok(seen)
    }

    fn kept(&self) -> MutexGuard<'_, BTreeMap<Vec<Override>, Blueprint>> {
        self.kept.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Worlds for MadeWorlds<'_> {
    /// Hands over a kept world.
    fn blueprint(
        &self,
        arm: Option<&str>,
        overrides: &[Override],
    ) -> Result<Blueprint, WorldError> {
        let kept = match arm {
            None => self.kept().remove(overrides),
            Some(_) => None,
        };
        kept.map_or_else(|| self.worlds.blueprint(arm, overrides), Ok)
    }

    fn at_risk(&self, arm: Option<&str>, overrides: &[Override]) -> Result<AtRisk, WorldError> {
        self.worlds.at_risk(arm, overrides)
    }

    fn between(&self, input: &RangedInput, end: RangeEnd, fraction: f64) -> Option<Override> {
        self.worlds.between(input, end, fraction)
    }

    fn replicas(&self, service: &str, replicas: u32) -> Override {
        self.worlds.replicas(service, replicas)
    }
}
