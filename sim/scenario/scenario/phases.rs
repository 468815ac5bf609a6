//! The worlds of the phases of a migration: the same files, each with the overlay of one more phase.

use super::{Missing, Scenario, World};
use crate::base::Shared;
use crate::check;
use crate::diagnostic::Diagnostic;
use crate::document::Document;
use crate::files::Location;
use crate::load::Set;
use crate::planned;
use crate::trace::Traces;
use wssim_experiment::migrate::plan::PlannedPhase;

impl World {
    /// Reads the worlds with the overlays of the first phase, of the first two, and so on. Returns the
    /// mistakes.
    pub(super) fn read_phases(
        &mut self,
        location: &Location,
        sets: &[Set],
        missing: Missing,
        shared: &Shared,
    ) -> Vec<Diagnostic> {
        let mut mistakes = check::migration::size(&self.document, &self.sources);
        if !mistakes.is_empty() {
            return mistakes;
        }
        mistakes.extend(check::migration::order(&self.document, &self.sources));
        for phases in 1..=self.document.migration.phases.len() {
            match Self::read_with(location, sets, missing, shared, phases) {
                Ok(world) => self.phases.push(world),
                // A mistake here is repeated in all later worlds.
                Err(more) => {
                    mistakes.extend(more);
                    return mistakes;
                }
            }
        }
        if mistakes.is_empty() {
            let worlds: Vec<&Document> = self.stages().map(|(document, _)| document).collect();
            mistakes = check::migration::worlds(&worlds, &self.sources);
        }
        if mistakes.is_empty() {
            let phases = self.plans();
            mistakes = check::migration::lengths(&self.document, &phases, &self.sources);
        }
        mistakes
    }

    /// The phases with their worlds.
    pub(super) fn plans(&self) -> Vec<PlannedPhase> {
        planned::phases(&self.stages().collect::<Vec<_>>())
    }

    /// The documents with the overlays of none, of the first phase, of the first two, and so on.
    fn stages(&self) -> impl Iterator<Item = (&Document, &Traces)> {
        std::iter::once(self).chain(&self.phases).map(|world| (&world.document, &world.traces))
    }
}

impl Scenario {
    /// The phases of `arm` as worlds.
    pub(super) fn phase_worlds(&self, arm: Option<&str>) -> Vec<PlannedPhase> {
        let world = arm.map_or(Some(&self.world), |arm| self.arms.get(arm));
        world.map(World::plans).unwrap_or_default()
    }
}
