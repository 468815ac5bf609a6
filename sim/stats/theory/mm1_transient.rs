//! M/M/1 that starts empty: the transient before the steady state, if there is one.
//!
//! Kolmogorov's equations by uniformization: the queue is a discrete chain that makes a Poisson
//! number of steps at rate Λ = λ + μ, up with probability λ/Λ, otherwise down (at 0: stay). After
//! k steps no state above k is occupied, so nothing is truncated but the Poisson tail.
//! Jensen (1953); Gross & Miller, Oper. Res. 32 (1984).

use super::poisson;

/// The queue at one time after starting empty.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct TransientQueue {
    /// E(N(t)).
    pub mean_in_system: f64,
    /// P(N(t) = 0).
    pub prob_empty: f64,
    /// E(∫₀ᵗ N(s) ds) / t.
    pub time_average: f64,
}

/// The state after `seconds` > 0, at any load; the work grows as (Λt)².
pub fn after(arrival_rate: f64, service_rate: f64, seconds: f64) -> TransientQueue {
    let steps_per_second = arrival_rate + service_rate;
    let expected = steps_per_second * seconds;
    let poisson = poisson::probabilities(expected);
    let later = poisson::tails(&poisson);
    let up = arrival_rate / steps_per_second;
    let mut chain = vec![1.0];
    let (mut mean_in_system, mut prob_empty, mut integral) = (0.0, 0.0, 0.0);
    for (probability, beyond) in poisson.into_iter().zip(later) {
        let mean: f64 = chain.iter().enumerate().map(|(n, p)| n as f64 * p).sum();
        mean_in_system += probability * mean;
        prob_empty += probability * chain[0];
        integral += beyond * mean; // after k steps for P(more than k steps) / Λ seconds
        chain = step(&chain, up);
    }
    TransientQueue { mean_in_system, prob_empty, time_average: integral / expected }
}

fn step(chain: &[f64], up: f64) -> Vec<f64> {
    let mut next = vec![0.0; chain.len() + 1];
    for (n, p) in chain.iter().enumerate() {
        next[n + 1] += up * p;
        next[n.saturating_sub(1)] += (1.0 - up) * p;
    }
    next
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn it_settles_at_the_steady_state() {
        let transient = after(5.0, 10.0, 20.0);
        assert!((transient.mean_in_system - 1.0).abs() < 1e-7);
        assert!((transient.prob_empty - 0.5).abs() < 1e-7);
    }

    #[test]
    fn without_time_nothing_has_come() {
        let transient = after(5.0, 10.0, 1e-9);
        assert!((transient.mean_in_system / 5e-9 - 1.0).abs() < 1e-6);
        assert!((transient.time_average / 2.5e-9 - 1.0).abs() < 1e-6);
    }
}
