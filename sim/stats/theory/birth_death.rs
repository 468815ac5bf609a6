//! Stationary probabilities of a birth-death process: p(n) ∝ Π birth(i) / death(i + 1).
//!
//! Kleinrock, Queueing Systems 1 (1975), ch. 3.

/// Relative size of a term that ends a geometrically shrinking series.
const NEGLIGIBLE: f64 = 1e-18;

/// Largest state space that is computed.
const MOST_STATES: usize = 10_000_000;

/// Probabilities of the states 0 to `last`.
pub(crate) fn stationary(
    last: usize,
    birth: impl Fn(usize) -> f64,
    death: impl Fn(usize) -> f64,
) -> Vec<f64> {
    let mut weights = vec![1.0];
    let mut largest = 1.0_f64;
    for n in 0..last {
        let weight = weights[n] * birth(n) / death(n + 1);
        largest = largest.max(weight);
        weights.push(weight);
        if weight > 1e250 {
            for w in &mut weights {
                *w /= largest;
            }
            largest = 1.0;
        }
    }
    normalised(weights)
}

/// Probabilities of a process with infinitely many states, cut where the rest is negligible.
///
/// birth(n) / death(n + 1) must fall below 1 and stay there.
pub(crate) fn stationary_unbounded(
    birth: impl Fn(usize) -> f64,
    death: impl Fn(usize) -> f64,
) -> Vec<f64> {
    let (mut weight, mut sum) = (1.0_f64, 1.0_f64);
    for n in 0..MOST_STATES {
        let ratio = birth(n) / death(n + 1);
        weight *= ratio;
        sum += weight;
        if sum > 1e250 {
            (weight, sum) = (weight / sum, 1.0);
        }
        if ratio < 1.0 && weight / (1.0 - ratio) < NEGLIGIBLE * sum {
            return stationary(n + 1, birth, death);
        }
    }
    unreachable!("the series converges for every stable queue");
}

fn normalised(mut weights: Vec<f64>) -> Vec<f64> {
    let sum: f64 = weights.iter().sum();
    for w in &mut weights {
        *w /= sum;
    }
    weights
}

/// Mean of f(state) under the probabilities of the states 0, 1, 2, …
pub(crate) fn mean_of(probabilities: &[f64], f: impl Fn(f64) -> f64) -> f64 {
    let terms = probabilities.iter().enumerate();
    terms.map(|(n, p)| p * f(n as f64)).sum()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn constant_rates_give_the_geometric_distribution() {
        let p = stationary_unbounded(|_| 1.0, |_| 2.0);
        assert!((p[0] - 0.5).abs() < 1e-12 && (p[3] - 0.0625).abs() < 1e-12);
        assert!((mean_of(&p, |n| n) - 1.0).abs() < 1e-12);
    }

    #[test]
    fn growing_weights_do_not_overflow() {
        let p = stationary(2_000, |_| 10.0, |_| 1.0);
        assert!((p[2_000] - 0.9).abs() < 1e-12);
    }
}
