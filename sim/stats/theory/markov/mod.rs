//! Markov chains in continuous time: long-run shares of the time, mean first-passage times, and
//! probabilities after a given time.
//!
//! A state is a value of any ordered type: a number, a name, a pair. A chain is made from its
//! transitions, or by following them from where it starts; then
//!
//! - [`Chain::steady_state`]: shares of the time, and crossings per unit of time;
//! - [`Chain::mean_time_to`], [`Chain::reached_by`]: when a set of states is first reached;
//! - [`Chain::after`]: probabilities after a time, and the expected times in each state until then.
//!
//! All three only add and multiply non-negative numbers and never subtract, so that rare states are as
//! exact as common ones. Matrices are dense: meant for some hundred states. Rates and times share one
//! unit, any.
//!
//! ```
//! use wssim_stats::theory::markov::Chain;
//!
//! let unit = Chain::from_transitions([("up", "down", 0.001), ("down", "up", 0.5)])?;
//! let steady = unit.steady_state()?;
//! assert!((steady.within(|state| *state == "down") - 0.001 / 0.501).abs() < 1e-15);
//! assert!((unit.mean_time_to(&"up", |state| *state == "down")? - 1_000.0).abs() < 1e-9);
//! # Ok::<(), wssim_stats::theory::markov::ChainError>(())
//! ```

mod absorption;
mod error;
mod occupancy;
mod steady;
mod transient;

use std::collections::BTreeMap;
use std::fmt::Debug;

use super::reduction::Matrix;

pub use error::{ChainError, MOST_STATES};
pub use occupancy::Occupancy;
pub use transient::Transient;

/// A finite Markov chain in continuous time.
#[derive(Clone, Debug)]
pub struct Chain<S> {
    states: Vec<S>,
    numbers: BTreeMap<S, usize>,
    /// The successors of each state with their rates > 0; no state is its own successor.
    leaving: Vec<Vec<(usize, f64)>>,
}

impl<S: Ord + Clone + Debug> Chain<S> {
    /// A chain with the given transitions (from, to, rate ≥ 0 per unit of time).
    ///
    /// States are numbered in the order in which they are named first. Rates of the same transition
    /// add up; one from a state to itself changes nothing.
    ///
    /// # Errors
    /// Without transitions, beyond [`MOST_STATES`], and for a rate that is not finite and ≥ 0.
    pub fn from_transitions(
        transitions: impl IntoIterator<Item = (S, S, f64)>,
    ) -> Result<Self, ChainError> {
        let mut chain = Self::empty();
        for (from, to, rate) in transitions {
            chain.add(&from, &to, rate)?;
        }
        if chain.states.is_empty() { Err(ChainError::NoStates) } else { Ok(chain) }
    }

    /// A chain of `start` and all states reached from it: `transitions` gives the successors of a state,
    /// with rates ≥ 0 per unit of time.
    ///
    /// `start` has number 0, the others follow in the order of discovery.
    ///
    /// # Errors
    /// Beyond [`MOST_STATES`], and for a rate that is not finite and ≥ 0.
    pub fn explore<I: IntoIterator<Item = (S, f64)>>(
        start: &S,
        mut transitions: impl FnMut(&S) -> I,
    ) -> Result<Self, ChainError> {
        let mut chain = Self::empty();
        let mut next = chain.number_or_new(start)?;
        while let Some(from) = chain.states.get(next).cloned() {
            for (to, rate) in transitions(&from) {
                // A state that is never entered is left out.
                if rate != 0.0 {
                    chain.add(&from, &to, rate)?;
                }
            }
            next += 1;
        }
        Ok(chain)
    }

    /// The states, in the order of their numbers.
    pub fn states(&self) -> &[S] {
        &self.states
    }

    fn empty() -> Self {
        Self { states: Vec::new(), numbers: BTreeMap::new(), leaving: Vec::new() }
    }

