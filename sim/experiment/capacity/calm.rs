//! The worlds of the search: without rollouts, whose failures do not depend on traffic.

use crate::migrate::plan::PlannedPhase;
use crate::question::{AtRisk, Override, RangeEnd, RangedInput, WorldError, Worlds};
use wssim_model::Blueprint;

/// The same worlds without rollouts.
pub(super) struct CalmWorlds<'a>(pub(super) &'a dyn Worlds);

impl Worlds for CalmWorlds<'_> {
    fn blueprint(
        &self,
        arm: Option<&str>,
        overrides: &[Override],
    ) -> Result<Blueprint, WorldError> {
        self.0.blueprint(arm, overrides).map(Blueprint::without_rollouts)
    }

    fn at_risk(&self, arm: Option<&str>, overrides: &[Override]) -> Result<AtRisk, WorldError> {
        self.0.at_risk(arm, overrides)
    }

    fn phases(&self, arm: Option<&str>) -> Result<Vec<PlannedPhase>, WorldError> {
        self.0.phases(arm)
    }

    fn between(&self, input: &RangedInput, end: RangeEnd, fraction: f64) -> Option<Override> {
        self.0.between(input, end, fraction)
    }

    fn replicas(&self, service: &str, replicas: u32) -> Override {
        self.0.replicas(service, replicas)
    }
}
