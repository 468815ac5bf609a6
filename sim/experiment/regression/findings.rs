//! The findings of a comparison of two results.

use super::recorded::NumberKey;
use crate::metric::RegressionLimit;
use crate::verdict::Verdict;
use wssim_stats::Estimate;

/// The comparison with the baseline.
#[derive(Clone, Debug)]
pub struct Difference {
    /// Bare name of the scenario.
    pub scenario: String,
    /// Complete replications of the baseline and of the later result.
    pub replications: [u32; 2],
    /// Their seeds.
    pub seeds: [u64; 2],
    /// How the two were compared.
    pub pairing: Pairing,
    /// Upper bound of the probability that any number is reported as regressed though nothing has
    /// changed.
    pub chance: f64,
    /// Whether missing numbers are reported without failing.
    pub allow_missing: bool,
    /// A row for each number with a limit, in the order of the baseline, then new ones.
    pub rows: Vec<ComparedNumber>,
    /// A row for each claim of either.
    pub claims: Vec<ClaimRow>,
    /// The components of a request's time that grew most, named as in `request_time_seconds`, in seconds
    /// per request, largest first.
    pub carried_by: Vec<(String, f64)>,
}

impl Difference {
    /// Numbers and claims that got worse, or are missing if that fails.
    #[must_use]
    pub fn regressions(&self) -> usize {
        let rows = self.rows.iter().map(|row| row.standing);
        let all = rows.chain(self.claims.iter().map(|claim| claim.standing));
        all.filter(|standing| self.is_regression(*standing)).count()
    }

    /// Whether it fails the comparison.
    #[must_use]
    pub fn is_regression(&self, standing: ChangeStatus) -> bool {
        standing == ChangeStatus::Regressed
            || (standing == ChangeStatus::Missing && !self.allow_missing)
    }
}

/// How two results are compared.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Pairing {
    /// Replication by replication: both had the same random numbers.
    Paired,
    /// As independent samples, by Welch's interval.
    Independent,
}

impl Pairing {
    /// Its name in `results.json`.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Paired => "paired",
            Self::Independent => "independent",
        }
    }
}

/// A number with a limit.
#[derive(Clone, Debug)]
pub struct ComparedNumber {
    /// Its name and labels.
    pub key: NumberKey,
    /// Base unit.
    pub unit: String,
    /// The value before and now: means over the compared replications.
    pub before: Option<f64>,
    /// See `before`.
    pub now: Option<f64>,
    /// Its change; the interval is simultaneous over all rows. `None` if unknown.
    pub change: Option<Estimate>,
    /// Its limit.
    pub limit: RegressionLimit,
    /// The allowed change for the worse, in the base unit.
    pub allowed: f64,
    /// The outcome.
    pub standing: ChangeStatus,
}

/// A claim.
#[derive(Clone, Debug)]
pub struct ClaimRow {
    /// Its id.
    pub id: String,
    /// The plan's sentence.
    pub text: String,
    /// The verdict in the baseline.
    pub before: Option<Verdict>,
    /// The verdict now.
    pub now: Option<Verdict>,
    /// The outcome.
    pub standing: ChangeStatus,
}

/// The outcome for a number or a claim.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ChangeStatus {
    /// Worse by more than its limit, and significantly worse.
    Regressed,
    /// The baseline has it, the later result does not.
    Missing,
    /// Better by more than its limit, and significantly better.
    Improved,
    /// It may or may not be worse by more than its limit; for a claim: its verdict differs, and one of
    /// the two is undecided or does not count.
    Unclear {
        /// Forecast of the replications that would decide it.
        needed: Option<u32>,
    },
    /// The later result has it, the baseline does not.
    New,
    /// Neither worse nor better by more than its limit.
    Within,
}

impl ChangeStatus {
    /// Its name in `results.json`.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Regressed => "regressed",
            Self::Missing => "missing",
            Self::Improved => "improved",
            Self::Unclear { .. } => "unclear",
            Self::New => "new",
            Self::Within => "within",
        }
    }
}