    fn add(&mut self, from: &S, to: &S, rate: f64) -> Result<(), ChainError> {
        if !(rate.is_finite() && rate >= 0.0) {
            return Err(ChainError::rate(from, to, rate));
        }
        let (from, to) = (self.number_or_new(from)?, self.number_or_new(to)?);
        if from == to || rate == 0.0 {
            return Ok(());
        }
        match self.leaving[from].iter_mut().find(|(known, _)| *known == to) {
            Some((_, sum)) => *sum += rate,
            None => self.leaving[from].push((to, rate)),
        }
        Ok(())
    }

    fn number_or_new(&mut self, state: &S) -> Result<usize, ChainError> {
        if let Some(number) = self.numbers.get(state) {
            return Ok(*number);
        }
        let number = self.states.len();
        if number == MOST_STATES {
            return Err(ChainError::TooManyStates);
        }
        self.states.push(state.clone());
        self.numbers.insert(state.clone(), number);
        self.leaving.push(Vec::new());
        Ok(number)
    }

    fn number(&self, state: &S) -> Result<usize, ChainError> {
        self.numbers.get(state).copied().ok_or_else(|| ChainError::unknown(state))
    }

    /// For each state, by number, whether it is in the set.
    fn members(&self, within: impl Fn(&S) -> bool) -> Vec<bool> {
        self.states.iter().map(within).collect()
    }
}

/// Rates between the states `chosen`, in their order.
fn rates_between(leaving: &[Vec<(usize, f64)>], chosen: &[usize]) -> Matrix {
    let mut place = vec![None; leaving.len()];
    for (new, old) in chosen.iter().enumerate() {
        place[*old] = Some(new);
    }
    let mut rates = Matrix::zeros(chosen.len(), chosen.len());
    for (new, old) in chosen.iter().enumerate() {
        for (to, rate) in &leaving[*old] {
            if let Some(to) = place[*to] {
                rates[(new, to)] = *rate;
            }
        }
    }
    rates
}

/// The states that can be reached along `edges` from those already `reached`.
fn closure(mut reached: Vec<bool>, edges: impl Fn(usize) -> Vec<usize>) -> Vec<bool> {
    let mut open: Vec<usize> = (0..reached.len()).filter(|i| reached[*i]).collect();
    while let Some(from) = open.pop() {
        for to in edges(from) {
            if !reached[to] {
                reached[to] = true;
                open.push(to);
            }
        }
    }
    reached
}

/// The predecessors of each state.
fn sources(leaving: &[Vec<(usize, f64)>]) -> Vec<Vec<usize>> {
    let mut sources = vec![Vec::new(); leaving.len()];
    for (from, transitions) in leaving.iter().enumerate() {
        for (to, _) in transitions {
            sources[*to].push(from);
        }
    }
    sources
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn exploring_and_listing_give_the_same_chain() {
        let explored = Chain::explore(&0_u32, |n| {
            let up = (*n < 3).then_some((n + 1, 2.0));
            let down = n.checked_sub(1).map(|below| (below, f64::from(*n)));
            up.into_iter().chain(down)
        });
        let listed = Chain::from_transitions([
            (0, 1, 1.5),
            (1, 2, 2.0),
            (1, 0, 1.0),
            (0, 1, 0.5),
            (2, 3, 2.0),
            (2, 1, 2.0),
            (3, 2, 3.0),
            (3, 3, 9.0),
        ]);
        let [explored, listed] = [explored, listed]
            .map(|chain| chain.unwrap().steady_state().unwrap().by_state().to_vec());
        for (one, other) in explored.iter().zip(&listed) {
            assert!((one / other - 1.0).abs() < 1e-15);
        }
    }

    #[test]
    fn what_makes_no_chain_is_refused() {
        let with = |rate| Chain::from_transitions([("a", "b", rate)]).map(|_| ());
        for rate in [-1.0, f64::NAN, f64::INFINITY] {
            assert!(matches!(with(rate), Err(ChainError::Rate { .. })), "{rate}");
        }
        assert!(with(0.0).is_ok());
        let none: [(u8, u8, f64); 0] = [];
        assert_eq!(Chain::from_transitions(none).unwrap_err(), ChainError::NoStates);
        let endless = Chain::explore(&0_u64, |n| [(n + 1, 1.0)]);
        assert_eq!(endless.unwrap_err(), ChainError::TooManyStates);
    }
}
