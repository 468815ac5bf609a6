//! The claims of `run` for the check of ranges: the arms and values of each.

use crate::arm::{Setting, TrafficStage};
use crate::engine::{ArmId, Engine};
use crate::judge::{Arms, readings};
use crate::question::{Claim, Measure, MeasureKind, Override, Point, WorldError};
use crate::ranges::Weighing;
use crate::readings::Readings;
use wssim_kernel::Nanos;

/// Largest factor by which replications of a screen are shorter.
const SHORTER: u64 = 8;
/// The factor for the time before the measured stretch.
const SHORTER_LEAD: u64 = 4;

/// A claim and its scenario.
#[derive(Clone, Copy, Debug)]
pub(crate) struct About<'q> {
    pub(crate) claim: &'q Claim,
    /// `None` for the scenario itself.
    pub(crate) arm: Option<&'q str>,
}

/// All subjects of a check.
pub(crate) struct Claims<'q> {
    pub(crate) all: Vec<About<'q>>,
}

impl Weighing<TrafficStage<'_>> for Claims<'_> {
    fn arms(
        &self,
        engine: &mut Engine<'_, TrafficStage<'_>>,
        subject: usize,
        at: &[Override],
    ) -> Result<Vec<ArmId>, WorldError> {
        let About { claim, arm } = self.all[subject];
        let mut point = |arm: Option<&str>| {
            engine.arm(&Point { arm: arm.map(str::to_owned), overrides: at.to_vec() })
        };
        let own = point(arm)?;
        let base = claim.relative_to.as_deref().map(|base| point(Some(base))).transpose()?;
        Ok([Some(own), base].into_iter().flatten().collect())
    }

    fn is_change(&self, subject: usize) -> bool {
        self.all[subject].claim.relative_to.is_some()
    }

    fn readings(
        &self,
        engine: &Engine<'_, TrafficStage<'_>>,
        subject: usize,
        arms: &[ArmId],
        replications: usize,
    ) -> Option<Readings> {
        let see = |place: usize| arms.get(place).map(|arm| engine.see(*arm));
        let arms = Arms { own: see(0)?, base: see(1) };
        readings(self.all[subject].claim, arms, replications).ok()
    }
}

/// The setting of a screen, with replications shorter by `part` than those of `setting`. A window keeps
/// its length.
pub(crate) fn shorter(setting: &Setting, part: u64) -> Setting {
    let Measure { kind, duration, slot } = setting.measure;
    if part <= 1 || matches!(kind, MeasureKind::Window { .. }) {
        return *setting;
    }
    let measure = Measure { kind, duration: Nanos((duration.0 / part).max(1)), slot };
    Setting { lead: Nanos(setting.lead.0 / SHORTER_LEAD), measure, ..*setting }
}

/// Divisors of the measured stretch that a screen may use, the shortest stretch first.
pub(crate) fn parts() -> impl Iterator<Item = u64> {
    std::iter::successors(Some(SHORTER), |part| (*part > 1).then_some(part / 2))
}
