//! A group of equal units that is up while enough units are.
//!
//! Units fail independently, also while the group is down; up to `crews` are repaired at once. A
//! chain of the number of units down: birth (n − d) / MTBF, death min(d, crews) / MTTR. With two of
//! three needed, the mean time from all up to the first loss is (5λ + μ) / (6λ²).
//! Barlow & Proschan, Statistical Theory of Reliability and Life Testing (1975).

use super::LongRunShares;
use crate::theory::markov::{Chain, ChainError};

/// The parameters of a group.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct UnitGroup {
    /// n.
    pub units: u32,
    /// k: the group is up while at least this many units are.
    pub needed: u32,
    /// Mean time to failure of a unit that is up, above 0.
    pub mtbf: f64,
    /// Mean time of a repair, above 0.
    pub mttr: f64,
    /// Units that can be repaired at once; 0 for none, ever.
    pub crews: u32,
}

/// A group, as a chain that starts with all units up.
#[derive(Clone, Debug)]
pub struct KOfN {
    chain: Chain<u32>,
    /// Most units that may be down while the group is up.
    spare: Option<u32>,
}

impl KOfN {
    /// The chain of a group.
    ///
    /// # Errors
    /// When a mean time is not a positive number, or there are too many units.
    pub fn new(group: UnitGroup) -> Result<Self, ChainError> {
        let UnitGroup { units, needed, mtbf, mttr, crews } = group;
        let chain = Chain::explore(&0, |down| {
            let fails = (*down < units).then(|| (down + 1, f64::from(units - down) / mtbf));
            let busy = f64::from(crews.min(*down));
            let repaired = (*down > 0 && crews > 0).then(|| (down - 1, busy / mttr));
            fails.into_iter().chain(repaired)
        })?;
        Ok(Self { chain, spare: units.checked_sub(needed) })
    }

    fn is_up(&self, down: u32) -> bool {
        self.spare.is_some_and(|spare| down <= spare)
    }

    /// Shares of the time, and outages of the group.
    ///
    /// # Errors
    /// None: every such chain has a long run.
    pub fn long_run(&self) -> Result<LongRunShares, ChainError> {
        LongRunShares::of_chain(&self.chain, |down| self.is_up(*down))
    }

    /// Mean time from all units up until the group is down; infinite if it never is.
    ///
    /// # Errors
    /// None: all units up is a state of every such chain.
    pub fn mean_time_to_loss(&self) -> Result<f64, ChainError> {
        self.chain.mean_time_to(&0, |down| !self.is_up(*down))
    }

    /// P(the group was down before `time` ≥ 0), from all units up.
    ///
    /// # Errors
    /// When the time is not a number from 0 up.
    pub fn prob_lost_by(&self, time: f64) -> Result<f64, ChainError> {
        self.chain.reached_by(&0, |down| !self.is_up(*down), time)
    }

    /// P(the group is up at `time` ≥ 0), from all units up.
    ///
    /// # Errors
    /// When the time is not a number from 0 up.
    pub fn availability_at(&self, time: f64) -> Result<f64, ChainError> {
        let after = self.chain.after(&0, time)?;
        Ok(after.probabilities.within(|down| self.is_up(*down)))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::theory::availability::TwoState;

    fn close(ours: f64, exact: f64) {
        assert!((ours / exact - 1.0).abs() < 1e-12, "{ours} for {exact}");
    }

    /// With a crew each, units are independent: binomial at every time.
    #[test]
    fn enough_crews_make_units_independent() {
        let group = UnitGroup { units: 5, needed: 3, mtbf: 400.0, mttr: 20.0, crews: 5 };
        let ours = KOfN::new(group).unwrap();
        let unit = TwoState::new(400.0, 20.0);
        let at_least_3 = |up: f64| {
            let down = 1.0 - up;
            up.powi(5) + 5.0 * up.powi(4) * down + 10.0 * up.powi(3) * down * down
        };
        close(ours.long_run().unwrap().availability, at_least_3(unit.availability()));
        for time in [1.0, 30.0, 1_000.0] {
            close(ours.availability_at(time).unwrap(), at_least_3(unit.availability_at(time)));
        }
    }

    #[test]
    fn a_quorum_of_three_lasts_as_the_formula_says() {
        for (mtbf, mttr) in [(2_000.0, 4.0), (1e6, 1e-3)] {
            let (fail, repair) = (1.0 / mtbf, 1.0 / mttr);
            for crews in [1, 3] {
                let group = UnitGroup { units: 3, needed: 2, mtbf, mttr, crews };
                let lasts = KOfN::new(group).unwrap().mean_time_to_loss().unwrap();
                close(lasts, (5.0 * fail + repair) / (6.0 * fail * fail));
            }
        }
    }

    #[test]
    fn without_repair_units_go_one_by_one() {
        let group = UnitGroup { units: 3, needed: 2, mtbf: 600.0, mttr: 1.0, crews: 0 };
        let ours = KOfN::new(group).unwrap();
        close(ours.mean_time_to_loss().unwrap(), 500.0);
        let left = (-0.5_f64).exp();
        close(ours.prob_lost_by(300.0).unwrap(), 1.0 - left * left * (3.0 - 2.0 * left));
        assert_eq!(ours.long_run().unwrap().availability, 0.0);
    }

    #[test]
    fn what_is_never_or_always_up() {
        let group = UnitGroup { units: 2, needed: 3, mtbf: 9.0, mttr: 1.0, crews: 1 };
        let never = KOfN::new(group).unwrap();
        assert_eq!(never.long_run().unwrap().availability, 0.0);
        assert_eq!(never.mean_time_to_loss().unwrap(), 0.0);
        let always = KOfN::new(UnitGroup { needed: 0, ..group }).unwrap();
        assert_eq!(always.mean_time_to_loss().unwrap(), f64::INFINITY);
        for mtbf in [0.0, -1.0, f64::NAN] {
            assert!(KOfN::new(UnitGroup { mtbf, ..group }).is_err(), "{mtbf}");
        }
    }
}
