//! An active unit and a standby that takes over once the failure has been detected.
//!
//! ```text
//!          1/MTBF             1/detect
//!   Both ────────► Unnoticed ──────────► One
//!                      │                  │ ▲
//!       1/standby MTBF │           1/MTBF ▼ │ min(2, crews)/MTTR
//!                      └───────────────► Neither
//! ```
//!
//! Besides, Both goes to One at 1/standby MTBF, and Unnoticed and One go back to Both at 1/MTTR. The
//! service is up in Both and One. All times are exponential; a unit repaired before its failure is noticed goes on.

use super::LongRunShares;
use crate::theory::markov::{Chain, ChainError};

/// Which units are up, and whether a failure has been noticed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum PairState {
    /// Both are up.
    Both,
    /// Only the standby is up, and the failure is not noticed yet: no service.
    Unnoticed,
    /// One is up, and serves.
    One,
    /// Neither is up: no service.
    Neither,
}

/// Mean times, all above 0 and in one unit.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct PairTimes {
    /// Until the serving unit fails.
    pub mtbf: f64,
    /// Until the standby fails.
    pub standby_mtbf: f64,
    /// Of a repair.
    pub mttr: f64,
    /// Until the failure of the active unit is noticed.
    pub detect: f64,
    /// Units that can be repaired at once, at least 1.
    pub crews: u32,
}

/// The pair, as a chain that starts with both up.
#[derive(Clone, Debug)]
pub struct FailoverPair {
    chain: Chain<PairState>,
}

impl FailoverPair {
    /// The chain of a pair.
    ///
    /// # Errors
    /// When a mean time is not a positive number.
    pub fn new(times: PairTimes) -> Result<Self, ChainError> {
        use PairState::{Both, Neither, One, Unnoticed};
        let PairTimes { mtbf, standby_mtbf, mttr, detect, crews } = times;
        let chain = Chain::from_transitions([
            (Both, Unnoticed, 1.0 / mtbf),
            (Both, One, 1.0 / standby_mtbf),
            (Unnoticed, One, 1.0 / detect),
            (Unnoticed, Neither, 1.0 / standby_mtbf),
            (Unnoticed, Both, 1.0 / mttr),
            (One, Neither, 1.0 / mtbf),
            (One, Both, 1.0 / mttr),
            (Neither, One, f64::from(crews.min(2)) / mttr),
        ])?;
        Ok(Self { chain })
    }

    /// Shares of the time, and outages of the service.
    ///
    /// # Errors
    /// None: every such chain has a long run.
    pub fn long_run(&self) -> Result<LongRunShares, ChainError> {
        let up = |state: &PairState| matches!(state, PairState::Both | PairState::One);
        LongRunShares::of_chain(&self.chain, up)
    }

    /// Share of the time down before failures are noticed.
    ///
    /// # Errors
    /// None: every such chain has a long run.
    pub fn unavailability_unnoticed(&self) -> Result<f64, ChainError> {
        let steady = self.chain.steady_state()?;
        Ok(steady.within(|state| *state == PairState::Unnoticed))
    }

    /// Mean time from both up until both are down.
    ///
    /// # Errors
    /// None: both up is a state of every such chain.
    pub fn mean_time_to_both_down(&self) -> Result<f64, ChainError> {
        self.chain.mean_time_to(&PairState::Both, |state| *state == PairState::Neither)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::theory::availability::{KOfN, UnitGroup};

    const TIMES: PairTimes =
        PairTimes { mtbf: 500.0, standby_mtbf: 500.0, mttr: 8.0, detect: 0.05, crews: 2 };

    /// If noticed at once, with equal units, it is one of two.
    #[test]
    fn at_once_it_is_one_of_two() {
        for crews in [1, 2] {
            let pair = FailoverPair::new(PairTimes { detect: 1e-13, crews, ..TIMES }).unwrap();
            let group = UnitGroup { units: 2, needed: 1, mtbf: 500.0, mttr: 8.0, crews };
            let group = KOfN::new(group).unwrap();
            let ratio =
                pair.long_run().unwrap().unavailability / group.long_run().unwrap().unavailability;
            assert!((ratio - 1.0).abs() < 1e-11, "{ratio}");
            let ratio = pair.mean_time_to_both_down().unwrap() / group.mean_time_to_loss().unwrap();
            assert!((ratio - 1.0).abs() < 1e-11, "{ratio}");
        }
    }

    /// With rare failures, a failover costs the time until it is noticed.
    #[test]
    fn rare_failures_cost_the_time_to_notice() {
        let times = PairTimes { mtbf: 1e9, standby_mtbf: 1e9, ..TIMES };
        let unnoticed = FailoverPair::new(times).unwrap().unavailability_unnoticed().unwrap();
        let noticed_before_repair = 1.0 / (1.0 / 0.05 + 1.0 / 8.0);
        assert!((unnoticed * 1e9 / noticed_before_repair - 1.0).abs() < 1e-7);
    }

    #[test]
    fn times_must_be_positive() {
        assert!(FailoverPair::new(PairTimes { detect: 0.0, ..TIMES }).is_err());
        assert!(FailoverPair::new(PairTimes { mttr: f64::NAN, ..TIMES }).is_err());
    }
}
