//! What comparing two results found.

use super::recorded::NumberKey;
use crate::metric::RegressionLimit;
use crate::verdict::Verdict;
use wssim_stats::Estimate;

/// What became of the baseline.
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
    /// The chance, at most, that any number is said to have regressed though nothing has changed.
    pub chance: f64,
    /// Whether what is missing is told and does not fail.
    pub allow_missing: bool,
    /// A row a number with a limit, in the order of the baseline, then what is new.
    pub rows: Vec<ComparedNumber>,
    /// A row a claim of either.
    pub claims: Vec<ClaimRow>,
    /// Where the time of a request grew most: parts as `request_time_seconds` names them, and seconds of a
    /// request; the largest first.
    pub carried_by: Vec<(String, f64)>,
}

impl Difference {
    /// Numbers and claims that got worse, or that are missing where that fails.
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
    /// Replication by replication: both met the same random numbers.
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
    /// Which number.
    pub key: NumberKey,
    /// Base unit.
    pub unit: String,
    /// What it was, and what it is: means over what is compared.
    pub before: Option<f64>,
    /// See `before`.
    pub now: Option<f64>,
    /// By how much it changed; the interval is simultaneous over all rows. `None`: nothing is known of it.
    pub change: Option<Estimate>,
    /// What it is held to.
    pub limit: RegressionLimit,
    /// The change for the worse that is allowed, in the base unit.
    pub allowed: f64,
    /// What became of it.
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
    /// What became of it.
    pub standing: ChangeStatus,
}

/// What became of a number or of a claim.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ChangeStatus {
    /// Worse by more than its limit, and known to be worse.
    Regressed,
    /// The baseline has it, the later result has not.
    Missing,
    /// Better by more than its limit, and known to be better.
    Improved,
    /// It may be worse by more than its limit, or not; of a claim: its verdict is another one, and one of the two is
    /// undecided or does not count.
    Unclear {
        /// Replications that would tell, as far as can be foreseen.
        needed: Option<u32>,
    },
    /// The later result has it, the baseline has not.
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
