//! The long run: shares of the time that no longer depend on the start.

use std::fmt::Debug;

use super::{Chain, ChainError, Occupancy, closure, rates_between, sources};
use crate::theory::reduction;

impl<S: Ord + Clone + Debug> Chain<S> {
    /// The share of the time that the chain spends in each state, by GTH elimination.
    ///
    /// Transient states have 0.
    ///
    /// # Errors
    /// When the chain has several closed sets of states.
    pub fn steady_state(&self) -> Result<Occupancy<'_, S>, ChainError> {
        self.stationary().map(|weights| Occupancy::new(self, weights))
    }

    pub(super) fn stationary(&self) -> Result<Vec<f64>, ChainError> {
        let end = self.end()?;
        let shares = reduction::stationary(rates_between(&self.leaving, &end));
        let mut weights = vec![0.0; self.states.len()];
        for (state, share) in end.into_iter().zip(shares) {
            weights[state] = share;
        }
        Ok(weights)
    }

    /// The closed set in which the chain ends: its states all reach each other and no others.
    fn end(&self) -> Result<Vec<usize>, ChainError> {
        let sources = sources(&self.leaving);
        let only = |state: usize| (0..self.states.len()).map(|i| i == state).collect();
        let (mut state, mut start) = (0, None);
        loop {
            let ahead = closure(only(state), |i| self.targets(i));
            let behind = closure(only(state), |i| sources[i].clone());
            let ahead = (0..ahead.len()).filter(|i| ahead[*i]);
            // A state ahead that does not lead back is nearer to an end.
            if let Some(further) = ahead.clone().find(|i| !behind[*i]) {
                state = further;
                continue;
            }
            // This is an end, the only one unless some state cannot reach it.
            let elsewhere = behind.iter().position(|reaches| !reaches);
            match (elsewhere, start) {
                (None, _) => return Ok(ahead.collect()),
                (Some(_), Some(first)) => return Err(self.ends(first, state)),
                (Some(elsewhere), None) => (start, state) = (Some(state), elsewhere),
            }
        }
    }

    fn ends(&self, one: usize, other: usize) -> ChainError {
        let [one, other] = [one, other].map(|i| format!("{:?}", self.states[i]));
        ChainError::SeveralEnds(one, other)
    }

    pub(super) fn targets(&self, state: usize) -> Vec<usize> {
        self.leaving[state].iter().map(|(to, _)| *to).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Rates from 1e-6 to 1e3, and a ring so that the chain is not reversible: shares are as 1 / rate.
    #[test]
    fn a_stiff_ring_is_exact_to_1e_12() {
        let rates: Vec<f64> =
            (0..300).map(|i| 10_f64.powf(f64::from(i * 7 % 300) / 33.3 - 6.0)).collect();
        let ring = (0..300).map(|i| (i, (i + 1) % 300, rates[i]));
        let chain = Chain::from_transitions(ring).unwrap();
        let steady = chain.steady_state().unwrap();
        let sum: f64 = rates.iter().map(|rate| 1.0 / rate).sum();
        for (state, share) in chain.states().iter().zip(steady.by_state()) {
            assert!((share * rates[*state] * sum - 1.0).abs() < 1e-12);
        }
    }

    #[test]
    fn every_set_is_entered_as_often_as_it_is_left() {
        let chain = Chain::from_transitions((0..40_u32).flat_map(|i| {
            (1..4).map(move |k| (i, (i * k + 7 * k) % 40, 1e-3 * 9_f64.powi((i * k % 7) as i32)))
        }))
        .unwrap();
        let steady = chain.steady_state().unwrap();
        for k in 2..9 {
            let inside = |state: &u32| state % k == 1;
            let outside = |state: &u32| !inside(state);
            let ratio = steady.crossings(inside, outside) / steady.crossings(outside, inside);
            assert!((ratio - 1.0).abs() < 1e-12, "{k}");
        }
    }

    #[test]
    fn states_left_for_good_have_no_share() {
        let chain = Chain::from_transitions([
            ("new", "worn", 1.0),
            ("worn", "down", 1.0),
            ("down", "worn", 3.0),
            ("older", "new", 1.0),
        ]);
        let chain = chain.unwrap();
        assert_eq!(chain.states(), ["new", "worn", "down", "older"]);
        assert_eq!(chain.steady_state().unwrap().by_state(), [0.0, 0.75, 0.25, 0.0]);
    }

    #[test]
    fn two_ends_have_no_long_run() {
        let chain = Chain::from_transitions([("a", "won", 1.0), ("a", "lost", 2.0)]).unwrap();
        let error = chain.steady_state().unwrap_err();
        assert_eq!(error, ChainError::SeveralEnds("\"won\"".to_owned(), "\"lost\"".to_owned()));
    }
}
