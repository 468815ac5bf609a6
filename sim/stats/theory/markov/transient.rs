//! After a given time: uniformization, and for long times its repeated squaring.
//!
//! A chain that leaves no state faster than Λ is a discrete one that makes Poisson(Λt) steps:
//! p(t) = Σ P(k steps) · p(0) Pᵏ, and the expected times until t are Σ P(more than k) · p(0) Pᵏ / Λ.
//! Jensen (1953); Gross & Miller, Oper. Res. 32 (1984).
//!
//! Steps end early once all probabilities are near the stationary ones: relative differences never
//! grow in a later step, which bounds the error of all that follow. Rounding grows with the number
//! of steps; beyond [`MOST_STEPS`] the matrix P(h) of a short time is squared until h is t, each row
//! scaled to its sum, which keeps rare transitions as exact as common ones. Abdallah & Marie, the
//! uniformized power method, Comput. Oper. Res. 20 (1993).

use std::fmt::Debug;

use super::{Chain, ChainError, Occupancy};
use crate::theory::poisson;
use crate::theory::reduction::{Matrix, scale};

/// Steps after which rounding (1e-16 each) would reach the twelfth digit.
const MOST_STEPS: f64 = 10_000.0;

/// Relative difference from the stationary probabilities at which the steps end.
const SETTLED: f64 = 1e-12;

/// Steps between checks of that difference.
const LOOK: usize = 16;

/// Λ against the fastest state: above 1, so that the discrete chain has no period.
const FASTER: f64 = 1.05;

/// A chain after some time.
#[derive(Clone, Debug)]
pub struct Transient<'c, S> {
    /// P(the state at that time).
    pub probabilities: Occupancy<'c, S>,
    /// Expected time in each state until then.
    pub times: Occupancy<'c, S>,
    /// Bound on the relative error of each from ending early.
    ///
    /// Rounding comes on top, and terms that sum to less than 1e-37 are left out.
    pub cut: f64,
}

impl<S: Ord + Clone + Debug> Chain<S> {
    /// The chain after `time` ≥ 0 from `from`.
    ///
    /// # Errors
    /// When the chain has no state `from`, or `time` is negative or too long for any number of steps.
    pub fn after(&self, from: &S, time: f64) -> Result<Transient<'_, S>, ChainError> {
        let start = self.number(from)?;
        let steps = Steps::new(&self.leaving);
        if !(time >= 0.0 && time.is_finite() && (steps.rate * time).is_finite()) {
            return Err(ChainError::Time(time));
        }
        let found = if steps.rate * time <= MOST_STEPS {
            steps.after(start, time, self.stationary().ok().as_deref())
        } else {
            squared(&steps, start, time)
        };
        Ok(Transient {
            probabilities: Occupancy::new(self, found.probabilities),
            times: Occupancy::new(self, found.times),
            cut: found.cut,
        })
    }
}

/// [`Transient`] without the chain.
struct Found {
    probabilities: Vec<f64>,
    times: Vec<f64>,
    cut: f64,
}

/// The discrete chain.
struct Steps {
    /// Λ, the rate of steps.
    rate: f64,
    /// Transition probabilities of each state, staying included.
    moves: Vec<Vec<(usize, f64)>>,
    stay: Vec<f64>,
}

impl Steps {
    fn new(leaving: &[Vec<(usize, f64)>]) -> Self {
        let exits = leaving.iter().map(|to| to.iter().map(|(_, rate)| rate).sum::<f64>());
        let rate = FASTER * exits.clone().fold(0.0, f64::max);
        if rate == 0.0 {
            let moves = vec![Vec::new(); leaving.len()];
            return Self { rate, moves, stay: vec![1.0; leaving.len()] };
        }
        let moves = leaving.iter().map(|to| to.iter().map(|(to, r)| (*to, r / rate)).collect());
        Self { rate, moves: moves.collect(), stay: exits.map(|exit| 1.0 - exit / rate).collect() }
    }

    fn step(&self, from: &[f64]) -> Vec<f64> {
        let mut next: Vec<f64> = from.iter().zip(&self.stay).map(|(p, stay)| p * stay).collect();
        for (p, moves) in from.iter().zip(&self.moves).filter(|(p, _)| **p != 0.0) {
            for (to, probability) in moves {
                next[*to] += p * probability;
            }
        }
        scale_to(&mut next, 1.0);
        next
    }

    fn after(&self, start: usize, time: f64, stationary: Option<&[f64]>) -> Found {
        let mut chain = vec![0.0; self.stay.len()];
        chain[start] = 1.0;
        if self.rate * time == 0.0 {
            let times = chain.iter().map(|p| p * time).collect();
            return Found { probabilities: chain, times, cut: 0.0 };
        }
        let weights = poisson::probabilities(self.rate * time);
        let tails = poisson::tails(&weights);
        let (mut probabilities, mut times) = (vec![0.0; chain.len()], vec![0.0; chain.len()]);
        let mut cut = 0.0;
        for (k, (weight, tail)) in weights.iter().zip(&tails).enumerate() {
            let settled = k % LOOK == 0 && stationary.is_some_and(|to| settled(&chain, to));
            let (weight, tail) = if settled {
                (weights[k..].iter().sum(), tails[k..].iter().sum())
            } else {
                (*weight, *tail)
            };
            add(&mut probabilities, weight, &chain);
            add(&mut times, tail, &chain);
            if settled {
                cut = 2.0 * SETTLED;
                break;
            }
            chain = self.step(&chain);
        }
        scale_to(&mut probabilities, 1.0);
        scale_to(&mut times, time);
        Found { probabilities, times, cut }
    }
}

