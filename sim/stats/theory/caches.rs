//! LRU caches under independent references: item i is requested with probability `p_i`.
//!
//! Exact: in a Poisson stream of references an item's age is exponential with rate `p_i`,
//! independently of the others, and the cache holds the youngest (King 1971; Fill and Holst 1996).
//! Approximate: Che, Tung and Wang 2002 replace the age of the oldest item by a constant.

use super::root::quantile_of_tail;

/// Probabilities ∝ i^−`alpha` of the items 1 … `n`.
#[must_use]
pub fn zipf(n: usize, alpha: f64) -> Vec<f64> {
    let weights: Vec<f64> = (1..=n).map(|i| (i as f64).powf(-alpha)).collect();
    let all: f64 = weights.iter().sum();
    weights.into_iter().map(|weight| weight / all).collect()
}

/// Steps of the integral over age.
const STEPS: usize = 4_000;

/// The probability that each item is in a cache of `capacity` items.
///
/// Item i is in when fewer than `capacity` of the others are younger:
/// ∫ `p_i·exp(−p_i·t)·P(N_i(t) < capacity)` dt, where `N_i`(t) counts the others younger than t, a sum
/// of independent Bernoulli variables with `1 − exp(−p_j·t)`. O(n · capacity) a step.
///
/// # Panics
/// If some probability is not positive.
#[must_use]
pub fn lru_occupancy(p: &[f64], capacity: usize) -> Vec<f64> {
    if capacity >= p.len() {
        return vec![1.0; p.len()];
    }
    let least = p.iter().copied().fold(f64::INFINITY, f64::min);
    assert!(least > 0.0, "every item is asked for");
    let mut inside = vec![0.0; p.len()];
    // t = exp(x): ages of popular and of rare items differ by orders of magnitude, and the trapezoidal
    // rule converges exponentially for an integrand that vanishes at both ends.
    let (low, high) = (-30.0_f64, (50.0 / least).ln());
    let width = (high - low) / STEPS as f64;
    for step in 0..=STEPS {
        let t = (low + width * step as f64).exp();
        for (i, sum) in inside.iter_mut().enumerate() {
            let density = p[i] * (-p[i] * t).exp() * t * width;
            if density > 1e-25 {
                *sum += density * fewer_younger(p, i, t, capacity);
            }
        }
    }
    inside
}

/// The probability that fewer than `capacity` items other than `i` are younger than `t`.
fn fewer_younger(p: &[f64], i: usize, t: f64, capacity: usize) -> f64 {
    // Probability of each number below `capacity` so far.
    let mut numbers = vec![0.0; capacity];
    numbers[0] = 1.0;
    for (j, p) in p.iter().enumerate() {
        if j != i {
            let younger = -(-p * t).exp_m1();
            for number in (0..capacity).rev() {
                let before = if number == 0 { 0.0 } else { numbers[number - 1] };
                numbers[number] = numbers[number] * (1.0 - younger) + before * younger;
            }
        }
    }
    numbers.iter().sum()
}

/// The share of references that hit in an LRU cache of `capacity` items.
#[must_use]
pub fn lru_hit_ratio(p: &[f64], capacity: usize) -> f64 {
    lru_occupancy(p, capacity).iter().zip(p).map(|(inside, p)| inside * p).sum()
}

/// Che's approximation of an LRU cache.
#[derive(Clone, Copy, Debug)]
pub struct Che {
    /// The share of references that hit.
    pub hit_ratio: f64,
    /// References until an item that is not requested is evicted.
    pub characteristic_time: f64,
}

/// Che's approximation of a cache of `capacity` items.
///
/// # Panics
/// If `capacity` is not positive and less than the number of items.
#[must_use]
pub fn che(p: &[f64], capacity: f64) -> Che {
    assert!(capacity > 0.0 && capacity < p.len() as f64, "some items are in and some are not");
    let gone = |t: f64| p.iter().map(|p| (-p * t).exp()).sum::<f64>();
    let t = quantile_of_tail(gone, p.len() as f64 - capacity, capacity);
    Che { hit_ratio: p.iter().map(|p| p * -(-p * t).exp_m1()).sum(), characteristic_time: t }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Two items, capacity one: a hit is the same item twice in a row.
    #[test]
    fn one_of_two() {
        let hits = lru_hit_ratio(&[0.3, 0.7], 1);
        assert!((hits - (0.09 + 0.49)).abs() < 1e-12, "{hits}");
    }

    /// Equal probabilities: any item is in with probability capacity over n.
    #[test]
    fn uniform_items() {
        for inside in lru_occupancy(&zipf(8, 0.0), 3) {
            assert!((inside - 0.375).abs() < 1e-10, "{inside}");
        }
        assert!((che(&zipf(8, 0.0), 3.0).hit_ratio - 0.375).abs() < 1e-10);
    }
}
