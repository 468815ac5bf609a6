//! Claims of `migrate`: means over replications, or paired changes from another migration.

use super::numbers::PhasesShown;
use crate::findings::JudgedClaim;
use crate::judge::{estimate, not_judged, paired_change, undecided, unit_of, verdict};
use crate::question::{Claim, Study};
use crate::reason::{Needed, Reason, Runs, Unmeasured};
use crate::verdict::Verdict;
use wssim_stats::Estimate;

/// The results to judge by.
pub(super) struct MigrationBench<'a> {
    pub(super) own: &'a PhasesShown<'a>,
    /// By file that changes refer to.
    pub(super) bases: &'a [(String, PhasesShown<'a>)],
    pub(super) replications: usize,
    /// Level of one interval.
    pub(super) level: f64,
    /// Number of inputs with ranges, which are not checked.
    pub(super) ranges: usize,
}

impl MigrationBench<'_> {
    /// The claim with its verdict.
    pub(super) fn judge(&self, claim: &Claim) -> JudgedClaim {
        let measured = match not_judged(claim, Study::Migrate) {
            Some(reason) => Err(reason),
            None => self.measure(claim).map_err(Reason::Unmeasured),
        };
        let (simulated, verdict, why) = match measured {
            Err(reason) => (None, Verdict::Undecided, vec![reason]),
            Ok(estimate) => {
                let verdict = verdict(&claim.expected, claim.observed, &estimate);
                let why = match verdict {
                    Verdict::Undecided => {
                        vec![undecided(claim, &estimate, Runs::Replications, Needed::Replications)]
                    }
                    _ if self.ranges > 0 => {
                        vec![Reason::NotLookedAt { looked: 0, ranges: self.ranges }]
                    }
                    _ => Vec::new(),
                };
                (Some(estimate), verdict, why)
            }
        };
        JudgedClaim { claim: claim.clone(), unit: unit_of(claim), simulated, verdict, why }
    }

    fn measure(&self, claim: &Claim) -> Result<Estimate, Unmeasured> {
        let name = || claim.metric.name.clone();
        let own = self.own.samples(&claim.metric, self.replications);
        let own = own.ok_or_else(|| Unmeasured::NoMetric(name()))?;
        let found = match &claim.relative_to {
            None => estimate(&own, self.level),
            Some(file) => {
                let base = self.bases.iter().find(|(base, _)| base == file);
                let base =
                    base.and_then(|(_, base)| base.samples(&claim.metric, self.replications));
                let base = base.ok_or_else(|| Unmeasured::NoMetric(name()))?;
                paired_change(&base, &own, claim.expected.relative, self.level)
            }
        };
        found.ok_or_else(|| Unmeasured::NotObserved(name()))
    }
}
