//! Availability: the share of the time up, and the number and length of outages.
//!
//! All times share one unit, any; rates are per that unit. Unavailability is computed directly, not as 1
//! − availability, so that nines cost no digits. Barlow & Proschan, Statistical Theory of Reliability
//! and Life Testing (1975).

mod failover_pair;
mod k_of_n;
mod two_state;

use std::fmt::Debug;

use super::DurationLaw;
use super::markov::{Chain, ChainError};

pub use failover_pair::{FailoverPair, PairState, PairTimes};
pub use k_of_n::{KOfN, UnitGroup};
pub use two_state::TwoState;

/// Minutes of a year of 365 days.
const MINUTES_A_YEAR: f64 = 365.0 * 24.0 * 60.0;

/// Up and down over the long run.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct LongRunShares {
    /// Share of the time up.
    pub availability: f64,
    /// Share of the time down.
    pub unavailability: f64,
    /// Outages per unit of time.
    pub outages: f64,
}

impl LongRunShares {
    /// Of a system alternately up and down for independent times: only their means matter.
    ///
    /// Renewal-reward theorem; Ross, Stochastic Processes (1996), ch. 3.
    pub fn alternating(up: &DurationLaw, down: &DurationLaw) -> Self {
        let (up, down) = (up.mean(), down.mean());
        let cycle = up + down;
        Self { availability: up / cycle, unavailability: down / cycle, outages: 1.0 / cycle }
    }

    /// Of a chain that is up in the states for which `up` holds.
    ///
    /// # Errors
    /// When the chain has no long run.
    pub fn of_chain<S: Ord + Clone + Debug>(
        chain: &Chain<S>,
        up: impl Fn(&S) -> bool,
    ) -> Result<Self, ChainError> {
        let steady = chain.steady_state()?;
        Ok(Self {
            availability: steady.within(&up),
            unavailability: steady.within(|state| !up(state)),
            outages: steady.crossings(&up, |state| !up(state)),
        })
    }

    /// Mean length of an outage; `None` where there are none.
    pub fn mean_outage(&self) -> Option<f64> {
        (self.outages > 0.0).then(|| self.unavailability / self.outages)
    }

    /// Expected minutes down in a year of 365 days.
    pub fn minutes_down_a_year(&self) -> f64 {
        self.unavailability * MINUTES_A_YEAR
    }
}

/// Availability of a system that needs all of its independent parts.
pub fn series(availabilities: &[f64]) -> f64 {
    availabilities.iter().product()
}

/// Availability of a system that needs one of its independent parts.
pub fn parallel(availabilities: &[f64]) -> f64 {
    1.0 - availabilities.iter().map(|availability| 1.0 - availability).product::<f64>()
}

/// Expected minutes down in a year of 365 days at an `availability`.
pub fn minutes_down_a_year(availability: f64) -> f64 {
    (1.0 - availability) * MINUTES_A_YEAR
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn three_ways_to_the_same_unit() {
        let exponential = |mean| DurationLaw::Exponential { mean };
        let renewal = LongRunShares::alternating(&exponential(1_000.0), &exponential(2.0));
        let chain = Chain::from_transitions([(1, 0, 1e-3), (0, 1, 0.5)]).unwrap();
        let chain = LongRunShares::of_chain(&chain, |state| *state == 1).unwrap();
        let formula = TwoState::new(1_000.0, 2.0).long_run();
        for other in [chain, formula] {
            assert!((other.unavailability / renewal.unavailability - 1.0).abs() < 1e-14);
            assert!((other.outages / renewal.outages - 1.0).abs() < 1e-14);
            assert!((other.mean_outage().unwrap() - 2.0).abs() < 1e-12);
        }
    }

    #[test]
    fn what_never_fails_has_no_outage() {
        let chain = Chain::from_transitions([(0, 1, 1.0), (1, 0, 1.0)]).unwrap();
        let always = LongRunShares::of_chain(&chain, |_| true).unwrap();
        assert_eq!((always.unavailability, always.mean_outage()), (0.0, None));
    }

    #[test]
    fn two_parts_in_parallel_fail_together_only() {
        assert!((parallel(&[0.9, 0.8]) - 0.98).abs() < 1e-15);
        assert!((series(&[0.9, 0.8]) - 0.72).abs() < 1e-15);
        assert_eq!((series(&[]), parallel(&[])), (1.0, 0.0));
    }
}
