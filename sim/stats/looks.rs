//! Sequential verdicts: when claims are looked at, and at which level, for several looks and several
//! claims.
//!
//! Claims are judged by t intervals after fixed numbers of replications. A false verdict requires an
//! interval that misses its number, so its probability is at most the sum of the intervals' miss
//! probabilities over looks and claims (Bonferroni), whatever their dependence. Look k of K may miss the
//! share cₖ of α = [`FAMILY_ERROR`], divided by the claims that are still open, and a little less:
//!
//! level = 1 − α·cₖ / open^1.1,  cₖ ∝ √nₖ,  Σ cₖ = 1.
//!
//! *Looks.* An allocation fixed in advance (Slud & Wei, J. Am. Stat. Ass. 77 (1982)) needs no joint
//! law of the looks, so it holds for t intervals of any n as it does for normal ones. A spending
//! function that uses their joint law (Lan & DeMets, Biometrika 70 (1983)) would save some 6 to
//! 12 % of the replications, confidence sequences (Howard et al., Annals of Statistics 49 (2021)) cost
//! some 30 % more, since they pay for looks that are never taken. Shares that grow with n spend little
//! error on early looks with few replications.
//!
//! *Claims.* A decided claim stays decided and takes no further part; those still open divide α
//! among them (Holm's procedure, look by look: Ye, Li, Liu & Yao, Statistics in Medicine 32 (2013);
//! Maurer & Bretz, Statistics in Biopharmaceutical Research 5 (2013)). Of claims whose numbers lie on
//! their limits, say M, both verdicts are false. Until the first false one all M are open, so each
//! misses with at most α·cₖ/M at every look: together at most α. For a claim beside its limit one
//! verdict is false and the other frees its share; that directional step-down verdicts keep the bound is
//! proved for independent estimates (Shaffer, Annals of Statistics 8 (1980)). Tests plant claims on
//! their limits, beside them, and among clear ones.
//!
//! *Skewed values.* t intervals of few skewed values miss more often than stated, and the excess grows
//! with the level, so with the number of claims. [`KEPT_BACK`] compensates: with values of skewness ½
//! false verdicts stay below 5 % for 20 claims on their limits; with skewness 1 (means of short
//! replications of a busy queue) for one such claim, not for 20 at once.

use crate::multiple::FAMILY_ERROR;

/// Numbers of replications after which claims are looked at. Fewer than 5 decide nothing; 160 is the
/// cap. Steps are a fifth to a third and, after the first, even: work for all cores.
pub const AT: [u32; 16] = [5, 6, 8, 10, 12, 16, 20, 24, 32, 40, 48, 64, 80, 96, 128, 160];

/// The share 1 − open^−0.1 of the error is kept back for non-normal values: nothing with one open claim,
/// a quarter with 20. Assumption.
pub const KEPT_BACK: f64 = 0.1;

/// A schedule of looks, with each look's share of the error.
#[derive(Clone, Debug, PartialEq)]
pub struct Looks {
    at: Vec<u32>,
    shares: Vec<f64>,
}

impl Default for Looks {
    /// The looks of [`AT`].
    fn default() -> Self {
        Self::new(&AT)
    }
}

impl Looks {
    /// Looks after these numbers of replications.
    ///
    /// # Panics
    /// When there is none, or unless they ascend from at least 2.
    pub fn new(at: &[u32]) -> Self {
        assert!(at.first().is_some_and(|first| *first >= 2), "a first look at two or more");
        assert!(at.is_sorted_by(|a, b| a < b), "looks in ascending order");
        let weights: Vec<f64> = at.iter().map(|n| f64::from(*n).sqrt()).collect();
        let all: f64 = weights.iter().sum();
        let shares = weights.iter().map(|weight| weight / all).collect();
        Self { at: at.to_vec(), shares }
    }

    /// Replications at each look.
    pub fn at(&self) -> &[u32] {
        &self.at
    }

    /// The look whose level applies after `replications`: the last with at most that number, or the
    /// first. For a run whose number of replications was fixed beforehand.
    pub fn look_of(&self, replications: u32) -> usize {
        self.at.partition_point(|at| *at <= replications).saturating_sub(1)
    }

    /// Level of each interval at look `look`, from 0, with `open` claims not yet decided.
    ///
    /// Zero open claims count as one.
    ///
    /// # Panics
    /// When there is no such look.
    pub fn level(&self, look: usize, open: usize) -> f64 {
        1.0 - FAMILY_ERROR * self.shares[look] / (open.max(1) as f64).powf(1.0 + KEPT_BACK)
    }

    /// Removes from `open` all claims for which `is_decided(claim, level)` holds at look `look`, and
    /// returns them.
    ///
    /// A decision raises the error allowed for the others, so they are checked again until none is
    /// decided. `level` is that of the interval to show with the verdict.
    ///
    /// # Panics
    /// When there is no such look.
    pub fn settle(
        &self,
        look: usize,
        open: &mut Vec<usize>,
        mut is_decided: impl FnMut(usize, f64) -> bool,
    ) -> Vec<usize> {
        let mut decided = Vec::new();
        loop {
            let (before, level) = (open.len(), self.level(look, open.len()));
            open.retain(|&claim| {
                let is_decided = is_decided(claim, level);
                if is_decided {
                    decided.push(claim);
                }
                !is_decided
            });
            if open.len() == before || open.is_empty() {
                return decided;
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// All looks of all claims together may miss with 5 % less what is kept back, while none is decided.
    #[test]
    fn all_looks_share_the_error() {
        let looks = Looks::default();
        for (claims, due) in [(1, 0.05), (6, 0.041_798), (20, 0.037_057)] {
            let missed: f64 = (0..AT.len()).map(|look| 1.0 - looks.level(look, claims)).sum();
            let all = missed * claims as f64;
            assert!((all - due).abs() < 1e-6, "{claims}: {all}, {due}");
        }
        assert_eq!(looks.level(3, 0), looks.level(3, 1));
    }

    #[test]
    fn later_looks_and_fewer_claims_have_more_to_spend() {
        let looks = Looks::default();
        assert!((1..AT.len()).all(|look| looks.level(look, 5) < looks.level(look - 1, 5)));
        assert!((1..20).all(|open| looks.level(2, open) < looks.level(2, open + 1)));
    }

    #[test]
    fn the_first_look_is_at_five_and_the_last_at_160() {
        let looks = Looks::default();
        assert_eq!((looks.at()[0], *looks.at().last().unwrap()), (5, 160));
        let of = |n| looks.at()[looks.look_of(n)];
        assert_eq!([1, 5, 7, 8, 159, 160, 1000].map(of), [5, 5, 6, 8, 128, 160, 160]);
    }

    /// One of three may miss with 0.299, one of two with 0.467 of what a single one may: the first is
    /// never decided alone; the third is, and hands its share on to the second, which needs it.
    #[test]
    fn what_is_decided_hands_on_its_share() {
        let looks = Looks::default();
        let share = 1.0 - looks.level(0, 1);
        let needs = [1.1, 0.45, 0.29];
        let mut open = vec![0, 1, 2];
        let decided = looks.settle(0, &mut open, |claim, level| 1.0 - level > needs[claim] * share);
        assert_eq!((decided, open), (vec![2, 1], vec![0]));
        let mut open = vec![0, 1];
        assert!(looks.settle(0, &mut open, |_, _| false).is_empty());
        assert_eq!(open, [0, 1]);
    }
}
