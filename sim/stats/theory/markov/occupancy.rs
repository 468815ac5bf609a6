//! A weight for each state: a probability, a share of the time, or a time.

use std::fmt::Debug;

use super::Chain;

/// Weights of the states of a chain: long-run shares or probabilities (which sum to 1), or expected
/// times until some time (which sum to it).
#[derive(Clone, Debug)]
pub struct Occupancy<'c, S> {
    chain: &'c Chain<S>,
    weights: Vec<f64>,
}

impl<'c, S: Ord + Clone + Debug> Occupancy<'c, S> {
    pub(super) fn new(chain: &'c Chain<S>, weights: Vec<f64>) -> Self {
        Self { chain, weights }
    }

    /// The weight of each state, in the order of [`Chain::states`].
    pub fn by_state(&self) -> &[f64] {
        &self.weights
    }

    /// The weight of a set of states. Small sets are exact: use `down`, not 1 − `up`.
    pub fn within(&self, set: impl Fn(&S) -> bool) -> f64 {
        let weights = self.weights.iter().zip(&self.chain.states);
        weights.filter(|(_, state)| set(state)).map(|(weight, _)| weight).sum()
    }

    /// Direct transitions from one set to another.
    ///
    /// Per unit of time if the weights are shares or probabilities (in the long run, or at that
    /// moment), and their expected number if the weights are times.
    pub fn crossings(&self, from: impl Fn(&S) -> bool, to: impl Fn(&S) -> bool) -> f64 {
        let (from, to) = (self.chain.members(from), self.chain.members(to));
        let left =
            self.weights.iter().zip(&self.chain.leaving).zip(from).filter(|(_, in_set)| *in_set);
        left.map(|((weight, transitions), _)| {
            let entering = transitions.iter().filter(|(target, _)| to[*target]);
            weight * entering.map(|(_, rate)| rate).sum::<f64>()
        })
        .sum()
    }
}
