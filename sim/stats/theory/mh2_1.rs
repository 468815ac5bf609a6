//! M/H₂/1: service exponential at rate μ₁ with probability p₁, else at rate μ₂.
//!
//! The transforms of waiting and response time share the denominator
//! s² + (μ₁ + μ₂ − λ)·s + μ₁μ₂(1 − ρ) with roots −r₁, −r₂ < 0, so both tails are sums of two
//! exponentials, by partial fractions of Pollaczek-Khinchine. Neuts (1981).

use super::root::quantile_of_tail;
use super::{DurationLaw, mg1};

/// The stationary queue.
#[derive(Clone, Copy, Debug)]
pub struct Mh21 {
    mean_wait: f64,
    mean_service: f64,
    decay: [f64; 2],
    wait_weight: [f64; 2],
    response_weight: [f64; 2],
}

impl Mh21 {
    /// Arrivals per second; branch probabilities `p` (which sum to 1) and their means in seconds.
    ///
    /// Panics when ρ is not below 1.
    pub fn new(arrival_rate: f64, p: [f64; 2], means: [f64; 2]) -> Self {
        let law = DurationLaw::Hyperexponential { p: p.to_vec(), means: means.to_vec() };
        let idle = 1.0 - mg1::utilization(arrival_rate, &law);
        let [a, b] = means.map(f64::recip);
        let decay = roots(a + b - arrival_rate, a * b * idle);
        let wait = |r: f64| idle * (a - r) * (b - r);
        let response = |r: f64| idle * (p[0] * a * (b - r) + p[1] * b * (a - r));
        Self {
            mean_wait: mg1::mean_wait(arrival_rate, &law),
            mean_service: law.mean(),
            decay,
            wait_weight: residues(decay, wait),
            response_weight: residues(decay, response),
        }
    }

    /// Mean waiting time in seconds.
    pub fn mean_wait(&self) -> f64 {
        self.mean_wait
    }

    /// P(waiting time > `seconds`).
    pub fn wait_tail(&self, seconds: f64) -> f64 {
        two_exponentials(self.wait_weight, self.decay, seconds)
    }

    /// P(response time > `seconds`).
    pub fn response_tail(&self, seconds: f64) -> f64 {
        two_exponentials(self.response_weight, self.decay, seconds)
    }

    /// Quantile 0 ≤ `p` < 1 of the waiting time in seconds, by bisection.
    pub fn wait_quantile(&self, p: f64) -> f64 {
        quantile_of_tail(|t| self.wait_tail(t), 1.0 - p, self.mean_service)
    }

    /// Quantile 0 ≤ `p` < 1 of the response time in seconds, by bisection.
    pub fn response_quantile(&self, p: f64) -> f64 {
        quantile_of_tail(|t| self.response_tail(t), 1.0 - p, self.mean_service)
    }
}

/// r₁ > r₂ > 0 with s² + bs + c = (s + r₁)(s + r₂); the smaller without cancellation.
fn roots(b: f64, c: f64) -> [f64; 2] {
    let larger = f64::midpoint(b, (b * b - 4.0 * c).sqrt());
    [larger, c / larger]
}

/// Weights of e^(−rt) in the tail whose transform has the given numerator at s = −r.
fn residues(decay: [f64; 2], numerator: impl Fn(f64) -> f64) -> [f64; 2] {
    let [r1, r2] = decay;
    [numerator(r1) / ((r2 - r1) * r1), numerator(r2) / ((r1 - r2) * r2)]
}

fn two_exponentials(weights: [f64; 2], decay: [f64; 2], t: f64) -> f64 {
    weights[0] * (-decay[0] * t).exp() + weights[1] * (-decay[1] * t).exp()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tails_start_at_the_utilization_and_at_one() {
        let queue = Mh21::new(5.0, [0.8, 0.2], [0.05, 0.4]);
        assert!((queue.wait_tail(0.0) - 0.6).abs() < 1e-12);
        assert!((queue.response_tail(0.0) - 1.0).abs() < 1e-12);
    }

    #[test]
    fn the_tail_integrates_to_the_mean() {
        let queue = Mh21::new(5.0, [0.8, 0.2], [0.05, 0.4]);
        let [w, r] = [queue.wait_weight, queue.decay];
        assert!((w[0] / r[0] + w[1] / r[1] - queue.mean_wait()).abs() < 1e-12);
    }
}
