//! Compares migrations, for `compare`: how long each takes, how long people work, and which entries are
//! down meanwhile.

use super::numbers::{NumberLabels, PhasesShown};
use super::passage::Passage;
use super::stage::{MigrationStage, PhasePoint, PhaseVariant};
use crate::compare::findings::Beside;
use crate::engine::{ArmId, Broken, Engine, Want};
use crate::judge::{LEVEL, estimate, paired_change};
use crate::metric::{ALL, MetricKind};
use crate::question::{MetricRef, WorldError, Worlds};
use crate::watch::{self, Watch};
use wssim_stats::{Estimate, simultaneous_level};

/// Replications of each migration by default.
const REPLICATIONS: u32 = 20;

/// Metrics of whole migrations.
const TOLD: [&str; 3] = ["migration_downtime_seconds", "migration_effort_seconds", "phase_seconds"];

/// A number of two migrations.
pub(crate) struct NumberBeside {
    pub(crate) kind: &'static MetricKind,
    pub(crate) labels: NumberLabels,
    pub(crate) before: Option<Estimate>,
    pub(crate) beside: Beside,
}

/// The migration of `worlds` beside that of its arm `base`, paired; `None` if either has no phases, or
/// the user stops it. One of `others` that are compared with the base.
///
/// # Errors
/// When a world cannot be made.
pub(crate) fn beside(
    worlds: &dyn Worlds,
    base: &str,
    options: &crate::Options,
    watch: &dyn Watch,
    others: usize,
) -> Result<Vec<NumberBeside>, WorldError> {
    let stage = MigrationStage::new(worlds, options.seed);
    let [before, after] = [stage.phases(Some(base))?, stage.phases(None)?];
    if before.is_empty() || after.is_empty() {
        return Ok(Vec::new());
    }
    let mut engine = Engine::new(&stage, watch);
    let mut arms = [Vec::new(), Vec::new()];
    for (place, (arm, phases)) in [(Some(base), &before), (None, &after)].into_iter().enumerate() {
        for phase in 0..phases.len() {
            let point =
                PhasePoint { arm: arm.map(str::to_owned), phase, variant: PhaseVariant::Plain };
            arms[place].push(engine.arm(&point)?);
        }
    }
    let replications = options.replications.unwrap_or(REPLICATIONS);
    let wants: Vec<Want> = arms.iter().flatten().map(|&arm| Want { arm, replications }).collect();
    if Broken::or_stopped(engine.simulate(watch::StudyPhase::Aside, &wants))?.is_err() {
        return Ok(Vec::new());
    }
    let done = |arms: &[ArmId]| -> Vec<&[Passage]> {
        arms.iter().map(|arm| engine.see(*arm).done.as_slice()).collect()
    };
    // Rollbacks are not compared.
    let shown = |phases, arms: &[ArmId]| {
        let backs = vec![Vec::new(); arms.len()];
        PhasesShown { phases, plain: done(arms), backs }
    };
    let both = [shown(&before, &arms[0]), shown(&after, &arms[1])];
    Ok(numbers(&both, replications as usize, simultaneous_level(others, 1)))
}

/// The numbers of either migration as a whole.
fn numbers(both: &[PhasesShown<'_>; 2], most: usize, level: f64) -> Vec<NumberBeside> {
    let mut keys: Vec<(&'static MetricKind, NumberLabels)> = Vec::new();
    for key in both.iter().flat_map(PhasesShown::keys) {
        let is_of_all = key.1.iter().all(|(name, value)| *name != "phase" || value == ALL);
        let is_known = keys.iter().any(|one| one.0.name == key.0.name && one.1 == key.1);
        if TOLD.contains(&key.0.name) && is_of_all && !is_known {
            keys.push(key);
        }
    }
    let number = |(kind, labels): (&'static MetricKind, NumberLabels)| {
        let metric = MetricRef::named(kind.name, &labels);
        let [before, after] = [0, 1].map(|place: usize| both[place].samples(&metric, most));
        let alone = |samples: &Option<Vec<_>>| estimate(samples.as_ref()?, LEVEL);
        let change =
            |relative: bool| paired_change(before.as_ref()?, after.as_ref()?, relative, level);
        let beside = Beside {
            after: alone(&after),
            change: change(false),
            relative: change(true).filter(|relative| relative.mean.is_finite()),
            ..Beside::default()
        };
        NumberBeside { before: alone(&before), beside, kind, labels }
    };
    keys.into_iter().map(number).collect()
}