/// Squares the matrix of a time in which at most one step is expected.
fn squared(steps: &Steps, start: usize, time: f64) -> Found {
    let squarings = (steps.rate * time).log2().ceil() as i32;
    let mut short = time / 2_f64.powi(squarings);
    let size = steps.stay.len();
    let (mut to, mut times) = (Matrix::zeros(size, size), Matrix::zeros(size, size));
    for row in 0..size {
        let found = steps.after(row, short, None);
        to.row_mut(row).copy_from_slice(&found.probabilities);
        times.row_mut(row).copy_from_slice(&found.times);
    }
    for _ in 0..squarings {
        let later = to.product(&times);
        times.add(&later);
        to = to.product(&to);
        short *= 2.0;
        for row in 0..size {
            scale_to(to.row_mut(row), 1.0);
            scale_to(times.row_mut(row), short);
        }
    }
    Found { probabilities: to.row(start).to_vec(), times: times.row(start).to_vec(), cut: 0.0 }
}

fn settled(chain: &[f64], stationary: &[f64]) -> bool {
    chain.iter().zip(stationary).all(|(p, end)| (p - end).abs() <= SETTLED * end)
}

fn add(sums: &mut [f64], factor: f64, terms: &[f64]) {
    for (sum, term) in sums.iter_mut().zip(terms) {
        *sum += factor * term;
    }
}

fn scale_to(row: &mut [f64], sum: f64) {
    let found: f64 = row.iter().sum();
    scale(row, sum / found);
}

#[cfg(test)]
mod tests {
    use super::*;

    fn close(ours: f64, exact: f64, tolerance: f64) {
        assert!((ours / exact - 1.0).abs() < tolerance, "{ours} for {exact}");
    }

    /// P(down) = λ / (λ + μ) · (1 − e^(−(λ + μ)t)), and its integral.
    #[test]
    fn two_states_follow_their_formula() {
        for (fail, repair) in [(1e-6, 1e3), (0.3, 0.2), (1e3, 1e-6)] {
            let chain = Chain::from_transitions([(0, 1, fail), (1, 0, repair)]).unwrap();
            for exponent in -9..10 {
                let time = 10_f64.powi(exponent);
                let (sum, x) = (fail + repair, (fail + repair) * time);
                let after = chain.after(&0, time).unwrap();
                let down = |state: &i32| *state == 1;
                close(after.probabilities.within(down), -fail / sum * (-x).exp_m1(), 5e-12);
                let spent = if x < 1e-3 {
                    fail * time * time * (0.5 - x / 6.0 + x * x / 24.0 - x.powi(3) / 120.0)
                } else {
                    fail / sum * (time + (-x).exp_m1() / sum)
                };
                close(after.times.within(down), spent, 1e-11);
                close(after.times.by_state().iter().sum(), time, 1e-14);
            }
        }
    }

    /// U ⇄ D at stiff rates, D → lost: two exponentials, whose slow one lasts 1e15 steps.
    #[test]
    fn rare_and_late_losses_keep_their_digits() {
        let (fail, repair, lose) = (1e-6, 1e3, 1e-3);
        let chain = Chain::from_transitions([(0, 1, fail), (1, 0, repair), (1, 2, lose)]).unwrap();
        // λ₁λ₂ = fail·lose and λ₁ + λ₂ = fail + repair + lose, the small root without a difference.
        let (product, sum) = (fail * lose, fail + repair + lose);
        let fast = f64::midpoint(sum, (sum * sum - 4.0 * product).sqrt());
        let slow = product / fast;
        for time in [1.0, 1e3, 1e6, 1e9, 1e12, 1e13] {
            let survived = fast / (fast - slow) * (-slow * time).exp_m1()
                - slow / (fast - slow) * (-fast * time).exp_m1();
            let ours = chain.reached_by(&0, |state| *state == 2, time).unwrap();
            close(ours, -survived, 1e-11);
        }
    }

    /// The slow twin: steps alone, where squaring would be used.
    #[test]
    fn squaring_agrees_with_steps() {
        let rate = |i: u32, k: u32| 1e-3 * 2_f64.powi((i * k % 7) as i32);
        let transitions =
            (0..12).flat_map(|i| (1..4).map(move |k| (i, (i * k + k) % 12, rate(i, k))));
        let chain = Chain::from_transitions(transitions).unwrap();
        let steps = Steps::new(&chain.leaving);
        for expected in [3.0, 200.0, 20_000.0] {
            let time = expected / steps.rate;
            let (one, other) = (steps.after(0, time, None), squared(&steps, 0, time));
            let end = chain.stationary().unwrap();
            let early = steps.after(0, time, Some(&end));
            assert_eq!(early.cut > 0.0, expected > 10_000.0);
            for state in 0..12 {
                close(one.probabilities[state], other.probabilities[state], 1e-11);
                close(one.times[state], other.times[state], 1e-11);
                close(one.probabilities[state], early.probabilities[state], 1e-11);
                close(one.times[state], early.times[state], 1e-11);
            }
        }
    }

    #[test]
    fn edges_of_time() {
        let chain = Chain::from_transitions([("up", "down", 1.0)]).unwrap();
        let at_once = chain.after(&"up", 0.0).unwrap();
        assert_eq!(at_once.probabilities.by_state(), [1.0, 0.0]);
        assert_eq!(at_once.times.by_state(), [0.0, 0.0]);
        let stuck = chain.after(&"down", 1e9).unwrap();
        assert_eq!(stuck.times.by_state(), [0.0, 1e9]);
        for time in [-1.0, f64::NAN, f64::INFINITY, f64::MAX] {
            assert!(matches!(chain.after(&"up", time), Err(ChainError::Time(_))), "{time}");
        }
    }
}
